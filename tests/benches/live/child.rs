//! A server in a process of its own, so that its memory is its own.

use std::{io::Read, process::Stdio, sync::Arc};

use anyhow::Context;
use gateway::{
    host::{CallQuota, Gateway, Secrets},
    server::{self, Origins, Parts, ServerLimits},
};
use store::{Store, StoreConfig};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

pub(crate) struct Child {
    process: tokio::process::Child,
    pub(crate) address: String,
}

impl Child {
    /// Starts this program again with other arguments; it says its address on its first line.
    pub(crate) async fn start(args: &[&str]) -> anyhow::Result<Child> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = process.stdout.take().context("its output is ours")?;
        let mut lines = BufReader::new(output).lines();
        let address = lines.next_line().await?.context("the server says its address")?;
        Ok(Child { process, address })
    }

    /// At its highest and now.
    pub(crate) fn memory_megabytes(&self) -> anyhow::Result<(u64, u64)> {
        let id = self.process.id().context("it runs")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let of = |name: &str| -> anyhow::Result<u64> {
            let line = status.lines().find_map(|it| it.strip_prefix(name)).context("Linux says so")?;
            Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
        };
        Ok((of("VmHWM:")?, of("VmRSS:")?))
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        // It ends with its input.
        drop(self.process.stdin.take());
        self.process.wait().await?;
        Ok(())
    }
}

/// Until nobody holds our input any more.
pub(crate) async fn until_told() {
    tokio::task::spawn_blocking(|| std::io::stdin().read(&mut [0])).await.ok();
}

/// The gateway, with limits that one machine full of clients does not reach.
pub(crate) async fn serve(database: &str) -> anyhow::Result<()> {
    let store = Store::connect(&StoreConfig::for_calls(database)).await?;
    let plenty = CallQuota {
        per_principal: 1_000_000.try_into().context("not zero")?,
        per_tenant: 1_000_000.try_into().context("not zero")?,
    };
    let ring = format!("k:{}", "0b".repeat(32)).parse()?;
    let gateway = Gateway::new(store, Secrets::new(ring, "http://localhost"), plenty);
    let parts = Parts {
        methods: api::mount(Arc::new(gateway))?,
        document: "{}".into(),
        limits: ServerLimits {
            calls_per_second: 1_000_000,
            calls_burst: 1_000_000,
            sockets_per_address: 100_000,
            ..ServerLimits::default()
        },
        origins: Origins::default(),
        proxies: Vec::new(),
        probe: Arc::new(|| Box::pin(async { true })),
    };
    let handle = server::serve(server::listen(([127, 0, 0, 1], 0).into())?, parts)?;
    println!("{}", handle.local_addr());
    until_told().await;
    Ok(())
}
