//! `system`: is it there, and which one is it.

use super::prelude::*;

/// Whether the service works, as far as a caller is concerned.
///
/// Answers without a credential, and quickly, even when the database is away: then `status` is `unavailable`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Health {}

/// How well something works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// Works.
    Ok,
    /// Works in part: reading and writing do, long work is late.
    Degraded,
    /// Does not work at present.
    Unavailable,
}

/// How the service is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    /// All in all.
    pub status: HealthStatus,
    /// Whether the database answers.
    pub database: HealthStatus,
    /// Whether long work is being done.
    pub worker: HealthStatus,
    /// The server's time.
    pub time: Timestamp,
}

impl Method for Health {
    const NAME: &'static str = "system.health";
    const EFFECT: Effect = Effect::Query { topics: &[] };
    type Caller = Anyone;
    type Output = HealthReport;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Health {},
            result: HealthReport {
                status: HealthStatus::Ok,
                database: HealthStatus::Ok,
                worker: HealthStatus::Ok,
                time: Timestamp(sample::now()),
            },
        }
    }
}

/// Which version answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Version {}

/// Which version answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionReport {
    /// The name of the software.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the API's document, in hex: equal hashes, equal API. Also in the reply header `x-schema-hash`.
    pub schema_hash: String,
}

impl Method for Version {
    const NAME: &'static str = "system.version";
    const EFFECT: Effect = Effect::Query { topics: &[] };
    type Caller = Anyone;
    type Output = VersionReport;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Version {},
            result: VersionReport {
                name: "fairlead".into(),
                version: env!("CARGO_PKG_VERSION").into(),
                schema_hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            },
        }
    }
}
