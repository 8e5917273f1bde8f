//! The two figures of this crate, each beside a plain way of doing part of the same:
//!
//! - a summary of 26 weeks and the 26 before them of 500 campaigns, both clocks: its share of 15 ms is small
//! - a file of a million rows, planned: below 10 s, and below 200 MB of memory
//!
//! `cargo bench -p ad-metrics`. The data is made from a fixed seed.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write;
use std::hint::black_box;
use std::time::Duration;

use ad_metrics::{
    Amounts, Cell, Currency, Hints, Limits, NodeId, Period, Plan, Ratio, Reading, Resolution, Survey, Tree,
    Week, summarize,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const ROWS: usize = 1_000_000;
const CAMPAIGNS: usize = 5_000;

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
}

fn euro() -> Currency {
    Currency::try_from("EUR").expect("three capital letters")
}

fn first_week() -> Week {
    Week::containing("2022-01-03".parse().expect("a date")).expect("in range")
}

fn roll_up(c: &mut Criterion) {
    let mut tree = Tree::new();
    let mut campaigns = Vec::new();
    for _ in 0..10 {
        let client = tree.client(euro());
        for _ in 0..5 {
            let channel = tree.channel(client);
            for _ in 0..2 {
                let group = tree.group(channel, Some(500_000));
                campaigns.extend((0..5).map(|_| tree.campaign(group, Some(Ratio::ONE))));
            }
        }
    }
    assert_eq!(campaigns.len(), 500);
    let mut seed = Seed(1);
    let mut cells = Vec::new();
    for campaign in &campaigns {
        for weeks in 0..52 {
            let now =
                Some(Amounts { ad_spend: seed.below(1_000_000) as i64, sales: seed.below(5_000_000) as i64 });
            cells.push(Cell {
                node: *campaign,
                week: first_week().plus(weeks).expect("in range"),
                now,
                then: now,
            });
        }
    }
    let period =
        Period::between(first_week().plus(26).expect("in range"), first_week().plus(51).expect("in range"));
    let period = period.expect("26 weeks");

    let mut group = c.benchmark_group("summary of 26 weeks x 500 campaigns");
    group.measurement_time(Duration::from_secs(3)).throughput(Throughput::Elements(cells.len() as u64));
    group.bench_function("that foots, with shares, targets and both clocks", |b| {
        b.iter(|| summarize(&tree, period, black_box(&cells).iter().copied()).expect("small sums"));
    });
    group.bench_function("baseline: plain sums of the period in a hash map", |b| {
        b.iter(|| plain_sums(&tree, period, &cells))
    });
    group.finish();
}

/// Each cell added at each level, as somebody would write it first.
fn plain_sums(tree: &Tree, period: Period, cells: &[Cell]) -> HashMap<NodeId, (i64, i64)> {
    let mut sums: HashMap<NodeId, (i64, i64)> = HashMap::new();
    for cell in cells.iter().filter(|cell| period.index_of(cell.week).is_some()) {
        let Some(now) = cell.now else { continue };
        let mut at = Some(cell.node);
        while let Some(node) = at {
            let sum = sums.entry(node).or_default();
            *sum = (sum.0 + now.ad_spend, sum.1 + now.sales);
            at = tree.node(node).parent;
        }
    }
    sums
}

/// A file of a million rows in pieces, made as they are asked for, so that the file itself takes no memory.
fn pieces(mut each: impl FnMut(&[u8])) {
    let mut seed = Seed(2);
    let mut piece = String::from("client,channel,campaign group,campaign,week start,cost,revenue\r\n");
    for row in 0..ROWS {
        let (campaign, weeks) = (row % CAMPAIGNS, (row / CAMPAIGNS) as i32);
        let week = first_week().plus(weeks).expect("in range");
        let (spend, sales) = (seed.below(1_000_000), seed.below(5_000_000));
        let _ = write!(
            piece,
            "Client {},\"Channel {}\",Group {},Campaign {campaign},{week},{}.{:02},{}.{:02}\r\n",
            campaign / 100,
            campaign / 20 % 5,
            campaign / 5,
            spend / 100,
            spend % 100,
            sales / 100,
            sales % 100
        );
        if piece.len() > 60_000 {
            each(piece.as_bytes());
            piece.clear();
        }
    }
    each(piece.as_bytes());
}

/// Both passes and all lookups. Every other week is there already, a third of those with other figures.
fn plan(file: impl Fn(&mut dyn FnMut(&[u8]))) -> Plan {
    let (hints, limits) = (Hints::default(), Limits::default());
    let mut survey = Survey::new(hints.clone(), limits);
    file(&mut |piece| survey.push(piece).expect("a good file"));
    let layout = survey.finish().expect("a good file");
    let mut reading = Reading::new(&layout, &hints, limits);
    file(&mut |piece| reading.push(piece).expect("a good file"));
    let sheet = reading.finish().expect("a good file");
    let known = |path: usize| Resolution::Known { campaign: path as u128, currency: euro() };
    let resolutions = (0..sheet.paths().len()).map(known).collect();
    let planner = sheet.resolve(resolutions, &[euro()]);
    let existing = |keys: &[ad_metrics::Key]| {
        let there = |key: &ad_metrics::Key| {
            key.path.is_multiple_of(2).then_some(Amounts { ad_spend: i64::from(key.path), sales: 0 })
        };
        Ok::<_, Infallible>(keys.iter().map(there).collect())
    };
    let Ok(plan) = planner.run(existing, |row| _ = black_box(row));
    plan
}

/// The most memory this process had at once since it was last forgotten, in bytes; `None` where nobody counts it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

fn plan_a_million(c: &mut Criterion) {
    let forgotten = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let planned = plan(|each| pieces(each));
    assert_eq!(planned.counts.insert + planned.counts.change, ROWS as u32);
    if let Some(peak) = peak().filter(|_| forgotten) {
        println!(
            "a file of {ROWS} rows, planned with at most {} MB in memory (to stay below: 200 MB)",
            peak >> 20
        );
        assert!(peak < 200 << 20, "the plan's memory is bounded");
    }

    let mut file = Vec::new();
    pieces(|piece| file.extend_from_slice(piece));
    let mut group = c.benchmark_group("a file of 1M rows, planned (to reach: 10 s)");
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(15));
    group.throughput(Throughput::Bytes(file.len() as u64));
    group.bench_function("surveyed, read, resolved, answered, hashed", |b| {
        b.iter(|| plan(|each| file.chunks(64 * 1024).for_each(each)));
    });
    group.bench_function("baseline: read once with the csv crate, amounts into floats", |b| {
        b.iter(|| plain_read(&file))
    });
    group.finish();
}

fn plain_read(file: &[u8]) -> f64 {
    let mut reader = csv::Reader::from_reader(file);
    let mut record = csv::StringRecord::new();
    let mut sum = 0.0;
    while reader.read_record(&mut record).expect("a good file") {
        sum += record[5].parse::<f64>().expect("a number") + record[6].parse::<f64>().expect("a number");
    }
    sum
}

criterion_group!(figures, plan_a_million, roll_up);
criterion_main!(figures);
