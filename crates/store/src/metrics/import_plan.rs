//! A file of weekly figures becomes a plan: `ad_metrics` reads and decides, the tables say which campaigns there are and what
//! their weeks hold.

use std::collections::HashMap;

use ad_metrics::{
    Amounts, Answer, CampaignPath, Counts, Currency, FileRefused, Hints, Layout, Limits, PlanHash,
    PlannedRow, Planner, Reading, Resolution, RowReason, Survey,
};
use chrono::NaiveDate;
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::level::Level;
use super::tree::{TreeNode, load_tree};
use crate::schema::imports;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// How many weeks are looked up at once.
const BATCH: usize = 5_000;

/// A file to be planned.
#[derive(Clone, Debug)]
pub struct ImportFile<'a> {
    pub bytes: &'a [u8],
    pub name: Option<&'a str>,
    pub hints: Hints,
    /// What was decided about the file, to be kept beside the plan.
    pub reading: fn(&Layout) -> Value,
}

/// A plan that is kept.
#[derive(Debug)]
pub struct Planned {
    pub id: Uuid,
    pub layout: Layout,
    pub counts: Counts,
    pub hash: PlanHash,
    /// Every row of the file.
    pub rows: Vec<PlannedRow>,
    /// Of each campaign that the caller sees.
    currencies: HashMap<Uuid, String>,
}

impl Planned {
    /// What a campaign's figures are in.
    pub fn currency(&self, campaign: Uuid) -> Option<&str> {
        self.currencies.get(&campaign).map(String::as_str)
    }
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    File(#[from] FileRefused),
}

impl From<diesel::result::Error> for PlanError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Makes a plan and keeps it.
///
/// # Errors
/// [`PlanError::File`] for a file that cannot be planned at all.
pub async fn plan_import(tx: &mut TenantTx, file: &ImportFile<'_>, by: &str) -> Result<Planned, PlanError> {
    let mut survey = Survey::new(file.hints.clone(), Limits::default());
    survey.push(file.bytes)?;
    let layout = survey.finish()?;
    let mut reading = Reading::new(&layout, &file.hints, Limits::default());
    reading.push(file.bytes)?;
    let sheet = reading.finish()?;

    let campaigns = Campaigns::load(tx).await?;
    let resolutions: Vec<Resolution> = sheet.paths().iter().map(|path| campaigns.resolve(tx, path)).collect();
    let mut planner = sheet.resolve(resolutions, &campaigns.currencies);
    let mut rows = Vec::new();
    loop {
        let keys: Vec<(Uuid, NaiveDate)> = keys(&mut planner);
        if keys.is_empty() {
            break;
        }
        let there = figures(tx, &keys).await?;
        let existing: Vec<Option<Amounts>> = keys.iter().map(|key| there.get(key).copied()).collect();
        rows.extend(planner.answer(&existing));
    }
    let (rejected, plan) = planner.finish();
    rows.extend(rejected);
    let id = Uuid::now_v7();
    keep(
        tx,
        file,
        by,
        Kept {
            id,
            layout: &layout,
            counts: plan.counts,
            hash: plan.hash,
            rows: &rows,
            campaigns: &campaigns,
        },
    )
    .await?;
    let currencies = campaigns.nodes.into_iter().map(|(id, (_, currency, _))| (id, currency)).collect();
    Ok(Planned { id, layout, counts: plan.counts, hash: plan.hash, rows, currencies })
}

/// The weeks that the planner wants to know next. Only campaigns that there are get planned here.
fn keys(planner: &mut Planner) -> Vec<(Uuid, NaiveDate)> {
    let id = |campaign: Option<u128>| Uuid::from_u128(campaign.unwrap_or_default());
    planner.next_keys(BATCH).iter().map(|key| (id(key.campaign), key.week.monday())).collect()
}

/// The campaigns that the caller sees, by the names that lead to them.
struct Campaigns {
    by_name: HashMap<(String, String, String, String), Uuid>,
    /// Where a file has no column for the group: `None` for a name that several groups have.
    without_group: HashMap<(String, String, String), Option<Uuid>>,
    names: [HashMap<String, ()>; 2],
    groups: HashMap<(String, String, String), ()>,
    nodes: HashMap<Uuid, (Uuid, String, bool)>,
    currencies: Vec<Currency>,
}

impl Campaigns {
    async fn load(tx: &mut TenantTx) -> Result<Self, StoreError> {
        let tree = load_tree(tx, false).await?;
        let nodes: HashMap<Uuid, &TreeNode> = tree.iter().map(|it| (it.id, it)).collect();
        let mut these = Campaigns {
            by_name: HashMap::new(),
            without_group: HashMap::new(),
            names: [HashMap::new(), HashMap::new()],
            groups: HashMap::new(),
            nodes: HashMap::new(),
            currencies: Vec::new(),
        };
        for node in &tree {
            let above = |it: &TreeNode| it.parent.and_then(|id| nodes.get(&id).copied());
            match node.level {
                Level::Client => {
                    these.names[0].insert(node.name.to_lowercase(), ());
                    these.currencies.extend(Currency::try_from(node.currency.as_str()));
                }
                Level::ClientChannel => {
                    these.names[1].insert(node.name.to_lowercase(), ());
                }
                Level::CampaignGroup => {
                    let Some(channel) = above(node) else { continue };
                    let Some(client) = above(channel) else { continue };
                    these.groups.insert(lower([&client.name, &channel.name, &node.name]).into(), ());
                }
                Level::Campaign => {
                    let Some(group) = above(node) else { continue };
                    let Some(channel) = above(group) else { continue };
                    let Some(client) = above(channel) else { continue };
                    let [a, b, c, d] = lower([&client.name, &channel.name, &group.name, &node.name]);
                    these
                        .without_group
                        .entry((a.clone(), b.clone(), d.clone()))
                        .and_modify(|it| *it = None)
                        .or_insert(Some(node.id));
                    these.by_name.insert((a, b, c, d), node.id);
                    let active = [client, channel, group, node].iter().all(|it| it.is_active);
                    these.nodes.insert(node.id, (node.client, node.currency.clone(), active));
                }
            }
        }
        these.currencies.sort();
        these.currencies.dedup();
        Ok(these)
    }

