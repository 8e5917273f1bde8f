//! What a tenant may set for a Salesforce connector.

use canonical::Currency;
use chrono::TimeDelta;
use serde::Deserialize;
use url::Url;

use crate::error::ConnectorError;

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Settings {
    /// `https://test.salesforce.com` for a sandbox, or the org's own domain.
    pub(super) login_url: Url,
    /// A connected app of the tenant's own, in place of the platform's.
    pub(super) client_id: Option<String>,
    pub(super) api_version: String,
    /// Of amounts in orgs with one currency, which do not say which.
    pub(super) currency: Currency,
    /// How far each incremental run reaches back behind the last one's start, for rows that became visible late.
    pub(super) overlap_seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            login_url: Url::parse("https://login.salesforce.com").expect("a constant address"),
            client_id: None,
            api_version: "v60.0".into(),
            currency: Currency::USD,
            overlap_seconds: 300,
        }
    }
}

impl Settings {
    pub(super) fn read(settings: &serde_json::Value) -> Result<Self, ConnectorError> {
        let invalid = |text: &str| ConnectorError::InvalidRequest(text.to_owned());
        if settings.is_null() {
            return Ok(Self::default());
        }
        let object = settings.as_object().ok_or_else(|| invalid("settings: expected an object"))?;
        const KNOWN: [&str; 5] = ["loginUrl", "clientId", "apiVersion", "currency", "overlapSeconds"];
        if object.keys().any(|key| !KNOWN.contains(&key.as_str())) {
            return Err(invalid(
                "settings: there are only loginUrl, clientId, apiVersion, currency and overlapSeconds",
            ));
        }
        // One field at a time, so that the message can name it.
        for key in KNOWN {
            if let Some(value) = object.get(key) {
                let alone = serde_json::json!({ key: value });
                Self::deserialize(&alone)
                    .map_err(|_| invalid(&format!("settings.{key}: not a valid value")))?;
            }
        }
        let read = Self::deserialize(settings).map_err(|_| invalid("settings: not valid"))?;
        let version = read.api_version.strip_prefix('v').and_then(|version| version.strip_suffix(".0"));
        if !version
            .is_some_and(|number| number.parse::<u16>().is_ok_and(|number| (50..=99).contains(&number)))
        {
            return Err(invalid("settings.apiVersion: expected v50.0 or newer"));
        }
        if read.overlap_seconds > 86_400 {
            return Err(invalid("settings.overlapSeconds: a day at most"));
        }
        Ok(read)
    }

    pub(super) fn overlap(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.overlap_seconds))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bad_setting_is_named() {
        let table = [
            (json!({}), None),
            (json!(null), None),
            (json!({"loginUrl": "http://127.0.0.1:1234", "currency": "EUR"}), None),
            (json!([]), Some("settings:")),
            (json!({"loginurl": "x"}), Some("settings:")),
            (json!({"loginUrl": "not an address"}), Some("settings.loginUrl")),
            (json!({"currency": "Euro"}), Some("settings.currency")),
            (json!({"apiVersion": "60"}), Some("settings.apiVersion")),
            (json!({"apiVersion": "v60.0/../.."}), Some("settings.apiVersion")),
            (json!({"overlapSeconds": -1}), Some("settings.overlapSeconds")),
            (json!({"overlapSeconds": 86_401}), Some("settings.overlapSeconds")),
        ];
        for (settings, problem) in table {
            match (Settings::read(&settings), problem) {
                (Ok(_), None) => {}
                (Err(ConnectorError::InvalidRequest(text)), Some(start)) => {
                    assert!(text.starts_with(start), "{text}")
                }
                (outcome, _) => panic!("{settings}: {outcome:?}"),
            }
        }
    }
}
