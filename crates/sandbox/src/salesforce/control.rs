//! The stand-in's own switches: methods on the handle for tests in the same process, `/_control/…` for others.
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::auth::Account;
use super::faults::Fault;
use super::id::RecordId;
use super::ledger::LedgerEntry;
use super::mutate::{self, Changes};
use super::org::Org;
use super::query::{self, Scope};
use super::row::Value;
use super::schema::{self, OBJECTS};
use super::server::{Call, json as json_response};
use super::{SalesforceHandle, Shared, held};

impl SalesforceHandle {
    pub fn add_fault(&self, fault: Fault) {
        held(&self.shared.faults).add(fault);
    }

    pub fn clear_faults(&self) {
        held(&self.shared.faults).clear();
    }

    /// Requests so far, oldest first; the control path's own are not among them.
    pub fn ledger(&self) -> Vec<LedgerEntry> {
        held(&self.shared.ledger).entries()
    }

    pub fn clear_ledger(&self) {
        held(&self.shared.ledger).clear();
    }

    /// Gives the day's API calls back.
    pub fn reset_api_usage(&self) {
        held(&self.shared.ledger).api_calls = 0;
    }

    /// Every access token stops working; refresh tokens stay.
    pub fn expire_access_tokens(&self) {
        held(&self.shared.auth).expire_all_access();
    }

    /// Every refresh token stops working; access tokens stay.
    pub fn kill_refresh_tokens(&self) {
        held(&self.shared.auth).kill_all_refresh();
    }

    /// Every query locator stops working.
    pub fn drop_query_locators(&self) {
        held(&self.shared.cursors).clear();
    }

    /// What a script needs to log in.
    pub fn login(&self) -> Account {
        login(&self.shared)
    }

    /// A new access token, without the ceremony.
    pub fn issue_access_token(&self) -> String {
        held(&self.shared.auth).issue_access(self.shared.options.access_token_ttl)
    }

