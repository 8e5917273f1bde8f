//! The scoring rules and their versions. A version that is or was in force never changes; a draft is replaced by the
//! next one, under a new number, so that nobody activates rules they have not seen.
//!
//! While a part has no row its built-in defaults are in force as version 1, since the organization exists; the first
//! draft writes them down.

mod past;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use scoring::{CombinedConfig, EngagementConfig, FitConfig};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tenancy::Actor;
use uuid::Uuid;

pub use past::configs_of_score;

use crate::schema::{scoring_configs, tenants};
use crate::{StoreError, TenantTx, jobs};

/// A part of the rules, with versions of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConfigPart {
    Fit,
    Engagement,
    Combined,
}

impl ConfigPart {
    pub const ALL: [Self; 3] = [Self::Fit, Self::Engagement, Self::Combined];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fit => "fit",
            Self::Engagement => "engagement",
            Self::Combined => "combined",
        }
    }
}

/// The rules of one part.
pub trait Rules: Serialize + DeserializeOwned + Default + Send + Sync + 'static {
    const PART: ConfigPart;
}

impl Rules for FitConfig {
    const PART: ConfigPart = ConfigPart::Fit;
}

impl Rules for EngagementConfig {
    const PART: ConfigPart = ConfigPart::Engagement;
}

impl Rules for CombinedConfig {
    const PART: ConfigPart = ConfigPart::Combined;
}

/// SHA-256 of a configuration's canonical JSON: its address.
pub fn hash_of<C: Rules>(config: &C) -> [u8; 32] {
    let canonical = serde_json::to_vec(config).expect("rules are plain data, which always serializes");
    Sha256::digest(canonical).into()
}

/// Whether a version counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigStatus {
    Draft,
    Active,
    Superseded,
}

/// One version of one part.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigVersion<C> {
    pub version: u32,
    pub status: ConfigStatus,
    pub hash: [u8; 32],
    pub config: C,
    pub note: Option<String>,
    /// `None` for the built-in defaults.
    pub created_by: Option<Actor>,
    pub created_at: DateTime<Utc>,
    pub activated_at: Option<DateTime<Utc>>,
}

/// What is in force of one part, and what is being worked on.
#[derive(Clone, Debug)]
pub struct ConfigState<C> {
    pub active: ConfigVersion<C>,
    pub draft: Option<ConfigVersion<C>>,
}

/// What is in force, or was at one time.
#[derive(Clone, Debug)]
pub struct ActiveConfigs {
    pub fit: ConfigVersion<FitConfig>,
    pub engagement: ConfigVersion<EngagementConfig>,
    pub combined: ConfigVersion<CombinedConfig>,
}

impl ActiveConfigs {
    /// SHA-256 over the three hashes: the configuration as scores and runs name it.
    pub fn hash(&self) -> [u8; 32] {
        combined_hash([&self.fit.hash, &self.engagement.hash, &self.combined.hash])
    }
}

fn combined_hash(hashes: [&[u8; 32]; 3]) -> [u8; 32] {
    hashes.into_iter().fold(Sha256::new(), |sum, hash| sum.chain_update(hash)).finalize().into()
}

/// Whether drafts were put in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    Done,
    /// The part has no such version, for instance because a newer draft has replaced it.
    NoSuchVersion,
    /// The version is in force, or was.
    NotADraft,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = scoring_configs, check_for_backend(diesel::pg::Pg))]
struct Row {
    type_: String,
    version: i32,
    hash: Vec<u8>,
    config: Value,
    status: String,
    note: Option<String>,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    activated_at: Option<DateTime<Utc>>,
}

impl<C: Rules> TryFrom<Row> for ConfigVersion<C> {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let unreadable = |error: serde_json::Error| {
            tracing::error!(part = C::PART.as_str(), version = row.version, %error, "stored rules cannot be read");
            StoreError::Bug
        };
        Ok(Self {
            version: row.version.try_into().map_err(|_| StoreError::Bug)?,
            status: match row.status.as_str() {
                "draft" => ConfigStatus::Draft,
                "active" => ConfigStatus::Active,
                _ => ConfigStatus::Superseded,
            },
            hash: row.hash.try_into().map_err(|_| StoreError::Bug)?,
            config: serde_json::from_value(row.config).map_err(unreadable)?,
            note: row.note,
            created_by: row.created_by.as_deref().and_then(jobs::requester),
            created_at: row.created_at,
            activated_at: row.activated_at,
        })
    }
}

