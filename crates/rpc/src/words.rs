//! What is wrong with a param, in words for whoever filled it in: neither serde's words nor the validator's reach the wire.

use serde_json::Value;
use validator::ValidationError;

/// The message of a refusal by serde. Words that are not known here are a type's own, which are written for the wire.
pub(crate) fn of_reading(message: &str) -> String {
    let (what, expected) = match message.split_once(", expected ") {
        Some((what, expected)) => (what, expected),
        None => (message, ""),
    };
    if let Some(found) = what.strip_prefix("invalid type: ") {
        return match (kind_expected(expected), kind_found(found)) {
            (Some(kind), Some(found)) => format!("must be {kind}, not {found}"),
            (Some(kind), None) => format!("must be {kind}"),
            (None, Some(found)) => format!("cannot be {found}"),
            (None, None) => "is of another type than it must be".to_owned(),
        };
    }
    if what.starts_with("invalid value: ") || what.starts_with("invalid length ") {
        return match (bounds(expected), kind_expected(expected)) {
            (Some((min, max)), _) => format!("must be a whole number between {min} and {max}"),
            (None, Some(kind)) => format!("must be {kind}"),
            (None, None) => "is not one of the values it can have".to_owned(),
        };
    }
    if what.starts_with("unknown variant ") {
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        return format!("must be one of: {}", known.join(", "));
    }
    if what.starts_with("UUID parsing failed") {
        return format!("must be {ID}");
    }
    if what.starts_with("data did not match any variant of untagged enum") {
        return "is in none of the forms it can have".to_owned();
    }
    match what {
        // serde_json's, where neither a text nor an object stands for an enum.
        "expected value" => "must be one of its words".to_owned(),
        // chrono's, of a date.
        "input is out of range"
        | "no possible date and time matching input"
        | "input is not enough for unique date and time"
        | "input contains invalid characters"
        | "premature end of input"
        | "trailing input" => format!("must be {DATE}"),
        _ => message.to_owned(),
    }
}

const ID: &str = "an id: a UUID such as 01953c1e-4a00-7000-8000-000000000071";
const DATE: &str = "a date such as 2026-02-23";

fn kind_expected(expected: &str) -> Option<&'static str> {
    Some(match expected.split_whitespace().next()? {
        "i8" | "i16" | "i32" | "i64" | "isize" | "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "f32" | "f64" => "a number",
        "string" | "str" => "a text",
        "struct" | "map" | "internally" | "adjacently" => "an object",
        "enum" | "variant" => "one of its words",
        "sequence" => "a list",
        "boolean" => "true or false",
        "a" => match expected {
            "a string" | "a borrowed string" | "a character" => "a text",
            "a boolean" => "true or false",
            "a map" => "an object",
            "a sequence" => "a list",
            "a formatted date string" => DATE,
            _ if expected.contains("UUID") => ID,
            _ => return None,
        },
        _ => return None,
    })
}

fn kind_found(found: &str) -> Option<&'static str> {
    Some(match found.split_whitespace().next()? {
        "string" | "character" => "a text",
        "integer" => "a number",
        "boolean" => "true or false",
        "null" | "unit" | "Option" => "null",
        "sequence" => "a list",
        "map" => "an object",
        _ => return None,
    })
}

/// What an integer type holds.
fn bounds(expected: &str) -> Option<(i128, i128)> {
    Some(match expected {
        "u8" => (0, u8::MAX.into()),
        "u16" => (0, u16::MAX.into()),
        "u32" => (0, u32::MAX.into()),
        "u64" | "usize" => (0, u64::MAX.into()),
        "i32" => (i32::MIN.into(), i32::MAX.into()),
        "i64" | "isize" => (i64::MIN.into(), i64::MAX.into()),
        _ => return None,
    })
}

/// The message of a broken rule: its own, or made of the rule's bounds.
pub(crate) fn of_rule(error: &ValidationError) -> String {
    if let Some(message) = &error.message {
        return message.to_string();
    }
    let bound = |name: &str| error.params.get(name).map(number);
    let (min, max) = (bound("min"), bound("max"));
    match error.code.as_ref() {
        "length" => {
            let counted = |how_many: &str| format!("{how_many} {}", what_is_counted(error, how_many));
            match (bound("equal"), min, max) {
                (Some(equal), ..) => format!("must have exactly {}", counted(&equal)),
                (None, Some(min), Some(max)) => format!("must have {min} to {}", counted(&max)),
                (None, Some(min), None) => format!("must have at least {}", counted(&min)),
                (None, None, Some(max)) => format!("must have at most {}", counted(&max)),
                (None, None, None) => "is too short or too long".to_owned(),
            }
        }
        "url" => "must be an address such as https://example.org".to_owned(),
        _ => match (min, max) {
            (Some(min), Some(max)) => format!("must be between {min} and {max}"),
            (Some(min), None) => format!("must be at least {min}"),
            (None, Some(max)) => format!("must be at most {max}"),
            (None, None) => "is not as it must be".to_owned(),
        },
    }
}

