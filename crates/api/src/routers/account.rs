//! `account`: the companies you sell to.

use super::prelude::*;

/// In which order accounts come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountSort {
    /// By name, from A.
    Name,
    /// Best combined score first; those without one last.
    Combined,
    /// Latest change first.
    Updated,
}

/// The accounts, filtered and ordered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only accounts whose name begins with this, in any case.
    #[validate(length(min = 1, max = 100))]
    pub search: Option<String>,
    /// Only the accounts with this web domain.
    #[validate(length(min = 1, max = 253))]
    pub domain: Option<String>,
    /// Only accounts of this tier.
    pub tier: Option<Tier>,
    /// Only accounts of this industry, exactly as the source writes it.
    #[validate(length(min = 1, max = 200))]
    pub industry: Option<String>,
    /// The order.
    #[serde(default = "by_name")]
    pub sort: AccountSort,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether to count the whole list as well.
    #[serde(default)]
    pub include_total: bool,
}

fn by_name() -> AccountSort {
    AccountSort::Name
}

impl Method for List {
    const NAME: &'static str = "account.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::ACCOUNTS, topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<AccountRow>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                search: Some("example".into()),
                domain: None,
                tier: None,
                industry: None,
                sort: AccountSort::Combined,
                page_size: PageSize::default(),
                cursor: None,
                include_total: true,
            },
            result: Page { total: Some(1), ..Page::last(vec![sample::account_row()]) },
        }
    }
}

refusals! {
    /// Why there is no account to show.
    pub enum AccountRefusal {
        /// The organization has no such account.
        NoSuchAccount => NotFound, "no such account";
    }
}

/// One account with its attributes, and its people and deals in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The account.
    pub account_id: AccountId,
}

/// An account and what belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountDetail {
    /// The account.
    pub account: AccountRow,
    /// Fields of the source that have no place of their own.
    pub attributes: Attributes,
    /// Where the record comes from.
    pub sources: Vec<SourceRef>,
    /// Its people.
    pub people: PeopleSummary,
    /// Its deals.
    pub opportunities: OpportunitySummary,
    /// When the account became known here.
    pub created_at: Timestamp,
}

impl Method for Get {
    const NAME: &'static str = "account.get";
    const EFFECT: Effect =
        Effect::Query { topics: &[topics::ACCOUNTS, topics::PEOPLE, topics::OPPORTUNITIES, topics::SCORES] };
    type Caller = Viewer;
    type Output = AccountDetail;
    type Refusal = AccountRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Get { account_id: sample::ACCOUNT_ID },
            result: AccountDetail {
                account: sample::account_row(),
                attributes: sample::object(serde_json::json!({ "segment": "mid-market" })),
                sources: vec![sample::source_ref("0010000000ExampleA")],
                people: PeopleSummary {
                    total: 1,
                    tiers: vec![TierCount { tier: Some(Tier::Hot), count: 1 }],
                    top: vec![sample::person_row()],
                },
                opportunities: OpportunitySummary {
                    open: 1,
                    won: 0,
                    lost: 0,
                    open_amounts: vec![sample::usd(12_000_000)],
                    items: vec![sample::opportunity_row()],
                },
                created_at: sample::days_ago(90),
            },
        }
    }
}

/// What happened at an account, newest first: what its people did, stages its deals entered, changes of its tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timeline {
    /// The account.
    pub account_id: AccountId,
    /// Only these kinds of items; all, when empty or not given.
    #[serde(default)]
    #[validate(length(max = 3))]
    pub kinds: Vec<TimelineKind>,
    /// Only from this instant on.
    pub from: Option<Timestamp>,
    /// Only before this instant.
    pub to: Option<Timestamp>,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for Timeline {
    const NAME: &'static str = "account.timeline";
    const EFFECT: Effect =
        Effect::Query { topics: &[topics::ACTIVITIES, topics::OPPORTUNITIES, topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<TimelineItem>;
    type Refusal = AccountRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Timeline {
                account_id: sample::ACCOUNT_ID,
                kinds: Vec::new(),
                from: None,
                to: None,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(sample::timeline(EntityType::Account)),
        }
    }
}
