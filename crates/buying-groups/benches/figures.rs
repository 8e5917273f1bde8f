//! The figures of this crate, each beside a plain way of doing something alike in the same run:
//!
//! - 100,000 people with four pieces of evidence each into roles: below 1 s on one core
//! - a job title: below 10 µs
//! - an account regrouped, 12 members and 40 candidates with their contacts: below 1 ms
//!
//! `cargo bench -p buying-groups`. The data is made from a fixed seed and lies in memory before the clock starts.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use buying_groups::*;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const PEOPLE: usize = 100_000;

/// SplitMix64: a fixed sequence, no crate needed.
struct Seed(u64);

impl Seed {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * u128::from(limit)) >> 64) as u64
    }

    fn person(&mut self) -> Vec<Evidence> {
        let mut piece = |source| {
            let role = Role::ALL[self.below(7) as usize];
            let confidence = Share::from_thousandths(300 + self.below(700) as u32);
            Evidence::new(source, role, confidence, format!("record-{}", self.below(1_000)))
        };
        Source::ALL[1..].iter().map(|source| piece(*source)).collect()
    }
}

/// The formula as one would write it down: floating numbers, no order, no reasons kept.
fn plain(evidence: &[Evidence], trusts: &Trusts) -> (Role, f64) {
    let mut doubts: BTreeMap<Role, f64> = BTreeMap::new();
    for it in evidence {
        *doubts.entry(it.role).or_insert(1.0) *= 1.0 - trusts.of(it.source).as_f64() * it.confidence.as_f64();
    }
    let sum: f64 = doubts.values().map(|doubt| 1.0 - doubt).sum();
    let best = doubts.iter().map(|(role, doubt)| (*role, 1.0 - doubt)).max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or((Role::Unknown, 0.0), |(role, support)| (role, support * support / sum))
}

fn detect_everybody(c: &mut Criterion) {
    let mut seed = Seed(1);
    let people: Vec<Vec<Evidence>> = (0..PEOPLE).map(|_| seed.person()).collect();
    let trusts = Trusts::default();
    let ours: f64 = people.iter().map(|it| detect(it, &trusts).supports.len() as f64).sum();
    assert!(ours > PEOPLE as f64, "everybody has some support");

    let mut group = c.benchmark_group("100k people with four pieces of evidence, one core (to reach: 1 s)");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(3))
        .throughput(Throughput::Elements(PEOPLE as u64));
    group.bench_function("with evidence kept", |b| {
        b.iter(|| people.iter().filter(|it| detect(it, &trusts).role == Role::Champion).count());
    });
    group.bench_function("baseline: plain f64, nothing kept", |b| {
        b.iter(|| people.iter().filter(|it| plain(it, &trusts).0 == Role::Champion).count());
    });
    group.finish();
}

const TITLES: [&str; 8] = [
    "VP of Customer Success",
    "Executive Assistant to the CFO",
    "Senior Software Engineer",
    "Geschäftsführer",
    "Directeur·rice des achats",
    "Head of IT Procurement",
    "Supervisor, Kosher Dietary Service",
    "Sr. Director, Revenue Operations",
];

fn read_titles(c: &mut Criterion) {
    let mut group = c.benchmark_group("eight titles (to reach: 80 µs)");
    group.throughput(Throughput::Elements(TITLES.len() as u64));
    group.bench_function("read", |b| b.iter(|| black_box(TITLES).map(read_title)));
    group.bench_function("baseline: lower-cased and looked at for 100 words", |b| {
        let words: Vec<String> = (0..100).map(|n| format!("chief{n}")).collect();
        b.iter(|| {
            black_box(TITLES).map(|title| {
                let lower = title.to_lowercase();
                words.iter().filter(|word| lower.contains(word.as_str())).count()
            })
        });
    });
    group.finish();
}

fn regroup_account(c: &mut Criterion) {
    let mut seed = Seed(3);
    let (trusts, template) = (Trusts::default(), Template::default());
    let people: Vec<Vec<Evidence>> = (0..12).map(|_| seed.person()).collect();
    let candidate = |key: u64, seed: &mut Seed| Candidate {
        key,
        origin: CandidateOrigin::AccountDomain,
        evidence: seed.person(),
        contacts: (0..8)
            .map(|_| Contact { kind: ContactKind::Meeting, days_ago: seed.below(200) as u32 })
            .collect(),
        engagement: Some(seed.below(100_000) as i64),
    };
    let candidates: Vec<Candidate<u64>> = (0..40).map(|key| candidate(key, &mut seed)).collect();
    let last = Week::of_day(20_000);
    let earned = |seed: &mut Seed| {
        (0..60).map(|_| (last.back(seed.below(14) as u32), seed.below(40_000) as i64)).collect()
    };
    let earned: Vec<Vec<(Week, i64)>> = (0..12).map(|_| earned(&mut seed)).collect();

    let mut group = c.benchmark_group("an account of 12 members and 40 candidates (to reach: 1 ms)");
    group.bench_function("regrouped", |b| {
        b.iter(|| {
            let member = |evidence: &Vec<Evidence>| {
                let found = detect(evidence, &trusts);
                GroupMember { role: found.role, confidence: found.confidence, engagement: Some(30_000) }
            };
            let members: Vec<GroupMember> = people.iter().map(member).collect();
            let filled = completeness(&members[..3], &template);
            let found = discover(candidates.clone(), &template, &filled, &trusts);
            let heat = heat_map(&earned, last, HEAT_WEEKS);
            (group_engagement(&members, &template), filled, found, heat)
        });
    });
    group.bench_function("baseline: the 52 people's roles alone, in f64", |b| {
        b.iter(|| {
            let everybody = people.iter().chain(candidates.iter().map(|it| &it.evidence));
            everybody.map(|evidence| plain(evidence, &trusts).1).sum::<f64>()
        });
    });
    group.finish();
}

criterion_group!(figures, detect_everybody, read_titles, regroup_account);
criterion_main!(figures);
