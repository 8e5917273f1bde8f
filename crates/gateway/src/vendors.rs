//! The outside world as this process may reach it: the kinds of systems there are, our registrations with their vendors, and
//! the one way out.

use std::{collections::HashMap, sync::Arc};

use connectors::{
    Connector, OAuthApp, Registry,
    egress::{AllowedNetwork, EgressClient, EgressLimits, EgressPolicy},
};
use url::Url;
use workflows::sync::SyncServices;

use crate::{
    config::{Config, VendorApp},
    vault::Vault,
};

/// Cheap to clone.
#[derive(Clone)]
pub struct Vendors {
    pub registry: Registry,
    pub egress: EgressClient,
    /// By connector type.
    pub apps: HashMap<String, OAuthApp>,
    /// Where vendors may send browsers back to.
    pub redirect_uris: Vec<Url>,
}

impl Default for Vendors {
    /// The public internet, and no registration anywhere.
    fn default() -> Self {
        Vendors {
            registry: Registry::new(),
            egress: EgressClient::new(EgressPolicy::default(), EgressLimits::default()),
            apps: HashMap::new(),
            redirect_uris: Vec::new(),
        }
    }
}

impl Vendors {
    pub fn new(config: &Config) -> Self {
        let allow_networks = config
            .egress
            .allow
            .iter()
            .map(|network| AllowedNetwork { base: network.base(), prefix: network.prefix() })
            .collect();
        let policy = EgressPolicy { allow_networks, ..EgressPolicy::default() };
        let salesforce =
            config.connectors.salesforce.as_ref().map(|app| ("salesforce".to_owned(), oauth_app(app)));
        Vendors {
            egress: EgressClient::new(policy, EgressLimits::default()),
            apps: salesforce.into_iter().collect(),
            redirect_uris: config.connectors.redirect_uris.clone(),
            registry: Registry::new(),
        }
    }

    /// The connector of a type that is stored. One that this program does not know was stored by a newer one.
    pub(crate) fn connector(&self, connector_type: &str) -> Option<Arc<dyn Connector>> {
        let found = self.registry.get(connector_type);
        if found.is_none() {
            tracing::error!(connector_type, "there is no connector of this type in this program");
        }
        found
    }

    /// What a conversation with a vendor needs, with the vault that opens its credentials.
    pub(crate) fn services(&self, vault: Arc<Vault>) -> SyncServices {
        SyncServices {
            connectors: self.registry.iter().cloned().collect(),
            vault,
            egress: self.egress.clone(),
            apps: self.apps.clone(),
        }
    }

    pub(crate) fn app(&self, connector_type: &str) -> Option<&OAuthApp> {
        self.apps.get(connector_type)
    }
}

fn oauth_app(app: &VendorApp) -> OAuthApp {
    OAuthApp {
        client_id: app.client_id.clone(),
        client_secret: app.client_secret.as_ref().map(|it| connectors::Secret::new(it.expose())),
    }
}
