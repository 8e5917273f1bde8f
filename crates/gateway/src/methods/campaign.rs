//! `campaign`.

use api::{
    routers::campaign::{
        CampaignField, CampaignRefusal, Create, Get, List, Remove, RemovedCampaign, SetActive, Update,
    },
    types::{Campaign, Page},
};
use rpc::{Handle, NoRefusal};
use serde_json::json;
use store::metrics::{self, CampaignChange, CampaignFilter, EntityError, Level, NewCampaign};

use super::{advertising, advertising::spoken, convert};
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<Campaign>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = CampaignFilter {
            client: list.client_id.map(|it| it.0),
            client_channel: list.client_channel_id.map(|it| it.0),
            campaign_group: list.campaign_group_id.map(|it| it.0),
            external_id: list.external_id.clone(),
            active: list.is_active,
        };
        let rows = metrics::list_campaigns(scope.tx(), &filter, &request).await?;
        self.try_page(scope, &list, rows, advertising::campaign)
    }
}

impl Handle<Get> for Gateway {
    async fn handle(&self, scope: &mut Scope, get: Get) -> Result<Campaign, Failure<CampaignRefusal>> {
        let row = metrics::get_campaign(scope.tx(), get.campaign_id.0).await.map_err(refused)?;
        Ok(advertising::campaign(row)?)
    }
}

impl Handle<Create> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Create) -> Result<Campaign, Failure<CampaignRefusal>> {
        let new = NewCampaign {
            campaign_group: params.campaign_group_id.0,
            name: &params.name,
            target_roas: params.target_roas.map(|it| it.ten_thousandths()),
            external_id: params.external_id.as_deref(),
        };
        let row = metrics::create_campaign(scope.tx(), &new).await.map_err(refused)?;
        let made = advertising::campaign(row)?;
        scope.audit(made.id, json!({ "after": made }));
        Ok(made)
    }
}

impl Handle<Update> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Update) -> Result<Campaign, Failure<CampaignRefusal>> {
        scope.about(params.campaign_id);
        let cleared = |field| params.clear.contains(&field).then_some(None);
        let change = CampaignChange {
            name: params.name.as_deref(),
            target_roas: cleared(CampaignField::TargetRoas)
                .or(params.target_roas.map(|it| Some(it.ten_thousandths()))),
            external_id: if params.clear.contains(&CampaignField::ExternalId) {
                Some(None)
            } else {
                params.external_id.as_deref().map(Some)
            },
        };
        let id = params.campaign_id.0;
        let changed = metrics::update_campaign(scope.tx(), id, &change).await.map_err(refused)?;
        let (before, after) = (advertising::campaign(changed.before)?, advertising::campaign(changed.after)?);
        scope.audit(after.id, json!({ "before": before, "after": after }));
        Ok(after)
    }
}

impl Handle<SetActive> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: SetActive,
    ) -> Result<Campaign, Failure<CampaignRefusal>> {
        scope.about(params.campaign_id);
        let (id, active) = (params.campaign_id.0, params.is_active);
        let changed = metrics::set_campaign_active(scope.tx(), id, active).await.map_err(refused)?;
        let (before, after) = (advertising::campaign(changed.before)?, advertising::campaign(changed.after)?);
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
    ) -> Result<RemovedCampaign, Failure<CampaignRefusal>> {
        scope.about(params.campaign_id);
        let (id, by) = (params.campaign_id.0, advertising::actor(scope));
        let removed = metrics::remove_campaign(scope.tx(), id, params.force, &by).await.map_err(refused)?;
        let weeks = convert::total(removed.weeks);
        let before = advertising::campaign(removed.row)?;
        scope.audit(before.id, json!({ "before": before, "weeksRemoved": weeks }));
        Ok(RemovedCampaign { campaign_id: params.campaign_id, weeks_removed: weeks })
    }
}

fn refused(error: EntityError) -> Failure<CampaignRefusal> {
    Failure::Refused(match error {
        EntityError::Store(error) => return error.into(),
        EntityError::NoSuch(Level::Campaign) | EntityError::NoSuchChannel | EntityError::Limited => {
            CampaignRefusal::NoSuchCampaign
        }
        EntityError::NoSuch(_) => CampaignRefusal::NoSuchCampaignGroup,
        EntityError::NotEmpty(_) => CampaignRefusal::NoSuchCampaign,
        EntityError::Taken => CampaignRefusal::NameTaken,
        EntityError::ReadOnly => CampaignRefusal::ClientReadOnly,
        EntityError::Inactive(level) => CampaignRefusal::ParentInactive { level: spoken(level).into() },
        EntityError::HasWeeks(count) => CampaignRefusal::HasWeeks { count: convert::total(count) },
    })
}
