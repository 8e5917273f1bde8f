//! What somebody read and whom they met, as evidence for a role. Knows no activity log: it is given counts.

use crate::{Evidence, Role, Share, Source};

/// What a page, a document or a search is about, as far as it tells roles apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Prices, return on investment, business cases.
    Pricing,
    /// Documentation, interfaces, security, architecture.
    Technical,
    /// Terms, data protection, purchasing.
    Legal,
    /// Training, how-to, templates.
    Usage,
}

/// A word counts when it begins like this; the first topic with a word wins, so `api-pricing` is about prices.
const WORDS: &[(Topic, &[&str])] = &[
    (
        Topic::Legal,
        &[
            "legal",
            "dpa",
            "gdpr",
            "dsgvo",
            "rgpd",
            "lgpd",
            "terms",
            "agb",
            "procurement",
            "purchasing",
            "msa",
            "contract",
            "subprocessor",
            "privacy",
            "compliance",
            "vendor",
            "sla",
            "einkauf",
            "datenschutz",
        ],
    ),
    (
        Topic::Pricing,
        &[
            "pricing",
            "price",
            "preis",
            "precio",
            "preco",
            "tarif",
            "roi",
            "tco",
            "budget",
            "quote",
            "cost",
            "business-case",
            "businesscase",
            "plans",
            "billing",
            "discount",
        ],
    ),
    (
        Topic::Technical,
        &[
            "docs",
            "documentation",
            "api",
            "sdk",
            "developer",
            "security",
            "sso",
            "saml",
            "scim",
            "soc2",
            "integration",
            "architecture",
            "webhook",
            "changelog",
            "status",
            "infrastructure",
            "encryption",
            "whitepaper",
            "technical",
        ],
    ),
    (
        Topic::Usage,
        &[
            "training",
            "tutorial",
            "academy",
            "how",
            "howto",
            "guide",
            "template",
            "help",
            "support",
            "webinar",
            "onboarding",
        ],
    ),
];

impl Topic {
    pub const ALL: [Topic; 4] = [Topic::Pricing, Topic::Technical, Topic::Legal, Topic::Usage];

    /// The topic of an address, a title or a search term, by its words.
    ///
    /// ```
    /// use buying_groups::Topic;
    /// assert_eq!(Topic::of_text("https://example.com/legal/dpa.pdf"), Some(Topic::Legal));
    /// assert_eq!(Topic::of_text("API reference"), Some(Topic::Technical));
    /// assert_eq!(Topic::of_text("/about-us"), None);
    /// ```
    pub fn of_text(text: &str) -> Option<Topic> {
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
        let has = |begins: &&str| match begins.len() {
            // "api" begins "apiary" too, so what is short must be the whole word.
            0..=4 => words.contains(begins),
            _ => words.iter().any(|word| word.starts_with(*begins)),
        };
        WORDS.iter().find(|(_, begins)| begins.iter().any(has)).map(|(topic, _)| *topic)
    }

    const fn rule(self) -> (&'static str, Role) {
        match self {
            Topic::Pricing => ("behaviour.pricing", Role::EconomicBuyer),
            Topic::Technical => ("behaviour.technical", Role::TechnicalEvaluator),
            Topic::Legal => ("behaviour.legal", Role::LegalProcurement),
            Topic::Usage => ("behaviour.usage", Role::EndUser),
        }
    }
}

/// So many pieces on one topic, and nothing else, are half of what could be said.
const HALF_TOPIC: u128 = 3;
/// So many meetings and threads are half of what could be said.
const HALF_CONTACT: u128 = 8;

/// What somebody did, counted over whatever time the caller looks at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// Pages, downloads, searches by topic; index by [`Topic`] through [`Behaviour::read`].
    read: [u32; Topic::ALL.len()],
    /// Threads with at least one colleague in them.
    pub internal_threads: u32,
    /// Meetings with at least one colleague in them. One is worth two threads.
    pub internal_meetings: u32,
}

impl Behaviour {
    /// Counts `times` pieces on a topic.
    pub fn read(&mut self, topic: Topic, times: u32) {
        let count = &mut self.read[topic as usize];
        *count = count.saturating_add(times);
    }

    /// What was counted on a topic.
    pub fn times(&self, topic: Topic) -> u32 {
        self.read[topic as usize]
    }

    /// At most one piece of evidence per role. On a topic the confidence is n/(n+3) times the topic's share of all that
    /// was read; who reads everything is told apart by nothing. Meetings and threads make a champion by n/(n+8).
    ///
    /// ```
    /// use buying_groups::{Behaviour, Role, Share, Topic};
    /// let mut behaviour = Behaviour::default();
    /// behaviour.read(Topic::Legal, 9);
    /// let found = behaviour.evidence();
    /// assert_eq!((found[0].role, found[0].confidence), (Role::LegalProcurement, Share::from_thousandths(750)));
    /// ```
    pub fn evidence(&self) -> Vec<Evidence> {
        let all: u128 = self.read.iter().map(|count| u128::from(*count)).sum();
        let topics = Topic::ALL.into_iter().map(|topic| {
            let (rule, role) = topic.rule();
            let times = u128::from(self.times(topic));
            (rule, role, Share::of(times * times, (times + HALF_TOPIC) * all))
        });
        let contact = u128::from(self.internal_threads) + 2 * u128::from(self.internal_meetings);
        let champion =
            ("behaviour.internal-contact", Role::Champion, Share::of(contact, contact + HALF_CONTACT));
        topics
            .chain([champion])
            .filter(|(_, _, confidence)| *confidence > Share::ZERO)
            .map(|(rule, role, confidence)| Evidence::new(Source::EngagementPattern, role, confidence, rule))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_stand_at_their_places() {
        for (index, topic) in Topic::ALL.into_iter().enumerate() {
            assert_eq!(topic as usize, index);
        }
    }

    #[test]
    fn who_reads_everything_alike_gets_little_for_each_role() {
        let mut all = Behaviour::default();
        Topic::ALL.into_iter().for_each(|topic| all.read(topic, 20));
        assert!(all.evidence().iter().all(|it| it.confidence < Share::from_thousandths(250)));
        assert_eq!(Behaviour::default().evidence(), []);
    }

    #[test]
    fn short_words_are_whole_words() {
        let table = [
            ("/pricing", Some(Topic::Pricing)),
            ("ROI calculator", Some(Topic::Pricing)),
            ("/heroine", None),
            ("/docs/api/v2", Some(Topic::Technical)),
            ("security whitepaper", Some(Topic::Technical)),
            ("data processing agreement (DPA)", Some(Topic::Legal)),
            ("Datenschutzerklärung", Some(Topic::Legal)),
            ("/academy/first-steps", Some(Topic::Usage)),
            ("/blog/a-capital-idea", None),
            ("", None),
        ];
        for (text, topic) in table {
            assert_eq!(Topic::of_text(text), topic, "{text}");
        }
    }

    #[test]
    fn counts_at_their_end_do_not_overflow() {
        let mut much =
            Behaviour { internal_threads: u32::MAX, internal_meetings: u32::MAX, ..Behaviour::default() };
        for topic in Topic::ALL {
            much.read(topic, u32::MAX);
            much.read(topic, 1);
        }
        assert_eq!(much.evidence().len(), 5);
    }
}
