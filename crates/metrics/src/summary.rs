//! Roll-ups that foot: at every level a parent is the sum of its children and what is known only higher up, to the
//! last minor unit, on both clocks.

use std::collections::BTreeMap;

use crate::foot::foot;
use crate::money::{Amounts, Currency, Ratio, SumTooLarge, round_div};
use crate::tree::{Level, NodeId, Tree};
use crate::week::{Period, Week};

/// One week's figures at one place. At a campaign they are the campaign's; higher up they are what is known only
/// there, beside whatever the places below report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where.
    pub node: NodeId,
    /// Which week.
    pub week: Week,
    /// As known now; `None` if nothing is.
    pub now: Option<Amounts>,
    /// As known at the other instant asked for; the same as `now` if none was.
    pub then: Option<Amounts>,
}

/// Sums on one clock; `None` where nothing is known, which is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Of the period asked for.
    pub period: Option<Amounts>,
    /// Of as many weeks directly before.
    pub previous: Option<Amounts>,
    /// Of the period's last week.
    pub week: Option<Amounts>,
    /// Of the week before the last.
    pub week_before: Option<Amounts>,
}

/// A place's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// As known now.
    pub now: Sums,
    /// As known then.
    pub then: Sums,
    /// The part of `now` that no place below accounts for. For a campaign this is everything.
    pub unallocated_now: Sums,
    /// The part of `then` that no place below accounts for.
    pub unallocated_then: Sums,
    /// Share of all the spend in this currency in the period, as known now. Shares foot like the amounts they are of:
    /// those of the clients of a currency add up to [`WHOLE`], and a parent's is the sum of its children's and
    /// `unallocated_share`.
    pub share: Share,
    /// The share of what is unallocated.
    pub unallocated_share: Share,
    /// Sales against what the targets ask for the money spent: Σ sales / Σ (spend × target) of the campaigns that
    /// have a target and spent something. For one campaign that is its ROAS against its target.
    pub attainment: Option<Ratio>,
}

/// All of something, in the unit of [`Share`]: parts per million.
pub const WHOLE: i64 = 1_000_000;

/// Parts per million; `None` when there is nothing to have a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Of the spend.
    pub ad_spend: Option<i64>,
    /// Of the sales.
    pub sales: Option<i64>,
}

/// The lines of every place and the sums of every currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// One for each place of the tree, in its order.
    pub lines: Vec<Line>,
    /// The organization, currency by currency: different currencies are never added.
    pub totals: BTreeMap<Currency, (Sums, Sums)>,
}

impl Summary {
    /// A place's line.
    pub fn line(&self, id: NodeId) -> &Line {
        &self.lines[id.index()]
    }
}

/// Rolls cells up. Cells outside the period and the one before it do not count; several of one place and week add up.
///
/// # Errors
/// A sum beyond an `i64`.
///
/// ```
/// use ad_metrics::{summarize, Amounts, Cell, Currency, Period, Tree, Week};
/// let mut tree = Tree::new();
/// let client = tree.client(Currency::try_from("EUR").unwrap());
/// let channel = tree.channel(client);
/// let group = tree.group(channel, None);
/// let campaign = tree.campaign(group, None);
/// let week = Week::starting("2026-03-02".parse().unwrap()).unwrap();
/// let cell = |node, ad_spend| {
///     let amounts = Some(Amounts { ad_spend, sales: 300 });
///     Cell { node, week, now: amounts, then: amounts }
/// };
/// let summary = summarize(&tree, Period::new(week, 1).unwrap(), [cell(campaign, 70), cell(channel, 30)]).unwrap();
/// let line = summary.line(channel);
/// assert_eq!(line.now.period, Some(Amounts { ad_spend: 100, sales: 600 }));
/// assert_eq!(line.unallocated_now.period, Some(Amounts { ad_spend: 30, sales: 300 }));
/// assert_eq!(line.now.period.unwrap().roas().unwrap().to_string(), "6.0000");
/// ```
pub fn summarize(
    tree: &Tree,
    period: Period,
    cells: impl IntoIterator<Item = Cell>,
) -> Result<Summary, SumTooLarge> {
    let mut own = vec![Both::default(); tree.len()];
    for cell in cells {
        own[cell.node.index()].add_cell(period, &cell)?;
    }
    let mut sums = own.clone();
    let mut targets = vec![Targets::default(); tree.len()];
    let mut totals = BTreeMap::<Currency, Both>::new();
    // children lie behind their parents: going backwards, a place is complete when it is reached
    for id in tree.ids().rev() {
        let (node, below) = (*tree.node(id), sums[id.index()]);
        if node.level == Level::Campaign {
            targets[id.index()] = Targets::of(node.target_roas, below.now.period);
        }
        match node.parent {
            Some(parent) => {
                sums[parent.index()].add(&below)?;
                let below = targets[id.index()];
                targets[parent.index()].add(below);
            }
            None => totals.entry(node.currency).or_default().add(&below)?,
        }
    }
    let shares = shares(tree, &own, &sums, &totals);
    let lines = tree.ids().map(|id| {
        let at = id.index();
        Line {
            now: sums[at].now,
            then: sums[at].then,
            unallocated_now: own[at].now,
            unallocated_then: own[at].then,
            share: shares[at].0,
            unallocated_share: shares[at].1,
            attainment: targets[at].attainment(),
        }
    });
    Ok(Summary {
        lines: lines.collect(),
        totals: totals.into_iter().map(|(currency, both)| (currency, (both.now, both.then))).collect(),
    })
}

