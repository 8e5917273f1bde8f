//! `person`: contacts and leads.

use super::prelude::*;

/// In which order people come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonSort {
    /// By last and first name, from A.
    Name,
    /// Best combined score first; those without one last.
    Combined,
    /// Latest change first.
    Updated,
}

/// The people, filtered and ordered. Who was merged into another does not appear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only people whose last name begins with this, in any case.
    #[validate(length(min = 1, max = 100))]
    pub search: Option<String>,
    /// Only the person with this e-mail address, in any case.
    #[validate(length(min = 3, max = 254))]
    pub email: Option<String>,
    /// Only people of this account.
    pub account_id: Option<AccountId>,
    /// Only people of this tier.
    pub tier: Option<Tier>,
    /// Only people of this seniority.
    pub seniority: Option<Seniority>,
    /// Only leads (true) or only contacts (false).
    pub is_lead: Option<bool>,
    /// The order.
    #[serde(default = "by_name")]
    pub sort: PersonSort,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
    /// Whether to count the whole list as well.
    #[serde(default)]
    pub include_total: bool,
}

fn by_name() -> PersonSort {
    PersonSort::Name
}

impl Method for List {
    const NAME: &'static str = "person.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::PEOPLE, topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<PersonRow>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                search: None,
                email: None,
                account_id: Some(sample::ACCOUNT_ID),
                tier: None,
                seniority: None,
                is_lead: Some(false),
                sort: PersonSort::Name,
                page_size: PageSize::default(),
                cursor: None,
                include_total: false,
            },
            result: Page::last(vec![sample::person_row()]),
        }
    }
}

refusals! {
    /// Why there is no person to show.
    pub enum PersonRefusal {
        /// The organization has no such person.
        NoSuchPerson => NotFound, "no such person";
    }
}

/// One person with attributes and deals. Who was merged into another is shown as that other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The person.
    pub person_id: PersonId,
}

/// A person and what belongs to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonDetail {
    /// The person.
    pub person: PersonRow,
    /// Fields of the source that have no place of their own.
    pub attributes: Attributes,
    /// Where the record comes from.
    pub sources: Vec<SourceRef>,
    /// The deals in which the person has a part: those under way first, up to 100.
    pub opportunities: Vec<OpportunityRow>,
    /// How many activities of the person count.
    pub activity_count: u64,
    /// When the person became known here.
    pub created_at: Timestamp,
}

impl Method for Get {
    const NAME: &'static str = "person.get";
    const EFFECT: Effect = Effect::Query {
        topics: &[topics::PEOPLE, topics::OPPORTUNITIES, topics::ACTIVITIES, topics::SCORES],
    };
    type Caller = Viewer;
    type Output = PersonDetail;
    type Refusal = PersonRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Get { person_id: sample::PERSON_ID },
            result: PersonDetail {
                person: sample::person_row(),
                attributes: sample::object(serde_json::json!({ "language": "en" })),
                sources: vec![sample::source_ref("0030000000ExampleC")],
                opportunities: vec![sample::opportunity_row()],
                activity_count: 17,
                created_at: sample::days_ago(90),
            },
        }
    }
}

/// What a person did and how their tier changed, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Timeline {
    /// The person.
    pub person_id: PersonId,
    /// Only these kinds of items; all, when empty or not given. A person has no stage changes.
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
    const NAME: &'static str = "person.timeline";
    const EFFECT: Effect = Effect::Query { topics: &[topics::ACTIVITIES, topics::SCORES] };
    type Caller = Viewer;
    type Output = Page<TimelineItem>;
    type Refusal = PersonRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Timeline {
                person_id: sample::PERSON_ID,
                kinds: vec![TimelineKind::Activity, TimelineKind::TierChange],
                from: None,
                to: None,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(sample::timeline(EntityType::Person)),
        }
    }
}
