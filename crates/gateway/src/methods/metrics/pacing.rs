//! `metrics.pacing`.

use std::collections::BTreeMap;

use ad_metrics::{
    Amounts, Cell, Corridor, Currency, MINUTES_OF_A_WEEK, Period, SoFar, Track, Week, budgets, forecast,
    pace, summarize,
};
use api::{
    routers::metrics::{BudgetPace, GroupPace, MetricsPacing, MetricsRefusal, PaceTrack, Pacing, TotalPace},
    types::{CampaignGroupId, ClientId},
};
use rpc::Handle;
use store::metrics::{self, Level, SumWeeks};

use super::{
    super::advertising::{self, minor},
    figures,
    forest::{Forest, Named},
    too_large, week,
};
use crate::host::{Failure, Gateway, Scope};

type Refused = Failure<MetricsRefusal>;

impl Handle<Pacing> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Pacing) -> Result<MetricsPacing, Refused> {
        let forest = Forest::load(scope.tx(), false).await?;
        let named = Named::new(params.client_id, params.client_channel_id, params.campaign_group_id, None);
        let place = forest.place(&named)?;
        let impossible = || Failure::Refused(MetricsRefusal::PeriodNotPossible);
        let local_now = metrics::local_now(scope.tx()).await?;
        let week = match params.week {
            Some(monday) => week(monday)?,
            None => Week::containing(local_now.date()).map_err(|_| impossible())?,
        };
        let minutes = week.minutes_elapsed(local_now).unwrap_or(0);
        let monday = week.monday();
        let weeks = SumWeeks {
            previous: monday,
            first: monday,
            last: monday,
            each: false,
            by_client: false,
            client: None,
        };
        let sums = metrics::own_sums(scope.tx(), weeks, params.known_at.map(|it| it.0)).await?;
        let cells = sums.iter().filter_map(|sum| {
            let amounts = Some(Amounts { ad_spend: sum.ad_spend, sales: sum.sales });
            Some(Cell { node: forest.node_of(sum.entity_id)?, week, now: amounts, then: amounts })
        });
        let summary = summarize(&forest.tree, Period::new(week, 1).ok_or_else(impossible)?, cells)?;
        let spent = |id| summary.line(id).now.period.map_or(0, |it| it.ad_spend);
        let budgeted = budgets(&forest.tree, spent)?;

        let mut items = Vec::new();
        let mut totals = BTreeMap::<Currency, (u64, i64, i64)>::new();
        for at in forest.below(place).filter(|at| forest.rows[*at].level == Level::CampaignGroup) {
            let (row, its) = (&forest.rows[at], budgeted[forest.ids[at].index()]);
            let Some(pace) = budget_pace(its.spend, its.budget, minutes)? else { continue };
            let total = totals.entry(forest.tree.node(forest.ids[at]).currency).or_default();
            *total = (total.0 + 1, total.1 + its.budget, total.2 + its.spend);
            items.push(GroupPace {
                campaign_group_id: CampaignGroupId(row.id),
                client_id: ClientId(row.client),
                name: row.name.clone(),
                currency: advertising::currency(&row.currency)?,
                pace,
            });
        }
        items.sort_by_key(|it| (std::cmp::Reverse(it.pace.pace), it.campaign_group_id));
        let total = |(currency, (groups, budget, spend)): (Currency, (u64, i64, i64))| {
            let pace = budget_pace(spend, budget, minutes)?.ok_or_else(rpc::RpcError::internal)?;
            Ok(TotalPace { currency: advertising::currency(currency.as_str())?, groups, pace })
        };
        Ok(MetricsPacing {
            week: monday,
            minutes_elapsed: minutes.min(MINUTES_OF_A_WEEK),
            totals: totals.into_iter().map(total).collect::<Result<_, Refused>>()?,
            items,
        })
    }
}

/// `None` without a budget.
fn budget_pace(spend: i64, budget: i64, minutes: u16) -> Result<Option<BudgetPace>, Refused> {
    let Some(found) = pace(spend, Some(budget), minutes, Corridor::default()) else { return Ok(None) };
    let expected = forecast(SoFar::Total { spend, minutes }, &[]).map_or(spend, |it| it.spend);
    Ok(Some(BudgetPace {
        budget: minor(budget).map_err(too_large)?,
        spend: minor(spend).map_err(too_large)?,
        expected: minor(found.expected).map_err(too_large)?,
        pace: figures::ratio(found.pace),
        track: match found.track {
            Track::Under => PaceTrack::Under,
            Track::On => PaceTrack::On,
            Track::Over => PaceTrack::Over,
        },
        forecast: minor(expected).map_err(too_large)?,
    }))
}
