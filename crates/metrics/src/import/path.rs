//! The names that lead to a campaign, each kept once for the whole file.

use std::collections::HashMap;

/// The names in a row, as written there, that lead to its campaign.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CampaignPath {
    /// The client's name.
    pub client: String,
    /// The channel's name.
    pub channel: String,
    /// The group's name; `None` for a file that has no such column.
    pub group: Option<String>,
    /// The campaign's name.
    pub campaign: String,
}

/// Paths that differ in the case of letters only are the same; the first way of writing is kept.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    paths: Vec<CampaignPath>,
    by_name: HashMap<Box<str>, u32>,
    name_bytes: usize,
    key: String,
}

impl Paths {
    /// Which path these names are.
    pub(crate) fn intern(&mut self, client: &str, channel: &str, group: Option<&str>, campaign: &str) -> u32 {
        self.key.clear();
        for name in [client, channel, group.unwrap_or_default(), campaign] {
            if name.is_ascii() {
                self.key.extend(name.chars().map(|c| c.to_ascii_lowercase()));
            } else {
                self.key.extend(name.chars().flat_map(char::to_lowercase));
            }
            // no cell holds a zero byte
            self.key.push('\0');
        }
        if let Some(index) = self.by_name.get(self.key.as_str()) {
            return *index;
        }
        let index = self.paths.len() as u32;
        self.name_bytes += 2 * self.key.len();
        self.by_name.insert(self.key.as_str().into(), index);
        let [client, channel, campaign] = [client, channel, campaign].map(str::to_owned);
        self.paths.push(CampaignPath { client, channel, group: group.map(str::to_owned), campaign });
        index
    }

    pub(crate) fn len(&self) -> usize {
        self.paths.len()
    }

    pub(crate) fn name_bytes(&self) -> usize {
        self.name_bytes
    }

    pub(crate) fn into_vec(self) -> Vec<CampaignPath> {
        self.paths
    }
}
