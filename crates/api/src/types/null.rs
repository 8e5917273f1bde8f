//! Params for which null is an answer, and silence is none.

use std::{borrow::Cow, marker::PhantomData};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

/// Reads a member that may be null and may not be left out: `#[serde(deserialize_with = "said")]`, and beside it
/// `#[schemars(with = "OrNull<…>")]`, so that the document says so, too.
pub(crate) fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    // serde takes a missing member for null only where it finds the reading of an `Option` by itself.
    Option::deserialize(value)
}

/// The schema of a `T` or null, of a member that is required.
pub(crate) struct OrNull<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OrNull<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}