/// The defaults, in force since the organization exists.
fn built_in<C: Rules>(since: DateTime<Utc>) -> ConfigVersion<C> {
    let config = C::default();
    ConfigVersion {
        version: 1,
        status: ConfigStatus::Active,
        hash: hash_of(&config),
        config,
        note: None,
        created_by: None,
        created_at: since,
        activated_at: Some(since),
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of_tenant(tx: &TenantTx) -> _ {
    let tenant: Uuid = tx.tenant().0;
    scoring_configs::table.filter(scoring_configs::tenant_id.eq(tenant))
}

async fn tenant_created_at(tx: &mut TenantTx) -> Result<DateTime<Utc>, StoreError> {
    let tenant = tx.tenant().0;
    Ok(tenants::table.find(tenant).select(tenants::created_at).first(tx.conn()).await?)
}

/// The rules in force.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn active_configs(tx: &mut TenantTx) -> Result<ActiveConfigs, StoreError> {
    let query = of_tenant(tx).filter(scoring_configs::status.eq("active")).select(Row::as_select());
    let mut rows: Vec<Row> = query.load(tx.conn()).await?;
    let since = if rows.len() < 3 { tenant_created_at(tx).await? } else { DateTime::UNIX_EPOCH };
    Ok(ActiveConfigs {
        fit: take(&mut rows, since)?,
        engagement: take(&mut rows, since)?,
        combined: take(&mut rows, since)?,
    })
}

fn take<C: Rules>(rows: &mut Vec<Row>, since: DateTime<Utc>) -> Result<ConfigVersion<C>, StoreError> {
    match rows.iter().position(|row| row.type_ == C::PART.as_str()) {
        Some(at) => rows.swap_remove(at).try_into(),
        None => Ok(built_in(since)),
    }
}

/// One part: what is in force, and the draft.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn get_config<C: Rules>(tx: &mut TenantTx) -> Result<ConfigState<C>, StoreError> {
    let query = of_tenant(tx)
        .filter(scoring_configs::type_.eq(C::PART.as_str()))
        .filter(scoring_configs::status.ne("superseded"))
        .select(Row::as_select());
    let mut state = (None, None);
    for row in query.load::<Row>(tx.conn()).await? {
        let version = ConfigVersion::try_from(row)?;
        match version.status {
            ConfigStatus::Draft => state.1 = Some(version),
            ConfigStatus::Active | ConfigStatus::Superseded => state.0 = Some(version),
        }
    }
    let active = match state.0 {
        Some(active) => active,
        None => built_in(tenant_created_at(tx).await?),
    };
    Ok(ConfigState { active, draft: state.1 })
}

/// Up to `limit` versions of a part, newest first, below a version where one is given.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn list_versions<C: Rules>(
    tx: &mut TenantTx,
    below: Option<u32>,
    limit: i64,
) -> Result<Vec<ConfigVersion<C>>, StoreError> {
    let below_number = below.map_or(i32::MAX, |it| it.try_into().unwrap_or(i32::MAX));
    let query = of_tenant(tx)
        .filter(scoring_configs::type_.eq(C::PART.as_str()))
        .filter(scoring_configs::version.lt(below_number))
        .order(scoring_configs::version.desc())
        .limit(limit)
        .select(Row::as_select());
    let rows: Vec<Row> = query.load(tx.conn()).await?;
    if rows.is_empty() && below.is_none() {
        return Ok(vec![built_in(tenant_created_at(tx).await?)]);
    }
    rows.into_iter().map(ConfigVersion::try_from).collect()
}

