//! `audit`: who did what.

use api::{
    routers::audit::{AuditEntry, AuditOutcome, GetByResource, List},
    types::{AuditEntryId, Page, Timestamp},
};
use rpc::{Handle, NoRefusal};
use serde_json::Value;
use store::{
    PageRequest, Position, StoreError, actors,
    audit::{self, AuditFilter, AuditRow, Outcome},
};
use tenancy::{Actor, ApiKeyId, UserId};
use uuid::Uuid;

use super::convert;
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: List) -> Result<Page<AuditEntry>, Failure<NoRefusal>> {
        let after = self.paging(scope, &params).open(params.cursor.as_ref())?;
        let filter = AuditFilter {
            user: params.user_id.map(|it| it.0),
            action: params.action.clone(),
            outcome: params.outcome.map(|it| match it {
                AuditOutcome::Done => Outcome::Done,
                AuditOutcome::Refused => Outcome::Refused,
            }),
            from: params.from.map(|it| it.0),
            to: params.to.map(|it| it.0),
            resource: None,
            resource_id: None,
        };
        let (items, next) = entries(scope, &filter, convert::page(params.page_size, after)).await?;
        let next_cursor = next.map(|it| self.paging(scope, &params).seal(&it));
        Ok(Page { items, next_cursor, total: None })
    }
}

impl Handle<GetByResource> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetByResource,
    ) -> Result<Page<AuditEntry>, Failure<NoRefusal>> {
        let after = self.paging(scope, &params).open(params.cursor.as_ref())?;
        let filter = AuditFilter {
            resource: Some(params.resource.clone()),
            resource_id: Some(params.resource_id.clone()),
            ..AuditFilter::default()
        };
        let (items, next) = entries(scope, &filter, convert::page(params.page_size, after)).await?;
        let next_cursor = next.map(|it| self.paging(scope, &params).seal(&it));
        Ok(Page { items, next_cursor, total: None })
    }
}

async fn entries(
    scope: &mut Scope,
    filter: &AuditFilter,
    page: PageRequest,
) -> Result<(Vec<AuditEntry>, Option<Position>), StoreError> {
    let listed = audit::list_entries(scope.tx(), filter, &page).await?;
    let actors = listed.items.iter().map(actor_of).collect::<Result<Vec<_>, _>>()?;
    let names = actors::names_of(scope.tx(), actors.iter().copied()).await?;
    let entries =
        listed.items.into_iter().zip(actors).map(|(row, actor)| entry(row, convert::actor(actor, &names)));
    Ok((entries.collect(), listed.next))
}

fn actor_of(row: &AuditRow) -> Result<Actor, StoreError> {
    let id = || row.actor_id.parse::<Uuid>().map_err(|_| StoreError::Bug);
    match row.actor_kind.as_str() {
        "user" => Ok(Actor::User(UserId(id()?))),
        "api_key" => Ok(Actor::ApiKey(ApiKeyId(id()?))),
        _ => Ok(Actor::System),
    }
}

fn entry(row: AuditRow, actor: api::types::Actor) -> AuditEntry {
    let side = |name: &str| row.changes.get(name).and_then(Value::as_object).cloned();
    let done = row.outcome == Outcome::Done.as_str();
    AuditEntry {
        id: AuditEntryId(row.id),
        at: Timestamp(row.created_at),
        actor,
        before: side("before"),
        after: side("after"),
        action: row.action,
        resource: row.resource,
        resource_id: row.resource_id,
        outcome: if done { AuditOutcome::Done } else { AuditOutcome::Refused },
        reason: row.metadata.get("reason").and_then(Value::as_str).map(str::to_owned),
        request_id: row.request_id,
        address: row.address,
        user_agent: row.user_agent,
    }
}
