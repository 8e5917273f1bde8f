//! Counted shares of the server: sockets per address and in all, WebSockets, requests under way, calls per second.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::DashMapStateStore};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::ServerLimits;

/// Open sockets of each address.
type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

pub(crate) struct Budgets {
    sockets: Arc<Semaphore>,
    websockets: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    per_address: Counts,
    most_per_address: usize,
    rate: RateLimiter<IpAddr, DashMapStateStore<IpAddr>, DefaultClock>,
    burst: u32,
}

/// Why a socket was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    Address,
    Server,
}

/// Held as long as the socket is open.
pub(crate) struct Seat {
    _socket: OwnedSemaphorePermit,
    counted: Option<(Counts, IpAddr)>,
}

impl Budgets {
    pub(crate) fn new(limits: &ServerLimits) -> Self {
        let per_second = NonZeroU32::new(limits.calls_per_second).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(limits.calls_burst).unwrap_or(NonZeroU32::MIN);
        Budgets {
            sockets: Arc::new(Semaphore::new(limits.sockets)),
            websockets: Arc::new(Semaphore::new(limits.websockets)),
            requests: Arc::new(Semaphore::new(limits.http_in_flight)),
            per_address: Arc::default(),
            most_per_address: limits.sockets_per_address,
            rate: RateLimiter::dashmap(Quota::per_second(per_second).allow_burst(burst)),
            burst: burst.get(),
        }
    }

    /// A place for a new socket. A proxy brings many clients, so it is not counted as one.
    pub(crate) fn seat(&self, peer: IpAddr, is_proxy: bool) -> Result<Seat, Full> {
        let socket = self.sockets.clone().try_acquire_owned().map_err(|_| Full::Server)?;
        if is_proxy {
            return Ok(Seat { _socket: socket, counted: None });
        }
        let key = subscriber(peer);
        let mut counts = self.per_address.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_default();
        if *count >= self.most_per_address {
            return Err(Full::Address);
        }
        *count += 1;
        Ok(Seat { _socket: socket, counted: Some((self.per_address.clone(), key)) })
    }

    pub(crate) fn websocket(&self) -> Option<OwnedSemaphorePermit> {
        self.websockets.clone().try_acquire_owned().ok()
    }

    /// A turn to run. A short queue smooths a burst; beyond it, saying no is kinder than waiting.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        let wait = self.requests.clone().acquire_owned();
        tokio::time::timeout(Duration::from_secs(1), wait).await.ok()?.ok()
    }

    /// Charges `calls` to the client's address.
    pub(crate) fn charge(&self, client: IpAddr, calls: usize) -> bool {
        let calls = u32::try_from(calls).unwrap_or(u32::MAX).clamp(1, self.burst);
        let calls = NonZeroU32::new(calls).unwrap_or(NonZeroU32::MIN);
        matches!(self.rate.check_key_n(&subscriber(client), calls), Ok(Ok(())))
    }

    /// Forgets addresses that have been quiet, or the table would grow with every visitor.
    pub(crate) fn forget_the_quiet(&self) {
        self.rate.retain_recent();
        self.rate.shrink_to_fit();
    }

    pub(crate) fn open_websockets(&self, limits: &ServerLimits) -> usize {
        limits.websockets.saturating_sub(self.websockets.available_permits())
    }

    pub(crate) fn open_sockets(&self, limits: &ServerLimits) -> usize {
        limits.sockets.saturating_sub(self.sockets.available_permits())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some((counts, key)) = self.counted.take() else { return };
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&key);
            }
        }
    }
}

/// One subscriber line: an IPv4 address, or an IPv6 /64, of which everybody has 2^64 addresses.
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(it) => it.into(),
        IpAddr::V6(it) => Ipv6Addr::from_bits(it.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_counted_per_address_and_given_back() {
        let budgets =
            Budgets::new(&ServerLimits { sockets_per_address: 2, sockets: 4, ..Default::default() });
        let (a, b): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let first = budgets.seat(a, false).ok().unwrap();
        let _second = budgets.seat(a, false).ok().unwrap();
        assert_eq!(budgets.seat(a, false).err(), Some(Full::Address));
        drop(first);
        let _third = budgets.seat(a, false).ok().unwrap();
        let _others = [budgets.seat(b, false).ok().unwrap(), budgets.seat(a, true).ok().unwrap()];
        assert_eq!(budgets.seat(b, false).err(), Some(Full::Server));
    }

    #[test]
    fn a_whole_ipv6_subnet_is_one_client() {
        let budgets = Budgets::new(&ServerLimits { sockets_per_address: 1, ..Default::default() });
        let _first = budgets.seat("2001:db8::1".parse().unwrap(), false).ok().unwrap();
        assert_eq!(budgets.seat("2001:db8::2".parse().unwrap(), false).err(), Some(Full::Address));
        assert!(budgets.seat("2001:db8:0:1::1".parse().unwrap(), false).is_ok());
    }

    #[test]
    fn each_call_of_a_batch_is_charged() {
        let budgets =
            Budgets::new(&ServerLimits { calls_per_second: 1, calls_burst: 100, ..Default::default() });
        let client = "192.0.2.1".parse().unwrap();
        assert!(budgets.charge(client, 50) && budgets.charge(client, 50));
        assert!(!budgets.charge(client, 50));
        assert!(budgets.charge("192.0.2.2".parse().unwrap(), 50), "another address has its own allowance");
    }
}
