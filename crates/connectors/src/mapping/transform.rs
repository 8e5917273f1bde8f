//! What may be done to a value on its way: a closed list, without a language to learn or to attack.

use std::borrow::Cow;
use std::collections::BTreeMap;

use canonical::Domain;
use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};

use super::is_field_path;
use crate::row::{Cell, Layout, Row};

/// A change of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transform {
    #[default]
    None,
    Lowercase,
    Uppercase,
    Trim,
    /// A web address or domain to the bare domain; free mail services and what is no domain become nothing.
    Domain,
    /// Text such as `1,234.50` or `$ 12` to a number.
    Number,
    /// A date or an instant in ISO 8601 to the date.
    Date,
    /// `yes`, `true`, `1`, `on`, `y` and their opposites.
    Boolean,
    /// Known texts to others, whatever their case; an unknown text stays.
    Map {
        table: BTreeMap<String, String>,
    },
    /// Text with other fields in braces: `{FirstName} {LastName}`.
    Template {
        template: String,
    },
}

impl Transform {
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Map { table } if table.is_empty() => Err("the table is empty"),
            Self::Map { table } if table.len() > 1_000 => Err("the table has more than 1,000 entries"),
            Self::Template { template } => parse_template(template).map(|_| ()),
            _ => Ok(()),
        }
    }

    pub(super) fn compile(&self, layout: &mut Layout, available: &dyn Fn(&str) -> bool) -> Compiled {
        match self {
            Self::None => Compiled::None,
            Self::Lowercase => Compiled::Lowercase,
            Self::Uppercase => Compiled::Uppercase,
            Self::Trim => Compiled::Trim,
            Self::Domain => Compiled::Domain,
            Self::Number => Compiled::Number,
            Self::Date => Compiled::Date,
            Self::Boolean => Compiled::Boolean,
            Self::Map { table } => Compiled::Map(
                table.iter().map(|(from, to)| (from.trim().to_lowercase(), to.clone())).collect(),
            ),
            Self::Template { template } => Compiled::Template(
                parse_template(template)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|piece| match piece {
                        Piece::Text(text) => CompiledPiece::Text(text.to_owned()),
                        Piece::Field(name) => {
                            CompiledPiece::Column(available(name).then(|| layout.column(name)))
                        }
                    })
                    .collect(),
            ),
        }
    }
}

enum Piece<'t> {
    Text(&'t str),
    Field(&'t str),
}

fn parse_template(template: &str) -> Result<Vec<Piece<'_>>, &'static str> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, tail)) = rest.split_once('{') {
        let (name, after) = tail.split_once('}').ok_or("a brace is not closed")?;
        if !is_field_path(name) {
            return Err("braces hold the name of a field");
        }
        pieces.push(Piece::Text(text));
        pieces.push(Piece::Field(name));
        rest = after;
    }
    if rest.contains('}') {
        return Err("a brace is not opened");
    }
    pieces.push(Piece::Text(rest));
    if pieces.len() == 1 { Err("a template names at least one field") } else { Ok(pieces) }
}

/// A transform with its columns resolved and its table ready.
#[derive(Clone, Debug)]
pub(super) enum Compiled {
    None,
    Lowercase,
    Uppercase,
    Trim,
    Domain,
    Number,
    Date,
    Boolean,
    Map(BTreeMap<String, String>),
    Template(Vec<CompiledPiece>),
}

#[derive(Clone, Debug)]
pub(super) enum CompiledPiece {
    Text(String),
    Column(Option<usize>),
}

impl Compiled {
    /// # Errors
    /// The rule that the value breaks.
    pub(super) fn apply<'r>(
        &'r self,
        cell: &'r Cell<'r>,
        row: &'r Row<'_>,
    ) -> Result<Cow<'r, Cell<'r>>, &'static str> {
        let text = match cell {
            Cell::Text(text) => text.trim(),
            _ => "",
        };
        let owned = |text: String| Ok(Cow::Owned(Cell::Text(Cow::Owned(text))));
        match (self, cell) {
            (Self::Template(pieces), _) => owned(fill(pieces, row)),
            (Self::None, _) => Ok(Cow::Borrowed(cell)),
            (Self::Boolean, Cell::Int(number)) => Ok(Cow::Owned(Cell::Bool(*number != 0))),
            (_, Cell::Null | Cell::Nested | Cell::Bool(_) | Cell::Int(_) | Cell::Float(_)) => {
                Ok(Cow::Borrowed(cell))
            }
            (Self::Lowercase, _) => owned(text.to_lowercase()),
            (Self::Uppercase, _) => owned(text.to_uppercase()),
            (Self::Trim, _) => Ok(Cow::Owned(Cell::Text(Cow::Borrowed(text)))),
            (Self::Domain, _) => owned(Domain::of_account(text).map(String::from).unwrap_or_default()),
            (Self::Number, _) => number(text).map(Cow::Owned),
            (Self::Date, _) => date(text).map(|date| Cow::Owned(Cell::Text(Cow::Owned(date.to_string())))),
            (Self::Boolean, _) => boolean(text).map(|truth| Cow::Owned(Cell::Bool(truth))),
            (Self::Map(table), _) => match table.get(&text.to_lowercase()) {
                Some(to) => Ok(Cow::Owned(Cell::Text(Cow::Borrowed(to)))),
                None => Ok(Cow::Borrowed(cell)),
            },
        }
    }
}

