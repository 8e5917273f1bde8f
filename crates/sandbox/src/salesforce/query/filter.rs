//! WHERE: literals are brought into the form a row keeps its values in, so that most comparisons are of bytes.
use std::cmp::Ordering;

use super::bind::{Binder, FieldPath};
use super::{Scope, today};
use crate::salesforce::error::ApiError;
use crate::salesforce::id;
use crate::salesforce::row::Row;
use crate::salesforce::schema::{Kind, OBJECTS};
use crate::salesforce::soql::{Expr, Literal, Op, Path};
use crate::salesforce::time;

#[derive(Clone, Debug)]
pub(super) enum Predicate {
    And(Vec<Predicate>),
    Or(Vec<Predicate>),
    Not(Box<Predicate>),
    Compare {
        path: FieldPath,
        op: Op,
        with: Operand,
    },
    /// Equal to one of these; sorted when all are bytes.
    In {
        path: FieldPath,
        list: Vec<Operand>,
    },
    /// A multi-select holds all values of one of these groups.
    Includes {
        path: FieldPath,
        groups: Vec<Vec<String>>,
    },
    /// An instant or day between two, both included, as bytes.
    Between {
        path: FieldPath,
        first: Vec<u8>,
        last: Vec<u8>,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Null,
    Bool(bool),
    Number(f64),
    /// Compared without case; already lower-cased.
    Text(String),
    /// Ids, dates and instants: their bytes sort as they do.
    Bytes(Vec<u8>),
}

pub(super) fn bind(binder: Binder<'_>, object: usize, now: i64, expr: &Expr) -> Result<Predicate, ApiError> {
    let all =
        |list: &[Expr]| list.iter().map(|e| bind(binder, object, now, e)).collect::<Result<Vec<_>, _>>();
    Ok(match expr {
        Expr::And(list) => Predicate::And(all(list)?),
        Expr::Or(list) => Predicate::Or(all(list)?),
        Expr::Not(inner) => Predicate::Not(Box::new(bind(binder, object, now, inner)?)),
        Expr::Compare { path: name, op, literal } => {
            let path = binder.path(object, name)?;
            compare(binder, name, path, *op, literal, now)?
        }
        Expr::In { path: name, negated, list } => {
            let path = binder.path(object, name)?;
            let list = list.iter().map(|l| operand(binder, name, &path, l)).collect::<Result<Vec<_>, _>>()?;
            maybe_not(*negated, Predicate::In { path, list })
        }
        Expr::Includes { path: name, negated, list } => {
            let path = binder.path(object, name)?;
            if !matches!(Binder::kind(&path), Kind::MultiPicklist(_)) {
                let message = format!("field '{}' can not be used with INCLUDES", name.parts.join("."));
                return Err(binder.invalid_field(name, &message));
            }
            let groups = list.iter().map(|g| g.split(';').map(str::to_lowercase).collect()).collect();
            maybe_not(*negated, Predicate::Includes { path, groups })
        }
    })
}

fn maybe_not(negated: bool, p: Predicate) -> Predicate {
    if negated { Predicate::Not(Box::new(p)) } else { p }
}

fn compare(
    binder: Binder<'_>,
    name: &Path,
    path: FieldPath,
    op: Op,
    literal: &Literal,
    now: i64,
) -> Result<Predicate, ApiError> {
    let kind = Binder::kind(&path);
    if let (Literal::Days { first, last }, Kind::Date | Kind::DateTime) = (literal, kind) {
        return Ok(relative(path, kind, op, today(now) + first, today(now) + last));
    }
    if op == Op::Like && !kind.is_text() {
        let message = format!("invalid operator on {} field: LIKE", kind.name());
        return Err(binder.invalid_field(name, &message));
    }
    let with = operand(binder, name, &path, literal)?;
    if matches!(with, Operand::Null | Operand::Bool(_)) && !matches!(op, Op::Eq | Op::Ne) {
        let message = format!("invalid operator on {} field", kind.name());
        return Err(binder.invalid_field(name, &message));
    }
    Ok(Predicate::Compare { path, op, with })
}

/// `= LAST_N_DAYS:30` is a range; `<` is before its first day, `>` after its last.
fn relative(path: FieldPath, kind: Kind, op: Op, first: i32, last: i32) -> Predicate {
    let instant = matches!(kind, Kind::DateTime);
    let bytes = |day: i32, end: bool| {
        if instant {
            time::render_datetime(i64::from(day) * time::DAY + if end { time::DAY - 1 } else { 0 }).to_vec()
        } else {
            time::render_date(day).to_vec()
        }
    };
    let (low, high) = (bytes(first, false), bytes(last, true));
    match op {
        Op::Eq | Op::Like => Predicate::Between { path, first: low, last: high },
        Op::Ne => Predicate::Not(Box::new(Predicate::Between { path, first: low, last: high })),
        Op::Lt => Predicate::Compare { path, op, with: Operand::Bytes(low) },
        Op::Le => Predicate::Compare { path, op, with: Operand::Bytes(high) },
        Op::Gt => Predicate::Compare { path, op, with: Operand::Bytes(high) },
        Op::Ge => Predicate::Compare { path, op, with: Operand::Bytes(low) },
    }
}

fn operand(
    binder: Binder<'_>,
    name: &Path,
    path: &FieldPath,
    literal: &Literal,
) -> Result<Operand, ApiError> {
    let kind = Binder::kind(path);
    let wrong = |quoted: bool| {
        let tail = if quoted { "should not be enclosed in quotes" } else { "should be enclosed in quotes" };
        let field = name.parts.join(".");
        let message = format!(
            "value of filter criterion for field '{field}' must be of type {} and {tail}",
            kind.name()
        );
        binder.invalid_field(name, &message)
    };
    Ok(match (literal, kind) {
        (Literal::Null, _) => Operand::Null,
        (Literal::Bool(b), Kind::Boolean) => Operand::Bool(*b),
        (Literal::Number(n), k) if k.is_number() => Operand::Number(*n),
        (Literal::Text(t), k) if k.is_id() => Operand::Bytes(id::widen(t).into_bytes()),
        (Literal::Text(t), k) if k.is_text() => Operand::Text(t.to_lowercase()),
        (Literal::Date(d), Kind::Date) => Operand::Bytes(time::render_date(*d).to_vec()),
        (Literal::DateTime(t), Kind::DateTime) => Operand::Bytes(time::render_datetime(*t).to_vec()),
        (Literal::Text(_), _) => return Err(wrong(true)),
        _ => return Err(wrong(false)),
    })
}

impl Predicate {
    pub(super) fn matches(&self, scope: Scope<'_>, row: &Row, object: usize) -> bool {
        match self {
            Predicate::And(list) => list.iter().all(|p| p.matches(scope, row, object)),
            Predicate::Or(list) => list.iter().any(|p| p.matches(scope, row, object)),
            Predicate::Not(inner) => !inner.matches(scope, row, object),
            Predicate::Compare { path, op, with } => compares(raw(scope, row, object, path), *op, with),
            Predicate::In { path, list } => {
                let value = raw(scope, row, object, path);
                list.iter().any(|with| compares(value, Op::Eq, with))
            }
            Predicate::Includes { path, groups } => {
                let held = text_of(raw(scope, row, object, path)).to_lowercase();
                let held: Vec<&str> = held.split(';').collect();
                groups.iter().any(|g| g.iter().all(|v| held.contains(&v.as_str())))
            }
            Predicate::Between { path, first, last } => {
                let value = unquoted(raw(scope, row, object, path));
                value.is_some_and(|v| v >= first.as_slice() && v <= last.as_slice())
            }
        }
    }
}

/// The raw JSON of a field, through its parents; `null` when a parent is missing.
pub(super) fn raw<'a>(scope: Scope<'a>, row: &'a Row, object: usize, path: &FieldPath) -> &'a [u8] {
    let (mut row, mut at) = (row, object);
    for (field, next) in &path.hops {
        let Some((_, parent)) = row.reference(&OBJECTS[at], *field).and_then(|id| scope.org.find(id)) else {
            return b"null";
        };
        (row, at) = (parent, *next);
    }
    row.raw(&OBJECTS[at], path.field)
}

fn compares(raw: &[u8], op: Op, with: &Operand) -> bool {
    if raw == b"null" {
        return match (op, with) {
            (Op::Eq, Operand::Null) => true,
            (Op::Ne, Operand::Null) => false,
            // A missing value differs from every value.
            (Op::Ne, _) => true,
            _ => false,
        };
    }
    let ordering = match with {
        Operand::Null => return op == Op::Ne,
        Operand::Bool(b) => (raw == b"true").cmp(b),
        Operand::Number(n) => {
            let value: f64 = std::str::from_utf8(raw).ok().and_then(|s| s.parse().ok()).unwrap_or(f64::NAN);
            value.partial_cmp(n).unwrap_or(Ordering::Less)
        }
        Operand::Bytes(bytes) => unquoted(raw).unwrap_or_default().cmp(bytes.as_slice()),
        Operand::Text(pattern) => {
            let value = text_of(raw).to_lowercase();
            if op == Op::Like {
                return like(&value, pattern);
            }
            value.as_str().cmp(pattern)
        }
    };
    match op {
        Op::Eq | Op::Like => ordering.is_eq(),
        Op::Ne => ordering.is_ne(),
        Op::Lt => ordering.is_lt(),
        Op::Le => ordering.is_le(),
        Op::Gt => ordering.is_gt(),
        Op::Ge => ordering.is_ge(),
    }
}

fn unquoted(raw: &[u8]) -> Option<&[u8]> {
    raw.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

fn text_of(raw: &[u8]) -> String {
    match unquoted(raw) {
        Some(inner) if !inner.contains(&b'\\') => String::from_utf8_lossy(inner).into_owned(),
        _ => serde_json::from_slice(raw).unwrap_or_default(),
    }
}

/// `%` any run, `_` one character, `\` before either takes it literally.
pub(super) fn like(value: &str, pattern: &str) -> bool {
    enum Part {
        Any,
        One,
        Char(char),
    }
    let mut parts = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '%' => Part::Any,
            '_' => Part::One,
            '\\' if matches!(chars.peek(), Some('%' | '_')) => Part::Char(chars.next().unwrap_or('\\')),
            c => Part::Char(c),
        });
    }
    let value: Vec<char> = value.chars().collect();
    // Greedy with one point to fall back to: linear in practice, quadratic at worst.
    let (mut v, mut p, mut fallback) = (0, 0, None);
    while v < value.len() {
        match parts.get(p) {
            Some(Part::Any) => {
                fallback = Some((v, p + 1));
                p += 1;
                continue;
            }
            Some(Part::One) => {
                v += 1;
                p += 1;
                continue;
            }
            Some(Part::Char(c)) if *c == value[v] => {
                v += 1;
                p += 1;
                continue;
            }
            _ => {}
        }
        let Some((from, after)) = fallback else { return false };
        fallback = Some((from + 1, after));
        (v, p) = (from + 1, after);
    }
    parts[p..].iter().all(|part| matches!(part, Part::Any))
}
