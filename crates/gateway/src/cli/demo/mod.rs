//! `fairlead demo`: the whole way from a CRM to explained scores, and from a file of weekly figures to ROAS and pace, on a
//! private database and a stand-in Salesforce, through the same API that anybody uses. It prepares only what no API offers:
//! the organization and its first key.

mod advertising;
mod committees;
mod connect;
mod running;
mod state;
mod summary;
#[cfg(test)]
mod tests;
mod work;

use std::time::Duration;

use api::{routers::scoring::RunScoring, types::SyncMode};
use clap::Args;
use rpc::client::Client;
use sandbox::{Salesforce, SalesforceHandle, SalesforceOptions, salesforce::Changes};
use store::tenants;
use url::Url;

use self::{
    advertising::Advertising,
    running::Running,
    state::{Claim, DemoState},
    summary::Summary,
    work::Progress,
};
use super::{
    Common,
    exit::{Exit, Failure},
    listening, log,
};
use crate::{
    config::{Config, VendorApp, in_words},
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
    /// Throw the data folder's database away and start over. Without it, a start goes on where the last one ended.
    #[arg(long)]
    fresh: bool,
    /// How large the stand-in's CRM is; 1 is about 65,000 records.
    #[arg(long, value_parser = scale, hide = true)]
    scale: Option<f64>,
}

fn scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if (0.01..=100.0).contains(&scale) => Ok(scale),
        _ => Err("must be between 0.01 and 100".into()),
    }
}

impl Demo {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let config = self.common.load(self.listen.as_deref())?;
        log::start_quietly(&config.log);
        let progress = Progress::new();
        let mut stage = self.set_up(config, &progress).await?;
        let shown = stage.perform(&progress).await?;
        shown.print();
        if !self.once {
            summary::print_how_to_try(&stage.app, &stage.key, &shown.advertising.summary_params());
        }
        if self.json {
            println!("{}", shown.json(&stage));
        }
        if !self.once {
            eprintln!("\nStays up until interrupted (Ctrl-C). The next start goes on from here.");
            listening::told_to_stop().await;
        }
        stage.tear_down().await;
        Ok(())
    }

    /// Everything that the demo needs, as the last start on this folder left it.
    async fn set_up(&self, mut config: Config, progress: &Progress) -> Result<Stage, Failure> {
        let claim = state::claim(&config)?;
        if self.fresh {
            state::forget(&config).await?;
        }
        let mut state = DemoState::load(&config, self.scale)?;
        let crm = progress.step("a stand-in Salesforce on loopback", stand_in(&mut state)).await?;
        let app = progress.step("PostgreSQL and the gateway", application(&mut config, &crm)).await?;
        let key = progress
            .step("an organization, its admin and an API key", organization(&app, &mut state, &config))
            .await?;
        let client = Client::new(app.rpc_url(), Some(key.clone()))?;
        Ok(Stage { config, state, crm, app, key, client, _claim: claim })
    }
}

/// What runs while the demo runs.
struct Stage {
    config: Config,
    state: DemoState,
    crm: SalesforceHandle,
    app: Running,
    key: String,
    client: Client,
    /// Last: while anything of it runs, the folder is taken.
    _claim: Claim,
}

/// What there is to show in the end.
struct Shown {
    summary: Summary,
    times: summary::Times,
    changes: Changes,
    advertising: Advertising,
}

