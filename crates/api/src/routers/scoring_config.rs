//! `scoringConfig`: the rules, their drafts and their versions.

use super::prelude::*;

/// One version of one part of the scoring rules. Active and former versions never change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{C}Version")]
pub struct ConfigVersion<C> {
    /// Its number within the part, from 1.
    pub version: u32,
    /// Whether it counts.
    pub status: ConfigStatus,
    /// SHA-256 of its canonical JSON, in hex: equal rules, equal hashes.
    pub hash: String,
    /// The rules.
    pub config: C,
    /// What its author said about it.
    pub note: Option<String>,
    /// Who wrote it; null for the built-in defaults.
    pub created_by: Option<Actor>,
    /// When it was saved.
    pub created_at: Timestamp,
    /// When it became active; null for a draft.
    pub activated_at: Option<Timestamp>,
}

/// Whether a version counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfigStatus {
    /// Being worked on; at most one for each part.
    Draft,
    /// In force; exactly one for each part.
    Active,
    /// Was in force.
    Superseded,
}

/// A version of any of the parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AnyConfigVersion {
    /// Of fit.
    Fit(FitConfigVersion),
    /// Of engagement.
    Engagement(EngagementConfigVersion),
    /// Of the combination.
    Combined(CombinedConfigVersion),
}

/// A version of the fit rules.
pub type FitConfigVersion = ConfigVersion<FitConfig>;
/// A version of the engagement rules.
pub type EngagementConfigVersion = ConfigVersion<EngagementConfig>;
/// A version of the combination's rules.
pub type CombinedConfigVersion = ConfigVersion<CombinedConfig>;

const EXAMPLE_HASH: &str = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

fn example_version<C>(config: C, version: u32, status: ConfigStatus) -> ConfigVersion<C> {
    ConfigVersion {
        version,
        status,
        hash: EXAMPLE_HASH.into(),
        config,
        note: None,
        created_by: Some(sample::admin()),
        created_at: sample::days_ago(90),
        activated_at: (status != ConfigStatus::Draft).then(|| sample::days_ago(90)),
    }
}

/// One part of the rules: what is active, and the draft if there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetConfig {
    /// Which part.
    #[serde(rename = "type")]
    pub config_type: ConfigType,
}

/// One part of the rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigState {
    /// What is in force.
    pub active: AnyConfigVersion,
    /// What is being worked on.
    pub draft: Option<AnyConfigVersion>,
}

impl Method for GetConfig {
    const NAME: &'static str = "scoringConfig.getConfig";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORING_CONFIG] };
    type Caller = Viewer;
    type Output = ConfigState;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetConfig { config_type: ConfigType::Combined },
            result: ConfigState {
                active: AnyConfigVersion::Combined(example_version(
                    CombinedConfig::default(),
                    1,
                    ConfigStatus::Active,
                )),
                draft: None,
            },
        }
    }
}

/// All rules in force, their drafts, and the defaults to compare with or return to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetAllConfigs {}

/// All rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllConfigs {
    /// Fit.
    pub fit: PartState<FitConfig>,
    /// Engagement.
    pub engagement: PartState<EngagementConfig>,
    /// The combination.
    pub combined: PartState<CombinedConfig>,
}

/// One part of the rules, by its own type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "{C}State")]
pub struct PartState<C> {
    /// What is in force.
    pub active: ConfigVersion<C>,
    /// What is being worked on.
    pub draft: Option<ConfigVersion<C>>,
    /// What would be in force had nobody changed anything.
    pub default: C,
}

fn example_part<C: Default>() -> PartState<C> {
    PartState {
        active: example_version(C::default(), 1, ConfigStatus::Active),
        draft: None,
        default: C::default(),
    }
}

impl Method for GetAllConfigs {
    const NAME: &'static str = "scoringConfig.getAllConfigs";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORING_CONFIG] };
    type Caller = Viewer;
    type Output = AllConfigs;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetAllConfigs {},
            result: AllConfigs { fit: example_part(), engagement: example_part(), combined: example_part() },
        }
    }
}

/// The versions of one part of the rules, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListVersions {
    /// Which part.
    #[serde(rename = "type")]
    pub config_type: ConfigType,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for ListVersions {
    const NAME: &'static str = "scoringConfig.listVersions";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORING_CONFIG] };
    type Caller = Viewer;
    type Output = Page<AnyConfigVersion>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: ListVersions {
                config_type: ConfigType::Fit,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![AnyConfigVersion::Fit(example_version(
                FitConfig::default(),
                1,
                ConfigStatus::Active,
            ))]),
        }
    }
}