    /// Records of each object that are not deleted.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        self.read(Org::counts)
    }

    /// The part that each contact and lead really plays when their company buys, by id. No client is told: a guess can be held
    /// to it. People made by mutations have none.
    pub fn true_parts(&self) -> Vec<(RecordId, &'static str)> {
        self.read(|org| org.parts.iter().map(|(id, part)| (*id, part.name())).collect())
    }

    /// Edits, new activities, stage changes, deletions, a conversion and a merge, all stamped now (but after everything else).
    pub fn mutate(&self, seed: u64) -> Changes {
        self.mutate_at(seed, Utc::now())
    }

    /// As [`mutate`](Self::mutate), stamped from the given instant on.
    pub fn mutate_at(&self, seed: u64, at: DateTime<Utc>) -> Changes {
        self.write(|org| mutate::mutate(org, seed, at.timestamp()))
    }

    /// Adds a record; fields not named are null. A `modstamp` in the past makes a row that becomes visible late.
    ///
    /// # Panics
    /// When the object or a field does not exist.
    pub fn insert(&self, object: &str, fields: &[(&str, Value)], modstamp: DateTime<Utc>) -> RecordId {
        self.write(|org| {
            let table = org.table_mut(object);
            let mut values = vec![Value::Null; table.object.fields.len()];
            for (name, value) in fields {
                values[table.object.must(name)] = value.clone();
            }
            for name in ["CreatedDate", "LastModifiedDate"] {
                let slot = &mut values[table.object.must(name)];
                if *slot == Value::Null {
                    *slot = Value::Time(modstamp.timestamp());
                }
            }
            table.insert(modstamp.timestamp(), values)
        })
    }

    /// Changes some fields of a record.
    ///
    /// # Panics
    /// When the record or a field does not exist.
    pub fn update(&self, id: RecordId, fields: &[(&str, Value)], modstamp: DateTime<Utc>) {
        self.write(|org| {
            let object = schema::object_of_prefix(&id.prefix).expect("a known key prefix");
            org.tables[object].update(id.row, modstamp.timestamp(), fields);
        });
    }

    /// Moves a record to the recycle bin.
    ///
    /// # Panics
    /// When the record does not exist.
    pub fn delete(&self, id: RecordId, modstamp: DateTime<Utc>) {
        self.write(|org| {
            let object = schema::object_of_prefix(&id.prefix).expect("a known key prefix");
            org.tables[object].delete(id.row, modstamp.timestamp(), &[]);
        });
    }

    /// Gives every record of an object the same SystemModstamp, as a mass update does. Returns how many there are.
    pub fn stamp_all(&self, object: &str, modstamp: DateTime<Utc>) -> usize {
        self.write(|org| {
            let table = org.table_mut(object);
            for row in 0..table.rows.len() as u32 {
                let (deleted, values) =
                    (table.rows[row as usize].deleted, table.rows[row as usize].values(table.object));
                table.replace(row, modstamp.timestamp(), deleted, values);
            }
            table.rows.len()
        })
    }

    /// Changes the formula behind `Account.Revenue_Per_Employee__c`: values move, SystemModstamp does not.
    pub fn change_formula(&self, factor: f64) -> usize {
        self.write(|org| mutate::change_formula(org, factor))
    }

    /// Takes a field away, from describe and from queries.
    ///
    /// # Panics
    /// When the object or the field does not exist.
    pub fn hide_field(&self, object: &str, field: &str) {
        self.set_hidden(object, field, true);
    }

    /// Puts a hidden field there; each object has one custom field that is hidden at first.
    ///
    /// # Panics
    /// When the object or the field does not exist.
    pub fn reveal_field(&self, object: &str, field: &str) {
        self.set_hidden(object, field, false);
    }

    /// The records a query gives, whatever their number: for tests to compare with.
    ///
    /// # Errors
    /// The refusal, as text.
    pub fn records(&self, soql: &str, all: bool) -> Result<Vec<Json>, String> {
        self.read(|org| records(org, soql, all))
    }

    fn set_hidden(&self, object: &str, field: &str, hidden: bool) {
        let at = schema::object(object).unwrap_or_else(|| panic!("no object {object}"));
        self.write(|org| org.set_hidden(at, OBJECTS[at].must(field), hidden));
    }

    fn read<T>(&self, f: impl FnOnce(&Org) -> T) -> T {
        f(&self.shared.org.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn write<T>(&self, f: impl FnOnce(&mut Org) -> T) -> T {
        f(&mut self.shared.org.write().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

fn login(shared: &Shared) -> Account {
    let o = &shared.options;
    Account {
        url: shared.base_url.clone(),
        client_id: o.client_id.clone(),
        client_secret: o.client_secret.clone(),
        username: o.username.clone(),
        password: o.password.clone(),
    }
}

fn records(org: &Org, soql: &str, all: bool) -> Result<Vec<Json>, String> {
    let scope = Scope { org, all, now: Utc::now().timestamp() };
    let set = query::run(scope, soql).map_err(|e| e.to_string())?;
    let mut out = vec![b'['];
    query::render_page(scope, &set, 0, set.rows.len(), "60.0", &mut out);
    out.push(b']');
    serde_json::from_slice(&out).map_err(|e| e.to_string())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MutateRequest {
    seed: u64,
    at: Option<DateTime<Utc>>,
}

/// `/_control/{faults,ledger,mutate,counts,login,expire-tokens,kill-refresh-tokens,reset-api-usage}`.
pub(super) fn answer(shared: &Shared, call: &Call) -> Response<Bytes> {
    let ok = |v: Json| json_response(StatusCode::OK, v.to_string());
    let name = call.path().trim_start_matches("/_control/");
    match (name, &call.method) {
        ("faults", &Method::GET) => ok(json!(held(&shared.faults).list())),
        ("faults", &Method::POST) => match serde_json::from_slice::<Fault>(&call.body) {
            Ok(fault) => {
                held(&shared.faults).add(fault);
                ok(json!(held(&shared.faults).list()))
            }
            Err(e) => refused(StatusCode::BAD_REQUEST, &e.to_string()),
        },
        ("faults", &Method::DELETE) => {
            held(&shared.faults).clear();
            ok(json!([]))
        }
        ("ledger", &Method::GET) => {
            let ledger = held(&shared.ledger);
            ok(json!({ "total": ledger.total, "apiCalls": ledger.api_calls, "entries": ledger.entries() }))
        }
        ("ledger", &Method::DELETE) => {
            held(&shared.ledger).clear();
            ok(json!({}))
        }
        ("counts", &Method::GET) => {
            let counts = shared.org.read().unwrap_or_else(std::sync::PoisonError::into_inner).counts();
            ok(Json::Object(counts.into_iter().map(|(k, v)| (k.to_owned(), v.into())).collect::<Map<_, _>>()))
        }
        ("login", &Method::GET) => ok(json!(login(shared))),
        ("mutate", &Method::POST) => match serde_json::from_slice::<MutateRequest>(&call.body) {
            Ok(asked) => {
                let at = asked.at.unwrap_or_else(Utc::now).timestamp();
                let mut org = shared.org.write().unwrap_or_else(std::sync::PoisonError::into_inner);
                ok(json!(mutate::mutate(&mut org, asked.seed, at)))
            }
            Err(e) => refused(StatusCode::BAD_REQUEST, &e.to_string()),
        },
        ("expire-tokens", &Method::POST) => {
            held(&shared.auth).expire_all_access();
            ok(json!({}))
        }
        ("kill-refresh-tokens", &Method::POST) => {
            held(&shared.auth).kill_all_refresh();
            ok(json!({}))
        }
        ("reset-api-usage", &Method::POST) => {
            held(&shared.ledger).api_calls = 0;
            ok(json!({}))
        }
        _ => refused(StatusCode::NOT_FOUND, "no such switch"),
    }
}

fn refused(code: StatusCode, message: &str) -> Response<Bytes> {
    json_response(code, json!({ "error": message }).to_string())
}
