//! `campaign_group`.

use api::{
    routers::campaign_group::{
        CampaignGroupField, CampaignGroupRefusal, Create, Get, List, Remove, RemovedCampaignGroup, SetActive,
        Update,
    },
    types::{CampaignGroup, Money, Page},
};
use rpc::{Handle, NoRefusal};
use serde_json::json;
use store::metrics::{self, CampaignGroupFilter, EntityError, GroupChange, Level, NewCampaignGroup};

use super::{advertising, advertising::spoken, convert};
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<CampaignGroup>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = CampaignGroupFilter {
            client: list.client_id.map(|it| it.0),
            client_channel: list.client_channel_id.map(|it| it.0),
            active: list.is_active,
        };
        let rows = metrics::list_campaign_groups(scope.tx(), &filter, &request).await?;
        self.try_page(scope, &list, rows, advertising::campaign_group)
    }
}

impl Handle<Get> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        get: Get,
    ) -> Result<CampaignGroup, Failure<CampaignGroupRefusal>> {
        let row = metrics::get_campaign_group(scope.tx(), get.campaign_group_id.0).await.map_err(refused)?;
        Ok(advertising::campaign_group(row)?)
    }
}

impl Handle<Create> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Create,
    ) -> Result<CampaignGroup, Failure<CampaignGroupRefusal>> {
        let new = NewCampaignGroup {
            client_channel: params.client_channel_id.0,
            name: &params.name,
            weekly_budget: params.weekly_budget.as_ref().map(|it| it.minor.get()),
        };
        let row = metrics::create_campaign_group(scope.tx(), &new).await.map_err(refused)?;
        in_its_currency(params.weekly_budget.as_ref(), &row)?;
        let made = advertising::campaign_group(row)?;
        scope.audit(made.id, json!({ "after": made }));
        Ok(made)
    }
}

impl Handle<Update> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Update,
    ) -> Result<CampaignGroup, Failure<CampaignGroupRefusal>> {
        scope.about(params.campaign_group_id);
        let cleared = params.clear.contains(&CampaignGroupField::WeeklyBudget);
        let budget = params.weekly_budget.as_ref().map(|it| Some(it.minor.get()));
        let change = GroupChange {
            name: params.name.as_deref(),
            weekly_budget: if cleared { Some(None) } else { budget },
        };
        let id = params.campaign_group_id.0;
        let changed = metrics::update_campaign_group(scope.tx(), id, &change).await.map_err(refused)?;
        in_its_currency(params.weekly_budget.as_ref(), &changed.after)?;
        let (before, after) =
            (advertising::campaign_group(changed.before)?, advertising::campaign_group(changed.after)?);
        scope.audit(after.id, json!({ "before": before, "after": after }));
        Ok(after)
    }
}

impl Handle<SetActive> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: SetActive,
    ) -> Result<CampaignGroup, Failure<CampaignGroupRefusal>> {
        scope.about(params.campaign_group_id);
        let (id, active) = (params.campaign_group_id.0, params.is_active);
        let changed = metrics::set_campaign_group_active(scope.tx(), id, active).await.map_err(refused)?;
        let (before, after) =
            (advertising::campaign_group(changed.before)?, advertising::campaign_group(changed.after)?);
        let is_active = |it: bool| json!({ "isActive": it });
        scope.audit(
            after.id,
            json!({ "before": is_active(before.is_active), "after": is_active(after.is_active) }),
        );
        Ok(after)
    }
}

impl Handle<Remove> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Remove,
    ) -> Result<RemovedCampaignGroup, Failure<CampaignGroupRefusal>> {
        scope.about(params.campaign_group_id);
        let (id, by) = (params.campaign_group_id.0, advertising::actor(scope));
        let removed =
            metrics::remove_campaign_group(scope.tx(), id, params.force, &by).await.map_err(refused)?;
        let weeks = convert::total(removed.weeks);
        let before = advertising::campaign_group(removed.row)?;
        scope.audit(before.id, json!({ "before": before, "weeksRemoved": weeks }));
        Ok(RemovedCampaignGroup { campaign_group_id: params.campaign_group_id, weeks_removed: weeks })
    }
}

/// Refusing rolls back what was written with the amount.
fn in_its_currency(
    budget: Option<&Money>,
    group: &metrics::CampaignGroup,
) -> Result<(), Failure<CampaignGroupRefusal>> {
    let expected = advertising::currency(&group.currency)?;
    match budget.map(|it| it.currency) {
        Some(currency) if currency != expected => {
            Err(Failure::Refused(CampaignGroupRefusal::CurrencyNotUsed { currency, expected }))
        }
        _ => Ok(()),
    }
}

fn refused(error: EntityError) -> Failure<CampaignGroupRefusal> {
    Failure::Refused(match error {
        EntityError::Store(error) => return error.into(),
        EntityError::NoSuch(Level::ClientChannel) => CampaignGroupRefusal::NoSuchClientChannel,
        EntityError::NoSuch(_) | EntityError::NoSuchChannel | EntityError::Limited => {
            CampaignGroupRefusal::NoSuchCampaignGroup
        }
        EntityError::Taken => CampaignGroupRefusal::NameTaken,
        EntityError::ReadOnly => CampaignGroupRefusal::ClientReadOnly,
        EntityError::Inactive(level) => CampaignGroupRefusal::ParentInactive { level: spoken(level).into() },
        EntityError::NotEmpty(count) => CampaignGroupRefusal::NotEmpty { count: convert::total(count) },
        EntityError::HasWeeks(count) => CampaignGroupRefusal::HasWeeks { count: convert::total(count) },
    })
}