    fn resolve(&self, tx: &TenantTx, path: &CampaignPath) -> Resolution {
        let [client, channel, group, campaign] =
            lower([&path.client, &path.channel, path.group.as_deref().unwrap_or_default(), &path.campaign]);
        let found = match &path.group {
            Some(_) => self.by_name.get(&(client.clone(), channel.clone(), group.clone(), campaign)).copied(),
            None => match self.without_group.get(&(client.clone(), channel.clone(), campaign)) {
                Some(None) => return Resolution::Rejected(RowReason::AmbiguousCampaign),
                other => other.copied().flatten(),
            },
        };
        let Some(id) = found else {
            let reason = if !self.names[0].contains_key(&client) {
                RowReason::UnknownClient
            } else if !self.names[1].contains_key(&channel) {
                RowReason::UnknownChannel
            } else if path.group.is_some() && !self.groups.contains_key(&(client, channel, group)) {
                RowReason::UnknownGroup
            } else {
                RowReason::UnknownCampaign
            };
            return Resolution::Rejected(reason);
        };
        let (owner, currency, active) = &self.nodes[&id];
        match Currency::try_from(currency.as_str()) {
            Ok(currency) if *active && tx.clients().may_write(*owner) => {
                Resolution::Known { campaign: id.as_u128(), currency }
            }
            _ => Resolution::Rejected(RowReason::NotAllowed),
        }
    }
}

fn lower<const N: usize>(names: [&str; N]) -> [String; N] {
    names.map(|it| it.trim().to_lowercase())
}

/// What these weeks hold now.
async fn figures(
    tx: &mut TenantTx,
    keys: &[(Uuid, NaiveDate)],
) -> Result<HashMap<(Uuid, NaiveDate), Amounts>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        entity_id: Uuid,
        #[diesel(sql_type = Date)]
        week_start: NaiveDate,
        #[diesel(sql_type = BigInt)]
        ad_spend: i64,
        #[diesel(sql_type = BigInt)]
        sales: i64,
    }
    let rows: Vec<Row> = statement(
        "SELECT w.entity_id, w.week_start, w.ad_spend, w.sales FROM unnest($2, $3) AS k (entity_id, week_start) \
         JOIN weekly_metrics w ON w.tenant_id = $1 AND w.entity_id = k.entity_id AND w.week_start = k.week_start \
         WHERE w.ad_spend IS NOT NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(keys.iter().map(|it| it.0).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(keys.iter().map(|it| it.1).collect::<Vec<_>>())
    .load(tx.conn())
    .await?;
    let amounts = |it: &Row| Amounts { ad_spend: it.ad_spend, sales: it.sales };
    Ok(rows.iter().map(|it| ((it.entity_id, it.week_start), amounts(it))).collect())
}

