//! Row by row: insert, change, same, reject; and what a plan's hash promises.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

mod common;

use ad_metrics::{
    Amounts, Answer, Applied, Column, Counts, Currency, Hints, Measure, PlanHash, PlannedRow, Resolution,
    RowReason, RowsPer, UndoAnswer, undo,
};
use common::{
    Known, apply, campaign_id, euro, plan, plan_resolved, plan_sheet, read, reasons, week, written,
};
use proptest::prelude::*;

const HEADER: &str = "client,channel,campaign,week,spend,sales\n";

fn file(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

fn rejected(rows: &str) -> Vec<(u32, RowReason)> {
    reasons(&plan(&file(rows), &Hints::default()).0)
}

#[test]
fn each_row_is_an_insert_a_change_or_the_same() {
    let amounts = |ad_spend, sales| Amounts { ad_spend, sales };
    let monday = week("2026-03-30");
    let known: Known = [
        ((campaign_id("changed"), monday), amounts(1, 2)),
        ((campaign_id("same"), monday), amounts(150, 200)),
    ]
    .into();
    let text = file("A,B,New,2026-03-30,1.50,2\nA,B,changed,2026-03-30,1.50,2\nA,B,Same,2026-03-30,1.50,2\n");
    let (rows, plan) = plan_sheet(read(text.as_bytes(), &Hints::default(), 64).unwrap(), euro(), &known);
    assert!(matches!(rows[0].answer, Answer::Insert { after, .. } if after == amounts(150, 200)));
    let Answer::Change { before, after, key } = rows[1].answer else { panic!("{:?}", rows[1]) };
    assert_eq!((before, after, key.week), (amounts(1, 2), amounts(150, 200), monday));
    assert!(matches!(rows[2].answer, Answer::Same { .. }));
    assert_eq!(plan.counts, Counts { insert: 1, change: 1, same: 1, reject: 0 });
}

#[test]
fn what_is_wrong_with_a_row_rejects_that_row_with_its_reason() {
    let reason = |row: &str| rejected(&format!("A,B,Good,2026-03-30,1.5,2\n{row}\n"))[0].1;
    let (spend, sales) = (Measure::AdSpend, Measure::Sales);
    let meant = "2026-03-30".parse().unwrap();
    assert_eq!(reason("A,B,C,2026-03-31,1,2"), RowReason::NotAMonday { meant });
    assert_eq!(reason("A,B,C,2026-03-30,-1,2"), RowReason::Negative { measure: spend });
    assert_eq!(reason("A,B,C,2026-03-30,(1.00),2"), RowReason::Negative { measure: spend });
    assert_eq!(reason("A,B,C,2026-03-30,1,2-"), RowReason::Negative { measure: sales });
    assert_eq!(reason("A,B,C,2026-03-30,,2"), RowReason::EmptyCell { column: Column::Spend });
    assert_eq!(reason("A,,C,2026-03-30,1,2"), RowReason::EmptyCell { column: Column::Channel });
    assert_eq!(reason("A,B,C,,1,2"), RowReason::EmptyCell { column: Column::Week });
    assert_eq!(reason("A,B,C,2026-03-30,1,n/a"), RowReason::NotANumber { column: Column::Sales });
    assert_eq!(reason("A,B,C,2026-03-30,1e5,2"), RowReason::NotANumber { column: Column::Spend });
    assert_eq!(reason("A,B,C,2026-03-30,1.005,2"), RowReason::TooFine { measure: spend });
    assert_eq!(reason("A,B,C,2026-03-30,1.00000000001,2"), RowReason::TooFine { measure: spend });
    assert_eq!(reason("A,B,C,2026-03-30,99999999999999,2"), RowReason::TooLarge { measure: spend });
    assert_eq!(
        reason("A,B,C,2026-03-30,99999999999999999999999999,2"),
        RowReason::TooLarge { measure: spend }
    );
    assert_eq!(reason("A,B,C,soon,1,2"), RowReason::NotADate);
    assert_eq!(reason("A,B,C,1899-12-25,1,2"), RowReason::WeekOutOfRange);
    assert_eq!(reason("A,B,C,2026-03-30,1"), RowReason::CellCount { cells: 5, expected: 6 });
    assert_eq!(reason("A,B,C,2026-03-30,XYZ 1,2"), RowReason::UnknownCurrency);
    assert_eq!(reason("A,B,C,2026-03-30,EUR 1,USD 2"), RowReason::UnknownCurrency);
}

#[test]
fn a_week_twice_in_one_file_rejects_both_however_the_campaign_is_written() {
    let rows = "A,B,C,2026-03-30,1.5,2\nA,B,D,2026-03-30,1,2\na,b,c,2026-03-30,1.5,2\n";
    assert_eq!(rejected(rows), [(2, RowReason::Twice { other: 4 }), (4, RowReason::Twice { other: 2 })]);
    // and when two names lead to one campaign
    let sheet =
        read(file("A,B,C,2026-03-30,1,2\nA,B,D,2026-03-30,1,2\n").as_bytes(), &Hints::default(), 9).unwrap();
    let same = Resolution::Known { campaign: 5, currency: euro() };
    let (rows, _) = plan_resolved(sheet, vec![same; 2], &[euro()], &Known::new());
    assert_eq!(reasons(&rows).len(), 2);
}

#[test]
fn currencies_must_be_used_and_be_the_clients() {
    let text = "client,channel,campaign,week,spend,sales,currency\n\
                A,B,C,2026-03-30,1,2,usd\nA,B,D,2026-03-30,1,2,CHF\nA,B,E,2026-03-30,1,2,EUR\nA,B,F,2026-03-30,1,2,\n";
    let sheet = read(text.as_bytes(), &Hints::default(), 9).unwrap();
    let resolutions = vec![Resolution::New { currency: euro() }; 4];
    let usd = Currency::try_from("USD").unwrap();
    let (rows, _) = plan_resolved(sheet, resolutions, &[euro(), usd], &Known::new());
    assert_eq!(reasons(&rows), [(2, RowReason::OtherCurrency), (3, RowReason::UnknownCurrency)]);
    assert_eq!(written(&rows).len(), 2);
}

#[test]
fn amounts_follow_the_decimals_of_the_clients_currency() {
    let text = file("A,B,C,2026-03-30,1234,2\n");
    for (code, spend) in [("JPY", 1_234), ("EUR", 123_400), ("KWD", 1_234_000)] {
        let currency = Currency::try_from(code).unwrap();
        let sheet = read(text.as_bytes(), &Hints::default(), 9).unwrap();
        let (rows, _) = plan_resolved(sheet, vec![Resolution::New { currency }], &[currency], &Known::new());
        assert_eq!(written(&rows)[0].2, spend, "{code}");
    }
}

#[test]
fn what_the_caller_cannot_resolve_is_rejected_for_its_reason() {
    let sheet =
        read(file("A,B,C,2026-03-30,1,2\nX,B,C,2026-03-30,1,2\n").as_bytes(), &Hints::default(), 9).unwrap();
    let resolutions =
        vec![Resolution::Rejected(RowReason::NotAllowed), Resolution::Rejected(RowReason::UnknownClient)];
    let (rows, _) = plan_resolved(sheet, resolutions, &[euro()], &Known::new());
    assert_eq!(reasons(&rows), [(2, RowReason::NotAllowed), (3, RowReason::UnknownClient)]);
}

#[test]
fn days_are_summed_into_their_weeks_on_request() {
    let hints = Hints { rows: RowsPer::Day, ..Hints::default() };
    let text = file(
        "A,B,C,2026-03-30,1.10,2\nA,B,C,2026-04-05,2.20,3\nA,B,C,2026-04-06,5,5\nA,B,D,2026-04-01,1,1\n",
    );
    let (rows, _) = plan(&text, &hints);
    let expected = [
        (2, week("2026-03-30"), 330, 500),
        (4, week("2026-04-06"), 500, 500),
        (5, week("2026-03-30"), 100, 100),
    ];
    assert_eq!(written(&rows), expected);
    assert_eq!(rows.iter().map(|row| row.lines).collect::<Vec<_>>(), [2, 1, 1]);
}

#[test]
fn a_day_that_is_rejected_takes_its_week_with_it() {
    let hints = Hints { rows: RowsPer::Day, ..Hints::default() };
    let text = file(
        "A,B,C,2026-03-30,1,2\nA,B,C,2026-03-31,-1,2\nA,B,C,2026-04-06,1,2\nA,B,D,2026-03-30,1,2\nA,B,D,2026-03-30,1,2\nA,B,D,2026-04-01,1,2\n",
    );
    let (rows, _) = plan(&text, &hints);
    let expected = [
        (2, RowReason::WeekIncomplete { other: 3 }),
        (3, RowReason::Negative { measure: Measure::AdSpend }),
        (5, RowReason::Twice { other: 6 }),
        (6, RowReason::Twice { other: 5 }),
        (7, RowReason::WeekIncomplete { other: 5 }),
    ];
    assert_eq!(reasons(&rows), expected);
    assert_eq!(written(&rows), [(4, week("2026-04-06"), 100, 200)]);
}

#[test]
fn a_hash_is_read_back_as_it_is_written_and_any_other_text_is_stale() {
    let (_, plan) = plan(&file("A,B,C,2026-03-30,1,2\n"), &Hints::default());
    let shown = plan.hash.to_string();
    assert_eq!(shown.parse::<PlanHash>(), Ok(plan.hash));
    assert!(plan.check(shown.parse().unwrap()).is_ok());
    for other in ["", "00", &shown.to_uppercase(), &format!("{shown}0")] {
        assert!(other.parse::<PlanHash>().is_err(), "{other}");
    }
}

/// Campaign, weeks after a Monday, spend and sales.
type Line = (u8, u8, u16, u16);

fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec((0u8..4, 0u8..6, 0u16..500, 0u16..500), 1..20)
}

