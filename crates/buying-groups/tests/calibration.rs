//! Whether stated confidence can be taken at its word: on generated truth, where it is known.

use buying_groups::*;

const FIVE_POINTS: Share = Share::from_thousandths(50);

/// SplitMix64: a fixed sequence, no crate needed.
struct Seed(u64);

impl Seed {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * u128::from(limit)) >> 64) as u32
    }

    fn happens(&mut self, chance: Share) -> bool {
        self.below(1_000_000) < chance.millionths()
    }
}

/// Statements of all degrees, each right as often as `truth` says.
fn statements(count: usize, source: Option<Source>, truth: impl Fn(Share) -> Share) -> Vec<Outcome> {
    let mut seed = Seed(7);
    let mut statement = || {
        let stated = Share::from_millionths(seed.below(1_000_001));
        Outcome { source, stated, right: seed.happens(truth(stated)) }
    };
    (0..count).map(|_| statement()).collect()
}

fn worst_gap(reliability: &Reliability) -> Share {
    reliability.bins.iter().map(Bin::gap).max().expect("some bin has something in it")
}

#[test]
fn statements_that_are_true_are_found_to_be_true() {
    let mut outcomes = statements(20_000, None, |stated| stated);
    outcomes.extend(statements(20_000, Some(Source::TitleParse), |stated| stated));
    let tables = calibrate(&outcomes);
    assert_eq!(tables.iter().map(|it| it.source).collect::<Vec<_>>(), [None, Some(Source::TitleParse)]);
    for table in tables {
        assert_eq!((table.count, table.bins.len()), (20_000, 10));
        assert!(worst_gap(&table) <= FIVE_POINTS, "{table:?}");
        assert!(table.expected_error <= Share::from_thousandths(20));
    }
}

#[test]
fn overconfidence_is_found_and_corrected() {
    let truth = |stated: Share| stated.times(stated);
    let learnt = Calibration::fit(&statements(4_000, None, truth));
    let mut fresh = Seed(99);
    let corrected = |seed: &mut Seed, correct: bool| -> Vec<Outcome> {
        let mut statement = || {
            let stated = Share::from_millionths(seed.below(1_000_001));
            let right = seed.happens(truth(stated));
            Outcome { source: None, stated: if correct { learnt.apply(stated) } else { stated }, right }
        };
        (0..20_000).map(|_| statement()).collect()
    };
    let before = &calibrate(&corrected(&mut fresh, false))[0];
    let after = &calibrate(&corrected(&mut fresh, true))[0];
    assert!(worst_gap(before) > Share::from_thousandths(150), "a page that is wrong by a square: {before:?}");
    assert!(worst_gap(after) <= FIVE_POINTS, "{after:?}");
    assert!(after.brier < before.brier);
}

#[test]
fn a_correction_for_the_truth_changes_next_to_nothing() {
    let learnt = Calibration::fit(&statements(4_000, None, |stated| stated));
    for stated in (5..95).map(|percent| Share::from_thousandths(percent * 10)) {
        let moved = learnt.apply(stated).millionths().abs_diff(stated.millionths());
        assert!(moved < 60_000, "{stated} became {}", learnt.apply(stated));
    }
}

#[test]
fn fewer_confirmations_than_enough_change_nothing() {
    let none = Calibration::fit(&statements(LEAST_CONFIRMATIONS - 1, None, |_| Share::ZERO));
    assert_eq!(none, Calibration::default());
    let sources = Calibration::fit(&statements(5_000, Some(Source::Delivrai), |_| Share::ZERO));
    assert_eq!(sources, Calibration::default(), "what single sources state is not what is corrected");
}

/// People with a true role; every source sees it or something else, as often as it says. Their fused confidence is too
/// careful or too bold, depending on how much they agree; learnt from half of the people it holds for the other half.
#[test]
fn what_is_learnt_from_some_people_holds_for_others() {
    let mut seed = Seed(2026);
    let roles = &Role::ALL[..5];
    let mut person = || {
        let truth = roles[seed.below(5) as usize];
        let mut evidence = Vec::new();
        for source in &Source::ALL[1..] {
            if seed.below(10) < 6 {
                let confidence = Share::from_thousandths(500 + seed.below(500));
                let sees = seed.happens(Trusts::default().of(*source).times(confidence));
                let role = if sees { truth } else { roles[seed.below(5) as usize] };
                evidence.push(Evidence::new(*source, role, confidence, "seen"));
            }
        }
        (evidence, truth)
    };
    let people: Vec<_> = (0..40_000).map(|_| person()).collect();
    let outcomes = |people: &[(Vec<Evidence>, Role)], calibration: &Calibration| -> Vec<Outcome> {
        let of = |(evidence, truth): &(Vec<Evidence>, Role)| {
            outcomes_of_confirmation(evidence, &Trusts::default(), calibration, *truth)
        };
        people.iter().flat_map(of).collect()
    };
    let (some, others) = people.split_at(20_000);
    let learnt = Calibration::fit(&outcomes(some, &Calibration::default()));
    let raw = &calibrate(&outcomes(others, &Calibration::default()))[0];
    let corrected = &calibrate(&outcomes(others, &learnt))[0];
    assert!(worst_gap(raw) > FIVE_POINTS, "fusion alone is not calibrated here: {raw:?}");
    for bin in corrected.bins.iter().filter(|bin| bin.count >= 100) {
        assert!(bin.gap() <= FIVE_POINTS, "{bin:?}");
    }
    assert!(corrected.expected_error < raw.expected_error);
}

#[test]
fn nobody_is_calibrated_against_their_own_confirmation() {
    let mut evidence = read_title("Chief Financial Officer").evidence;
    evidence.extend(Confirmation::new(Some(Role::EconomicBuyer)).evidence("audit-1"));
    let outcomes =
        outcomes_of_confirmation(&evidence, &Trusts::default(), &Calibration::default(), Role::EconomicBuyer);
    let stated = Share::from_thousandths(570);
    assert_eq!(
        outcomes,
        [None, Some(Source::TitleParse)].map(|source| Outcome { source, stated, right: true })
    );
}

#[test]
fn certainty_falls_into_the_last_bin() {
    let sure = Outcome { source: None, stated: Share::ONE, right: true };
    let table = &calibrate(&[sure, Outcome { stated: Share::ZERO, right: false, ..sure }])[0];
    assert_eq!(
        table.bins.iter().map(|bin| bin.from).collect::<Vec<_>>(),
        [Share::ZERO, Share::from_thousandths(900)]
    );
    assert_eq!((table.brier, table.expected_error), (Share::ZERO, Share::ZERO));
    assert_eq!(calibrate(&[]), []);
}

#[test]
fn knots_that_fall_are_refused() {
    let knot = |stated, truth| (Share::from_thousandths(stated), Share::from_thousandths(truth));
    assert!(Calibration::from_knots(vec![knot(100, 500), knot(200, 400)]).is_err());
    assert!(Calibration::from_knots(vec![knot(200, 400), knot(200, 500)]).is_err());
    let half = Calibration::from_knots(vec![knot(200, 100), knot(800, 400)]).unwrap();
    assert_eq!(
        [100, 200, 500, 800, 900].map(|it| half.apply(Share::from_thousandths(it)).millionths() / 1000),
        [100, 100, 250, 400, 400]
    );
}
