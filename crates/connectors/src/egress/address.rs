//! Which addresses may be spoken to. Everything that is not the public internet is refused unless configuration says otherwise.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// What the operator allows beyond the public internet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    /// Private, loopback and otherwise local addresses are fine, and so is plain http to them. For development only. The
    /// metadata services of clouds are refused all the same.
    pub allow_private: bool,
    /// Hosts, or `host:port`, that may resolve to private addresses and may be spoken to in plain http.
    pub allow_hosts: Vec<String>,
    /// Private networks that names may resolve into; an address of them may be spoken to in plain http.
    pub allow_networks: Vec<AllowedNetwork>,
}

/// A range of addresses: those that share the first `prefix` bits with `base`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowedNetwork {
    pub base: IpAddr,
    pub prefix: u8,
}

impl AllowedNetwork {
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.base, ip) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                let kept = u32::MAX.checked_shl(32_u32.saturating_sub(self.prefix.into())).unwrap_or(0);
                base.to_bits() & kept == ip.to_bits() & kept
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                let kept = u128::MAX.checked_shl(128_u32.saturating_sub(self.prefix.into())).unwrap_or(0);
                base.to_bits() & kept == ip.to_bits() & kept
            }
            _ => false,
        }
    }
}

impl EgressPolicy {
    /// For the demo and for tests: vendors stand on this very machine.
    pub fn allowing_private() -> Self {
        Self { allow_private: true, ..Self::default() }
    }

    /// What can be said of an address before it is resolved.
    pub(super) fn check_url(&self, url: &Url) -> Result<(), &'static str> {
        let trusted = self.trusts(url);
        match url.scheme() {
            "https" => {}
            "http" if trusted => {}
            "http" => return Err("plain http is not allowed"),
            _ => return Err("only https is allowed"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address must not carry credentials");
        }
        match url.host() {
            Some(Host::Ipv4(ip)) => self.check_ip(ip.into(), trusted),
            Some(Host::Ipv6(ip)) => self.check_ip(ip.into(), trusted),
            Some(Host::Domain(_)) => Ok(()),
            None => Err("an address needs a host"),
        }
    }

    /// Whether the operator vouches for this host.
    pub(super) fn trusts(&self, url: &Url) -> bool {
        self.allow_private
            || url.host_str().is_some_and(|host| self.names(host, url.port_or_known_default()))
            || match url.host() {
                Some(Host::Ipv4(ip)) => self.in_allowed_network(ip.into()),
                Some(Host::Ipv6(ip)) => self.in_allowed_network(ip.into()),
                _ => false,
            }
    }

    /// As [`Self::trusts`], for a resolver that sees no port: a host is trusted if any of its ports is.
    pub(super) fn trusts_name(&self, name: &str) -> bool {
        self.allow_private
            || self.allow_hosts.iter().any(|allowed| {
                allowed.rsplit_once(':').map_or(allowed.as_str(), |(host, _)| host).eq_ignore_ascii_case(name)
            })
    }

    pub(super) fn check_ip(&self, ip: IpAddr, trusted: bool) -> Result<(), &'static str> {
        let ip = embedded_v4(ip).map_or(ip, IpAddr::V4);
        if is_metadata_service(ip) {
            return Err("a metadata service is never spoken to");
        }
        if trusted || is_public(ip) || self.in_allowed_network(ip) {
            Ok(())
        } else {
            Err("a private or reserved address is not allowed")
        }
    }

    fn in_allowed_network(&self, ip: IpAddr) -> bool {
        self.allow_networks.iter().any(|network| network.contains(ip))
    }

    fn names(&self, host: &str, port: Option<u16>) -> bool {
        self.allow_hosts.iter().any(|allowed| {
            allowed.eq_ignore_ascii_case(host)
                || port.is_some_and(|port| {
                    allowed.rsplit_once(':').is_some_and(|(name, number)| {
                        name.eq_ignore_ascii_case(host) && number.parse() == Ok(port)
                    })
                })
        })
    }
}

