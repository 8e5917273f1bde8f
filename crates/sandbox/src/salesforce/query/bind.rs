//! Names to positions: a parsed query becomes a plan, or the refusal the vendor would give.
use http::StatusCode;

use super::filter::{self, Predicate};
use super::range::{self, KeyRange};
use super::{Scope, located};
use crate::salesforce::error::ApiError;
use crate::salesforce::schema::{self, Kind, OBJECTS, ObjectDef};
use crate::salesforce::soql::{Function, Item, Path, Query};

#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) object: usize,
    pub(crate) output: Output,
    pub(super) filter: Option<Predicate>,
    /// Rows outside this range of the index cannot match.
    pub(super) range: KeyRange,
    pub(super) order: Vec<SortKey>,
    pub(super) limit: usize,
    pub(super) offset: usize,
}

#[derive(Clone, Debug)]
pub(crate) enum Output {
    /// `COUNT()`.
    Count,
    Aggregates(Vec<Aggregate>),
    Columns(Vec<Column>),
}

#[derive(Clone, Debug)]
pub(crate) struct Aggregate {
    pub(crate) function: Function,
    pub(crate) field: FieldPath,
    pub(crate) name: String,
}

#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// Fields next to each other in the schema: one copy.
    Span {
        first: usize,
        last: usize,
    },
    Parent {
        field: usize,
        name: &'static str,
        object: usize,
        columns: Vec<Column>,
    },
    /// A parent that may be of several objects (`Who`, `What`): fields by name, looked up in each row's own.
    AnyParent {
        field: usize,
        name: &'static str,
        fields: Vec<&'static str>,
    },
    Children {
        name: &'static str,
        foreign_key: usize,
        plan: Box<Plan>,
    },
}

/// A field, reached through parents: the reference fields to follow, then the field in the last object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldPath {
    pub(crate) hops: Vec<(usize, usize)>,
    pub(crate) object: usize,
    pub(crate) field: usize,
}

#[derive(Clone, Debug)]
pub(super) struct SortKey {
    pub(crate) path: FieldPath,
    pub(crate) descending: bool,
    pub(crate) nulls_last: bool,
}

/// What can be asked of a `Who` or `What`, whichever object it is.
const NAME_FIELDS: [&str; 8] = ["Id", "Name", "Type", "FirstName", "LastName", "Email", "Phone", "Title"];
const MAX_OFFSET: u64 = 2_000;
const MAX_HOPS: usize = 5;

pub(super) fn bind(scope: Scope<'_>, text: &str, query: &Query) -> Result<Plan, ApiError> {
    let object = schema::object(&query.from.text).ok_or_else(|| {
        let mut e = ApiError::invalid_type(&query.from.text);
        e.message = located(text, query.from.column, &e.message);
        e
    })?;
    Binder { scope, text }.plan(query, object)
}

#[derive(Clone, Copy)]
pub(super) struct Binder<'a> {
    scope: Scope<'a>,
    text: &'a str,
}

