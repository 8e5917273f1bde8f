//! What holds for whatever facts there are.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

use buying_groups::*;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

fn share() -> impl Strategy<Value = Share> {
    prop_oneof![
        (0..=1_000_000_u32).prop_map(Share::from_millionths),
        (0..=10_u32).prop_map(|tenth| Share::from_thousandths(tenth * 100)),
    ]
}

fn evidence(sources: &'static [Source]) -> impl Strategy<Value = Evidence> {
    (select(sources), select(Role::ALL.to_vec()), share(), 0..4_u8).prop_map(
        |(source, role, confidence, rule)| Evidence::new(source, role, confidence, format!("rule-{rule}")),
    )
}

const GUESSES: &[Source] =
    &[Source::SfContactRole, Source::TitleParse, Source::Delivrai, Source::EngagementPattern];

fn guesses() -> impl Strategy<Value = Vec<Evidence>> {
    prop::collection::vec(evidence(GUESSES), 0..12)
}

fn trusts() -> impl Strategy<Value = Trusts> {
    prop_oneof![
        Just(Trusts::default()),
        (share(), share(), share(), share()).prop_map(
            |(sf_contact_role, title_parse, delivrai, engagement_pattern)| Trusts {
                sf_contact_role,
                title_parse,
                delivrai,
                engagement_pattern
            }
        )
    ]
}

fn member() -> impl Strategy<Value = GroupMember> {
    (select(Role::ALL.to_vec()), share(), prop::option::of(0..=100_000_i64))
        .prop_map(|(role, confidence, engagement)| GroupMember { role, confidence, engagement })
}

fn members() -> impl Strategy<Value = Vec<GroupMember>> {
    prop::collection::vec(member(), 0..12)
}

fn template() -> impl Strategy<Value = Template> {
    let roles = subsequence(Role::ALL[..7].to_vec(), 1..=7);
    let needs = prop::collection::vec((0..=1000_i64, any::<bool>(), 1..=4_i64), 7);
    (roles, needs, 1..=1000_i64).prop_map(|(roles, needs, first)| {
        let need = |(role, (weight, required, minimum))| RoleNeed { role, weight, required, minimum };
        let mut needs: Vec<RoleNeed> = roles.into_iter().zip(needs).map(need).collect();
        needs[0].weight = first;
        Template::new(needs).unwrap()
    })
}

fn candidate() -> impl Strategy<Value = Candidate<u8>> {
    let contact = (any::<bool>(), 0..400_u32).prop_map(|(meeting, days_ago)| Contact {
        kind: if meeting { ContactKind::Meeting } else { ContactKind::Thread },
        days_ago,
    });
    (guesses(), prop::collection::vec(contact, 0..6), prop::option::of(-5_000..=200_000_i64)).prop_map(
        |(evidence, contacts, engagement)| Candidate {
            key: 0,
            origin: CandidateOrigin::ActivePerson,
            evidence,
            contacts,
            engagement,
        },
    )
}

fn candidates() -> impl Strategy<Value = Vec<Candidate<u8>>> {
    prop::collection::vec(candidate(), 0..8).prop_map(|mut all| {
        (0..).zip(&mut all).for_each(|(key, candidate)| candidate.key = key);
        all
    })
}

/// 1 − Π(1 − trust·confidence), in floating point and the order given.
fn plain_support(evidence: &[Evidence], role: Role, trusts: &Trusts) -> f64 {
    let mut best: std::collections::BTreeMap<_, f64> = Default::default();
    for it in evidence.iter().filter(|it| it.role == role) {
        let weight = trusts.of(it.source).as_f64() * it.confidence.as_f64();
        let known = best.entry((it.source, &it.rule)).or_default();
        *known = known.max(weight);
    }
    1.0 - best.values().map(|weight| 1.0 - weight).product::<f64>()
}

