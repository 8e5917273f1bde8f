//! Reading an org page by page, so that nothing is missed and a broken run goes on where it stopped.

use std::collections::BTreeMap;

use canonical::{EntityKind, Raw};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::build::{Builder, Output};
use super::describe::{DescribeCache, Description};
use super::objects::{Object, default_mappings};
use super::query::{Answer, Api, Batch, QueryError};
use super::soql::{Condition, Literal, Name, Operator, Select};
use crate::connector::{Cursor, Scope};
use crate::error::ConnectorError;
use crate::mapping::{Environment, parse_instant};
use crate::page::Page;
use crate::row::Layout;

/// The cursor's content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct State {
    /// Where the next run of each object begins; an object without one begins at the beginning.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    since: BTreeMap<Object, DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Run>,
}

/// The object being read, and how far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Run {
    object: Object,
    /// The server's time when this object was first asked for.
    started: Option<DateTime<Utc>>,
    /// The last row delivered.
    after: Option<Key>,
    /// Where the server keeps the rest of the result.
    locator: Option<String>,
    /// Rows delivered of that result, and its size.
    delivered: u64,
    total: u64,
}

/// A row's place in the reading order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    at: DateTime<Utc>,
    id: String,
}

impl Run {
    const fn of(object: Object) -> Self {
        Self { object, started: None, after: None, locator: None, delivered: 0, total: 0 }
    }
}

pub(super) async fn fetch(
    describes: &DescribeCache,
    api: &Api<'_>,
    cursor: &Cursor,
    scope: &Scope,
) -> Result<Page, ConnectorError> {
    let mut state: State = cursor.read()?;
    let mut notes = Vec::new();
    let mut run = match state.run.take() {
        Some(run) => run,
        None => Run::of(first(scope)?),
    };
    loop {
        let object = run.object;
        let description = if run.after.is_none() {
            describes.fresh(api, object).await
        } else {
            describes.get(api, object).await
        };
        match description {
            Ok(description) => {
                let (builder, answer) =
                    ask(describes, api, scope, description, &mut run, state.since.get(&object)).await?;
                if builder.left_out > 0 {
                    notes.push(format!(
                        "{}: {} custom fields are more than one query holds",
                        object.name(),
                        builder.left_out
                    ));
                }
                return page(api, scope, state, run, &builder, &answer, notes);
            }
            Err(ConnectorError::Permission(_)) => {
                notes.push(format!("{}: not visible to the authorised user", object.name()));
                match following(scope, object) {
                    Some(next) => run = Run::of(next),
                    None => return Ok(end(state, object, notes)),
                }
            }
            Err(error) => return Err(error),
        }
    }
}

/// Gets the batch that `run` points at, starting the query anew where the server does not know it any more.
async fn ask(
    describes: &DescribeCache,
    api: &Api<'_>,
    scope: &Scope,
    description: std::sync::Arc<Description>,
    run: &mut Run,
    since: Option<&DateTime<Utc>>,
) -> Result<(Builder, Answer), ConnectorError> {
    let mut builder = builder(api, scope, run.object, &description);
    if let Some(locator) = &run.locator {
        match api.continue_at(locator).await {
            Ok(answer) => return Ok((builder, answer)),
            Err(QueryError::LocatorExpired) => {
                tracing::info!(
                    object = run.object.name(),
                    "a kept result has expired, asking again from the last row"
                );
            }
            Err(error) => return Err(error.into()),
        }
    }
    (run.locator, run.delivered, run.total) = (None, 0, 0);
    let floor = since.copied().or(scope.not_before);
    let answer = match api.query_all(&select(&builder, run, floor)?).await {
        // A field went away since it was described.
        Err(QueryError::UnknownName) => {
            let description = describes.fresh(api, run.object).await?;
            builder = self::builder(api, scope, run.object, &description);
            api.query_all(&select(&builder, run, floor)?).await?
        }
        outcome => outcome?,
    };
    run.started = run.started.or(Some(answer.asked_at));
    Ok((builder, answer))
}

fn builder(api: &Api<'_>, scope: &Scope, object: Object, description: &Description) -> Builder {
    let mappings = scope.mappings.get(&object.entity()).map_or(&[][..], Vec::as_slice);
    let environment = Environment { currency: api.settings.currency, keep_raw: scope.keep_raw };
    Builder::new(object, mappings, &description.custom_fields(), environment, &|field| description.has(field))
}

fn select(builder: &Builder, run: &Run, floor: Option<DateTime<Utc>>) -> Result<Select, ConnectorError> {
    let not_a_name = || ConnectorError::Malformed("a description with a field that is no name");
    let fields = builder.fields().iter().map(|field| Name::new(field)).collect::<Option<Vec<_>>>();
    let modified = || Name::new("SystemModstamp").expect("a constant name");
    let id = || Name::new("Id").expect("a constant name");
    let condition =
        match (&run.after, floor) {
            (Some(Key { at, id: last }), _) => Some(
                Condition::Compare(modified(), Operator::Greater, Literal::Instant(*at))
                    .or(Condition::Compare(modified(), Operator::Equal, Literal::Instant(*at))
                        .and(Condition::Compare(id(), Operator::Greater, Literal::Text(last.clone())))),
            ),
            (None, Some(floor)) => {
                Some(Condition::Compare(modified(), Operator::AtLeast, Literal::Instant(floor)))
            }
            (None, None) => None,
        };
    Ok(Select {
        fields: fields.ok_or_else(not_a_name)?,
        from: Name::new(run.object.name()).expect("objects have constant names"),
        condition,
        order_by: vec![modified(), id()],
        limit: None,
    })
}

