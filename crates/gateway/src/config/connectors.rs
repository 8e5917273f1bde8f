//! What the operator registered with vendors, so that their customers can authorise us.

use serde::Deserialize;
use url::Url;

use super::{ConfigRefused, refused, web_url};
use crate::server::Secret;

/// Our registrations, and where browsers may come back to after an authorisation.
#[derive(Debug, Clone, Default)]
pub struct Connectors {
    pub redirect_uris: Vec<Url>,
    pub salesforce: Option<VendorApp>,
}

/// Our registration with one vendor.
#[derive(Debug, Clone)]
pub struct VendorApp {
    pub client_id: String,
    /// Public clients have none.
    pub client_secret: Option<Secret>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenConnectors {
    redirect_uris: Vec<String>,
    salesforce: Option<WrittenApp>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenApp {
    client_id: String,
    client_secret: Option<String>,
}

impl WrittenConnectors {
    pub(super) fn check(self) -> Result<Connectors, ConfigRefused> {
        let redirect_uris =
            self.redirect_uris.iter().map(|text| redirect_uri(text)).collect::<Result<_, _>>()?;
        let salesforce = self.salesforce.map(|app| app.check("connectors.salesforce")).transpose()?;
        Ok(Connectors { redirect_uris, salesforce })
    }
}

impl WrittenApp {
    fn check(self, section: &str) -> Result<VendorApp, ConfigRefused> {
        if self.client_id.trim().is_empty() {
            return Err(refused(format!("{section}.client_id"), "must be set, as the vendor shows it"));
        }
        let client_secret = self.client_secret.filter(|it| !it.is_empty()).map(Secret::new);
        Ok(VendorApp { client_id: self.client_id, client_secret })
    }
}

fn redirect_uri(text: &str) -> Result<Url, ConfigRefused> {
    let url = web_url("connectors.redirect_uris", text)?;
    if url.fragment().is_some() {
        return Err(refused("connectors.redirect_uris", format!("`{text}` must have no part after #")));
    }
    Ok(url)
}
