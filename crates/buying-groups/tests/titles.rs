//! Titles that are easily misread, with their answers, and a run over a whole list of occupations.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Read as _;

use buying_groups::{Role, Seniority, read_title, title_rules};
use flate2::read::GzDecoder;

const ANSWERS: &str = include_str!("titles/answers.txt");
const OCCUPATIONS: &[u8] = include_bytes!("titles/job_titles.txt.gz");
const SUMMARY: &str = include_str!("titles/summary.txt");

/// (language, role, seniority, title)
fn answers() -> Vec<(&'static str, Role, Seniority, &'static str)> {
    let mut language = "";
    let mut answers = Vec::new();
    for line in ANSWERS.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            language = heading.split(':').next().unwrap();
        } else if !line.starts_with('#') && !line.is_empty() {
            let (role, rest) = line.split_once(' ').unwrap();
            let (seniority, title) = rest.trim_start().split_once(' ').unwrap_or((rest.trim(), ""));
            answers.push((language, role.parse().unwrap(), seniority.parse().unwrap(), title.trim()));
        }
    }
    answers
}

fn occupations() -> String {
    let mut text = String::new();
    GzDecoder::new(OCCUPATIONS).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn no_treacherous_title_is_misread() {
    let mut wrong = String::new();
    for (_, role, seniority, title) in answers() {
        let reading = read_title(title);
        if (reading.role(), reading.seniority) != (role, seniority) {
            let (read, level) = (reading.role(), reading.seniority);
            writeln!(
                wrong,
                "{title}: {read} {level} instead of {role} {seniority}, by {:?}",
                reading.applied
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn the_answers_are_many_and_in_five_languages() {
    let answers = answers();
    let distinct: BTreeSet<_> = answers.iter().map(|(.., title)| title).collect();
    let languages: BTreeSet<_> = answers.iter().map(|(language, ..)| *language).collect();
    assert!(distinct.len() >= 300, "{}", distinct.len());
    assert_eq!(languages, BTreeSet::from(["Deutsch", "English", "Español", "Français", "Português"]));
}

#[test]
fn case_and_spaces_do_not_change_what_a_title_says() {
    for (.., title) in answers() {
        let reading = read_title(title);
        assert_eq!(read_title(&title.to_uppercase()), reading, "{title}");
        assert_eq!(read_title(&format!("  {} ", title.replace(' ', "  "))), reading, "{title}");
    }
}

#[test]
fn evidence_names_a_rule_that_exists() {
    let ids: BTreeSet<_> = title_rules().collect();
    for (.., title) in answers() {
        let reading = read_title(title);
        assert!(reading.evidence.iter().all(|it| ids.contains(&*it.rule)), "{title}");
        assert!(reading.applied.iter().all(|id| ids.contains(id)), "{title}");
    }
}

/// `UPDATE=1 cargo test -p buying-groups --test titles` writes the summary anew; read what changed before keeping it.
#[test]
fn a_list_of_occupations_reads_as_it_did() {
    let occupations = occupations();
    let mut counts: BTreeMap<(Role, Seniority), usize> = BTreeMap::new();
    let mut rules: BTreeMap<&str, usize> = title_rules().map(|id| (id, 0)).collect();
    for title in occupations.lines() {
        let reading = read_title(title);
        *counts.entry((reading.role(), reading.seniority)).or_default() += 1;
        let deciding = reading.evidence.first().map(|it| &*it.rule);
        for id in reading.applied.iter().copied().chain(deciding).collect::<BTreeSet<_>>() {
            *rules.get_mut(id).unwrap() += 1;
        }
    }
    let summary = summary(&counts, &rules);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/titles/summary.txt"), &summary).unwrap();
    } else {
        assert_eq!(summary, SUMMARY, "UPDATE=1 cargo test -p buying-groups --test titles");
    }
}

fn summary(counts: &BTreeMap<(Role, Seniority), usize>, rules: &BTreeMap<&str, usize>) -> String {
    let all: usize = counts.values().sum();
    let share = |count: usize| format!("{count:>6} {:>7.3}%", count as f64 * 100.0 / all as f64);
    let count = |fits: &dyn Fn(Role, Seniority) -> bool| {
        counts.iter().filter(|((role, level), _)| fits(*role, *level)).map(|(_, count)| count).sum::<usize>()
    };
    let mut out = format!("{all} titles\n\nby role\n");
    for role in Role::ALL {
        writeln!(out, "  {role:<20} {}", share(count(&|it, _| it == role))).unwrap();
    }
    out.push_str("\nby seniority\n");
    for level in Seniority::ALL {
        writeln!(out, "  {level:<20} {}", share(count(&|_, it| it == level))).unwrap();
    }
    out.push_str("\nby role and seniority\n");
    for ((role, level), count) in counts {
        writeln!(out, "  {role:<20} {level:<10} {}", share(*count)).unwrap();
    }
    out.push_str("\nby rule\n");
    for (id, count) in rules {
        writeln!(out, "  {id:<32} {count:>6}").unwrap();
    }
    out
}
