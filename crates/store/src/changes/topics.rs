//! The parts of a tenant's data that somebody may be looking at, by the names they have on the wire.

macro_rules! topics {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// A part of a tenant's data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Topic {
            $($(#[$doc])* $variant),+
        }

        impl Topic {
            pub const ALL: &[Topic] = &[$(Topic::$variant),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Topic::$variant => $name),+ }
            }

            /// The topic of this name; `None` for one that only a newer program knows.
            pub fn named(name: &str) -> Option<Topic> {
                match name { $($name => Some(Topic::$variant),)+ _ => None }
            }
        }
    };
}

topics! {
    Tenant = "tenant",
    Team = "team",
    ApiKeys = "apiKeys",
    Audit = "audit",
    Connectors = "connectors",
    SyncRuns = "syncRuns",
    FieldMappings = "fieldMappings",
    Accounts = "accounts",
    People = "people",
    Opportunities = "opportunities",
    Activities = "activities",
    Scores = "scores",
    ScoringRuns = "scoringRuns",
    ScoringConfig = "scoringConfig",
    BuyingGroups = "buyingGroups",
    RoleTemplates = "roleTemplates",
    Jobs = "jobs",
    Clients = "clients",
    Metrics = "metrics",
    MetricsImports = "metricsImports",
    /// Somebody may do more or less than before. No query shows it; whoever watches is asked again who they are.
    Rights = "rights",
}

/// Some topics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Topics(u64);

// If this fails, there are more topics than bits: make the set wider.
const _: () = assert!(Topic::ALL.len() <= 64);

impl Topics {
    pub const NONE: Topics = Topics(0);

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn contains(self, topic: Topic) -> bool {
        self.meets(topic.into())
    }

    /// Whether some topic is in both.
    pub fn meets(self, other: Topics) -> bool {
        self.0 & other.0 != 0
    }

    #[must_use]
    pub fn and(self, more: impl Into<Topics>) -> Topics {
        Topics(self.0 | more.into().0)
    }

    #[must_use]
    pub fn without(self, less: Topics) -> Topics {
        Topics(self.0 & !less.0)
    }

    pub fn iter(self) -> impl Iterator<Item = Topic> {
        Topic::ALL.iter().copied().filter(move |it| self.contains(*it))
    }

    /// The topics of these names; one that only a newer program knows is left out, as nothing here can depend on it.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Topics {
        names.into_iter().filter_map(Topic::named).collect()
    }
}

impl From<Topic> for Topics {
    fn from(topic: Topic) -> Topics {
        Topics(1 << topic as u8)
    }
}

impl FromIterator<Topic> for Topics {
    fn from_iter<I: IntoIterator<Item = Topic>>(topics: I) -> Topics {
        topics.into_iter().fold(Topics::NONE, Topics::and)
    }
}

impl<const N: usize> From<[Topic; N]> for Topics {
    fn from(topics: [Topic; N]) -> Topics {
        topics.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_is_found_by_its_name_and_is_in_sets_that_hold_it() {
        let mut all = Topics::NONE;
        for topic in Topic::ALL {
            assert_eq!(Topic::named(topic.as_str()), Some(*topic));
            assert!(!all.contains(*topic));
            all = all.and(*topic);
        }
        assert_eq!(all.iter().count(), Topic::ALL.len());
        assert_eq!(Topics::named(["jobs", "of a newer program"]), Topic::Jobs.into());
    }
}
