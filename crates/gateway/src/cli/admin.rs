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
    /// Begins a session for a member. Prints an access token of five minutes that speaks for it.
    IssueSession {
        /// The organization's slug.
        #[arg(long)]
        slug: String,
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
        let database = database::open(&config).await?;
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
            Act::IssueSession { slug, email, ttl } => {
                let lifetime = TimeDelta::seconds(i64::from(ttl));
                let issued = provision::issue_session(store, &secrets.tokens, &slug, &email, lifetime)
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
        ProvisionError::SlugTaken(_) => Exit::Conflict,
        ProvisionError::NoSuchOrganization(_) | ProvisionError::NoSuchMember(_) => Exit::NotFound,
        ProvisionError::Store(StoreError::Unavailable | StoreError::Timeout) => Exit::Unavailable,
        ProvisionError::BrokenRandomness(_) | ProvisionError::Store(_) => Exit::Internal,
    };
    Failure::new(exit, error)
}
