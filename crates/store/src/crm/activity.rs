//! The log, newest first: of everybody, of a person, of an account and its people.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::page::{Key, ListPage, PageRequest, Position};
use crate::{StoreError, TenantTx};

/// One fact of the log, with whom it is of.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
pub struct Activity {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub activity_type: String,
    #[diesel(sql_type = Text)]
    pub channel: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub person_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub person_first_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub person_last_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub person_email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub person_title: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub account_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub account_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub account_domain: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub occurred_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub recorded_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub retracted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub subject: Option<String>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub properties: Option<Value>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub connector_id: Option<Uuid>,
}

/// Whose activities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActivityScope {
    #[default]
    Everybody,
    /// Those merged into the person included.
    Person(Uuid),
    /// The account's own and those of its people, by id or e-mail domain.
    Account(Uuid),
}

/// Which activities to list.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    pub scope: ActivityScope,
    pub activity_type: Option<String>,
    pub channel: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
    pub include_retracted: bool,
}

const COLUMNS: &str = "a.id, a.type AS activity_type, a.channel, \
    p.id AS person_id, p.first_name AS person_first_name, p.last_name AS person_last_name, p.email AS person_email, \
    p.title AS person_title, c.id AS account_id, c.name AS account_name, c.domain AS account_domain, \
    a.occurred_at, a.recorded_at, a.retracted_at, a.subject, a.properties, a.connector_id";

/// The person is shown as the survivor, the account as the activity's own or else the person's.
const NAMES: &str = "LEFT JOIN people o ON o.tenant_id = a.tenant_id AND o.id = a.person_id \
    LEFT JOIN people p ON p.tenant_id = a.tenant_id AND p.id = coalesce(o.merged_into, o.id) \
    LEFT JOIN accounts c ON c.tenant_id = a.tenant_id AND c.id = coalesce(a.account_id, p.account_id)";

/// $1 tenant, $2 scope's id, $3 type, $4 channel, $5 from, $6 to, $7 retracted too, $8 and $9 position, $10 limit.
const CONDITIONS: &str = "a.tenant_id = $1 AND ($3::text IS NULL OR a.type = $3) AND ($4::text IS NULL OR a.channel = $4) \
    AND a.occurred_at >= coalesce($5::timestamptz, '-infinity') AND a.occurred_at < coalesce($6::timestamptz, 'infinity') \
    AND ($7 OR a.retracted_at IS NULL) AND a.occurred_at <= coalesce($8::timestamptz, 'infinity') \
    AND ($8::timestamptz IS NULL OR a.occurred_at < $8 OR a.id < $9)";
const NEWEST: &str = "ORDER BY a.occurred_at DESC, a.id DESC LIMIT $10";

/// # Errors
/// When the database refuses.
pub async fn list_activities(
    tx: &mut TenantTx,
    filter: &ActivityFilter,
    page: &PageRequest,
) -> Result<ListPage<Activity>, StoreError> {
    let position = page.after.as_ref().and_then(|after| Some((after.time()?, after.id)));
    let rows = newest(tx, filter, position, page.fetch()).await?;
    Ok(ListPage::of(rows, page, |row| Position { key: Key::Time(row.occurred_at), id: row.id }))
}

pub(super) async fn newest(
    tx: &mut TenantTx,
    filter: &ActivityFilter,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Activity>, StoreError> {
    // Of each person the newest few by their index, then the newest of those: never a walk through the whole log.
    let of_people = |people: &str| {
        format!(
            "SELECT l.* FROM (SELECT w.id FROM people w WHERE w.tenant_id = $1 AND {people}) w CROSS JOIN LATERAL \
             (SELECT a.* FROM activities a WHERE a.person_id = w.id AND {CONDITIONS} {NEWEST}) l"
        )
    };
    let (id, candidates) = match filter.scope {
        ActivityScope::Everybody => {
            (None, format!("SELECT a.* FROM activities a WHERE $2::uuid IS NULL AND {CONDITIONS} {NEWEST}"))
        }
        ActivityScope::Person(id) => (Some(id), of_people("(w.id = $2 OR w.merged_into = $2)")),
        ActivityScope::Account(id) => {
            let people = of_people(
                "(w.account_id = $2 OR w.work_domain = (SELECT d.domain FROM accounts d WHERE d.tenant_id = $1 AND d.id = $2))",
            );
            let own =
                format!("(SELECT a.* FROM activities a WHERE a.account_id = $2 AND {CONDITIONS} {NEWEST})");
            (
                Some(id),
                format!("SELECT DISTINCT ON (u.occurred_at, u.id) u.* FROM ({people} UNION ALL {own}) u"),
            )
        }
    };
    let sql = format!("SELECT {COLUMNS} FROM ({candidates}) a {NAMES} {NEWEST}");
    let rows = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Nullable<SqlUuid>, _>(id)
        .bind::<Nullable<Text>, _>(&filter.activity_type)
        .bind::<Nullable<Text>, _>(&filter.channel)
        .bind::<Nullable<Timestamptz>, _>(filter.from)
        .bind::<Nullable<Timestamptz>, _>(filter.to)
        .bind::<Bool, _>(filter.include_retracted)
        .bind::<Nullable<Timestamptz>, _>(after.map(|(time, _)| time))
        .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| id))
        .bind::<BigInt, _>(limit)
        .load(tx.conn())
        .await?;
    Ok(rows)
}

/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such activity.
pub async fn get_activity(tx: &mut TenantTx, id: Uuid) -> Result<Activity, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM activities a {NAMES} WHERE a.tenant_id = $1 AND a.id = $2");
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(tx.tenant().0).bind::<SqlUuid, _>(id);
    Ok(query.get_result(tx.conn()).await?)
}

/// An activity that a person enters by hand.
#[derive(Clone, Debug)]
pub struct NewActivity {
    pub person: Option<Uuid>,
    pub account: Option<Uuid>,
    pub activity_type: String,
    pub channel: String,
    pub occurred_at: DateTime<Utc>,
    pub subject: Option<String>,
    pub properties: Option<Value>,
}

/// # Errors
/// [`StoreError::Reference`] when the tenant has no such person or account, [`StoreError::Rule`] when neither is
/// named.
pub async fn record_activity(tx: &mut TenantTx, new: &NewActivity) -> Result<Activity, StoreError> {
    let id = Uuid::now_v7();
    diesel::sql_query(
        "INSERT INTO activities (tenant_id, id, person_id, account_id, type, channel, occurred_at, subject, properties) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(new.person)
    .bind::<Nullable<SqlUuid>, _>(new.account)
    .bind::<Text, _>(&new.activity_type)
    .bind::<Text, _>(&new.channel)
    .bind::<Timestamptz, _>(new.occurred_at)
    .bind::<Nullable<Text>, _>(&new.subject)
    .bind::<Nullable<Jsonb>, _>(&new.properties)
    .execute(tx.conn())
    .await?;
    get_activity(tx, id).await
}
