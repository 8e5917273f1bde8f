//! What roles are called in the CRM.

use api::{
    routers::buying_group::{ListRoleNames, RoleName, RoleNames, SaveRoleNames, SaveRoleNamesRefusal},
    types::StartedJob,
};
use buying_groups::{Role, RoleMap, RoleMapRefusal, Share};
use rpc::{Handle, NoRefusal};
use serde_json::json;
use store::buying_groups::{self as groups, OwnRoleName};

use super::{convert, start_grouping};
use crate::host::{Failure, Gateway, Scope};

impl Handle<ListRoleNames> for Gateway {
    async fn handle(&self, scope: &mut Scope, _: ListRoleNames) -> Result<RoleNames, Failure<NoRefusal>> {
        let own = groups::role_names(scope.tx()).await?;
        Ok(RoleNames {
            own: own.into_iter().map(|it| name(it.name, it.role, it.confidence)).collect(),
            built_in: RoleMap::contact_roles()
                .entries()
                .map(|(it, role, confidence)| name(it.to_owned(), role, confidence))
                .collect(),
        })
    }
}

fn name(name: String, role: Role, confidence: Share) -> RoleName {
    RoleName { name, role: convert::role(role.as_str()), confidence: convert::factor(confidence) }
}

impl Handle<SaveRoleNames> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        save: SaveRoleNames,
    ) -> Result<StartedJob, Failure<SaveRoleNamesRefusal>> {
        let own: Vec<OwnRoleName> = save.own.into_iter().map(own).collect();
        RoleMap::new(own.iter().map(|it| (it.name.as_str(), it.role, it.confidence))).map_err(refused)?;
        let before = groups::role_names(scope.tx()).await?;
        groups::keep_role_names(scope.tx(), &own).await?;
        groups::touch_groups(scope.tx(), None).await?;
        scope.audit(scope.tenant(), json!({ "before": before, "after": own }));
        Ok(start_grouping(scope).await?)
    }
}

fn own(it: RoleName) -> OwnRoleName {
    let thousandths = u32::try_from(it.confidence.0).unwrap_or_default();
    OwnRoleName {
        name: it.name,
        role: convert::to_role(it.role),
        confidence: Share::from_thousandths(thousandths),
    }
}

fn refused(refusal: RoleMapRefusal) -> Failure<SaveRoleNamesRefusal> {
    Failure::Refused(match refusal {
        RoleMapRefusal::BlankName => SaveRoleNamesRefusal::BlankName,
        RoleMapRefusal::DuplicateName(_) => SaveRoleNamesRefusal::DuplicateName,
        RoleMapRefusal::NoConfidence(_) => SaveRoleNamesRefusal::NoConfidence,
    })
}