proptest! {
    #[test]
    fn the_order_of_evidence_does_not_matter(
        evidence in guesses().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        trusts in trusts(),
    ) {
        prop_assert_eq!(detect(&evidence.0, &trusts), detect(&evidence.1, &trusts));
    }

    #[test]
    fn support_is_the_formula(evidence in guesses(), trusts in trusts()) {
        let found = detect(&evidence, &trusts);
        for role in &Role::ALL[..7] {
            let plain = plain_support(&evidence, *role, &trusts);
            prop_assert!((found.support_of(*role).as_f64() - plain).abs() < 3e-6, "{role}");
        }
        let sum: f64 = found.supports.iter().map(|(_, support)| support.as_f64()).sum();
        for (role, support) in &found.supports {
            let plain = support.as_f64() * support.as_f64() / sum;
            prop_assert!((found.confidence_in(*role).as_f64() - plain).abs() < 3e-6);
        }
    }

    #[test]
    fn confidence_is_never_above_the_support(evidence in guesses(), trusts in trusts()) {
        let found = detect(&evidence, &trusts);
        prop_assert!(found.supports.iter().all(|(role, support)| found.confidence_in(*role) <= *support));
        if found.role == Role::Unknown {
            prop_assert_eq!(found.confidence, Share::ZERO);
            prop_assert!(found.supports.first().is_none_or(|(role, _)| found.confidence_in(*role) < LEAST_CONFIDENCE));
        } else {
            prop_assert_eq!(Some(found.role), found.supports.first().map(|(role, _)| *role));
            prop_assert!(LEAST_CONFIDENCE <= found.confidence && found.confidence <= found.support_of(found.role));
        }
    }

    #[test]
    fn more_evidence_for_a_role_never_speaks_against_it(
        before in guesses(), more in evidence(GUESSES), trusts in trusts(),
    ) {
        let after: Vec<_> = before.iter().cloned().chain([more.clone()]).collect();
        let (before, after) = (detect(&before, &trusts), detect(&after, &trusts));
        prop_assert!(after.support_of(more.role) >= before.support_of(more.role));
        prop_assert!(after.confidence_in(more.role) >= before.confidence_in(more.role));
        for other in Role::ALL.into_iter().filter(|role| *role != more.role) {
            prop_assert_eq!(after.support_of(other), before.support_of(other));
            prop_assert!(after.confidence_in(other) <= before.confidence_in(other));
        }
        if before.role == more.role && before.role != Role::Unknown {
            prop_assert_eq!(after.role, before.role);
        }
    }

    #[test]
    fn surer_evidence_never_speaks_against_its_role(
        evidence in prop::collection::vec(evidence(GUESSES), 1..12), at in any::<Index>(), surer in share(), trusts in trusts(),
    ) {
        let mut raised = evidence.clone();
        let it = at.get(&evidence);
        raised[at.index(evidence.len())].confidence = it.confidence.max(surer);
        let (before, after) = (detect(&evidence, &trusts), detect(&raised, &trusts));
        prop_assert!(after.support_of(it.role) >= before.support_of(it.role));
        prop_assert!(after.confidence_in(it.role) >= before.confidence_in(it.role));
    }

    #[test]
    fn the_same_record_counts_once(evidence in guesses(), trusts in trusts()) {
        let twice: Vec<_> = evidence.iter().chain(&evidence).cloned().collect();
        prop_assert_eq!(detect(&twice, &trusts), detect(&evidence, &trusts));
    }

    #[test]
    fn a_confirmation_wins_for_good(
        mut evidence in guesses(), role in select(Role::ALL[..7].to_vec()), at in any::<Index>(), trusts in trusts(),
    ) {
        let confirmed = Confirmation::default().confirm(role).unwrap();
        evidence.insert(at.index(evidence.len() + 1), confirmed.evidence("audit-1").unwrap());
        let found = detect(&evidence, &trusts);
        prop_assert_eq!((found.role, found.confidence, found.confirmed), (role, Share::ONE, true));
        prop_assert_eq!(found.evidence[0].source, Source::Confirmed);
        prop_assert_eq!(found.confidence_in(role), Share::ONE);
    }

    #[test]
    fn completeness_is_bounded_and_its_readings_are_ordered(members in members(), template in template()) {
        let found = completeness(&members, &template);
        prop_assert!(found.by_confidence <= found.by_count);
        prop_assert_eq!(found.status, Status::of(found.by_count));
        prop_assert_eq!(found.roles.len(), template.needs().len());
        for fill in &found.roles {
            prop_assert!(fill.by_confidence <= fill.by_count);
            prop_assert_eq!(fill.is_filled(), !found.missing.contains(&fill.role));
            prop_assert_eq!(fill.is_filled(), fill.members as i64 >= fill.minimum);
            prop_assert_eq!(fill.engaged, fill.best_engagement.is_some_and(|best| best >= ENGAGED_AT));
        }
        let all = found.missing.iter().all(|role| template.needs().iter().any(|it| it.role == *role && it.weight == 0));
        prop_assert_eq!(found.by_count == Share::ONE, all);
        let required = || found.roles.iter().filter(|fill| fill.required);
        prop_assert_eq!(found.required == Share::ONE, required().all(RoleFill::is_filled));
    }

    #[test]
    fn completeness_is_the_formula(members in members(), template in template()) {
        let found = completeness(&members, &template);
        let sum = |count: &dyn Fn(&GroupMember) -> f64| -> f64 {
            let of = |need: &RoleNeed| members.iter().filter(|it| it.role == need.role).map(count).sum::<f64>();
            template.needs().iter().map(|need| need.weight as f64 * (of(need) / need.minimum as f64).min(1.0)).sum()
        };
        let whole: f64 = template.needs().iter().map(|need| need.weight as f64).sum();
        prop_assert!((found.by_count.as_f64() - sum(&|_| 1.0) / whole).abs() < 3e-6);
        prop_assert!((found.by_confidence.as_f64() - sum(&|it| it.confidence.as_f64()) / whole).abs() < 3e-6);
    }

    #[test]
    fn another_member_never_takes_from_a_group(members in members(), more in member(), template in template()) {
        let after: Vec<_> = members.iter().copied().chain([more]).collect();
        let (before, after) = (completeness(&members, &template), completeness(&after, &template));
        prop_assert!(after.by_count >= before.by_count && after.by_confidence >= before.by_confidence);
        prop_assert!(after.required >= before.required && after.status >= before.status);
        prop_assert!(after.missing.iter().all(|role| before.missing.contains(role)));
    }

    #[test]
    fn the_order_of_members_does_not_matter(
        members in members().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())), template in template(),
    ) {
        prop_assert_eq!(completeness(&members.0, &template), completeness(&members.1, &template));
        prop_assert_eq!(group_engagement(&members.0, &template), group_engagement(&members.1, &template));
    }

    #[test]
    fn a_group_is_as_engaged_as_its_best_members_are(members in members(), template in template()) {
        let asked = |it: &&GroupMember| template.needs().iter().any(|need| need.role == it.role && need.weight > 0);
        let known = || members.iter().filter(asked).filter_map(|it| it.engagement);
        match group_engagement(&members, &template) {
            None => prop_assert_eq!(known().count(), 0),
            Some(points) => {
                prop_assert!(known().min().unwrap() <= points && points <= known().max().unwrap());
                let keener: Vec<_> = members.iter().map(|it| GroupMember { engagement: it.engagement.map(|it| it + 7), ..*it }).collect();
                prop_assert_eq!(group_engagement(&keener, &template), Some(points + 7));
            }
        }
    }

    #[test]
    fn heat_is_a_matter_of_rank(
        earned in prop::collection::vec(prop::collection::vec((0..20_u32, 0..50_000_i64), 0..10), 0..6), factor in 1..9_i64,
    ) {
        let last = Week::of_day(20_000);
        let members = |factor: i64| -> Vec<Vec<(Week, i64)>> {
            let of = |row: &Vec<(u32, i64)>| row.iter().map(|(back, points)| (last.back(*back), points * factor)).collect();
            earned.iter().map(of).collect()
        };
        let map = heat_map(&members(1), last, HEAT_WEEKS);
        let cells: Vec<HeatCell> = map.rows.iter().flatten().copied().collect();
        for cell in &cells {
            prop_assert!(cell.intensity <= 4 && (cell.intensity == 0) == (cell.points == 0));
            prop_assert!(cells.iter().all(|it| it.points < cell.points || it.intensity >= cell.intensity));
        }
        let inside: i64 = earned.iter().flatten().filter(|(back, _)| *back < HEAT_WEEKS).map(|(_, points)| points).sum();
        prop_assert_eq!(cells.iter().map(|it| it.points).sum::<i64>(), inside);
        let scaled = heat_map(&members(factor), last, HEAT_WEEKS);
        let heat = |map: &HeatMap| map.rows.iter().flatten().map(|it| it.intensity).collect::<Vec<_>>();
        prop_assert_eq!(heat(&scaled), heat(&map));
    }

    #[test]
    fn the_reasons_of_a_candidate_add_up_to_the_rank(
        candidates in candidates().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        members in members(), template in template(), trusts in trusts(),
    ) {
        let missing = completeness(&members, &template);
        let found = discover(candidates.0, &template, &missing, &trusts);
        prop_assert_eq!(&found, &discover(candidates.1, &template, &missing, &trusts), "in whatever order they come");
        prop_assert!(found.is_sorted_by(|a, b| (b.rank, a.key) < (a.rank, b.key)));
        prop_assert!(found.is_empty() || !missing.missing.is_empty());
        for it in &found {
            let parts: u32 = it.reasons.iter().map(|reason| reason.part.millionths()).sum();
            prop_assert_eq!(parts, it.rank.millionths());
            prop_assert!(it.role == Role::Unknown || missing.missing.contains(&it.role));
            prop_assert_eq!(it.confidence, it.detection.confidence_in(it.role));
            prop_assert!(missing.missing.iter().all(|role| it.detection.confidence_in(*role) <= it.confidence));
        }
    }

    #[test]
    fn more_contact_or_engagement_never_lowers_a_rank(
        candidate in candidate(), days_ago in 0..500_u32, points in 0..100_000_i64,
    ) {
        let template = Template::default();
        let missing = completeness(&[], &template);
        let rank = |it: Candidate<u8>| discover(vec![it], &template, &missing, &Trusts::default())[0].rank;
        let mut met = candidate.clone();
        met.contacts.push(Contact { kind: ContactKind::Thread, days_ago });
        let mut keener = candidate.clone();
        keener.engagement = Some(candidate.engagement.unwrap_or_default().saturating_add(points));
        let before = rank(candidate);
        prop_assert!(rank(met) >= before && rank(keener) >= before);
    }

    #[test]
    fn any_text_can_be_read_as_a_title(title in "\\PC{0,60}", noise in prop::collection::vec(any::<char>(), 0..40)) {
        let noise: String = noise.into_iter().collect();
        for text in [&title, &noise, &format!("{noise} CEO {title}"), &"VP ".repeat(300)] {
            let reading = read_title(text);
            prop_assert!(reading.evidence.iter().all(|it| it.source == Source::TitleParse));
        }
    }

    #[test]
    fn a_correction_rises_and_survives_being_kept(
        outcomes in prop::collection::vec((share(), any::<bool>()), 0..400), at in share(), other in share(),
    ) {
        let outcome = |(stated, right)| Outcome { source: None, stated, right };
        let few = outcomes.len() < LEAST_CONFIRMATIONS;
        let correction = Calibration::fit(&outcomes.into_iter().map(outcome).collect::<Vec<_>>());
        if few {
            prop_assert_eq!(correction.apply(at), at, "too few to learn from");
        }
        prop_assert!(correction.apply(at.min(other)) <= correction.apply(at.max(other)));
        prop_assert_eq!(correction.apply(Share::ONE), Share::ONE);
        prop_assert_eq!(correction.apply(Share::ZERO), Share::ZERO);
        prop_assert_eq!(Calibration::from_knots(correction.knots().to_vec()), Ok(correction));
    }
}