/// The addresses under which clouds hand out credentials to whoever asks from inside.
fn is_metadata_service(ip: IpAddr) -> bool {
    match ip {
        // Link-local as a whole; Alibaba; Oracle; Azure's wire server.
        IpAddr::V4(ip) => {
            ip.is_link_local()
                || matches!(ip.octets(), [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16])
        }
        // Amazon's, Google's.
        IpAddr::V6(ip) => {
            ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
                || ip == Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)
                || (ip.segments()[0] & 0xffc0) == 0xfe80
        }
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64, 6to4.
fn embedded_v4(ip: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(ip) = ip else { return None };
    let s = ip.segments();
    let from = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => Some(from(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        // `::1` and `::` are addresses of their own.
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(from(high, low)),
        _ => None,
    }
}

/// Whether IANA's special-purpose registries leave the address to the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !matches!(
            ip.octets(),
            [0 | 10 | 127, ..]
                | [100, 64..=127, ..]
                | [169, 254, ..]
                | [172, 16..=31, ..]
                | [192, 0, 0 | 2, _]
                | [192, 88, 99, _]
                | [192, 168, ..]
                | [198, 18..=19, ..]
                | [198, 51, 100, _]
                | [203, 0, 113, _]
                | [224..=255, ..]
        ),
        IpAddr::V6(ip) => {
            let s = ip.segments();
            // Only 2000::/3 is global unicast; inside it, protocol assignments (with Teredo) and documentation are not.
            (s[0] & 0xe000) == 0x2000
                && !(s[0] == 0x2001 && (s[1] & 0xfe00) == 0)
                && !(s[0] == 0x2001 && s[1] == 0xdb8)
                && !(s[0] == 0x3fff && (s[1] & 0xf000) == 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(policy: &EgressPolicy, url: &str) -> Result<(), &'static str> {
        Url::parse(url).map_err(|_| "not a URL").and_then(|url| policy.check_url(&url))
    }

    /// Every spelling is one that a settings field could hold.
    pub(in crate::egress) const REFUSED: &[&str] = &[
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.255.255.254/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
        "https://0/",
        "https://0.0.0.0/",
        "https://①②⑦.0.0.1/",
        "https://10.0.0.1/",
        "https://10.255.255.255/",
        "https://100.64.0.1/",
        "https://100.127.255.255/",
        "https://100.100.100.200/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "https://169.254.170.2/v2/credentials",
        "https://0xa9fea9fe/",
        "https://2852039166/",
        "https://168.63.129.16/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.0.0.192/",
        "https://192.0.2.1/",
        "https://192.88.99.1/",
        "https://192.168.1.1/",
        "https://198.18.0.1/",
        "https://198.19.255.255/",
        "https://198.51.100.7/",
        "https://203.0.113.7/",
        "https://224.0.0.1/",
        "https://240.0.0.1/",
        "https://255.255.255.255/",
        "https://[::]/",
        "https://[::1]/",
        "https://[0:0:0:0:0:0:0:1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://[::127.0.0.1]/",
        "https://[::ffff:0:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[64:ff9b:1::1]/",
        "https://[2002:7f00:1::]/",
        "https://[2002:a9fe:a9fe::1]/",
        "https://[2001::1]/",
        "https://[2001:db8::1]/",
        "https://[3fff::1]/",
        "https://[100::1]/",
        "https://[5f00::1]/",
        "https://[fc00::1]/",
        "https://[fd00:ec2::254]/",
        "https://[fd20:ce::254]/",
        "https://[fe80::1]/",
        "https://[fec0::1]/",
        "https://[ff02::1]/",
        "http://example.com/",
        "http://93.184.215.14/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "unix:/var/run/docker.sock",
        "data:text/plain,hello",
        "https://user:password@example.com/",
        "https://user@example.com/",
        "https:///",
    ];

    #[test]
    fn every_private_reserved_or_disguised_address_is_refused() {
        let policy = EgressPolicy::default();
        for url in REFUSED {
            assert!(verdict(&policy, url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_public_internet_is_allowed() {
        let policy = EgressPolicy::default();
        for url in [
            "https://example.com/",
            "https://93.184.215.14/",
            "https://100.63.255.255/",
            "https://100.128.0.1/",
            "https://172.15.0.1/",
            "https://172.32.0.1/",
            "https://192.0.1.1/",
            "https://198.20.0.1/",
            "https://[2606:4700::1111]/",
            "https://[2002:5db8:d70e::1]/",
            "https://example.com:8443/path?query",
        ] {
            assert_eq!(verdict(&policy, url), Ok(()), "{url}");
        }
    }

    #[test]
    fn a_network_that_the_operator_allows_is_spoken_to_and_its_neighbours_are_not() {
        let network = |base: &str, prefix| AllowedNetwork { base: base.parse().unwrap(), prefix };
        let allow_networks = vec![network("127.0.0.1", 32), network("10.1.0.0", 16), network("fd00:1::", 32)];
        let policy = EgressPolicy { allow_networks, ..EgressPolicy::default() };
        for url in [
            "http://127.0.0.1:9999/",
            "https://10.1.255.1/",
            "http://[fd00:1::5]/",
            "https://[::ffff:10.1.0.1]/",
        ] {
            assert_eq!(verdict(&policy, url), Ok(()), "{url}");
        }
        for url in [
            "http://127.0.0.2/",
            "https://10.2.0.1/",
            "https://[fd00:2::5]/",
            "https://[::1]/",
            "http://example.com/",
        ] {
            assert!(verdict(&policy, url).is_err(), "{url}");
        }
        let everything =
            EgressPolicy { allow_networks: vec![network("0.0.0.0", 0)], ..EgressPolicy::default() };
        assert!(verdict(&everything, "http://169.254.169.254/").is_err(), "a metadata service all the same");
    }

    #[test]
    fn metadata_services_are_refused_even_where_private_addresses_are_allowed() {
        let policy = EgressPolicy::allowing_private();
        assert_eq!(verdict(&policy, "http://127.0.0.1:9999/"), Ok(()));
        assert_eq!(verdict(&policy, "http://[::1]:9999/"), Ok(()));
        assert_eq!(verdict(&policy, "http://10.1.2.3/"), Ok(()));
        for url in [
            "http://169.254.169.254/",
            "http://[::ffff:169.254.169.254]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[fd00:ec2::254]/",
            "http://100.100.100.200/",
            "http://168.63.129.16/",
            "http://[fe80::1]/",
        ] {
            assert!(verdict(&policy, url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_listed_host_is_allowed_on_its_port_and_no_other() {
        let policy = EgressPolicy {
            allow_hosts: vec!["127.0.0.1:8080".into(), "crm.local".into()],
            ..EgressPolicy::default()
        };
        assert_eq!(verdict(&policy, "http://127.0.0.1:8080/"), Ok(()));
        assert!(verdict(&policy, "http://127.0.0.1:8081/").is_err());
        assert_eq!(verdict(&policy, "http://crm.local:1234/"), Ok(()));
        assert!(policy.trusts_name("CRM.local") && !policy.trusts_name("other.local"));
    }
}