impl Stage {
    async fn perform(&mut self, progress: &Progress) -> Result<Shown, Failure> {
        let client = &self.client;
        let connecting = connect::connect(client, &mut self.state, &self.config, self.crm.base_url());
        let connector = progress.step("the connector, through the OAuth flow", connecting).await?;
        let full = progress.sync(client, connector, SyncMode::Full).await?;
        let whole = summary::last_run(client, connector).await?;
        let first = progress.job(client, "scoring", &client.call(&RunScoring {}).await?.job).await?;
        let before = summary::tiers(client).await?;

        // Noted before it is done: a change that is known here and was never seen does no harm.
        let mutation = self.state.next_mutation();
        self.state.save(&self.config)?;
        let changes = self.crm.mutate_at(mutation.seed, mutation.at);
        let incremental = progress.sync(client, connector, SyncMode::Incremental).await?;
        let second = progress.job(client, "scoring again", &client.call(&RunScoring {}).await?.job).await?;

        progress.groups(client).await?;
        let advertising =
            progress.step("clients, campaigns and a year of weeks", advertising::advertise(client)).await?;
        let summary = Summary::gather(client, connector, whole, &before).await?;
        let times = summary::Times { full, incremental, scoring: first, again: second };
        Ok(Shown { summary, times, changes, advertising })
    }

    async fn tear_down(self) {
        self.app.stop().await;
        self.crm.stop().await;
    }
}

impl Shown {
    fn print(&self) {
        self.summary.print(&self.times, &self.changes);
        self.advertising.print();
    }

    fn json(&self, stage: &Stage) -> serde_json::Value {
        let mut json = self.summary.json(&self.times, &stage.app.rpc_url(), &stage.key);
        json["advertising"] = self.advertising.json();
        json
    }
}

/// The stand-in, at the same address, with the same records and the same changes to them as when the last start ended.
async fn stand_in(state: &mut DemoState) -> Result<SalesforceHandle, Failure> {
    let mut options = SalesforceOptions {
        anchor_time: state.data_ends_at,
        scale: state.scale,
        history: state.mutations.clone(),
        redirect_uris: vec![CALLBACK.into()],
        ..SalesforceOptions::default()
    };
    options.listen.set_port(state.crm_port.unwrap_or(0));
    let listen = options.listen;
    let crm = Salesforce::start(options).await.map_err(|error| {
        // Another address would be another CRM, whose records would come in beside those of this one.
        let advice = format!("stop what uses {listen}, or start over with --fresh");
        Failure::new(Exit::Usage, format!("the stand-in cannot listen: {}; {advice}", in_words(&error)))
    })?;
    state.crm_port = Url::parse(crm.base_url()).ok().and_then(|url| url.port());
    Ok(crm)
}

/// The application as `serve` would run it, but allowed to reach the stand-in and registered with it.
async fn application(config: &mut Config, crm: &SalesforceHandle) -> Result<Running, Failure> {
    let loopback = "127.0.0.0/8".parse().expect("a loopback network is a network");
    config.egress.allow.push(loopback);
    config.connectors.salesforce = Some(VendorApp {
        client_id: crm.options().client_id.clone(),
        client_secret: Some(crate::server::Secret::new(crm.options().client_secret.clone())),
    });
    let callback = Url::parse(CALLBACK).expect("the callback is a URL");
    config.connectors.redirect_uris.push(callback);
    let listener = listening::bind(config)?;
    Running::start(config.clone(), listener).await
}

/// The key of the demo's organization, which is made at the first start.
async fn organization(app: &Running, state: &mut DemoState, config: &Config) -> Result<String, Failure> {
    let there = tenants::tenant_by_slug(app.store(), SLUG).await;
    let there = there.map_err(|error| Failure::new(Exit::Unavailable, error))?.is_some();
    match (&state.api_key, there) {
        (Some(key), true) => return Ok(key.clone()),
        (None, true) => {
            let problem = "the demo's organization is there, but the notes that hold its key are not";
            return Err(Failure::new(Exit::Conflict, format!("{problem}: start over with --fresh")));
        }
        // The notes are of a database that is gone.
        (_, false) => state.connector_id = None,
    }
    let new = NewOrganization { name: "Demo organization", slug: SLUG, admin_email: "admin@example.com" };
    let made = provision::create_organization(app.store(), &new).await.map_err(|error| {
        Failure::new(Exit::Internal, format!("the demo organization was not created: {error}"))
    })?;
    let key = made.api_key.expose().to_owned();
    state.api_key = Some(key.clone());
    state.save(config)?;
    Ok(key)
}

/// How long a piece of the demo took.
pub(super) type Took = Duration;
