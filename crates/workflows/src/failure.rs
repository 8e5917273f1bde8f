//! Why a step failed, as far as a machine must know: what would mend it, and how long to wait before trying again.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A step that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// One of a closed list of names; never a vendor's or the database's words.
    pub code: String,
    pub remedy: Remedy,
}

/// What would mend a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Remedy {
    /// The same step again, after a while.
    Time,
    /// The same step again, not before the instant that the far side named.
    TimeAfter(DateTime<Utc>),
    /// Nothing more today: the run ends, and the next one goes on after the instant.
    Quota(DateTime<Utc>),
    /// A person authorises the connector again.
    Authorisation,
    /// A person changes something else: a permission, a setting, or our program.
    Person,
}

impl Failure {
    pub fn new(code: &str, remedy: Remedy) -> Self {
        Self { code: code.to_owned(), remedy }
    }
}

/// A failure as it is told to a machine, with the clock and the dice that the machine does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub failure: Failure,
    pub now: DateTime<Utc>,
    /// Where in the jitter's range this wait falls, in thousandths: 0..=1000.
    pub jitter: u16,
}

/// How a machine waits between attempts of one step.
#[derive(Clone, Copy, Debug)]
pub struct RetryPlan {
    pub first: TimeDelta,
    pub longest: TimeDelta,
    /// Attempts of one step in a row; any success starts the count anew.
    pub attempts: u32,
    /// A far side that asks for more patience than this ends the run, which goes on later.
    pub patience: TimeDelta,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    RetryAt(DateTime<Utc>),
    /// Give up for now; going on at the instant, where one is known, may succeed.
    GiveUp {
        resume_at: Option<DateTime<Utc>>,
    },
    Authorisation,
    Refused,
}

/// No instant that a far side names is believed beyond this: a `Retry-After` of a century is a mistake.
const FARTHEST: TimeDelta = TimeDelta::hours(24);

impl RetryPlan {
    pub const STANDARD: Self = Self {
        first: TimeDelta::seconds(1),
        longest: TimeDelta::minutes(5),
        attempts: 6,
        patience: TimeDelta::minutes(15),
    };

    /// The wait before attempt `failures + 1`: doubling, of which the upper half is jitter.
    ///
    /// ```
    /// use workflows::failure::RetryPlan;
    /// let plan = RetryPlan::STANDARD;
    /// assert_eq!(plan.delay(1, 1000).num_milliseconds(), 1_000);
    /// assert_eq!(plan.delay(3, 0).num_milliseconds(), 2_000);
    /// assert_eq!(plan.delay(60, 1000), plan.longest);
    /// ```
    pub fn delay(&self, failures: u32, jitter: u16) -> TimeDelta {
        let doubled = 1_i32.checked_shl(failures.saturating_sub(1).min(30)).unwrap_or(i32::MAX);
        let whole = self.first.checked_mul(doubled).map_or(self.longest, |delay| delay.min(self.longest));
        let half = whole / 2;
        half + TimeDelta::milliseconds(half.num_milliseconds() * i64::from(jitter.min(1000)) / 1000)
    }

    /// What to do after the `failures`-th failure in a row of one step.
    pub fn verdict(&self, failed: &Failed, failures: u32) -> Verdict {
        let backoff = failed.now + self.delay(failures, failed.jitter);
        let farthest = failed.now + FARTHEST;
        match failed.failure.remedy {
            Remedy::Authorisation => Verdict::Authorisation,
            Remedy::Person => Verdict::Refused,
            Remedy::Quota(until) => Verdict::GiveUp { resume_at: Some(until.clamp(backoff, farthest)) },
            Remedy::TimeAfter(until) if until > failed.now + self.patience => {
                Verdict::GiveUp { resume_at: Some(until.min(farthest)) }
            }
            // Jitter on top of the named instant: everyone was told the same one.
            Remedy::TimeAfter(until) if failures < self.attempts => {
                Verdict::RetryAt(until.max(failed.now) + (backoff - failed.now))
            }
            Remedy::TimeAfter(until) => Verdict::GiveUp { resume_at: Some(until.max(backoff)) },
            Remedy::Time if failures < self.attempts => Verdict::RetryAt(backoff),
            Remedy::Time => Verdict::GiveUp { resume_at: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn failed(remedy: Remedy) -> Failed {
        Failed { failure: Failure::new("x", remedy), now: at(1_000), jitter: 500 }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_jitter_stays_in_the_upper_half() {
        let plan = RetryPlan::STANDARD;
        for failures in 1..70 {
            let (low, high) = (plan.delay(failures, 0), plan.delay(failures, 1000));
            assert!(low <= high && high <= plan.longest && low * 2 >= high, "{failures}");
            assert!(plan.delay(failures, u16::MAX) == high && high >= plan.delay(failures - 1, 1000));
        }
    }

    #[test]
    fn no_retry_comes_before_the_instant_the_vendor_named() {
        let plan = RetryPlan::STANDARD;
        for failures in 1..plan.attempts {
            for until in [0, 999, 1_000, 1_001, 1_030, 1_000 + 15 * 60] {
                let Verdict::RetryAt(retry) = plan.verdict(&failed(Remedy::TimeAfter(at(until))), failures)
                else {
                    panic!("patience is longer than that");
                };
                assert!(retry > at(until) && retry > at(1_000));
            }
        }
    }

    #[test]
    fn an_absurd_instant_ends_the_run_and_is_not_believed() {
        let century = at(100 * 365 * 86_400);
        for remedy in [Remedy::TimeAfter(century), Remedy::Quota(century)] {
            let verdict = RetryPlan::STANDARD.verdict(&failed(remedy), 1);
            assert_eq!(verdict, Verdict::GiveUp { resume_at: Some(at(1_000 + 86_400)) });
        }
    }

    #[test]
    fn what_needs_a_person_is_not_retried_even_once() {
        for failures in 1..9 {
            let plan = RetryPlan::STANDARD;
            assert_eq!(plan.verdict(&failed(Remedy::Authorisation), failures), Verdict::Authorisation);
            assert_eq!(plan.verdict(&failed(Remedy::Person), failures), Verdict::Refused);
        }
    }

    #[test]
    fn attempts_are_counted() {
        let plan = RetryPlan::STANDARD;
        let verdicts: Vec<_> = (1..=plan.attempts).map(|n| plan.verdict(&failed(Remedy::Time), n)).collect();
        let (last, before) = verdicts.split_last().unwrap();
        assert!(before.iter().all(|verdict| matches!(verdict, Verdict::RetryAt(_))));
        assert_eq!(*last, Verdict::GiveUp { resume_at: None });
    }
}