#[derive(Clone, Copy, Debug, Default)]
struct Both {
    now: Sums,
    then: Sums,
}

impl Both {
    fn add_cell(&mut self, period: Period, cell: &Cell) -> Result<(), SumTooLarge> {
        self.now.add_week(period, cell.week, cell.now)?;
        self.then.add_week(period, cell.week, cell.then)
    }

    fn add(&mut self, other: &Both) -> Result<(), SumTooLarge> {
        self.now.add(&other.now)?;
        self.then.add(&other.then)
    }
}

impl Sums {
    fn add_week(&mut self, period: Period, week: Week, amounts: Option<Amounts>) -> Result<(), SumTooLarge> {
        let ago = period.last().weeks_after(week);
        let weeks = period.len() as i32;
        if (0..weeks).contains(&ago) {
            add(&mut self.period, amounts)?;
        } else if (weeks..2 * weeks).contains(&ago) {
            add(&mut self.previous, amounts)?;
        }
        match ago {
            0 => add(&mut self.week, amounts),
            1 => add(&mut self.week_before, amounts),
            _ => Ok(()),
        }
    }

    fn add(&mut self, other: &Sums) -> Result<(), SumTooLarge> {
        add(&mut self.period, other.period)?;
        add(&mut self.previous, other.previous)?;
        add(&mut self.week, other.week)?;
        add(&mut self.week_before, other.week_before)
    }

    /// The last week against the one before it; `None` unless something is known of both.
    pub fn week_over_week(&self) -> Option<Change> {
        Some(Change::between(self.week_before?, self.week?))
    }

    /// The period against the one before it; `None` unless something is known of both.
    pub fn against_previous(&self) -> Option<Change> {
        Some(Change::between(self.previous?, self.period?))
    }
}

/// Adds what is known: unknown and unknown stay unknown.
pub(crate) fn add(sum: &mut Option<Amounts>, amounts: Option<Amounts>) -> Result<(), SumTooLarge> {
    if let Some(amounts) = amounts {
        *sum = Some(sum.unwrap_or_default().plus(amounts)?);
    }
    Ok(())
}

/// A change of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of the spend.
    pub ad_spend: Delta,
    /// Of the sales.
    pub sales: Delta,
    /// Of the ROAS as shown, in ten-thousandths; `None` unless both have one.
    pub roas: Option<i64>,
}

/// A change of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta {
    /// In minor units.
    pub absolute: i64,
    /// Against what was before; `None` if that was zero.
    pub relative: Option<Ratio>,
}

