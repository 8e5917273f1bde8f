//! The REST resources under `/services/data`: versions, describe, limits, query and its further pages, single records.
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode};
use serde_json::{Value as Json, json};

use super::cursors::Cursor;
use super::error::ApiError;
use super::faults::Endpoint;
use super::faulty_body::error_response;
use super::id::RecordId;
use super::query::{self, Output, ResultSet, Scope};
use super::schema::{self, OBJECTS};
use super::server::{Call, json as json_response};
use super::{Shared, describe, held, time};

const OLDEST_VERSION: u32 = 30;
const NEWEST_VERSION: u32 = 62;
const BATCH: std::ops::RangeInclusive<usize> = 200..=2_000;

pub(super) fn answer(shared: &Shared, endpoint: Endpoint, call: &Call) -> Response<Bytes> {
    if call.path() == "/" {
        return json_response(
            StatusCode::OK,
            json!({ "sandbox": "salesforce", "url": shared.base_url }).to_string(),
        );
    }
    if call.path().trim_end_matches('/') == "/services/data" {
        return json_response(StatusCode::OK, versions().to_string());
    }
    let mut response = match resource(shared, endpoint, call) {
        Ok(body) => json_response(StatusCode::OK, body),
        Err(e) => error_response(&e),
    };
    let used = held(&shared.ledger).api_calls;
    let info = format!("api-usage={used}/{}", shared.options.daily_api_limit);
    if let Ok(value) = HeaderValue::from_str(&info) {
        response.headers_mut().insert("sforce-limit-info", value);
    }
    response
}

fn resource(shared: &Shared, endpoint: Endpoint, call: &Call) -> Result<Bytes, ApiError> {
    let rest = call.path().strip_prefix("/services/data/v").ok_or_else(ApiError::not_found)?;
    let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let known = version
        .strip_suffix(".0")
        .and_then(|v| v.parse().ok())
        .is_some_and(|v| (OLDEST_VERSION..=NEWEST_VERSION).contains(&v));
    if !known {
        return Err(ApiError::not_found());
    }
    if !call.bearer().is_some_and(|t| held(&shared.auth).is_valid(t)) {
        return Err(ApiError::invalid_session());
    }
    count_call(shared)?;
    if call.method != Method::GET {
        let message = format!("HTTP Method '{}' not allowed. Allowed are HEAD,GET", call.method);
        return Err(ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message));
    }
    let parts: Vec<&str> = rest.split('/').filter(|p| !p.is_empty()).collect();
    let org = shared.org.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    let scope = |all| Scope { org: &org, all, now: chrono::Utc::now().timestamp() };
    let text = |v: Json| Bytes::from(v.to_string());
    match (endpoint, parts.as_slice()) {
        (_, []) => Ok(text(root(version))),
        (Endpoint::Query, [resource]) => {
            let soql = call.parameter("q").ok_or_else(|| {
                ApiError::new(
                    StatusCode::BAD_REQUEST,
                    "MALFORMED_QUERY",
                    "A query string has to be specified",
                )
            })?;
            first_page(shared, scope(*resource == "queryAll"), &soql, batch_size(call), version)
                .map(Bytes::from)
        }
        (Endpoint::QueryMore, [_, locator]) => next_page(shared, scope, locator, version).map(Bytes::from),
        (Endpoint::Limits, _) => Ok(text(limits(shared))),
        (Endpoint::Describe, ["sobjects"]) => Ok(text(describe::global(version))),
        (Endpoint::Describe, ["sobjects", name]) => {
            let object = find_object(name)?;
            Ok(text(
                json!({ "objectDescribe": describe::summary(&OBJECTS[object], version), "recentItems": [] }),
            ))
        }
        (Endpoint::Describe, ["sobjects", name, "describe"]) => {
            Ok(text(describe::object(&org, find_object(name)?, version)))
        }
        (Endpoint::Record, ["sobjects", name, "deleted"]) => {
            changed_ids(scope(true), find_object(name)?, call, true).map(text)
        }
        (Endpoint::Record, ["sobjects", name, "updated"]) => {
            changed_ids(scope(true), find_object(name)?, call, false).map(text)
        }
        (Endpoint::Record, ["sobjects", name, id]) => {
            record(scope(false), find_object(name)?, id, call, version)
        }
        _ => Err(ApiError::not_found()),
    }
}

