//! What the vendor has, read by itself, to be compared with what the database has.

use std::collections::BTreeSet;

use connectors::{Context, Cursor, Scope};
use serde_json::json;
use store::jobs::JobId;

use crate::real_org::{self, Tenant};

/// External ids of what is not deleted.
#[derive(Default)]
pub(crate) struct Facts {
    accounts: BTreeSet<String>,
    people: BTreeSet<String>,
    opportunities: BTreeSet<String>,
    activities: BTreeSet<String>,
    quarantined: BTreeSet<String>,
}

impl Facts {
    pub(crate) async fn read(tenant: &Tenant, vendor: &str) -> Self {
        let connector = real_org::salesforce();
        let (settings, egress, app) = (json!({ "loginUrl": vendor }), real_org::egress(), real_org::app());
        let context = Context { egress: &egress, settings: &settings, app: Some(&app) };
        let scope = Scope::everything(connector.descriptor());
        let (mut facts, mut cursor) = (Self::default(), Cursor::default());
        let (mut object, mut rows) = ("", 0);
        loop {
            let page = connector.fetch(context, &tenant.credentials, &cursor, &scope).await.unwrap();
            rows = if object == page.object { rows } else { 0 } + page.read.values().sum::<u64>();
            object = page.object;
            macro_rules! take {
                ($($kind:ident),*) => {$(
                    let living = page.records.$kind.iter().filter(|record| !record.deleted);
                    facts.$kind.extend(living.map(|record| record.external_id.clone()));
                )*};
            }
            take!(accounts, people, opportunities, activities);
            facts.quarantined.extend(page.quarantined.into_iter().filter_map(|row| row.external_id));
            let of_another = page.done || !serde_json::to_string(&page.next).unwrap().contains("\"locator\"");
            if of_another {
                assert_eq!(Some(rows), page.object_total, "{object}: as many as the vendor counts");
            }
            if page.done {
                return facts;
            }
            cursor = page.next;
        }
    }

    /// Everything of the vendor's is here, once, and nothing else; and `run` counted each fact once.
    pub(crate) async fn assert_taken_over_once(&self, tenant: &Tenant, run: JobId) {
        let ours = |what: String| async move {
            let rows = tenant.superuser.query(&what, &[]).await.unwrap();
            let all: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            let unique: BTreeSet<String> = all.iter().cloned().collect();
            assert_eq!(all.len(), unique.len(), "nothing is doubled: {what}");
            unique
        };
        let kinds =
            [("account", &self.accounts), ("person", &self.people), ("opportunity", &self.opportunities)];
        for (kind, theirs) in kinds {
            let living = "SELECT external_id FROM external_ids WHERE deleted_at IS NULL AND entity";
            assert!(ours(format!("{living} = '{kind}'")).await == *theirs, "another set of {kind} ids");
        }
        let waiting =
            ours("SELECT external_id FROM quarantine WHERE entity = 'activity' AND status = 'open'".into())
                .await;
        let facts = ours("SELECT external_id FROM activities".into()).await;
        let all: BTreeSet<String> = facts.union(&waiting).cloned().collect();
        let theirs: BTreeSet<String> = self.activities.union(&self.quarantined).cloned().collect();
        assert!(
            all.is_subset(&theirs) && self.activities.is_subset(&all),
            "lost: {:?}",
            self.activities.difference(&all).next()
        );
        let orphans = "SELECT count(*) FROM people p WHERE NOT EXISTS (SELECT FROM external_ids x WHERE x.entity_id = p.id)";
        assert_eq!(tenant.superuser.query_one(orphans, &[]).await.unwrap().get::<_, i64>(0), 0);
        let mut tx = tenant.store.tenant(tenant.id).await.unwrap();
        let counts = store::sync_runs::get_sync_run(&mut tx, run).await.unwrap().counts;
        tx.rollback().await.unwrap();
        let inserted = usize::try_from(counts["activity"].inserted).unwrap();
        assert_eq!(inserted, facts.len(), "a page counts in the transaction that stores it");
    }
}
