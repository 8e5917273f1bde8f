//! Candidates for what a group lacks.

use super::{GroupRefusal, examples};
use crate::routers::prelude::*;

/// Who might fill what a group lacks, best first, each with reasons.
///
/// People of the account who are active, people whose address is of the account's domain, and addresses of it that were seen
/// in mail, meetings or the intent stream and belong to nobody known yet. Members are no candidates, nor is who was dismissed
/// or taken out. Nobody, when nothing is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetCandidates {
    /// The group.
    pub group_id: BuyingGroupId,
    /// How many at most: 1 to 100.
    #[serde(default = "twenty")]
    #[validate(range(min = 1, max = 100))]
    pub limit: u32,
}

fn twenty() -> u32 {
    20
}

/// What a group lacks, and who might fill it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GroupCandidates {
    /// The roles with fewer members than they need.
    pub missing: Vec<BuyingRole>,
    /// Best first.
    pub items: Vec<GroupCandidate>,
}

impl Method for GetCandidates {
    const NAME: &'static str = "buyingGroup.getCandidates";
    const EFFECT: Effect = Effect::Query {
        topics: &[
            topics::BUYING_GROUPS,
            topics::ROLE_TEMPLATES,
            topics::PEOPLE,
            topics::OPPORTUNITIES,
            topics::ACTIVITIES,
            topics::SCORES,
        ],
    };
    type Caller = Viewer;
    type Output = GroupCandidates;
    type Refusal = GroupRefusal;

    fn example() -> Example<Self> {
        Example {
            params: GetCandidates { group_id: sample::BUYING_GROUP_ID, limit: 5 },
            result: GroupCandidates { missing: examples::missing(), items: vec![examples::candidate()] },
        }
    }
}

refusals! {
    /// Why nothing was decided about a candidate.
    pub enum CandidateRefusal {
        /// The organization has no such group.
        NoSuchGroup => NotFound, "no such group";
        /// Nobody of this id or address is a candidate for the group.
        NoSuchCandidate => NotFound, "no such candidate";
        /// The candidate was dismissed already.
        AlreadyDismissed => Conflict, "the candidate was dismissed already";
        /// A person's role cannot be confirmed as unknown.
        UnknownRole => UnprocessableContent, "unknown is not a role that can be confirmed";
    }
}

/// Makes a candidate a member. An address that nobody had becomes a person of the account. Their role is found out as every
/// member's; one that is given is confirmed by that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "names_one"))]
pub struct AcceptCandidate {
    /// The group.
    pub group_id: BuyingGroupId,
    /// The candidate; leave it out for an address that nobody has yet.
    pub person_id: Option<PersonId>,
    /// The candidate's address, where nobody has it yet.
    #[validate(length(min = 3, max = 254))]
    pub discovered_email: Option<String>,
    /// Their role, if you know it.
    pub role: Option<BuyingRole>,
}

fn names_one(accepted: &AcceptCandidate) -> Result<(), validator::ValidationError> {
    exactly_one(accepted.person_id.is_some(), accepted.discovered_email.is_some())
}

fn exactly_one(person: bool, address: bool) -> Result<(), validator::ValidationError> {
    if person != address {
        return Ok(());
    }
    let message = "must have either personId or discoveredEmail";
    Err(validator::ValidationError::new("exactly_one").with_message(message.into()))
}

impl Method for AcceptCandidate {
    const NAME: &'static str = "buyingGroup.acceptCandidate";
    const EFFECT: Effect = Effect::Mutation {
        audit: "buyingGroup.acceptCandidate",
        idempotent: true,
        topics: &[topics::BUYING_GROUPS, topics::PEOPLE],
    };
    type Caller = Manager;
    type Output = GroupMember;
    type Refusal = CandidateRefusal;

    fn example() -> Example<Self> {
        Example {
            params: AcceptCandidate {
                group_id: sample::BUYING_GROUP_ID,
                person_id: Some(sample::CANDIDATE_ID),
                discovered_email: None,
                role: Some(BuyingRole::Champion),
            },
            result: GroupMember {
                origin: MemberOrigin::Accepted,
                is_discovered: true,
                discovered_from: Some(CandidateOrigin::ActivePerson),
                evidence: Vec::new(),
                ..examples::confirmed(BuyingRole::Champion)
            },
        }
    }
}

/// Takes a candidate off a group's list for good, and keeps every sync from letting them in. Adding them as a member undoes
/// it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[validate(schema(function = "dismisses_one"))]
pub struct DismissCandidate {
    /// The group.
    pub group_id: BuyingGroupId,
    /// The candidate; leave it out for an address that nobody has yet.
    pub person_id: Option<PersonId>,
    /// The candidate's address, where nobody has it yet.
    #[validate(length(min = 3, max = 254))]
    pub discovered_email: Option<String>,
    /// What you want to say about it, up to 1000 characters.
    #[validate(length(min = 1, max = 1000))]
    pub reason: Option<String>,
}

fn dismisses_one(dismissed: &DismissCandidate) -> Result<(), validator::ValidationError> {
    exactly_one(dismissed.person_id.is_some(), dismissed.discovered_email.is_some())
}

/// A candidate who is none any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DismissedCandidate {
    /// The group.
    pub group_id: BuyingGroupId,
    /// The candidate.
    pub person_id: Option<PersonId>,
    /// The candidate's address, where nobody has it yet.
    pub discovered_email: Option<String>,
}

impl Method for DismissCandidate {
    const NAME: &'static str = "buyingGroup.dismissCandidate";
    const EFFECT: Effect = Effect::Mutation {
        audit: "buyingGroup.dismissCandidate",
        idempotent: true,
        topics: &[topics::BUYING_GROUPS],
    };
    type Caller = Manager;
    type Output = DismissedCandidate;
    type Refusal = CandidateRefusal;

    fn example() -> Example<Self> {
        let (group_id, person_id) = (sample::BUYING_GROUP_ID, Some(sample::UNWANTED_CANDIDATE_ID));
        Example {
            params: DismissCandidate {
                group_id,
                person_id,
                discovered_email: None,
                reason: Some("On leave".into()),
            },
            result: DismissedCandidate { group_id, person_id, discovered_email: None },
        }
    }
}
