//! Imports: a plan that is applied exactly or not at all, and put back exactly or not at all.

use std::collections::HashMap;

use ad_metrics::{Amounts, Applied, UndoAnswer};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::level::Level;
use super::place::find_places;
use super::weeks_write::{NewWeek, Source, remove_weeks, upsert_weeks};
use crate::page::{Key, ListPage, PageRequest, Position};
use crate::schema::imports;
use crate::statement::{first_of, statement};
use crate::{StoreError, TenantTx};

/// An import.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct Import {
    pub id: Uuid,
    /// `planned`, `applied` or `undone`.
    pub status: String,
    pub file_name: Option<String>,
    pub plan_hash: Vec<u8>,
    pub inserts: i64,
    pub changes: i64,
    pub same: i64,
    pub rejects: i64,
    pub client_ids: Vec<Uuid>,
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    pub applied_at: Option<DateTime<Utc>>,
    pub undone_at: Option<DateTime<Utc>>,
}

/// Why an import stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such import")]
    NoSuchImport,
    #[error("what the plan was made of has changed since")]
    Stale,
    #[error("the import is not applied")]
    NotApplied,
    #[error("{0} weeks were changed since")]
    ChangedSince(i64),
    #[error("the caller may only read a client of it")]
    ReadOnly,
    #[error("a campaign of it is not active")]
    Inactive,
}

impl From<diesel::result::Error> for ImportError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The imports that the caller may see: those whose clients all are the caller's. One about nobody, because every row was
/// rejected, is for those who see everybody: its file may be called after a client.
macro_rules! visible {
    ($tx:expr) => {{
        let mut query = imports::table.into_boxed().filter(imports::tenant_id.eq($tx.tenant().0));
        if let Some(ids) = $tx.clients().reads() {
            query = query
                .filter(imports::client_ids.is_contained_by(ids.to_vec()))
                .filter(imports::client_ids.ne(Vec::<Uuid>::new()));
        }
        query
    }};
}

/// Latest first.
///
/// # Errors
/// When the database refuses.
pub async fn list_imports(
    tx: &mut TenantTx,
    status: Option<&str>,
    page: &PageRequest,
) -> Result<ListPage<Import>, StoreError> {
    let mut query = visible!(tx);
    if let Some(status) = status {
        query = query.filter(imports::status.eq(status.to_owned()));
    }
    if let Some((time, id)) = page.after.as_ref().and_then(|after| Some((after.time()?, after.id))) {
        let earlier = imports::created_at.lt(time).or(imports::id.lt(id));
        query = query.filter(imports::created_at.le(time)).filter(earlier);
    }
    let query = query.order((imports::created_at.desc(), imports::id.desc())).select(Import::as_select());
    let rows = first_of(query, page.fetch()).load(tx.conn()).await?;
    Ok(ListPage::of(rows, page, |row| Position { key: Key::Time(row.created_at), id: row.id }))
}

/// The import, held until the transaction ends: nobody applies or undoes it twice.
async fn for_change(tx: &mut TenantTx, id: Uuid) -> Result<Import, ImportError> {
    let seen = visible!(tx).filter(imports::id.eq(id)).select(Import::as_select());
    let seen: Option<Import> = seen.first(tx.conn()).await.optional()?;
    let seen = seen.ok_or(ImportError::NoSuchImport)?;
    if seen.client_ids.iter().any(|client| !tx.clients().may_write(*client)) {
        return Err(ImportError::ReadOnly);
    }
    let held = imports::table.filter(imports::tenant_id.eq(tx.tenant().0).and(imports::id.eq(id)));
    Ok(held.for_update().select(Import::as_select()).first(tx.conn()).await?)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    client_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    entity_id: Uuid,
    #[diesel(sql_type = Text)]
    level: String,
    #[diesel(sql_type = Date)]
    week_start: NaiveDate,
    #[diesel(sql_type = BigInt)]
    ad_spend: i64,
    #[diesel(sql_type = BigInt)]
    sales: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    before_ad_spend: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    before_sales: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    before_source: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    now_ad_spend: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    now_sales: Option<i64>,
    /// Whether the present figures are those that applying wrote.
    #[diesel(sql_type = Bool)]
    untouched: bool,
}

