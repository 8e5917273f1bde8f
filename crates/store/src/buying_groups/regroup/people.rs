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
    let query = diesel::sql_query(format!(
        "WITH home AS ( \
           SELECT a.id FROM accounts a WHERE a.tenant_id = $1 AND (a.id = ANY ($2) OR a.merged_into = ANY ($2))) \
         SELECT p.id, {HOME} AS home, p.email, p.work_domain, p.title, p.deleted_at IS NULL AS alive FROM people p \
         WHERE p.tenant_id = $1 AND p.merged_into IS NULL AND p.id IN ( \
           SELECT q.id FROM home h JOIN people q ON q.tenant_id = $1 AND q.account_id = h.id \
           UNION SELECT q.id FROM accounts a JOIN people q ON q.tenant_id = a.tenant_id AND q.work_domain = a.domain \
             WHERE a.tenant_id = $1 AND a.id = ANY ($2) \
           UNION SELECT coalesce(q.merged_into, q.id) FROM home h \
             JOIN opportunities o ON o.tenant_id = $1 AND o.account_id = h.id \
             JOIN opportunity_contacts c ON c.tenant_id = o.tenant_id AND c.opportunity_id = o.id \
             JOIN people q ON q.tenant_id = c.tenant_id AND q.id = c.person_id \
           UNION SELECT m.person_id FROM buying_groups g \
             JOIN buying_group_members m ON m.tenant_id = g.tenant_id AND m.group_id = g.id \
             WHERE g.tenant_id = $1 AND g.account_id = ANY ($2))"
    ))
    .bind::<SqlUuid, _>(tx.tenant().0)
    .bind::<Array<SqlUuid>, _>(accounts);
    let people: Vec<GroupPerson> = query.load(tx.conn()).await?;
    Ok(people.into_iter().map(|person| (person.id, person)).collect())
}
