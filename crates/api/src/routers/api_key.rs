//! `apiKey`: credentials for scripts.

use super::prelude::*;

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// The key.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Whether it works.
    pub status: ApiKeyStatus,
    /// Who created it, where still known.
    pub created_by: Option<Actor>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it ends by itself; null when never.
    pub expires_at: Option<Timestamp>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The key whose successor it is, after a roll.
    pub rolled_from: Option<ApiKeyId>,
}

/// Whether a key works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyStatus {
    /// Works.
    Active,
    /// Ended by itself.
    Expired,
    /// Was revoked.
    Revoked,
}

/// A key with its secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedApiKey {
    /// The key.
    pub api_key: ApiKey,
    /// The whole key, as it is sent in `Authorization: Bearer`. Shown this once: the server keeps only its hash.
    pub secret: String,
}

fn example_key(id: ApiKeyId) -> ApiKey {
    ApiKey {
        id,
        name: "nightly export".into(),
        role: Role::Viewer,
        status: ApiKeyStatus::Active,
        created_by: Some(sample::admin()),
        created_at: sample::days_ago(40),
        expires_at: Some(sample::days_ago(-325)),
        last_used_at: Some(sample::minutes_ago(7)),
        revoked_at: None,
        rolled_from: None,
    }
}

const EXAMPLE_SECRET: &str = "flk_the-id-of-the-key_its-secret-part-shown-only-once_its-checksum";

/// The organization's API keys, newest first, revoked ones included. Never their secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only keys of this status.
    pub status: Option<ApiKeyStatus>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether to count the whole list as well.
    #[serde(default)]
    pub include_total: bool,
}

impl Method for List {
    const NAME: &'static str = "apiKey.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::API_KEYS] };
    type Caller = Admin;
    type Output = Page<ApiKey>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                status: Some(ApiKeyStatus::Active),
                page_size: PageSize::default(),
                cursor: None,
                include_total: false,
            },
            result: Page::last(vec![example_key(sample::API_KEY_ID)]),
        }
    }
}

refusals! {
    /// Why a key was not created.
    pub enum CreateApiKeyRefusal {
        /// `expiresAt` is not in the future.
        AlreadyExpired => UnprocessableContent, "the key would have expired already";
    }
}

/// Creates an API key. The reply holds its secret, and nothing ever will again.
///
/// A repeat creates another key: `idempotencyKey` is not taken, because keeping the reply would mean keeping the
/// secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Create {
    /// What it is for, 1 to 100 characters.
    pub name: Name<100>,
    /// What it may do.
    pub role: Role,
    /// When it ends by itself; never, when not given.
    pub expires_at: Option<Timestamp>,
}

impl Method for Create {
    const NAME: &'static str = "apiKey.create";
    const EFFECT: Effect =
        Effect::Mutation { audit: "apiKey.create", idempotent: false, topics: &[topics::API_KEYS] };
    type Caller = Admin;
    type Output = IssuedApiKey;
    type Refusal = CreateApiKeyRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Create { name: sample::name("nightly export"), role: Role::Viewer, expires_at: None },
            result: IssuedApiKey {
                api_key: ApiKey {
                    created_at: Timestamp(sample::now()),
                    expires_at: None,
                    last_used_at: None,
                    ..example_key(sample::NEW_API_KEY_ID)
                },
                secret: EXAMPLE_SECRET.into(),
            },
        }
    }
}

refusals! {
    /// Why a key stays as it is.
    pub enum ApiKeyRefusal {
        /// The organization has no such key.
        NoSuchApiKey => NotFound, "no such API key";
        /// The key does not work any more: it has expired or was revoked.
        ApiKeyEnded => PreconditionFailed, "the API key has ended";
    }
}

/// Replaces a key: creates its successor with the same name, role and expiry, and ends the old one after a while in
/// which both work.
///
/// Like `apiKey.create`, it takes no `idempotencyKey`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Roll {
    /// The key to replace.
    pub api_key_id: ApiKeyId,
    /// How long the old key goes on working: 0 to 604800 seconds (a week). An hour when not given.
    #[serde(default = "an_hour")]
    #[validate(range(min = 0, max = 604_800))]
    pub overlap_seconds: u32,
}

fn an_hour() -> u32 {
    3600
}

/// A key and its successor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolledApiKey {
    /// The new key.
    pub api_key: ApiKey,
    /// The whole new key. Shown this once.
    pub secret: String,
    /// The old key, with its new `expiresAt`.
    pub previous: ApiKey,
}

impl Method for Roll {
    const NAME: &'static str = "apiKey.roll";
    const EFFECT: Effect =
        Effect::Mutation { audit: "apiKey.roll", idempotent: false, topics: &[topics::API_KEYS] };
    type Caller = Admin;
    type Output = RolledApiKey;
    type Refusal = ApiKeyRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Roll { api_key_id: sample::API_KEY_ID, overlap_seconds: 3600 },
            result: RolledApiKey {
                api_key: ApiKey {
                    created_at: Timestamp(sample::now()),
                    last_used_at: None,
                    rolled_from: Some(sample::API_KEY_ID),
                    ..example_key(sample::NEW_API_KEY_ID)
                },
                secret: EXAMPLE_SECRET.into(),
                previous: ApiKey {
                    expires_at: Some(sample::minutes_ago(-60)),
                    ..example_key(sample::API_KEY_ID)
                },
            },
        }
    }
}

/// Ends a key at once. Its next call is refused, and what it watches is closed.
///
/// Revoking a key that was revoked before changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Revoke {
    /// The key.
    pub api_key_id: ApiKeyId,
}

refusals! {
    /// Why a key was not revoked.
    pub enum RevokeApiKeyRefusal {
        /// The organization has no such key.
        NoSuchApiKey => NotFound, "no such API key";
    }
}

impl Method for Revoke {
    const NAME: &'static str = "apiKey.revoke";
    const EFFECT: Effect =
        Effect::Mutation { audit: "apiKey.revoke", idempotent: true, topics: &[topics::API_KEYS] };
    type Caller = Admin;
    type Output = ApiKey;
    type Refusal = RevokeApiKeyRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Revoke { api_key_id: sample::RETIRING_API_KEY_ID },
            result: ApiKey {
                status: ApiKeyStatus::Revoked,
                revoked_at: Some(Timestamp(sample::now())),
                ..example_key(sample::RETIRING_API_KEY_ID)
            },
        }
    }
}
