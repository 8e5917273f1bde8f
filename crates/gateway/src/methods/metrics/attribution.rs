//! `metrics.attribution`.

use std::collections::BTreeMap;

use ad_metrics::{Amounts, Cell, Currency, Effects, Part, attribute, summarize};
use api::{
    routers::metrics::{Attribution, AttributionPart, MetricsRefusal, RoasAttribution, RoasEffects},
    types::{Listing, PlaceId, Ratio},
};
use rpc::Handle;
use store::metrics::{self, Level, SumWeeks};

use super::{
    super::advertising,
    figures,
    forest::{Forest, Named, to_level},
    period, too_large,
};
use crate::host::{Failure, Gateway, Scope};

type Refused = Failure<MetricsRefusal>;

impl Handle<Attribution> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Attribution,
    ) -> Result<Listing<RoasAttribution>, Refused> {
        let (period, previous) = period(params.from, params.to)?;
        let known_at = params.known_at.map(|it| it.0);
        let forest = Forest::load(scope.tx(), known_at.is_some()).await?;
        let named = Named::new(
            params.client_id,
            params.client_channel_id,
            params.campaign_group_id,
            params.campaign_id,
        );
        let place = forest.place(&named)?;
        let level = params.level.map_or(Level::Campaign, to_level);
        if place.is_some_and(|at| forest.rows[at].level > level) {
            return Err(Failure::Refused(MetricsRefusal::LevelAbove));
        }
        let (first, last) = (period.first().monday(), period.last().monday());
        let previous = previous.first().monday();
        let weeks = SumWeeks { previous, first, last, each: false, by_client: false, client: None };
        let sums = metrics::own_sums(scope.tx(), weeks, known_at).await?;
        let cells = sums.iter().filter_map(|sum| {
            let amounts = Some(Amounts { ad_spend: sum.ad_spend, sales: sum.sales });
            let week = ad_metrics::Week::starting(sum.week_start).ok()?;
            Some(Cell { node: forest.node_of(sum.entity_id)?, week, now: amounts, then: amounts })
        });
        let summary = summarize(&forest.tree, period, cells)?;
        // The parts do not overlap: places of the level with all that is below, and of the levels above what is known only there.
        let mut parts = BTreeMap::<Currency, Vec<(usize, Part)>>::new();
        for at in forest.below(place).filter(|at| forest.rows[*at].level <= level) {
            let line = summary.line(forest.ids[at]);
            let sums = if forest.rows[at].level == level { line.now } else { line.unallocated_now };
            let part =
                Part { before: sums.previous.unwrap_or_default(), after: sums.period.unwrap_or_default() };
            if part.before != Amounts::ZERO || part.after != Amounts::ZERO {
                parts.entry(forest.tree.node(forest.ids[at]).currency).or_default().push((at, part));
            }
        }
        let items = parts.into_iter().filter_map(|(currency, parts)| explained(&forest, currency, &parts));
        Ok(Listing { items: items.collect::<Result<_, _>>()? })
    }
}

/// `None` where nothing was spent in one of the periods: there is no ROAS to change.
fn explained(
    forest: &Forest,
    currency: Currency,
    parts: &[(usize, Part)],
) -> Option<Result<RoasAttribution, Refused>> {
    let found = attribute(&parts.iter().map(|it| it.1).collect::<Vec<_>>())?;
    let part = |((at, part), theirs): (&(usize, Part), &Effects)| {
        let row = &forest.rows[*at];
        Ok(AttributionPart {
            level: advertising::level(row.level),
            id: PlaceId(row.id),
            name: row.name.clone(),
            before: figures::figures(part.before).map_err(too_large)?,
            after: figures::figures(part.after).map_err(too_large)?,
            effects: effects(*theirs),
        })
    };
    let parts = parts.iter().zip(&found.parts).map(part).collect::<Result<_, Refused>>();
    Some(parts.and_then(|parts| {
        Ok(RoasAttribution {
            currency: advertising::currency(currency.as_str())?,
            before: figures::ratio(found.before),
            after: figures::ratio(found.after),
            effects: effects(found.effects),
            parts,
        })
    }))
}

fn effects(effects: Effects) -> RoasEffects {
    RoasEffects { spend: Ratio(effects.spend), sales: Ratio(effects.sales), mix: Ratio(effects.mix) }
}
