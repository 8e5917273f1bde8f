//! What a tenant's confirmations have taught, and what roles are called in its other systems.

use std::collections::BTreeMap;

use buying_groups::{Calibration, Role, RoleMap, Share};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{millionths, share};
use crate::schema::buying_group_settings as table;
use crate::{StoreError, TenantTx};

/// What detection goes by.
pub(super) struct Settings {
    pub(super) calibration: Calibration,
    pub(super) calibrated_at: Option<DateTime<Utc>>,
    pub(super) contact_roles: RoleMap,
    pub(super) buying_unit: RoleMap,
}

/// A name that means something else here than elsewhere, or that only this tenant has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OwnRoleName {
    pub name: String,
    pub role: Role,
    /// `unknown` with any confidence says nothing.
    pub confidence: Share,
}

pub(super) async fn settings(tx: &mut TenantTx) -> Result<Settings, StoreError> {
    let row: Option<(Value, Option<DateTime<Utc>>, Value)> = table::table
        .filter(table::tenant_id.eq(tx.tenant().0))
        .select((table::calibration, table::calibrated_at, table::role_names))
        .first(tx.conn())
        .await
        .optional()?;
    let (knots, calibrated_at, names) = row.unwrap_or((json!([]), None, json!({})));
    let own = own_names(&names)?;
    Ok(Settings {
        calibration: calibration(&knots)?,
        calibrated_at,
        contact_roles: overlaid(RoleMap::contact_roles(), &own),
        buying_unit: RoleMap::buying_unit(),
    })
}

fn calibration(knots: &Value) -> Result<Calibration, StoreError> {
    let knots: Vec<(i64, i64)> = serde_json::from_value(knots.clone()).map_err(|_| StoreError::Bug)?;
    let knots = knots.into_iter().map(|(stated, right)| (share(stated), share(right))).collect();
    Calibration::from_knots(knots).map_err(|_| StoreError::Bug)
}

fn own_names(names: &Value) -> Result<Vec<OwnRoleName>, StoreError> {
    match names.get("contactRoles") {
        None => Ok(Vec::new()),
        Some(own) => serde_json::from_value(own.clone()).map_err(|_| StoreError::Bug),
    }
}

/// The built-in names, except where the tenant says otherwise.
fn overlaid(built_in: RoleMap, own: &[OwnRoleName]) -> RoleMap {
    let Ok(own) = RoleMap::new(own.iter().map(|it| (it.name.as_str(), it.role, it.confidence))) else {
        return built_in;
    };
    let mut all: BTreeMap<&str, (Role, Share)> = BTreeMap::new();
    for (name, role, confidence) in built_in.entries().chain(own.entries()) {
        all.insert(name, (role, confidence));
    }
    let entries = all.into_iter().map(|(name, (role, confidence))| (name, role, confidence));
    RoleMap::new(entries).expect("the names of two sound tables are sound together")
}

/// The tenant's own names of contact roles.
///
/// # Errors
/// When the database is away.
pub async fn role_names(tx: &mut TenantTx) -> Result<Vec<OwnRoleName>, StoreError> {
    let row: Option<Value> = table::table
        .filter(table::tenant_id.eq(tx.tenant().0))
        .select(table::role_names)
        .first(tx.conn())
        .await
        .optional()?;
    own_names(&row.unwrap_or_else(|| json!({})))
}

/// Replaces the tenant's own names of contact roles. The caller has tried them with [`RoleMap::new`].
///
/// # Errors
/// When the database is away.
pub async fn keep_role_names(tx: &mut TenantTx, names: &[OwnRoleName]) -> Result<(), StoreError> {
    let names = json!({ "contactRoles": names });
    diesel::insert_into(table::table)
        .values((table::tenant_id.eq(tx.tenant().0), table::role_names.eq(&names)))
        .on_conflict(table::tenant_id)
        .do_update()
        .set(table::role_names.eq(&names))
        .execute(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn keep_calibration(
    tx: &mut TenantTx,
    calibration: &Calibration,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let knots: Vec<_> =
        calibration.knots().iter().map(|(stated, right)| (millionths(*stated), millionths(*right))).collect();
    let kept = (table::calibration.eq(json!(knots)), table::calibrated_at.eq(at));
    diesel::insert_into(table::table)
        .values((table::tenant_id.eq(tx.tenant().0), kept.clone()))
        .on_conflict(table::tenant_id)
        .do_update()
        .set(kept)
        .execute(tx.conn())
        .await?;
    Ok(())
}
