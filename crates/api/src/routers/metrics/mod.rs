//! `metrics`: what the weeks add up to.

mod alerts;
mod attribution;
mod export;
mod pacing;
mod summary;
mod trend;

pub use alerts::*;
pub use attribution::*;
pub use export::*;
pub use pacing::*;
pub use summary::*;
pub use trend::*;

use chrono::NaiveDate;

use super::prelude::*;

refusals! {
    /// Why there are no sums to show.
    pub enum MetricsRefusal {
        /// The organization has no such client, or you may not see it.
        NoSuchClient => NotFound, "no such client";
        /// The organization has no such thing, or you may not see the client.
        NoSuchClientChannel => NotFound, "no such client's channel";
        /// The organization has no such campaign group, or you may not see its client.
        NoSuchCampaignGroup => NotFound, "no such campaign group";
        /// The organization has no such campaign, or you may not see its client.
        NoSuchCampaign => NotFound, "no such campaign";
        /// A week starts on a Monday. `monday` is the one that was meant.
        NotAMonday { given: NaiveDate, monday: NaiveDate } => UnprocessableContent, "{given} is not a Monday: {monday} was meant";
        /// The weeks are in the wrong order, more than 530, or outside of the years 1970 to 9999.
        PeriodNotPossible => UnprocessableContent, "from one week to the same or a later one, at most 530 weeks, from 1970 on";
        /// The level lies above the place that was asked for.
        LevelAbove => UnprocessableContent, "that level lies above the place";
        /// There is no rate for figures in this currency.
        NoRate { currency: Currency } => UnprocessableContent, "there is no rate for {currency}";
        /// The rate cannot be one: zero or less, too many digits, or a second one for the same currency.
        RateNotPossible { currency: Currency } => UnprocessableContent, "the rate for {currency} cannot be one";
        /// The figures together are more than can be held.
        SumTooLarge => UnprocessableContent, "the sum of these figures is too large";
    }
}

refusals! {
    /// Why there is nothing to show.
    pub enum PlaceRefusal {
        /// The organization has no such client, or you may not see it.
        NoSuchClient => NotFound, "no such client";
        /// The organization has no such thing, or you may not see the client.
        NoSuchClientChannel => NotFound, "no such client's channel";
        /// The organization has no such campaign group, or you may not see its client.
        NoSuchCampaignGroup => NotFound, "no such campaign group";
        /// The organization has no such campaign, or you may not see its client.
        NoSuchCampaign => NotFound, "no such campaign";
    }
}

/// What was spent and sold, in minor units of the currency that is said beside it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// What was spent.
    pub ad_spend: MinorUnits,
    /// What was sold.
    pub sales: MinorUnits,
    /// Sales for each unit spent, of a sum the ratio of the sums; null when nothing was spent.
    pub roas: Option<Ratio>,
}

/// A change of an amount.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AmountChange {
    /// By how many minor units.
    pub absolute: MinorUnits,
    /// Against what was before, 0.1 being a tenth more; null when that was nothing.
    pub relative: Option<Ratio>,
}

/// A change of figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FiguresChange {
    /// Of what was spent.
    pub ad_spend: AmountChange,
    /// Of what was sold.
    pub sales: AmountChange,
    /// Of the ROAS, as a difference; null unless there are both.
    pub roas: Option<Ratio>,
}

pub(crate) fn example_figures(ad_spend: i64, sales: i64) -> Figures {
    let minor = |it: i64| MinorUnits::try_from(it).expect("example amounts are small");
    Figures { ad_spend: minor(ad_spend), sales: minor(sales), roas: Some(Ratio(sales * 10_000 / ad_spend)) }
}

pub(crate) fn example_change(before: Figures, after: Figures) -> FiguresChange {
    let change = |before: MinorUnits, after: MinorUnits| AmountChange {
        absolute: MinorUnits::try_from(after.get() - before.get()).expect("example amounts are small"),
        relative: Some(Ratio((after.get() - before.get()) * 10_000 / before.get())),
    };
    FiguresChange {
        ad_spend: change(before.ad_spend, after.ad_spend),
        sales: change(before.sales, after.sales),
        roas: before.roas.zip(after.roas).map(|(before, after)| Ratio(after.0 - before.0)),
    }
}
