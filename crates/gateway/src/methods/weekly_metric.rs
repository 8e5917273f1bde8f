//! `weeklyMetric`.

use std::collections::{HashMap, HashSet};

use ad_metrics::{AmountRefused, Amounts, WeekRefused};
use api::{
    routers::weekly_metric::{
        List, ListRevisions, Remove, RemoveWeekRefusal, RemovedWeek, Upsert, UpsertMany, UpsertedWeek,
        UpsertedWeeks, Week, WeekRevision, WeeklyMetricRefusal as Refusal,
    },
    types::{MetricsImportId, Page, Timestamp, WeeklyMetric},
};
use chrono::NaiveDate;
use rpc::{Handle, Maybe, NoRefusal, RpcError};
use serde_json::{Value, json};
use store::{
    actors,
    metrics::{self, GivenWeek, Level, NewWeek, Place, Revision, Source, WeekFilter, WeekRow, WrittenWeek},
};
use tenancy::Actor;
use uuid::Uuid;

use super::{
    advertising::{self, spoken},
    convert,
};
use crate::host::{Failure, Gateway, Scope};

impl Handle<List> for Gateway {
    async fn handle(&self, scope: &mut Scope, list: List) -> Result<Page<WeeklyMetric>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let filter = WeekFilter {
            client: list.client_id.map(|it| it.0),
            client_channel: list.client_channel_id.map(|it| it.0),
            campaign_group: list.campaign_group_id.map(|it| it.0),
            campaign: list.campaign_id.map(|it| it.0),
            from: list.from,
            to: list.to,
        };
        let rows = metrics::list_weeks(scope.tx(), &filter, &request).await?;
        self.try_page(scope, &list, rows, advertising::week)
    }
}

impl Handle<Upsert> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: Upsert) -> Result<UpsertedWeek, Failure<Refusal>> {
        let week = week(params);
        scope.about(target(&week).1);
        let done = write_one(scope, &week).await?;
        Ok(upserted(scope, done)?)
    }

    const TOGETHER: bool = true;

    async fn handle_together(
        &self,
        lead: &mut Scope,
        scopes: &mut [Scope],
        calls: Vec<Upsert>,
    ) -> Result<Vec<Maybe<Upsert>>, Failure<Refusal>> {
        let weeks: Vec<Week> = calls.into_iter().map(week).collect();
        let writable: Vec<Option<Writable>> =
            writable(lead, &weeks).await?.into_iter().map(Result::ok).collect();
        let mut done = write(lead, writable.iter().flatten().cloned().collect()).await?.into_iter();
        let answers = scopes
            .iter_mut()
            .zip(writable)
            .map(|(scope, it)| it.and_then(|_| done.next()).map(|done| upserted(scope, done)).transpose());
        Ok(answers.collect::<Result<_, _>>()?)
    }
}

fn week(params: Upsert) -> Week {
    let Upsert { campaign_id, campaign_group_id, client_channel_id, client_id, week_start, ad_spend, sales } =
        params;
    Week { campaign_id, campaign_group_id, client_channel_id, client_id, week_start, ad_spend, sales }
}

fn upserted(scope: &mut Scope, done: Done) -> Result<UpsertedWeek, RpcError> {
    let Done { place, new, written } = done;
    let changes = json!({ "before": before(&written), "after": after(&new), "changed": written.changed });
    scope.audit(place.id, changes);
    let row = WeekRow {
        place,
        week_start: new.week_start,
        ad_spend: new.ad_spend,
        sales: new.sales,
        source: written.source,
        recorded_at: written.recorded_at,
    };
    Ok(UpsertedWeek { week: advertising::week(row)?, changed: written.changed })
}

impl Handle<UpsertMany> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: UpsertMany) -> Result<UpsertedWeeks, Failure<Refusal>> {
        // All of them or none: the first that is refused refuses the call.
        let writable: Result<Vec<Writable>, Refusal> =
            writable(scope, &params.weeks).await?.into_iter().collect();
        let written = write(scope, writable.map_err(Failure::Refused)?).await?;
        let count = |is: fn(&WrittenWeek) -> bool| written.iter().filter(|it| is(&it.written)).count() as u64;
        let weeks = UpsertedWeeks {
            inserted: count(|it| it.changed && it.before_ad_spend.is_none()),
            changed: count(|it| it.changed && it.before_ad_spend.is_some()),
            same: count(|it| !it.changed),
        };
        let mut places: Vec<String> = written.iter().map(|it| it.place.id.to_string()).collect();
        places.sort();
        places.dedup();
        let changes: Vec<Value> = written
            .iter()
            .filter(|it| it.written.changed)
            .map(|it| json!({ "id": it.place.id, "before": before(&it.written), "after": after(&it.new) }))
            .collect();
        scope.audit(
            if places.len() == 1 { places.remove(0) } else { "many".into() },
            json!({ "weeks": changes }),
        );
        Ok(weeks)
    }
}

