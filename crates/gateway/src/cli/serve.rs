//! `fairlead serve`: gateway and worker in one process.

use clap::Args;

use super::{Common, Ready, bind, exit::Failure, listen_and_serve, log};
use crate::app::Application;

/// Serves the API, and works through queued jobs beside it.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    #[command(flatten)]
    common: Common,
    /// Address and port to listen on, such as 127.0.0.1:7400.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// When ready, print one line of JSON with the addresses.
    #[arg(long)]
    json: bool,
    /// Leave queued jobs to `fairlead worker`.
    #[arg(long)]
    no_worker: bool,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let config = self.common.load(self.listen.as_deref())?;
        log::start(&config.log);
        let listener = bind(&config)?;
        let mut app = Application::open(config).await?;
        let parts = app.parts()?;
        if !self.no_worker {
            app.start_worker();
        }
        let served =
            listen_and_serve(listener, parts, if self.json { Ready::Json } else { Ready::Words }).await;
        app.stop().await;
        served
    }
}
