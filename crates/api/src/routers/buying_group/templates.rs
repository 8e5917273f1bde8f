//! Templates: what a complete group looks like.

use super::examples;
use crate::routers::prelude::*;

/// The templates: the default first, then one for each solution tag that has its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListTemplates {}

impl Method for ListTemplates {
    const NAME: &'static str = "buyingGroup.listTemplates";
    const EFFECT: Effect = Effect::Query { topics: &[topics::ROLE_TEMPLATES] };
    type Caller = Viewer;
    type Output = Listing<RoleTemplate>;
    type Refusal = NoRefusal;

    fn example() -> Example<Self> {
        Example { params: ListTemplates {}, result: Listing { items: vec![examples::template()] } }
    }
}

refusals! {
    /// Why a template was not saved.
    pub enum SaveTemplateRefusal {
        /// The organization has no such template.
        NoSuchTemplate => NotFound, "no such template";
        /// Another template has this tag; the one without a tag is the default.
        TagTaken => Conflict, "another template has this tag";
        /// The default template cannot be given a tag: groups without one would have no template.
        DefaultNeeded => PreconditionFailed, "the default template cannot be given a tag";
        /// At least one weight must be above zero.
        WeightsAllZero => UnprocessableContent, "at least one weight must be above zero";
        /// A role stands in it twice.
        DuplicateRole => UnprocessableContent, "a role stands in it twice";
        /// It asks for the role unknown.
        UnknownRole => UnprocessableContent, "a template cannot ask for the role unknown";
    }
}

/// Saves a template: a new one for a tag, or an existing one with another name, tag or roles. Its groups are measured by it
/// at once when they are looked at, and in lists when the job has been over them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveTemplate {
    /// The template; leave it out for a new one.
    pub template_id: Option<RoleTemplateId>,
    /// Its name, up to 100 characters.
    pub name: Name<100>,
    /// Whose groups it is for; the default has none.
    pub solution_tag: Option<SolutionTag>,
    /// Its roles, each once.
    #[validate(length(min = 1, max = 8), nested)]
    pub roles: Vec<RoleNeed>,
}

/// A template that was saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedTemplate {
    /// The template.
    pub template: RoleTemplate,
    /// What measures its groups by it.
    pub job: StartedJob,
}

impl Method for SaveTemplate {
    const NAME: &'static str = "buyingGroup.saveTemplate";
    const EFFECT: Effect = Effect::Mutation {
        audit: "buyingGroup.saveTemplate",
        idempotent: true,
        topics: &[topics::ROLE_TEMPLATES, topics::BUYING_GROUPS, topics::JOBS],
    };
    type Caller = Admin;
    type Output = SavedTemplate;
    type Refusal = SaveTemplateRefusal;

    fn example() -> Example<Self> {
        let tag = || Some(SolutionTag::of_record("platform"));
        let template = RoleTemplate {
            id: sample::NEW_ROLE_TEMPLATE_ID,
            name: "Platform deals".into(),
            solution_tag: tag(),
            is_default: false,
            updated_by: Some(sample::admin()),
            ..examples::template()
        };
        Example {
            params: SaveTemplate {
                template_id: None,
                name: sample::name(&template.name),
                solution_tag: tag(),
                roles: template.roles.clone(),
            },
            result: SavedTemplate {
                template,
                job: StartedJob { job: sample::queued_job(JobKind::BuyingGroups, None), joined: false },
            },
        }
    }
}

refusals! {
    /// Why a template was not removed.
    pub enum RemoveTemplateRefusal {
        /// The organization has no such template.
        NoSuchTemplate => NotFound, "no such template";
        /// It is the last one.
        LastTemplate => PreconditionFailed, "the last template cannot be removed";
        /// It is the default: groups without a tag would have no template.
        DefaultNeeded => PreconditionFailed, "the default template cannot be removed";
    }
}

/// Removes the template of a solution tag. The tag's groups are then measured by the default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveTemplate {
    /// The template.
    pub template_id: RoleTemplateId,
}

/// A template that is no more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemovedTemplate {
    /// The template.
    pub template_id: RoleTemplateId,
    /// What measures its groups by the default.
    pub job: StartedJob,
}

impl Method for RemoveTemplate {
    const NAME: &'static str = "buyingGroup.removeTemplate";
    const EFFECT: Effect = Effect::Mutation {
        audit: "buyingGroup.removeTemplate",
        idempotent: true,
        topics: &[topics::ROLE_TEMPLATES, topics::BUYING_GROUPS, topics::JOBS],
    };
    type Caller = Admin;
    type Output = RemovedTemplate;
    type Refusal = RemoveTemplateRefusal;

    fn example() -> Example<Self> {
        Example {
            params: RemoveTemplate { template_id: sample::ROLE_TEMPLATE_ID },
            result: RemovedTemplate {
                template_id: sample::ROLE_TEMPLATE_ID,
                job: StartedJob { job: sample::queued_job(JobKind::BuyingGroups, None), joined: false },
            },
        }
    }
}
