//! Names become addresses here and nowhere else. The addresses that were checked are the ones connected to, so a name that
//! answers differently the second time gains nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::EgressPolicy;

/// Asks for the addresses of a name. Tests bring their own.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// # Errors
    /// When the name has no address, or nobody could be asked.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The machine's own resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// Why a name was not resolved, told apart from an unreachable server by its type.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(pub(super) &'static str);

pub(super) struct CheckedResolver {
    pub(super) policy: EgressPolicy,
    pub(super) lookup: Arc<dyn Lookup>,
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.policy.clone();
        let lookup = self.lookup.clone();
        Box::pin(async move {
            let ips = lookup.lookup(name.as_str()).await?;
            let trusted = policy.trusts_name(name.as_str());
            // One bad address among good ones is how rebinding begins: refuse them all.
            for ip in &ips {
                policy.check_ip(*ip, trusted).map_err(Refused)?;
            }
            let addresses: Vec<_> = ips.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
