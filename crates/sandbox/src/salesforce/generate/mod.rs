//! The seeded organization: companies, the people in them, deals, and what everybody did over 18 months. The same seed, scale
//! and anchor give the same records. Only integer arithmetic and exact float operations decide, so every machine agrees.
mod activities;
mod calendar;
mod companies;
pub(super) mod deals;
mod dice;
mod names;
mod part;
mod people;
mod titles;

use super::id::RecordId;
use super::org::Org;
use super::row::Value;
use super::schema::{self, OBJECTS, ObjectDef};

pub(super) use calendar::Calendar;
pub(super) use dice::Dice;
pub(super) use part::Part;

/// Days of history before the anchor.
const HISTORY_DAYS: i64 = 548;

/// What later steps need to know of an account.
#[derive(Clone, Debug)]
pub(super) struct Company {
    pub(super) id: RecordId,
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) country: usize,
    pub(super) industry: &'static str,
    pub(super) employees: i64,
    pub(super) revenue: f64,
    pub(super) owner: RecordId,
    pub(super) created: i64,
}

/// What later steps need to know of a contact or lead.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: RecordId,
    /// Position among the companies; none for a lead of an unknown company.
    pub(super) company: Option<usize>,
    /// 0 for individual contributors to 4 for the C level.
    pub(super) seniority: u8,
    pub(super) technical: bool,
    pub(super) part: Part,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) email: Option<String>,
    pub(super) title: Option<String>,
    pub(super) department: &'static str,
    pub(super) owner: RecordId,
    pub(super) created: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub(super) id: RecordId,
    pub(super) created: i64,
    /// The day it was closed, or the anchor.
    pub(super) until: i64,
    /// How engaged the buyers were, 0 to 1000: decides both what they did and, in part, how it ended.
    pub(super) heat: u64,
    /// Positions among the people.
    pub(super) members: Vec<usize>,
}

/// Everything generated so far, beside the records themselves.
pub(super) struct World {
    pub(super) org: Org,
    pub(super) dice: Dice,
    /// For the parts people play, so that they can change without everything else changing with them.
    pub(super) fate: Dice,
    pub(super) calendar: Calendar,
    pub(super) scale: f64,
    pub(super) users: Vec<RecordId>,
    pub(super) companies: Vec<Company>,
    pub(super) people: Vec<Person>,
    pub(super) deals: Vec<Deal>,
}

impl World {
    /// So many of these at scale 1.
    pub(super) fn sized(&self, n: u32) -> usize {
        ((f64::from(n) * self.scale) as usize).max(1)
    }
}

/// Builds the organization as it stands at `anchor` (seconds since 1970-01-01 UTC).
pub(crate) fn organization(seed: u64, scale: f64, anchor: i64) -> Org {
    let calendar = Calendar::new(anchor - HISTORY_DAYS * super::time::DAY, anchor);
    let mut world = World {
        org: Org::default(),
        dice: Dice::new(seed),
        fate: Dice::new(!seed),
        calendar,
        scale: if scale.is_finite() { scale.clamp(0.005, 200.0) } else { 1.0 },
        users: Vec::new(),
        companies: Vec::new(),
        people: Vec::new(),
        deals: Vec::new(),
    };
    people::users(&mut world);
    companies::accounts(&mut world);
    people::contacts(&mut world);
    let campaigns = activities::campaigns(&mut world);
    deals::opportunities(&mut world);
    people::leads(&mut world);
    activities::activities(&mut world, &campaigns);
    world.org.parts = world.people.iter().map(|person| (person.id, person.part)).collect();
    world.org
}

/// A record in the making: fields by name, all null at first.
pub(super) struct Draft {
    object: &'static ObjectDef,
    values: Vec<Value>,
}

impl Draft {
    pub(super) fn new(object: &str) -> Self {
        let object = &OBJECTS[schema::object(object).expect("a known object")];
        let mut values = vec![Value::Null; object.fields.len()];
        for (field, value) in object.fields.iter().zip(&mut values) {
            if matches!(field.kind, schema::Kind::Boolean) {
                *value = Value::Bool(false);
            }
        }
        Self { object, values }
    }

    pub(super) fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.values[self.object.must(field)] = value.into();
        self
    }

    pub(super) fn time(self, field: &str, seconds: i64) -> Self {
        self.set(field, Value::Time(seconds))
    }

    pub(super) fn day(self, field: &str, seconds: i64) -> Self {
        self.set(field, Value::Date(super::time::day_of(seconds)))
    }

    pub(super) fn insert(self, org: &mut Org, by: RecordId, created: i64, modified: i64) -> RecordId {
        let draft = self
            .time("CreatedDate", created)
            .set("CreatedById", by)
            .time("LastModifiedDate", modified)
            .set("LastModifiedById", by);
        org.table_mut(draft.object.name).insert(modified, draft.values)
    }
}
