//! `metrics.summary` and `metrics.weekOverWeek`.

use std::collections::{BTreeMap, HashMap};

use ad_metrics::{Amounts, Cell, ConvertRefused, Currency, Line, Period, Rate, Sums, Tree, summarize};
use api::{
    routers::metrics::{
        CurrencyRate, MetricsRefusal, MetricsSummary, Shares, Summary, SummaryLine, SummaryTotal, WeekChange,
        WeekOverWeek, WeekOverWeekLine,
    },
    types::{self, ClientId, Listing, MetricsLevel, PlaceId, Share, TargetRoas},
};
use chrono::{DateTime, Utc};
use rpc::Handle;
use store::metrics::{self, Level, OwnSum, SumWeeks};

use super::{
    super::advertising,
    figures,
    forest::{Forest, Named, next_level, to_level},
    period, too_large, week,
};
use crate::host::{Failure, Gateway, Scope};

type Refused = Failure<MetricsRefusal>;

/// Everything rolled up, and the part of it that a call is about.
pub(super) struct RolledUp {
    pub(super) forest: Forest,
    pub(super) place: Option<usize>,
    level: Level,
    pub(super) summary: ad_metrics::Summary,
    tree: Option<Tree>,
    rates: Vec<Rate>,
}

/// What is to be rolled up.
pub(super) struct Wanted {
    pub(super) named: Named,
    pub(super) level: Option<MetricsLevel>,
    pub(super) period: Period,
    pub(super) previous: Period,
    pub(super) known_at: Option<DateTime<Utc>>,
    pub(super) convert: Option<(Currency, Vec<Rate>)>,
}

impl RolledUp {
    pub(super) async fn load(scope: &mut Scope, wanted: Wanted) -> Result<Self, Refused> {
        let weeks = SumWeeks {
            previous: wanted.previous.first().monday(),
            first: wanted.period.first().monday(),
            last: wanted.period.last().monday(),
            each: false,
            by_client: false,
            client: None,
        };
        let loaded = metrics::load_tree_with_sums(scope.tx(), weeks, wanted.known_at).await?;
        let forest = Forest::of(loaded.nodes)?;
        let place = forest.place(&wanted.named)?;
        let level = wanted.level.map_or_else(|| next_level(place.map(|at| forest.rows[at].level)), to_level);
        if place.is_some_and(|at| forest.rows[at].level > level) {
            return Err(Failure::Refused(MetricsRefusal::LevelAbove));
        }
        let cells = cells(&forest, &loaded.now, loaded.then.as_deref());
        let (summary, tree, rates) = match wanted.convert {
            None => (summarize(&forest.tree, wanted.period, cells)?, None, Vec::new()),
            Some((currency, rates)) => {
                let converted =
                    ad_metrics::convert(&forest.tree, &cells, currency, &rates).map_err(not_converted)?;
                let summary = summarize(&converted.tree, wanted.period, converted.cells)?;
                (summary, Some(converted.tree), converted.rates)
            }
        };
        Ok(RolledUp { forest, place, level, summary, tree, rates })
    }

    fn line(&self, at: usize) -> &Line {
        self.summary.line(self.forest.ids[at])
    }

    fn currency(&self, at: usize) -> Currency {
        self.tree.as_ref().unwrap_or(&self.forest.tree).node(self.forest.ids[at]).currency
    }

    /// The places of the level asked for, most spend first. Removed ones show while something was known of them.
    fn items(&self) -> Vec<usize> {
        let shown = |at: &usize| {
            let row = &self.forest.rows[*at];
            let known = |sums: &Sums| sums.period.is_some() || sums.previous.is_some();
            row.level == self.level
                && (!row.is_removed || known(&self.line(*at).then) || known(&self.line(*at).now))
        };
        let mut items: Vec<usize> = self.forest.below(self.place).filter(shown).collect();
        items.sort_by_cached_key(|at| {
            let spend = self.line(*at).now.period.map_or(0, |it| it.ad_spend);
            (std::cmp::Reverse(spend), *at)
        });
        items
    }

