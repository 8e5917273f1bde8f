//! Rows against what is there: insert, change, same or reject, and a hash over the answers.

use std::collections::HashMap;
use std::fmt;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use crate::import::hints::RowsPer;
use crate::import::path::CampaignPath;
use crate::import::reading::{Rejected, Resolution, Row, Sheet, of_number};
use crate::import::refused::RowReason;
use crate::import::{Column, number::Decimal};
use crate::money::{AmountRefused, Amounts, Currency, Measure};
use crate::week::Week;

/// A week of a campaign whose present figures the planner asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which of the sheet's paths.
    pub path: u32,
    /// The campaign's id; `None` for a new one, which has no figures yet.
    pub campaign: Option<u128>,
    /// Which week.
    pub week: Week,
}

/// What applying the plan does to one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The week has no figures yet.
    Insert {
        /// Which week, of which path.
        key: Key,
        /// What is written.
        after: Amounts,
    },
    /// The week has other figures, which stay in its history.
    Change {
        /// Which week, of which path.
        key: Key,
        /// What is there.
        before: Amounts,
        /// What is written.
        after: Amounts,
    },
    /// The week has these figures already; nothing is written.
    Same {
        /// Which week, of which path.
        key: Key,
        /// What is there.
        amounts: Amounts,
    },
    /// Nothing is written.
    Reject(RowReason),
}

/// One row's answer. Rows come in the order of the file; days that are summed into a week answer once, with the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedRow {
    /// The line of the file where the row starts, from 1.
    pub line: u32,
    /// How many rows of the file it stands for.
    pub lines: u8,
    /// What applying does.
    pub answer: Answer,
}

/// How many rows got which answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Counts {
    /// Weeks to be written first.
    pub insert: u32,
    /// Weeks to be restated.
    pub change: u32,
    /// Weeks that stay.
    pub same: u32,
    /// Rows that are not taken.
    pub reject: u32,
}

/// A complete plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it comes to.
    pub counts: Counts,
    /// What it would do, exactly.
    pub hash: PlanHash,
}

/// SHA-256 over every week a plan writes or leaves, with what is there and what it becomes. Planning the same file
/// again gives the same hash if and only if applying it would do the same.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlanHash(pub [u8; 32]);

/// The file, or what was there, is not what the plan was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what the plan was made of has changed since: make a new one")]
pub struct PlanStale;

impl Plan {
    /// Whether applying may go ahead: only if this plan, made just now, is the one that was shown.
    ///
    /// # Errors
    /// A plan that would do something else.
    pub fn check(&self, shown: PlanHash) -> Result<(), PlanStale> {
        if self.hash == shown { Ok(()) } else { Err(PlanStale) }
    }
}

impl fmt::Display for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PlanHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for PlanHash {
    type Err = PlanStale;

    /// # Errors
    /// Anything but 64 hexadecimal digits in lower case: no plan has that hash, so it is stale.
    fn from_str(text: &str) -> Result<PlanHash, PlanStale> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(PlanStale),
        };
        let pairs: &[u8; 64] = text.as_bytes().try_into().map_err(|_| PlanStale)?;
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(pairs.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(PlanHash(hash))
    }
}

/// Asks for what is there, batch by batch, and answers row by row.
///
/// ```text
/// while let keys = planner.next_keys(5_000), !keys.is_empty() {
///     let rows = planner.answer(&look_up(keys));
/// }
/// let (rejected_at_the_end, plan) = planner.finish();
/// ```
#[derive(Debug)]
pub struct Planner {
    paths: Vec<CampaignPath>,
    resolutions: Vec<Resolution>,
    rows: Vec<Row>,
    rejected: Vec<Rejected>,
    /// How many rows and rejected ones are answered.
    answered: (usize, usize),
    keys: Vec<Key>,
    counts: Counts,
    hash: Sha256,
}

impl Planner {
    /// The names that lead to the campaigns, as in [`Sheet::paths`].
    pub fn paths(&self) -> &[CampaignPath] {
        &self.paths
    }

