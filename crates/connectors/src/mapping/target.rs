//! Our side of a mapping: which fields there are, of what type, and how a value becomes one of them.

use canonical::{
    Account, Activity, ActivityType, Attributes, Currency, Domain, Email, EntityKind, Money, Opportunity,
    Person, Raw, Record, Seniority,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

use super::plan::Environment;
use super::transform;
use crate::descriptor::FieldType;
use crate::row::Cell;

/// A field of ours that a mapping may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetField {
    pub name: &'static str,
    #[serde(rename = "type")]
    pub field_type: FieldType,
}

/// The named targets of a kind; beside them, every `attributes.NAME` (activities: `properties.NAME`).
pub fn target_fields(entity: EntityKind) -> Vec<TargetField> {
    fn fields<R: Mapped>() -> Vec<TargetField> {
        R::targets()
            .iter()
            .map(|target| TargetField { name: target.name, field_type: target.field_type })
            .collect()
    }
    match entity {
        EntityKind::Account => fields::<Account>(),
        EntityKind::Person => fields::<Person>(),
        EntityKind::Opportunity => fields::<Opportunity>(),
        EntityKind::Activity => fields::<Activity>(),
        // Meetings come from recorders, whose records have one shape each.
        EntityKind::Meeting => Vec::new(),
    }
}

pub(super) fn exists(entity: EntityKind, name: &str) -> bool {
    target_fields(entity).iter().any(|field| field.name == name)
        || (entity != EntityKind::Meeting && attribute_name(name).is_some())
}

/// NAME of `attributes.NAME` or `properties.NAME`.
pub(super) fn attribute_name(target: &str) -> Option<&str> {
    let name = target.strip_prefix("attributes.").or_else(|| target.strip_prefix("properties."))?;
    (!name.is_empty() && name.len() <= 100 && !name.contains(char::is_control)).then_some(name)
}

/// Sets one field from one value that is not blank; the error is the rule that the value breaks.
pub(crate) type Set<R> = fn(&mut R, &Cell<'_>, &Environment) -> Result<(), &'static str>;

pub(crate) struct Target<R> {
    pub(super) name: &'static str,
    pub(super) field_type: FieldType,
    pub(super) set: Set<R>,
}

/// A record that mappings can fill.
pub(crate) trait Mapped: Record + Serialize + Sized + 'static {
    fn targets() -> &'static [Target<Self>];
    fn attributes(&mut self) -> &mut Attributes;
    fn keep_raw(&mut self, raw: Raw);
}

macro_rules! mapped {
    ($record:ident, $attributes:ident, { $($name:literal: $kind:ident = $set:expr),+ $(,)? }) => {
        impl Mapped for $record {
            fn targets() -> &'static [Target<Self>] {
                static TARGETS: &[Target<$record>] =
                    &[$(Target { name: $name, field_type: FieldType::$kind, set: $set }),+];
                TARGETS
            }

            fn attributes(&mut self) -> &mut Attributes {
                &mut self.$attributes
            }

            fn keep_raw(&mut self, raw: Raw) {
                self.raw = Some(raw);
            }
        }
    };
}

/// `Ok(field = Some(value))`, for the tables below.
fn put<T>(field: &mut Option<T>, value: T) -> Result<(), &'static str> {
    *field = Some(value);
    Ok(())
}

// Currencies stand before the amounts that are counted in them: steps run in this order.
mapped!(Account, attributes, {
    "name": Text = |r, c, _| put(&mut r.name, text(c)?),
    "domain": Text = |r, c, _| { r.domain = Domain::of_account(&text(c)?); Ok(()) },
    "industry": Text = |r, c, _| put(&mut r.industry, text(c)?),
    "employeeCount": Number = |r, c, _| put(&mut r.employee_count, whole(c)?),
    "currency": Text = |r, c, _| put(&mut r.currency, currency(c)?),
    "annualRevenue": Number = |r, c, e| put(&mut r.annual_revenue, money(c, r.currency.unwrap_or(e.currency))?),
    "country": Text = |r, c, _| put(&mut r.country, text(c)?),
    "ownerEmail": Text = |r, c, _| { r.owner_email = text(c)?.parse().ok(); Ok(()) },
    "source": Text = |r, c, _| put(&mut r.source, text(c)?),
    "mergedInto": Text = |r, c, _| put(&mut r.merged_into, text(c)?),
});

