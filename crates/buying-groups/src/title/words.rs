//! A title as words: folded to plain lower-case letters, cut into clauses. Knows no rule.

use unicode_normalization::UnicodeNormalization;

/// A word and the clause it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) clause: usize,
}

/// Titles longer than this are somebody's life; the beginning says what they are.
const LONGEST: usize = 240;

/// Endings that only name the other gender: `Leiter/in`, `Director(a)`, `Directeur·rice`, `Leiter*in`, `Leiter:in`.
const ENDINGS: [&str; 14] =
    ["in", "innen", "a", "o", "e", "ra", "as", "os", "rice", "trice", "euse", "ne", "ere", "frau"];

/// The words of a title. Accents and case are gone; `V.P.` is `vp`; punctuation and lone dashes end a clause.
pub(super) fn words(title: &str) -> Vec<Word> {
    let letters = fold(title);
    let mut words: Vec<Word> = Vec::new();
    let (mut clause, mut at) = (0, 0);
    while let Some(&letter) = letters.get(at) {
        if letter.is_alphanumeric() {
            let end = end_of_word(&letters, at);
            let text: String = letters[at..end].iter().filter(|it| **it != '.').collect();
            words.push(Word { text, clause });
            at = end;
            continue;
        }
        if let Some(after) = gender_ending(&letters, at) {
            at = after;
            continue;
        }
        match letter {
            '&' | '+' => words.push(Word { text: "and".into(), clause }),
            '@' => words.push(Word { text: "at".into(), clause }),
            '-' | '–' | '—' if !is_lone(&letters, at) => {}
            ' ' | '.' | '\'' | '’' | '*' | '_' | '"' | '\u{a0}' => {}
            // Counted up at most once between words, so that numbers are those of clauses with something in them.
            _ => clause = words.last().map_or(0, |word| word.clause + 1),
        }
        at += 1;
    }
    words
}

fn fold(title: &str) -> Vec<char> {
    let mut letters = Vec::with_capacity(title.len());
    if title.is_ascii() {
        letters.extend(title.chars().take(LONGEST).map(|letter| letter.to_ascii_lowercase()));
        return letters;
    }
    for letter in title.nfkd().filter(|it| !is_mark(*it)).take(LONGEST) {
        for lower in letter.to_lowercase() {
            match lower {
                'ß' => letters.extend(['s', 's']),
                'œ' => letters.extend(['o', 'e']),
                'æ' => letters.extend(['a', 'e']),
                'ø' => letters.push('o'),
                'ł' => letters.push('l'),
                lower if is_mark(lower) => {}
                lower => letters.push(lower),
            }
        }
    }
    letters
}

fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

/// A dot between single letters joins them.
fn end_of_word(letters: &[char], start: usize) -> usize {
    let is_letter = |at: usize| letters.get(at).is_some_and(|it| it.is_alphanumeric());
    let mut end = start + 1;
    if !is_letter(end) {
        while letters.get(end) == Some(&'.') && is_letter(end + 1) && !is_letter(end + 2) {
            end += 2;
        }
        return end;
    }
    while is_letter(end) {
        end += 1;
    }
    end
}

/// A dash between spaces, or at either end.
fn is_lone(letters: &[char], at: usize) -> bool {
    let is_letter = |at: Option<usize>| {
        at.and_then(|at| letters.get(at)).is_some_and(|it| it.is_alphanumeric() || *it == '.' || *it == ')')
    };
    !is_letter(at.checked_sub(1)) && !is_letter(Some(at + 1))
        || letters.get(at + 1).is_none_or(|it| *it == ' ') && letters.get(at.wrapping_sub(1)) == Some(&' ')
}

/// Where the title goes on after an ending that is glued to the word before.
fn gender_ending(letters: &[char], at: usize) -> Option<usize> {
    let glued = at > 0 && letters[at - 1].is_alphabetic();
    if !glued || !matches!(letters[at], '/' | '(' | '*' | ':' | '·' | '•' | '-' | '_') {
        return None;
    }
    let from = if letters.get(at + 1) == Some(&'-') { at + 2 } else { at + 1 };
    let end = (from..letters.len()).find(|at| !letters[*at].is_alphabetic()).unwrap_or(letters.len());
    let ending: String = letters.get(from..end)?.iter().collect();
    // "co-in", "back-a" are no titles, but "Drop-In Coordinator" and "Vitamin-E" are words with a dash.
    if letters[at] == '-' && !matches!(ending.as_str(), "rice" | "trice" | "euse") {
        return None;
    }
    let closed = letters.get(end) == Some(&')');
    ENDINGS.contains(&ending.as_str()).then_some(if closed { end + 1 } else { end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(title: &str) -> String {
        let mut shown = String::new();
        let mut clause = 0;
        for word in words(title) {
            let space = if word.clause > clause { " | " } else { " " };
            if !shown.is_empty() {
                shown.push_str(space);
            }
            clause = word.clause;
            shown.push_str(&word.text);
        }
        shown
    }

    #[test]
    fn titles_fall_into_plain_words_and_clauses() {
        let table = [
            ("V.P. Sales", "vp sales"),
            ("C.E.O.", "ceo"),
            ("Sr. Dir., R&D", "sr dir | r and d"),
            ("Geschäftsführer:in", "geschaftsfuhrer"),
            ("Leiter/in Einkauf (m/w/d)", "leiter einkauf | m | w | d"),
            ("Leiter*in Straßenbau", "leiter strassenbau"),
            ("Director(a) Financiero/a", "director financiero"),
            ("Directeur·rice des achats", "directeur des achats"),
            ("Directeur/-trice", "directeur"),
            ("Co-Founder – CTO", "co founder | cto"),
            ("VP - IT / Security", "vp | it | security"),
            ("Ｖｉｃｅ Ｐｒｅｓｉｄｅｎｔ", "vice president"),
            ("Chargé d'affaires", "charge d affaires"),
            (".NET Developer", "net developer"),
            ("CTO @ Example", "cto at example"),
            ("", ""),
            ("— / —", ""),
            ("部長", "部長"),
        ];
        for (title, words) in table {
            assert_eq!(shown(title), words, "{title}");
        }
    }
}
