//! The log. A record seen again is nothing new; a changed one is its old fact taken back and a new fact.

use std::collections::HashMap;

use canonical::{Activity, ConnectorId};
use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use futures::{StreamExt, TryStreamExt};
use serde_json::Value;
use uuid::Uuid;

use super::identity::{accounts_by_domain, newest, people_by_email};
use super::names::Names;
use super::{EntityCounts, FactKind, QuarantinedRecord};
use crate::pool::Connection;
use crate::statement::statement;
use crate::{StoreError, TenantTx};

/// The reason under which an activity waits whose person or account is not there yet.
pub(super) const UNRESOLVED: &str = "unresolved_person";

/// An activity whose person and account are known.
struct Fact<'a> {
    record: &'a Activity,
    person: Option<Uuid>,
    account: Option<Uuid>,
}

/// Answers with those that belong to nobody we know; they go into quarantine and are tried again at the end.
pub(super) async fn write(
    tx: &mut TenantTx,
    connector: ConnectorId,
    records: &[Activity],
    names: &mut Names,
    counts: &mut EntityCounts,
) -> Result<Vec<QuarantinedRecord>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let records = newest(records);
    let (gone, living): (Vec<&Activity>, Vec<&Activity>) = records.into_iter().partition(|r| r.deleted);
    let (facts, lost) = place(tx, connector, living, names).await?;
    names.logged.learn(tx, connector).await?;
    let may_be_there = |record: &Activity| names.logged.may_have(&record.external_id);
    let asked: Vec<&Fact<'_>> = facts.iter().filter(|fact| may_be_there(fact.record)).collect();
    let present = present(tx, connector, &asked).await?;
    let asked = gone.iter().filter(|record| may_be_there(record)).map(|record| record.external_id.as_str());
    let taken_back = retract(tx, connector, asked.collect()).await?;
    let same = |fact: &&Fact<'_>| present.get(&fact.record.external_id) == Some(&true);
    let mut news: Vec<&Fact<'_>> = facts.iter().filter(|fact| !same(fact)).collect();
    // Neighbours in the indexes are written one after the other.
    news.sort_unstable_by_key(|fact| (fact.account, fact.person, fact.record.occurred_at));
    let changed: Vec<&str> = news
        .iter()
        .map(|fact| fact.record.external_id.as_str())
        .filter(|id| present.contains_key(*id))
        .collect();
    let updated = retract(tx, connector, changed).await?;
    insert(tx, connector, &news).await?;
    names.logged.add(news.iter().map(|fact| fact.record.external_id.as_str()));
    let count = |n: usize| i64::try_from(n).expect("a page is small");
    counts.read += count(facts.len() + gone.len());
    counts.deleted += taken_back;
    counts.updated += updated;
    counts.inserted += count(news.len()) - updated;
    counts.unchanged += count(facts.len() - news.len()) + count(gone.len()) - taken_back;
    Ok(lost)
}

