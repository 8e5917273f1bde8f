//! Opportunities with the history of their stages.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use scoring::Pace;
use uuid::Uuid;

use super::micros;
use crate::{StoreError, TenantTx};

/// An opportunity as far as its score is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpportunityFacts {
    pub id: Uuid,
    /// The account whose fit it inherits, and whose people stand in where it has no contacts.
    pub account: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    /// When it was won or lost, if it was.
    pub closed_at: Option<DateTime<Utc>>,
    /// When it entered each of its stages while it was open, oldest first.
    pub entered_at: Vec<DateTime<Utc>>,
}

impl OpportunityFacts {
    /// Since when it was where it was at an instant.
    pub fn pace_at(&self, at: DateTime<Utc>) -> Pace {
        let entered = self.entered_at.iter().rev().find(|entered| **entered <= at);
        Pace { created_at: micros(self.created_at), stage_entered_at: entered.copied().map(micros) }
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    account: Option<Uuid>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    changed_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_closed: bool,
    #[diesel(sql_type = Array<Timestamptz>)]
    entered_at: Vec<DateTime<Utc>>,
}

const OPPORTUNITIES: &str = "\
SELECT o.id, coalesce(a.merged_into, a.id) AS account, coalesce(o.source_created_at, o.created_at) AS created_at, \
  coalesce(o.source_modified_at, o.updated_at) AS changed_at, o.is_closed, \
  coalesce(nullif(ARRAY(SELECT s.entered_at FROM opportunity_stages s \
      WHERE s.tenant_id = o.tenant_id AND s.opportunity_id = o.id ORDER BY s.entered_at), '{}'), \
    array_remove(ARRAY[o.stage_entered_at], NULL)) AS entered_at \
FROM opportunities o LEFT JOIN accounts a ON a.tenant_id = o.tenant_id AND a.id = o.account_id \
WHERE o.tenant_id = $1 AND o.id = ANY ($2)";

/// These opportunities, in no order. One that does not exist is left out.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn opportunity_facts(
    tx: &mut TenantTx,
    opportunities: &[Uuid],
) -> Result<Vec<OpportunityFacts>, StoreError> {
    let query = diesel::sql_query(OPPORTUNITIES).bind::<SqlUuid, _>(tx.tenant().0);
    let rows: Vec<Row> = query.bind::<Array<SqlUuid>, _>(opportunities).load(tx.conn()).await?;
    Ok(rows.into_iter().map(Row::facts).collect())
}

impl Row {
    fn facts(mut self) -> OpportunityFacts {
        // The last stage of a closed one is its end; without a history its last change is.
        let closed_at = self.is_closed.then(|| self.entered_at.pop().unwrap_or(self.changed_at));
        let created_at = self.created_at;
        OpportunityFacts {
            id: self.id,
            account: self.account,
            created_at,
            closed_at: closed_at.map(|at| at.max(created_at)),
            entered_at: self.entered_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + chrono::TimeDelta::days(day)
    }

    fn row(is_closed: bool, entered_at: Vec<DateTime<Utc>>) -> OpportunityFacts {
        let (created_at, changed_at) = (at(2), at(9));
        Row { id: Uuid::nil(), account: None, created_at, changed_at, is_closed, entered_at }.facts()
    }

    #[test]
    fn the_last_stage_of_a_closed_opportunity_is_its_end() {
        assert_eq!(row(true, vec![at(3), at(7)]).closed_at, Some(at(7)));
        assert_eq!(row(true, vec![at(3), at(7)]).entered_at, [at(3)]);
        assert_eq!(row(true, vec![]).closed_at, Some(at(9)));
        assert_eq!(row(true, vec![at(1)]).closed_at, Some(at(2)), "not before it was created");
        assert_eq!(row(false, vec![at(3)]).closed_at, None);
    }

    #[test]
    fn the_pace_counts_from_the_stage_of_that_instant() {
        let facts = row(false, vec![at(3), at(7)]);
        assert_eq!(facts.pace_at(at(5)).stage_entered_at, Some(micros(at(3))));
        assert_eq!(facts.pace_at(at(7)).stage_entered_at, Some(micros(at(7))));
        assert_eq!(facts.pace_at(at(2)).stage_entered_at, None);
    }
}
