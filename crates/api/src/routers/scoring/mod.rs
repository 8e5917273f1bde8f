//! `scoring`: who deserves attention now, and why exactly.

mod detail;
mod matrix;
mod run;

pub use detail::*;
pub use matrix::*;
pub use run::*;

use super::prelude::*;

/// A scored person, account or opportunity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntityRow {
    /// The kind.
    pub entity_type: EntityType,
    /// Which one.
    pub id: EntityId,
    /// Its name.
    pub name: String,
    /// A second line to show: an account's domain, a person's title, an opportunity's stage.
    pub detail: Option<String>,
    /// A person's or opportunity's account; null for accounts.
    pub account: Option<AccountRef>,
    /// Its scores.
    pub scores: Scores,
}

fn example_row() -> EntityRow {
    EntityRow {
        entity_type: EntityType::Account,
        id: sample::ACCOUNT_ID.into(),
        name: "Example Manufacturing".into(),
        detail: Some("example.com".into()),
        account: None,
        scores: sample::account_scores(),
    }
}

/// In which order scored entities come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntitySort {
    /// Best combined score first; those without one last.
    Combined,
    /// Best fit first; those without one last.
    Fit,
    /// Best engagement first; those without one last.
    Engagement,
    /// By name, from A.
    Name,
    /// Whose tier changes next first; those whose never does last.
    NextTransition,
}

/// Entities of one kind with their scores, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetEntityList {
    /// Which kind.
    pub entity_type: EntityType,
    /// Only this tier.
    pub tier: Option<Tier>,
    /// Only this quadrant.
    pub quadrant: Option<Quadrant>,
    /// Only people and opportunities of this account. Without effect on accounts.
    pub account_id: Option<AccountId>,
    /// Only those whose name begins with this, in any case; people by last name.
    #[validate(length(min = 1, max = 100))]
    pub search: Option<String>,
    /// The order.
    #[serde(default = "best_first")]
    pub sort: EntitySort,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether to count the whole list as well.
    #[serde(default)]
    pub include_total: bool,
}

fn best_first() -> EntitySort {
    EntitySort::Combined
}

impl Method for GetEntityList {
    const NAME: &'static str = "scoring.getEntityList";
    const EFFECT: Effect = Effect::Query { topics: &[topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<EntityRow>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetEntityList {
                entity_type: EntityType::Account,
                tier: Some(Tier::Hot),
                quadrant: None,
                account_id: None,
                search: None,
                sort: EntitySort::Combined,
                page_size: PageSize::default(),
                cursor: None,
                include_total: false,
            },
            result: Page::last(vec![example_row()]),
        }
    }
}