    /// Currency by currency, the place's own sums, or the organization's.
    fn totals(&self) -> BTreeMap<Currency, (Sums, Sums)> {
        match self.place {
            Some(at) => BTreeMap::from([(self.currency(at), (self.line(at).now, self.line(at).then))]),
            None => self.summary.totals.clone(),
        }
    }
}

/// The figures of each place's own, on both clocks; without another instant they are the same.
fn cells(forest: &Forest, now: &[OwnSum], then: Option<&[OwnSum]>) -> Vec<Cell> {
    let cell = |sum: &OwnSum| {
        let node = forest.node_of(sum.entity_id)?;
        let week = ad_metrics::Week::starting(sum.week_start).ok()?;
        let amounts = Some(Amounts { ad_spend: sum.ad_spend, sales: sum.sales });
        Some(Cell { node, week, now: amounts, then: amounts })
    };
    let (now, same) = (now.iter().filter_map(cell), then.is_none());
    let mut cells: Vec<Cell> = now.map(|it| Cell { then: it.then.filter(|_| same), ..it }).collect();
    cells.extend(then.unwrap_or_default().iter().filter_map(cell).map(|it| Cell { now: None, ..it }));
    cells
}

fn not_converted(refused: ConvertRefused) -> Refused {
    let wire = |currency: Currency| {
        types::Currency::try_from(currency.as_str()).expect("a currency is three capital letters everywhere")
    };
    Failure::Refused(match refused {
        ConvertRefused::NoRate { currency } => MetricsRefusal::NoRate { currency: wire(currency) },
        ConvertRefused::RateTwice { currency } | ConvertRefused::NotARate { currency } => {
            MetricsRefusal::RateNotPossible { currency: wire(currency) }
        }
        ConvertRefused::TooLarge => MetricsRefusal::SumTooLarge,
    })
}

/// `1.0842` as digits and decimals.
fn rate(given: &CurrencyRate) -> Result<Rate, Refused> {
    let refused = || Failure::Refused(MetricsRefusal::RateNotPossible { currency: given.currency });
    let (whole, decimals) = given.rate.split_once('.').unwrap_or((&given.rate, ""));
    if !format!("{whole}{decimals}").bytes().all(|it| it.is_ascii_digit()) || whole.is_empty() {
        return Err(refused());
    }
    Ok(Rate {
        from: currency(given.currency)?,
        mantissa: format!("{whole}{decimals}").parse().map_err(|_| refused())?,
        scale: u8::try_from(decimals.len()).map_err(|_| refused())?,
        date: given.date,
        source: given.source.clone(),
    })
}

fn currency(currency: types::Currency) -> Result<Currency, Refused> {
    Currency::try_from(currency.as_str())
        .map_err(|_| Failure::Refused(MetricsRefusal::RateNotPossible { currency }))
}

impl Handle<Summary> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Summary) -> Result<MetricsSummary, Refused> {
        let (period, previous) = period(params.from, params.to)?;
        let rates = params.rates.iter().map(rate).collect::<Result<Vec<_>, _>>()?;
        let wanted = Wanted {
            named: Named::new(
                params.client_id,
                params.client_channel_id,
                params.campaign_group_id,
                params.campaign_id,
            ),
            level: params.level,
            period,
            previous,
            known_at: params.known_at.map(|it| it.0),
            convert: params.currency.map(|it| Ok::<_, Refused>((currency(it)?, rates))).transpose()?,
        };
        let asked = params.known_at.is_some();
        let rolled_up = RolledUp::load(scope, wanted).await?;
        let items = rolled_up.items();
        let (shown, others) = items.split_at(items.len().min(params.limit.get().into()));
        let used = &rolled_up.rates;
        let used = params
            .rates
            .iter()
            .filter(|it| used.iter().any(|rate| rate.from.as_str() == it.currency.as_str()));
        Ok(MetricsSummary {
            from: params.from,
            to: params.to,
            level: advertising::level(rolled_up.level),
            known_at: params.known_at,
            totals: totals(&rolled_up, shown, others, asked)?,
            items: shown.iter().map(|at| line(&rolled_up, *at, asked)).collect::<Result<_, _>>()?,
            others: others.len() as u64,
            rates: used.cloned().collect(),
        })
    }
}

