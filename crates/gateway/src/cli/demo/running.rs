//! The application with its worker and its server, as `serve` runs them, in the demo's own process.

use store::Store;
use tokio::net::TcpListener;

use super::super::exit::{Exit, Failure};
use crate::{app::Application, config::Config, server};

pub(super) struct Running {
    application: Application,
    server: server::Handle,
}

impl Running {
    pub(super) async fn start(config: Config, listener: TcpListener) -> Result<Self, Failure> {
        let mut application = Application::open(config).await?;
        application.start_worker();
        let server = server::serve(listener, application.parts()?)
            .map_err(|error| Failure::new(Exit::Internal, format!("the listener failed: {error}")))?;
        Ok(Running { application, server })
    }

    pub(super) fn store(&self) -> &Store {
        self.application.store()
    }

    pub(super) fn rpc_url(&self) -> String {
        format!("http://{}/rpc", self.server.local_addr())
    }

    pub(super) fn explorer_url(&self) -> String {
        format!("http://{}/", self.server.local_addr())
    }

    pub(super) async fn stop(self) {
        self.server.stop().await;
        self.application.stop().await;
    }
}
