//! Who watches is told of every change: each mutation declares the topics of what it writes, and so do the queries that read it.

use std::collections::BTreeSet;

use api::CATALOGUE;
use rpc::Effect;
use tests::TestApp;

use crate::example;

/// Which topics a table's rows are shown under, and where they are not shown at all.
const TABLES: &[(&str, &[&str])] = &[
    ("account_versions", &["accounts"]),
    ("accounts", &["accounts"]),
    ("activities", &["activities"]),
    ("api_keys", &["apiKeys"]),
    ("buying_group_members", &["buyingGroups"]),
    ("buying_group_settings", &["roleTemplates"]),
    ("buying_groups", &["buyingGroups"]),
    ("campaign_groups", &["clients"]),
    ("campaigns", &["clients"]),
    ("client_channels", &["clients"]),
    ("client_grants", &["team"]),
    ("clients", &["clients"]),
    ("connectors", &["connectors"]),
    ("credential_directory", &[]),
    ("dismissed_candidates", &["buyingGroups"]),
    ("engagements", &["scores"]),
    ("field_mappings", &["fieldMappings"]),
    ("idempotency_keys", &[]),
    ("import_rows", &["metricsImports"]),
    ("imports", &["metricsImports"]),
    ("job_queue", &["jobs"]),
    ("jobs", &["jobs"]),
    ("memberships", &["team"]),
    ("oauth_states", &[]),
    ("opportunities", &["opportunities"]),
    ("people", &["people"]),
    ("quarantine", &["connectors"]),
    ("role_evidence", &["buyingGroups"]),
    ("role_templates", &["roleTemplates"]),
    ("scoring_configs", &["scoringConfig"]),
    ("scoring_runs", &["scoringRuns"]),
    ("sessions", &[]),
    ("sync_runs", &["syncRuns"]),
    ("tenant_keys", &[]),
    ("tenants", &["tenant"]),
    // Work to be done, which a job shows once it does it.
    ("touched_accounts", &[]),
    ("user_tenants", &["team"]),
    ("users", &["team"]),
    ("weekly_metric_revisions", &["metrics"]),
    ("weekly_metrics", &["metrics"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_mutation_declares_every_topic_of_the_tables_it_writes_and_leaves_a_marker_that_says_so() {
    let app = TestApp::start().await;
    let ours = app.seeded_tenant("ours").await;
    let mut faults = Vec::new();
    for method in CATALOGUE {
        let params = example(&app, &ours, method).await;
        let Effect::Mutation { topics, .. } = method.effect else { continue };
        let declared: BTreeSet<&str> = topics.iter().map(|it| it.0).collect();
        app.rows().run("DELETE FROM changes").await;
        let before = app.rows().fingerprints().await;
        ours.admin().call_raw(method.name, &params).await.result();
        let after = app.rows().fingerprints().await;
        for (table, _) in after.iter().filter(|(table, print)| before[*table] != **print) {
            let Some((_, shown)) = TABLES.iter().find(|(name, _)| name == table) else {
                faults
                    .push(format!("{} writes {table}: say here under which topics it is shown", method.name));
                continue;
            };
            for topic in shown.iter().filter(|it| !declared.contains(*it)) {
                faults.push(format!("{} writes {table} and does not declare {topic}", method.name));
            }
        }
        let marked = app.rows().marked_topics(ours.id()).await;
        for topic in declared.into_iter().chain(["audit"]) {
            if !marked.contains(topic) {
                faults.push(format!("{} left no marker for {topic}: {marked:?}", method.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_stores_topics_are_the_apis() {
    let ours: BTreeSet<&str> = api::topics::ALL.iter().map(|it| it.0).collect();
    let mut stores: BTreeSet<&str> = store::Topic::ALL.iter().map(|it| it.as_str()).collect();
    // No query shows who may do what: it decides whom anything is shown.
    assert!(stores.remove(store::Topic::Rights.as_str()));
    assert_eq!(ours, stores);
}