    /// The next weeks to look up, at most so many; none when all are answered. Answer them before asking again.
    pub fn next_keys(&mut self, at_most: usize) -> &[Key] {
        self.keys.clear();
        let open = &self.rows[self.answered.0..];
        self.keys.extend(open.iter().take(at_most).map(|row| key(row, &self.resolutions)));
        &self.keys
    }

    /// Answers the rows last asked for, and the rejected ones between them, in the order of the file.
    ///
    /// # Panics
    /// If there is not one entry for each key asked for: a mistake in the caller.
    pub fn answer(&mut self, existing: &[Option<Amounts>]) -> Vec<PlannedRow> {
        assert_eq!(existing.len(), self.keys.len(), "one entry for each key");
        let mut answers = Vec::with_capacity(existing.len());
        for (at, before) in existing.iter().enumerate() {
            let row = self.rows[self.answered.0];
            self.answer_rejected(row.line, &mut answers);
            let key = self.keys[at];
            let after = Amounts { ad_spend: row.ad_spend, sales: row.sales };
            let answer = match *before {
                None => Answer::Insert { key, after },
                Some(before) if before == after => Answer::Same { key, amounts: after },
                Some(before) => Answer::Change { key, before, after },
            };
            self.count(&answer);
            self.add_to_hash(&key, *before, after);
            answers.push(PlannedRow { line: row.line, lines: row.lines, answer });
            self.answered.0 += 1;
        }
        self.keys.clear();
        answers
    }

    /// The rejected rows behind the last one answered, and the plan.
    ///
    /// # Panics
    /// If rows are not answered yet: a mistake in the caller.
    pub fn finish(mut self) -> (Vec<PlannedRow>, Plan) {
        assert_eq!(self.answered.0, self.rows.len(), "every row is answered before the plan is complete");
        let mut answers = Vec::new();
        self.answer_rejected(u32::MAX, &mut answers);
        (answers, Plan { counts: self.counts, hash: PlanHash(self.hash.finalize().into()) })
    }

    /// All of it: looks up with `existing`, in batches of 5,000, and hands the answers to `each`.
    ///
    /// # Errors
    /// What `existing` fails with.
    pub fn run<E>(
        mut self,
        mut existing: impl FnMut(&[Key]) -> Result<Vec<Option<Amounts>>, E>,
        mut each: impl FnMut(PlannedRow),
    ) -> Result<Plan, E> {
        loop {
            let keys = self.next_keys(5_000);
            if keys.is_empty() {
                break;
            }
            let existing = existing(keys)?;
            self.answer(&existing).into_iter().for_each(&mut each);
        }
        let (rejected, plan) = self.finish();
        rejected.into_iter().for_each(each);
        Ok(plan)
    }

    fn answer_rejected(&mut self, before_line: u32, answers: &mut Vec<PlannedRow>) {
        while let Some(rejected) = self.rejected.get(self.answered.1).filter(|it| it.line <= before_line) {
            let answer = Answer::Reject(rejected.reason);
            answers.push(PlannedRow { line: rejected.line, lines: 1, answer });
            self.answered.1 += 1;
            self.count(&answer);
        }
    }

    fn count(&mut self, answer: &Answer) {
        let count = match answer {
            Answer::Insert { .. } => &mut self.counts.insert,
            Answer::Change { .. } => &mut self.counts.change,
            Answer::Same { .. } => &mut self.counts.same,
            Answer::Reject(_) => &mut self.counts.reject,
        };
        *count += 1;
    }

    fn add_to_hash(&mut self, key: &Key, before: Option<Amounts>, after: Amounts) {
        let mut bytes = [0u8; 56];
        match key.campaign {
            Some(campaign) => bytes[..16].copy_from_slice(&campaign.to_be_bytes()),
            None => bytes[..4].copy_from_slice(&key.path.to_be_bytes()),
        }
        let days = key.week.weeks_after(Week::EPOCH);
        bytes[16..20].copy_from_slice(&days.to_be_bytes());
        bytes[20] = u8::from(key.campaign.is_some()) << 1 | u8::from(before.is_some());
        let before = before.unwrap_or_default();
        for (at, amount) in [before.ad_spend, before.sales, after.ad_spend, after.sales].iter().enumerate() {
            bytes[24 + 8 * at..32 + 8 * at].copy_from_slice(&amount.to_be_bytes());
        }
        self.hash.update(bytes);
    }
}