impl Binder<'_> {
    fn plan(self, query: &Query, object: usize) -> Result<Plan, ApiError> {
        if query.offset > MAX_OFFSET {
            let message = "Maximum SOQL offset allowed is 2000";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, "NUMBER_OUTSIDE_VALID_RANGE", message));
        }
        let output = self.output(query, object)?;
        let filter =
            query.filter.as_ref().map(|e| filter::bind(self, object, self.scope.now, e)).transpose()?;
        let mut order = Vec::with_capacity(query.order.len());
        for key in &query.order {
            let path = self.path(object, &key.path)?;
            order.push(SortKey { path, descending: key.descending, nulls_last: key.nulls_last });
        }
        let range = filter.as_ref().map_or_else(KeyRange::all, |f| range::of(&OBJECTS[object], f));
        let limit = query.limit.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        Ok(Plan { object, output, filter, range, order, limit, offset: query.offset as usize })
    }

    fn output(self, query: &Query, object: usize) -> Result<Output, ApiError> {
        if query.select == [Item::Count] {
            return Ok(Output::Count);
        }
        let aggregated =
            query.select.iter().filter(|i| matches!(i, Item::Aggregate { .. } | Item::Count)).count();
        if aggregated == 0 {
            let mut columns = Vec::new();
            for item in &query.select {
                match item {
                    Item::Field(path) => self.column(object, &path.parts, path, &mut columns)?,
                    Item::Children(child) => columns.push(self.children(object, child)?),
                    Item::Count | Item::Aggregate { .. } => unreachable!("none was counted"),
                }
            }
            return Ok(Output::Columns(columns));
        }
        let mut out = Vec::new();
        for item in &query.select {
            let Item::Aggregate { function, path, alias } = item else {
                return Err(ApiError::malformed(
                    "Field must be grouped or aggregated; GROUP BY is not supported here",
                ));
            };
            let unnamed = out.iter().filter(|a: &&Aggregate| a.name.starts_with("expr")).count();
            let name = alias.clone().unwrap_or_else(|| format!("expr{unnamed}"));
            out.push(Aggregate { function: *function, field: self.path(object, path)?, name });
        }
        Ok(Output::Aggregates(out))
    }

    fn column(
        self,
        object: usize,
        parts: &[String],
        path: &Path,
        columns: &mut Vec<Column>,
    ) -> Result<(), ApiError> {
        let def = &OBJECTS[object];
        let [relation, rest @ ..] = parts else { unreachable!("a path has parts") };
        if rest.is_empty() {
            let field = self.field(object, relation, path)?;
            match columns.last_mut() {
                Some(Column::Span { last, .. }) if *last + 1 == field => *last = field,
                _ => columns.push(Column::Span { first: field, last: field }),
            }
            return Ok(());
        }
        let (field, targets) = self.relation(def, relation, path)?;
        let name = def.fields[field].relation().expect("found by its relation");
        if let [target] = targets {
            let at = columns.iter().position(|c| matches!(c, Column::Parent { field: f, .. } if *f == field));
            let at = at.unwrap_or_else(|| {
                columns.push(Column::Parent {
                    field,
                    name,
                    object: must_object(target),
                    columns: Vec::new(),
                });
                columns.len() - 1
            });
            let Column::Parent { object, columns, .. } = &mut columns[at] else { unreachable!("just found") };
            return self.column(*object, rest, path, columns);
        }
        let wanted = match rest {
            [one] => NAME_FIELDS.iter().find(|n| n.eq_ignore_ascii_case(one)),
            _ => None,
        };
        let wanted = *wanted.ok_or_else(|| self.no_such_column(&rest.join("."), "Name", path))?;
        match columns.iter_mut().find(|c| matches!(c, Column::AnyParent { field: f, .. } if *f == field)) {
            Some(Column::AnyParent { fields, .. }) => fields.push(wanted),
            _ => columns.push(Column::AnyParent { field, name, fields: vec![wanted] }),
        }
        Ok(())
    }

    fn children(self, object: usize, query: &Query) -> Result<Column, ApiError> {
        let def = &OBJECTS[object];
        let child = def.children.iter().find(|c| c.name.eq_ignore_ascii_case(&query.from.text)).ok_or_else(|| {
            let message = format!(
                "Didn't understand relationship '{}' in FROM part of query call. If you are attempting to use a custom \
                 relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL \
                 or the describe call for the appropriate names.",
                query.from.text
            );
            ApiError::new(StatusCode::BAD_REQUEST, "INVALID_TYPE", located(self.text, query.from.column, &message))
        })?;
        let target = must_object(child.object);
        let plan = self.plan(query, target)?;
        if !matches!(plan.output, Output::Columns(_)) {
            return Err(ApiError::malformed("Grouped or aggregated subqueries are not allowed"));
        }
        Ok(Column::Children {
            name: child.name,
            foreign_key: OBJECTS[target].must(child.field),
            plan: Box::new(plan),
        })
    }

    /// A path used to filter or sort: every hop must lead to one object.
    pub(super) fn path(self, object: usize, path: &Path) -> Result<FieldPath, ApiError> {
        let (last, relations) = path.parts.split_last().expect("a path has parts");
        let mut hops = Vec::new();
        let mut at = object;
        for relation in relations {
            let (field, targets) = self.relation(&OBJECTS[at], relation, path)?;
            let [target] = targets else { return Err(self.no_such_column(last, "Name", path)) };
            let next = must_object(target);
            hops.push((field, next));
            at = next;
        }
        if hops.len() > MAX_HOPS {
            return Err(ApiError::malformed("SOQL relationship queries may not have more than 5 levels"));
        }
        Ok(FieldPath { hops, object: at, field: self.field(at, last, path)? })
    }

    pub(super) fn kind(path: &FieldPath) -> Kind {
        OBJECTS[path.object].fields[path.field].kind
    }

    fn field(self, object: usize, name: &str, path: &Path) -> Result<usize, ApiError> {
        let def = &OBJECTS[object];
        def.field(name)
            .filter(|f| !self.scope.org.is_hidden(object, *f))
            .ok_or_else(|| self.no_such_column(name, def.name, path))
    }

    fn relation(
        self,
        def: &ObjectDef,
        name: &str,
        path: &Path,
    ) -> Result<(usize, &'static [&'static str]), ApiError> {
        let field = def.by_relation(name).ok_or_else(|| {
            let message = format!(
                "Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, \
                 be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe \
                 call for the appropriate names."
            );
            self.invalid_field(path, &message)
        })?;
        let Kind::Reference { to, .. } = def.fields[field].kind else {
            unreachable!("only references have relations")
        };
        Ok((field, to))
    }

    fn no_such_column(self, column: &str, object: &str, path: &Path) -> ApiError {
        let message = format!(
            "No such column '{column}' on entity '{object}'. If you are attempting to use a custom field, be sure to append \
             the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
        );
        self.invalid_field(path, &message)
    }

    pub(super) fn invalid_field(self, path: &Path, message: &str) -> ApiError {
        ApiError::new(StatusCode::BAD_REQUEST, "INVALID_FIELD", located(self.text, path.column, message))
    }
}

fn must_object(name: &str) -> usize {
    schema::object(name).expect("the schema names its own objects")
}