/// A week that was written, and where.
struct Done {
    place: Place,
    new: NewWeek,
    written: WrittenWeek,
}

fn before(week: &WrittenWeek) -> Value {
    match (week.before_ad_spend, week.before_sales) {
        (Some(ad_spend), Some(sales)) => json!({ "adSpend": ad_spend, "sales": sales }),
        _ => Value::Null,
    }
}

fn after(week: &NewWeek) -> Value {
    json!({ "weekStart": week.week_start, "adSpend": week.ad_spend, "sales": week.sales })
}

/// The level and id that a week names; which is one, as its validation has seen to.
fn target(week: &Week) -> (Level, Uuid) {
    let ids = [
        (Level::Campaign, week.campaign_id.map(|it| it.0)),
        (Level::CampaignGroup, week.campaign_group_id.map(|it| it.0)),
        (Level::ClientChannel, week.client_channel_id.map(|it| it.0)),
        (Level::Client, week.client_id.map(|it| it.0)),
    ];
    let named = ids.into_iter().find_map(|(level, id)| Some((level, id?)));
    named.expect("a week that names no place does not validate")
}

/// One, in one round trip.
async fn write_one(scope: &mut Scope, week: &Week) -> Result<Done, Failure<Refusal>> {
    let (level, id) = target(week);
    let (week_start, Amounts { ad_spend, sales }) = measured(week, 0).map_err(Failure::Refused)?;
    let currencies = [week.ad_spend.currency.as_str(), week.sales.currency.as_str()];
    let given = GivenWeek { level, place: id, week_start, ad_spend, sales, currencies };
    let by = advertising::actor(scope);
    let found = metrics::upsert_week(scope.tx(), &given, &by).await?;
    let (place, written) = found.ok_or_else(|| Failure::Refused(no_such(level, 0)))?;
    accepts(scope, &place, week, 0).map_err(Failure::Refused)?;
    let new = NewWeek::at(&place, week_start, ad_spend, sales);
    Ok(Done { place, new, written: written.ok_or_else(RpcError::internal)? })
}

/// A week that may be written, and where.
type Writable = (Place, NewWeek);

/// Each of these weeks at its place, or why it may not be written; no two are of one place and week.
async fn writable(
    scope: &mut Scope,
    weeks: &[Week],
) -> Result<Vec<Result<Writable, Refusal>>, Failure<Refusal>> {
    let named: Vec<(Level, Uuid)> = weeks.iter().map(target).collect();
    let found = metrics::find_places(scope.tx(), &named).await?;
    let places: HashMap<(Level, Uuid), Place> =
        found.into_iter().map(|place| ((place.level, place.id), place)).collect();
    let mut seen = HashSet::new();
    let mut judge = |index: u32, week: &Week| {
        let (level, id) = target(week);
        let (week_start, amounts) = measured(week, index)?;
        let place = places.get(&(level, id)).ok_or_else(|| no_such(level, index))?;
        accepts(scope, place, week, index)?;
        if !seen.insert((id, week_start)) {
            return Err(Refusal::WeekTwice { index });
        }
        Ok((place.clone(), NewWeek::at(place, week_start, amounts.ad_spend, amounts.sales)))
    };
    Ok((0..).zip(weeks).map(|(index, week)| judge(index, week)).collect())
}

async fn write(scope: &mut Scope, weeks: Vec<Writable>) -> Result<Vec<Done>, Failure<Refusal>> {
    let by = advertising::actor(scope);
    let new: Vec<NewWeek> = weeks.iter().map(|it| it.1).collect();
    let written = metrics::upsert_weeks(scope.tx(), &new, Source::Manual, &by, None).await?;
    let mut written: HashMap<_, _> =
        written.into_iter().map(|it| ((it.entity_id, it.week_start), it)).collect();
    let done = weeks.into_iter().map(|(place, new)| {
        let written = written.remove(&(new.place, new.week_start)).ok_or_else(RpcError::internal)?;
        Ok(Done { place, new, written })
    });
    done.collect()
}

fn no_such(level: Level, index: u32) -> Refusal {
    match level {
        Level::Client => Refusal::NoSuchClient { index },
        Level::ClientChannel => Refusal::NoSuchClientChannel { index },
        Level::CampaignGroup => Refusal::NoSuchCampaignGroup { index },
        Level::Campaign => Refusal::NoSuchCampaign { index },
    }
}