#[test]
fn ties_go_to_the_more_trusted_source_and_then_by_the_order_of_roles() {
    let half = Share::from_thousandths(500);
    let trusts = Trusts { sf_contact_role: half, title_parse: Share::ONE, ..Trusts::default() };
    let said =
        |source, role, confidence| Evidence::new(source, role, Share::from_thousandths(confidence), "x");
    let trusted =
        [said(Source::SfContactRole, Role::Champion, 800), said(Source::TitleParse, Role::Blocker, 400)];
    assert_eq!(detect(&trusted, &trusts).supports[0].0, Role::Blocker);
    let alike =
        [said(Source::TitleParse, Role::Coach, 900), said(Source::TitleParse, Role::EconomicBuyer, 900)];
    assert_eq!(detect(&alike, &trusts).role, Role::EconomicBuyer);
}

#[test]
fn below_thirty_percent_a_role_is_not_named() {
    let title = |thousandths| {
        let confidence = Share::from_thousandths(thousandths);
        detect(&[Evidence::new(Source::TitleParse, Role::Coach, confidence, "x")], &Trusts::default()).role
    };
    assert_eq!((title(500), title(499)), (Role::Coach, Role::Unknown));
}

#[test]
fn two_sources_that_agree_are_surer_than_either() {
    let contact_role =
        RoleMap::contact_roles().evidence(Source::SfContactRole, "Economic Buyer", "ocr-1").unwrap();
    let mut evidence = read_title("CFO").evidence;
    let alone = detect(&evidence, &Trusts::default());
    evidence.push(contact_role);
    let both = detect(&evidence, &Trusts::default());
    // 1 − (1 − 0.9·0.95)·(1 − 0.6·0.95)
    assert_eq!(
        (alone.confidence, both.confidence),
        (Share::from_thousandths(570), Share::from_millionths(937_650))
    );
    assert_eq!(both.evidence[0].rule, "ocr-1", "the weightiest first");
}

