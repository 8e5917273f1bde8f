//! Firmographics as they were known at an instant.

use std::collections::{BTreeMap, HashMap};

use canonical::Currency;
use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use scoring::{AccountFacts, AttributeValue};
use serde_json::Value;
use uuid::Uuid;

use crate::{StoreError, TenantTx};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    industry: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    employee_count: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    annual_revenue: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<String>,
    #[diesel(sql_type = Jsonb)]
    attributes: Value,
    #[diesel(sql_type = Text)]
    home_currency: String,
}

/// The latest recorded version until `known_at`; the account's present columns where no version is that old.
const FACTS: &str = "\
SELECT a.id, t.currency AS home_currency, \
  CASE WHEN v.account_id IS NULL THEN a.industry ELSE v.industry END AS industry, \
  CASE WHEN v.account_id IS NULL THEN a.employee_count ELSE v.employee_count END AS employee_count, \
  CASE WHEN v.account_id IS NULL THEN a.annual_revenue ELSE v.annual_revenue END AS annual_revenue, \
  CASE WHEN v.account_id IS NULL THEN a.currency ELSE v.currency END AS currency, \
  coalesce(v.attributes, a.attributes) AS attributes \
FROM accounts a \
JOIN tenants t ON t.tenant_id = a.tenant_id \
LEFT JOIN LATERAL ( \
  SELECT * FROM account_versions v \
  WHERE v.tenant_id = a.tenant_id AND v.account_id = a.id AND v.recorded_at <= $3 AND NOT v.deleted \
  ORDER BY v.recorded_at DESC LIMIT 1) v ON true \
WHERE a.tenant_id = $1 AND a.id = ANY ($2)";

/// What fit reads of these accounts, as known at an instant. An account that does not exist is left out.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn account_facts(
    tx: &mut TenantTx,
    accounts: &[Uuid],
    known_at: DateTime<Utc>,
) -> Result<HashMap<Uuid, AccountFacts>, StoreError> {
    let rows: Vec<Row> = diesel::sql_query(FACTS)
        .bind::<SqlUuid, _>(tx.tenant().0)
        .bind::<Array<SqlUuid>, _>(accounts)
        .bind::<Timestamptz, _>(known_at)
        .load(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.facts())).collect())
}

impl Row {
    fn facts(self) -> AccountFacts {
        AccountFacts {
            revenue: whole_units(self.annual_revenue, self.currency.as_deref(), &self.home_currency),
            industry: self.industry,
            employees: self.employee_count,
            attributes: attribute_values(self.attributes),
        }
    }
}

/// Revenue in whole units of the organization's currency. In another currency it is unknown: nobody tells us rates.
fn whole_units(minor: Option<i64>, currency: Option<&str>, home: &str) -> Option<i64> {
    let currency: Currency = currency.unwrap_or(home).parse().ok()?;
    (currency.as_str() == home).then_some(minor? / 10_i64.pow(currency.minor_digits()))
}

/// A record's attributes as far as they are texts, numbers, booleans or lists of these.
fn attribute_values(attributes: Value) -> BTreeMap<String, AttributeValue> {
    let Value::Object(members) = attributes else { return BTreeMap::new() };
    members
        .into_iter()
        .filter_map(|(name, value)| Some((name, serde_json::from_value(value).ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revenue_counts_in_whole_units_of_the_home_currency_only() {
        assert_eq!(whole_units(Some(150_099), Some("USD"), "USD"), Some(1_500));
        assert_eq!(whole_units(Some(1_500), None, "JPY"), Some(1_500));
        assert_eq!(whole_units(Some(150_000), Some("EUR"), "USD"), None);
        assert_eq!(whole_units(None, Some("USD"), "USD"), None);
    }

    #[test]
    fn attributes_are_taken_as_far_as_they_can_be_compared() {
        let read = attribute_values(serde_json::json!({
            "tech": ["rust", 7], "partner": true, "nothing": null, "nested": { "a": 1 }
        }));
        let names: Vec<_> = read.keys().map(String::as_str).collect();
        assert_eq!(names, ["partner", "tech"]);
        assert!(read["tech"].matches(&AttributeValue::text("RUST")));
    }
}
