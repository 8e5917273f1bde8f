//! `fairlead admin …`: what the operator does without the API. Each prints one JSON object.

use chrono::{SecondsFormat, TimeDelta};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use store::{Store, StoreError};

use super::{
    Common, database,
    exit::{Exit, Failure},
    log,
};
use crate::{
    host::Secrets,
    provision::{self, NewOrganization, ProvisionError},
};

/// Acts on the database directly, as its operator.
#[derive(Args, Debug)]
pub(crate) struct Admin {
    #[command(subcommand)]
    act: Act,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Creates an organization with its first admin. Prints its id and an admin's API key, which is shown this once.
    CreateTenant {
        /// The organization's name.
        #[arg(long)]
        name: String,
        /// Its short name in addresses: lower-case letters, digits and hyphens.
        #[arg(long)]
        slug: String,
        /// The first admin's e-mail address.
        #[arg(long)]
        admin_email: String,
    },
    /// Makes somebody a member of an organization. Prints the ids; the member has no way in yet, see issue-session.
    AddMember {
        /// The organization, by its slug or its id.
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The member's e-mail address. Whoever has it already, as in another organization, stays the same user.
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// What the member may do: viewer, manager or admin.
        #[arg(long)]
        role: tenancy::Role,
    },
    /// Begins a session for a member. Prints an access token of five minutes that speaks for that member, as an API key
    /// speaks for a script; ask again when it has ended. Needs the `keys` that the server runs with.
    IssueSession {
        /// The organization, by its slug or its id.
        #[arg(long, value_name = "SLUG", alias = "slug")]
        tenant: String,
        /// The member's e-mail address.
        #[arg(long)]
        email: String,
        /// How long the session lives, in seconds.
        #[arg(long, default_value_t = 43_200, value_parser = clap::value_parser!(u32).range(1..=2_592_000))]
        ttl: u32,
    },
}

impl Admin {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let config = self.common.load(None)?;
        log::start(&config.log);
        let database = database::open(&config.database, &config.data_dir).await?;
        if database.can_migrate() {
            database.migrate().await?;
        }
        let store = database.store().await?;
        let printed = self.act.carry_out(&store, &Secrets::of(&config)).await?;
        println!("{printed}");
        Ok(())
    }
}

impl Act {
    async fn carry_out(self, store: &Store, secrets: &Secrets) -> Result<Value, Failure> {
        match self {
            Act::CreateTenant { name, slug, admin_email } => {
                let new = NewOrganization { name: &name, slug: &slug, admin_email: &admin_email };
                let made = provision::create_organization(store, &new).await.map_err(told)?;
                Ok(json!({
                    "tenantId": made.tenant,
                    "slug": slug,
                    "adminUserId": made.admin,
                    "apiKeyId": made.api_key.id(),
                    "apiKey": made.api_key.expose(),
                }))
            }
            Act::AddMember { tenant, email, role } => {
                let (tenant, user) =
                    provision::add_member(store, &tenant, &email, role).await.map_err(told)?;
                Ok(json!({ "tenantId": tenant, "userId": user, "email": email, "role": role }))
            }
            Act::IssueSession { tenant, email, ttl } => {
                let lifetime = TimeDelta::seconds(i64::from(ttl));
                let issued = provision::issue_session(store, &secrets.tokens, &tenant, &email, lifetime)
                    .await
                    .map_err(told)?;
                let time =
                    |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
                Ok(json!({
                    "tenantId": issued.tenant,
                    "userId": issued.user,
                    "sessionId": issued.session,
                    "sessionExpiresAt": time(issued.expires_at),
                    "accessToken": issued.token.expose(),
                    "accessTokenExpiresAt": time(issued.token.expires_at),
                }))
            }
        }
    }
}

fn told(error: ProvisionError) -> Failure {
    let exit = match &error {
        ProvisionError::NotAName | ProvisionError::NotASlug(_) | ProvisionError::NotAnEmail(_) => {
            Exit::Invalid
        }
        ProvisionError::SlugTaken(_) | ProvisionError::MemberAlready(_) => Exit::Conflict,
        ProvisionError::NoSuchOrganization(_) | ProvisionError::NoSuchMember(_) => Exit::NotFound,
        ProvisionError::Store(StoreError::Unavailable | StoreError::Timeout) => Exit::Unavailable,
        ProvisionError::BrokenRandomness(_) | ProvisionError::Store(_) => Exit::Internal,
    };
    Failure::new(exit, error)
}

#[cfg(test)]
mod tests {
    use tenancy::Role;

    use super::*;
    use crate::bench::Bench;

    #[tokio::test]
    async fn a_second_member_is_added_and_gets_a_session() {
        let bench = Bench::start(|registry| {
            registry.register::<api::routers::session::Current>().unwrap();
        })
        .await;
        let secrets = &bench.gateway.secrets;
        let add = |tenant: &str, email: &str| Act::AddMember {
            tenant: tenant.into(),
            email: email.into(),
            role: Role::Manager,
        };
        let added = add("acme", "bo@example.com").carry_out(bench.store(), secrets).await.unwrap();
        // The organization's id names it as well, and an address has no case.
        let tenant = added["tenantId"].as_str().unwrap().to_owned();
        let issue = Act::IssueSession { tenant: tenant.clone(), email: "Bo@Example.com".into(), ttl: 60 };
        let issued = issue.carry_out(bench.store(), secrets).await.unwrap();
        assert_eq!(issued["userId"], added["userId"]);
        let session =
            bench.with(issued["accessToken"].as_str().unwrap()).ok("session.current", json!({})).await;
        assert_eq!(session["role"], "manager", "{session}");

        let cases = [
            (add(&tenant, "bo@example.com"), Exit::Conflict),
            (add("nobody", "bo@example.com"), Exit::NotFound),
            (add(&uuid::Uuid::nil().to_string(), "bo@example.com"), Exit::NotFound),
            (add("acme", "bo"), Exit::Invalid),
        ];
        for (act, exit) in cases {
            let refused = act.carry_out(bench.store(), secrets).await.unwrap_err();
            assert_eq!(refused.exit, exit, "{refused}");
        }
    }
}
