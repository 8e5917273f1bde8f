//! The log, newest first: of everybody, of a person, of an account and its people; one fact of it; a new one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::page::{Key, ListPage, PageRequest, Position};
use crate::pool::Connection;
use crate::statement::statement;
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

/// Which activities to list. A person and an account together: what that person did there.
#[derive(Clone, Debug, Default)]
pub struct ActivityFilter {
    /// Those merged into the person included.
    pub person: Option<Uuid>,
    /// The account's own and those of its people, by id or e-mail domain.
    pub account: Option<Uuid>,
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

/// The person is shown as the survivor, the account as the activity's own or else the person's. By CASE: under row security
/// coalesce() counts as leaky, and an index is not asked for what is.
const NAMES: &str = "LEFT JOIN people o ON o.tenant_id = a.tenant_id AND o.id = a.person_id \
    LEFT JOIN people p ON p.tenant_id = a.tenant_id AND p.id = CASE WHEN o.merged_into IS NULL THEN o.id ELSE o.merged_into END \
    LEFT JOIN accounts b ON b.tenant_id = a.tenant_id \
      AND b.id = CASE WHEN a.account_id IS NULL THEN p.account_id ELSE a.account_id END \
    LEFT JOIN accounts c ON c.tenant_id = a.tenant_id AND c.id = CASE WHEN b.merged_into IS NULL THEN b.id ELSE b.merged_into END";

/// $1 tenant, $2 type, $3 channel, $4 from, $5 to, $6 retracted too, $7 and $8 position, $9 limit, $10 whose.
const CONDITIONS: &str = "a.tenant_id = $1 AND ($2::text IS NULL OR a.type = $2) AND ($3::text IS NULL OR a.channel = $3) \
    AND a.occurred_at >= CASE WHEN $4::timestamptz IS NULL THEN '-infinity' ELSE $4 END \
    AND a.occurred_at < CASE WHEN $5::timestamptz IS NULL THEN 'infinity' ELSE $5 END \
    AND ($6 OR a.retracted_at IS NULL) AND a.occurred_at <= CASE WHEN $7::timestamptz IS NULL THEN 'infinity' ELSE $7 END \
    AND ($7::timestamptz IS NULL OR a.occurred_at < $7 OR a.id < $8)";
const NEWEST: &str = "ORDER BY a.occurred_at DESC, a.id DESC LIMIT $9";

const PERSON: &str = "(w.id = $10 OR w.merged_into = $10)";
const ITS_PEOPLE: &str = "(w.account_id = $10 \
    OR w.work_domain = (SELECT d.domain FROM accounts d WHERE d.tenant_id = $1 AND d.id = $10))";
const ITSELF: &str = "a.account_id IN \
    (SELECT i.id FROM accounts i WHERE i.tenant_id = $1 AND (i.id = $10 OR i.merged_into = $10))";
/// $11 the account where that person did it.
const THERE: &str = "(a.account_id = $11 OR (a.account_id IS NULL AND EXISTS (SELECT FROM people t \
    LEFT JOIN accounts d ON d.tenant_id = $1 AND d.id = $11 \
    WHERE t.tenant_id = $1 AND t.id = $10 AND (t.account_id = $11 OR t.work_domain = d.domain))))";
const CONTACTS: &str = "(w.id IN (SELECT oc.person_id FROM opportunity_contacts oc \
        WHERE oc.tenant_id = $1 AND oc.opportunity_id = $10) \
    OR w.merged_into IN (SELECT oc.person_id FROM opportunity_contacts oc \
        WHERE oc.tenant_id = $1 AND oc.opportunity_id = $10))";

/// Whose activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Everybody,
    Person(Uuid),
    Account(Uuid),
    PersonAt(Uuid, Uuid),
    Contacts(Uuid),
}

/// # Errors
/// When the database refuses.
pub async fn list_activities(
    tx: &mut TenantTx,
    filter: &ActivityFilter,
    page: &PageRequest,
) -> Result<ListPage<Activity>, StoreError> {
    let of = match (filter.person, filter.account) {
        (None, None) => Of::Everybody,
        (Some(person), None) => Of::Person(person),
        (None, Some(account)) => Of::Account(account),
        (Some(person), Some(account)) => Of::PersonAt(person, account),
    };
    let position = page.after.as_ref().and_then(|after| Some((after.time()?, after.id)));
    let tenant = tx.tenant().0;
    let rows = newest(tx.conn(), tenant, of, filter, position, page.fetch()).await?;
    Ok(ListPage::of(rows, page, |row| Position { key: Key::Time(row.occurred_at), id: row.id }))
}

/// One fact of the log, also one that was taken back.
///
/// # Errors
/// [`StoreError::NotFound`] when the tenant has no such activity.
pub async fn get_activity(tx: &mut TenantTx, id: Uuid) -> Result<Activity, StoreError> {
    let found =
        statement(format!("SELECT {COLUMNS} FROM activities a {NAMES} WHERE a.tenant_id = $1 AND a.id = $2"))
            .bind::<SqlUuid, _>(tx.tenant().0)
            .bind::<SqlUuid, _>(id);
    Ok(found.get_result(tx.conn()).await?)
}

