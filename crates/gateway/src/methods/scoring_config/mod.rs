//! `scoringConfig`: the rules, their drafts and their versions.

mod convert;
#[cfg(test)]
mod tests;

use api::{
    routers::scoring_config::{
        self as wire, Activate, ActivateRefusal, Activated, AllConfigs, AnyConfigVersion, ConfigState,
        GetAllConfigs, GetConfig, ListVersions, PartState, SaveDraft,
    },
    types::{ConfigType, Listing, Page},
};
use chrono::Utc;
use rpc::{Handle, NoRefusal, RpcError};
use scoring::{CombinedConfig, EngagementConfig, FitConfig};
use serde_json::{Map, Value, json};
use store::{
    actors,
    scoring_configs::{self, Activation, ConfigVersion},
};
use workflows::score::Trigger;

use self::convert::Part;
pub(super) use self::convert::hex;
use super::{convert::actor, scoring::start_scoring};
use crate::host::{Failure, Gateway, Scope, store_error};

impl Handle<GetConfig> for Gateway {
    async fn handle(&self, scope: &mut Scope, params: GetConfig) -> Result<ConfigState, Failure<NoRefusal>> {
        Ok(match params.config_type {
            ConfigType::Fit => state::<FitConfig>(scope).await?,
            ConfigType::Engagement => state::<EngagementConfig>(scope).await?,
            ConfigType::Combined => state::<CombinedConfig>(scope).await?,
        })
    }
}

async fn state<C: Part>(scope: &mut Scope) -> Result<ConfigState, RpcError> {
    let found = scoring_configs::get_config::<C>(scope.tx()).await.map_err(store_error)?;
    let draft = match found.draft {
        Some(draft) => Some(any(scope, draft).await?),
        None => None,
    };
    Ok(ConfigState { active: any(scope, found.active).await?, draft })
}

impl Handle<GetAllConfigs> for Gateway {
    async fn handle(&self, scope: &mut Scope, _: GetAllConfigs) -> Result<AllConfigs, Failure<NoRefusal>> {
        Ok(AllConfigs {
            fit: part_state::<FitConfig>(scope).await?,
            engagement: part_state::<EngagementConfig>(scope).await?,
            combined: part_state::<CombinedConfig>(scope).await?,
        })
    }
}

async fn part_state<C: Part>(scope: &mut Scope) -> Result<PartState<C::Wire>, RpcError> {
    let found = scoring_configs::get_config::<C>(scope.tx()).await.map_err(store_error)?;
    let draft = match found.draft {
        Some(draft) => Some(shown(scope, draft).await?),
        None => None,
    };
    Ok(PartState { active: shown(scope, found.active).await?, draft, default: C::Wire::default() })
}

impl Handle<ListVersions> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: ListVersions,
    ) -> Result<Page<AnyConfigVersion>, Failure<NoRefusal>> {
        let below = self.paging(scope, &params).open::<u32>(params.cursor.as_ref())?;
        let size = usize::from(params.page_size.get());
        let mut versions = match params.config_type {
            ConfigType::Fit => versions::<FitConfig>(scope, below, size).await?,
            ConfigType::Engagement => versions::<EngagementConfig>(scope, below, size).await?,
            ConfigType::Combined => versions::<CombinedConfig>(scope, below, size).await?,
        };
        let more = versions.len() > size;
        versions.truncate(size);
        let last = versions.last().filter(|_| more).map(|(version, _)| *version);
        let next_cursor = last.map(|version| self.paging(scope, &params).seal(&version));
        Ok(Page { items: versions.into_iter().map(|(_, it)| it).collect(), next_cursor, total: None })
    }
}

/// One more than a page has, to see whether there is another one.
async fn versions<C: Part>(
    scope: &mut Scope,
    below: Option<u32>,
    size: usize,
) -> Result<Vec<(u32, AnyConfigVersion)>, RpcError> {
    let limit = size as i64 + 1;
    let found = scoring_configs::list_versions::<C>(scope.tx(), below, limit).await.map_err(store_error)?;
    let names = actors::names_of(scope.tx(), found.iter().filter_map(|it| it.created_by)).await;
    let names = names.map_err(store_error)?;
    let shown = |it: ConfigVersion<C>| {
        let (number, author) = (it.version, it.created_by.map(|author| actor(author, &names)));
        Ok((number, C::any(convert::version(it, author)?)))
    };
    found.into_iter().map(shown).collect()
}