mapped!(Person, attributes, {
    "email": Text = |r, c, _| { r.email = text(c)?.parse::<Email>().ok(); Ok(()) },
    "firstName": Text = |r, c, _| put(&mut r.first_name, text(c)?),
    "lastName": Text = |r, c, _| put(&mut r.last_name, text(c)?),
    "title": Text = |r, c, _| {
        let title = text(c)?;
        r.seniority.get_or_insert_with(|| Seniority::from_title(&title));
        put(&mut r.title, title)
    },
    "seniority": Text = |r, c, _| {
        let level = text(c)?;
        put(&mut r.seniority, level.parse().unwrap_or_else(|_| Seniority::from_title(&level)))
    },
    "phone": Text = |r, c, _| put(&mut r.phone, text(c)?),
    "accountExternalId": Text = |r, c, _| put(&mut r.account_external_id, text(c)?),
    "leadStatus": Text = |r, c, _| put(&mut r.lead_status, text(c)?),
    "convertedTo": Text = |r, c, _| put(&mut r.converted_to, text(c)?),
    "optedOut": Boolean = |r, c, _| { r.opted_out = boolean(c)?; Ok(()) },
    "source": Text = |r, c, _| put(&mut r.source, text(c)?),
    "mergedInto": Text = |r, c, _| put(&mut r.merged_into, text(c)?),
});

mapped!(Opportunity, attributes, {
    "name": Text = |r, c, _| put(&mut r.name, text(c)?),
    "accountExternalId": Text = |r, c, _| put(&mut r.account_external_id, text(c)?),
    "stage": Text = |r, c, _| put(&mut r.stage, text(c)?),
    "currency": Text = |r, c, _| put(&mut r.currency, currency(c)?),
    "amount": Number = |r, c, e| put(&mut r.amount, money(c, r.currency.unwrap_or(e.currency))?),
    "closeDate": Date = |r, c, _| put(&mut r.close_date, date(c)?),
    "isClosed": Boolean = |r, c, _| { r.is_closed = boolean(c)?; Ok(()) },
    "isWon": Boolean = |r, c, _| { r.is_won = boolean(c)?; Ok(()) },
    "createdAt": DateTime = |r, c, _| put(&mut r.created_at, instant(c)?),
    "source": Text = |r, c, _| put(&mut r.source, text(c)?),
});

mapped!(Activity, properties, {
    "type": Text = |r, c, _| {
        r.activity_type = ActivityType::from(text(c)?.to_lowercase().replace([' ', '-'], "_").as_str());
        r.channel = r.activity_type.channel();
        Ok(())
    },
    "subject": Text = |r, c, _| put(&mut r.subject, text(c)?),
    "personExternalId": Text = |r, c, _| put(&mut r.person_external_id, text(c)?),
    "email": Text = |r, c, _| { r.email = text(c)?.parse().ok(); Ok(()) },
    "accountExternalId": Text = |r, c, _| put(&mut r.account_external_id, text(c)?),
    "domain": Text = |r, c, _| { r.domain = Domain::of_account(&text(c)?); Ok(()) },
    "occurredAt": DateTime = |r, c, _| { r.occurred_at = instant(c)?; Ok(()) },
    "source": Text = |r, c, _| put(&mut r.source, text(c)?),
});

/// Any plain value as an attribute.
pub(super) fn attribute(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::Null | Cell::Nested => Value::Null,
        Cell::Bool(truth) => Value::Bool(*truth),
        Cell::Int(number) => Value::from(*number),
        Cell::Float(number) => Value::from(*number),
        Cell::Text(text) => Value::String(text.trim().to_owned()),
    }
}

