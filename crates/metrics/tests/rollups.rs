//! The laws of roll-ups and of a change split into its effects.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

mod common;

use ad_metrics::{
    Amounts, Cell, Currency, Level, NodeId, Part, Period, Ratio, Share, Summary, Sums, Tree, WHOLE,
    attribute, summarize,
};
use common::{euro, week};
use proptest::prelude::*;

/// Children per node at each level, and which places know something of their own.
fn tree(shape: &[(u8, u8, u8)], currencies: &[&str]) -> Tree {
    let mut tree = Tree::new();
    for (index, (channels, groups, campaigns)) in shape.iter().enumerate() {
        let client = tree.client(Currency::try_from(currencies[index % currencies.len()]).unwrap());
        for _ in 0..*channels {
            let channel = tree.channel(client);
            for group in 0..*groups {
                let group = tree.group(channel, (group == 0).then_some(1_000));
                for campaign in 0..*campaigns {
                    let target = Ratio::from_ten_thousandths(10_000 + 5_000 * i64::from(campaign));
                    tree.campaign(group, (campaign < 2).then_some(target));
                }
            }
        }
    }
    tree
}

type Figure = (prop::sample::Index, i32, Option<(i64, i64)>, Option<(i64, i64)>);

fn figures() -> impl Strategy<Value = Vec<Figure>> {
    let amounts = || prop::option::weighted(0.9, (0i64..1_000_000_000, 0i64..1_000_000_000));
    prop::collection::vec((any::<prop::sample::Index>(), -8i32..8, amounts(), amounts()), 0..80)
}

fn cells(tree: &Tree, figures: &[Figure]) -> Vec<Cell> {
    let amounts = |given: Option<(i64, i64)>| given.map(|(ad_spend, sales)| Amounts { ad_spend, sales });
    let ids: Vec<NodeId> = tree.ids().collect();
    let cell = |(node, weeks, now, then): &Figure| Cell {
        node: *node.get(&ids),
        week: week("2026-03-02").plus(*weeks).unwrap(),
        now: amounts(*now),
        then: amounts(*then),
    };
    figures.iter().map(cell).collect()
}

fn each(sums: &Sums) -> [Option<Amounts>; 4] {
    [sums.period, sums.previous, sums.week, sums.week_before]
}

fn plus(a: Option<Amounts>, b: Option<Amounts>) -> Option<Amounts> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.plus(b).unwrap()),
        (a, b) => a.or(b),
    }
}

fn shape() -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
    prop::collection::vec((0u8..3, 0u8..3, 0u8..4), 1..5)
}

