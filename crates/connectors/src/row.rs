//! One source row as cells in known columns, borrowed from the vendor's answer: rows are read by the ten thousand a second, so
//! nothing is built that nobody asked for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Cow<'a, str>),
    /// A list or an object: not mapped.
    Nested,
}

impl Cell<'_> {
    /// Whether there is nothing in it: null, or text without a visible character.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Null | Self::Nested => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }
}

/// The columns wanted of each row, in the order asked for. `Owner.Email` names a field of a nested object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    paths: Vec<String>,
    slots: Vec<(String, Slot)>,
}

#[derive(Clone, Debug)]
enum Slot {
    Column(usize),
    Nested(Vec<(String, Slot)>),
}

impl Layout {
    /// The column of `path`, added if it is new.
    pub(crate) fn column(&mut self, path: &str) -> usize {
        let next = self.paths.len();
        let column = place(&mut self.slots, path, next);
        if column == next {
            self.paths.push(path.to_owned());
        }
        column
    }

    /// The columns' paths, in order.
    pub(crate) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// # Errors
    /// When the row is not a JSON object.
    pub(crate) fn read<'a>(&self, row: &'a RawValue) -> Result<Row<'a>, serde_json::Error> {
        let mut cells = vec![Cell::Null; self.paths.len()];
        let mut json = serde_json::Deserializer::from_str(row.get());
        RowSeed { slots: &self.slots, cells: &mut cells }.deserialize(&mut json)?;
        Ok(Row { cells })
    }
}

fn place(slots: &mut Vec<(String, Slot)>, path: &str, next: usize) -> usize {
    let (head, rest) = path.split_once('.').map_or((path, None), |(head, rest)| (head, Some(rest)));
    let at = slots
        .iter()
        .position(|(name, slot)| name == head && matches!(slot, Slot::Nested(_)) == rest.is_some());
    match (at, rest) {
        (Some(at), None) => match slots[at].1 {
            Slot::Column(column) => column,
            Slot::Nested(_) => unreachable!("the position was chosen among columns"),
        },
        (Some(at), Some(rest)) => match &mut slots[at].1 {
            Slot::Nested(inner) => place(inner, rest, next),
            Slot::Column(_) => unreachable!("the position was chosen among nested slots"),
        },
        (None, None) => {
            slots.push((head.to_owned(), Slot::Column(next)));
            next
        }
        (None, Some(rest)) => {
            let mut inner = Vec::new();
            let column = place(&mut inner, rest, next);
            slots.push((head.to_owned(), Slot::Nested(inner)));
            column
        }
    }
}

/// A row, read.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    cells: Vec<Cell<'a>>,
}

impl<'a> Row<'a> {
    pub(crate) fn cell(&self, column: usize) -> &Cell<'a> {
        self.cells.get(column).unwrap_or(&Cell::Null)
    }

    /// The text in `column`, if there is any.
    pub(crate) fn text(&self, column: Option<usize>) -> Option<&str> {
        match self.cell(column?) {
            Cell::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    pub(crate) fn is_true(&self, column: Option<usize>) -> bool {
        column.is_some_and(|column| *self.cell(column) == Cell::Bool(true))
    }
}

struct RowSeed<'l, 'c, 'de> {
    slots: &'l [(String, Slot)],
    cells: &'c mut Vec<Cell<'de>>,
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    /// A related record that is not there.
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // Vendors answer in the order of the question, so the next slot is nearly always the right one.
        let mut expected = 0;
        while let Some(key) = map.next_key_seed(TextSeed)? {
            let found = (expected..self.slots.len()).chain(0..expected).find(|&at| self.slots[at].0 == key);
            let Some(at) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            expected = at + 1;
            match &self.slots[at].1 {
                Slot::Column(column) => self.cells[*column] = map.next_value_seed(CellSeed)?,
                Slot::Nested(slots) => map.next_value_seed(RowSeed { slots, cells: self.cells })?,
            }
        }
        Ok(())
    }
}

struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

struct CellSeed;

impl<'de> DeserializeSeed<'de> for CellSeed {
    type Value = Cell<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed {
    type Value = Cell<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cell::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Cell::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "beyond i64 there is no exact form to keep")]
        Ok(i64::try_from(value).map_or(Cell::Float(value as f64), Cell::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Cell::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    /// Text with escapes. NUL is dropped: no database of ours can hold it, and nobody typed it on purpose.
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let text = if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() };
        Ok(Cell::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cell::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cell::Nested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(paths: &[&str]) -> Layout {
        let mut layout = Layout::default();
        for path in paths {
            layout.column(path);
        }
        layout
    }

    fn read<'a>(layout: &Layout, json: &'a str) -> Result<Row<'a>, serde_json::Error> {
        layout.read(serde_json::from_str(json)?)
    }

    #[test]
    fn cells_land_in_their_columns_in_any_order_and_strangers_are_skipped() {
        let layout = layout(&["Id", "N", "Owner.Email", "Flag", "Owner.Name", "Big"]);
        let row = read(
            &layout,
            r#"{"attributes":{"type":"X"},"Big":1.5,"Owner":{"Name":"Ö\n","Email":null,"Z":[1]},"Flag":true,"N":7,"Id":"a","L":[{}]}"#,
        )
        .unwrap();
        let cells: Vec<_> = (0..6).map(|column| row.cell(column).clone()).collect();
        assert_eq!(
            cells,
            [
                Cell::Text("a".into()),
                Cell::Int(7),
                Cell::Null,
                Cell::Bool(true),
                Cell::Text("Ö\n".into()),
                Cell::Float(1.5)
            ]
        );
        assert_eq!((row.text(Some(4)), row.text(Some(2)), row.text(None)), (Some("Ö"), None, None));
        assert!(row.is_true(Some(3)) && !row.is_true(Some(0)));
    }

    #[test]
    fn a_missing_relation_and_a_nested_value_are_blank() {
        let layout = layout(&["Owner.Email", "Address"]);
        let row = read(&layout, r#"{"Owner":null,"Address":{"city":"x"}}"#).unwrap();
        assert!(row.cell(0).is_blank() && row.cell(1).is_blank());
    }

    #[test]
    fn text_without_escapes_is_borrowed_and_nul_is_dropped() {
        let layout = layout(&["a", "b"]);
        let row = read(&layout, r#"{"a":"plain","b":"x\u0000y"}"#).unwrap();
        assert!(matches!(row.cell(0), Cell::Text(Cow::Borrowed("plain"))));
        assert_eq!(*row.cell(1), Cell::Text("xy".into()));
    }

    #[test]
    fn asking_twice_for_a_column_gives_the_same_one() {
        let mut layout = Layout::default();
        assert_eq!(
            [layout.column("A.b"), layout.column("A"), layout.column("A.b"), layout.column("A.c")],
            [0, 1, 0, 2]
        );
    }

    #[test]
    fn what_is_no_row_is_refused() {
        let layout = layout(&["Id"]);
        for json in ["[]", "1", "\"x\"", r#"{"Id":"\ud800"}"#] {
            assert!(read(&layout, json).is_err(), "{json}");
        }
    }
}
