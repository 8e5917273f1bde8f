//! `session`: who am I, and what may I do.

use api::{
    routers::session::{Current, CurrentSession, Organization, Permission},
    types::{SessionId, TenantId, Timestamp},
};
use rpc::{Handle, NoRefusal};
use store::{actors, team, tenants};
use tenancy::{Operation, Role, Subject, permits};

use super::convert;
use crate::host::{Failure, Gateway, Scope};

impl Handle<Current> for Gateway {
    async fn handle(&self, scope: &mut Scope, _: Current) -> Result<CurrentSession, Failure<NoRefusal>> {
        let principal = *scope.principal();
        let tenant = tenants::get_current_tenant(scope.tx()).await?;
        let names = actors::names_of(scope.tx(), [principal.actor()]).await?;
        let (member, session_id) = match principal.subject {
            Subject::User { user_id, session } => {
                (Some(team::get_member(scope.tx(), user_id).await?), session.map(|it| SessionId(it.0)))
            }
            Subject::ApiKey { .. } | Subject::System => (None, None),
        };
        Ok(CurrentSession {
            organization: Organization { id: TenantId(tenant.id.0), name: tenant.name, slug: tenant.slug },
            actor: convert::actor(principal.actor(), &names),
            email: member.map(|it| it.user.email),
            role: convert::role(principal.role),
            permissions: permissions(principal.role),
            session_id,
            expires_at: scope.expires_at().map(Timestamp),
        })
    }
}

fn permissions(role: Role) -> Vec<Permission> {
    Operation::ALL.iter().filter(|it| permits(role, **it)).map(|it| permission(*it)).collect()
}

macro_rules! permission {
    ($($name:ident),+ $(,)?) => {
        /// If this match is not exhaustive, you added an operation that the API does not tell of.
        fn permission(operation: Operation) -> Permission {
            match operation {
                $(Operation::$name => Permission::$name,)+
            }
        }
    };
}

permission! {
    ReadRecords, ReadScores, ReadMetrics, ReadConnectors, ReadScoringConfig, ReadTeam, ReadJobs, ManageOwnSessions,
    TriggerSync, RunScoring, CancelJobs, EditFieldMappings, RecordActivities, ConfirmBuyingGroupRoles,
    EnterWeeklyMetrics, AssignCampaigns, ConfigureScoring, ManageConnectors, AuthorizeConnectors, WriteBack,
    EditRoleTemplates, InviteMembers, RemoveMembers, ChangeRoles, ManageApiKeys, ReadAuditLog, EditSettings,
    ManageDomains, ManageSso, DeleteData,
}
