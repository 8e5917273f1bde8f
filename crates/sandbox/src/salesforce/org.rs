//! The organization's records: one table for each object, each with an index by (SystemModstamp, Id).
use std::collections::{BTreeSet, HashSet};

use super::generate::Part;
use super::id::RecordId;
use super::row::{Row, Value};
use super::schema::{self, OBJECTS, ObjectDef};

/// One object's rows. A row's number is its id's serial and never changes.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) object: &'static ObjectDef,
    pub(crate) rows: Vec<Row>,
    /// (SystemModstamp, row), deleted rows too.
    pub(crate) by_modstamp: BTreeSet<(i64, u32)>,
}

#[derive(Debug)]
pub(crate) struct Org {
    pub(crate) tables: Vec<Table>,
    /// (object, field) positions that exist in the schema but are not there for a client.
    hidden: HashSet<(usize, usize)>,
    /// What no client is told: the part each generated person plays.
    pub(crate) parts: Vec<(RecordId, Part)>,
}

impl Default for Org {
    fn default() -> Self {
        let tables = OBJECTS
            .iter()
            .map(|object| Table { object, rows: Vec::new(), by_modstamp: BTreeSet::new() })
            .collect();
        let hidden = OBJECTS
            .iter()
            .enumerate()
            .flat_map(|(o, def)| {
                def.fields.iter().enumerate().filter(|(_, f)| f.hidden).map(move |(i, _)| (o, i))
            })
            .collect();
        Self { tables, hidden, parts: Vec::new() }
    }
}

impl Org {
    pub(crate) fn table(&self, object: &str) -> &Table {
        &self.tables[schema::object(object).unwrap_or_else(|| panic!("no object {object}"))]
    }

    pub(crate) fn table_mut(&mut self, object: &str) -> &mut Table {
        let i = schema::object(object).unwrap_or_else(|| panic!("no object {object}"));
        &mut self.tables[i]
    }

    pub(crate) fn find(&self, id: RecordId) -> Option<(&Table, &Row)> {
        let table = &self.tables[schema::object_of_prefix(&id.prefix)?];
        Some((table, table.rows.get(id.row as usize)?))
    }

    pub(crate) fn is_hidden(&self, object: usize, field: usize) -> bool {
        self.hidden.contains(&(object, field))
    }

    /// Takes a field away (describe and queries no longer know it) or puts it there.
    pub(crate) fn set_hidden(&mut self, object: usize, field: usize, hidden: bool) {
        if hidden {
            self.hidden.insert((object, field));
        } else {
            self.hidden.remove(&(object, field));
        }
    }

    /// Records of each object that are not deleted.
    pub(crate) fn counts(&self) -> Vec<(&'static str, usize)> {
        self.tables.iter().map(|t| (t.object.name, t.rows.iter().filter(|r| !r.deleted).count())).collect()
    }
}

impl Table {
    pub(crate) fn next_id(&self) -> RecordId {
        RecordId::new(self.object.prefix, u32::try_from(self.rows.len()).expect("fewer than 2^32 rows"))
    }

    pub(crate) fn id(&self, row: u32) -> RecordId {
        RecordId::new(self.object.prefix, row)
    }

    /// Adds a record; Id and SystemModstamp are set here.
    pub(crate) fn insert(&mut self, modstamp: i64, mut values: Vec<Value>) -> RecordId {
        let id = self.next_id();
        self.stamp(id, modstamp, false, &mut values);
        self.rows.push(Row::render(self.object, modstamp, false, &values));
        self.by_modstamp.insert((modstamp, id.row));
        id
    }

    /// Replaces a record's values and moves it to its new SystemModstamp.
    pub(crate) fn replace(&mut self, row: u32, modstamp: i64, deleted: bool, mut values: Vec<Value>) {
        let id = self.id(row);
        self.stamp(id, modstamp, deleted, &mut values);
        let old = std::mem::replace(
            &mut self.rows[row as usize],
            Row::render(self.object, modstamp, deleted, &values),
        );
        self.by_modstamp.remove(&(old.modstamp, row));
        self.by_modstamp.insert((modstamp, row));
    }

    /// Changes some fields by name at the given instant; LastModifiedDate follows.
    pub(crate) fn update(&mut self, row: u32, modstamp: i64, changes: &[(&str, Value)]) {
        let mut values = self.rows[row as usize].values(self.object);
        for (name, value) in changes {
            values[self.object.must(name)] = value.clone();
        }
        values[self.object.must("LastModifiedDate")] = Value::Time(modstamp);
        let deleted = self.rows[row as usize].deleted;
        self.replace(row, modstamp, deleted, values);
    }

    /// Moves a record to the recycle bin: only `queryAll` sees it from now on.
    pub(crate) fn delete(&mut self, row: u32, modstamp: i64, changes: &[(&str, Value)]) {
        let mut values = self.rows[row as usize].values(self.object);
        for (name, value) in changes {
            values[self.object.must(name)] = value.clone();
        }
        values[self.object.must("LastModifiedDate")] = Value::Time(modstamp);
        self.replace(row, modstamp, true, values);
    }

    /// Rewrites one field and leaves SystemModstamp alone, as a changed formula does.
    pub(crate) fn rewrite_quietly(&mut self, row: u32, field: usize, value: Value) {
        let old = &self.rows[row as usize];
        let (modstamp, deleted) = (old.modstamp, old.deleted);
        let mut values = old.values(self.object);
        values[field] = value;
        self.rows[row as usize] = Row::render(self.object, modstamp, deleted, &values);
    }

    /// Rows that are not deleted.
    pub(crate) fn live(&self) -> impl Iterator<Item = (u32, &Row)> {
        self.rows.iter().enumerate().filter(|(_, r)| !r.deleted).map(|(i, r)| (i as u32, r))
    }

    fn stamp(&self, id: RecordId, modstamp: i64, deleted: bool, values: &mut [Value]) {
        values[self.object.must("Id")] = Value::Id(id);
        values[self.object.must("IsDeleted")] = Value::Bool(deleted);
        values[self.object.must("SystemModstamp")] = Value::Time(modstamp);
    }
}
