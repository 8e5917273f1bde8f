//! `metrics.export`.

use ad_metrics::{Amounts, CSV_HEADER, CampaignPath, Currency, ExportRow, Week, csv_row, json_row};
use api::routers::metrics::{Export, ExportFormat, ExportedWeeks, PlaceRefusal};
use rpc::{Handle, RpcError};
use store::{
    PageRequest,
    metrics::{self, Level, WeekFilter},
};

use super::forest::{Forest, Named};
use crate::host::{Failure, Gateway, Scope};

impl Handle<Export> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Export,
    ) -> Result<ExportedWeeks, Failure<PlaceRefusal>> {
        let forest = Forest::load(scope.tx(), false).await?;
        let named = Named::new(
            params.client_id,
            params.client_channel_id,
            params.campaign_group_id,
            params.campaign_id,
        );
        forest.place(&named)?;
        let filter = WeekFilter {
            client: params.client_id.map(|it| it.0),
            client_channel: params.client_channel_id.map(|it| it.0),
            campaign_group: params.campaign_group_id.map(|it| it.0),
            campaign: params.campaign_id.map(|it| it.0),
            from: params.from,
            to: params.to,
        };
        // Where the page begins is no part of which list it is.
        let list = Export { after: None, ..params.clone() };
        let after = self.paging(scope, &list).open(params.after.as_ref())?;
        let request = PageRequest { limit: params.limit.get().into(), after };
        let page = metrics::list_weeks(scope.tx(), &filter, &request).await?;

        let mut text = String::new();
        if params.format == ExportFormat::Csv && params.after.is_none() {
            text.push_str(CSV_HEADER);
        }
        let mut weeks = 0;
        for row in page.items.iter().filter(|it| it.place.level == Level::Campaign) {
            let broken = || Failure::Error(RpcError::internal());
            let export = ExportRow {
                path: &path(&forest, row.place.id).ok_or_else(broken)?,
                week: Week::starting(row.week_start).map_err(|_| broken())?,
                currency: Currency::try_from(row.place.currency.as_str()).map_err(|_| broken())?,
                amounts: Amounts { ad_spend: row.ad_spend, sales: row.sales },
            };
            match params.format {
                ExportFormat::Csv => csv_row(&export, &mut text),
                ExportFormat::JsonLines => json_row(&export, &mut text),
            }
            weeks += 1;
        }
        let next = page.next.map(|position| self.paging(scope, &list).seal(&position));
        Ok(ExportedWeeks { text, weeks, next })
    }
}

/// The names that lead to a campaign.
fn path(forest: &Forest, campaign: uuid::Uuid) -> Option<CampaignPath> {
    let campaign = &forest.rows[forest.index_of(campaign)?];
    let above = |id: Option<uuid::Uuid>| Some(&forest.rows[forest.index_of(id?)?]);
    let group = above(campaign.parent)?;
    let channel = above(group.parent)?;
    let client = above(channel.parent)?;
    Some(CampaignPath {
        client: client.name.clone(),
        channel: channel.name.clone(),
        group: Some(group.name.clone()),
        campaign: campaign.name.clone(),
    })
}
