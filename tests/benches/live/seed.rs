//! Organizations with something to watch. Made once, found again.

use anyhow::Context;
use gateway::provision::{self, NewOrganization};
use store::{Store, StoreConfig, migrate, private_postgres::PrivatePostgres, tenants};

pub(crate) const PERSON: &str = "b0000000-0000-7000-8000-000000000001";
pub(crate) const ACCOUNT: &str = "a0000000-0000-7000-8000-000000000001";

pub(crate) struct World {
    /// A key to each organization.
    pub(crate) keys: Vec<String>,
}

pub(crate) async fn seed(server: &PrivatePostgres, count: usize) -> anyhow::Result<World> {
    migrate(&server.owner_url()).await?;
    let store = Store::connect(&StoreConfig::new(server.app_url())).await?;
    let url = server.url("postgres", "fairlead");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    let mut keys = Vec::new();
    for n in 0..count {
        let slug = format!("live-{n}");
        // A key is told once; for the next run it is kept beside the data.
        let kept = server.folder().join(format!("{slug}.key"));
        if tenants::tenant_by_slug(&store, &slug).await?.is_none() {
            let new = NewOrganization { name: &slug, slug: &slug, admin_email: "live@example.org" };
            let made = provision::create_organization(&store, &new).await?;
            std::fs::write(&kept, made.api_key.expose())?;
            let tenant = made.tenant;
            client
                .batch_execute(&format!(
                    "INSERT INTO accounts (tenant_id, id, name) VALUES ('{tenant}', '{ACCOUNT}', 'Example Manufacturing'); \
                     INSERT INTO people (tenant_id, id, email, first_name, last_name, account_id) \
                       VALUES ('{tenant}', '{PERSON}', 'robin@example.com', 'Robin', 'Example', '{ACCOUNT}'); \
                     INSERT INTO activities (tenant_id, id, person_id, occurred_at, type, channel, subject) \
                       SELECT '{tenant}', gen_random_uuid(), '{PERSON}', '2025-01-01'::timestamptz + n * interval '1 hour', \
                         'page_view', 'web', 'A page ' || n FROM generate_series(1, 2000) n"
                ))
                .await
                .context("seeding")?;
        }
        keys.push(std::fs::read_to_string(&kept)?);
    }
    // One by one: several at once would be one transaction, in which there is no VACUUM.
    for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
        client.batch_execute(statement).await?;
    }
    store.close();
    Ok(World { keys })
}
