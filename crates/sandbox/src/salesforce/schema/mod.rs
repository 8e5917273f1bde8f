//! What the organization's objects and fields are: the source of describe, of query binding and of rendering.
//! Knows no rows.
mod objects;
mod picklists;

pub(crate) use objects::OBJECTS;
pub(crate) use picklists::{
    CAMPAIGN_TYPES, INDUSTRIES, LEAD_SOURCES, LEAD_STATUSES, LOSS_REASONS, ROLES, SEGMENTS, STAGES, TECH,
};

/// A field's type, by the names describe uses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Id,
    Reference { to: &'static [&'static str], relation: Option<&'static str> },
    Text(u32),
    TextArea(u32),
    Email,
    Phone,
    Url,
    Picklist(&'static [&'static str]),
    MultiPicklist(&'static [&'static str]),
    Boolean,
    Int,
    Double,
    Currency,
    Percent,
    Date,
    DateTime,
}

impl Kind {
    /// The name in describe's `type`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Id => "id",
            Kind::Reference { .. } => "reference",
            Kind::Text(_) => "string",
            Kind::TextArea(_) => "textarea",
            Kind::Email => "email",
            Kind::Phone => "phone",
            Kind::Url => "url",
            Kind::Picklist(_) => "picklist",
            Kind::MultiPicklist(_) => "multipicklist",
            Kind::Boolean => "boolean",
            Kind::Int => "int",
            Kind::Double => "double",
            Kind::Currency => "currency",
            Kind::Percent => "percent",
            Kind::Date => "date",
            Kind::DateTime => "datetime",
        }
    }

    pub(crate) fn is_text(self) -> bool {
        matches!(
            self,
            Kind::Text(_)
                | Kind::TextArea(_)
                | Kind::Email
                | Kind::Phone
                | Kind::Url
                | Kind::Picklist(_)
                | Kind::MultiPicklist(_)
        )
    }

    pub(crate) fn is_number(self) -> bool {
        matches!(self, Kind::Int | Kind::Double | Kind::Currency | Kind::Percent)
    }

    pub(crate) fn is_id(self) -> bool {
        matches!(self, Kind::Id | Kind::Reference { .. })
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldDef {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Computed by the vendor: can change without a new SystemModstamp, cannot be written.
    pub(crate) formula: bool,
    /// Not there until `reveal_field`: a field an administrator adds while a run is under way.
    pub(crate) hidden: bool,
}

impl FieldDef {
    pub(crate) fn is_custom(&self) -> bool {
        self.name.ends_with("__c")
    }

    /// Name of the parent relationship, `Account` for `AccountId`.
    pub(crate) fn relation(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Reference { relation, .. } => relation,
            _ => None,
        }
    }
}

/// A child relationship as it is written in a subquery: `FROM OpportunityContactRoles`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChildDef {
    pub(crate) name: &'static str,
    pub(crate) object: &'static str,
    pub(crate) field: &'static str,
}

#[derive(Debug)]
pub(crate) struct ObjectDef {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) plural: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) fields: Vec<FieldDef>,
    pub(crate) children: Vec<ChildDef>,
}

impl ObjectDef {
    /// A field's position by its name, whatever its case.
    pub(crate) fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name.eq_ignore_ascii_case(name))
    }

    /// The position of a field that the table is known to have.
    pub(crate) fn must(&self, name: &str) -> usize {
        self.fields
            .iter()
            .position(|f| f.name == name)
            .unwrap_or_else(|| panic!("{} has no field {name}", self.name))
    }

    pub(crate) fn by_relation(&self, relation: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.relation().is_some_and(|r| r.eq_ignore_ascii_case(relation)))
    }
}

/// An object's position in [`OBJECTS`] by its name, whatever its case.
pub(crate) fn object(name: &str) -> Option<usize> {
    OBJECTS.iter().position(|o| o.name.eq_ignore_ascii_case(name))
}

/// The object an id belongs to, by its key prefix.
pub(crate) fn object_of_prefix(prefix: &[u8]) -> Option<usize> {
    OBJECTS.iter().position(|o| o.prefix.as_bytes() == prefix)
}
