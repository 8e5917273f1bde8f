//! The file that the demo imports follows from its source, and imports.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

mod common;

use std::{env, fs, path::Path};

use ad_metrics::{Counts, Hints};
use chrono::{Days, NaiveDate};

/// Column in the source, channel, group, campaign.
const MEDIA: [(&str, &str, &str, &str); 5] = [
    ("search_S", "Google Ads", "Search", "Search"),
    ("facebook_S", "Meta Ads", "Facebook", "Facebook"),
    ("tv_S", "The Trade Desk", "Offline", "TV"),
    ("ooh_S", "The Trade Desk", "Offline", "Out of home"),
    ("print_S", "The Trade Desk", "Offline", "Print"),
];

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

/// A decimal number in hundredths, halves up.
fn hundredths(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: Vec<i64> =
        fraction.bytes().chain(*b"000").take(3).map(|digit| i64::from(digit - b'0')).collect();
    whole.parse::<i64>().unwrap() * 100 + digits[0] * 10 + digits[1] + i64::from(digits[2] >= 5)
}

fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

/// Largest remainder, the first of equals.
fn share_out(total: i64, weights: &[i64; 5]) -> [i64; 5] {
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    let scaled = weights.map(|weight| i128::from(total) * i128::from(weight));
    let mut shares = scaled.map(|value| (value / sum) as i64);
    let mut order = [0, 1, 2, 3, 4];
    order.sort_by_key(|at| std::cmp::Reverse(scaled[*at] % sum));
    let left = total - shares.iter().sum::<i64>();
    order[..left as usize].iter().for_each(|at| shares[*at] += 1);
    shares
}

fn derive() -> String {
    let mut reader = csv::Reader::from_path(data("robyn_weekly.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut derived = "client,channel,group,campaign,week,spend,sales\n".to_owned();
    for (year, block) in rows.chunks(52).enumerate() {
        let mut carried = [0i64; 5];
        for row in block {
            let spends = MEDIA.map(|(name, ..)| hundredths(&row[column(name)]));
            carried = std::array::from_fn(|at| spends[at] + carried[at] / 2);
            let sales = share_out(hundredths(&row[column("revenue")]), &carried);
            let date: NaiveDate = row[column("DATE")].parse().unwrap();
            let week = date + Days::new(7 * 52 * (3 - year as u64));
            for (at, (_, channel, group, campaign)) in
                MEDIA.iter().enumerate().filter(|(at, _)| sales[*at] + spends[*at] > 0)
            {
                let (spend, sales) = (decimal(spends[at]), decimal(sales[at]));
                derived +=
                    &format!("Year {},{channel},{group},{campaign},{week},{spend},{sales}\n", year + 1);
            }
        }
    }
    derived
}

#[test]
fn the_file_of_the_demo_follows_from_its_source() {
    let derived = derive();
    if env::var_os("UPDATE_DEMO_DATA").is_some() {
        fs::write(data("weekly_ad_spend.csv"), &derived).unwrap();
    }
    let shipped = fs::read_to_string(data("weekly_ad_spend.csv")).unwrap();
    assert!(derived == shipped, "UPDATE_DEMO_DATA=1 writes it anew");
}

#[test]
fn the_file_of_the_demo_imports_without_a_hint() {
    let shipped = fs::read_to_string(data("weekly_ad_spend.csv")).unwrap();
    // one campaign id for each path, as a database would have it
    let sheet = common::read(shipped.as_bytes(), &Hints::default(), 4096).unwrap();
    let known = |at: usize| ad_metrics::Resolution::Known { campaign: at as u128, currency: common::euro() };
    let resolutions = (0..sheet.paths().len()).map(known).collect();
    let (_, plan) = common::plan_resolved(sheet, resolutions, &[common::euro()], &common::Known::new());
    let rows = shipped.lines().count() as u32 - 1;
    assert_eq!(plan.counts, Counts { insert: rows, ..Counts::default() });
}