fn totals(
    it: &RolledUp,
    shown: &[usize],
    others: &[usize],
    asked: bool,
) -> Result<Vec<SummaryTotal>, Refused> {
    let mut of_shown = HashMap::<Currency, Amounts>::new();
    let mut of_others = HashMap::<Currency, Amounts>::new();
    for (items, sums) in [(shown, &mut of_shown), (others, &mut of_others)] {
        for at in items {
            if let Some(amounts) = it.line(*at).now.period {
                let sum = sums.entry(it.currency(*at)).or_default();
                *sum = sum.plus(amounts)?;
            }
        }
    }
    let total = |(currency, (now, then)): (Currency, (Sums, Sums))| {
        let part = |sums: &HashMap<Currency, Amounts>| sums.get(&currency).copied().unwrap_or_default();
        let (shown, others) = (part(&of_shown), of_others.get(&currency).copied());
        let below = shown.plus(others.unwrap_or_default())?;
        let unallocated = now
            .period
            .map(|it| Amounts { ad_spend: it.ad_spend - below.ad_spend, sales: it.sales - below.sales });
        Ok(SummaryTotal {
            currency: advertising::currency(currency.as_str())?,
            now: figures::sums(&now).map_err(too_large)?,
            then: asked.then(|| figures::sums(&then)).transpose().map_err(too_large)?,
            unallocated: figures::maybe(unallocated.filter(|it| *it != Amounts::ZERO)).map_err(too_large)?,
            others: figures::maybe(others).map_err(too_large)?,
        })
    };
    it.totals().into_iter().map(total).collect()
}

fn line(it: &RolledUp, at: usize, asked: bool) -> Result<SummaryLine, Refused> {
    let (row, line) = (&it.forest.rows[at], it.line(at));
    Ok(SummaryLine {
        level: advertising::level(row.level),
        id: PlaceId(row.id),
        parent_id: row.parent.map(PlaceId),
        client_id: ClientId(row.client),
        name: row.name.clone(),
        currency: advertising::currency(it.currency(at).as_str())?,
        is_active: row.is_active,
        target_roas: row.target_roas.and_then(TargetRoas::of_ten_thousandths),
        target_attainment: line.attainment.map(figures::ratio),
        now: figures::sums(&line.now).map_err(too_large)?,
        then: asked.then(|| figures::sums(&line.then)).transpose().map_err(too_large)?,
        unallocated: figures::maybe(line.unallocated_now.period).map_err(too_large)?,
        share: Shares { ad_spend: line.share.ad_spend.map(Share), sales: line.share.sales.map(Share) },
    })
}

impl Handle<WeekOverWeek> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: WeekOverWeek,
    ) -> Result<Listing<WeekOverWeekLine>, Refused> {
        week(params.week)?;
        let (period, previous) = period(params.week, params.week)?;
        let wanted = Wanted {
            named: Named::new(
                params.client_id,
                params.client_channel_id,
                params.campaign_group_id,
                params.campaign_id,
            ),
            level: params.level,
            period,
            previous,
            known_at: params.known_at.map(|it| it.0),
            convert: None,
        };
        let asked = params.known_at.is_some();
        let rolled_up = RolledUp::load(scope, wanted).await?;
        let change = |sums: &Sums| -> Result<WeekChange, Refused> {
            Ok(WeekChange {
                week: figures::maybe(sums.week).map_err(too_large)?,
                week_before: figures::maybe(sums.week_before).map_err(too_large)?,
                change: sums.week_over_week().map(figures::change).transpose().map_err(too_large)?,
            })
        };
        let items = rolled_up.items();
        let line = |at: &usize| {
            let (row, line) = (&rolled_up.forest.rows[*at], rolled_up.line(*at));
            Ok(WeekOverWeekLine {
                level: advertising::level(row.level),
                id: PlaceId(row.id),
                client_id: ClientId(row.client),
                name: row.name.clone(),
                currency: advertising::currency(rolled_up.currency(*at).as_str())?,
                now: change(&line.now)?,
                then: asked.then(|| change(&line.then)).transpose()?,
            })
        };
        let items = items.iter().take(params.limit.get().into()).map(line).collect::<Result<_, Refused>>()?;
        Ok(Listing { items })
    }
}
