//! Finding the words of rules in the words of a title, the longest first. Knows no rule's meaning.

use std::collections::HashMap;

use super::words::Word;

/// A rule: a stable id, what it does, and the words it looks for.
///
/// A pattern is words with a space between; `a|b` is either word, `a|b+c` either `a` or `b c`, `a*` a word that begins and `*a` one that ends like
/// this, `?` any word. `^` before the first word stands for the beginning of a clause, `$` after the last one for its end.
pub(super) struct Rule<E> {
    pub(super) id: &'static str,
    pub(super) effect: E,
    pub(super) patterns: Vec<&'static str>,
}

/// Patterns of a table, by how their first word begins or ends.
pub(super) struct Matcher {
    by_word: HashMap<&'static str, Vec<Pattern>>,
    by_beginning: HashMap<[u8; 2], Vec<Pattern>>,
    by_ending: HashMap<[u8; 2], Vec<Pattern>>,
}

struct Pattern {
    rule: usize,
    words: Vec<Part>,
    at_start: bool,
    at_end: bool,
}

#[derive(Clone, Copy)]
enum Part {
    Word(&'static str),
    Begins(&'static str),
    Ends(&'static str),
    Any,
}

/// The words `from..to` are what the rule at this place of the table looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) rule: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Matcher {
    pub(super) fn new<E>(rules: &[Rule<E>]) -> Matcher {
        let mut matcher =
            Matcher { by_word: HashMap::new(), by_beginning: HashMap::new(), by_ending: HashMap::new() };
        for (index, rule) in rules.iter().enumerate() {
            rule.patterns.iter().for_each(|pattern| matcher.add(index, pattern));
        }
        let lists = matcher.by_word.values_mut().chain(matcher.by_beginning.values_mut());
        for list in lists.chain(matcher.by_ending.values_mut()) {
            // Of two patterns of one length the one with an anchor says more.
            list.sort_by_key(|it| std::cmp::Reverse((it.words.len(), it.at_start || it.at_end)));
        }
        matcher
    }

    fn add(&mut self, rule: usize, pattern: &'static str) {
        let bare = pattern.strip_prefix('^').unwrap_or(pattern);
        let bare = bare.strip_suffix('$').unwrap_or(bare);
        let mut spelt: Vec<Vec<Part>> = vec![Vec::new()];
        for place in bare.split(' ') {
            let choices = || place.split('|');
            spelt = spelt
                .iter()
                .flat_map(|before| {
                    choices().map(|it| before.iter().copied().chain(it.split('+').map(part)).collect())
                })
                .collect();
        }
        for words in spelt {
            let list = match words[0] {
                Part::Word(word) => self.by_word.entry(word).or_default(),
                Part::Begins(with) => self.by_beginning.entry(beginning(with)).or_default(),
                Part::Ends(with) => self.by_ending.entry(ending(with)).or_default(),
                Part::Any => panic!("the pattern `{pattern}` begins with any word"),
            };
            list.push(Pattern {
                rule,
                words,
                at_start: pattern.starts_with('^'),
                at_end: pattern.ends_with('$'),
            });
        }
    }

    /// From left to right, at each word the longest pattern; `free` are the words that may be used. None overlap.
    pub(super) fn find(&self, words: &[Word], free: &[bool]) -> Vec<Found> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at < words.len() {
            match self.longest(words, free, at) {
                Some(it) => {
                    at = it.to;
                    found.push(it);
                }
                None => at += 1,
            }
        }
        found
    }

    fn longest(&self, words: &[Word], free: &[bool], at: usize) -> Option<Found> {
        let text = words[at].text.as_str();
        let lists = [
            self.by_word.get(text),
            self.by_beginning.get(&beginning(text)),
            self.by_ending.get(&ending(text)),
        ];
        let fitting = |list: &'_ &Vec<Pattern>| -> Option<Found> {
            let pattern = list.iter().find(|pattern| pattern.fits(words, free, at))?;
            Some(Found { rule: pattern.rule, from: at, to: at + pattern.words.len() })
        };
        // Earlier lists are more exact, so they win at one length.
        let found = lists.iter().flatten().filter_map(fitting);
        found.reduce(|best, next| if next.to > best.to { next } else { best })
    }
}

impl Pattern {
    fn fits(&self, words: &[Word], free: &[bool], at: usize) -> bool {
        let Some(here) = words.get(at..at + self.words.len()) else { return false };
        let clause = here[0].clause;
        let starts = at == 0 || words[at - 1].clause != clause;
        let ends = words.get(at + here.len()).is_none_or(|next| next.clause != clause);
        (!self.at_start || starts)
            && (!self.at_end || ends)
            && free[at..at + here.len()].iter().all(|free| *free)
            && here.iter().zip(&self.words).all(|(word, part)| word.clause == clause && part.fits(&word.text))
    }
}

impl Part {
    fn fits(self, text: &str) -> bool {
        match self {
            Part::Word(word) => word == text,
            Part::Begins(with) => text.starts_with(with),
            Part::Ends(with) => text.ends_with(with),
            Part::Any => true,
        }
    }
}

fn part(spelt: &'static str) -> Part {
    match (spelt, spelt.strip_prefix('*'), spelt.strip_suffix('*')) {
        ("?", ..) => Part::Any,
        (_, Some(ending), _) => Part::Ends(ending),
        (_, _, Some(beginning)) => Part::Begins(beginning),
        _ => Part::Word(spelt),
    }
}

fn beginning(text: &str) -> [u8; 2] {
    let bytes = text.as_bytes();
    [bytes[0], bytes.get(1).copied().unwrap_or_default()]
}

fn ending(text: &str) -> [u8; 2] {
    let bytes = text.as_bytes();
    [bytes[bytes.len() - 1], bytes.len().checked_sub(2).map(|at| bytes[at]).unwrap_or_default()]
}
