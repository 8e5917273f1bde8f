//! `activity`: what people did.

use validator::ValidationError;

use super::prelude::*;

/// The activity log, what happened last first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct List {
    /// Only what this person did.
    pub person_id: Option<PersonId>,
    /// Only what happened at this account.
    pub account_id: Option<AccountId>,
    /// Only activities of this type.
    #[serde(rename = "type")]
    pub activity_type: Option<ActivityType>,
    /// Only activities on this channel.
    pub channel: Option<Channel>,
    /// Only what happened from this instant on.
    pub from: Option<Timestamp>,
    /// Only what happened before this instant.
    pub to: Option<Timestamp>,
    /// Whether to show activities that were taken back as well.
    #[serde(default)]
    pub include_retracted: bool,
    /// How many at most.
    #[serde(default)]
    pub page_size: PageSize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Method for List {
    const NAME: &'static str = "activity.list";
    const EFFECT: Effect = Effect::Query { topics: &[topics::ACTIVITIES] };
    type Caller = Viewer;
    type Output = Page<ActivityRow>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example {
            params: List {
                person_id: Some(sample::PERSON_ID),
                account_id: None,
                activity_type: Some(sample::activity_type("demo_request")),
                channel: None,
                from: None,
                to: None,
                include_retracted: false,
                page_size: PageSize::default(),
                cursor: None,
            },
            result: Page::last(vec![sample::activity_row()]),
        }
    }
}

refusals! {
    /// Why there is no activity to show.
    pub enum ActivityRefusal {
        /// The organization has no such activity.
        NoSuchActivity => NotFound, "no such activity";
    }
}

/// One activity, also one that was taken back: `retractedAt` says so.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Get {
    /// The activity.
    pub activity_id: ActivityId,
}

impl Method for Get {
    const NAME: &'static str = "activity.get";
    const EFFECT: Effect = Effect::Query { topics: &[topics::ACTIVITIES] };
    type Caller = Viewer;
    type Output = ActivityRow;
    type Refusal = ActivityRefusal;

    fn example() -> Example<Self> {
        Example { params: Get { activity_id: sample::ACTIVITY_ID }, result: sample::activity_row() }
    }
}

refusals! {
    /// Why an activity was not recorded.
    pub enum RecordActivityRefusal {
        /// The organization has no such person.
        NoSuchPerson => NotFound, "no such person";
        /// The organization has no such account.
        NoSuchAccount => NotFound, "no such account";
        /// It is said to have happened more than a day from now.
        InTheFuture => UnprocessableContent, "an activity cannot be recorded before it happens";
    }
}

/// Records something that a person did. It counts in the scores from the next scoring run on.
///
/// The log is append-only: what is recorded stays. Repeat a call only with the same `idempotencyKey`, or it counts twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "concerns_somebody"))]
pub struct Record {
    /// What was done.
    #[serde(rename = "type")]
    pub activity_type: ActivityType,
    /// Who did it. At least one of `personId` and `accountId` is needed; only a person's activities count in scores.
    pub person_id: Option<PersonId>,
    /// Where they work; the person's own account, when not given.
    pub account_id: Option<AccountId>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// A line about it, up to 500 characters.
    #[validate(length(max = 500))]
    pub subject: Option<String>,
    /// Whatever else is worth keeping, up to 50 members.
    #[serde(default)]
    #[validate(custom(function = "not_too_many"))]
    pub properties: Attributes,
}

fn concerns_somebody(activity: &Record) -> Result<(), ValidationError> {
    if activity.person_id.is_some() || activity.account_id.is_some() {
        Ok(())
    } else {
        Err(ValidationError::new("required").with_message("personId or accountId is required".into()))
    }
}

fn not_too_many(properties: &Attributes) -> Result<(), ValidationError> {
    if properties.len() <= 50 {
        Ok(())
    } else {
        Err(ValidationError::new("length").with_message("must have at most 50 members".into()))
    }
}

impl Method for Record {
    const NAME: &'static str = "activity.record";
    const EFFECT: Effect =
        Effect::Mutation { audit: "activity.record", idempotent: true, topics: &[topics::ACTIVITIES] };
    type Caller = Manager;
    type Output = ActivityRow;
    type Refusal = RecordActivityRefusal;

    fn example() -> Example<Self> {
        Example {
            params: Record {
                activity_type: sample::activity_type("event_attend"),
                person_id: Some(sample::PERSON_ID),
                account_id: None,
                occurred_at: sample::days_ago(1),
                subject: Some("Visited the booth".into()),
                properties: sample::object(serde_json::json!({ "event": "Spring Fair" })),
            },
            result: ActivityRow {
                activity_type: sample::activity_type("event_attend"),
                channel: Channel::Events,
                occurred_at: sample::days_ago(1),
                recorded_at: Timestamp(sample::now()),
                subject: Some("Visited the booth".into()),
                properties: sample::object(serde_json::json!({ "event": "Spring Fair" })),
                connector_id: None,
                ..sample::activity_row()
            },
        }
    }
}
