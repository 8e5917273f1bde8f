//! What every serving command shares: bind, say that we are ready, serve until told to stop, drain.

use std::{io, net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::net::TcpListener;

use super::exit::{Exit, Failure};
use crate::{
    config::{Config, Log},
    server::{self, Handle, Parts},
};

/// How to announce the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ready {
    /// A line for a person, on the error stream.
    Words,
    /// One line of JSON on the standard output: `{"rpcUrl", "webSocketUrl", "explorerUrl", "listen", "pid"}`.
    Json,
}

/// Starts logging as configured.
pub fn start_logging(log: &Log) {
    super::log::start(log);
}

/// Binds the configured address before anything slow is started.
///
/// # Errors
/// A line that says what to do when the port is taken or not ours to take.
pub fn bind(config: &Config) -> Result<TcpListener, Failure> {
    let address = config.listen;
    server::listen(address).map_err(|error| {
        let advice = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another process uses it; stop that one or choose another with --listen".into()
            }
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need rights; choose another with --listen".into()
            }
            io::ErrorKind::AddrNotAvailable => "this machine has no such address; see `listen`".into(),
            _ => error.to_string(),
        };
        Failure::new(Exit::Usage, format!("cannot listen on {address}: {advice}"))
    })
}

/// Serves until SIGTERM or an interrupt, then drains. A second signal ends at once.
///
/// # Errors
/// When the listener cannot be used.
pub async fn listen_and_serve(listener: TcpListener, parts: Parts, ready: Ready) -> Result<(), Failure> {
    let handle = server::serve(listener, parts)
        .map_err(|error| Failure::new(Exit::Internal, format!("the listener failed: {error}")))?;
    until_ready(&handle).await;
    announce(handle.local_addr(), ready);
    told_to_stop().await;
    tracing::info!("stopping; calls under way may end");
    tokio::select! {
        in_time = handle.stop() => {
            if !in_time {
                tracing::warn!("some calls did not end in time and were cut");
            }
        }
        () = told_to_stop() => tracing::warn!("second signal; ending at once"),
    }
    Ok(())
}

/// Waits a little for the first good probe, so that "ready" is true when it is said.
async fn until_ready(handle: &Handle) {
    for _ in 0..200 {
        if handle.is_ready() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn announce(address: SocketAddr, ready: Ready) {
    let reachable = reachable(address);
    match ready {
        Ready::Words => {
            eprintln!("fairlead serves on http://{reachable}/ (explorer) and http://{reachable}/rpc")
        }
        Ready::Json => println!(
            "{}",
            json!({
                "rpcUrl": format!("http://{reachable}/rpc"),
                "webSocketUrl": format!("ws://{reachable}/rpc"),
                "explorerUrl": format!("http://{reachable}/"),
                "listen": address.to_string(),
                "pid": std::process::id(),
            })
        ),
    }
}

/// An address a client on this machine can use, where we listen on all of them.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if !ip.is_unspecified() => address,
        ip if ip.is_ipv4() => SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), address.port()),
        _ => SocketAddr::new(std::net::Ipv6Addr::LOCALHOST.into(), address.port()),
    }
}

#[cfg(unix)]
/// Until this process is told to stop.
pub(crate) async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(_) => {
            tokio::signal::ctrl_c().await.ok();
        }
    }
}

#[cfg(not(unix))]
/// Until this process is told to stop.
pub(crate) async fn told_to_stop() {
    tokio::signal::ctrl_c().await.ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unspecified_address_is_announced_as_loopback() {
        assert_eq!(reachable("0.0.0.0:80".parse().unwrap()).to_string(), "127.0.0.1:80");
        assert_eq!(reachable("[::]:80".parse().unwrap()).to_string(), "[::1]:80");
        assert_eq!(reachable("192.0.2.1:80".parse().unwrap()).to_string(), "192.0.2.1:80");
    }

    #[tokio::test]
    async fn a_port_in_use_is_one_clear_line() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = taken.local_addr().unwrap().to_string();
        let data_dir = Some(std::env::temp_dir().join(format!("fairlead-port-{}", std::process::id())));
        let overrides =
            crate::config::Overrides { listen: Some(listen.clone()), data_dir, ..Default::default() };
        let failure = bind(&crate::config::Config::load(&overrides).unwrap()).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(
            failure.message.contains(&listen) && failure.message.contains("another process"),
            "{failure}"
        );
    }
}
