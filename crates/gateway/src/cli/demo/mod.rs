//! `fairlead demo`: the whole way from a CRM to explained scores, and from a file of weekly figures to ROAS and pace, on a
//! private database and a stand-in Salesforce, through the same API that anybody uses. It prepares only what no API offers:
//! the organization and its first key.

mod advertising;
mod committees;
mod connect;
mod running;
mod state;
mod summary;
mod work;

use std::time::Duration;

use api::{routers::scoring::RunScoring, types::SyncMode};
use clap::Args;
use rpc::client::Client;
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions};
use url::Url;

use self::{running::Running, state::DemoState, summary::Summary, work::Progress};
use super::{
    Common,
    exit::{Exit, Failure},
    listening, log,
};
use crate::{
    config::{Config, VendorApp},
    provision::{self, NewOrganization},
};

/// The demo's organization. Its slug finds it again at the next start.
const SLUG: &str = "demo";
/// Where the stand-in sends the browser back to. Nothing listens there: the code is read from the redirect.
const CALLBACK: &str = "http://127.0.0.1/connectors/callback";

/// Shows the main job on this machine: a CRM in, explained scores out, and a server to try.
#[derive(Args, Debug)]
pub(crate) struct Demo {
    #[command(flatten)]
    common: Common,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// End after the summary instead of staying up.
    #[arg(long)]
    once: bool,
    /// Print the summary as one JSON object on the last line.
    #[arg(long)]
    json: bool,
    /// Throw the data folder's database away and start over.
    #[arg(long)]
    fresh: bool,
    /// How large the stand-in's CRM is; 1 is about 65,000 records.
    #[arg(long, default_value_t = 1.0, value_parser = scale, hide = true)]
    scale: f64,
}

fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if (0.01..=100.0).contains(&scale) => Ok(scale),
        _ => Err("must be between 0.01 and 100".into()),
    }
}

impl Demo {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let mut config = self.common.load(self.listen.as_deref())?;
        log::start_quietly(&config.log);
        let progress = Progress::new();
        if self.fresh {
            state::forget(&config).await?;
        }
        let mut state = DemoState::load(&config)?;

        let crm = progress.step("a stand-in Salesforce on loopback", self.crm(&mut state)).await?;
        let (app, config) = progress.step("PostgreSQL and the gateway", self.app(&mut config, &crm)).await?;
        let key = progress
            .step("an organization, its admin and an API key", organization(&app, &mut state))
            .await?;
        state.save(&config)?;
        let client = Client::new(app.rpc_url(), Some(key.clone()))?;

        let connector = progress
            .step(
                "the connector, through the OAuth flow",
                connect::connect(&client, &mut state, crm.base_url()),
            )
            .await?;
        state.save(&config)?;
        let full = progress.sync(&client, connector, SyncMode::Full).await?;
        let first = progress.job(&client, "scoring", &client.call(&RunScoring {}).await?.job).await?;
        let before = summary::tiers(&client).await?;

        let changes = crm.mutate(state.next_mutation());
        state.save(&config)?;
        let incremental = progress.sync(&client, connector, SyncMode::Incremental).await?;
        let second = progress.job(&client, "scoring again", &client.call(&RunScoring {}).await?.job).await?;

        progress.groups(&client).await?;
        let advertising =
            progress.step("clients, campaigns and a year of weeks", advertising::advertise(&client)).await?;

        let summary = Summary::gather(&client, connector, &before).await?;
        let times = summary::Times { full, incremental, scoring: first, again: second };
        summary.print(&times, &changes);
        advertising.print();
        if !self.once {
            summary::print_how_to_try(&app, &key, &advertising.summary_params());
        }
        if self.json {
            let mut json = summary.json(&times, &app.rpc_url(), &key);
            json["advertising"] = advertising.json();
            println!("{json}");
        }
        if !self.once {
            eprintln!("\nStays up until interrupted (Ctrl-C).");
            listening::told_to_stop().await;
        }
        app.stop().await;
        crm.stop().await;
        Ok(())
    }

    /// The stand-in, on the same port and with the same records as at the last start.
    async fn crm(&self, state: &mut DemoState) -> Result<SalesforceHandle, Failure> {
        let mut options = SalesforceOptions {
            anchor_time: state.data_ends_at,
            scale: self.scale,
            redirect_uris: vec![CALLBACK.into()],
            ..SalesforceOptions::default()
        };
        if let Some(port) = state.crm_port {
            options.listen.set_port(port);
        }
        let started = match Salesforce::start(options.clone()).await {
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                options.listen.set_port(0);
                Salesforce::start(options).await
            }
            other => other,
        };
        let crm = started
            .map_err(|error| Failure::new(Exit::Usage, format!("the stand-in cannot listen: {error}")))?;
        let port = Url::parse(crm.base_url()).ok().and_then(|url| url.port());
        if state.crm_port != port {
            // Another address is another CRM: the old connector would look for its records in the wrong place.
            state.connector_id = None;
        }
        state.crm_port = port;
        Ok(crm)
    }

    /// The application as `serve` would run it, but allowed to reach the stand-in and registered with it.
    async fn app(&self, config: &mut Config, crm: &SalesforceHandle) -> Result<(Running, Config), Failure> {
        let loopback = "127.0.0.0/8".parse().expect("a loopback network is a network");
        config.egress.allow.push(loopback);
        config.connectors.salesforce = Some(VendorApp {
            client_id: crm.options().client_id.clone(),
            client_secret: Some(crate::server::Secret::new(crm.options().client_secret.clone())),
        });
        let callback = Url::parse(CALLBACK).expect("the callback is a URL");
        config.connectors.redirect_uris.push(callback);
        let listener = listening::bind(config)?;
        Ok((Running::start(config.clone(), listener).await?, config.clone()))
    }
}

async fn organization(app: &Running, state: &mut DemoState) -> Result<String, Failure> {
    if let Some(key) = &state.api_key {
        return Ok(key.clone());
    }
    let new = NewOrganization { name: "Demo organization", slug: SLUG, admin_email: "admin@demo.example" };
    let made = provision::create_organization(app.store(), &new).await.map_err(|error| {
        Failure::new(Exit::Internal, format!("the demo organization was not created: {error}"))
    })?;
    let key = made.api_key.expose().to_owned();
    state.api_key = Some(key.clone());
    Ok(key)
}

/// How long a piece of the demo took.
pub(super) type Took = Duration;
