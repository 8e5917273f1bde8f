//! `tenant`: the organization itself.

use super::prelude::*;

/// The caller's organization with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetCurrent {}

/// An organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tenant {
    /// The organization.
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Its short name in addresses.
    pub slug: String,
    /// What its people may change.
    pub settings: TenantSettings,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its name or settings changed last.
    pub updated_at: Timestamp,
}

/// An organization's settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantSettings {
    /// The currency of revenue and of sums over several currencies.
    pub currency: Currency,
    /// The time zone of schedules and weeks, by its IANA name.
    pub time_zone: String,
}

fn example_tenant() -> Tenant {
    Tenant {
        id: sample::TENANT_ID,
        name: "Example Organization".into(),
        slug: "example".into(),
        settings: TenantSettings { currency: Currency::USD, time_zone: "Europe/Berlin".into() },
        created_at: sample::days_ago(200),
        updated_at: sample::days_ago(3),
    }
}

impl Method for GetCurrent {
    const NAME: &'static str = "tenant.getCurrent";
    const EFFECT: Effect = Effect::Query { topics: &[topics::TENANT] };
    type Caller = Viewer;
    type Output = Tenant;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example { params: GetCurrent {}, result: example_tenant() }
    }
}

/// Changes the organization's name or settings. What is not given stays as it is.
///
/// A new currency does not convert anything: amounts keep the currency they came with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateSettings {
    /// The new name, 1 to 200 characters.
    pub name: Option<Name>,
    /// The new currency.
    pub currency: Option<Currency>,
    /// The new time zone, by its IANA name such as `Europe/Berlin`.
    #[validate(length(min = 1, max = 64))]
    pub time_zone: Option<String>,
}

refusals! {
    /// Why settings were not taken.
    pub enum UpdateSettingsRefusal {
        /// No time zone has that name.
        UnknownTimeZone { time_zone: String } => UnprocessableContent, "no time zone is called {time_zone}";
    }
}

impl Method for UpdateSettings {
    const NAME: &'static str = "tenant.updateSettings";
    const EFFECT: Effect =
        Effect::Mutation { audit: "tenant.updateSettings", idempotent: true, topics: &[topics::TENANT] };
    type Caller = Admin;
    type Output = Tenant;
    type Refusal = UpdateSettingsRefusal;

    fn example() -> Example<Self> {
        Example {
            params: UpdateSettings { name: None, currency: None, time_zone: Some("Europe/Berlin".into()) },
            result: example_tenant(),
        }
    }
}