fn page(
    api: &Api<'_>,
    scope: &Scope,
    mut state: State,
    mut run: Run,
    builder: &Builder,
    answer: &Answer,
    notes: Vec<String>,
) -> Result<Page, ConnectorError> {
    let batch = answer.batch()?;
    advance(&mut run, &batch)?;
    let mut output = Output::default();
    builder.run(&batch.records, &mut output);
    let (object, total) = (run.object, run.total);
    let read = BTreeMap::from([(object.entity(), count(&batch.records))]);
    if batch.done {
        let started = run.started.unwrap_or(answer.asked_at);
        // The header that tells the server's time has whole seconds: one of them is always in doubt.
        let overlap = api.settings.overlap().max(TimeDelta::seconds(2));
        state.since.insert(object, started - overlap);
    }
    let next = if batch.done { following(scope, object).map(Run::of) } else { Some(run) };
    let done = next.is_none();
    let watermark = if done { watermark(&state) } else { None };
    state.run = next;
    Ok(Page {
        records: output.records,
        quarantined: output.quarantined,
        folded: output.folded,
        read,
        object: object.name(),
        object_total: Some(total),
        notes,
        next: Cursor::of(&state),
        done,
        watermark,
    })
}

/// Moves `run` behind the batch's last row, and refuses a server that leads in circles: the rows of one result never go back in
/// time, are never more than it announced, and never come from the same place twice.
fn advance(run: &mut Run, batch: &Batch<'_>) -> Result<(), ConnectorError> {
    const CIRCLES: ConnectorError = ConnectorError::Malformed("pages that lead in circles");
    if run.locator.is_none() {
        run.total = batch.total_size;
    } else if batch.next_records_url == run.locator {
        return Err(CIRCLES);
    }
    run.delivered += count(&batch.records);
    if run.delivered > run.total.max(batch.total_size) {
        return Err(CIRCLES);
    }
    let mut layout = Layout::default();
    let (id, at) = (layout.column("Id"), layout.column("SystemModstamp"));
    let key = |raw: &&RawValue| {
        let row = layout.read(raw).ok()?;
        Some(Key { at: parse_instant(row.text(Some(at))?)?, id: row.text(Some(id))?.to_owned() })
    };
    if let (Some(first), Some(after)) = (batch.records.iter().find_map(key), &run.after)
        && (first.at < after.at || first == *after)
    {
        return Err(CIRCLES);
    }
    // A row without a readable key is quarantined; the one before it is the place to go on from.
    if let Some(last) = batch.records.iter().rev().find_map(key) {
        run.after = Some(last);
    }
    run.locator.clone_from(&batch.next_records_url);
    Ok(())
}

fn end(mut state: State, object: Object, notes: Vec<String>) -> Page {
    state.run = None;
    Page {
        records: crate::page::Records::default(),
        quarantined: Vec::new(),
        folded: Vec::new(),
        read: BTreeMap::new(),
        object: object.name(),
        object_total: None,
        notes,
        watermark: watermark(&state),
        next: Cursor::of(&state),
        done: true,
    }
}

fn watermark(state: &State) -> Option<DateTime<Utc>> {
    state.since.values().min().copied()
}

fn first(scope: &Scope) -> Result<Object, ConnectorError> {
    let wanted = Object::ALL.iter().copied().find(|object| scope.wants(object.entity()));
    wanted
        .ok_or_else(|| ConnectorError::InvalidRequest("Salesforce has none of these kinds of record".into()))
}

fn following(scope: &Scope, object: Object) -> Option<Object> {
    let mut next = object.next();
    while let Some(object) = next.filter(|object| !scope.wants(object.entity())) {
        next = object.next();
    }
    next
}

fn count(rows: &[&RawValue]) -> u64 {
    rows.len() as u64
}

/// The first rows of each object of a kind, with all their plain fields.
pub(super) async fn sample(
    describes: &DescribeCache,
    api: &Api<'_>,
    entity: EntityKind,
    rows: usize,
) -> Result<Vec<Raw>, ConnectorError> {
    let mut samples = Vec::new();
    let objects = Object::of(entity);
    let each = u32::try_from(rows.clamp(1, 100).div_ceil(objects.len().max(1))).expect("a hundred at most");
    for object in objects {
        let description = match describes.get(api, *object).await {
            Ok(description) => description,
            Err(ConnectorError::Permission(_)) => continue,
            Err(error) => return Err(error),
        };
        let mappings = default_mappings().remove(&entity).unwrap_or_default();
        let environment = Environment { currency: api.settings.currency, keep_raw: false };
        let fields = description.plain_fields();
        let builder = Builder::new(*object, &mappings, &fields, environment, &|field| description.has(field));
        let select = Select { limit: Some(each), ..select(&builder, &Run::of(*object), None)? };
        let answer = api.query_all(&select).await.map_err(ConnectorError::from)?;
        samples.extend(answer.batch()?.records.into_iter().map(Raw::from));
    }
    samples.truncate(rows);
    Ok(samples)
}
