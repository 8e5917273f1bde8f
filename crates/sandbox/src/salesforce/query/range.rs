//! Which stretch of the (SystemModstamp, Id) index a predicate can reach. This is what makes keyset paging fast, also
//! when 40,000 rows share one timestamp: `SystemModstamp > X OR (SystemModstamp = X AND Id > Y)` starts right behind (X, Y).
use super::filter::{Operand, Predicate};
use crate::salesforce::id::RecordId;
use crate::salesforce::schema::ObjectDef;
use crate::salesforce::soql::Op;
use crate::salesforce::time;

/// Keys `low..=high` of the index; a superset of what matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyRange {
    pub(crate) low: (i64, u32),
    pub(crate) high: (i64, u32),
    /// Least row number, whatever the timestamp.
    rows_from: u32,
}

impl KeyRange {
    pub(super) fn all() -> Self {
        Self { low: (i64::MIN, 0), high: (i64::MAX, u32::MAX), rows_from: 0 }
    }

    fn and(self, other: Self) -> Self {
        let mut out = Self {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
            rows_from: self.rows_from.max(other.rows_from),
        };
        // One timestamp only: the rows are bounded too.
        if out.low.0 == out.high.0 {
            out.low.1 = out.low.1.max(out.rows_from);
        }
        out
    }

    fn or(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            rows_from: self.rows_from.min(other.rows_from),
        }
    }
}

pub(super) fn of(object: &ObjectDef, predicate: &Predicate) -> KeyRange {
    match predicate {
        Predicate::And(list) => list.iter().map(|p| of(object, p)).fold(KeyRange::all(), KeyRange::and),
        Predicate::Or(list) => {
            list.iter().map(|p| of(object, p)).reduce(KeyRange::or).unwrap_or_else(KeyRange::all)
        }
        Predicate::Compare { path, op, with: Operand::Bytes(bytes) } if path.hops.is_empty() => {
            match object.fields[path.field].name {
                "SystemModstamp" => by_time(*op, bytes),
                "Id" => by_id(*op, bytes),
                _ => KeyRange::all(),
            }
        }
        _ => KeyRange::all(),
    }
}

fn by_time(op: Op, bytes: &[u8]) -> KeyRange {
    let mut range = KeyRange::all();
    let Some(t) = std::str::from_utf8(bytes).ok().and_then(time::parse_datetime) else { return range };
    match op {
        Op::Eq => (range.low, range.high) = ((t, 0), (t, u32::MAX)),
        Op::Gt => range.low = (t + 1, 0),
        Op::Ge => range.low = (t, 0),
        Op::Lt => range.high = (t - 1, u32::MAX),
        Op::Le => range.high = (t, u32::MAX),
        Op::Ne | Op::Like => {}
    }
    range
}

fn by_id(op: Op, bytes: &[u8]) -> KeyRange {
    let mut range = KeyRange::all();
    let Some(id) = std::str::from_utf8(bytes).ok().and_then(RecordId::parse) else { return range };
    match op {
        Op::Gt => range.rows_from = id.row.saturating_add(1),
        Op::Ge | Op::Eq => range.rows_from = id.row,
        _ => {}
    }
    range
}
