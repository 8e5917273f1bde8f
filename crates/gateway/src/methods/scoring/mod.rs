//! `scoring`: who deserves attention now, and why exactly.

mod convert;
mod explain;
mod explanation;
mod run;
#[cfg(test)]
mod tests;

use api::{
    routers::scoring::{
        ConfigVersions, EntityDetail, EntityRefusal, EntityRow, Explain, Explanation, GetEntityDetail,
        GetEntityList, GetMatrixData, MatrixData,
    },
    types::{EntityType, Page},
};
use rpc::{Handle, NoRefusal, RpcError};
use scoring::PreparedConfig;
use store::{
    StoreError,
    scores::{self, ScoreFilter, ScoredEntity},
    scoring_configs::{self, ActiveConfigs},
};
use uuid::Uuid;

pub(super) use self::run::start_scoring;
use self::{convert::kind, explain::Explained};
use super::convert::total as total_of;
use crate::host::{Failure, Gateway, Scope, store_error};

/// Of an account or opportunity.
const PEOPLE_SHOWN: i64 = 10;
const CHANGES_SHOWN: i64 = 20;

impl Handle<GetMatrixData> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetMatrixData,
    ) -> Result<MatrixData, Failure<NoRefusal>> {
        let tier = params.tier.map(convert::tier_word);
        let limit = params.limit.get().into();
        let matrix = scores::get_matrix(scope.tx(), kind(params.entity_type), tier, limit).await?;
        let rules = scoring_configs::active_configs(scope.tx()).await?.combined.config;
        Ok(convert::matrix(params.entity_type, params.tier, matrix, &rules))
    }
}

impl Handle<GetEntityList> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetEntityList,
    ) -> Result<Page<EntityRow>, Failure<NoRefusal>> {
        let after = self.paging(scope, &params).open(params.cursor.as_ref())?;
        let (kind, sort) = (kind(params.entity_type), convert::sort(params.sort));
        let filter = ScoreFilter {
            tier: params.tier.map(convert::tier_word),
            quadrant: params.quadrant.map(convert::quadrant_word),
            account: params.account_id.map(|id| id.0).filter(|_| params.entity_type != EntityType::Account),
            search: params.search.clone(),
        };
        let size = usize::from(params.page_size.get());
        let mut rows =
            scores::list_entities(scope.tx(), kind, &filter, sort, after.as_ref(), size + 1).await?;
        let total = match params.include_total {
            true => Some(total_of(scores::count_entities(scope.tx(), kind, &filter).await?)),
            false => None,
        };
        let more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| more).map(|row| row.position(sort));
        let next_cursor = last.map(|position| self.paging(scope, &params).seal(&position));
        let items = rows.into_iter().map(|row| convert::entity_row(params.entity_type, row)).collect();
        Ok(Page { items, next_cursor, total })
    }
}

impl Handle<GetEntityDetail> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: GetEntityDetail,
    ) -> Result<EntityDetail, Failure<EntityRefusal>> {
        let (entity_type, id) = (params.entity_type, params.entity_id.0);
        let Why { entity, configs, explained, .. } = why(scope, entity_type, id).await?;
        let ids: Vec<Uuid> = explained.people.iter().map(|person| person.person).collect();
        let people = scores::entities(scope.tx(), kind(EntityType::Person), &ids, PEOPLE_SHOWN).await?;
        let changes = scores::tier_changes(scope.tx(), kind(entity_type), id, CHANGES_SHOWN).await?;
        Ok(EntityDetail {
            reasons: explanation::reasons(&explained, entity.scores.scored_at),
            entity: convert::entity_row(entity_type, entity),
            people: people.into_iter().map(|row| convert::entity_row(EntityType::Person, row)).collect(),
            tier_history: changes.into_iter().filter_map(convert::tier_change).collect(),
            config: versions(&configs),
        })
    }
}

impl Handle<Explain> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Explain,
    ) -> Result<Explanation, Failure<EntityRefusal>> {
        let why = why(scope, params.entity_type, params.entity_id.0).await?;
        let config = versions(&why.configs);
        Ok(explanation::of(params.entity_type, why.entity, &why.rules, why.explained, config))
    }
}

/// A stored score, the rules it was made by, and what it is made of.
struct Why {
    entity: ScoredEntity,
    configs: ActiveConfigs,
    rules: PreparedConfig,
    explained: Explained,
}

async fn why(scope: &mut Scope, entity_type: EntityType, id: Uuid) -> Result<Why, Failure<EntityRefusal>> {
    let kind = kind(entity_type);
    let entity = match scores::get_entity(scope.tx(), kind, id).await {
        Ok(Some(entity)) => entity,
        Ok(None) => return Err(Failure::Refused(EntityRefusal::NotScored)),
        Err(StoreError::NotFound) => return Err(Failure::Refused(EntityRefusal::NoSuchEntity)),
        Err(other) => return Err(other.into()),
    };
    let (hash, at) = (&entity.scores.config_hash, entity.scores.scored_at);
    let configs = scoring_configs::configs_of_score(scope.tx(), hash, at).await?;
    let rules = prepared(&configs)?;
    let explained = explain::explain(scope.tx(), kind, id, &rules, at).await.map_err(store_error)?;
    Ok(Why { entity, configs, rules, explained })
}

fn prepared(configs: &ActiveConfigs) -> Result<PreparedConfig, RpcError> {
    let (fit, engagement) = (&configs.fit.config, &configs.engagement.config);
    PreparedConfig::new(fit, engagement, &configs.combined.config).map_err(|broken| {
        tracing::error!(?broken, "stored rules break the rules for rules");
        RpcError::internal()
    })
}

fn versions(configs: &ActiveConfigs) -> ConfigVersions {
    ConfigVersions {
        fit: configs.fit.version,
        engagement: configs.engagement.version,
        combined: configs.combined.version,
    }
}
