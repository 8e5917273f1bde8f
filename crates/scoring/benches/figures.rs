//! The three figures of this crate, each beside a plain floating-point way of doing the same:
//!
//! - 10 million activities of 500,000 people, clustered by person, into scores: below 0.2 s on two threads
//! - one person updated by one activity: below 100 ns
//! - an account of 50 people from their states: below 2 µs
//!
//! And what a scoring run does for each account, its history of tiers and its next transition with it.
//!
//! `cargo bench -p scoring`. The data is made from a fixed seed and lies in memory before the clock starts.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use scoring::{
    Activity, Channel, Clock, DAY, EngagementConfig, EngagementState, EntityFold, Factor, PersonFold, Points,
    PreparedConfig, PreparedEngagement, roll_up_states,
};
use std::hint::black_box;
use std::time::Duration;

const NOW: i64 = 1_741_953_600_000_000;
const PEOPLE: usize = 500_000;
const ACTIVITIES: usize = 10_000_000;
const THREADS: usize = 2;

/// Activities clustered by person; `ends[i]` is where person i's end.
struct Log {
    activities: Vec<Activity>,
    ends: Vec<u32>,
}

/// SplitMix64: a fixed sequence, no crate needed.
struct Seed(u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(limit)) >> 64) as u64
    }
}

fn activity(config: &PreparedEngagement, seed: &mut Seed) -> Activity {
    let names = config.config().types.len() as u64;
    let name = config.config().types.keys().nth(seed.below(names) as usize).expect("below the length");
    let occurred_at = NOW - seed.below(540 * DAY as u64) as i64;
    Activity { kind: config.type_index(name), occurred_at, recorded_at: occurred_at + 1_000_000 }
}

fn log(config: &PreparedEngagement) -> Log {
    let mut seed = Seed(1);
    let activities = (0..ACTIVITIES).map(|_| activity(config, &mut seed)).collect();
    let mut ends: Vec<u32> = (1..PEOPLE).map(|_| seed.below(ACTIVITIES as u64) as u32).collect();
    ends.push(ACTIVITIES as u32);
    ends.sort_unstable();
    Log { activities, ends }
}

/// Scores everybody with `score`, on two threads, each its half of the people.
fn everybody(log: &Log, score: impl Fn(&[Activity]) -> i64 + Sync) -> i64 {
    let share = PEOPLE.div_ceil(THREADS);
    std::thread::scope(|scope| {
        let score = &score;
        let workers: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let people = thread * share..((thread + 1) * share).min(PEOPLE);
                    let mut start = if people.start == 0 { 0 } else { log.ends[people.start - 1] };
                    let mut sum = 0;
                    for end in &log.ends[people] {
                        sum += score(&log.activities[start as usize..*end as usize]);
                        start = *end;
                    }
                    sum
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("no worker panics")).sum()
    })
}

/// The obvious floating-point loop over the same data.
struct Plain {
    worths: Vec<(f64, usize)>,
    caps: [f64; 8],
    per_half_life: f64,
    kinds: Vec<scoring::TypeIndex>,
}

impl Plain {
    fn new(config: &PreparedEngagement) -> Plain {
        let worth = |rule: &scoring::TypeRule| {
            let worth = rule.weight.thousandths() as f64 * rule.quality.thousandths() as f64 / 1e6;
            (worth, rule.channel.index())
        };
        Plain {
            worths: config.config().types.values().map(worth).collect(),
            caps: Channel::ALL.map(|c| config.config().caps.of(c).thousandths() as f64 / 1000.0),
            per_half_life: 1.0 / config.half_life_micros() as f64,
            kinds: config.config().types.keys().map(|name| config.type_index(name)).collect(),
        }
    }

    /// Configured types are numbered in order, so the position is a difference.
    fn position(&self, activity: &Activity) -> usize {
        self.kinds.binary_search(&activity.kind).expect("only configured types here")
    }

    fn score(&self, activities: &[Activity], positions: &[u8]) -> i64 {
        let mut sums = [0.0; 8];
        for (activity, position) in activities.iter().zip(positions) {
            if activity.occurred_at <= NOW && activity.recorded_at <= NOW + DAY {
                let (worth, channel) = self.worths[usize::from(*position)];
                sums[channel] += worth * ((activity.occurred_at - NOW) as f64 * self.per_half_life).exp2();
            }
        }
        self.capped(&sums)
    }

    fn capped(&self, sums: &[f64; 8]) -> i64 {
        let total: f64 = sums.iter().zip(&self.caps).map(|(sum, cap)| sum.min(*cap)).sum();
        (total.min(100.0) * 1000.0).round() as i64
    }
}

fn clock() -> Clock {
    Clock { as_of: NOW, known_at: NOW + DAY }
}

fn integer_score(config: &PreparedEngagement, activities: &[Activity]) -> i64 {
    let mut fold = PersonFold::new(config, clock());
    for activity in activities {
        let _ = fold.push(*activity);
    }
    fold.score().thousandths()
}