/// Finds whom each activity is of: by external id, then by e-mail or domain.
async fn place<'a>(
    tx: &mut TenantTx,
    connector: ConnectorId,
    records: Vec<&'a Activity>,
    names: &mut Names,
) -> Result<(Vec<Fact<'a>>, Vec<QuarantinedRecord>), StoreError> {
    let named = records.iter().filter_map(|r| r.person_external_id.as_deref());
    names.people.learn(tx, connector, "person", named).await?;
    let named = records.iter().filter_map(|r| r.account_external_id.as_deref());
    names.accounts.learn(tx, connector, "account", named).await?;
    let emails = records.iter().filter_map(|r| r.email.as_ref().map(|email| email.as_str())).collect();
    let by_email = people_by_email(tx, emails).await?;
    let domains = records.iter().filter_map(|r| r.domain.as_ref()).filter(|d| d.names_an_account());
    let by_domain = accounts_by_domain(tx, domains.map(|domain| domain.as_str()).collect()).await?;
    let (mut facts, mut lost) = (Vec::with_capacity(records.len()), Vec::new());
    for record in records {
        let by_id = record.person_external_id.as_ref().and_then(|id| names.people.get(id));
        let person = by_id.or_else(|| by_email.get(record.email.as_ref()?.as_str()).copied());
        let by_id = record.account_external_id.as_ref().and_then(|id| names.accounts.get(id));
        let account = by_id.or_else(|| by_domain.get(record.domain.as_ref()?.as_str()).copied());
        // Known to be somebody's, so it must not be written down as nobody's.
        let person_to_come = person.is_none() && record.person_external_id.is_some();
        if person_to_come || (person.is_none() && account.is_none()) {
            lost.push(QuarantinedRecord {
                entity: FactKind::Activity,
                external_id: record.external_id.clone(),
                reason: UNRESOLVED.into(),
                detail: record.person_external_id.clone(),
                raw: serde_json::to_value(record).unwrap_or(Value::Null),
            });
        } else {
            facts.push(Fact { record, person, account });
        }
    }
    Ok((facts, lost))
}

