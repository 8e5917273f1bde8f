//! Templates.

use api::{
    routers::buying_group::{
        ListTemplates, RemoveTemplate, RemoveTemplateRefusal, RemovedTemplate, SaveTemplate,
        SaveTemplateRefusal, SavedTemplate,
    },
    types::{Listing, RoleTemplate},
};
use buying_groups::{Template, TemplateRefusal};
use rpc::{Handle, NoRefusal, RpcError};
use serde_json::{Value, json};
use store::buying_groups::{self as groups, NewTemplate, TemplateError};

use super::{convert, start_grouping};
use crate::host::{Failure, Gateway, Scope};

impl Handle<ListTemplates> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        _: ListTemplates,
    ) -> Result<Listing<RoleTemplate>, Failure<NoRefusal>> {
        let found = groups::list_templates(scope.tx()).await?;
        Ok(Listing { items: convert::templates(scope, found).await? })
    }
}

impl Handle<SaveTemplate> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        save: SaveTemplate,
    ) -> Result<SavedTemplate, Failure<SaveTemplateRefusal>> {
        if let Some(id) = save.template_id {
            scope.about(id);
        }
        let new = NewTemplate {
            id: save.template_id.map(|it| it.0),
            name: save.name.into(),
            solution_tag: save.solution_tag.map(|it| it.as_str().to_owned()),
            template: Template::new(save.roles.iter().map(convert::to_need)).map_err(not_a_template)?,
        };
        let by = scope.principal().actor();
        let saved = groups::save_template(scope.tx(), &new, by).await;
        let (before, after) = saved.map_err(|error| match error {
            TemplateError::NoSuchTemplate => Failure::Refused(SaveTemplateRefusal::NoSuchTemplate),
            TemplateError::TagTaken => Failure::Refused(SaveTemplateRefusal::TagTaken),
            TemplateError::DefaultNeeded | TemplateError::LastTemplate => {
                Failure::Refused(SaveTemplateRefusal::DefaultNeeded)
            }
            TemplateError::Store(error) => error.into(),
        })?;
        // A tag that was given up has the default now, and the default is many tags'.
        groups::touch_groups(scope.tx(), None).await?;
        scope.audit(after.id, json!({ "before": before.as_ref().map(change), "after": change(&after) }));
        let job = start_grouping(scope).await?;
        let template = convert::templates(scope, vec![after]).await?.pop().ok_or_else(RpcError::internal)?;
        Ok(SavedTemplate { template, job })
    }
}

impl Handle<RemoveTemplate> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        remove: RemoveTemplate,
    ) -> Result<RemovedTemplate, Failure<RemoveTemplateRefusal>> {
        scope.about(remove.template_id);
        let removed = groups::remove_template(scope.tx(), remove.template_id.0).await;
        let removed = removed.map_err(|error| match error {
            TemplateError::NoSuchTemplate | TemplateError::TagTaken => {
                Failure::Refused(RemoveTemplateRefusal::NoSuchTemplate)
            }
            TemplateError::LastTemplate => Failure::Refused(RemoveTemplateRefusal::LastTemplate),
            TemplateError::DefaultNeeded => Failure::Refused(RemoveTemplateRefusal::DefaultNeeded),
            TemplateError::Store(error) => error.into(),
        })?;
        groups::touch_groups(scope.tx(), removed.solution_tag.as_deref()).await?;
        scope.audit(removed.id, json!({ "before": change(&removed) }));
        Ok(RemovedTemplate { template_id: remove.template_id, job: start_grouping(scope).await? })
    }
}

/// What the params' own rules let through and the rules of templates do not, one at a time.
fn not_a_template(refusals: Vec<TemplateRefusal>) -> Failure<SaveTemplateRefusal> {
    let first = refusals.first().copied().unwrap_or(TemplateRefusal::NoRoles);
    Failure::Refused(match first {
        TemplateRefusal::UnknownRole => SaveTemplateRefusal::UnknownRole,
        TemplateRefusal::DuplicateRole(_) => SaveTemplateRefusal::DuplicateRole,
        _ => SaveTemplateRefusal::WeightsAllZero,
    })
}

fn change(template: &groups::RoleTemplate) -> Value {
    json!({
        "name": template.name,
        "solutionTag": template.solution_tag,
        "roles": template.template,
        "version": template.version,
    })
}