/// Saves a draft under a new number in place of the one there was.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn save_draft<C: Rules>(
    tx: &mut TenantTx,
    config: &C,
    note: Option<&str>,
    created_by: Actor,
) -> Result<ConfigVersion<C>, StoreError> {
    let since = lock(tx).await?;
    let of_part = of_tenant(tx).filter(scoring_configs::type_.eq(C::PART.as_str()));
    let newest: Option<i32> =
        of_part.select(diesel::dsl::max(scoring_configs::version)).first(tx.conn()).await?;
    if newest.is_none() {
        write_down_defaults::<C>(tx, since).await?;
    }
    // Its number stays taken: the next one is counted from it.
    let drafts = scoring_configs::table
        .filter(scoring_configs::tenant_id.eq(tx.tenant().0))
        .filter(scoring_configs::type_.eq(C::PART.as_str()))
        .filter(scoring_configs::status.eq("draft"));
    diesel::delete(drafts).execute(tx.conn()).await?;
    let tenant = tx.tenant().0;
    let row: Row = diesel::insert_into(scoring_configs::table)
        .values((
            scoring_configs::tenant_id.eq(tenant),
            scoring_configs::id.eq(Uuid::now_v7()),
            scoring_configs::type_.eq(C::PART.as_str()),
            scoring_configs::version.eq(newest.unwrap_or(1) + 1),
            scoring_configs::hash.eq(hash_of(config).to_vec()),
            scoring_configs::config.eq(json(config)),
            scoring_configs::status.eq("draft"),
            scoring_configs::note.eq(note),
            scoring_configs::created_by.eq(jobs::requester_text(created_by)),
        ))
        .returning(Row::as_returning())
        .get_result(tx.conn())
        .await?;
    row.try_into()
}

async fn write_down_defaults<C: Rules>(tx: &mut TenantTx, since: DateTime<Utc>) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    let default = built_in::<C>(since);
    diesel::insert_into(scoring_configs::table)
        .values((
            scoring_configs::tenant_id.eq(tenant),
            scoring_configs::id.eq(Uuid::now_v7()),
            scoring_configs::type_.eq(C::PART.as_str()),
            scoring_configs::version.eq(1),
            scoring_configs::hash.eq(default.hash.to_vec()),
            scoring_configs::config.eq(json(&default.config)),
            scoring_configs::status.eq("active"),
            scoring_configs::created_at.eq(since),
            scoring_configs::activated_at.eq(since),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Puts drafts in force, all at the same instant; what was in force of these parts is superseded.
///
/// # Errors
/// When the database refused or could not be reached. On anything but [`Activation::Done`] nothing has changed.
pub async fn activate(
    tx: &mut TenantTx,
    versions: &[(ConfigPart, u32)],
    at: DateTime<Utc>,
) -> Result<Activation, StoreError> {
    lock(tx).await?;
    for (part, version) in versions {
        let status = status_of(tx, *part, *version).await?;
        match status.as_deref() {
            Some("draft") => {}
            Some(_) => return Ok(Activation::NotADraft),
            None => return Ok(Activation::NoSuchVersion),
        }
    }
    for (part, _) in versions {
        replace_active(tx, *part, at).await?;
    }
    Ok(Activation::Done)
}

async fn status_of(tx: &mut TenantTx, part: ConfigPart, version: u32) -> Result<Option<String>, StoreError> {
    let Ok(number) = i32::try_from(version) else { return Ok(None) };
    let of_part = of_tenant(tx).filter(scoring_configs::type_.eq(part.as_str()));
    let found: Vec<(i32, String)> = of_part
        .filter(scoring_configs::version.eq_any([1, number]))
        .select((scoring_configs::version, scoring_configs::status))
        .load(tx.conn())
        .await?;
    if found.is_empty() && number == 1 {
        // The defaults, which nobody has written down yet.
        return Ok(Some("active".to_owned()));
    }
    Ok(found.into_iter().find(|(it, _)| *it == number).map(|(_, status)| status))
}

async fn replace_active(tx: &mut TenantTx, part: ConfigPart, at: DateTime<Utc>) -> Result<(), StoreError> {
    let of_part = scoring_configs::table
        .filter(scoring_configs::tenant_id.eq(tx.tenant().0))
        .filter(scoring_configs::type_.eq(part.as_str()));
    diesel::update(of_part.filter(scoring_configs::status.eq("active")))
        .set(scoring_configs::status.eq("superseded"))
        .execute(tx.conn())
        .await?;
    diesel::update(of_part.filter(scoring_configs::status.eq("draft")))
        .set((scoring_configs::status.eq("active"), scoring_configs::activated_at.eq(at)))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// One change of the rules at a time. Locks the organization's row, and says since when it exists.
async fn lock(tx: &mut TenantTx) -> Result<DateTime<Utc>, StoreError> {
    let tenant = tx.tenant().0;
    let query = tenants::table.find(tenant).select(tenants::created_at).for_no_key_update();
    Ok(query.first(tx.conn()).await?)
}

fn json<C: Rules>(config: &C) -> Value {
    serde_json::to_value(config).expect("rules are plain data, which always serializes")
}
