//! `team`: members and their roles.

use api::{
    routers::team::{
        AssignClients, AssignmentRefusal, ChangeRole, ClientAssignment, ClientGrant, GetAssignment, List,
        Remove, RemovedMember, TeamRefusal,
    },
    types::{self, Member, Page, Timestamp},
};
use rpc::{Handle, NoRefusal, RpcError};
use serde_json::json;
use store::{
    StoreError,
    metrics::{self, AssignError},
    team::{self, MemberError, TeamFilter},
};
use tenancy::{Actor, MembershipRefused, Role, RoleChange, UserId};

use super::convert;
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: List) -> Result<Page<Member>, Failure<NoRefusal>> {
        let after = self.paging(scope, &params).open(params.cursor.as_ref())?;
        let filter = TeamFilter { role: params.role.map(convert::to_role), search: params.search.clone() };
        let page = convert::page(params.page_size, after);
        let listed = team::list_team(scope.tx(), &filter, &page).await?;
        let admins = team::count_admins(scope.tx()).await?;
        let total = match params.include_total {
            true => Some(convert::total(team::count_team(scope.tx(), &filter).await?)),
            false => None,
        };
        let next_cursor = listed.next.map(|it| self.paging(scope, &params).seal(&it));
        let items = listed.items.into_iter().map(|it| member(scope, it, admins)).collect();
        Ok(Page { items, next_cursor, total })
    }
}

impl Handle<ChangeRole> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: ChangeRole) -> Result<Member, Failure<TeamRefusal>> {
        scope.about(params.user_id);
        let (caller, user) = (scope.principal().role, UserId(params.user_id.0));
        let (change, row) = team::change_role(scope.tx(), caller, user, convert::to_role(params.role))
            .await
            .map_err(refused)?;
        if let RoleChange::Changed { from, to } = change {
            scope.audit(user, json!({ "before": { "role": from }, "after": { "role": to } }));
        }
        let admins = team::count_admins(scope.tx()).await?;
        Ok(member(scope, row, admins))
    }
}

impl Handle<Remove> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Remove) -> Result<RemovedMember, Failure<TeamRefusal>> {
        scope.about(params.user_id);
        let (caller, user) = (scope.principal().role, UserId(params.user_id.0));
        let (row, ended) = team::remove_member(scope.tx(), caller, user).await.map_err(refused)?;
        scope.audit(user, json!({ "before": { "role": row.role } }));
        Ok(RemovedMember { user_id: params.user_id, sessions_ended: convert::total(ended) })
    }
}

impl Handle<GetAssignment> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetAssignment,
    ) -> Result<ClientAssignment, Failure<AssignmentRefusal>> {
        let user = UserId(params.user_id.0);
        let found = metrics::get_assignment(scope.tx(), user).await.map_err(not_assigned)?;
        Ok(ClientAssignment { user_id: params.user_id, clients: grants(found) })
    }
}

impl Handle<AssignClients> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: AssignClients,
    ) -> Result<ClientAssignment, Failure<AssignmentRefusal>> {
        scope.about(params.user_id);
        let wanted: Option<Vec<metrics::ClientGrant>> = params.clients.as_ref().map(|clients| {
            let grant = |it: &ClientGrant| metrics::ClientGrant {
                client: it.client_id.0,
                role: convert::to_role(it.role),
            };
            clients.iter().map(grant).collect()
        });
        let twice =
            wanted.iter().flatten().map(|it| it.client).collect::<std::collections::HashSet<_>>().len();
        if twice < wanted.as_ref().map_or(0, Vec::len) {
            return Err(Failure::Refused(AssignmentRefusal::ClientTwice));
        }
        let user = UserId(params.user_id.0);
        let before =
            metrics::assign_clients(scope.tx(), user, wanted.as_deref()).await.map_err(not_assigned)?;
        let after = metrics::get_assignment(scope.tx(), user).await.map_err(not_assigned)?;
        let (before, after) = (grants(before), grants(after));
        scope.audit(user, json!({ "before": { "clients": before }, "after": { "clients": after } }));
        Ok(ClientAssignment { user_id: params.user_id, clients: after })
    }
}

fn grants(assignment: metrics::Assignment) -> Option<Vec<ClientGrant>> {
    let grant = |it: metrics::ClientGrant| ClientGrant {
        client_id: types::ClientId(it.client),
        role: convert::role(it.role),
    };
    Some(assignment.clients?.into_iter().map(grant).collect())
}

fn not_assigned(refused: AssignError) -> Failure<AssignmentRefusal> {
    Failure::Refused(match refused {
        AssignError::Store(error) => return error.into(),
        AssignError::NoSuchMember => AssignmentRefusal::NoSuchMember,
        AssignError::NoSuchClient => AssignmentRefusal::NoSuchClient,
        AssignError::Admin => AssignmentRefusal::MemberIsAdmin,
        AssignError::AboveRole => AssignmentRefusal::AboveRole,
    })
}

fn refused(refused: MemberError) -> Failure<TeamRefusal> {
    match refused {
        MemberError::Refused(MembershipRefused::LastAdmin) => Failure::Refused(TeamRefusal::LastAdmin),
        MemberError::Refused(
            MembershipRefused::NotPermitted
            | MembershipRefused::AboveOwnRole
            | MembershipRefused::MemberAboveOwnRole,
        ) => Failure::Error(RpcError::forbidden()),
        MemberError::KeptOutside => Failure::Refused(TeamRefusal::RoleKeptOutside),
        MemberError::Store(StoreError::NotFound) => Failure::Refused(TeamRefusal::NoSuchMember),
        MemberError::Store(error) => error.into(),
    }
}

/// `admins` is how many the organization has now.
fn member(scope: &Scope, row: team::Member, admins: u32) -> Member {
    let is_you = scope.principal().actor() == Actor::User(row.user.id);
    Member {
        user_id: types::UserId(row.user.id.0),
        email: row.user.email,
        name: row.user.name,
        role: convert::role(row.role),
        joined_at: Timestamp(row.joined_at),
        is_you,
        is_last_admin: row.role == Role::Admin && admins == 1,
    }
}