fn fold_everybody(c: &mut Criterion) {
    let config = PreparedEngagement::new(&EngagementConfig::default()).expect("the defaults are sound");
    let (log, plain) = (log(&config), Plain::new(&config));
    let positions: Vec<u8> = log.activities.iter().map(|a| plain.position(a) as u8).collect();
    let base = log.activities.as_ptr() as usize;
    let plain_score = |activities: &[Activity]| {
        let start = (activities.as_ptr() as usize - base) / size_of::<Activity>();
        plain.score(activities, &positions[start..start + activities.len()])
    };
    let (ours, theirs) =
        (everybody(&log, |activities| integer_score(&config, activities)), everybody(&log, plain_score));
    assert!((ours - theirs).abs() <= PEOPLE as i64 / 100, "both ways agree: {ours} and {theirs}");

    let mut group = c.benchmark_group("10M activities of 500k people, two threads (to reach: 200 ms)");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(4))
        .throughput(Throughput::Elements(ACTIVITIES as u64));
    group.bench_function("integers", |b| b.iter(|| everybody(&log, |a| integer_score(&config, a))));
    group.bench_function("baseline: plain f64 loop", |b| b.iter(|| everybody(&log, plain_score)));
    group.finish();
}

fn update_one(c: &mut Criterion) {
    let config = PreparedEngagement::new(&EngagementConfig::default()).expect("the defaults are sound");
    let plain = Plain::new(&config);
    let mut seed = Seed(2);
    let history: Vec<Activity> = (0..200).map(|_| activity(&config, &mut seed)).collect();
    let mut fold = PersonFold::new(&config, clock());
    history.iter().for_each(|activity| {
        let _ = fold.push(*activity);
    });
    let (state, news) = (*fold.state(), activity(&config, &mut seed));
    let positions: Vec<u8> = history.iter().map(|a| plain.position(a) as u8).collect();

    let mut group = c.benchmark_group("one person, one more activity, new score (to reach: 100 ns)");
    group.bench_function("integers", |b| {
        b.iter(|| {
            let mut state = black_box(state);
            let counted = state.add(&config, black_box(news), clock());
            (counted, state.score_at(&config, NOW))
        });
    });
    group.bench_function("baseline: plain f64 loop over the 200 before", |b| {
        b.iter(|| plain.score(black_box(&history), &positions));
    });
    group.finish();
}

fn score_account(c: &mut Criterion) {
    let config = PreparedEngagement::new(&EngagementConfig::default()).expect("the defaults are sound");
    let plain = Plain::new(&config);
    let mut seed = Seed(3);
    let person = |seed: &mut Seed| {
        let mut fold = PersonFold::new(&config, clock());
        for _ in 0..40 {
            let _ = fold.push(activity(&config, seed));
        }
        *fold.state()
    };
    let states: Vec<EngagementState> = (0..50).map(|_| person(&mut seed)).collect();
    let scale = (-40f64).exp2();
    let floats: Vec<[f64; 8]> =
        states.iter().map(|state| state.sums().map(|sum| sum as f64 * scale)).collect();
    let faded = ((states[0].landmark() - NOW) as f64 * plain.per_half_life).exp2();

    let mut group = c.benchmark_group("an account of 50 people from their states (to reach: 2 µs)");
    group.bench_function("integers", |b| {
        b.iter(|| {
            let people = black_box(&states).iter().map(|state| (state, Factor::ONE));
            roll_up_states(&config, config.account(), people, NOW)
        });
    });
    group.bench_function("baseline: f64 sums", |b| {
        b.iter_batched(
            || (),
            |()| {
                let scores = black_box(&floats).iter().map(|sums| plain.capped(&sums.map(|sum| sum * faded)));
                let (mut top, mut sum) = (0, 0);
                for score in scores {
                    top = top.max(score);
                    sum += score;
                }
                Points::from_thousandths((6 * top * 49 + 4 * (sum - top)) / 490)
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn walk_account(c: &mut Criterion) {
    let (fit, engagement, combined) = Default::default();
    let config = PreparedConfig::new(&fit, &engagement, &combined).expect("the defaults are sound");
    let mut seed = Seed(4);
    let mut log: Vec<(usize, Activity)> =
        (0..1500).map(|index| (index % 10, activity(&config.engagement, &mut seed))).collect();
    log.sort_by_key(|(_, activity)| activity.occurred_at);

    let mut group = c.benchmark_group("an account of 10 people and 1,500 activities");
    group.throughput(Throughput::Elements(log.len() as u64));
    group.bench_function("with its history and next transition", |b| {
        b.iter(|| {
            let mut account = EntityFold::account(&config, clock());
            (0..10).for_each(|_| {
                account.add_person(Factor::ONE);
            });
            account.set_fit(NOW - 540 * DAY, Some(Points::whole(70)));
            for (person, activity) in &log {
                let _ = account.push(*person, *activity);
            }
            account.finish()
        });
    });
    group.bench_function("baseline: the score alone", |b| {
        b.iter(|| {
            let mut folds = [PersonFold::new(&config.engagement, clock()); 10];
            for (person, activity) in &log {
                let _ = folds[*person].push(*activity);
            }
            let people = folds.iter().map(|fold| (fold.state(), Factor::ONE));
            roll_up_states(&config.engagement, config.engagement.account(), people, NOW)
        });
    });
    group.finish();
}

criterion_group!(figures, fold_everybody, update_one, score_account, walk_account);
criterion_main!(figures);
