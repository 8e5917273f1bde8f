//! Everybody who may matter for the groups of some accounts.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::scoring_inputs::HOME;
use crate::{StoreError, TenantTx};

/// A person as grouping reads them.
#[derive(Clone, Debug, QueryableByName)]
pub(in crate::buying_groups) struct GroupPerson {
    #[diesel(sql_type = SqlUuid)]
    pub(in crate::buying_groups) id: Uuid,
    /// The account they are linked to, else the one whose domain is their e-mail's.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(in crate::buying_groups) home: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(in crate::buying_groups) email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(in crate::buying_groups) work_domain: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(in crate::buying_groups) title: Option<String>,
    #[diesel(sql_type = Bool)]
    pub(in crate::buying_groups) alive: bool,
}

/// The accounts' people, the contacts of their opportunities, and the members of their groups.
pub(in crate::buying_groups) async fn people_of_groups(
    tx: &mut TenantTx,
    accounts: &[Uuid],
) -> Result<BTreeMap<Uuid, GroupPerson>, StoreError> {
    // Each look-up is fenced off (OFFSET 0), so that it goes by its key also while the tables' statistics are stale: as one
    // join the planner took them for empty after a first sync, and walked them once for every account.
    let query = diesel::sql_query(format!(
        "WITH asked AS (SELECT unnest($2) AS id), home AS MATERIALIZED ( \
           SELECT a.id FROM asked CROSS JOIN LATERAL ( \
             SELECT a.id FROM accounts a WHERE a.tenant_id = $1 AND a.id = asked.id \
             UNION ALL SELECT a.id FROM accounts a WHERE a.tenant_id = $1 AND a.merged_into = asked.id) a), \
         named AS MATERIALIZED ( \
           SELECT q.id FROM home h CROSS JOIN LATERAL ( \
             SELECT q.id FROM people q WHERE q.tenant_id = $1 AND q.account_id = h.id OFFSET 0) q \
           UNION SELECT q.id FROM asked CROSS JOIN LATERAL ( \
             SELECT a.domain FROM accounts a WHERE a.tenant_id = $1 AND a.id = asked.id OFFSET 0) a CROSS JOIN LATERAL ( \
             SELECT q.id FROM people q WHERE q.tenant_id = $1 AND q.work_domain = a.domain OFFSET 0) q \
           UNION SELECT coalesce(q.merged_into, q.id) FROM home h CROSS JOIN LATERAL ( \
             SELECT o.id FROM opportunities o WHERE o.tenant_id = $1 AND o.account_id = h.id OFFSET 0) o CROSS JOIN LATERAL ( \
             SELECT c.person_id FROM opportunity_contacts c WHERE c.tenant_id = $1 AND c.opportunity_id = o.id OFFSET 0) c \
             CROSS JOIN LATERAL ( \
             SELECT q.id, q.merged_into FROM people q WHERE q.tenant_id = $1 AND q.id = c.person_id OFFSET 0) q \
           UNION SELECT m.person_id FROM asked CROSS JOIN LATERAL ( \
             SELECT g.id FROM buying_groups g WHERE g.tenant_id = $1 AND g.account_id = asked.id OFFSET 0) g \
             CROSS JOIN LATERAL ( \
             SELECT m.person_id FROM buying_group_members m WHERE m.tenant_id = $1 AND m.group_id = g.id OFFSET 0) m) \
         SELECT p.id, {HOME} AS home, p.email, p.work_domain, p.title, p.deleted_at IS NULL AS alive \
         FROM named n CROSS JOIN LATERAL ( \
           SELECT p.id, p.account_id, p.email, p.work_domain, p.title, p.deleted_at FROM people p \
           WHERE p.tenant_id = $1 AND p.id = n.id AND p.merged_into IS NULL OFFSET 0) p"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(accounts);
    let people: Vec<GroupPerson> = query.load(tx.conn()).await?;
    Ok(people.into_iter().map(|person| (person.id, person)).collect())
}
