//! Client → channel → group → campaign: what rolls up into what, with each client's currency, each group's budget
//! and each campaign's target.
//!
//! Knows positions only; the caller keeps which position is which of its entities.

use crate::money::{Currency, Ratio};

/// A level of the tree, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// An advertiser.
    Client,
    /// A client on one channel.
    Channel,
    /// A group of campaigns.
    Group,
    /// A campaign.
    Campaign,
}

/// A place in a [`Tree`]: positions count from 0 in the order of adding, so they index the caller's own list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Its position.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What the tree knows about a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its level.
    pub level: Level,
    /// What it rolls up into; `None` for a client.
    pub parent: Option<NodeId>,
    /// The client's.
    pub currency: Currency,
    /// A group's weekly budget in minor units.
    pub weekly_budget: Option<i64>,
    /// A campaign's target.
    pub target_roas: Option<Ratio>,
}

/// Parents lie before their children, by construction.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Nobody yet.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// Adds a client, all of whose amounts are in one currency.
    pub fn client(&mut self, currency: Currency) -> NodeId {
        let node =
            Node { level: Level::Client, parent: None, currency, weekly_budget: None, target_roas: None };
        self.push(node)
    }

    /// Adds a channel of a client.
    ///
    /// # Panics
    /// If the parent is not a client: a mistake in the caller.
    pub fn channel(&mut self, client: NodeId) -> NodeId {
        self.below(client, Level::Client, Level::Channel)
    }

    /// Adds a group of campaigns.
    ///
    /// # Panics
    /// If the parent is not a channel.
    pub fn group(&mut self, channel: NodeId, weekly_budget: Option<i64>) -> NodeId {
        let group = self.below(channel, Level::Channel, Level::Group);
        self.nodes[group.index()].weekly_budget = weekly_budget;
        group
    }

    /// Adds a campaign.
    ///
    /// # Panics
    /// If the parent is not a group.
    pub fn campaign(&mut self, group: NodeId, target_roas: Option<Ratio>) -> NodeId {
        let campaign = self.below(group, Level::Group, Level::Campaign);
        self.nodes[campaign.index()].target_roas = target_roas;
        campaign
    }

    /// What lies at a place of this tree.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// Every place, parents before children.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// How many places.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The same tree with everything counted in one currency; budgets stay what they are and must not be used.
    pub(crate) fn in_currency(&self, currency: Currency) -> Tree {
        let nodes = self.nodes.iter().map(|node| Node { currency, weekly_budget: None, ..*node });
        Tree { nodes: nodes.collect() }
    }

    fn below(&mut self, parent: NodeId, expected: Level, level: Level) -> NodeId {
        let above = self.nodes[parent.index()];
        assert_eq!(above.level, expected, "a {level:?} lies below a {expected:?}");
        let (parent, currency) = (Some(parent), above.currency);
        self.push(Node { level, parent, currency, weekly_budget: None, target_roas: None })
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = u32::try_from(self.nodes.len()).expect("fewer than four thousand million places");
        self.nodes.push(node);
        NodeId(id)
    }
}
