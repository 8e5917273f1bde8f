//! `metrics`: the tree and the sums come from the store, what they mean from `ad_metrics`.

mod alerts;
mod attribution;
mod export;
mod figures;
mod forest;
mod pacing;
mod summary;
mod trend;

use ad_metrics::{Period, Week, WeekRefused};
use api::routers::metrics::{MetricsRefusal, PlaceRefusal};
use chrono::NaiveDate;
use rpc::RpcError;
use store::metrics::Level;

use self::forest::NoSuch;
use crate::host::Failure;

impl From<NoSuch> for Failure<MetricsRefusal> {
    fn from(NoSuch(level): NoSuch) -> Self {
        Failure::Refused(match level {
            Level::Client => MetricsRefusal::NoSuchClient,
            Level::ClientChannel => MetricsRefusal::NoSuchClientChannel,
            Level::CampaignGroup => MetricsRefusal::NoSuchCampaignGroup,
            Level::Campaign => MetricsRefusal::NoSuchCampaign,
        })
    }
}

impl From<NoSuch> for Failure<PlaceRefusal> {
    fn from(NoSuch(level): NoSuch) -> Self {
        Failure::Refused(match level {
            Level::Client => PlaceRefusal::NoSuchClient,
            Level::ClientChannel => PlaceRefusal::NoSuchClientChannel,
            Level::CampaignGroup => PlaceRefusal::NoSuchCampaignGroup,
            Level::Campaign => PlaceRefusal::NoSuchCampaign,
        })
    }
}

impl From<ad_metrics::SumTooLarge> for Failure<MetricsRefusal> {
    fn from(_: ad_metrics::SumTooLarge) -> Self {
        Failure::Refused(MetricsRefusal::SumTooLarge)
    }
}

/// An amount that the wire cannot carry.
fn too_large(_: RpcError) -> Failure<MetricsRefusal> {
    Failure::Refused(MetricsRefusal::SumTooLarge)
}

fn week(monday: NaiveDate) -> Result<Week, Failure<MetricsRefusal>> {
    Week::starting(monday).map_err(|refused| {
        Failure::Refused(match refused {
            WeekRefused::NotAMonday { given, meant } => MetricsRefusal::NotAMonday { given, monday: meant },
            WeekRefused::OutOfRange { .. } => MetricsRefusal::PeriodNotPossible,
        })
    })
}

/// A period and the one before it.
fn period(from: NaiveDate, to: NaiveDate) -> Result<(Period, Period), Failure<MetricsRefusal>> {
    let (from, to) = (week(from)?, week(to)?);
    let impossible = || Failure::Refused(MetricsRefusal::PeriodNotPossible);
    let period = Period::between(from, to).ok_or_else(impossible)?;
    Ok((period, period.previous().ok_or_else(impossible)?))
}