#[test]
fn nothing_is_discovered_when_nothing_is_missing() {
    let template =
        Template::new([RoleNeed { role: Role::Coach, weight: 1, required: true, minimum: 1 }]).unwrap();
    let coach = GroupMember { role: Role::Coach, confidence: Share::ONE, engagement: None };
    let candidate = Candidate {
        key: 1,
        origin: CandidateOrigin::DiscoveredEmail,
        evidence: vec![],
        contacts: vec![],
        engagement: Some(90_000),
    };
    let found = |members: &[GroupMember]| {
        let missing = completeness(members, &template);
        discover(vec![candidate.clone()], &template, &missing, &Trusts::default())
    };
    assert_eq!(found(&[coach]), []);
    let ranked = &found(&[])[0];
    assert_eq!((ranked.role, ranked.rank), (Role::Unknown, Share::from_thousandths(180)));
    assert_eq!(ranked.reasons[0].kind, ReasonKind::Engagement { points: 90_000 });
}

#[test]
fn a_stated_order_of_shares_decides_the_status() {
    let table = [
        (0, "forming"),
        (339_999, "forming"),
        (340_000, "developing"),
        (669_999, "developing"),
        (670_000, "established"),
        (999_999, "established"),
        (1_000_000, "complete"),
    ];
    for (millionths, status) in table {
        assert_eq!(Status::of(Share::from_millionths(millionths)).as_str(), status);
    }
}
