//! The first word with a database: whether it lets us in, and if not, what would have to change. Later on, when it has let us
//! in once, a database that does not answer is simply away.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::{
    Config, Error, NoTls,
    config::Host,
    error::{DbError, SqlState},
};

/// A server that takes longer over a login is as good as away.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a database did not let us in. Each message is one line and says what to do; none repeats a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefused {
    #[error("this is no address of a PostgreSQL, such as postgres://role:password@host/database")]
    NotAnAddress,
    #[error("no PostgreSQL answers at {0}: start it, or correct host and port")]
    Away(String),
    #[error("PostgreSQL at {0} takes no connections now: it is starting, stopping, or has no place left")]
    NotNow(String),
    #[error("PostgreSQL does not accept the password of the role {0}, or has no such role: correct either")]
    Password(String),
    #[error("PostgreSQL has no role {0}: create it, or give another")]
    NoSuchRole(String),
    #[error(
        "PostgreSQL does not let the role {0} in: give it LOGIN, and allow it from here in pg_hba.conf \
         (without TLS)"
    )]
    NotAllowedIn(String),
    #[error("there is no database {0}: create it, or give another")]
    NoSuchDatabase(String),
    #[error("the role {role} may not connect to the database {database}: GRANT CONNECT to it")]
    NotPermitted { role: String, database: String },
    #[error("the address asks for TLS, which is not spoken to PostgreSQL yet: leave sslmode out")]
    Tls,
    #[error("PostgreSQL refuses the login: {0}")]
    Otherwise(String),
}

impl LoginRefused {
    /// Whether the same login may succeed later without anybody changing a setting.
    pub fn may_heal(&self) -> bool {
        matches!(self, Self::Away(_) | Self::NotNow(_))
    }
}

/// Logs in once, and out again.
///
/// # Errors
/// What stands in the way.
pub async fn log_in(url: &str) -> Result<(), LoginRefused> {
    let mut settings: Config = url.parse().map_err(|_| LoginRefused::NotAnAddress)?;
    if settings.get_hosts().is_empty() {
        return Err(LoginRefused::NotAnAddress);
    }
    settings.connect_timeout(PATIENCE).application_name("fairlead");
    match timeout(PATIENCE, settings.connect(NoTls)).await {
        Ok(Ok((client, connection))) => {
            drop(client);
            // Says goodbye; how that goes changes nothing.
            connection.await.ok();
            Ok(())
        }
        Ok(Err(error)) => Err(refused(&settings, &error)),
        Err(_) => Err(LoginRefused::Away(place(&settings))),
    }
}

fn refused(settings: &Config, error: &Error) -> LoginRefused {
    let role = settings.get_user().unwrap_or("of this machine's user").to_owned();
    if let Some(told) = error.as_db_error() {
        return refused_by_server(role, settings, told);
    }
    // What the driver itself finds has no code, only words of its own.
    match error.to_string().as_str() {
        "authentication error" | "invalid configuration" => LoginRefused::Password(role),
        "error performing TLS handshake" => LoginRefused::Tls,
        _ => LoginRefused::Away(place(settings)),
    }
}

fn refused_by_server(role: String, settings: &Config, told: &DbError) -> LoginRefused {
    let database = || settings.get_dbname().unwrap_or(&role).to_owned();
    match *told.code() {
        SqlState::INVALID_PASSWORD => LoginRefused::Password(role),
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION if told.message().contains("does not exist") => {
            LoginRefused::NoSuchRole(role)
        }
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => LoginRefused::NotAllowedIn(role),
        SqlState::INVALID_CATALOG_NAME => LoginRefused::NoSuchDatabase(database()),
        SqlState::INSUFFICIENT_PRIVILEGE => {
            let database = database();
            LoginRefused::NotPermitted { role, database }
        }
        SqlState::CANNOT_CONNECT_NOW | SqlState::TOO_MANY_CONNECTIONS => {
            LoginRefused::NotNow(place(settings))
        }
        _ => LoginRefused::Otherwise(told.message().replace('\n', " ")),
    }
}

/// Where the address points to, without what is secret in it.
fn place(settings: &Config) -> String {
    let port = settings.get_ports().first().copied().unwrap_or(5432);
    match settings.get_hosts().first() {
        Some(Host::Tcp(host)) => format!("{host}:{port}"),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => format!("{} (port {port})", folder.display()),
        None => "the given address".to_owned(),
    }
}
