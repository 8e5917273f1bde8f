//! Rows to read: several organizations of one size, with scores, deals and a log. Made once, found again.

use anyhow::Context;
use gateway::provision::{self, NewOrganization};
use store::{Store, StoreConfig, TenantId, migrate, private_postgres::PrivatePostgres, tenants};

use super::superuser;

pub(crate) const TENANTS: u32 = 4;
const ACCOUNTS: u32 = 5_000;
const PEOPLE: u32 = 25_000;
const DEALS: u32 = 2_500;

pub(crate) struct World {
    pub(crate) tenants: Vec<Seeded>,
}

/// One organization and a key to it.
pub(crate) struct Seeded {
    pub(crate) key: String,
}

impl Seeded {
    /// An account's id; the same ones in each organization.
    pub(crate) fn account(&self, n: usize) -> String {
        id('a', 1 + n * 617)
    }

    pub(crate) fn person(&self, n: usize) -> String {
        id('b', 1 + n * 2_999)
    }
}

fn id(kind: char, n: usize) -> String {
    format!("{kind}0000000-0000-7000-8000-{n:012x}")
}

fn sql_id(kind: char, n: &str) -> String {
    format!("('{kind}0000000-0000-7000-8000-' || lpad(to_hex({n}), 12, '0'))::uuid")
}

pub(crate) async fn seed(server: &PrivatePostgres, activities: u32) -> anyhow::Result<World> {
    migrate(&server.owner_url()).await?;
    let store = Store::connect(&StoreConfig::new(server.app_url())).await?;
    let mut made = World { tenants: Vec::new() };
    for n in 0..TENANTS {
        let slug = format!("load-{n}");
        // A key is told once; for the next run it is kept beside the data.
        let kept = server.folder().join(format!("{slug}.key"));
        let tenant = match tenants::tenant_by_slug(&store, &slug).await? {
            Some(tenant) => tenant,
            None => {
                let new = NewOrganization { name: &slug, slug: &slug, admin_email: "load@example.org" };
                let new = provision::create_organization(&store, &new).await?;
                std::fs::write(&kept, new.api_key.expose())?;
                new.tenant
            }
        };
        fill(server, tenant, activities / TENANTS).await?;
        made.tenants.push(Seeded { key: std::fs::read_to_string(&kept)? });
    }
    let client = superuser(server).await?;
    // One by one: several at once would be one transaction, in which there is no VACUUM.
    for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
        client.batch_execute(statement).await?;
    }
    Ok(made)
}

/// Only what is missing.
async fn fill(server: &PrivatePostgres, tenant: TenantId, activities: u32) -> anyhow::Result<()> {
    let client = superuser(server).await?;
    let (account, person, deal, fact) =
        (sql_id('a', "n"), sql_id('b', "n"), sql_id('d', "n"), sql_id('f', "n"));
    let its_account = sql_id('a', &format!("1 + n % {ACCOUNTS}"));
    let its_person = sql_id('b', &format!("1 + (n * 7919) % {PEOPLE}"));
    let scored = |kind: &str, id: &str, last: u32| {
        format!(
            "INSERT INTO engagements (tenant_id, entity_type, entity_id, fit, fit_low, fit_high, coverage, engagement, combined, \
               quadrant, tier, since, config_hash, scored_at) \
             SELECT '{tenant}', '{kind}', {id}, n % 100000, n % 100000, 100000, 1000, (n * 31) % 100000, (n * 17) % 100000, \
               'nurture', (ARRAY['hot', 'warm', 'cool', 'cold'])[1 + n % 4], now(), decode(repeat('00', 32), 'hex'), now() \
             FROM generate_series(1, {last}) n ON CONFLICT DO NOTHING"
        )
    };
    let statements = [
        format!(
            "INSERT INTO accounts (tenant_id, id, name, domain, industry, employee_count, annual_revenue, currency, country, \
               owner_email, attributes) \
             SELECT '{tenant}', {account}, 'Company ' || md5(n::text), 'c' || n || '.example', 'Industry ' || n % 12, n % 9000, \
               n * 100000, 'USD', 'US', 'owner' || n % 20 || '@example.org', jsonb_build_object('segment', n % 5) \
             FROM generate_series(1, {ACCOUNTS}) n ON CONFLICT DO NOTHING"
        ),
        format!(
            "INSERT INTO people (tenant_id, id, email, work_domain, first_name, last_name, title, seniority, account_id) \
             SELECT '{tenant}', {person}, 'p' || n || '@c' || 1 + n % {ACCOUNTS} || '.example', 'c' || 1 + n % {ACCOUNTS} || '.example', \
               'First' || n % 400, 'Last' || md5(n::text), 'Director of Operations', 'director', {its_account} \
             FROM generate_series(1, {PEOPLE}) n ON CONFLICT DO NOTHING"
        ),
        format!(
            "INSERT INTO opportunities (tenant_id, id, name, account_id, stage, stage_entered_at, amount, currency, close_date, \
               is_closed, is_won) \
             SELECT '{tenant}', {deal}, 'Deal ' || n, {its_account}, 'Proposal', now(), n * 1000, 'USD', '2026-05-01'::date + n % 200, \
               n % 3 = 0, n % 6 = 0 \
             FROM generate_series(1, {DEALS}) n ON CONFLICT DO NOTHING"
        ),
        scored("account", &account, ACCOUNTS),
        scored("person", &person, PEOPLE),
        scored("opportunity", &deal, DEALS),
        format!(
            "INSERT INTO activities (tenant_id, id, person_id, occurred_at, type, channel, subject) \
             SELECT '{tenant}', {fact}, {its_person}, '2025-01-01'::timestamptz + n * interval '100 seconds', 'page_view', 'web', \
               'A page ' || n % 1000 \
             FROM generate_series((SELECT 1 + count(*) FROM activities WHERE tenant_id = '{tenant}'), {activities}) n ON CONFLICT DO NOTHING"
        ),
    ];
    for statement in statements {
        client.batch_execute(&statement).await.with_context(|| statement.clone())?;
    }
    Ok(())
}