/// Parts of the rules to save. At least one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "says_something"))]
pub struct ConfigDraft {
    /// Fit; what it leaves out gets its default.
    #[validate(nested)]
    pub fit: Option<FitConfig>,
    /// Engagement; what it leaves out gets its default.
    #[validate(nested)]
    pub engagement: Option<EngagementConfig>,
    /// The combination; what it leaves out gets its default.
    #[validate(nested)]
    pub combined: Option<CombinedConfig>,
}

fn says_something(draft: &ConfigDraft) -> Result<(), validator::ValidationError> {
    if draft.fit.is_none() && draft.engagement.is_none() && draft.combined.is_none() {
        let message = "must have at least one of fit, engagement and combined";
        return Err(validator::ValidationError::new("empty").with_message(message.into()));
    }
    Ok(())
}

/// Saves drafts of one, two or all three parts of the rules, replacing the drafts there were. Nothing is scored by
/// them until they are activated.
///
/// A rule that cannot hold is refused with INVALID_PARAMS naming its path, such as `config.combined.fitThreshold`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveDraft {
    /// The parts to save.
    #[validate(nested)]
    pub config: ConfigDraft,
    /// What you want to say about it, up to 1000 characters.
    #[validate(length(max = 1000))]
    pub note: Option<String>,
}

impl Method for SaveDraft {
    const NAME: &'static str = "scoringConfig.saveDraft";
    const EFFECT: Effect = Effect::Mutation {
        audit: "scoringConfig.saveDraft",
        idempotent: true,
        topics: &[topics::SCORING_CONFIG],
    };
    type Caller = Admin;
    type Output = Listing<AnyConfigVersion>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        let combined = CombinedConfig {
            fit_weight: Factor(400),
            engagement_weight: Factor(600),
            ..CombinedConfig::default()
        };
        let draft = ConfigVersion {
            note: Some("Engagement counts more".into()),
            created_at: Timestamp(sample::now()),
            ..example_version(combined, 2, ConfigStatus::Draft)
        };
        Example {
            params: SaveDraft {
                config: ConfigDraft { fit: None, engagement: None, combined: Some(combined) },
                note: Some("Engagement counts more".into()),
            },
            result: Listing { items: vec![AnyConfigVersion::Combined(draft)] },
        }
    }
}

/// One version of one part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigRef {
    /// Which part.
    #[serde(rename = "type")]
    pub config_type: ConfigType,
    /// Which version.
    #[validate(range(min = 1))]
    pub version: u32,
}

refusals! {
    /// Why a version was not activated.
    pub enum ActivateRefusal {
        /// The part has no such version.
        NoSuchVersion => NotFound, "no such version";
        /// The version is not a draft: it is in force, or was. Save its rules as a draft to return to them.
        NotADraft => Conflict, "the version is not a draft";
    }
}

/// Puts drafts in force, all at the same instant, and starts a scoring run with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Activate {
    /// The drafts, at most one for each part.
    #[validate(length(min = 1, max = 3), nested, custom(function = "one_of_each"))]
    pub versions: Vec<ConfigRef>,
}

fn one_of_each(versions: &[ConfigRef]) -> Result<(), validator::ValidationError> {
    let parts: std::collections::BTreeSet<_> = versions.iter().map(|it| it.config_type).collect();
    if parts.len() == versions.len() {
        Ok(())
    } else {
        Err(validator::ValidationError::new("unique").with_message("names a part twice".into()))
    }
}

/// Rules that have just come into force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Activated {
    /// The versions now in force, of the parts that changed.
    pub active: Vec<AnyConfigVersion>,
    /// The scoring run that applies them.
    pub run: StartedJob,
}

impl Method for Activate {
    const NAME: &'static str = "scoringConfig.activate";
    const EFFECT: Effect = Effect::Mutation {
        audit: "scoringConfig.activate",
        idempotent: true,
        topics: &[topics::SCORING_CONFIG],
    };
    type Caller = Admin;
    type Output = Activated;
    type Refusal = ActivateRefusal;

    fn example() -> Example<Self> {
        let active = ConfigVersion {
            activated_at: Some(Timestamp(sample::now())),
            ..example_version(FitConfig::default(), sample::DRAFT_VERSION, ConfigStatus::Active)
        };
        Example {
            params: Activate {
                versions: vec![ConfigRef { config_type: ConfigType::Fit, version: sample::DRAFT_VERSION }],
            },
            result: Activated {
                active: vec![AnyConfigVersion::Fit(active)],
                run: StartedJob { job: sample::queued_job(JobKind::ScoringRun, None), joined: false },
            },
        }
    }
}