/// The Monday and the amounts, if a week can have such.
fn measured(week: &Week, index: u32) -> Result<(NaiveDate, Amounts), Refusal> {
    let start = ad_metrics::Week::starting(week.week_start).map_err(|refused| match refused {
        WeekRefused::NotAMonday { given, meant } => {
            Refusal::NotAMonday { index, week_start: given, monday: meant }
        }
        WeekRefused::OutOfRange { .. } => Refusal::WeekOutOfRange { index },
    })?;
    let field =
        |measure| if measure == ad_metrics::Measure::AdSpend { "adSpend" } else { "sales" }.to_owned();
    let amounts = Amounts::of_week(week.ad_spend.minor.get(), week.sales.minor.get());
    let amounts = amounts.map_err(|refused| match refused {
        AmountRefused::Negative { measure } => Refusal::NegativeAmount { index, field: field(measure) },
        AmountRefused::TooLarge { measure } => Refusal::AmountTooLarge { index, field: field(measure) },
    })?;
    Ok((start.monday(), amounts))
}

/// Whether the caller may put such a week there.
fn accepts(scope: &mut Scope, place: &Place, week: &Week, index: u32) -> Result<(), Refusal> {
    if !scope.tx().clients().may_write(place.client) {
        return Err(Refusal::ClientReadOnly { index });
    }
    if let Some(level) = place.inactive {
        return Err(Refusal::Inactive { index, level: spoken(level).into() });
    }
    for money in [&week.ad_spend, &week.sales] {
        if money.currency.as_str() != place.currency {
            let expected = place.currency.as_str().try_into().unwrap_or(money.currency);
            return Err(Refusal::CurrencyNotUsed { index, currency: money.currency, expected });
        }
    }
    Ok(())
}

impl Handle<Remove> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Remove,
    ) -> Result<RemovedWeek, Failure<RemoveWeekRefusal>> {
        let named = [
            params.campaign_id.map(|it| (Level::Campaign, it.0)),
            params.campaign_group_id.map(|it| (Level::CampaignGroup, it.0)),
            params.client_channel_id.map(|it| (Level::ClientChannel, it.0)),
            params.client_id.map(|it| (Level::Client, it.0)),
        ];
        let no_such_week = || Failure::Refused(RemoveWeekRefusal::NoSuchWeek);
        let (level, id) = named.into_iter().flatten().next().ok_or_else(no_such_week)?;
        scope.about(id);
        let place = metrics::find_places(scope.tx(), &[(level, id)]).await?.pop().ok_or_else(no_such_week)?;
        if !scope.tx().clients().may_write(place.client) {
            return Err(Failure::Refused(RemoveWeekRefusal::ClientReadOnly));
        }
        let by = advertising::actor(scope);
        let gone = metrics::remove_week(scope.tx(), id, params.week_start, &by).await?;
        let gone = gone.ok_or_else(no_such_week)?;
        scope.audit(id, json!({ "before": before(&gone), "weekStart": params.week_start }));
        Ok(RemovedWeek { week_start: params.week_start, recorded_at: Timestamp(gone.recorded_at) })
    }
}

impl Handle<ListRevisions> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        list: ListRevisions,
    ) -> Result<Page<WeekRevision>, Failure<NoRefusal>> {
        let request = self.page_request(scope, &list, list.page_size, list.cursor.as_ref())?;
        let named = [
            list.campaign_id.map(|it| it.0),
            list.campaign_group_id.map(|it| it.0),
            list.client_channel_id.map(|it| it.0),
            list.client_id.map(|it| it.0),
        ];
        let id = named.into_iter().flatten().next().unwrap_or_default();
        let rows = metrics::list_revisions(scope.tx(), id, list.week_start, &request).await?;
        let who: Vec<Actor> = rows.items.iter().map(|it| recorded_by(&it.row.recorded_by)).collect();
        let names = actors::names_of(scope.tx(), who).await?;
        self.try_page(scope, &list, rows, |Revision { row, currency }| {
            let amounts = row.ad_spend.zip(row.sales).map(|(ad_spend, sales)| Amounts { ad_spend, sales });
            Ok(WeekRevision {
                recorded_at: Timestamp(row.recorded_at),
                ad_spend: row.ad_spend.map(|it| advertising::money(it, &currency)).transpose()?,
                sales: row.sales.map(|it| advertising::money(it, &currency)).transpose()?,
                roas: amounts.and_then(advertising::roas),
                source: advertising::source(&row.source)?,
                recorded_by: convert::actor(recorded_by(&row.recorded_by), &names),
                import_id: row.import_id.map(MetricsImportId),
            })
        })
    }
}

/// Who the tables say it was.
pub(crate) fn recorded_by(text: &str) -> Actor {
    let id = |text: &str| text.parse::<Uuid>().ok();
    match text.split_once(':') {
        Some(("user", user)) => id(user).map_or(Actor::System, |it| Actor::User(tenancy::UserId(it))),
        Some(("api_key", key)) => id(key).map_or(Actor::System, |it| Actor::ApiKey(tenancy::ApiKeyId(it))),
        _ => Actor::System,
    }
}