fn count_call(shared: &Shared) -> Result<(), ApiError> {
    let mut ledger = held(&shared.ledger);
    if ledger.api_calls >= shared.options.daily_api_limit {
        return Err(ApiError::limit_exceeded());
    }
    ledger.api_calls += 1;
    Ok(())
}

fn find_object(name: &str) -> Result<usize, ApiError> {
    schema::object(name).ok_or_else(ApiError::not_found)
}

/// `Sforce-Query-Options: batchSize=500`, held to the vendor's bounds.
fn batch_size(call: &Call) -> usize {
    let header = call.headers.get("sforce-query-options").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let asked = header.split([',', ';']).find_map(|o| {
        let (name, value) = o.split_once('=')?;
        name.trim().eq_ignore_ascii_case("batchSize").then(|| value.trim().parse::<usize>().ok())?
    });
    asked.map_or(*BATCH.end(), |n| n.clamp(*BATCH.start(), *BATCH.end()))
}

fn first_page(
    shared: &Shared,
    scope: Scope<'_>,
    soql: &str,
    batch: usize,
    version: &str,
) -> Result<Vec<u8>, ApiError> {
    let set = query::run(scope, soql)?;
    match set.plan.output {
        Output::Count => {
            Ok(json!({ "totalSize": set.rows.len(), "done": true, "records": [] }).to_string().into_bytes())
        }
        Output::Aggregates(_) => {
            let record = query::render_aggregate(scope, &set);
            Ok(json!({ "totalSize": 1, "done": true, "records": [record] }).to_string().into_bytes())
        }
        Output::Columns(_) if set.rows.len() <= batch => {
            Ok(page(scope, &set, 0, set.rows.len(), version, None))
        }
        Output::Columns(_) => {
            let (locator, cursor) = held(&shared.cursors).keep(Cursor { set, all: scope.all, batch });
            Ok(page(scope, &cursor.set, 0, batch, version, Some(&locator)))
        }
    }
}

fn next_page<'a>(
    shared: &Shared,
    scope: impl Fn(bool) -> Scope<'a>,
    locator: &str,
    version: &str,
) -> Result<Vec<u8>, ApiError> {
    let refused = || ApiError::new(StatusCode::BAD_REQUEST, "INVALID_QUERY_LOCATOR", "invalid query locator");
    let (id, from) = locator.rsplit_once('-').ok_or_else(refused)?;
    let from: usize = from.parse().map_err(|_| refused())?;
    let cursor = held(&shared.cursors).find(id).filter(|c| from < c.set.rows.len()).ok_or_else(refused)?;
    let to = (from + cursor.batch).min(cursor.set.rows.len());
    let more = (to < cursor.set.rows.len()).then_some(id);
    Ok(page(scope(cursor.all), &cursor.set, from, to, version, more))
}

fn page(
    scope: Scope<'_>,
    set: &ResultSet,
    from: usize,
    to: usize,
    version: &str,
    more: Option<&str>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(256 + (to - from) * 512);
    let total = set.rows.len();
    let head = match more {
        Some(locator) => format!(
            "{{\"totalSize\":{total},\"done\":false,\"nextRecordsUrl\":\"/services/data/v{version}/query/{locator}-{to}\",\"records\":["
        ),
        None => format!("{{\"totalSize\":{total},\"done\":true,\"records\":["),
    };
    out.extend_from_slice(head.as_bytes());
    query::render_page(scope, set, from, to, version, &mut out);
    out.extend_from_slice(b"]}");
    out
}

/// For the fault menu: the answer says there is more, and the way there leads back here.
pub(super) fn loop_cursor(shared: &Shared, call: &Call, response: Response<Bytes>) -> Response<Bytes> {
    let Ok(mut body) = serde_json::from_slice::<Json>(response.body()) else { return response };
    if body.get("records").is_none() {
        return response;
    }
    let here = match (Endpoint::of(call.path()), call.parameter("q")) {
        (Endpoint::Query, Some(soql)) => {
            let org = shared.org.read().unwrap_or_else(std::sync::PoisonError::into_inner);
            let all = call.path().contains("queryAll");
            let scope = Scope { org: &org, all, now: chrono::Utc::now().timestamp() };
            let Ok(set) = query::run(scope, &soql) else { return response };
            let (locator, _) = held(&shared.cursors).keep(Cursor { set, all, batch: batch_size(call) });
            let base = call.path().rsplit_once('/').map_or("", |(b, _)| b);
            format!("{base}/query/{locator}-0")
        }
        _ => call.path().to_owned(),
    };
    body["done"] = false.into();
    body["nextRecordsUrl"] = here.into();
    response.map(|_| Bytes::from(body.to_string()))
}

