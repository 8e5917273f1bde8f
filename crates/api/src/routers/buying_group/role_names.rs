//! What roles are called in the CRM.

use crate::routers::prelude::*;

/// What a contact role of the CRM means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleName {
    /// The name as the CRM writes it. Case, spaces and punctuation do not tell names apart.
    #[validate(length(min = 1, max = 100))]
    pub name: String,
    /// The role; `unknown` for a name that says nothing.
    pub role: BuyingRole,
    /// How sure one can be of it, 0 to 1.
    #[validate(range(min = 0.0, max = 1.0))]
    pub confidence: Factor,
}

/// The organization's own names of contact roles, and the built-in ones. An own name comes before a built-in one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleNames {
    /// The organization's own.
    pub own: Vec<RoleName>,
    /// What holds for every other name.
    pub built_in: Vec<RoleName>,
}

fn example_names() -> RoleNames {
    let name =
        |name: &str, role, confidence| RoleName { name: name.into(), role, confidence: Factor(confidence) };
    RoleNames {
        own: vec![name("Data Steward", BuyingRole::TechnicalEvaluator, 700)],
        built_in: vec![name("decision maker", BuyingRole::EconomicBuyer, 850)],
    }
}

/// What the CRM's contact roles mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListRoleNames {}

impl Method for ListRoleNames {
    const NAME: &'static str = "buyingGroup.listRoleNames";
    const EFFECT: Effect = Effect::Query { topics: &[topics::ROLE_TEMPLATES] };
    type Caller = Viewer;
    type Output = RoleNames;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example { params: ListRoleNames {}, result: example_names() }
    }
}

refusals! {
    /// Why names were not saved.
    pub enum SaveRoleNamesRefusal {
        /// A name is blank but for punctuation.
        BlankName => UnprocessableContent, "a role's name must not be blank";
        /// Two names are the same but for case, spaces and punctuation.
        DuplicateName => UnprocessableContent, "two names are the same but for case, spaces and punctuation";
        /// A name means a role with no confidence at all; let it mean unknown.
        NoConfidence => UnprocessableContent, "a name means a role with no confidence; let it mean unknown";
    }
}

/// Says what the organization's own contact roles mean, replacing what was said before, and looks at all groups again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveRoleNames {
    /// All own names, up to 200; none to go back to the built-in ones.
    #[validate(length(max = 200), nested)]
    pub own: Vec<RoleName>,
}

impl Method for SaveRoleNames {
    const NAME: &'static str = "buyingGroup.saveRoleNames";
    const EFFECT: Effect = Effect::Mutation {
        audit: "buyingGroup.saveRoleNames",
        idempotent: true,
        topics: &[topics::ROLE_TEMPLATES, topics::JOBS],
    };
    type Caller = Admin;
    type Output = StartedJob;
    type Refusal = SaveRoleNamesRefusal;

    fn example() -> Example<Self> {
        Example {
            params: SaveRoleNames { own: example_names().own },
            result: StartedJob { job: sample::queued_job(JobKind::BuyingGroups, None), joined: false },
        }
    }
}
