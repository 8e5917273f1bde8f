//! Cursors of lists: sealed to tenant, caller, method and filter, so that one taken elsewhere opens nothing.

use api::types::Cursor;
use chrono::{DateTime, Duration, NaiveTime, Utc};
use rpc::{FieldError, Method, RpcError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tenancy::{Actor, CursorBinding, FilterHash};

use super::{Gateway, Scope};

/// A cursor is for going on with a list, not for keeping.
const HOLDS: Duration = Duration::hours(24);

/// The list that is being read: whose it is, and everything that decides its order and members.
pub struct Paging<'a> {
    gateway: &'a Gateway,
    scope: &'a Scope,
    method: &'static str,
    filter: FilterHash,
}

impl Gateway {
    /// The paging of a list method's call.
    pub fn paging<'a, M: Method>(&'a self, scope: &'a Scope, params: &M) -> Paging<'a> {
        let mut filter = serde_json::to_value(params).unwrap_or_default();
        if let Value::Object(members) = &mut filter {
            // Where the page begins, how long it is and what is told beside it do not make it another list.
            for name in ["cursor", "pageSize", "includeTotal"] {
                members.remove(name);
            }
        }
        let filter = FilterHash::of(filter.to_string().as_bytes());
        Paging { gateway: self, scope, method: M::NAME, filter }
    }
}

impl Paging<'_> {
    /// Where the page begins: after this position, or at the start without a cursor.
    ///
    /// # Errors
    /// INVALID_PARAMS naming `cursor` when it is not one of this list, or too old.
    pub fn open<P: DeserializeOwned>(&self, cursor: Option<&Cursor>) -> Result<Option<P>, RpcError> {
        let Some(cursor) = cursor else { return Ok(None) };
        let invalid = || {
            let field =
                FieldError::new("cursor", "cursor", "is not a cursor of this list, or is older than a day");
            RpcError::invalid_params(vec![field])
        };
        let open =
            |actor| self.gateway.secrets.cursors.open(&self.binding(actor), cursor.as_str(), Utc::now());
        // A cursor that a watch brought is nobody's own; any other is the caller's.
        let position = open(Actor::System).or_else(|_| open(self.scope.principal().actor()));
        let position = position.map_err(|_| invalid())?;
        serde_json::from_slice(&position).map(Some).map_err(|_| invalid())
    }

    /// The cursor that goes on after `position`.
    pub fn seal<P: Serialize>(&self, position: &P) -> Cursor {
        let position =
            serde_json::to_vec(position).expect("a position is plain data, which always serializes");
        // For all who watch, the same list gives the same bytes all day: it is sent again only when it has changed.
        let (actor, until) = match self.scope.turn {
            Some(_) => (Actor::System, end_of_tomorrow(Utc::now())),
            None => (self.scope.principal.actor(), Utc::now() + HOLDS),
        };
        let sealed = self.gateway.secrets.cursors.seal(&self.binding(actor), &position, until);
        Cursor::try_from(sealed).expect("a sealed cursor is short and URL-safe")
    }

    fn binding(&self, actor: Actor) -> CursorBinding<'_> {
        CursorBinding { tenant: self.scope.tenant(), actor, method: self.method, filter: self.filter }
    }
}

fn end_of_tomorrow(now: DateTime<Utc>) -> DateTime<Utc> {
    (now.date_naive() + Duration::days(2)).and_time(NaiveTime::MIN).and_utc()
}
