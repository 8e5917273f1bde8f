//! The connectors there are, by type. Adding one is a module and a line here.

use std::sync::Arc;

use crate::connector::Connector;
use crate::salesforce::Salesforce;

/// Finds a connector by the name of its type.
#[derive(Clone)]
pub struct Registry(Vec<Arc<dyn Connector>>);

impl Registry {
    pub fn new() -> Self {
        Self(vec![Arc::new(Salesforce::new())])
    }

    pub fn get(&self, connector_type: &str) -> Option<Arc<dyn Connector>> {
        self.iter().find(|connector| connector.descriptor().connector_type == connector_type).cloned()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Connector>> {
        self.0.iter()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_connector_is_found_by_its_own_type_and_no_two_share_one() {
        let registry = Registry::new();
        for connector in registry.iter() {
            let name = connector.descriptor().connector_type;
            assert_eq!(registry.iter().filter(|other| other.descriptor().connector_type == name).count(), 1);
            assert!(registry.get(name).is_some());
        }
        assert!(registry.get("fax").is_none());
    }
}
