//! What the operator decides: a TOML file, then `FAIRLEAD_*` variables, checked as a whole before anything starts. Every complaint
//! names its setting and says what would be right. It opens no database and no socket.

mod connectors;
mod database;
mod secrets;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::Deserialize;
use url::Url;

use crate::server::{Network, Origins, ServerLimits};

pub use connectors::{Connectors, VendorApp};
pub use database::{Database, DatabaseConfig};
pub use secrets::Keys;

/// All settings, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    /// Where the outside world reaches us, when that is not the address we listen on. Used in links and redirect addresses.
    pub public_url: Option<Url>,
    pub database: Database,
    /// Where a private database and generated secrets live.
    pub data_dir: PathBuf,
    pub keys: Keys,
    pub tokens: Tokens,
    pub origins: Origins,
    pub trusted_proxies: Vec<Network>,
    pub limits: ServerLimits,
    pub egress: Egress,
    pub connectors: Connectors,
    pub outside_issuers: Vec<OutsideIssuer>,
    pub log: Log,
}

/// The names that our own access tokens carry.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub issuer: String,
    pub audience: String,
}

/// Where connectors may reach beside the public internet.
#[derive(Debug, Clone, Default)]
pub struct Egress {
    /// Private networks (a CRM inside the house, a stand-in on loopback) that vendors' addresses may resolve to.
    pub allow: Vec<Network>,
}

/// Another system whose signed tokens identify users.
#[derive(Debug, Clone)]
pub struct OutsideIssuer {
    /// Its name, and for whom its tokens must be made.
    pub rules: tenancy::OutsideIssuer,
    pub jwks: JwksSource,
    /// Whether the first token of an organization makes a tenant for it.
    pub create_tenants: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JwksSource {
    File(PathBuf),
    Url(Url),
}

#[derive(Debug, Clone)]
pub struct Log {
    pub format: LogFormat,
    /// As `RUST_LOG` would be written: `info`, `warn,gateway=debug`.
    pub filter: String,
}

impl Log {
    /// What is logged when nobody chose: the course of things, no details.
    pub fn default_filter() -> &'static str {
        "info"
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// One line that names the setting.
#[derive(Debug, thiserror::Error)]
#[error("configuration: `{setting}`: {problem}")]
pub struct ConfigRefused {
    pub setting: String,
    pub problem: String,
}

pub(crate) fn refused(setting: impl Into<String>, problem: impl fmt::Display) -> ConfigRefused {
    ConfigRefused { setting: setting.into(), problem: problem.to_string() }
}

/// What the system says, without its number.
pub(crate) fn in_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// The settings as they are written. Unknown ones are refused: a misspelt limit would otherwise be no limit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    listen: String,
    public_url: Option<String>,
    database_url: Option<String>,
    database_owner_url: Option<String>,
    data_dir: PathBuf,
    /// `kid:64hex[,kid:64hex…]`, the first seals, all open.
    keys: Option<String>,
    token_issuer: String,
    token_audience: String,
    allowed_origins: Vec<String>,
    trusted_proxies: Vec<String>,
    egress_allow: Vec<String>,
    connectors: connectors::WrittenConnectors,
    outside_issuers: Vec<WrittenIssuer>,
    log_format: LogFormat,
    log: String,
    limits: WrittenLimits,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIssuer {
    issuer: String,
    /// The `aud` that its tokens must have.
    audience: Option<String>,
    /// The `azp` that its tokens must have one of: the origins that Clerk makes session tokens for.
    #[serde(default)]
    authorized_parties: Vec<String>,
    jwks_file: Option<PathBuf>,
    jwks_url: Option<String>,
    #[serde(default)]
    create_tenants: bool,
}

#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct WrittenLimits {
    body_bytes: Option<usize>,
    reply_bytes: Option<usize>,
    batch_calls: Option<usize>,
    request_seconds: Option<u64>,
    sockets: Option<usize>,
    sockets_per_address: Option<usize>,
    http_in_flight: Option<usize>,
    websockets: Option<usize>,
    socket_in_flight: Option<usize>,
    socket_subscriptions: Option<u32>,
    calls_per_second: Option<u32>,
    calls_burst: Option<u32>,
    drain_notice_seconds: Option<u64>,
    drain_seconds: Option<u64>,
}

impl Default for Written {
    fn default() -> Self {
        Written {
            listen: "127.0.0.1:7400".into(),
            public_url: None,
            database_url: None,
            database_owner_url: None,
            data_dir: ".fairlead".into(),
            keys: None,
            token_issuer: "fairlead".into(),
            token_audience: "fairlead".into(),
            allowed_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            egress_allow: Vec::new(),
            connectors: Default::default(),
            outside_issuers: Vec::new(),
            log_format: LogFormat::Text,
            log: Log::default_filter().into(),
            limits: WrittenLimits::default(),
        }
    }
}

/// What the command line says, over file and variables.
#[derive(Debug, Default, Clone)]
pub struct Overrides {
    pub file: Option<PathBuf>,
    pub listen: Option<String>,
    pub database_url: Option<String>,
    pub data_dir: Option<PathBuf>,
}

/// Variables of the client side, which are no settings of the server.
const NOT_SETTINGS: &[&str] = &["url", "api_key", "config", "long_tests", "ci_nextest", "migrations_hash"];

impl Config {
    /// Reads and checks everything. In embedded mode missing keys are made once and kept in the data folder.
    ///
    /// # Errors
    /// The first setting that is wrong.
    pub fn load(overrides: &Overrides) -> Result<Config, ConfigRefused> {
        Self::check(Written::read(overrides)?, overrides)
    }

