//! The CRM's rows as the wire shows them, for every router that shows any. Nothing is decided here.

use api::types::{
    AccountId, AccountRef, AccountRow, ActivityId, ActivityRow, ActivityType, Attributes, Channel,
    ConnectorId, Currency, Cursor, Factor, Money, OpportunityId, OpportunityRow, OpportunityStatus, Page,
    PersonId, PersonRef, PersonRow, Points, Scores, SourceRef, Timestamp,
};
use chrono::{DateTime, Utc};
use rpc::{Method, RpcError};
use serde::{
    Serialize,
    de::{DeserializeOwned, IntoDeserializer, value::StrDeserializer},
};
use serde_json::Value;
use store::{ListPage, PageRequest, crm};

use super::convert;
use crate::host::{Gateway, Scope};

/// A word of ours as the enum that stands for it; `None` for a word the enum does not have.
pub(crate) fn from_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    let word: StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
    T::deserialize(word).ok()
}

/// The word that an enum without fields is written as.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        other => unreachable!("an enum without fields is written as a word, not as {other:?}"),
    }
}

pub(crate) fn maybe_word(value: Option<impl Serialize>) -> Option<String> {
    value.map(word)
}

impl Gateway {
    /// What the store is to read for a list method's call.
    pub(crate) fn page_request<M: Method>(
        &self,
        scope: &Scope,
        params: &M,
        size: api::types::PageSize,
        cursor: Option<&Cursor>,
    ) -> Result<PageRequest, RpcError> {
        Ok(convert::page(size, self.paging(scope, params).open(cursor)?))
    }

    /// The page as the caller sees it, with the way on sealed into a cursor.
    pub(crate) fn page<M: Method, Row, Item>(
        &self,
        scope: &Scope,
        params: &M,
        page: ListPage<Row>,
        item: impl Fn(Row) -> Item,
    ) -> Page<Item> {
        Page {
            next_cursor: page.next.map(|position| self.paging(scope, params).seal(&position)),
            items: page.items.into_iter().map(item).collect(),
            total: None,
        }
    }
}

pub(crate) fn time(instant: Option<DateTime<Utc>>) -> Option<Timestamp> {
    instant.map(Timestamp)
}

pub(crate) fn points(thousandths: Option<i64>) -> Option<Points> {
    thousandths.map(Points)
}

/// Null when there is no amount, no currency, or more than JSON keeps exact.
pub(crate) fn money(minor: Option<i64>, currency: Option<&str>) -> Option<Money> {
    Money::new(minor?, Currency::try_from(currency?).ok()?).ok()
}

pub(crate) fn attributes(value: Value) -> Attributes {
    match value {
        Value::Object(members) => members,
        _ => Attributes::new(),
    }
}

pub(crate) fn scores(row: crm::Scores) -> Scores {
    Scores {
        fit: points(row.fit),
        fit_low: points(row.fit_low),
        fit_high: points(row.fit_high),
        coverage: row.coverage.map(Factor),
        engagement: points(row.engagement),
        combined: points(row.combined),
        quadrant: row.quadrant.as_deref().and_then(from_word),
        tier: row.tier.as_deref().and_then(from_word),
        since: time(row.since),
        next_transition_at: time(row.next_transition_at),
        last_activity_at: time(row.last_activity_at),
        inputs_through: time(row.inputs_through),
        scored_at: Timestamp(row.scored_at),
    }
}

pub(crate) fn account_ref(row: crm::AccountRef) -> AccountRef {
    AccountRef { id: AccountId(row.id), name: row.name, domain: row.domain }
}

pub(crate) fn account_row(crm::Account { fields: row, scores: its }: crm::Account) -> AccountRow {
    AccountRow {
        id: AccountId(row.id),
        annual_revenue: money(row.annual_revenue, row.currency.as_deref()),
        name: row.name,
        domain: row.domain,
        industry: row.industry,
        employee_count: row.employee_count.map(convert::total),
        country: row.country,
        owner_email: row.owner_email,
        scores: its.map(scores),
        updated_at: Timestamp(row.updated_at),
    }
}

/// First and last name, else the address, else `unknown`.
pub(crate) fn person_name(first: Option<&str>, last: Option<&str>, email: Option<&str>) -> String {
    let names: Vec<&str> =
        [first, last].into_iter().flatten().map(str::trim).filter(|it| !it.is_empty()).collect();
    match (names.is_empty(), email) {
        (false, _) => names.join(" "),
        (true, Some(email)) => email.to_owned(),
        (true, None) => "unknown".to_owned(),
    }
}

