//! Who may open a connection from where: the Origin list, CORS headers, and whose word counts about a client's address.

use std::{net::IpAddr, str::FromStr};

use http::{HeaderMap, HeaderValue, header};

/// Origins whose pages may call: listed ones, and our own.
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<String>);

impl Origins {
    /// Each as a browser writes it: `https://app.example.com`, no path, port only when it is not the default one.
    pub fn new(listed: impl IntoIterator<Item = String>) -> Self {
        Origins(listed.into_iter().collect())
    }

    /// The addresses under which our own pages (the explorer) are opened. Never taken from `Host`: a rebound name would allow itself.
    pub(crate) fn with_own(mut self, address: std::net::SocketAddr) -> Self {
        self.0.push(format!("http://{address}"));
        if address.ip().is_loopback() || address.ip().is_unspecified() {
            for name in ["localhost", "127.0.0.1", "[::1]"] {
                self.0.push(format!("http://{name}:{}", address.port()));
            }
        }
        self
    }

    pub(crate) fn judge(&self, headers: &HeaderMap) -> Origin {
        let mut all = headers.get_all(header::ORIGIN).iter();
        match (all.next(), all.next()) {
            (None, _) => Origin::Absent,
            (Some(value), None) if self.0.iter().any(|it| it.as_bytes() == value.as_bytes()) => {
                Origin::Allowed(value.clone())
            }
            _ => Origin::Foreign,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Not a browser's page.
    Absent,
    Allowed(HeaderValue),
    Foreign,
}

/// The CORS headers of a reply to an allowed page. No credentials mode: there is no cookie to send.
pub(crate) fn cors(headers: &mut HeaderMap, origin: &Origin) {
    headers.insert(header::VARY, HeaderValue::from_static("origin"));
    if let Origin::Allowed(value) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value.clone());
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-request-id, x-schema-hash, retry-after"),
        );
    }
}

pub(crate) fn preflight(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, x-api-key, x-request-id"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}

/// An address range such as `10.0.0.0/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

impl Network {
    pub fn base(&self) -> IpAddr {
        self.base
    }

    /// How many bits of the base count.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(it)) => {
                let kept = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                base.to_bits() & kept == it.to_bits() & kept
            }
            (IpAddr::V6(base), IpAddr::V6(it)) => {
                let kept = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                base.to_bits() & kept == it.to_bits() & kept
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not an address or a range such as 10.0.0.0/8");
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let base: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(most), |it| it.parse().map_err(|_| wrong()))?;
        if prefix > most { Err(wrong()) } else { Ok(Network { base, prefix }) }
    }
}

/// The client's address: walking `X-Forwarded-For` from the right, the first that is not one of our proxies. Anyone
/// else's header is ignored, or a client could name itself.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let trusted = |address: IpAddr| proxies.iter().any(|it| it.contains(address));
    let mut client = peer.to_canonical();
    if !trusted(client) {
        return client;
    }
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for hop in hops.iter().rev() {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !trusted(client) {
            break;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, values: &[&str]) -> HeaderMap {
        values.iter().fold(HeaderMap::new(), |mut map, value| {
            map.append(name, value.parse().unwrap());
            map
        })
    }

    #[test]
    fn only_listed_origins_are_allowed_and_only_whole() {
        let origins =
            Origins::new(["https://app.example.com".to_owned()]).with_own("127.0.0.1:8080".parse().unwrap());
        let judge = |values: &[&str]| origins.judge(&with("origin", values));
        assert_eq!(judge(&[]), Origin::Absent);
        assert!(matches!(judge(&["https://app.example.com"]), Origin::Allowed(_)));
        assert!(matches!(judge(&["http://localhost:8080"]), Origin::Allowed(_)));
        for foreign in [
            "null",
            "https://app.example.com.evil.example",
            "http://app.example.com",
            "http://localhost:1",
            "",
        ] {
            assert_eq!(judge(&[foreign]), Origin::Foreign, "{foreign}");
        }
        assert_eq!(judge(&["https://app.example.com", "https://evil.example"]), Origin::Foreign);
    }

    #[test]
    fn only_trusted_proxies_may_name_the_client() {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let from = |peer: &str, values: &[&str]| {
            client(peer.parse().unwrap(), &with("x-forwarded-for", values), &proxies).to_string()
        };
        assert_eq!(from("203.0.113.9", &["1.2.3.4"]), "203.0.113.9", "a client cannot name itself");
        assert_eq!(from("10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(
            from("10.0.0.1", &["6.6.6.6, 1.2.3.4, 10.0.0.7"]),
            "1.2.3.4",
            "what the client itself sent is not believed"
        );
        assert_eq!(from("10.0.0.1", &["6.6.6.6", "1.2.3.4"]), "1.2.3.4");
        assert_eq!(from("10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(from("::ffff:10.0.0.1", &["2001:db8::1"]), "2001:db8::1");
    }

    #[test]
    fn networks_parse_or_say_what_is_wrong() {
        let zero: Network = "0.0.0.0/0".parse().unwrap();
        assert!(zero.contains("8.8.8.8".parse().unwrap()));
        let one: Network = "192.0.2.1".parse().unwrap();
        assert!(one.contains("192.0.2.1".parse().unwrap()) && !one.contains("192.0.2.2".parse().unwrap()));
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "example.com", "::/129"] {
            assert!(bad.parse::<Network>().unwrap_err().contains(bad));
        }
    }
}