fn text(lines: &[Line]) -> String {
    let row = |(campaign, weeks, spend, sales): &Line| {
        let monday = week("2026-03-30").plus(i32::from(*weeks)).unwrap();
        format!("A,B,C{campaign},{monday},{spend}.25,{sales}\n")
    };
    file(&lines.iter().map(row).collect::<String>())
}

fn plan_on(lines: &[Line], known: &Known) -> (Vec<PlannedRow>, ad_metrics::Plan) {
    plan_sheet(read(text(lines).as_bytes(), &Hints::default(), 50).unwrap(), euro(), known)
}

proptest! {
    #[test]
    fn every_row_is_answered_once_and_in_order(lines in lines(), others in lines()) {
        let mut known = Known::new();
        apply(&plan_on(&others, &known).0, &mut known);
        let (rows, plan) = plan_on(&lines, &known);
        let answered: Vec<u32> = rows.iter().map(|row| row.line).collect();
        prop_assert_eq!(answered, (2..2 + lines.len() as u32).collect::<Vec<_>>());
        let Counts { insert, change, same, reject } = plan.counts;
        prop_assert_eq!((insert + change + same + reject) as usize, lines.len());
        for row in &rows {
            match row.answer {
                Answer::Insert { key, .. } => prop_assert!(!known.contains_key(&(key.campaign.unwrap(), key.week))),
                Answer::Change { key, before, after } => {
                    prop_assert_eq!(known[&(key.campaign.unwrap(), key.week)], before);
                    prop_assert!(before != after);
                }
                Answer::Same { key, amounts } => prop_assert_eq!(known[&(key.campaign.unwrap(), key.week)], amounts),
                Answer::Reject(reason) => {
                    let twice = matches!(reason, RowReason::Twice { .. });
                    prop_assert!(twice, "{reason}");
                }
            }
        }
    }

    #[test]
    fn the_same_file_again_is_a_no_op_and_undo_restores_everything(lines in lines(), others in lines()) {
        let mut known = Known::new();
        apply(&plan_on(&others, &known).0, &mut known);
        let start = known.clone();
        let (rows, plan) = plan_on(&lines, &known);
        apply(&rows, &mut known);
        let (again, second) = plan_on(&lines, &known);
        prop_assert_eq!((second.counts.insert, second.counts.change), (0, 0));
        let no_op = again.iter().all(|row| matches!(row.answer, Answer::Same { .. } | Answer::Reject(_)));
        prop_assert!(no_op);
        let changed = plan.counts.insert + plan.counts.change > 0;
        prop_assert_eq!(plan.check(second.hash).is_err(), changed, "a plan once applied is stale");
        for row in &rows {
            let (key, applied) = match row.answer {
                Answer::Insert { key, after } => (key, Applied { before: None, after }),
                Answer::Change { key, before, after } => (key, Applied { before: Some(before), after }),
                _ => continue,
            };
            let place = (key.campaign.unwrap(), key.week);
            match undo(applied, known.get(&place).copied()) {
                UndoAnswer::Restore(Some(before)) => _ = known.insert(place, before),
                UndoAnswer::Restore(None) => _ = known.remove(&place),
                other => prop_assert!(false, "{other:?}"),
            }
        }
        prop_assert_eq!(&known, &start);
        prop_assert_eq!(plan_on(&lines, &known).1, plan, "undone, the same plan can be made again");
    }

    #[test]
    fn a_plan_is_stale_once_anything_it_rests_on_changed(lines in lines(), which in any::<prop::sample::Index>()) {
        let (rows, plan) = plan_on(&lines, &Known::new());
        prop_assert!(plan.check(plan_on(&lines, &Known::new()).1.hash).is_ok());
        let written: Vec<_> = rows.iter().filter_map(|row| match row.answer {
            Answer::Insert { key, .. } => Some((key.campaign.unwrap(), key.week)),
            _ => None,
        }).collect();
        prop_assume!(!written.is_empty());
        // somebody writes one of the weeks in between
        let between: Known = [(written[which.index(written.len())], Amounts { ad_spend: 1, sales: 1 })].into();
        prop_assert!(plan_on(&lines, &between).1.check(plan.hash).is_err());
        // the file changes in one figure that counts
        let mut other = lines.clone();
        let at = which.index(lines.len());
        other[at].2 += 1;
        let counts = matches!(rows[at].answer, Answer::Insert { .. });
        prop_assert_eq!(plan_on(&other, &Known::new()).1.check(plan.hash).is_err(), counts);
    }

    #[test]
    fn days_add_up_to_the_weeks_that_a_weekly_file_would_have(
        days in prop::collection::btree_map((0u8..3, 0u8..21), (0u32..100_000, 0u32..100_000), 1..40)
    ) {
        let monday = week("2026-03-30").monday();
        let mut sums = std::collections::BTreeMap::<(u8, u8), (i64, i64)>::new();
        let mut daily = String::new();
        for ((campaign, day), (spend, sales)) in &days {
            let date = monday + chrono::Days::new(u64::from(*day));
            daily += &format!("A,B,C{campaign},{date},{}.{:02},{}.{:02}\n", spend / 100, spend % 100, sales / 100, sales % 100);
            let sum = sums.entry((*campaign, day / 7)).or_default();
            *sum = (sum.0 + i64::from(*spend), sum.1 + i64::from(*sales));
        }
        let (rows, plan) = plan(&file(&daily), &Hints { rows: RowsPer::Day, ..Hints::default() });
        prop_assert_eq!(plan.counts.insert as usize, sums.len());
        prop_assert_eq!(rows.iter().map(|row| usize::from(row.lines)).sum::<usize>(), days.len());
        let mut found: Vec<(i64, i64)> = written(&rows).iter().map(|row| (row.2, row.3)).collect();
        let mut expected: Vec<(i64, i64)> = sums.into_values().collect();
        found.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(found, expected);
    }
}