/// Parent = Σ children + unallocated, for every sum on both clocks, and for every share.
fn assert_foots(tree: &Tree, summary: &Summary) -> Result<(), TestCaseError> {
    for parent in tree.ids() {
        let line = summary.line(parent);
        let mut now = each(&line.unallocated_now);
        let mut then = each(&line.unallocated_then);
        let mut share = line.unallocated_share;
        for child in tree.ids().filter(|child| tree.node(*child).parent == Some(parent)) {
            let child = summary.line(child);
            for at in 0..4 {
                now[at] = plus(now[at], each(&child.now)[at]);
                then[at] = plus(then[at], each(&child.then)[at]);
            }
            share.ad_spend = share.ad_spend.zip(child.share.ad_spend).map(|(a, b)| a + b);
            share.sales = share.sales.zip(child.share.sales).map(|(a, b)| a + b);
        }
        prop_assert_eq!(now, each(&line.now));
        prop_assert_eq!(then, each(&line.then));
        prop_assert_eq!(share, line.share);
        if tree.node(parent).level == Level::Campaign {
            prop_assert_eq!(line.unallocated_now, line.now);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_parent_is_its_children_and_what_is_unallocated(shape in shape(), figures in figures(), weeks in 1u16..7) {
        let tree = tree(&shape, &["EUR", "USD"]);
        let cells = cells(&tree, &figures);
        let period = Period::new(week("2026-03-02"), weeks).unwrap();
        let summary = summarize(&tree, period, cells.iter().copied()).unwrap();
        assert_foots(&tree, &summary)?;
        // the clients of a currency are its total, and nothing gets lost on the way up
        for (currency, (now, _)) in &summary.totals {
            let of_currency = |node: NodeId| tree.node(node).currency == *currency;
            let mut expected = None;
            for cell in cells.iter().filter(|cell| of_currency(cell.node) && period.index_of(cell.week).is_some()) {
                expected = plus(expected, cell.now);
            }
            prop_assert_eq!(now.period, expected);
            let clients = tree.ids().filter(|id| of_currency(*id) && tree.node(*id).level == Level::Client);
            let shares: Vec<Share> = clients.map(|id| summary.line(id).share).collect();
            let spent = expected.is_some_and(|it| it.ad_spend > 0);
            prop_assert!(shares.iter().all(|share| share.ad_spend.is_some() == spent));
            if spent {
                prop_assert_eq!(shares.iter().filter_map(|share| share.ad_spend).sum::<i64>(), WHOLE);
            }
        }
    }

    #[test]
    fn the_order_of_figures_does_not_matter(shape in shape(), figures in figures()) {
        let tree = tree(&shape, &["EUR"]);
        let mut cells = cells(&tree, &figures);
        let period = Period::new(week("2026-02-23"), 3).unwrap();
        let summary = summarize(&tree, period, cells.iter().copied()).unwrap();
        cells.reverse();
        prop_assert_eq!(summarize(&tree, period, cells).unwrap(), summary);
    }

    #[test]
    fn the_previous_period_is_what_the_period_before_says_of_itself(shape in shape(), figures in figures(), weeks in 1u16..5) {
        let tree = tree(&shape, &["EUR"]);
        let cells = cells(&tree, &figures);
        let period = Period::new(week("2026-03-02"), weeks).unwrap();
        let now = summarize(&tree, period, cells.iter().copied()).unwrap();
        let before = summarize(&tree, period.previous().unwrap(), cells.iter().copied()).unwrap();
        for id in tree.ids() {
            prop_assert_eq!(now.line(id).now.previous, before.line(id).now.period);
            prop_assert_eq!(now.line(id).then.previous, before.line(id).then.period);
        }
    }

    #[test]
    fn spend_sales_and_mix_add_up_to_the_change_exactly(parts in parts()) {
        let Some(attribution) = attribute(&parts) else {
            let spent = |of: fn(&Part) -> i64| parts.iter().map(of).sum::<i64>() > 0;
            prop_assert!(!spent(|part| part.before.ad_spend) || !spent(|part| part.after.ad_spend));
            return Ok(());
        };
        let change = attribution.after.ten_thousandths() - attribution.before.ten_thousandths();
        prop_assert_eq!(attribution.effects.total(), change);
        let of_parts = |of: fn(&ad_metrics::Effects) -> i64| attribution.parts.iter().map(of).sum::<i64>();
        prop_assert_eq!(of_parts(|it| it.spend), attribution.effects.spend);
        prop_assert_eq!(of_parts(|it| it.sales), attribution.effects.sales);
        prop_assert_eq!(of_parts(|it| it.mix), attribution.effects.mix);
    }

    #[test]
    fn effects_lie_within_their_last_decimals_of_the_formula(parts in parts()) {
        let Some(attribution) = attribute(&parts) else { return Ok(()) };
        let expected = in_floats(&parts);
        let found = attribution.effects;
        for (found, expected) in [found.spend, found.sales, found.mix].into_iter().zip(expected) {
            let tolerance = 2.0 + expected.abs() * 1e-9;
            prop_assert!((found as f64 - expected).abs() <= tolerance, "{found} for {expected}");
        }
    }

    #[test]
    fn going_back_gives_the_same_effects_with_the_other_sign(parts in parts()) {
        let back: Vec<Part> = parts.iter().map(|part| Part { before: part.after, after: part.before }).collect();
        if let (Some(there), Some(back)) = (attribute(&parts), attribute(&back)) {
            for (there, back) in [
                (there.effects.spend, back.effects.spend),
                (there.effects.sales, back.effects.sales),
                (there.effects.mix, back.effects.mix),
            ] {
                // rounding goes down and not towards zero, and the remainders find other takers
                prop_assert!((there + back).abs() <= 2, "{there} and {back}");
            }
        }
    }
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let amount = || prop_oneof![3 => 1i64..1_000_000, 1 => Just(0i64)];
    let amounts = move || (amount(), amount()).prop_map(|(ad_spend, sales)| Amounts { ad_spend, sales });
    prop::collection::vec((amounts(), amounts()).prop_map(|(before, after)| Part { before, after }), 1..8)
}

/// The formula of the documentation, in floating point, in ten-thousandths.
fn in_floats(parts: &[Part]) -> [f64; 3] {
    let total = |of: fn(&Part) -> i64| parts.iter().map(of).sum::<i64>() as f64;
    let (total0, total1) = (total(|part| part.before.ad_spend), total(|part| part.after.ad_spend));
    let mut effects = [0.0; 3];
    for part in parts {
        let (a0, a1) = (part.before.ad_spend as f64, part.after.ad_spend as f64);
        let (s0, s1) = (part.before.sales as f64, part.after.sales as f64);
        let split = |s0: f64, s1: f64, x0: f64, x1: f64| {
            [(s0 + s1) / 2.0 * (1.0 / x1 - 1.0 / x0), (s1 - s0) * (1.0 / x0 + 1.0 / x1) / 2.0]
        };
        let [spend, sales, mix] = if a0 > 0.0 && a1 > 0.0 {
            let (w0, w1) = (a0 / total0, a1 / total1);
            let [spend, sales] = split(s0, s1, a0, a1).map(|effect| effect * (w0 + w1) / 2.0);
            [spend, sales, (s0 / a0 + s1 / a1) / 2.0 * (w1 - w0)]
        } else if a0 == 0.0 && a1 == 0.0 {
            let [spend, sales] = split(s0, s1, total0, total1);
            [spend, sales, 0.0]
        } else {
            [0.0, 0.0, s1 / total1 - s0 / total0]
        };
        for (sum, effect) in effects.iter_mut().zip([spend, sales, mix]) {
            *sum += effect * 10_000.0;
        }
    }
    effects
}

#[test]
fn twice_the_money_for_the_same_sales_is_all_spend_and_the_other_way_round_all_sales() {
    let amounts = |ad_spend, sales| Amounts { ad_spend, sales };
    let one = |before, after| attribute(&[Part { before, after }]).unwrap().effects;
    let doubled = one(amounts(100, 400), amounts(200, 400));
    assert_eq!((doubled.spend, doubled.sales, doubled.mix), (-20_000, 0, 0));
    let sold = one(amounts(100, 400), amounts(100, 600));
    assert_eq!((sold.spend, sold.sales, sold.mix), (0, 20_000, 0));
    assert!(attribute(&[Part { before: amounts(0, 5), after: amounts(1, 5) }]).is_none());
}

#[test]
fn attainment_is_sales_against_what_the_targets_ask_of_the_money_spent() {
    let mut tree = Tree::new();
    let client = tree.client(euro());
    let channel = tree.channel(client);
    let group = tree.group(channel, None);
    let target = |whole: i64| Some(Ratio::from_ten_thousandths(whole * 10_000));
    let campaigns =
        [tree.campaign(group, target(2)), tree.campaign(group, target(4)), tree.campaign(group, None)];
    let figures = [(100, 100), (50, 400), (1_000, 0)];
    let cells = campaigns.iter().zip(figures).map(|(node, (ad_spend, sales))| {
        let now = Some(Amounts { ad_spend, sales });
        Cell { node: *node, week: week("2026-03-02"), now, then: None }
    });
    let summary = summarize(&tree, Period::new(week("2026-03-02"), 1).unwrap(), cells).unwrap();
    let attainment = |id: NodeId| summary.line(id).attainment.map(|it| it.to_string());
    assert_eq!(campaigns.map(attainment), [Some("0.5000".into()), Some("2.0000".into()), None]);
    assert_eq!(attainment(client), Some("1.2500".into()), "500 sales where 200 + 200 were asked");
    let then = summary.line(client).then;
    assert_eq!((then.period, then.week_over_week()), (None, None), "nothing was known then");
}

#[test]
fn week_over_week_is_absolute_and_relative_and_unknown_without_both_weeks() {
    let mut tree = Tree::new();
    let client = tree.client(euro());
    let cell = |monday, ad_spend, sales| {
        let now = Some(Amounts { ad_spend, sales });
        Cell { node: client, week: week(monday), now, then: now }
    };
    let cells = [cell("2026-03-02", 200, 600), cell("2026-03-09", 150, 600)];
    let summary = |last: &str, weeks| {
        let first = week(last).plus(1 - i32::from(weeks)).unwrap();
        summarize(&tree, Period::new(first, weeks).unwrap(), cells).unwrap()
    };
    for weeks in [1, 2] {
        let change = summary("2026-03-09", weeks).line(client).now.week_over_week().unwrap();
        assert_eq!(
            (change.ad_spend.absolute, change.ad_spend.relative.unwrap().to_string()),
            (-50, "-0.2500".into())
        );
        assert_eq!((change.sales.absolute, change.roas), (0, Some(10_000)));
    }
    assert_eq!(summary("2026-03-02", 1).line(client).now.week_over_week(), None);
    assert_eq!(summary("2026-03-09", 2).line(client).now.against_previous(), None);
}

#[test]
fn a_sum_beyond_the_numbers_is_refused_and_not_wrapped() {
    let mut tree = Tree::new();
    let client = tree.client(euro());
    let now = Some(Amounts { ad_spend: i64::MAX, sales: 0 });
    let cell = Cell { node: client, week: week("2026-03-02"), now, then: None };
    assert!(summarize(&tree, Period::new(week("2026-03-02"), 1).unwrap(), [cell; 2]).is_err());
}
