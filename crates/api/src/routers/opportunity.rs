//! `opportunity`: the deals.

use super::prelude::*;

/// In which order opportunities come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpportunitySort {
    /// By name, from A.
    Name,
    /// Best combined score first; those without one last.
    Combined,
    /// Next to close first; those without a date last.
    CloseDate,
    /// Latest change first.
    Updated,
}

/// The opportunities, filtered and ordered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only opportunities whose name begins with this, in any case.
    #[validate(length(min = 1, max = 100))]
    pub search: Option<String>,
    /// Only opportunities of this account.
    pub account_id: Option<AccountId>,
    /// Only opportunities in this stage, exactly as the source writes it.
    #[validate(length(min = 1, max = 200))]
    pub stage: Option<String>,
    /// Only open, won or lost ones.
    pub status: Option<OpportunityStatus>,
    /// Only opportunities of this tier.
    pub tier: Option<Tier>,
    /// The order.
    #[serde(default = "by_name")]
    pub sort: OpportunitySort,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether to count the whole list as well.
    #[serde(default)]
    pub include_total: bool,
}

fn by_name() -> OpportunitySort {
    OpportunitySort::Name
}

impl Method for List {
    const NAME: &'static str = "opportunity.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::OPPORTUNITIES, topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<OpportunityRow>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                search: None,
                account_id: Some(sample::ACCOUNT_ID),
                stage: None,
                status: Some(OpportunityStatus::Open),
                tier: None,
                sort: OpportunitySort::CloseDate,
                page_size: PageSize::default(),
                cursor: None,
                include_total: false,
            },
            result: Page::last(vec![sample::opportunity_row()]),
        }
    }
}

refusals! {
    /// Why there is no opportunity to show.
    pub enum OpportunityRefusal {
        /// The organization has no such opportunity.
        NoSuchOpportunity => NotFound, "no such opportunity";
    }
}

/// One opportunity with its stages, contacts and attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The opportunity.
    pub opportunity_id: OpportunityId,
}

/// An opportunity and what belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpportunityDetail {
    /// The opportunity.
    pub opportunity: OpportunityRow,
    /// The stages it has been in, the oldest first.
    pub stages: Vec<StageEntry>,
    /// The people with a part in it, the main contact first.
    pub contacts: Vec<ContactRole>,
    /// Fields of the source that have no place of their own.
    pub attributes: Attributes,
    /// Where the record comes from.
    pub sources: Vec<SourceRef>,
    /// When the deal was created at the source, else when it became known here.
    pub created_at: Timestamp,
}

impl Method for Get {
    const NAME: &'static str = "opportunity.get";
    const EFFECT: Effect = Effect::Query { topics: &[topics::OPPORTUNITIES, topics::PEOPLE, topics::SCORES] };
    type Caller = Viewer;
    type Output = OpportunityDetail;
    type Refusal = OpportunityRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Get { opportunity_id: sample::OPPORTUNITY_ID },
            result: OpportunityDetail {
                opportunity: sample::opportunity_row(),
                stages: vec![
                    StageEntry { stage: "Qualification".into(), entered_at: sample::days_ago(40) },
                    StageEntry { stage: "Proposal".into(), entered_at: sample::days_ago(11) },
                ],
                contacts: vec![ContactRole {
                    person: sample::person_ref(),
                    role: Some("Decision Maker".into()),
                    is_primary: true,
                    engagement: Some(Points(80_000)),
                }],
                attributes: Attributes::new(),
                sources: vec![sample::source_ref("0060000000ExampleO")],
                created_at: sample::days_ago(40),
            },
        }
    }
}

/// What happened to an opportunity, newest first: stages it entered, what its contacts did, changes of its tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timeline {
    /// The opportunity.
    pub opportunity_id: OpportunityId,
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
    const NAME: &'static str = "opportunity.timeline";
    const EFFECT: Effect =
        Effect::Query { topics: &[topics::ACTIVITIES, topics::OPPORTUNITIES, topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<TimelineItem>;
    type Refusal = OpportunityRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Timeline {
                opportunity_id: sample::OPPORTUNITY_ID,
                kinds: Vec::new(),
                from: None,
                to: None,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(sample::timeline(EntityType::Opportunity)),
        }
    }
}
