//! Rows against what is there: insert, change, same or reject, and a hash over the answers.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::import::path::CampaignPath;
use crate::import::reading::{Rejected, Resolution, Row};
use crate::import::refused::RowReason;
use crate::money::Amounts;
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

/// SHA-256 over every week a plan writes or leaves, with what is there and what it becomes. The same hash means the
/// same effect; of one file, another effect means another hash.
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
    /// Of rows in the order of the file, none of which is left to reject, and of rejected ones in the same order.
    pub(crate) fn new(
        paths: Vec<CampaignPath>,
        resolutions: Vec<Resolution>,
        rows: Vec<Row>,
        rejected: Vec<Rejected>,
    ) -> Planner {
        let hash = opening_hash(&paths, &resolutions);
        let (answered, keys, counts) = ((0, 0), Vec::new(), Counts::default());
        Planner { paths, resolutions, rows, rejected, answered, keys, counts, hash }
    }

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
