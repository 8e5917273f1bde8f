//! Sums and changes as the wire shows them.

use ad_metrics::{Amounts, Change, Delta, Sums};
use api::{
    routers::metrics::{AmountChange, Figures, FiguresChange, PeriodSums},
    types::Ratio,
};
use rpc::RpcError;

use super::super::advertising::{minor, roas};

pub(super) fn figures(amounts: Amounts) -> Result<Figures, RpcError> {
    Ok(Figures { ad_spend: minor(amounts.ad_spend)?, sales: minor(amounts.sales)?, roas: roas(amounts) })
}

pub(super) fn maybe(amounts: Option<Amounts>) -> Result<Option<Figures>, RpcError> {
    amounts.map(figures).transpose()
}

pub(super) fn ratio(ratio: ad_metrics::Ratio) -> Ratio {
    Ratio(ratio.ten_thousandths())
}

pub(super) fn change(change: Change) -> Result<FiguresChange, RpcError> {
    let delta = |it: Delta| -> Result<AmountChange, RpcError> {
        Ok(AmountChange { absolute: minor(it.absolute)?, relative: it.relative.map(ratio) })
    };
    Ok(FiguresChange {
        ad_spend: delta(change.ad_spend)?,
        sales: delta(change.sales)?,
        roas: change.roas.map(Ratio),
    })
}

pub(super) fn sums(sums: &Sums) -> Result<PeriodSums, RpcError> {
    Ok(PeriodSums {
        period: maybe(sums.period)?,
        previous: maybe(sums.previous)?,
        week: maybe(sums.week)?,
        week_before: maybe(sums.week_before)?,
        against_previous: sums.against_previous().map(change).transpose()?,
        week_over_week: sums.week_over_week().map(change).transpose()?,
    })
}
