//! What is in the tables, seen past every wall: fingerprints that show whether anything changed, and the audit rows.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// Where a table's rows do not say what was done: the audit log has sweeps of its own, a key's last use is written for
/// refused calls too.
const NOT_AN_EFFECT: &str = "last_used_at";

/// A superuser's connection to one test's database.
pub struct Rows {
    client: Client,
    fingerprints: String,
}

/// A row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    pub tenant: String,
    pub actor: String,
    pub action: String,
    pub outcome: String,
    pub reason: Option<String>,
    pub resource_id: Option<String>,
}

impl Rows {
    pub(crate) async fn look(url: &str) -> Rows {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let tables = client
            .query(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') \
                 AND relname NOT IN ('audit_log', 'changes') AND relname NOT LIKE '\\_\\_diesel%' ORDER BY relname",
                &[],
            )
            .await
            .unwrap();
        let each = tables.iter().map(|row| {
            let table: String = row.get(0);
            format!(
                "SELECT '{table}', md5(coalesce(string_agg(r, '\n' ORDER BY r), '')) \
                 FROM (SELECT (to_jsonb(t) - '{NOT_AN_EFFECT}')::text AS r FROM {table} t) s"
            )
        });
        let fingerprints = each.collect::<Vec<_>>().join(" UNION ALL ");
        Rows { client, fingerprints }
    }

    /// A fingerprint of each table but the audit log. Two that are equal: nothing was done in between.
    pub async fn fingerprints(&self) -> BTreeMap<String, String> {
        let rows = self.client.query(&self.fingerprints, &[]).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    /// Where the audit log ends now.
    pub async fn audit_end(&self) -> i64 {
        let row = self.client.query_one("SELECT coalesce(max(seq), 0) FROM audit_log", &[]).await.unwrap();
        row.get(0)
    }

    /// What was audited after `end`, oldest first.
    pub async fn audited_since(&self, end: i64) -> Vec<AuditRow> {
        let rows = self
            .client
            .query(
                "SELECT tenant_id::text, actor_id, action, outcome, metadata ->> 'reason', resource_id \
                 FROM audit_log WHERE seq > $1 ORDER BY seq",
                &[&end],
            )
            .await
            .unwrap();
        let row = |it: &tokio_postgres::Row| AuditRow {
            tenant: it.get(0),
            actor: it.get(1),
            action: it.get(2),
            outcome: it.get(3),
            reason: it.get(4),
            resource_id: it.get(5),
        };
        rows.iter().map(row).collect()
    }

    /// What the markers of this organization's changes say.
    pub async fn marked_topics(&self, tenant: Uuid) -> BTreeSet<String> {
        let sql = "SELECT DISTINCT unnest(topics) FROM changes WHERE tenant_id::text = $1";
        let rows = self.client.query(sql, &[&tenant.to_string()]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Tears down the wall of row security, so that what is left must stand alone.
    pub async fn without_row_security(&self) {
        self.run(
            "DO $$ DECLARE t regclass; BEGIN \
               FOR t IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity LOOP \
                 EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t); \
               END LOOP; \
             END $$",
        )
        .await;
    }

    /// The one number that a query answers with.
    pub async fn number(&self, sql: &str) -> i64 {
        self.client.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Any statements.
    pub async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?} in {sql}"));
    }

    /// The hash of a key, put into the table by its id.
    pub(crate) async fn store_key_hash(&self, id: Uuid, hash: &[u8]) {
        let sql = "UPDATE api_keys SET secret_hash = $2 WHERE id::text = $1";
        assert_eq!(self.client.execute(sql, &[&id.to_string(), &hash]).await.unwrap(), 1);
    }
}
