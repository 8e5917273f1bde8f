//! Members, and what people decide about them.

use api::{
    routers::buying_group::{
        AddMember, AddMemberRefusal, ConfirmMemberRole, ConfirmRefusal, GetMemberEngagement, GetMembers,
        GroupRefusal, MemberRefusal, RemoveMember, RemovedGroupMember,
    },
    types::{GroupMember, HeatMap, Page},
};
use buying_groups::ConfirmationRefusal;
use chrono::Utc;
use rpc::Handle;
use serde_json::{Value, json};
use store::buying_groups::{self as groups, Member, MemberError};

use super::{convert, no_such_group};
use crate::host::{Failure, Gateway, Scope};

impl Handle<GetMembers> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        get: GetMembers,
    ) -> Result<Page<GroupMember>, Failure<GroupRefusal>> {
        let request = self.page_request(scope, &get, get.page_size, get.cursor.as_ref())?;
        let found =
            groups::list_members(scope.tx(), get.group_id.0, &request).await.map_err(no_such_group)?;
        let items = convert::members(scope, found.items).await?;
        Ok(self.page(scope, &get, store::ListPage { items, next: found.next }, |it| it))
    }
}

impl Handle<GetMemberEngagement> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        get: GetMemberEngagement,
    ) -> Result<HeatMap, Failure<GroupRefusal>> {
        let found = groups::get_member_engagement(scope.tx(), get.group_id.0, get.weeks, Utc::now()).await;
        Ok(convert::heat_map(found.map_err(no_such_group)?))
    }
}

impl Handle<AddMember> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        add: AddMember,
    ) -> Result<GroupMember, Failure<AddMemberRefusal>> {
        scope.about(add.group_id);
        let (by, role) = (scope.principal().actor(), add.role.map(convert::to_role));
        let added =
            groups::add_member(scope.tx(), add.group_id.0, add.person_id.0, role, by, Utc::now()).await;
        let added = added.map_err(|error| match error {
            MemberError::NoSuchGroup => Failure::Refused(AddMemberRefusal::NoSuchGroup),
            MemberError::NoSuchPerson | MemberError::NoSuchMember => {
                Failure::Refused(AddMemberRefusal::NoSuchPerson)
            }
            MemberError::OtherAccount => Failure::Refused(AddMemberRefusal::MemberOfAnotherAccount),
            MemberError::AlreadyMember => Failure::Refused(AddMemberRefusal::AlreadyMember),
            MemberError::Role(_) => Failure::Refused(AddMemberRefusal::UnknownRole),
            MemberError::Store(error) => error.into(),
        })?;
        scope.audit(add.group_id, json!({ "after": change(&added) }));
        Ok(convert::one_member(scope, added).await?)
    }
}

impl Handle<RemoveMember> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        remove: RemoveMember,
    ) -> Result<RemovedGroupMember, Failure<MemberRefusal>> {
        scope.about(remove.group_id);
        let (by, reason) = (scope.principal().actor(), remove.reason.as_deref());
        let removed =
            groups::remove_member(scope.tx(), remove.group_id.0, remove.person_id.0, reason, by).await;
        let removed = removed.map_err(|error| match error {
            MemberError::NoSuchGroup => Failure::Refused(MemberRefusal::NoSuchGroup),
            MemberError::Store(error) => error.into(),
            _ => Failure::Refused(MemberRefusal::NoSuchMember),
        })?;
        scope.audit(remove.group_id, json!({ "before": change(&removed), "reason": remove.reason }));
        Ok(RemovedGroupMember { group_id: remove.group_id, person_id: remove.person_id })
    }
}

impl Handle<ConfirmMemberRole> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        confirm: ConfirmMemberRole,
    ) -> Result<GroupMember, Failure<ConfirmRefusal>> {
        scope.about(confirm.group_id);
        let (by, role) = (scope.principal().actor(), convert::to_role(confirm.role));
        let (group, person) = (confirm.group_id.0, confirm.person_id.0);
        let confirmed = groups::confirm_member_role(scope.tx(), group, person, role, by, Utc::now()).await;
        let (before, after) = confirmed.map_err(|error| match error {
            MemberError::NoSuchGroup => Failure::Refused(ConfirmRefusal::NoSuchGroup),
            MemberError::Role(ConfirmationRefusal::AlreadyConfirmed(_)) => {
                Failure::Refused(ConfirmRefusal::AlreadyConfirmed)
            }
            MemberError::Role(ConfirmationRefusal::UnknownRole) => {
                Failure::Refused(ConfirmRefusal::UnknownRole)
            }
            MemberError::Store(error) => error.into(),
            _ => Failure::Refused(ConfirmRefusal::NoSuchMember),
        })?;
        scope.audit(group, json!({ "before": change(&before), "after": change(&after) }));
        Ok(convert::one_member(scope, after).await?)
    }
}

/// What the audit log says of a member: ids and roles, no names.
pub(super) fn change(member: &Member) -> Value {
    let fields = &member.fields;
    json!({
        "personId": fields.person.person_id,
        "role": fields.role,
        "confidence": convert::factor_of(fields.confidence),
        "source": fields.source,
        "confirmed": fields.confirmed_at.is_some(),
    })
}