impl Row {
    fn before(&self) -> Option<Amounts> {
        self.before_ad_spend.zip(self.before_sales).map(|(ad_spend, sales)| Amounts { ad_spend, sales })
    }

    fn after(&self) -> Amounts {
        Amounts { ad_spend: self.ad_spend, sales: self.sales }
    }

    fn now(&self) -> Option<Amounts> {
        self.now_ad_spend.zip(self.now_sales).map(|(ad_spend, sales)| Amounts { ad_spend, sales })
    }

    fn week(&self, amounts: Amounts) -> Result<NewWeek, StoreError> {
        Ok(NewWeek {
            level: Level::parse(&self.level)?,
            place: self.entity_id,
            client: self.client_id,
            week_start: self.week_start,
            ad_spend: amounts.ad_spend,
            sales: amounts.sales,
        })
    }
}

/// A plan's rows beside what is there now, which is held until the transaction ends.
async fn rows(tx: &mut TenantTx, import: Uuid) -> Result<Vec<Row>, StoreError> {
    let rows = statement(
        "WITH held AS MATERIALIZED ( \
           SELECT w.entity_id, w.week_start, w.ad_spend, w.sales, w.recorded_at FROM weekly_metrics w \
           JOIN import_rows r ON r.entity_id = w.entity_id AND r.week_start = w.week_start \
           WHERE w.tenant_id = $1 AND r.tenant_id = $1 AND r.import_id = $2 FOR UPDATE OF w) \
         SELECT r.client_id, r.entity_id, r.level, r.week_start, r.ad_spend, r.sales, r.before_ad_spend, r.before_sales, \
           r.before_source, h.ad_spend AS now_ad_spend, h.sales AS now_sales, \
           coalesce(h.recorded_at = r.applied_at, false) AS untouched \
         FROM import_rows r LEFT JOIN held h ON h.entity_id = r.entity_id AND h.week_start = r.week_start \
         WHERE r.tenant_id = $1 AND r.import_id = $2 ORDER BY r.row_number",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(import);
    Ok(rows.load(tx.conn()).await?)
}

/// Writes exactly what the plan with this hash shows.
///
/// # Errors
/// [`ImportError::Stale`] when it was applied already, the hash is another's, or a week is not what the plan was made of.
pub async fn apply_import(tx: &mut TenantTx, id: Uuid, hash: &[u8], by: &str) -> Result<Import, ImportError> {
    let import = for_change(tx, id).await?;
    if import.status != "planned" || import.plan_hash != hash {
        return Err(ImportError::Stale);
    }
    let rows = rows(tx, id).await?;
    if rows.iter().any(|row| row.now() != row.before()) {
        return Err(ImportError::Stale);
    }
    let weeks = rows.iter().map(|it| it.week(it.after())).collect::<Result<Vec<_>, _>>()?;
    let mut named: Vec<(Level, Uuid)> = weeks.iter().map(|it| (it.level, it.place)).collect();
    named.sort();
    named.dedup();
    let places = find_places(tx, &named).await?;
    if places.len() != named.len() {
        return Err(ImportError::Stale);
    }
    if places.iter().any(|it| it.inactive.is_some()) {
        return Err(ImportError::Inactive);
    }
    let sources = sources(tx, id).await?;
    let written = upsert_weeks(tx, &weeks, Source::Import, by, Some(id)).await?;
    // A week that nobody had before may have been put in by somebody quicker: what was overwritten then is not what the plan shows.
    let planned: HashMap<_, _> = rows.iter().map(|it| ((it.entity_id, it.week_start), it.before())).collect();
    for it in &written {
        let before =
            it.before_ad_spend.zip(it.before_sales).map(|(ad_spend, sales)| Amounts { ad_spend, sales });
        if planned.get(&(it.entity_id, it.week_start)) != Some(&before) {
            return Err(ImportError::Stale);
        }
    }
    statement(
        "UPDATE import_rows r SET applied_at = w.recorded_at, before_source = s.source \
         FROM weekly_metrics w LEFT JOIN unnest($3, $4, $5) AS s (entity_id, week_start, source) \
           ON s.entity_id = w.entity_id AND s.week_start = w.week_start \
         WHERE r.tenant_id = $1 AND r.import_id = $2 AND w.tenant_id = $1 AND w.entity_id = r.entity_id \
           AND w.week_start = r.week_start",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(id)
    .bind::<Array<SqlUuid>, _>(sources.iter().map(|it| it.0).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(sources.iter().map(|it| it.1).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(sources.iter().map(|it| it.2.as_str()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    let applied = (imports::status.eq("applied"), imports::applied_at.eq(Utc::now()));
    let one = imports::table.filter(imports::tenant_id.eq(tx.tenant().0).and(imports::id.eq(id)));
    Ok(diesel::update(one).set(applied).returning(Import::as_returning()).get_result(tx.conn()).await?)
}

/// Where the figures come from that an import is about to change, so that undoing it says so again.
async fn sources(tx: &mut TenantTx, import: Uuid) -> Result<Vec<(Uuid, NaiveDate, String)>, StoreError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        entity_id: Uuid,
        #[diesel(sql_type = Date)]
        week_start: NaiveDate,
        #[diesel(sql_type = Text)]
        source: String,
    }
    let found: Vec<Found> = statement(
        "SELECT w.entity_id, w.week_start, w.source FROM weekly_metrics w \
         JOIN import_rows r ON r.tenant_id = w.tenant_id AND r.entity_id = w.entity_id AND r.week_start = w.week_start \
         WHERE w.tenant_id = $1 AND r.import_id = $2 AND w.ad_spend IS NOT NULL",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(import)
    .load(tx.conn())
    .await?;
    Ok(found.into_iter().map(|it| (it.entity_id, it.week_start, it.source)).collect())
}

/// Puts every week back to what it was before. The revisions that applying wrote stay in the history.
///
/// # Errors
/// [`ImportError::NotApplied`], [`ImportError::ChangedSince`].
pub async fn undo_import(tx: &mut TenantTx, id: Uuid, by: &str) -> Result<Import, ImportError> {
    let import = for_change(tx, id).await?;
    if import.status != "applied" {
        return Err(ImportError::NotApplied);
    }
    let rows = rows(tx, id).await?;
    let (mut back, mut gone, mut touched) = (HashMap::<String, Vec<NewWeek>>::new(), Vec::new(), 0);
    for row in &rows {
        match ad_metrics::undo(Applied { before: row.before(), after: row.after() }, row.now()) {
            UndoAnswer::Restore(_) if !row.untouched => touched += 1,
            UndoAnswer::Restore(Some(amounts)) => {
                let source = row.before_source.clone().unwrap_or_else(|| Source::Import.as_str().to_owned());
                back.entry(source).or_default().push(row.week(amounts)?);
            }
            UndoAnswer::Restore(None) => gone.push((row.entity_id, row.week_start)),
            UndoAnswer::Already => {}
            UndoAnswer::ChangedSince { .. } => touched += 1,
        }
    }
    if touched > 0 {
        return Err(ImportError::ChangedSince(touched));
    }
    for (source, weeks) in &back {
        let source = if source == Source::Manual.as_str() { Source::Manual } else { Source::Import };
        upsert_weeks(tx, weeks, source, by, Some(id)).await?;
    }
    if !gone.is_empty() {
        remove_weeks(tx, &gone, by).await?;
    }
    let undone = (imports::status.eq("undone"), imports::undone_at.eq(Utc::now()));
    let one = imports::table.filter(imports::tenant_id.eq(tx.tenant().0).and(imports::id.eq(id)));
    Ok(diesel::update(one).set(undone).returning(Import::as_returning()).get_result(tx.conn()).await?)
}