fn record(scope: Scope<'_>, object: usize, id: &str, call: &Call, version: &str) -> Result<Bytes, ApiError> {
    let def = &OBJECTS[object];
    let missing =
        || ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "The requested resource does not exist");
    let found =
        RecordId::parse(id).filter(|i| i.prefix == *def.prefix.as_bytes()).and_then(|i| scope.org.find(i));
    let (_, row) = found.ok_or_else(missing)?;
    if row.deleted {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "ENTITY_IS_DELETED", "entity is deleted"));
    }
    let fields = call.parameter("fields").unwrap_or_else(|| {
        let visible = def.fields.iter().enumerate().filter(|(i, _)| !scope.org.is_hidden(object, *i));
        visible.map(|(_, f)| f.name).collect::<Vec<_>>().join(",")
    });
    let set = query::run(
        scope,
        &format!("SELECT {fields} FROM {} WHERE Id = '{}'", def.name, id.replace('\'', "")),
    )?;
    let mut out = Vec::new();
    query::render_page(scope, &set, 0, set.rows.len().min(1), version, &mut out);
    Ok(Bytes::from(out))
}

/// `…/deleted?start=…&end=…` and `…/updated`: ids changed in a window.
fn changed_ids(scope: Scope<'_>, object: usize, call: &Call, deleted: bool) -> Result<Json, ApiError> {
    let instant = |name: &str| {
        call.parameter(name).and_then(|v| time::parse_datetime(&v.replace(' ', "+"))).ok_or_else(|| {
            let message = format!("{name} is missing or not a date");
            ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REPLICATION_DATE", message)
        })
    };
    let (start, end) = (instant("start")?, instant("end")?);
    if end <= start {
        let message = "startDate before endDate";
        return Err(ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REPLICATION_DATE", message));
    }
    let table = &scope.org.tables[object];
    let instant_text = |t: i64| String::from_utf8_lossy(&time::render_datetime(t)).into_owned();
    let hits = table
        .by_modstamp
        .range((start, 0)..(end, 0))
        .filter(|(_, r)| table.rows[*r as usize].deleted == deleted);
    let covered = instant_text(end.min(scope.now));
    Ok(if deleted {
        let records: Vec<Json> = hits
            .map(|(t, r)| json!({ "deletedDate": instant_text(*t), "id": table.id(*r).to_string() }))
            .collect();
        let earliest = table.by_modstamp.first().map_or(start, |(t, _)| *t);
        json!({ "deletedRecords": records, "earliestDateAvailable": instant_text(earliest), "latestDateCovered": covered })
    } else {
        let ids: Vec<Json> = hits.map(|(_, r)| table.id(*r).to_string().into()).collect();
        json!({ "ids": ids, "latestDateCovered": covered })
    })
}

fn versions() -> Json {
    let seasons = ["Spring", "Summer", "Winter"];
    (OLDEST_VERSION..=NEWEST_VERSION)
        .map(|v| {
            let label = format!("{} '{}", seasons[(v % 3) as usize], 4 + v / 3);
            json!({ "label": label, "url": format!("/services/data/v{v}.0"), "version": format!("{v}.0") })
        })
        .collect()
}

fn root(version: &str) -> Json {
    let base = format!("/services/data/v{version}");
    json!({
        "sobjects": format!("{base}/sobjects"),
        "query": format!("{base}/query"),
        "queryAll": format!("{base}/queryAll"),
        "limits": format!("{base}/limits"),
    })
}

fn limits(shared: &Shared) -> Json {
    let max = shared.options.daily_api_limit;
    let left = max.saturating_sub(held(&shared.ledger).api_calls);
    json!({
        "DailyApiRequests": { "Max": max, "Remaining": left },
        "DailyBulkV2QueryJobs": { "Max": 10_000, "Remaining": 10_000 },
        "DailyBulkV2QueryFileStorageMB": { "Max": 976_562, "Remaining": 976_562 },
        "ConcurrentAsyncGetReportInstances": { "Max": 200, "Remaining": 200 },
    })
}