pub(crate) fn person_row(row: crm::Person) -> PersonRow {
    let crm::Person { fields: row, account, scores: theirs } = row;
    PersonRow {
        id: PersonId(row.id),
        name: person_name(row.first_name.as_deref(), row.last_name.as_deref(), row.email.as_deref()),
        first_name: row.first_name,
        last_name: row.last_name,
        email: row.email,
        title: row.title,
        seniority: row.seniority.as_deref().and_then(from_word),
        phone: row.phone,
        account: account.map(account_ref),
        is_lead: row.is_lead,
        lead_status: row.lead_status,
        opted_out: row.opted_out,
        scores: theirs.map(scores),
        updated_at: Timestamp(row.updated_at),
    }
}

pub(crate) fn opportunity_row(row: crm::Opportunity) -> OpportunityRow {
    let crm::Opportunity { fields: row, account, scores: its } = row;
    OpportunityRow {
        id: OpportunityId(row.id),
        name: row.name,
        account: account.map(account_ref),
        stage: row.stage,
        stage_entered_at: time(row.stage_entered_at),
        status: match (row.is_closed, row.is_won) {
            (_, true) => OpportunityStatus::Won,
            (true, false) => OpportunityStatus::Lost,
            (false, false) => OpportunityStatus::Open,
        },
        amount: money(row.amount, row.currency.as_deref()),
        close_date: row.close_date,
        scores: its.map(scores),
        updated_at: Timestamp(row.updated_at),
    }
}

pub(crate) fn activity_row(row: crm::Activity) -> ActivityRow {
    let person = row.person_id.map(|id| PersonRef {
        id: PersonId(id),
        name: person_name(
            row.person_first_name.as_deref(),
            row.person_last_name.as_deref(),
            row.person_email.as_deref(),
        ),
        title: row.person_title,
    });
    let account = row.account_id.zip(row.account_name).map(|(id, name)| AccountRef {
        id: AccountId(id),
        name,
        domain: row.account_domain,
    });
    ActivityRow {
        id: ActivityId(row.id),
        activity_type: ActivityType::of_record(row.activity_type),
        channel: from_word(&row.channel).unwrap_or(Channel::Other),
        person,
        account,
        occurred_at: Timestamp(row.occurred_at),
        recorded_at: Timestamp(row.recorded_at),
        retracted_at: time(row.retracted_at),
        subject: row.subject,
        properties: row.properties.map(attributes).unwrap_or_default(),
        connector_id: row.connector_id.map(ConnectorId),
    }
}

pub(crate) fn source_ref(row: crm::SourceRef) -> SourceRef {
    SourceRef {
        connector_id: ConnectorId(row.connector_id),
        connector_name: row.connector_name,
        external_id: row.external_id,
        modified_at: time(row.modified_at),
    }
}

#[cfg(test)]
mod tests {
    use api::types::{Quadrant, Tier};

    use super::*;

    #[test]
    fn a_person_is_called_by_names_else_by_address_else_unknown() {
        let table = [
            ((Some("Zoë"), Some("O'Neil"), Some("z@example.com")), "Zoë O'Neil"),
            ((None, Some("李"), None), "李"),
            ((Some(" "), None, Some("a@example.com")), "a@example.com"),
            ((None, None, None), "unknown"),
        ];
        for ((first, last, email), name) in table {
            assert_eq!(person_name(first, last, email), name);
        }
    }

    #[test]
    fn an_enum_is_written_as_the_word_it_is_read_from() {
        assert_eq!(word(Quadrant::FastTrack), "fast-track");
        assert_eq!(from_word::<Quadrant>("fast-track"), Some(Quadrant::FastTrack));
        assert_eq!(from_word::<Tier>("lukewarm"), None);
    }

    #[test]
    fn an_amount_without_a_currency_or_beyond_exact_json_is_no_money() {
        assert!(money(Some(1), Some("EUR")).is_some());
        assert_eq!(money(Some(1), None), None);
        assert_eq!(money(None, Some("EUR")), None);
        assert_eq!(money(Some(i64::MAX), Some("EUR")), None);
    }
}
