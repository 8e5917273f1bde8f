//! Reading a job title: which role it speaks for, and how senior it is. Knows the words, not the person.
//!
//! A title falls into plain words ([`words`]). Exclusions go first: what is past, not yet, somebody else's or only looks
//! like a rank. The rest is read twice, for its rank and for what the person works on, and the pair of both decides. All
//! rules are data, in text files ([`rules`]), and each has an id that evidence can name.

mod pattern;
mod rules;
mod words;

use self::pattern::Found;
use self::rules::{Exclusion, Function, Lead, RULES, Rules, Work};
use self::words::{Word, words};
use crate::{Evidence, Role, Seniority, Source};

/// What a title says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TitleReading {
    /// One piece per role it speaks for, naming the deciding rule; often none.
    pub evidence: Vec<Evidence>,
    pub seniority: Seniority,
    /// The ids of the rules whose words were found, in the order they apply.
    pub applied: Vec<&'static str>,
}

impl TitleReading {
    /// The role the title alone would be taken for.
    pub fn role(&self) -> Role {
        crate::detect(&self.evidence, &crate::Trusts::default()).role
    }
}

/// Reads a title in English, German, French, Spanish or Portuguese. Any text is a title; one that says nothing has no
/// evidence and the lowest seniority.
///
/// It does not tell who needs what is being sold: that a vice president holds a budget and an engineer judges technology
/// is so for most companies and most solutions, not for all.
///
/// ```
/// use buying_groups::{Role, Seniority, read_title};
/// let reading = read_title("VP of Customer Success");
/// assert_eq!((reading.role(), reading.seniority), (Role::EconomicBuyer, Seniority::Vp));
/// assert_eq!(reading.evidence[0].rule, "title.customer.vp");
/// assert_eq!(read_title("Executive Assistant to the CFO").role(), Role::Unknown);
/// ```
pub fn read_title(title: &str) -> TitleReading {
    let words = words(title);
    let rules = &*RULES;
    let mut applied = Vec::new();
    let Some(Visible { words: visible, ranks }) = exclude(rules, &words, &mut applied) else {
        return TitleReading { applied, ..TitleReading::default() };
    };

    let (mut seniority, mut lead, mut ranked) = (Seniority::Other, Lead::Follows, Vec::new());
    for found in rules.ranks.matcher.find(&words, &ranks) {
        let rule = &rules.ranks.rules[found.rule];
        seniority = seniority.max(rule.effect.0);
        lead = lead.max(rule.effect.1);
        ranked.push((rule.effect.0, words[found.from].clause));
        applied.push(rule.id);
    }
    let beside = |clause| ranked.contains(&(seniority, clause));
    let mut works: Vec<(Work, bool)> = Vec::new();
    for found in rules.work.matcher.find(&words, &visible) {
        let rule = &rules.work.rules[found.rule];
        if rule.effect.from <= seniority {
            works.push((rule.effect, beside(words[found.from].clause)));
            applied.push(rule.id);
        }
    }
    let evidence = evidence(rules, function(lead, &works), seniority);
    TitleReading { evidence, seniority, applied }
}

/// The ids of all rules about titles.
pub fn title_rules() -> impl Iterator<Item = &'static str> + Clone {
    let rules = &*RULES;
    let exclusions = rules.exclusions.rules.iter().map(|rule| rule.id);
    let ranks = rules.ranks.rules.iter().map(|rule| rule.id);
    let work = rules.work.rules.iter().map(|rule| rule.id);
    exclusions.chain(ranks).chain(work).chain(rules.decisions.iter().map(|decision| decision.id))
}

/// Which words still say something, and which of them about a rank.
struct Visible {
    words: Vec<bool>,
    ranks: Vec<bool>,
}

/// None when nothing is left.
fn exclude(rules: &Rules, words: &[Word], applied: &mut Vec<&'static str>) -> Option<Visible> {
    let all = vec![true; words.len()];
    let mut visible = Visible { words: all.clone(), ranks: all.clone() };
    let mut hide = |range: std::ops::Range<usize>, shown: bool| {
        visible.words[range.clone()].fill(shown);
        visible.ranks[range].fill(shown);
    };
    let mut struck: Vec<Found> = Vec::new();
    for found in rules.exclusions.matcher.find(words, &all) {
        let rule = &rules.exclusions.rules[found.rule];
        let clause = words[found.from].clause;
        let start = words.partition_point(|word| word.clause < clause);
        let end = words.partition_point(|word| word.clause <= clause);
        match rule.effect {
            Exclusion::Keep => continue,
            Exclusion::Everything => {
                applied.push(rule.id);
                return None;
            }
            // "CFO (former)"
            Exclusion::Past if start > 0 && (start, end) == (found.from, found.to) => {
                applied.push(rule.id);
                return None;
            }
            Exclusion::Onward | Exclusion::Past => hide(start..words.len(), false),
            Exclusion::Cut => hide(found.from..words.len(), false),
            Exclusion::Resume => hide(found.to..words.len(), true),
            Exclusion::Strike => struck.push(found),
        }
        applied.push(rule.id);
    }
    for found in struck {
        visible.ranks[found.from..found.to].fill(false);
    }
    Some(visible)
}

/// Who runs the company runs it, whatever else they do. Otherwise the most decisive words say what somebody works on, and
/// those beside the rank before others: a head of engineering, sales tools, is no salesperson.
fn function(lead: Lead, works: &[(Work, bool)]) -> Function {
    let most = |beside: bool| {
        let words = works.iter().filter(|it| it.1 || !beside).map(|it| it.0);
        words.min_by_key(|work| (std::cmp::Reverse(work.decisive), work.function)).map(|work| work.function)
    };
    let known = most(true).filter(|it| !matches!(it, Function::Trade | Function::UnclearChief));
    let function = known.or_else(|| most(false)).unwrap_or(Function::None);
    match (lead, function) {
        (Lead::Rules, _) => Function::General,
        (Lead::Leads, Function::None | Function::Trade | Function::UnclearChief) => Function::General,
        _ => function,
    }
}

fn evidence(rules: &Rules, function: Function, seniority: Seniority) -> Vec<Evidence> {
    let Some(decision) = rules.decide(function, seniority) else { return Vec::new() };
    let speaks = |(role, confidence): &(Role, crate::Share)| {
        Evidence::new(Source::TitleParse, *role, *confidence, decision.id)
    };
    decision.speaks_for.iter().map(speaks).collect()
}