    fn check(written: Written, overrides: &Overrides) -> Result<Config, ConfigRefused> {
        let DatabaseConfig { database, data_dir, log } = DatabaseConfig::check(&written, overrides)?;
        database.refuse_without_serving_role()?;
        let listen = overrides.listen.as_ref().unwrap_or(&written.listen);
        let keys = match (&written.keys, &database) {
            (Some(text), _) => Keys::given(text)?,
            (None, Database::Embedded) => Keys::kept_in(&data_dir)?,
            (None, Database::Given { .. }) => {
                let problem =
                    "must be set beside database_url, as kid:64hex; `openssl rand -hex 32` makes one";
                return Err(refused("keys", problem));
            }
        };
        Ok(Config {
            listen: address(listen)?,
            public_url: written.public_url.map(|it| web_url("public_url", &it)).transpose()?,
            database,
            data_dir,
            keys,
            tokens: Tokens {
                issuer: non_empty("token_issuer", written.token_issuer)?,
                audience: non_empty("token_audience", written.token_audience)?,
            },
            origins: origins(written.allowed_origins)?,
            trusted_proxies: networks("trusted_proxies", &written.trusted_proxies)?,
            limits: limits(&written.limits)?,
            egress: Egress { allow: networks("egress_allow", &written.egress_allow)? },
            connectors: written.connectors.check()?,
            outside_issuers: issuers(written.outside_issuers)?,
            log,
        })
    }
}

impl Written {
    /// The file, then the variables; nothing is checked but that each setting exists and is of its kind.
    fn read(overrides: &Overrides) -> Result<Written, ConfigRefused> {
        let mut figment = Figment::new();
        if let Some(file) = &overrides.file {
            if !file.is_file() {
                return Err(refused("config", format!("{} is not a file", file.display())));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        // Nested settings by a double underscore: FAIRLEAD_LIMITS__BODY_BYTES. Lists as in TOML: ["https://a.example"].
        let variables = Env::prefixed("FAIRLEAD_").ignore(NOT_SETTINGS).split("__");
        figment.merge(variables).extract().map_err(|error| told_by_figment(&error))
    }

    fn log(&self) -> Result<Log, ConfigRefused> {
        Ok(Log { format: self.log_format, filter: log_filter(&self.log)? })
    }
}

/// Figment's words, without the value: it may be a secret.
fn told_by_figment(error: &figment::Error) -> ConfigRefused {
    use figment::error::Kind;
    let mut setting = error.path.join(".");
    let problem = match &error.kind {
        Kind::UnknownField(name, known) => {
            let at = setting.rsplit_once('.').map(|(section, _)| format!("{section}.")).unwrap_or_default();
            setting = if setting.ends_with(name.as_str()) { setting } else { format!("{at}{name}") };
            format!("there is no such setting; there are {}", known.join(", "))
        }
        Kind::InvalidType(_, expected) => format!("must be {expected}"),
        Kind::InvalidValue(_, expected) => format!("must be {expected}"),
        Kind::UnknownVariant(_, known) => format!("must be one of {}", known.join(", ")),
        Kind::MissingField(name) => {
            setting = if setting.is_empty() { name.to_string() } else { format!("{setting}.{name}") };
            "is missing".into()
        }
        _ => "cannot be read; is the file valid TOML?".into(),
    };
    refused(if setting.is_empty() { "config".into() } else { setting }, problem)
}

fn address(text: &str) -> Result<SocketAddr, ConfigRefused> {
    text.parse()
        .map_err(|_| refused("listen", format!("`{text}` is not an address and port such as 127.0.0.1:7400")))
}

fn non_empty(setting: &str, text: String) -> Result<String, ConfigRefused> {
    if text.trim().is_empty() { Err(refused(setting, "must not be empty")) } else { Ok(text) }
}

fn web_url(setting: &str, text: &str) -> Result<Url, ConfigRefused> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(refused(setting, format!("`{text}` is not an address such as https://api.example.com"))),
    }
}

fn origins(listed: Vec<String>) -> Result<Origins, ConfigRefused> {
    for text in &listed {
        let url = web_url("allowed_origins", text)?;
        let as_sent = url.origin().ascii_serialization();
        if as_sent != *text {
            return Err(refused(
                "allowed_origins",
                format!("`{text}` must be written as browsers send it: {as_sent}"),
            ));
        }
    }
    Ok(Origins::new(listed))
}

fn networks(setting: &str, listed: &[String]) -> Result<Vec<Network>, ConfigRefused> {
    listed.iter().map(|text| text.parse().map_err(|problem: String| refused(setting, problem))).collect()
}

fn issuers(listed: Vec<WrittenIssuer>) -> Result<Vec<OutsideIssuer>, ConfigRefused> {
    let mut checked: Vec<OutsideIssuer> = Vec::new();
    for (number, it) in listed.into_iter().enumerate() {
        let setting = |field: &str| format!("outside_issuers.{number}.{field}");
        let jwks = match (it.jwks_file, it.jwks_url) {
            (Some(file), None) if file.is_file() => JwksSource::File(file),
            (Some(file), None) => {
                return Err(refused(setting("jwks_file"), format!("{} is not a file", file.display())));
            }
            (None, Some(url)) => JwksSource::Url(jwks_url(&setting("jwks_url"), &url)?),
            _ => return Err(refused(setting("jwks_file"), "give either jwks_file or jwks_url")),
        };
        let issuer = non_empty(&setting("issuer"), it.issuer)?;
        if checked.iter().any(|earlier| earlier.rules.issuer() == issuer) {
            return Err(refused(setting("issuer"), format!("`{issuer}` is listed twice")));
        }
        let parties = it.authorized_parties.iter().map(String::as_str);
        let rules = tenancy::OutsideIssuer::new(issuer, it.audience.as_deref(), parties).map_err(|_| {
            refused(
                setting("audience"),
                "give audience, authorized_parties or both: else a token made for any application would do",
            )
        })?;
        checked.push(OutsideIssuer { rules, jwks, create_tenants: it.create_tenants });
    }
    Ok(checked)
}

/// Keys that came over plain http could be anybody's.
fn jwks_url(setting: &str, text: &str) -> Result<Url, ConfigRefused> {
    let url = web_url(setting, text)?;
    let here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() == "https" || here {
        Ok(url)
    } else {
        Err(refused(setting, "must begin with https://; plain http is for this machine's own addresses"))
    }
}

fn log_filter(text: &str) -> Result<String, ConfigRefused> {
    match tracing_subscriber::EnvFilter::builder().parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(refused("log", format!("`{text}` is not a filter such as info or warn,gateway=debug"))),
    }
}

