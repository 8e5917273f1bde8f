//! The tree of everything a caller sees, in the shape that `ad_metrics` counts in, and places in it.

use std::collections::HashMap;

use ad_metrics::{Currency, NodeId, Ratio, Tree};
use api::types::{CampaignGroupId, CampaignId, ClientChannelId, ClientId, MetricsLevel};
use store::{
    StoreError, TenantTx,
    metrics::{self, Level, TreeNode},
};
use uuid::Uuid;

/// Trees of clients.
pub(super) struct Forest {
    pub(super) tree: Tree,
    /// As the tree counts them.
    pub(super) rows: Vec<TreeNode>,
    pub(super) ids: Vec<NodeId>,
    by_id: HashMap<Uuid, usize>,
}

/// The ids by which a call names a place; all of them must lead to it.
pub(super) struct Named([Option<Uuid>; 4]);

impl Named {
    pub(super) fn new(
        client: Option<ClientId>,
        client_channel: Option<ClientChannelId>,
        campaign_group: Option<CampaignGroupId>,
        campaign: Option<CampaignId>,
    ) -> Self {
        Named([
            client.map(|it| it.0),
            client_channel.map(|it| it.0),
            campaign_group.map(|it| it.0),
            campaign.map(|it| it.0),
        ])
    }
}

/// The caller sees no such thing of that level.
#[derive(Debug)]
pub(super) struct NoSuch(pub(super) Level);

impl Forest {
    /// With what was removed, where the past is asked about.
    pub(super) async fn load(tx: &mut TenantTx, with_removed: bool) -> Result<Self, StoreError> {
        Self::of(metrics::load_tree(tx, with_removed).await?)
    }

    /// Of rows in which parents come before their children.
    pub(super) fn of(nodes: Vec<TreeNode>) -> Result<Self, StoreError> {
        let mut forest = Forest {
            tree: Tree::new(),
            rows: Vec::with_capacity(nodes.len()),
            ids: Vec::with_capacity(nodes.len()),
            by_id: HashMap::with_capacity(nodes.len()),
        };
        for row in nodes {
            // Whose parent was removed is removed as well, and not asked about.
            let parent = row.parent.map(|id| forest.by_id.get(&id).map(|at| forest.ids[*at]));
            let id = match (row.level, parent) {
                (Level::Client, _) => {
                    let currency = Currency::try_from(row.currency.as_str()).map_err(|_| StoreError::Bug)?;
                    forest.tree.client(currency)
                }
                (_, None | Some(None)) => continue,
                (Level::ClientChannel, Some(Some(parent))) => forest.tree.channel(parent),
                (Level::CampaignGroup, Some(Some(parent))) => forest.tree.group(parent, row.weekly_budget),
                (Level::Campaign, Some(Some(parent))) => {
                    forest.tree.campaign(parent, row.target_roas.map(Ratio::from_ten_thousandths))
                }
            };
            forest.by_id.insert(row.id, forest.rows.len());
            forest.rows.push(row);
            forest.ids.push(id);
        }
        Ok(forest)
    }

    pub(super) fn index_of(&self, id: Uuid) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn node_of(&self, id: Uuid) -> Option<NodeId> {
        self.index_of(id).map(|at| self.ids[at])
    }

    /// The place that the ids lead to; `None` for the whole organization.
    pub(super) fn place(&self, named: &Named) -> Result<Option<usize>, NoSuch> {
        let mut place = None;
        for (level, id) in Level::ALL.into_iter().zip(named.0) {
            let Some(id) = id else { continue };
            let at =
                self.index_of(id).filter(|at| self.rows[*at].level == level && !self.rows[*at].is_removed);
            let at = at.ok_or(NoSuch(level))?;
            if place.is_some_and(|above| !self.lies_below(at, above)) {
                return Err(NoSuch(level));
            }
            place = Some(at);
        }
        Ok(place)
    }

    /// Whether a place lies in the tree of another one; in its own it does.
    pub(super) fn lies_below(&self, mut at: usize, above: usize) -> bool {
        loop {
            if at == above {
                return true;
            }
            match self.rows[at].parent.and_then(|id| self.index_of(id)) {
                Some(parent) => at = parent,
                None => return false,
            }
        }
    }

    /// All places of a tree, parents first; of every tree for the whole organization.
    pub(super) fn below(&self, place: Option<usize>) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(move |at| place.is_none_or(|above| self.lies_below(*at, above)))
    }
}

/// The level directly below a place, and for a campaign its own.
pub(super) fn next_level(place: Option<Level>) -> Level {
    match place {
        None => Level::Client,
        Some(Level::Client) => Level::ClientChannel,
        Some(Level::ClientChannel) => Level::CampaignGroup,
        Some(Level::CampaignGroup | Level::Campaign) => Level::Campaign,
    }
}

pub(super) fn to_level(level: MetricsLevel) -> Level {
    match level {
        MetricsLevel::Client => Level::Client,
        MetricsLevel::ClientChannel => Level::ClientChannel,
        MetricsLevel::CampaignGroup => Level::CampaignGroup,
        MetricsLevel::Campaign => Level::Campaign,
    }
}