/// A bound as people write it: 100 and not 100.0.
fn number(bound: &Value) -> String {
    match bound.as_f64() {
        Some(whole) if bound.is_f64() && whole.fract() == 0.0 => format!("{whole:.0}"),
        _ => bound.to_string(),
    }
}

fn what_is_counted(error: &ValidationError, how_many: &str) -> &'static str {
    match (error.params.get("value"), how_many) {
        (Some(Value::Array(_)), "1") => "item",
        (Some(Value::Array(_)), _) => "items",
        (Some(Value::Object(_)), "1") => "member",
        (Some(Value::Object(_)), _) => "members",
        (_, "1") => "character",
        _ => "characters",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, de::DeserializeOwned};
    use validator::Validate;

    use super::*;

    fn read<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
        let message = serde_json::from_str::<T>(text).unwrap_err().to_string();
        of_reading(message.split(" at line ").next().unwrap())
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Sort {
        Name,
        Updated,
    }

    #[derive(Debug, Deserialize)]
    struct Object {
        #[expect(dead_code, reason = "it is only read")]
        minor: i64,
    }

    #[test]
    fn what_cannot_be_read_is_said_without_the_words_of_our_types() {
        let table = [
            (read::<i64>("\"50\""), "must be a whole number, not a text"),
            (read::<u32>("null"), "must be a whole number, not null"),
            (read::<u32>("1.5"), "must be a whole number"),
            (read::<u32>("-1"), "must be a whole number between 0 and 4294967295"),
            (read::<u16>("70000"), "must be a whole number between 0 and 65535"),
            (read::<f64>("[]"), "must be a number, not a list"),
            (read::<String>("5"), "must be a text, not a number"),
            (read::<bool>("\"yes\""), "must be true or false, not a text"),
            (read::<Vec<u8>>("{}"), "must be a list, not an object"),
            (read::<BTreeMap<String, u8>>("true"), "must be an object, not true or false"),
            (read::<Object>("7"), "must be an object, not a number"),
            (read::<Sort>("\"age\""), "must be one of: name, updated"),
            (read::<Sort>("true"), "must be one of its words"),
            (of_reading("UUID parsing failed: invalid length: found 1"), &format!("must be {ID}")),
            (of_reading("premature end of input"), "must be a date such as 2026-02-23"),
            (of_reading("must be between 1 and 100"), "must be between 1 and 100"),
        ];
        for (said, expected) in table {
            assert_eq!(said, expected);
        }
    }

    #[derive(Validate)]
    struct Rules {
        #[validate(length(min = 1, max = 200))]
        text: String,
        #[validate(length(max = 500))]
        long: Option<String>,
        #[validate(length(equal = 4))]
        hash: String,
        #[validate(length(min = 1))]
        list: Vec<u8>,
        #[validate(range(min = 0.0, max = 100.0))]
        share: f64,
        #[validate(range(min = 0.001, max = 3650.0))]
        days: f64,
        #[validate(range(max = 9_007_199_254_740_991_u64))]
        count: u64,
        #[validate(url)]
        address: String,
    }

    #[test]
    fn a_broken_rule_is_said_with_its_bounds_and_what_is_counted() {
        let broken = Rules {
            text: String::new(),
            long: Some("x".repeat(501)),
            hash: "abc".into(),
            list: Vec::new(),
            share: 140.0,
            days: 0.0,
            count: u64::MAX,
            address: "nowhere".into(),
        };
        let errors = broken.validate().unwrap_err();
        let said = |field: &str| of_rule(&errors.field_errors()[field][0]);
        assert_eq!(said("text"), "must have 1 to 200 characters");
        assert_eq!(said("long"), "must have at most 500 characters");
        assert_eq!(said("hash"), "must have exactly 4 characters");
        assert_eq!(said("list"), "must have at least 1 item");
        assert_eq!(said("share"), "must be between 0 and 100");
        assert_eq!(said("days"), "must be between 0.001 and 3650");
        assert_eq!(said("count"), "must be at most 9007199254740991");
        assert_eq!(said("address"), "must be an address such as https://example.org");
    }
}
