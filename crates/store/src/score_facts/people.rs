//! Who belongs to which account and opportunity.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{StoreError, TenantTx};

/// A person who counts for an account or an opportunity.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Belonging {
    /// The account or opportunity.
    #[diesel(sql_type = SqlUuid)]
    pub entity: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub person: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Decides what the person weighs.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
}

/// Those linked by id, through an account merged into it too, and those whose e-mail domain is the account's.
const OF_ACCOUNTS: &str = "\
WITH linked AS ( \
  SELECT a.id AS entity, a.id FROM accounts a WHERE a.tenant_id = $1 AND a.id = ANY ($2) \
  UNION ALL \
  SELECT a.merged_into, a.id FROM accounts a WHERE a.tenant_id = $1 AND a.merged_into = ANY ($2)) \
SELECT l.entity, p.id AS person, p.title, \
  coalesce(nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.email, 'unknown') AS name FROM linked l \
  JOIN people p ON p.tenant_id = $1 AND p.account_id = l.id \
  WHERE p.deleted_at IS NULL AND p.merged_into IS NULL \
UNION \
SELECT a.id, p.id, p.title, coalesce(nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.email, 'unknown') FROM accounts a \
  JOIN people p ON p.tenant_id = a.tenant_id AND p.work_domain = a.domain \
  WHERE a.tenant_id = $1 AND a.id = ANY ($2) AND p.deleted_at IS NULL AND p.merged_into IS NULL \
ORDER BY entity, person";

/// The people whose activity counts for each of these accounts, by account and then by id.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn people_of_accounts(tx: &mut TenantTx, accounts: &[Uuid]) -> Result<Vec<Belonging>, StoreError> {
    let query = diesel::sql_query(OF_ACCOUNTS).bind::<SqlUuid, _>(tx.tenant().0);
    Ok(query.bind::<Array<SqlUuid>, _>(accounts).load(tx.conn()).await?)
}

const OF_OPPORTUNITIES: &str = "\
SELECT DISTINCT c.opportunity_id AS entity, s.id AS person, s.title, \
  coalesce(nullif(concat_ws(' ', s.first_name, s.last_name), ''), s.email, 'unknown') AS name FROM opportunity_contacts c \
  JOIN people p ON p.tenant_id = c.tenant_id AND p.id = c.person_id \
  JOIN people s ON s.tenant_id = p.tenant_id AND s.id = CASE WHEN p.merged_into IS NULL THEN p.id ELSE p.merged_into END \
  WHERE c.tenant_id = $1 AND c.opportunity_id = ANY ($2) AND s.deleted_at IS NULL \
ORDER BY entity, person";

/// The people with a contact role in each of these opportunities, by opportunity and then by id. One without any is
/// left to its account's people.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn contacts_of_opportunities(
    tx: &mut TenantTx,
    opportunities: &[Uuid],
) -> Result<Vec<Belonging>, StoreError> {
    let query = diesel::sql_query(OF_OPPORTUNITIES).bind::<SqlUuid, _>(tx.tenant().0);
    Ok(query.bind::<Array<SqlUuid>, _>(opportunities).load(tx.conn()).await?)
}

/// The account linked by id, followed over a merge, else the one whose domain is the e-mail's: the lowest id where
/// several share it.
const PERSON: &str = "\
SELECT coalesce( \
  (SELECT coalesce(l.merged_into, CASE WHEN l.deleted_at IS NULL THEN l.id END) FROM accounts l \
    WHERE l.tenant_id = p.tenant_id AND l.id = p.account_id), \
  (SELECT a.id FROM accounts a WHERE a.tenant_id = p.tenant_id AND a.domain = p.work_domain \
    AND a.deleted_at IS NULL AND a.merged_into IS NULL ORDER BY a.id LIMIT 1)) AS account \
FROM people p WHERE p.tenant_id = $1 AND p.id = $2";

/// The account whose fit a person inherits.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn person_account(tx: &mut TenantTx, person: Uuid) -> Result<Option<Uuid>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<SqlUuid>)]
        account: Option<Uuid>,
    }
    let query = diesel::sql_query(PERSON).bind::<SqlUuid, _>(tx.tenant().0).bind::<SqlUuid, _>(person);
    Ok(query.load::<Row>(tx.conn()).await?.pop().and_then(|row| row.account))
}