fn key(row: &Row, resolutions: &[Resolution]) -> Key {
    let campaign = match resolutions[row.path as usize] {
        Resolution::Known { campaign, .. } => Some(campaign),
        _ => None,
    };
    Key { path: row.path, campaign, week: Week::containing(row.date).expect("checked when the row was read") }
}

/// Rows with their campaigns: amounts into minor units, duplicates out, days into weeks.
pub(crate) fn resolve(mut sheet: Sheet, resolutions: Vec<Resolution>, used: &[Currency]) -> Planner {
    let mut rejected = std::mem::take(&mut sheet.rejected);
    for row in &mut sheet.rows {
        if let Err(reason) = into_minor(row, &resolutions, &sheet.currencies, sheet.round, used) {
            reject(row, reason, &mut rejected);
        }
    }
    let campaigns = same_campaigns(&resolutions);
    let order = in_order(&sheet.rows, &campaigns);
    reject_duplicates(&mut sheet.rows, &order, &campaigns, &mut rejected);
    if sheet.rows_per == RowsPer::Day {
        sum_into_weeks(&mut sheet.rows, &order, &campaigns, &mut rejected);
    }
    sheet.rows.retain(|row| row.lines > 0);
    rejected.sort_unstable_by_key(|row| row.line);
    let hash = opening_hash(&sheet.paths, &resolutions);
    let (paths, rows) = (sheet.paths, sheet.rows);
    let (answered, keys, counts) = ((0, 0), Vec::new(), Counts::default());
    Planner { paths, resolutions, rows, rejected, answered, keys, counts, hash }
}

fn reject(row: &mut Row, reason: RowReason, rejected: &mut Vec<Rejected>) {
    row.lines = 0;
    rejected.push(Rejected { line: row.line, at: Some((row.path, row.date)), reason });
}

fn into_minor(
    row: &mut Row,
    resolutions: &[Resolution],
    currencies: &[Currency],
    round: bool,
    used: &[Currency],
) -> Result<(), RowReason> {
    let stated = row.currency.checked_sub(1).map(|at| currencies[usize::from(at)]);
    if stated.is_some_and(|stated| !used.contains(&stated)) {
        return Err(RowReason::UnknownCurrency);
    }
    let currency = match resolutions[row.path as usize] {
        Resolution::Rejected(reason) => return Err(reason),
        Resolution::Known { currency, .. } | Resolution::New { currency } => currency,
    };
    if stated.is_some_and(|stated| stated != currency) {
        return Err(RowReason::OtherCurrency);
    }
    let minor = |mantissa, scale, column, measure| {
        let decimal = Decimal { mantissa, scale };
        decimal.minor(currency.decimals(), round).map_err(|refused| of_number(refused, column, measure))
    };
    row.ad_spend = minor(row.ad_spend, row.scales[0], Column::Spend, Measure::AdSpend)?;
    row.sales = minor(row.sales, row.scales[1], Column::Sales, Measure::Sales)?;
    check_amounts(row)
}

fn check_amounts(row: &Row) -> Result<(), RowReason> {
    Amounts::of_week(row.ad_spend, row.sales).map(|_| ()).map_err(|refused| match refused {
        AmountRefused::Negative { measure } => RowReason::Negative { measure },
        AmountRefused::TooLarge { measure } => RowReason::TooLarge { measure },
    })
}

/// For each path the first path that leads to the same campaign: names written differently can.
fn same_campaigns(resolutions: &[Resolution]) -> Vec<u32> {
    let mut first = HashMap::new();
    let of = |(path, resolution): (usize, &Resolution)| match resolution {
        Resolution::Known { campaign, .. } => *first.entry(*campaign).or_insert(path as u32),
        _ => path as u32,
    };
    resolutions.iter().enumerate().map(of).collect()
}

