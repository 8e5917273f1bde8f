//! Candidates for what a group lacks.

use api::{
    routers::buying_group::{
        AcceptCandidate, CandidateRefusal, DismissCandidate, DismissedCandidate, GetCandidates,
        GroupCandidates, GroupRefusal,
    },
    types::{GroupMember, PersonId},
};
use chrono::Utc;
use rpc::Handle;
use serde_json::json;
use store::buying_groups::{self as groups, CandidateKey, CandidateRefused};

use super::{convert, members::change, no_such_group};
use crate::host::{Failure, Gateway, Scope};

impl Handle<GetCandidates> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        get: GetCandidates,
    ) -> Result<GroupCandidates, Failure<GroupRefusal>> {
        let found = groups::get_candidates(scope.tx(), get.group_id.0, get.limit as usize, Utc::now()).await;
        let found = found.map_err(no_such_group)?;
        Ok(GroupCandidates {
            missing: found.missing.iter().map(|it| convert::role(it.as_str())).collect(),
            items: found.candidates.into_iter().map(convert::candidate).collect(),
        })
    }
}

impl Handle<AcceptCandidate> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        accept: AcceptCandidate,
    ) -> Result<GroupMember, Failure<CandidateRefusal>> {
        scope.about(accept.group_id);
        let key = key(accept.person_id, accept.discovered_email.as_deref())?;
        let (by, role) = (scope.principal().actor(), accept.role.map(convert::to_role));
        let group = accept.group_id.0;
        let accepted = groups::accept_candidate(scope.tx(), group, &key, role, by, Utc::now()).await;
        let accepted = accepted.map_err(refused)?;
        scope.audit(group, json!({ "after": change(&accepted) }));
        Ok(convert::one_member(scope, accepted).await?)
    }
}

impl Handle<DismissCandidate> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        dismiss: DismissCandidate,
    ) -> Result<DismissedCandidate, Failure<CandidateRefusal>> {
        scope.about(dismiss.group_id);
        let key = key(dismiss.person_id, dismiss.discovered_email.as_deref())?;
        let (by, reason) = (scope.principal().actor(), dismiss.reason.as_deref());
        let group = dismiss.group_id.0;
        groups::dismiss_candidate(scope.tx(), group, &key, reason, by, Utc::now()).await.map_err(refused)?;
        let (person_id, discovered_email) = match key {
            CandidateKey::Person(id) => (Some(PersonId(id)), None),
            CandidateKey::Email(email) => (None, Some(email)),
        };
        let dismissed = DismissedCandidate { group_id: dismiss.group_id, person_id, discovered_email };
        // An address is not written into the log: it stands in the row, from where it can be erased.
        let by_address = dismissed.discovered_email.is_some();
        let after = json!({ "personId": person_id, "byAddress": by_address });
        scope.audit(group, json!({ "after": after, "reason": dismiss.reason }));
        Ok(dismissed)
    }
}

/// The params' own rule is that one of the two is there. What is no address is nobody's.
fn key(person: Option<PersonId>, email: Option<&str>) -> Result<CandidateKey, Failure<CandidateRefusal>> {
    let email = || email.and_then(|it| it.parse::<canonical::Email>().ok());
    person
        .map(|id| CandidateKey::Person(id.0))
        .or_else(|| Some(CandidateKey::Email(email()?.to_string())))
        .ok_or(Failure::Refused(CandidateRefusal::NoSuchCandidate))
}

fn refused(error: CandidateRefused) -> Failure<CandidateRefusal> {
    Failure::Refused(match error {
        CandidateRefused::NoSuchGroup => CandidateRefusal::NoSuchGroup,
        CandidateRefused::NoSuchCandidate => CandidateRefusal::NoSuchCandidate,
        CandidateRefused::AlreadyDismissed => CandidateRefusal::AlreadyDismissed,
        CandidateRefused::UnknownRole => CandidateRefusal::UnknownRole,
        CandidateRefused::Store(error) => return error.into(),
    })
}