struct Kept<'a> {
    id: Uuid,
    layout: &'a Layout,
    counts: Counts,
    hash: PlanHash,
    rows: &'a [PlannedRow],
    campaigns: &'a Campaigns,
}

async fn keep(tx: &mut TenantTx, file: &ImportFile<'_>, by: &str, plan: Kept<'_>) -> Result<(), StoreError> {
    let changes: Vec<(i64, Uuid, NaiveDate, Option<Amounts>, Amounts)> = plan
        .rows
        .iter()
        .filter_map(|row| {
            let (key, before, after) = match row.answer {
                Answer::Insert { key, after } => (key, None, after),
                Answer::Change { key, before, after } => (key, Some(before), after),
                Answer::Same { .. } | Answer::Reject(_) => return None,
            };
            Some((row.line.into(), Uuid::from_u128(key.campaign?), key.week.monday(), before, after))
        })
        .collect();
    let client = |campaign: &Uuid| plan.campaigns.nodes[campaign].0;
    let about = plan.rows.iter().filter_map(|row| match row.answer {
        Answer::Insert { key, .. } | Answer::Change { key, .. } | Answer::Same { key, .. } => key.campaign,
        Answer::Reject(_) => None,
    });
    let mut clients: Vec<Uuid> = about.map(|id| client(&Uuid::from_u128(id))).collect();
    clients.sort();
    clients.dedup();
    let count = |it: u32| i64::from(it);
    diesel::insert_into(imports::table)
        .values((
            imports::tenant_id.eq(tx.tenant().0),
            imports::id.eq(plan.id),
            imports::status.eq("planned"),
            imports::file_name.eq(file.name),
            imports::file_hash.eq(Sha256::digest(file.bytes).to_vec()),
            imports::plan_hash.eq(plan.hash.0.to_vec()),
            imports::reading.eq((file.reading)(plan.layout)),
            imports::inserts.eq(count(plan.counts.insert)),
            imports::changes.eq(count(plan.counts.change)),
            imports::same.eq(count(plan.counts.same)),
            imports::rejects.eq(count(plan.counts.reject)),
            imports::client_ids.eq(clients),
            imports::created_by.eq(by),
        ))
        .execute(tx.conn())
        .await?;
    statement(
        "INSERT INTO import_rows (tenant_id, import_id, row_number, client_id, entity_id, level, week_start, ad_spend, sales, \
           before_ad_spend, before_sales) \
         SELECT $1, $2, r.row_number, r.client_id, r.entity_id, $3, r.week_start, r.ad_spend, r.sales, r.before_ad_spend, \
           r.before_sales \
         FROM unnest($4, $5, $6, $7, $8, $9, $10, $11) AS r (row_number, client_id, entity_id, week_start, ad_spend, sales, \
           before_ad_spend, before_sales)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(plan.id)
    .bind::<Text, _>(Level::Campaign.as_str())
    .bind::<Array<BigInt>, _>(changes.iter().map(|it| it.0).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(changes.iter().map(|it| client(&it.1)).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(changes.iter().map(|it| it.1).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(changes.iter().map(|it| it.2).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(changes.iter().map(|it| it.4.ad_spend).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(changes.iter().map(|it| it.4.sales).collect::<Vec<_>>())
    .bind::<Array<diesel::sql_types::Nullable<BigInt>>, _>(
        changes.iter().map(|it| it.3.map(|it| it.ad_spend)).collect::<Vec<_>>(),
    )
    .bind::<Array<diesel::sql_types::Nullable<BigInt>>, _>(
        changes.iter().map(|it| it.3.map(|it| it.sales)).collect::<Vec<_>>(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