impl Handle<SaveDraft> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: SaveDraft,
    ) -> Result<Listing<AnyConfigVersion>, Failure<NoRefusal>> {
        let note = params.note.as_deref();
        let mut saved = Saved::default();
        if let Some(rules) = &params.config.fit {
            saved.save::<FitConfig>(scope, rules, note).await?;
        }
        if let Some(rules) = &params.config.engagement {
            saved.save::<EngagementConfig>(scope, rules, note).await?;
        }
        if let Some(rules) = &params.config.combined {
            saved.save::<CombinedConfig>(scope, rules, note).await?;
        }
        let parts: Vec<_> = saved.after.keys().map(String::as_str).collect();
        scope.audit(parts.join(","), json!({ "before": saved.before, "after": saved.after }));
        Ok(Listing { items: saved.items })
    }
}

/// The drafts saved so far, and what the audit log says of them by part.
#[derive(Default)]
struct Saved {
    items: Vec<AnyConfigVersion>,
    before: Map<String, Value>,
    after: Map<String, Value>,
}

impl Saved {
    async fn save<C: Part>(
        &mut self,
        scope: &mut Scope,
        rules: &C::Wire,
        note: Option<&str>,
    ) -> Result<(), RpcError> {
        let config = convert::from_wire::<C>(rules)?;
        let author = scope.principal().actor();
        let before = scoring_configs::get_config::<C>(scope.tx()).await.map_err(store_error)?.draft;
        let draft =
            scoring_configs::save_draft(scope.tx(), &config, note, author).await.map_err(store_error)?;
        let part = C::PART.as_str().to_owned();
        self.before.insert(part.clone(), before.map_or(Value::Null, |it| audited(&it)));
        self.after.insert(part, audited(&draft));
        self.items.push(any(scope, draft).await?);
        Ok(())
    }
}

impl Handle<Activate> for Gateway {
    async fn handle(
        &self,
        scope: &mut Scope,
        params: Activate,
    ) -> Result<Activated, Failure<ActivateRefusal>> {
        let versions: Vec<_> =
            params.versions.iter().map(|it| (convert::part(it.config_type), it.version)).collect();
        let before = scoring_configs::active_configs(scope.tx()).await?;
        match scoring_configs::activate(scope.tx(), &versions, Utc::now()).await? {
            Activation::Done => {}
            Activation::NoSuchVersion => return Err(Failure::Refused(ActivateRefusal::NoSuchVersion)),
            Activation::NotADraft => return Err(Failure::Refused(ActivateRefusal::NotADraft)),
        }
        let after = scoring_configs::active_configs(scope.tx()).await?;
        let parts: Vec<_> = versions.iter().map(|(part, _)| part.as_str()).collect();
        let numbers = |it: &scoring_configs::ActiveConfigs| {
            json!({
                "fit": it.fit.version, "engagement": it.engagement.version, "combined": it.combined.version,
                "hash": hex(&it.hash()),
            })
        };
        scope.audit(parts.join(","), json!({ "before": numbers(&before), "after": numbers(&after) }));
        let mut active = Vec::with_capacity(versions.len());
        for it in &params.versions {
            active.push(match it.config_type {
                ConfigType::Fit => any(scope, after.fit.clone()).await?,
                ConfigType::Engagement => any(scope, after.engagement.clone()).await?,
                ConfigType::Combined => any(scope, after.combined.clone()).await?,
            });
        }
        Ok(Activated { active, run: start_scoring(scope, Trigger::Config).await? })
    }
}

async fn any<C: Part>(scope: &mut Scope, version: ConfigVersion<C>) -> Result<AnyConfigVersion, RpcError> {
    shown(scope, version).await.map(C::any)
}

async fn shown<C: Part>(
    scope: &mut Scope,
    version: ConfigVersion<C>,
) -> Result<wire::ConfigVersion<C::Wire>, RpcError> {
    let author = version.created_by;
    let names = actors::names_of(scope.tx(), author).await.map_err(store_error)?;
    convert::version(version, author.map(|author| actor(author, &names)))
}

fn audited<C: Part>(version: &ConfigVersion<C>) -> Value {
    json!({ "version": version.version, "hash": hex(&version.hash), "config": version.config })
}