fn fill(pieces: &[CompiledPiece], row: &Row<'_>) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for piece in pieces {
        let written = match piece {
            CompiledPiece::Text(literal) => text.write_str(literal),
            CompiledPiece::Column(None) => Ok(()),
            CompiledPiece::Column(Some(column)) => match row.cell(*column) {
                Cell::Null | Cell::Nested => Ok(()),
                Cell::Bool(truth) => write!(text, "{truth}"),
                Cell::Int(number) => write!(text, "{number}"),
                Cell::Float(number) => write!(text, "{number}"),
                Cell::Text(value) => text.write_str(value.trim()),
            },
        };
        written.expect("writing to a string does not fail");
    }
    text.trim().to_owned()
}

/// Digits with an optional sign and fraction; thousands' commas, spaces and a currency sign are overlooked.
fn number(text: &str) -> Result<Cell<'static>, &'static str> {
    let digits: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '$' | '€' | '£' | '\'')).collect();
    if digits.is_empty() {
        return Ok(Cell::Null);
    }
    if let Ok(whole) = digits.parse::<i64>() {
        return Ok(Cell::Int(whole));
    }
    match digits.parse::<f64>() {
        Ok(number) if number.is_finite() && !digits.contains(['n', 'N']) => Ok(Cell::Float(number)),
        _ => Err("expected a number"),
    }
}

/// The date in an ISO date or instant. Other orders of day and month are a guess, and are refused.
pub(super) fn date(text: &str) -> Result<NaiveDate, &'static str> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(text, "%Y/%m/%d"))
        .or_else(|_| DateTime::parse_from_rfc3339(text).map(|instant| instant.date_naive()))
        .or_else(|_| {
            DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").map(|instant| instant.date_naive())
        })
        .map_err(|_| "expected a date such as 2024-12-31")
}

pub(super) fn boolean(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "on" | "x" => Ok(true),
        "false" | "no" | "n" | "0" | "off" | "" => Ok(false),
        _ => Err("expected yes or no"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(transform: &Transform, value: &str) -> Result<String, &'static str> {
        let json = format!(r#"{{"v":{value},"First":" Ada ","Last":"Lovelace","Age":36}}"#);
        let raw: &serde_json::value::RawValue = serde_json::from_str(&json).unwrap();
        let mut layout = Layout::default();
        let column = layout.column("v");
        let compiled = transform.compile(&mut layout, &|name| name != "Gone");
        let row = layout.read(raw).unwrap();
        let cell = compiled.apply(row.cell(column), &row)?.into_owned();
        Ok(match cell {
            Cell::Null => "null".into(),
            Cell::Nested => "nested".into(),
            Cell::Bool(truth) => truth.to_string(),
            Cell::Int(number) => number.to_string(),
            Cell::Float(number) => number.to_string(),
            Cell::Text(text) => format!("'{text}'"),
        })
    }

    #[test]
    fn each_transform_does_what_its_name_says() {
        let map = Transform::Map { table: [("Tech".to_owned(), "Technology".to_owned())].into() };
        let template = |text: &str| Transform::Template { template: text.into() };
        let table = [
            (Transform::None, "\" a \"", Ok("' a '")),
            (Transform::None, "3", Ok("3")),
            (Transform::Lowercase, "\" ÄB \"", Ok("'äb'")),
            (Transform::Uppercase, "\"straße\"", Ok("'STRASSE'")),
            (Transform::Trim, "\" a b \"", Ok("'a b'")),
            (Transform::Trim, "null", Ok("null")),
            (Transform::Domain, "\"https://www.Example.com/x\"", Ok("'example.com'")),
            (Transform::Domain, "\"gmail.com\"", Ok("''")),
            (Transform::Domain, "\"n/a\"", Ok("''")),
            (Transform::Number, "\"1,234.5\"", Ok("1234.5")),
            (Transform::Number, "\"$ 12\"", Ok("12")),
            (Transform::Number, "7", Ok("7")),
            (Transform::Number, "\"\"", Ok("null")),
            (Transform::Number, "\"NaN\"", Err("expected a number")),
            (Transform::Number, "\"twelve\"", Err("expected a number")),
            (Transform::Date, "\"2024-02-29\"", Ok("'2024-02-29'")),
            (Transform::Date, "\"2024-02-29T23:59:59.000+0000\"", Ok("'2024-02-29'")),
            (Transform::Date, "\"02/03/2024\"", Err("expected a date such as 2024-12-31")),
            (Transform::Date, "\"2023-02-29\"", Err("expected a date such as 2024-12-31")),
            (Transform::Boolean, "\"Yes\"", Ok("true")),
            (Transform::Boolean, "0", Ok("false")),
            (Transform::Boolean, "true", Ok("true")),
            (Transform::Boolean, "\"maybe\"", Err("expected yes or no")),
            (map.clone(), "\"TECH \"", Ok("'Technology'")),
            (map, "\"Steel\"", Ok("'Steel'")),
            (template("{First} {Last}, {Age}"), "null", Ok("'Ada Lovelace, 36'")),
            (template("{Gone}{First}"), "1", Ok("'Ada'")),
        ];
        for (transform, value, outcome) in table {
            assert_eq!(apply(&transform, value), outcome.map(str::to_owned), "{transform:?} {value}");
        }
    }

    #[test]
    fn broken_templates_are_refused() {
        for text in ["", "no field", "{", "{}", "{a", "a}", "{a b}", "{a}}", "{a.b.c}"] {
            assert!(Transform::Template { template: text.into() }.check().is_err(), "{text}");
        }
    }
}
