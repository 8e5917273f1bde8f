//! Which rules a stored score was made by.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{ActiveConfigs, ConfigPart, ConfigVersion, Row, Rules, built_in, combined_hash, of_tenant};
use crate::schema::scoring_configs;
use crate::{StoreError, TenantTx};

/// How many versions of each part are tried, the likeliest first.
const TRIED: usize = 8;

/// The configuration with this hash, looked for among the versions in force around `at`. Where none has it, those
/// that were in force at `at`.
///
/// # Errors
/// When the database refused or could not be reached.
pub async fn configs_of_score(
    tx: &mut TenantTx,
    hash: &[u8],
    at: DateTime<Utc>,
) -> Result<ActiveConfigs, StoreError> {
    let query = of_tenant(tx).filter(scoring_configs::activated_at.is_not_null()).select((
        scoring_configs::type_,
        scoring_configs::version,
        scoring_configs::hash,
        scoring_configs::activated_at.assume_not_null(),
    ));
    let known: Vec<(String, i32, Vec<u8>, DateTime<Utc>)> = query.load(tx.conn()).await?;
    let likeliest = |part: ConfigPart, default: [u8; 32]| -> Vec<Candidate> {
        let mut of_part: Vec<_> = known.iter().filter(|(it, ..)| it == part.as_str()).collect();
        // In force at that instant first, then those before it, latest first, then those that came after.
        of_part.sort_by_key(|(_, version, _, since)| (*since > at, -version));
        let versions = of_part.into_iter().take(TRIED);
        let mut found: Vec<_> = versions
            .filter_map(|(_, version, hash, _)| Some((*version, hash.as_slice().try_into().ok()?)))
            .collect();
        if found.is_empty() {
            found.push((1, default));
        }
        found
    };
    let since = super::tenant_created_at(tx).await?;
    let fits = likeliest(ConfigPart::Fit, built_in::<scoring::FitConfig>(since).hash);
    let engagements = likeliest(ConfigPart::Engagement, built_in::<scoring::EngagementConfig>(since).hash);
    let combineds = likeliest(ConfigPart::Combined, built_in::<scoring::CombinedConfig>(since).hash);
    let [fit, engagement, combined] = matching(&fits, &engagements, &combineds, hash);
    Ok(ActiveConfigs {
        fit: version(tx, fit, since).await?,
        engagement: version(tx, engagement, since).await?,
        combined: version(tx, combined, since).await?,
    })
}

type Candidate = (i32, [u8; 32]);

/// The first versions of each part whose hashes make up `hash`; the very first ones where none do.
fn matching(fits: &[Candidate], engagements: &[Candidate], combineds: &[Candidate], hash: &[u8]) -> [i32; 3] {
    for fit in fits {
        for engagement in engagements {
            for combined in combineds {
                if combined_hash([&fit.1, &engagement.1, &combined.1]) == hash {
                    return [fit.0, engagement.0, combined.0];
                }
            }
        }
    }
    [fits, engagements, combineds].map(|candidates| candidates.first().map_or(1, |it| it.0))
}

async fn version<C: Rules>(
    tx: &mut TenantTx,
    number: i32,
    since: DateTime<Utc>,
) -> Result<ConfigVersion<C>, StoreError> {
    let query = of_tenant(tx)
        .filter(scoring_configs::type_.eq(C::PART.as_str()))
        .filter(scoring_configs::version.eq(number))
        .select(Row::as_select());
    match query.first::<Row>(tx.conn()).await.optional()? {
        Some(row) => row.try_into(),
        None => Ok(built_in(since)),
    }
}