fn text(cell: &Cell<'_>) -> Result<String, &'static str> {
    match cell {
        Cell::Text(text) => Ok(text.trim().to_owned()),
        Cell::Int(number) => Ok(number.to_string()),
        Cell::Float(number) => Ok(number.to_string()),
        _ => Err("expected text"),
    }
}

fn whole(cell: &Cell<'_>) -> Result<i64, &'static str> {
    match cell {
        Cell::Int(number) => Ok(*number),
        // CRMs deliver counts as 500.0.
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and far inside the range")]
        Cell::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => Ok(*number as i64),
        Cell::Text(text) => text.trim().parse().map_err(|_| "expected a whole number"),
        _ => Err("expected a whole number"),
    }
}

fn money(cell: &Cell<'_>, currency: Currency) -> Result<Money, &'static str> {
    let amount = match cell {
        Cell::Int(number) => Money::from_decimal(&number.to_string(), currency),
        // The shortest decimal that reads back as this float is the one the vendor wrote.
        Cell::Float(number) => Money::from_decimal(&number.to_string(), currency),
        Cell::Text(text) => Money::from_decimal(text, currency),
        _ => return Err("expected an amount"),
    };
    amount.map_err(|_| "expected an amount")
}

fn currency(cell: &Cell<'_>) -> Result<Currency, &'static str> {
    text(cell)?.parse().map_err(|_| "expected a currency such as USD")
}

fn boolean(cell: &Cell<'_>) -> Result<bool, &'static str> {
    match cell {
        Cell::Bool(truth) => Ok(*truth),
        Cell::Int(number) => Ok(*number != 0),
        Cell::Text(text) => transform::boolean(text.trim()),
        _ => Err("expected yes or no"),
    }
}

fn date(cell: &Cell<'_>) -> Result<NaiveDate, &'static str> {
    match cell {
        Cell::Text(text) => transform::date(text.trim()),
        _ => Err("expected a date such as 2024-12-31"),
    }
}

fn instant(cell: &Cell<'_>) -> Result<DateTime<Utc>, &'static str> {
    let Cell::Text(text) = cell else { return Err("expected an instant") };
    parse_instant(text.trim()).ok_or("expected an instant")
}

/// An instant in ISO 8601, with the offset `Z`, `+00:00` or `+0000`.
pub(crate) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    common_instant(text.as_bytes())
        .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc()))
        .or_else(|| {
            DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").ok().map(|instant| instant.to_utc())
        })
}

/// `2024-12-31T23:59:59.000+0000` and `…Z`, ten times faster than the general way: each row has several.
fn common_instant(text: &[u8]) -> Option<DateTime<Utc>> {
    let (main, offset) = text.split_at_checked(19)?;
    let millis = match offset {
        b"Z" | b"+0000" | b"+00:00" => 0,
        [b'.', a, b, c, b'Z'] | [b'.', a, b, c, b'+', b'0', b'0', b'0', b'0'] => digits(&[*a, *b, *c])?,
        _ => return None,
    };
    if (main[4], main[7], main[10], main[13], main[16]) != (b'-', b'-', b'T', b':', b':') {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(digits(&main[..4])?).ok()?,
        digits(&main[5..7])?,
        digits(&main[8..10])?,
    )?;
    let time = date.and_hms_milli_opt(
        digits(&main[11..13])?,
        digits(&main[14..16])?,
        digits(&main[17..19])?,
        millis,
    )?;
    Some(time.and_utc())
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_way_to_read_an_instant_agrees_with_the_general_one() {
        for text in [
            "2024-02-29T23:59:58.123+0000",
            "2024-02-29T23:59:58.123Z",
            "2024-02-29T23:59:58Z",
            "2024-02-29T23:59:58+00:00",
            "1999-12-31T00:00:00.000+0000",
        ] {
            let general = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z").map(|at| at.to_utc()).ok();
            let general = general.or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()));
            assert_eq!(common_instant(text.as_bytes()), general, "{text}");
            assert!(general.is_some());
        }
        assert_eq!(parse_instant("2024-03-01T01:00:00+02:00"), parse_instant("2024-02-29T23:00:00Z"));
        for text in ["", "2024-02-30T00:00:00Z", "2024-02-28", "2024-02-28T25:00:00Z", "yesterday"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn every_target_is_named_like_the_field_it_sets() {
        // A target that sets nothing visible would be a typing error in the table above.
        let sample = |field_type| match field_type {
            FieldType::Text => Cell::Text("Example.com".into()),
            FieldType::Number => Cell::Int(7),
            FieldType::Boolean => Cell::Bool(true),
            FieldType::Date => Cell::Text("2024-12-31".into()),
            FieldType::DateTime => Cell::Text("2024-12-31T00:00:00Z".into()),
            FieldType::Compound => Cell::Nested,
        };
        fn changed<R: Mapped + Default>(cell: impl Fn(FieldType) -> Cell<'static>) {
            let environment = Environment { currency: Currency::USD, keep_raw: false };
            for target in R::targets() {
                let cell = match target.name {
                    "currency" => Cell::Text("EUR".into()),
                    "email" | "ownerEmail" => Cell::Text("a@example.com".into()),
                    _ => cell(target.field_type),
                };
                let mut record = R::default();
                (target.set)(&mut record, &cell, &environment).unwrap();
                let before = serde_json::to_value(R::default()).unwrap();
                let after = serde_json::to_value(&record).unwrap();
                assert_ne!(before[target.name], after[target.name], "{}", target.name);
            }
        }
        changed::<Account>(sample);
        changed::<Person>(sample);
        changed::<Opportunity>(sample);
    }
}