/// Of those that are in the log already: whether they say the same.
async fn present(
    tx: &mut TenantTx,
    connector: ConnectorId,
    facts: &[&Fact<'_>],
) -> Result<HashMap<String, bool>, StoreError> {
    if facts.is_empty() {
        return Ok(HashMap::new());
    }
    #[derive(QueryableByName)]
    struct There {
        #[diesel(sql_type = Text)]
        external_id: String,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        person_id: Option<Uuid>,
        #[diesel(sql_type = Nullable<SqlUuid>)]
        account_id: Option<Uuid>,
        #[diesel(sql_type = Timestamptz)]
        occurred_at: DateTime<Utc>,
        #[diesel(sql_type = Text)]
        activity_type: String,
        #[diesel(sql_type = Text)]
        channel: String,
        #[diesel(sql_type = Nullable<Text>)]
        subject: Option<String>,
        #[diesel(sql_type = Nullable<Jsonb>)]
        properties: Option<Value>,
    }
    let there: Vec<There> = sql_query(
        "SELECT a.* FROM unnest($3) n (name) CROSS JOIN LATERAL ( \
           SELECT a.external_id, a.person_id, a.account_id, a.occurred_at, a.type AS activity_type, a.channel, a.subject, \
             a.properties FROM activities a WHERE a.tenant_id = $1 AND a.connector_id = $2 AND a.external_id = n.name \
             AND a.retracted_at IS NULL OFFSET 0) a",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<Text>, _>(facts.iter().map(|f| f.record.external_id.as_str()).collect::<Vec<_>>())
    .load(tx.conn())
    .await?;
    let by_id: HashMap<&str, &Fact<'_>> = facts.iter().map(|f| (f.record.external_id.as_str(), *f)).collect();
    let compared = there.into_iter().filter_map(|row| {
        let fact = by_id.get(row.external_id.as_str())?;
        let record = fact.record;
        let properties = match &row.properties {
            Some(Value::Object(kept)) => *kept == record.properties,
            _ => record.properties.is_empty(),
        };
        let same = properties
            && (row.person_id, row.account_id) == (fact.person, fact.account)
            // The database keeps microseconds.
            && row.occurred_at.timestamp_micros() == record.occurred_at.timestamp_micros()
            && row.activity_type == record.activity_type.as_str()
            && row.channel == record.channel.as_str()
            && row.subject == record.subject;
        Some((row.external_id, same))
    });
    Ok(compared.collect())
}

async fn retract(
    tx: &mut TenantTx,
    connector: ConnectorId,
    external_ids: Vec<&str>,
) -> Result<i64, StoreError> {
    #[derive(QueryableByName)]
    struct There {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    if external_ids.is_empty() {
        return Ok(0);
    }
    // Most of what a vendor calls gone was never here.
    let there: Vec<There> = sql_query(
        "SELECT a.id FROM unnest($3) n (name) CROSS JOIN LATERAL ( \
           SELECT a.id FROM activities a WHERE a.tenant_id = $1 AND a.connector_id = $2 AND a.external_id = n.name \
             AND a.retracted_at IS NULL OFFSET 0) a",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<Text>, _>(external_ids)
    .load(tx.conn())
    .await?;
    if there.is_empty() {
        return Ok(0);
    }
    let retracted = sql_query(
        "UPDATE activities SET retracted_at = clock_timestamp() WHERE tenant_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(there.into_iter().map(|row| row.id).collect::<Vec<_>>())
    .execute(tx.conn())
    .await?;
    Ok(i64::try_from(retracted).expect("a page is small"))
}

/// So many facts go into one statement. The next one is made while PostgreSQL works on the one before, so the first is short.
const AT_FIRST: usize = 800;
const AT_ONCE: usize = 2_400;

async fn insert(tx: &mut TenantTx, connector: ConnectorId, facts: &[&Fact<'_>]) -> Result<(), StoreError> {
    let tenant = tx.tenant().0;
    let conn: &Connection = tx.conn();
    let (first, rest) = facts.split_at(facts.len().min(AT_FIRST));
    let chunks = std::iter::once(first).chain(rest.chunks(AT_ONCE)).filter(|facts| !facts.is_empty());
    let statements: Vec<_> = chunks
        .enumerate()
        .map(|(number, facts)| async move {
            if number > 0 {
                // The statement before this one is sent by another task, which may be waiting for this one to pause.
                tokio::task::yield_now().await;
            }
            insert_some(conn, tenant, connector, facts).await
        })
        .collect();
    futures::stream::iter(statements).buffered(2).try_collect().await
}

async fn insert_some(
    mut conn: &Connection,
    tenant: Uuid,
    connector: ConnectorId,
    facts: &[&Fact<'_>],
) -> Result<(), StoreError> {
    macro_rules! column {
        ($f:ident => $value:expr) => {
            facts.iter().map(|$f| $value).collect::<Vec<_>>()
        };
    }
    statement(
        "INSERT INTO activities (tenant_id, connector_id, id, external_id, person_id, account_id, occurred_at, type, \
           channel, subject, properties) \
         SELECT $1, $2, i.id, i.external_id, i.person_id, i.account_id, i.occurred_at, i.type, i.channel, i.subject, \
           i.properties::jsonb \
         FROM (SELECT unnest($3) AS id, unnest($4) AS external_id, unnest($5) AS person_id, unnest($6) AS account_id, \
             unnest($7) AS occurred_at, unnest($8) AS type, unnest($9) AS channel, unnest($10) AS subject, \
             unnest($11) AS properties) i",
    )
    .bind::<SqlUuid, _>(tenant)
    .bind::<SqlUuid, _>(connector.0)
    .bind::<Array<SqlUuid>, _>(column!(_f => Uuid::now_v7()))
    .bind::<Array<Text>, _>(column!(f => f.record.external_id.as_str()))
    .bind::<Array<Nullable<SqlUuid>>, _>(column!(f => f.person))
    .bind::<Array<Nullable<SqlUuid>>, _>(column!(f => f.account))
    .bind::<Array<Timestamptz>, _>(column!(f => f.record.occurred_at))
    .bind::<Array<Text>, _>(column!(f => f.record.activity_type.as_str()))
    .bind::<Array<Text>, _>(column!(f => f.record.channel.as_str()))
    .bind::<Array<Nullable<Text>>, _>(column!(f => f.record.subject.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(column!(f => properties(f.record)))
    .execute(&mut conn)
    .await?;
    Ok(())
}

fn properties(record: &Activity) -> Option<String> {
    (!record.properties.is_empty()).then(|| super::json_text(&record.properties))
}
