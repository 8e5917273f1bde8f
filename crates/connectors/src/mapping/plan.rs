//! Mappings compiled for one vendor object: columns resolved, steps in order, ready to run over rows.

use std::borrow::Cow;
use std::fmt;

use canonical::Currency;

use super::FieldMapping;
use super::target::{Mapped, Set, attribute, attribute_name};
use super::transform::Compiled;
use crate::row::{Layout, Row};

/// What a row does not say itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Environment {
    /// Of amounts without a currency of their own.
    pub(crate) currency: Currency,
    pub(crate) keep_raw: bool,
}

/// Why a row could not become a record: a field and the rule it breaks, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) field: Cow<'static, str>,
    pub(crate) rule: &'static str,
}

impl Fault {
    pub(crate) fn new(field: impl Into<Cow<'static, str>>, rule: &'static str) -> Self {
        Self { field: field.into(), rule }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

enum Place<R> {
    /// The target's number in its table, and how to set it.
    Field(usize, Set<R>),
    Attribute(String),
}

struct Step<R> {
    column: usize,
    source: String,
    transform: Compiled,
    place: Place<R>,
    required: bool,
}

/// The steps that fill one kind of record.
pub(crate) struct Plan<R> {
    steps: Vec<Step<R>>,
}

impl<R: Mapped> Plan<R> {
    /// Compiles the mappings whose source exists, then one step for each of `extras` that no mapping uses, into an attribute
    /// of the same name. Adds the columns it needs to `layout`.
    pub(crate) fn compile(
        mappings: &[FieldMapping],
        extras: &[String],
        layout: &mut Layout,
        available: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut steps = Vec::new();
        for mapping in mappings.iter().filter(|mapping| available(&mapping.source_field)) {
            let field =
                R::targets().iter().enumerate().find(|(_, target)| target.name == mapping.target_field);
            let place = match field {
                Some((number, target)) => Place::Field(number, target.set),
                None => match attribute_name(&mapping.target_field) {
                    Some(name) => Place::Attribute(name.to_owned()),
                    None => continue,
                },
            };
            steps.push(Step {
                column: layout.column(&mapping.source_field),
                source: mapping.source_field.clone(),
                transform: mapping.transform.compile(layout, available),
                place,
                required: mapping.required,
            });
        }
        for extra in
            extras.iter().filter(|extra| !mappings.iter().any(|mapping| mapping.source_field == **extra))
        {
            steps.push(Step {
                column: layout.column(extra),
                source: extra.clone(),
                transform: Compiled::None,
                place: Place::Attribute(extra.clone()),
                required: false,
            });
        }
        // In the order of the table of targets (currencies before amounts); among equals, the order given.
        steps.sort_by_key(|step| match step.place {
            Place::Field(number, _) => number,
            Place::Attribute(_) => usize::MAX,
        });
        Self { steps }
    }

    /// Coerces, validates and normalises: fills `record` from `row`.
    ///
    /// # Errors
    /// When a value is not what its target is, or a required one is missing in a record that is not deleted.
    pub(crate) fn fill(&self, record: &mut R, row: &Row<'_>, environment: &Environment) -> Result<(), Fault> {
        let mut filled: u64 = 0;
        let mut missing: Option<(&Step<R>, u64)> = None;
        for step in &self.steps {
            let fault = |rule| Fault::new(step.source.clone(), rule);
            let bit = match step.place {
                Place::Field(number, _) => 1_u64 << number,
                Place::Attribute(_) => 0,
            };
            if filled & bit != 0 {
                continue;
            }
            let cell = step.transform.apply(row.cell(step.column), row).map_err(fault)?;
            if cell.is_blank() {
                if step.required && missing.is_none() {
                    missing = Some((step, bit));
                }
                continue;
            }
            match &step.place {
                Place::Field(_, set) => set(record, &cell, environment).map_err(fault)?,
                Place::Attribute(name) => {
                    // Looked up by reference first: the key is cloned only when it goes in.
                    let attributes = record.attributes();
                    if !attributes.contains_key(name.as_str()) {
                        attributes.insert(name.clone(), attribute(&cell));
                    }
                }
            }
            filled |= bit;
        }
        match missing {
            // Another mapping may have filled the same target later.
            Some((step, bit)) if filled & bit == 0 && !record.deleted() => {
                Err(Fault::new(step.source.clone(), "a value is required"))
            }
            _ => Ok(()),
        }
    }
}
