//! Two million activities of a hundred thousand people in five thousand accounts, the same in every run.

use super::real_org::Tenant;

/// The end of the log, and the instant it is scored at.
pub(crate) const END: &str = "2026-06-01T00:00:00Z";

const ACCOUNTS: u32 = 5_000;
const PEOPLE: u32 = 100_000;
const OPPORTUNITIES: u32 = 2_500;
const ACTIVITIES: u32 = 2_000_000;

/// A second apart.
const TRIES: u32 = 30;

pub(crate) async fn make(tenant: &Tenant) {
    let began = std::time::Instant::now();
    let statements = [
        // Checked once more, foreign keys would take most of the time.
        "SET session_replication_role = replica; SET synchronous_commit = off".to_owned(),
        // Ids in order of their making, as UUIDv7 are; numbers that look random and are the same each time.
        "CREATE FUNCTION pg_temp.id(kind text, n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS \
           $$ SELECT ('01900000-000' || kind || '-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$; \
         CREATE FUNCTION pg_temp.dice(n bigint, salt bigint, sides bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS \
           $$ SELECT (n * 2654435761 + salt * 40503) % 4294967291 % sides $$"
            .to_owned(),
        format!(
            "INSERT INTO accounts (tenant_id, id, name, domain, industry, employee_count, annual_revenue, currency) \
             SELECT '{t}', pg_temp.id('1', n), 'Company ' || n, 'company' || n || '.example', 'Manufacturing', \
               pg_temp.dice(n, 1, 2000), pg_temp.dice(n, 2, 20000) * 1000000, 'USD' FROM generate_series(1, {ACCOUNTS}) n; \
             INSERT INTO account_versions (tenant_id, account_id, recorded_at, industry, employee_count, annual_revenue, currency) \
             SELECT tenant_id, id, '{END}'::timestamptz - interval '500 days', industry, employee_count, annual_revenue, currency \
             FROM accounts WHERE tenant_id = '{t}'; \
             INSERT INTO people (tenant_id, id, email, work_domain, last_name, title, account_id) \
             SELECT '{t}', pg_temp.id('2', n), 'p' || n || '@company' || n % {ACCOUNTS} + 1 || '.example', \
               'company' || n % {ACCOUNTS} + 1 || '.example', 'Family ' || n, \
               (ARRAY['Engineer', 'Director of IT', 'VP Sales', 'CEO', 'Manager'])[1 + pg_temp.dice(n, 3, 5)], \
               pg_temp.id('1', n % {ACCOUNTS} + 1) FROM generate_series(1, {PEOPLE}) n; \
             INSERT INTO opportunities (tenant_id, id, name, account_id, stage, stage_entered_at, source_created_at) \
             SELECT '{t}', pg_temp.id('3', n), 'Deal ' || n, pg_temp.id('1', 2 * n), 'Proposal', \
               '{END}'::timestamptz - pg_temp.dice(n, 4, 60) * interval '1 day', '{END}'::timestamptz - interval '90 days' \
             FROM generate_series(1, {OPPORTUNITIES}) n; \
             INSERT INTO opportunity_contacts (tenant_id, opportunity_id, person_id) \
             SELECT '{t}', pg_temp.id('3', n), pg_temp.id('2', 2 * n - 1 + k * {ACCOUNTS}) \
             FROM generate_series(1, {OPPORTUNITIES}) n, generate_series(0, 1) k",
            t = tenant.id
        ),
        format!(
            "INSERT INTO activities (tenant_id, id, person_id, occurred_at, recorded_at, type, channel) \
             SELECT '{}', pg_temp.id('4', n), pg_temp.id('2', 1 + pg_temp.dice(n, 5, {PEOPLE})), at, at, type, channel \
             FROM generate_series(1, {ACTIVITIES}) n, \
               LATERAL (SELECT '{END}'::timestamptz - (1 + pg_temp.dice(n, 6, 46656000)) * interval '1 second' AS at) w, \
               LATERAL (SELECT pg_temp.dice(n, 7, 100) AS d OFFSET 0) d, \
               LATERAL (SELECT CASE WHEN d < 40 THEN 'page_view' WHEN d < 65 THEN 'email_open' WHEN d < 77 THEN 'email_click' \
                 WHEN d < 83 THEN 'content_download' WHEN d < 88 THEN 'form_fill' WHEN d < 92 THEN 'ad_click' \
                 WHEN d < 95 THEN 'email_thread' WHEN d < 98 THEN 'event_attend' WHEN d < 99 THEN 'meeting_attend' \
                 ELSE 'demo_request' END AS type, 'web' AS channel) k",
            tenant.id
        ),
        "SET session_replication_role = DEFAULT; SET synchronous_commit = on; ANALYZE".to_owned(),
    ];
    for sql in statements {
        tenant.superuser.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }
    vacuum(tenant).await;
    println!("a log of {ACTIVITIES} activities, made in {:.0} s", began.elapsed().as_secs_f64());
}

/// Leaves the log as autovacuum does after a while: all of it marked as visible to all. Once is not enough while a
/// transaction from before the log's end is open, be it autovacuum's own.
async fn vacuum(tenant: &Tenant) {
    let rest = "SELECT relpages - relallvisible FROM pg_class WHERE oid = 'activities'::regclass";
    for _ in 0..TRIES {
        tenant.superuser.batch_execute("VACUUM activities").await.unwrap();
        if tenant.superuser.query_one(rest, &[]).await.unwrap().get::<_, i32>(0) == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    panic!("something keeps the log from being vacuumed");
}