fn limits(written: &WrittenLimits) -> Result<ServerLimits, ConfigRefused> {
    let mut limits = ServerLimits::default();
    macro_rules! take {
        ($($name:ident in $range:expr),+ $(,)?) => {$(
            if let Some(value) = written.$name {
                if !$range.contains(&value) {
                    let problem = format!("{value} is not between {} and {}", $range.start(), $range.end());
                    return Err(refused(concat!("limits.", stringify!($name)), problem));
                }
                limits.$name = value;
            }
        )+};
    }
    take! {
        body_bytes in 1_000..=50_000_000,
        reply_bytes in 10_000..=100_000_000,
        batch_calls in 1..=1_000,
        sockets in 1..=1_000_000,
        sockets_per_address in 1..=1_000_000,
        http_in_flight in 1..=100_000,
        websockets in 1..=1_000_000,
        socket_in_flight in 1..=10_000,
        socket_subscriptions in 1..=10_000,
        calls_per_second in 1..=10_000_000,
        calls_burst in 1..=10_000_000,
    }
    let seconds = |name: &str, value: Option<u64>, most: u64, into: &mut Duration| match value {
        Some(it) if it > most => {
            Err(refused(format!("limits.{name}"), format!("{it} is more than {most} seconds")))
        }
        Some(it) => {
            *into = Duration::from_secs(it);
            Ok(())
        }
        None => Ok(()),
    };
    seconds("request_seconds", written.request_seconds, 600, &mut limits.request_time)?;
    seconds("drain_notice_seconds", written.drain_notice_seconds, 300, &mut limits.drain_notice)?;
    seconds("drain_seconds", written.drain_seconds, 600, &mut limits.drain_time)?;
    if limits.calls_burst < limits.calls_per_second {
        limits.calls_burst = limits.calls_per_second;
    }
    limits.frame_bytes = limits.body_bytes;
    Ok(limits)
}

/// Makes the data folder, for us alone, and proves that it can be written.
///
/// # Errors
/// When it cannot.
pub fn prepare_data_dir(folder: &Path) -> Result<(), ConfigRefused> {
    secrets::make_private(folder).map_err(|error| {
        refused(
            "data_dir",
            format!(
                "{} cannot be used ({}); give another folder or its rights to this user",
                folder.display(),
                in_words(&error)
            ),
        )
    })
}
