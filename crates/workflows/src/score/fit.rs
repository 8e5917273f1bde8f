//! An account's fit over time, from its recorded versions.

use scoring::{AccountFacts, AttributeValue, FitScore};
use serde_json::Value;
use store::scoring_inputs::AccountInput;

use super::stretch::{Inputs, Ruler, micros};
use super::timeline::Timeline;

/// Fit over time: from the first instant on, and from each later version on.
pub(super) struct FitHistory {
    first: Option<FitScore>,
    /// When the first version was recorded.
    recorded_at: Option<i64>,
    later: Vec<(i64, Option<FitScore>)>,
}

impl FitHistory {
    pub(super) fn unknown() -> Self {
        Self { first: None, recorded_at: None, later: Vec::new() }
    }

    pub(super) fn now(&self) -> Option<FitScore> {
        self.later.last().map_or(self.first, |(_, fit)| *fit)
    }

    pub(super) fn apply(&self, fold: &mut Timeline<'_>) {
        fold.recorded_at = self.recorded_at;
        fold.fits.push((i64::MIN, self.first));
        fold.fits.extend(self.later.iter().copied());
    }
}

impl Ruler {
    pub(super) fn fit_history(&self, account: &AccountInput, inputs: &Inputs) -> FitHistory {
        let score = |facts: AccountFacts| self.config.fit.score(&facts);
        let versions = inputs.versions.get(&account.id).map_or(&[][..], Vec::as_slice);
        let mut later: Vec<(i64, Option<FitScore>)> = versions
            .iter()
            .map(|v| {
                (
                    micros(v.recorded_at),
                    score(self.facts(
                        v.industry.as_deref(),
                        v.employee_count,
                        v.annual_revenue,
                        v.currency.as_deref(),
                        &v.attributes,
                    )),
                )
            })
            .collect();
        if later.is_empty() {
            let a = account;
            let facts = self.facts(
                a.industry.as_deref(),
                a.employee_count,
                a.annual_revenue,
                a.currency.as_deref(),
                &a.attributes,
            );
            return FitHistory { first: score(facts), recorded_at: None, later };
        }
        // What was recorded first was so before, too, as far as anybody knows.
        let (recorded_at, first) = later.remove(0);
        FitHistory { first, recorded_at: Some(recorded_at), later }
    }

    fn facts(
        &self,
        industry: Option<&str>,
        employees: Option<i64>,
        revenue: Option<i64>,
        currency: Option<&str>,
        attributes: &Value,
    ) -> AccountFacts {
        // Without an exchange rate, money in another currency says nothing.
        let ours = currency.is_none_or(|currency| currency == self.currency);
        let minor: u32 =
            self.currency.parse::<canonical::Currency>().map_or(2, |currency| currency.minor_digits());
        let known = |(name, value): (&String, &Value)| {
            serde_json::from_value::<AttributeValue>(value.clone()).ok().map(|value| (name.clone(), value))
        };
        AccountFacts {
            industry: industry.map(str::to_owned),
            employees,
            revenue: revenue.filter(|_| ours).map(|revenue| revenue / 10_i64.pow(minor)),
            attributes: attributes.as_object().into_iter().flatten().filter_map(known).collect(),
        }
    }
}