pub(super) async fn newest(
    mut conn: &Connection,
    tenant: Uuid,
    of: Of,
    filter: &ActivityFilter,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: i64,
) -> Result<Vec<Activity>, StoreError> {
    let rows = statement(format!("SELECT {COLUMNS} FROM ({}) a {NAMES} {NEWEST}", candidates(of)))
        .bind::<SqlUuid, _>(tenant)
        .bind::<Nullable<Text>, _>(&filter.activity_type)
        .bind::<Nullable<Text>, _>(&filter.channel)
        .bind::<Nullable<Timestamptz>, _>(filter.from)
        .bind::<Nullable<Timestamptz>, _>(filter.to)
        .bind::<Bool, _>(filter.include_retracted)
        .bind::<Nullable<Timestamptz>, _>(after.map(|(time, _)| time))
        .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| id))
        .bind::<BigInt, _>(limit);
    let rows = match of {
        Of::Everybody => rows,
        Of::Person(id) | Of::Account(id) | Of::Contacts(id) => rows.bind::<SqlUuid, _>(id),
        Of::PersonAt(person, account) => rows.bind::<SqlUuid, _>(person).bind::<SqlUuid, _>(account),
    };
    Ok(rows.load(&mut conn).await?)
}

/// Of each person the newest few by their index, then the newest of those: never a walk through the whole log.
fn candidates(of: Of) -> String {
    let of_people = |people: &str, besides: &str| {
        format!(
            "SELECT l.* FROM (SELECT w.id FROM people w WHERE w.tenant_id = $1 AND {people}) w CROSS JOIN LATERAL \
             (SELECT a.* FROM activities a WHERE a.person_id = w.id AND {CONDITIONS}{besides} {NEWEST}) l"
        )
    };
    match of {
        Of::Everybody => format!("SELECT a.* FROM activities a WHERE {CONDITIONS} {NEWEST}"),
        Of::Person(_) => of_people(PERSON, ""),
        Of::PersonAt(..) => of_people(PERSON, &format!(" AND {THERE}")),
        Of::Contacts(_) => of_people(CONTACTS, ""),
        Of::Account(_) => format!(
            "SELECT DISTINCT ON (u.occurred_at, u.id) u.* FROM ({} UNION ALL \
             (SELECT a.* FROM activities a WHERE {ITSELF} AND {CONDITIONS} {NEWEST})) u",
            of_people(ITS_PEOPLE, "")
        ),
    }
}

/// An activity that a caller enters.
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

/// Why an activity was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordActivityError {
    #[error("the person it is of does not exist")]
    NoSuchPerson,
    #[error("the account it is of does not exist")]
    NoSuchAccount,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Those named must be there and not deleted; then the rows, read back with their names. One round trip.
const RECORD: &str = "WITH a AS (INSERT INTO activities \
       (tenant_id, id, person_id, account_id, type, channel, occurred_at, subject, properties) \
     SELECT $1, g.* FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::text[], \
         $9::jsonb[]) AS g (id, person_id, account_id, type, channel, occurred_at, subject, properties) WHERE \
       (g.person_id IS NULL OR EXISTS \
         (SELECT FROM people e WHERE e.tenant_id = $1 AND e.id = g.person_id AND e.deleted_at IS NULL)) AND \
       (g.account_id IS NULL OR EXISTS \
         (SELECT FROM accounts e WHERE e.tenant_id = $1 AND e.id = g.account_id AND e.deleted_at IS NULL)) \
     RETURNING *)";

/// Adds facts to the log, those whose person and account are there. Answers in their order, with nothing for the others.
///
/// # Errors
/// When the database refuses; [`StoreError::Rule`] when one names neither.
pub async fn record_activities(
    tx: &mut TenantTx,
    new: &[NewActivity],
) -> Result<Vec<Option<Activity>>, StoreError> {
    let ids: Vec<Uuid> = new.iter().map(|_| Uuid::now_v7()).collect();
    let recorded: Vec<Activity> = statement(format!("{RECORD} SELECT {COLUMNS} FROM a {NAMES}"))
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<SqlUuid>, _>(&ids)
        .bind::<Array<Nullable<SqlUuid>>, _>(new.iter().map(|it| it.person).collect::<Vec<_>>())
        .bind::<Array<Nullable<SqlUuid>>, _>(new.iter().map(|it| it.account).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(new.iter().map(|it| &it.activity_type).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(new.iter().map(|it| &it.channel).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(new.iter().map(|it| it.occurred_at).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(new.iter().map(|it| it.subject.as_ref()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Jsonb>>, _>(new.iter().map(|it| it.properties.as_ref()).collect::<Vec<_>>())
        .load(tx.conn())
        .await?;
    let mut recorded: HashMap<Uuid, Activity> = recorded.into_iter().map(|it| (it.id, it)).collect();
    Ok(ids.iter().map(|id| recorded.remove(id)).collect())
}

/// Adds a fact to the log.
///
/// # Errors
/// [`RecordActivityError::NoSuchPerson`] and [`RecordActivityError::NoSuchAccount`], also for those who were
/// deleted; [`StoreError::Rule`] when neither is named.
pub async fn record_activity(tx: &mut TenantTx, new: &NewActivity) -> Result<Activity, RecordActivityError> {
    if let Some(activity) = record_activities(tx, std::slice::from_ref(new)).await?.pop().flatten() {
        return Ok(activity);
    }
    let Some(person) = new.person else { return Err(RecordActivityError::NoSuchAccount) };
    match super::survivor(tx, "people", person).await {
        Ok(_) => Err(RecordActivityError::NoSuchAccount),
        Err(StoreError::NotFound) => Err(RecordActivityError::NoSuchPerson),
        Err(error) => Err(error.into()),
    }
}
