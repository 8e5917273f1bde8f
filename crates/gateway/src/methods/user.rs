//! `user`: people of the organization, to name and choose.

use api::{
    routers::user::{GetRole, GetRoleRefusal, List, User, UserRole},
    types::{Page, UserId},
};
use rpc::{Handle, NoRefusal};
use store::{
    members,
    team::{self, TeamFilter},
};
use tenancy::Actor;

use super::convert;
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: List) -> Result<Page<User>, Failure<NoRefusal>> {
        let after = self.paging(scope, &params).open(params.cursor.as_ref())?;
        let filter = TeamFilter { role: None, search: params.search.clone() };
        let page = convert::page(params.page_size, after);
        let listed = team::list_team(scope.tx(), &filter, &page).await?;
        let total = match params.include_total {
            true => Some(convert::total(team::count_team(scope.tx(), &filter).await?)),
            false => None,
        };
        let next_cursor = listed.next.map(|it| self.paging(scope, &params).seal(&it));
        let user = |it: team::User| User { id: UserId(it.id.0), email: it.email, name: it.name };
        Ok(Page { items: listed.items.into_iter().map(|it| user(it.user)).collect(), next_cursor, total })
    }
}

impl Handle<GetRole> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: GetRole) -> Result<UserRole, Failure<GetRoleRefusal>> {
        let Some(user) = params.user_id else {
            let user_id = match scope.principal().actor() {
                Actor::User(id) => Some(UserId(id.0)),
                Actor::ApiKey(_) | Actor::System => None,
            };
            return Ok(UserRole { user_id, role: convert::role(scope.principal().role) });
        };
        let role = members::role_of(scope.tx(), tenancy::UserId(user.0)).await?;
        let role = role.ok_or(Failure::Refused(GetRoleRefusal::NoSuchUser))?;
        Ok(UserRole { user_id: Some(user), role: convert::role(role) })
    }
}
