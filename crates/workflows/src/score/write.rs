//! Writes one stretch, up to its commit: that belongs to whoever records where the walk has come to.

use std::sync::Arc;

use store::scoring_runs::{ActiveRules, ScoredCounts};
use store::scoring_writes::{self as writes, Before};
use store::{StoreError, TenantTx};

use super::ahead::Stretch;
use super::stretch::Scored;
use crate::runner::Run;

/// A stretch that is written and not committed; dropped, it was never there.
pub(super) struct Written {
    pub(super) tx: TenantTx,
    pub(super) counts: ScoredCounts,
    /// How many have scores now.
    pub(super) entities: usize,
}

/// Writes in a transaction of its own. Whether the run may still write is asked before the commit, and not here: the
/// answer holds a lock, for which the next stretch would wait.
pub(super) async fn write(
    run: Run,
    rules: Arc<ActiveRules>,
    before: Before,
    stretch: Stretch<Scored>,
) -> Result<Stretch<Written>, StoreError> {
    let written = match write_onto(&run, &rules, before, &stretch).await {
        // Somebody was scored in an earlier stretch and has moved to an account of this one since.
        Err(StoreError::Conflict) if before == Before::Nothing => {
            write_onto(&run, &rules, Before::Anything, &stretch).await
        }
        written => written,
    }?;
    Ok(stretch.map(|_| written))
}

async fn write_onto(
    run: &Run,
    rules: &ActiveRules,
    before: Before,
    stretch: &Stretch<Scored>,
) -> Result<Written, StoreError> {
    let mut tx = run.bulk_tx().await?;
    let (scored, as_of) = (&stretch.of, stretch.as_of);
    let entities: Vec<_> = scored.rows.iter().map(|row| (row.entity_type, row.entity_id)).collect();
    writes::write_engagement_states(&mut tx, before, &scored.states, rules, as_of).await?;
    writes::write_scores(&mut tx, before, &scored.rows, rules, as_of).await?;
    let tier_changes = writes::write_tier_history(&mut tx, before, &entities, &scored.tiers, rules).await?;
    let counts = ScoredCounts { tier_changes, ..scored.counts };
    Ok(Written { tx, counts, entities: entities.len() })
}