/// Positions of the rows by campaign, date and line.
fn in_order(rows: &[Row], campaigns: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows.len() as u32).filter(|at| rows[*at as usize].lines > 0).collect();
    order.sort_unstable_by_key(|at| {
        let row = &rows[*at as usize];
        (campaigns[row.path as usize], row.date, row.line)
    });
    order
}

/// All rows of a campaign and date that comes twice are out: which one is right, nobody can tell.
fn reject_duplicates(rows: &mut [Row], order: &[u32], campaigns: &[u32], rejected: &mut Vec<Rejected>) {
    let place = |row: &Row| (campaigns[row.path as usize], row.date);
    let mut start = 0;
    while start < order.len() {
        let first = place(&rows[order[start] as usize]);
        let count = order[start..].iter().take_while(|at| place(&rows[**at as usize]) == first).count();
        let same = &order[start..start + count];
        for index in 0..if count > 1 { count } else { 0 } {
            let other = rows[same[(index + 1) % count] as usize].line;
            reject(&mut rows[same[index] as usize], RowReason::Twice { other }, rejected);
        }
        start += count;
    }
}

/// Each week's days into the first of them. A week one of whose days is rejected is out: its sum would be wrong.
fn sum_into_weeks(rows: &mut [Row], order: &[u32], campaigns: &[u32], rejected: &mut Vec<Rejected>) {
    let week = |path: u32, date: NaiveDate| {
        (campaigns[path as usize], Week::containing(date).expect("checked when the row was read"))
    };
    let mut broken: HashMap<(u32, Week), u32> = HashMap::new();
    for row in rejected.iter() {
        // a date out of range belongs to no week that could be summed
        if let Some((path, date)) = row.at.filter(|(_, date)| Week::containing(*date).is_ok()) {
            let line = broken.entry(week(path, date)).or_insert(row.line);
            *line = (*line).min(row.line);
        }
    }
    let mut start = 0;
    while start < order.len() {
        let first = rows[order[start] as usize];
        let place = week(first.path, first.date);
        let in_week = |at: &&u32| week(rows[**at as usize].path, rows[**at as usize].date) == place;
        let end = start + order[start..].iter().take_while(in_week).count();
        let mut days: Vec<usize> = order[start..end].iter().map(|at| *at as usize).collect();
        days.retain(|at| rows[*at].lines > 0);
        days.sort_unstable_by_key(|at| rows[*at].line);
        let reason = match broken.get(&place) {
            Some(other) => Err(RowReason::WeekIncomplete { other: *other }),
            None => sum_of(rows, &days),
        };
        for (index, at) in days.iter().enumerate() {
            match reason {
                Err(reason) => reject(&mut rows[*at], reason, rejected),
                Ok(sum) if index == 0 => rows[*at] = sum,
                Ok(_) => rows[*at].lines = 0,
            }
        }
        start = end;
    }
}

fn sum_of(rows: &[Row], days: &[usize]) -> Result<Row, RowReason> {
    let Some((first, others)) = days.split_first() else { return Err(RowReason::NotADate) };
    let mut sum = rows[*first];
    for at in others {
        // at most seven amounts below a limit that leaves room for thousands
        sum.ad_spend += rows[*at].ad_spend;
        sum.sales += rows[*at].sales;
        sum.lines += 1;
    }
    check_amounts(&sum).map(|()| sum)
}

/// Which campaigns would be made, and what the paths mean; rows are hashed by the position of their path.
fn opening_hash(paths: &[CampaignPath], resolutions: &[Resolution]) -> Sha256 {
    let mut hash = Sha256::new();
    hash.update(b"weekly metrics import 1\0");
    for (path, resolution) in paths.iter().zip(resolutions) {
        match resolution {
            Resolution::Known { currency, .. } => hash.update(currency.as_str()),
            Resolution::New { currency } => {
                for name in [
                    &path.client,
                    &path.channel,
                    path.group.as_ref().unwrap_or(&String::new()),
                    &path.campaign,
                ] {
                    hash.update(name.as_bytes());
                    hash.update([0]);
                }
                hash.update(currency.as_str());
            }
            Resolution::Rejected(_) => {}
        }
        hash.update([1]);
    }
    hash
}
