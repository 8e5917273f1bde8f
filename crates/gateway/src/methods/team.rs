//! `team`: members and their roles.

use api::{
    routers::team::{ChangeRole, List, Remove, RemovedMember, TeamRefusal},
    types::{self, Member, Page, Timestamp},
};
use rpc::{Handle, NoRefusal, RpcError};
use serde_json::json;
use store::{
    StoreError,
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
