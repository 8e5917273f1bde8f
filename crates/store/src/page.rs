//! Lists by keyset: where one page ended is where the next begins, whatever was added or removed meanwhile.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The last row of a page: its sort key and its id. Opaque to callers, who seal it into a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    pub(crate) key: Key,
    pub(crate) id: Uuid,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Key {
    Text(String),
    Number(i64),
    Time(DateTime<Utc>),
    /// Of rows that have no key and come last.
    None,
}

impl Position {
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a position is plain data")
    }

    /// `None` for bytes that are not a position's.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.key {
            Key::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<i64> {
        match self.key {
            Key::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(crate) fn time(&self) -> Option<DateTime<Utc>> {
        match self.key {
            Key::Time(time) => Some(time),
            _ => None,
        }
    }
}

/// Where to begin and how many rows at most.
#[derive(Clone, Debug)]
pub struct PageRequest {
    pub limit: u32,
    pub after: Option<Position>,
}

impl PageRequest {
    pub fn first(limit: u32) -> Self {
        Self { limit, after: None }
    }

    /// One more than asked for, to know whether there is a next page.
    pub(crate) fn fetch(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// Some rows, and where to go on; `None` when these were the last.
#[derive(Clone, Debug)]
pub struct ListPage<T> {
    pub items: Vec<T>,
    pub next: Option<Position>,
}

impl<T> ListPage<T> {
    /// From up to `limit + 1` rows.
    pub(crate) fn of(mut rows: Vec<T>, request: &PageRequest, position: impl Fn(&T) -> Position) -> Self {
        let limit = request.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(position) } else { None };
        Self { items: rows, next }
    }
}

/// The end of the range of texts that begin with `prefix`, in byte order.
pub(crate) fn end_of_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_its_bytes_and_garbage_is_none() {
        let position = Position { key: Key::Text("é".into()), id: Uuid::from_u128(1) };
        assert_eq!(Position::from_bytes(&position.to_bytes()), Some(position));
        assert_eq!(Position::from_bytes(b"{}"), None);
    }

    #[test]
    fn a_page_has_a_next_one_only_when_there_is_one_row_more() {
        let at = |n: &u128| Position { key: Key::None, id: Uuid::from_u128(*n) };
        let request = PageRequest::first(2);
        assert_eq!(ListPage::of(vec![1, 2], &request, at).next, None);
        let page = ListPage::of(vec![1, 2, 3], &request, at);
        assert_eq!((page.items, page.next), (vec![1, 2], Some(at(&2))));
    }
}
