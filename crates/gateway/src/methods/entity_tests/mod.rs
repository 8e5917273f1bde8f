//! The entities' methods as a caller meets them, on a database with two organizations.

mod details;
mod lists;
mod record;
mod timelines;

use api::routers::{account, activity, job, opportunity, person};
use serde_json::Value;
use store::TenantId;

use crate::bench::Bench;

const HASH: &str = "decode(repeat('00', 32), 'hex')";

/// `acme` with no rows yet.
async fn acme() -> Bench {
    Bench::start(|registry| {
        registry.register::<account::List>().unwrap();
        registry.register::<account::Get>().unwrap();
        registry.register::<account::Timeline>().unwrap();
        registry.register::<person::List>().unwrap();
        registry.register::<person::Get>().unwrap();
        registry.register::<person::Timeline>().unwrap();
        registry.register::<opportunity::List>().unwrap();
        registry.register::<opportunity::Get>().unwrap();
        registry.register::<opportunity::Timeline>().unwrap();
        registry.register::<activity::List>().unwrap();
        registry.register::<activity::Get>().unwrap();
        registry.register::<activity::Record>().unwrap();
        registry.register::<job::Get>().unwrap();
        registry.register::<job::List>().unwrap();
        registry.register::<job::Cancel>().unwrap();
    })
    .await
}

/// A world with ties, nulls and unicode: 40 accounts of which some share a name, 40 people at the first of them,
/// 40 deals; every other one scored, several alike.
async fn many() -> Bench {
    let bench = acme().await;
    fill(&bench, bench.tenant, 0).await;
    bench
}

async fn fill(bench: &Bench, tenant: TenantId, number: u8) {
    let [accounts, people, deals] = ['a', 'b', 'd'].map(|kind| sql_id(kind, number));
    let first = id('a', number, 0);
    let names = "(ARRAY['Åre', 'Zürich', 'İzmir', 'Acme', 'acme', '李家', 'Ω', ''])[1 + n % 8]";
    bench
        .database.execute(&format!(
            "INSERT INTO accounts (tenant_id, id, name, domain, industry, updated_at) \
             SELECT '{tenant}', {accounts}, {names}, CASE WHEN n = 0 THEN 'first.example' END, \
               CASE n % 3 WHEN 0 THEN 'Steel' WHEN 1 THEN 'steel' END, '2026-01-01'::timestamptz + n / 4 * interval '1 day' \
             FROM generate_series(0, 39) n; \
             INSERT INTO people (tenant_id, id, email, first_name, last_name, work_domain, account_id, is_lead, updated_at) \
             SELECT '{tenant}', {people}, CASE WHEN n % 5 > 0 THEN 'p' || n || '@first.example' END, \
               CASE WHEN n % 2 = 0 THEN 'Zoë' END, nullif({names}, ''), CASE WHEN n % 2 = 0 THEN 'first.example' END, \
               CASE WHEN n % 2 = 1 THEN '{first}'::uuid END, \
               n % 4 = 0, '2026-01-01'::timestamptz + n / 4 * interval '1 day' \
             FROM generate_series(0, 39) n; \
             INSERT INTO opportunities (tenant_id, id, name, account_id, stage, amount, currency, close_date, is_closed, is_won, updated_at) \
             SELECT '{tenant}', {deals}, {names}, \
               '{first}'::uuid, 'Proposal', 100, 'EUR', \
               CASE WHEN n % 3 > 0 THEN '2026-05-01'::date + n / 6 END, n % 4 = 3, n % 8 = 3, '2026-01-01'::timestamptz + n / 4 * interval '1 day' \
             FROM generate_series(0, 39) n"
        ))
        .await;
    for (kind, table) in [("account", "accounts"), ("person", "people"), ("opportunity", "opportunities")] {
        bench
            .database.execute(&format!(
                "INSERT INTO engagements (tenant_id, entity_type, entity_id, engagement, combined, tier, config_hash, scored_at) \
                 SELECT tenant_id, '{kind}', id, n * 1000, CASE WHEN n % 4 = 0 THEN n / 8 * 1000 END, \
                   CASE WHEN n > 20 THEN 'hot' ELSE 'cold' END, {HASH}, now() \
                 FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM {table} WHERE tenant_id = '{tenant}') t WHERE n % 2 = 0"
            ))
            .await;
    }
}

/// Another organization in the same database, with rows of its own.
async fn stranger(bench: &Bench) -> TenantId {
    let tenant = bench.database.tenant("globex").await;
    fill(bench, tenant, 1).await;
    tenant
}

/// The id of the `n`th row of a kind: `a`ccount, `b`ody (a person) or `d`eal; of `acme` in 0, of `globex` in 1.
fn id(kind: char, tenant: u8, n: u32) -> String {
    format!("{kind}0000000-0000-7000-800{tenant}-{n:012x}")
}

fn sql_id(kind: char, tenant: u8) -> String {
    format!("('{kind}0000000-0000-7000-800{tenant}-' || lpad(to_hex(n), 12, '0'))::uuid")
}

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}
