//! `metrics.trend` and `metrics.restatements`.

use std::collections::BTreeMap;

use ad_metrics::{Amounts, Change, Currency, Period, Revision, Week, restated_between};
use api::{
    routers::metrics::{
        MetricsRefusal, PlaceRefusal, RestatedWeek, Restatements, Trend, TrendPoint, TrendSeries,
    },
    types::{ClientId, Listing, PlaceId, Timestamp},
};
use chrono::{DateTime, Utc};
use rpc::Handle;
use store::metrics::{self, LoggedRevision, SumWeeks};

use super::{
    super::advertising,
    figures,
    forest::{Forest, Named},
    period, too_large,
};
use crate::host::{Failure, Gateway, Scope};

type Refused = Failure<MetricsRefusal>;
type Weeks = BTreeMap<Currency, Vec<(Week, Amounts)>>;

impl Handle<Trend> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Trend) -> Result<Listing<TrendSeries>, Refused> {
        let (period, _) = period(params.from, params.to)?;
        let forest = Forest::load(scope.tx(), params.known_at.is_some()).await?;
        let named = Named::new(
            params.client_id,
            params.client_channel_id,
            params.campaign_group_id,
            params.campaign_id,
        );
        let place = forest.place(&named)?;
        let mut now = weeks(scope, &forest, place, period, None).await?;
        let mut then = match params.known_at {
            Some(instant) => weeks(scope, &forest, place, period, Some(instant.0)).await?,
            None => Weeks::new(),
        };
        let mut currencies: Vec<Currency> = now.keys().chain(then.keys()).copied().collect();
        currencies.extend(place.map(|at| forest.tree.node(forest.ids[at]).currency));
        currencies.sort();
        currencies.dedup();
        let series = |currency: Currency| {
            let now = ad_metrics::trend(period, now.remove(&currency).unwrap_or_default())?;
            let then = ad_metrics::trend(period, then.remove(&currency).unwrap_or_default())?;
            let point = |(now, then): (ad_metrics::TrendPoint, ad_metrics::TrendPoint)| {
                Ok(TrendPoint {
                    week_start: now.week.monday(),
                    now: figures::maybe(now.amounts).map_err(too_large)?,
                    then: figures::maybe(then.amounts).map_err(too_large)?,
                })
            };
            Ok(TrendSeries {
                currency: advertising::currency(currency.as_str())?,
                points: now.into_iter().zip(then).map(point).collect::<Result<_, Refused>>()?,
            })
        };
        Ok(Listing { items: currencies.into_iter().map(series).collect::<Result<_, Refused>>()? })
    }
}

/// The figures of a place and of all below it, or of everything, by currency.
async fn weeks(
    scope: &mut Scope,
    forest: &Forest,
    place: Option<usize>,
    period: Period,
    known_at: Option<DateTime<Utc>>,
) -> Result<Weeks, Refused> {
    let (first, last) = (period.first().monday(), period.last().monday());
    // A client's places are all of one currency, so without a smaller place the sums of clients are enough.
    let client = place.map(|at| forest.rows[at].client);
    let whole = place.is_none_or(|at| forest.rows[at].parent.is_none());
    let wanted = SumWeeks { previous: first, first, last, each: true, by_client: whole, client };
    let mut weeks = Weeks::new();
    for sum in metrics::own_sums(scope.tx(), wanted, known_at).await? {
        let Some(at) = forest.index_of(sum.entity_id) else { continue };
        let Ok(week) = Week::starting(sum.week_start) else { continue };
        if place.is_none_or(|above| forest.lies_below(at, above)) {
            let currency = forest.tree.node(forest.ids[at]).currency;
            let amounts = Amounts { ad_spend: sum.ad_spend, sales: sum.sales };
            weeks.entry(currency).or_default().push((week, amounts));
        }
    }
    Ok(weeks)
}

impl Handle<Restatements> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Restatements,
    ) -> Result<Listing<RestatedWeek>, Failure<PlaceRefusal>> {
        let forest = Forest::load(scope.tx(), true).await?;
        let named = Named::new(
            params.client_id,
            params.client_channel_id,
            params.campaign_group_id,
            params.campaign_id,
        );
        let place = forest.place(&named)?;
        let known_at = params.known_at.map_or_else(Utc::now, |it| it.0);
        let log = metrics::revisions_of_changed(scope.tx(), params.after.0, known_at).await?;
        let mut items = Vec::new();
        for history in log.chunk_by(|a, b| (a.entity_id, a.week_start) == (b.entity_id, b.week_start)) {
            let Some(at) = forest.index_of(history[0].entity_id) else { continue };
            if place.is_none_or(|above| forest.lies_below(at, above)) {
                items.extend(restated(&forest, at, history, params.after.0, known_at)?);
            }
        }
        items.sort_by_key(|it| std::cmp::Reverse(it.recorded_at));
        items.truncate(params.limit.get().into());
        Ok(Listing { items })
    }
}

pub(super) fn amounts(revision: &LoggedRevision) -> Option<Amounts> {
    revision.ad_spend.zip(revision.sales).map(|(ad_spend, sales)| Amounts { ad_spend, sales })
}

fn restated(
    forest: &Forest,
    at: usize,
    history: &[LoggedRevision],
    after: DateTime<Utc>,
    known_at: DateTime<Utc>,
) -> Result<Option<RestatedWeek>, rpc::RpcError> {
    let revision = |it: &LoggedRevision| Revision { recorded_at: it.recorded_at, amounts: amounts(it) };
    let revisions: Vec<Revision> = history.iter().map(revision).collect();
    let Some(restated) = restated_between(&revisions, after, known_at) else { return Ok(None) };
    let row = &forest.rows[at];
    Ok(Some(RestatedWeek {
        level: advertising::level(row.level),
        id: PlaceId(row.id),
        client_id: ClientId(row.client),
        name: row.name.clone(),
        currency: advertising::currency(&row.currency)?,
        week_start: history[0].week_start,
        recorded_at: Timestamp(restated.recorded_at),
        before: figures::figures(restated.before)?,
        now: figures::maybe(restated.after)?,
        change: restated.after.map(|it| figures::change(Change::between(restated.before, it))).transpose()?,
    }))
}