impl Change {
    /// From one to the other.
    pub fn between(before: Amounts, after: Amounts) -> Change {
        let delta = |before: i64, after: i64| Delta {
            absolute: after - before,
            relative: Ratio::of(i128::from(after) - i128::from(before), i128::from(before)),
        };
        let roas = before.roas().zip(after.roas());
        Change {
            ad_spend: delta(before.ad_spend, after.ad_spend),
            sales: delta(before.sales, after.sales),
            roas: roas
                .map(|(before, after)| after.ten_thousandths().saturating_sub(before.ten_thousandths())),
        }
    }
}

/// What campaigns with a target brought in, and what their targets ask for; the latter in ten-thousandths.
#[derive(Clone, Copy, Debug, Default)]
struct Targets {
    sales: i128,
    asked: i128,
}

impl Targets {
    fn of(target: Option<Ratio>, amounts: Option<Amounts>) -> Targets {
        match (target, amounts) {
            (Some(target), Some(amounts)) if target.ten_thousandths() > 0 && amounts.ad_spend > 0 => {
                Targets {
                    sales: i128::from(amounts.sales),
                    asked: i128::from(amounts.ad_spend) * i128::from(target.ten_thousandths()),
                }
            }
            _ => Targets::default(),
        }
    }

    fn add(&mut self, other: Targets) {
        self.sales += other.sales;
        // a product of two i64 fills an i128 almost; held, it can only be the result of absurd targets
        self.asked = self.asked.saturating_add(other.asked);
    }

    fn attainment(self) -> Option<Ratio> {
        Ratio::of(self.sales * 10_000, self.asked)
    }
}

/// Shares from the top down: each place's share is handed on to its children and its unallocated part.
fn shares(
    tree: &Tree,
    own: &[Both],
    sums: &[Both],
    totals: &BTreeMap<Currency, Both>,
) -> Vec<(Share, Share)> {
    let mut children = vec![Vec::new(); tree.len()];
    let mut clients = BTreeMap::<Currency, Vec<usize>>::new();
    for id in tree.ids() {
        match tree.node(id).parent {
            Some(parent) => children[parent.index()].push(id.index()),
            None => clients.entry(tree.node(id).currency).or_default().push(id.index()),
        }
    }
    let mut shares = vec![(Share::default(), Share::default()); tree.len()];
    for measure in [
        MeasureOf { of: |a| a.ad_spend, slot: |s| &mut s.ad_spend },
        MeasureOf { of: |a| a.sales, slot: |s| &mut s.sales },
    ] {
        let period = |both: &Both| i128::from(both.now.period.map_or(0, measure.of));
        for (currency, clients) in &clients {
            let whole = period(&totals[currency]);
            let parts: Vec<i128> = clients.iter().map(|at| period(&sums[*at])).collect();
            let handed = hand_down(WHOLE, whole, &parts);
            for (at, share) in clients.iter().zip(handed) {
                *(measure.slot)(&mut shares[*at].0) = (whole > 0).then_some(share);
            }
        }
        for at in 0..tree.len() {
            let Some(share) = *(measure.slot)(&mut shares[at].0) else { continue };
            let parts: Vec<i128> = [&own[at]]
                .into_iter()
                .chain(children[at].iter().map(|child| &sums[*child]))
                .map(period)
                .collect();
            let handed = hand_down(share, period(&sums[at]), &parts);
            *(measure.slot)(&mut shares[at].1) = Some(handed[0]);
            for (child, share) in children[at].iter().zip(&handed[1..]) {
                *(measure.slot)(&mut shares[*child].0) = Some(*share);
            }
        }
    }
    // below a currency in which nothing was spent nobody has a share
    shares
}

struct MeasureOf {
    of: fn(Amounts) -> i64,
    slot: fn(&mut Share) -> &mut Option<i64>,
}

/// A share split in proportion to parts that add up to `whole`.
fn hand_down(share: i64, whole: i128, parts: &[i128]) -> Vec<i64> {
    if whole <= 0 {
        return vec![0; parts.len()];
    }
    let scaled: Vec<i128> = parts.iter().map(|part| part * i128::from(share)).collect();
    let total = round_div(whole * i128::from(share), whole);
    foot(&scaled, whole, total).into_iter().map(|share| share as i64).collect()
}
