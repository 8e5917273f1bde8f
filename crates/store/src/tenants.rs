//! Organizations and their first member.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use tenancy::{Role, TenantId, UserId};
use uuid::Uuid;

use crate::{
    Store, StoreError, SystemReason, TenantTx, members,
    schema::{tenant_directory, tenants},
};

/// An organization about to exist.
pub struct NewTenant<'a> {
    pub id: TenantId,
    pub name: &'a str,
    /// Unique over all organizations.
    pub slug: &'a str,
    /// The issuer and its organization, where that is where it came from.
    pub outside: Option<(&'a str, &'a str)>,
}

/// Creates an organization, and enters it: the returned transaction holds everything until it commits.
///
/// # Errors
/// [`StoreError::Conflict`] when the slug is taken, [`StoreError::Rule`] when it is not a slug.
pub async fn create_tenant(store: &Store, tenant: &NewTenant<'_>) -> Result<TenantTx, StoreError> {
    let mut tx = store.tenant(tenant.id).await?;
    diesel::insert_into(tenant_directory::table)
        .values((
            tenant_directory::tenant_id.eq(tenant.id.0),
            tenant_directory::slug.eq(tenant.slug),
            tenant_directory::outside_issuer.eq(tenant.outside.map(|(issuer, _)| issuer)),
            tenant_directory::clerk_org_id.eq(tenant.outside.map(|(_, organization)| organization)),
        ))
        .execute(tx.conn())
        .await?;
    diesel::insert_into(tenants::table)
        .values((tenants::tenant_id.eq(tenant.id.0), tenants::name.eq(tenant.name)))
        .execute(tx.conn())
        .await?;
    Ok(tx)
}

/// The organization with this slug.
///
/// # Errors
/// When the database refused or could not be reached; an unknown slug is `None`.
pub async fn tenant_by_slug(store: &Store, slug: &str) -> Result<Option<TenantId>, StoreError> {
    let mut tx = store.system(SystemReason::SignIn).await?;
    let found: Option<Uuid> = tenant_directory::table
        .filter(tenant_directory::slug.eq(slug))
        .select(tenant_directory::tenant_id)
        .first(tx.conn())
        .await
        .optional()?;
    tx.commit().await?;
    Ok(found.map(TenantId))
}

/// Makes a user a member, creating the user on first sight of the address.
///
/// # Errors
/// [`StoreError::Conflict`] when the user is a member already.
pub async fn add_member(tx: &mut TenantTx, email: &str, role: Role) -> Result<UserId, StoreError> {
    let user = members::find_or_create_user(tx, email).await?;
    members::create_membership(tx, user, role).await?;
    Ok(user)
}

/// An organization as it sees itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub slug: String,
    pub currency: String,
    pub time_zone: String,
    pub settings: Value,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// # Errors
/// [`StoreError::NotFound`] when the organization has been removed.
pub async fn get_current_tenant(tx: &mut TenantTx) -> Result<Tenant, StoreError> {
    type Row = (Uuid, String, String, String, String, Value, DateTime<Utc>, DateTime<Utc>);
    let row: Row = tenants::table
        .inner_join(tenant_directory::table.on(tenant_directory::tenant_id.eq(tenants::tenant_id)))
        .filter(tenants::tenant_id.eq(tx.tenant().0))
        .select((
            tenants::tenant_id,
            tenants::name,
            tenant_directory::slug,
            tenants::currency,
            tenants::time_zone,
            tenants::settings,
            tenants::created_at,
            tenants::updated_at,
        ))
        .first(tx.conn())
        .await?;
    let (id, name, slug, currency, time_zone, settings, created_at, updated_at) = row;
    Ok(Tenant { id: TenantId(id), name, slug, currency, time_zone, settings, created_at, updated_at })
}

/// What of the settings is to change; what is `None` stays.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = tenants)]
pub struct SettingsChange {
    pub name: Option<String>,
    pub currency: Option<String>,
    pub time_zone: Option<String>,
}

impl SettingsChange {
    fn is_empty(&self) -> bool {
        self.name.is_none() && self.currency.is_none() && self.time_zone.is_none()
    }
}

/// Answers with the organization before and after.
///
/// # Errors
/// [`StoreError::Rule`] for a currency that is not three capital letters.
pub async fn update_settings(
    tx: &mut TenantTx,
    change: &SettingsChange,
) -> Result<(Tenant, Tenant), StoreError> {
    let tenant = tx.tenant().0;
    tenants::table
        .filter(tenants::tenant_id.eq(tenant))
        .select(tenants::tenant_id)
        .for_no_key_update()
        .first::<Uuid>(tx.conn())
        .await?;
    let before = get_current_tenant(tx).await?;
    if change.is_empty() {
        return Ok((before.clone(), before));
    }
    diesel::update(tenants::table.filter(tenants::tenant_id.eq(tenant)))
        .set((change, tenants::updated_at.eq(Utc::now())))
        .execute(tx.conn())
        .await?;
    Ok((before, get_current_tenant(tx).await?))
}

/// Whether the database knows a time zone of this name. Abbreviations and offsets are no names.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn time_zone_exists(tx: &mut TenantTx, name: &str) -> Result<bool, StoreError> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = sql_types::Bool)]
        known: bool,
    }
    // The catalogue's view is not one of our tables, so the query builder does not know it.
    let answer: Answer = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_timezone_names WHERE name = $1 \
         AND name NOT LIKE 'posix%' AND name NOT LIKE 'right/%' AND name NOT IN ('localtime', 'Factory')) AS known",
    )
    .bind::<sql_types::Text, _>(name)
    .get_result(tx.conn())
    .await?;
    Ok(answer.known)
}
