//! `tenant`: the organization itself.

use api::{
    routers::tenant::{GetCurrent, Tenant, TenantSettings, UpdateSettings, UpdateSettingsRefusal},
    types::{Currency, TenantId, Timestamp},
};
use rpc::{Handle, NoRefusal};
use serde_json::{Map, Value, json};
use store::{
    StoreError,
    tenants::{self, SettingsChange},
};

use crate::host::{Failure, Gateway, Scope};

impl Handle<GetCurrent> for Gateway {
    async fn handle(&self, scope: &mut Scope, _: GetCurrent) -> Result<Tenant, Failure<NoRefusal>> {
        Ok(tenant(tenants::get_current_tenant(scope.tx()).await?)?)
    }
}

impl Handle<UpdateSettings> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: UpdateSettings,
    ) -> Result<Tenant, Failure<UpdateSettingsRefusal>> {
        scope.about(scope.tenant());
        if let Some(time_zone) = &params.time_zone
            && !tenants::time_zone_exists(scope.tx(), time_zone).await?
        {
            let time_zone = time_zone.clone();
            return Err(Failure::Refused(UpdateSettingsRefusal::UnknownTimeZone { time_zone }));
        }
        let changes = SettingsChange {
            name: params.name.map(String::from),
            currency: params.currency.map(|it| it.as_str().to_owned()),
            time_zone: params.time_zone,
        };
        let (before, after) = tenants::update_settings(scope.tx(), &changes).await?;
        let differing = differing(&before, &after);
        scope.audit(before.id, differing);
        Ok(tenant(after)?)
    }
}

fn tenant(row: tenants::Tenant) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        id: TenantId(row.id.0),
        name: row.name,
        slug: row.slug,
        settings: TenantSettings {
            currency: Currency::try_from(row.currency).map_err(|_| StoreError::Bug)?,
            time_zone: row.time_zone,
        },
        created_at: Timestamp(row.created_at),
        updated_at: Timestamp(row.updated_at),
    })
}

/// Only what changed, before and after.
fn differing(before: &tenants::Tenant, after: &tenants::Tenant) -> Value {
    let (mut old, mut new) = (Map::new(), Map::new());
    for (field, from, to) in [
        ("name", &before.name, &after.name),
        ("currency", &before.currency, &after.currency),
        ("timeZone", &before.time_zone, &after.time_zone),
    ] {
        if from != to {
            old.insert(field.to_owned(), json!(from));
            new.insert(field.to_owned(), json!(to));
        }
    }
    json!({ "before": old, "after": new })
}
