//! `fairlead worker`: works through queued jobs, beside any number of gateways and other workers.

use clap::Args;

use super::{Common, exit::Failure, log, told_to_stop};
use crate::app::Application;

/// Works through queued jobs without serving the API. Any number may run against one database.
#[derive(Args, Debug)]
pub(crate) struct Worker {
    #[command(flatten)]
    common: Common,
}

impl Worker {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let config = self.common.load(None)?;
        log::start(&config.log);
        let mut app = Application::open(config).await?;
        app.start_worker();
        eprintln!("fairlead works; stop it with SIGTERM");
        told_to_stop().await;
        app.stop().await;
        Ok(())
    }
}
