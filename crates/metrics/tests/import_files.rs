//! What a file may look like, and what refuses it as a whole.
#![expect(clippy::unwrap_used, reason = "helpers of tests, which may panic")]

mod common;

use ad_metrics::{Column, DateOrder, Delimiter, FileRefused, Hints, Limits, NumberFormat, Survey};
use common::{plan, reasons, survey, week, written};
use proptest::prelude::*;

const HEADER: &str = "client,channel,campaign,week,spend,sales\n";

fn file(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

fn refused(file: impl AsRef<[u8]>) -> FileRefused {
    survey(file.as_ref(), &Hints::default(), 5).unwrap_err()
}

#[test]
fn comma_semicolon_and_tab_are_told_apart_with_quotes_marks_and_all_line_ends() {
    for (sign, delimiter) in [(",", Delimiter::Comma), (";", Delimiter::Semicolon), ("\t", Delimiter::Tab)] {
        for end in ["\n", "\r\n", "\r"] {
            for start in ["", "\u{feff}", "sep=X\n"] {
                let rows = ["client", "channel", "campaign", "week", "spend", "sales"].join(sign)
                    + end
                    + &["\"A, B; \"\"C\"\"\"", "Search", "One\u{20ac}", "2026-03-30", "1.50", "20"]
                        .join(sign);
                let file = start.replace('X', sign) + &rows;
                let layout = survey(file.as_bytes(), &Hints::default(), 3).unwrap();
                assert_eq!(
                    (layout.delimiter, layout.bom),
                    (delimiter, start.starts_with('\u{feff}')),
                    "{file:?}"
                );
                let sheet = common::read(file.as_bytes(), &Hints::default(), 1).unwrap();
                assert_eq!(sheet.paths()[0].client, "A, B; \"C\"");
                let (rows, _) = plan(&file, &Hints::default());
                assert_eq!(written(&rows)[0].2, 150);
            }
        }
    }
}

#[test]
fn german_files_read_as_they_are() {
    let file =
        "Kunde;Kanal;Kampagne;Woche;Kosten;Umsatz\r\nBäcker;Suche;Brot;30.03.2026;1.234,50 €;12.000,00\r\n";
    let (rows, _) = plan(file, &Hints::default());
    assert_eq!(written(&rows), [(2, week("2026-03-30"), 123_450, 1_200_000)]);
}

#[test]
fn encodings_other_than_utf_8_are_refused_by_name() {
    let utf_16 =
        |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let marked = format!("\u{feff}{HEADER}");
    let cases = [
        (utf_16(&marked, u16::to_le_bytes), "UTF-16LE"),
        (utf_16(&marked, u16::to_be_bytes), "UTF-16BE"),
        (utf_16(HEADER, u16::to_le_bytes), "UTF-16LE"),
        (utf_16(HEADER, u16::to_be_bytes), "UTF-16BE"),
        (marked.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(), "UTF-32LE"),
        (marked.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect(), "UTF-32BE"),
        (b"PK\x03\x04 and so on".to_vec(), "a ZIP archive (a workbook, perhaps)"),
        (vec![0x1f, 0x8b, 8, 0], "compressed by gzip"),
    ];
    for (bytes, encoding) in cases {
        assert_eq!(refused(bytes), FileRefused::Encoding { encoding });
    }
}

#[test]
fn latin_1_zero_bytes_and_half_characters_are_refused_with_their_line() {
    let with = |bytes: &[u8]| {
        [HEADER.as_bytes(), b"A,B,C,2026-03-30,1,2\n", bytes, b",B,C,2026-03-30,1,2\n"].concat()
    };
    assert_eq!(refused(with(b"K\xe4se")), FileRefused::NotUtf8 { line: 3 });
    assert_eq!(refused(with(b"\xc3,\xa4")), FileRefused::NotUtf8 { line: 3 });
    assert_eq!(refused(with(b"a\0b")), FileRefused::ZeroByte { line: 3 });
}

#[test]
fn an_endless_line_is_refused_before_it_is_read() {
    let limits = Limits { record_bytes: 1000, ..Limits::default() };
    for start in ["", HEADER, "client,\"", &file("A,\"")] {
        let mut survey = Survey::new(Hints::default(), limits);
        let mut outcome = survey.push(start.as_bytes());
        let mut pushed = 0;
        // two gigabytes, if nothing stops it
        while outcome.is_ok() && pushed < 2_000_000 {
            outcome = survey.push(&[b'x'; 1000]);
            pushed += 1;
        }
        assert!(
            matches!(outcome, Err(FileRefused::LineTooLong { limit: 1000, .. })),
            "{start:?}: {outcome:?}"
        );
        assert!(pushed < 10, "refused after {pushed} kilobytes");
    }
}

#[test]
fn a_file_with_nothing_in_it_is_refused() {
    for nothing in ["", "\n\n\r\n", "\u{feff}"] {
        assert_eq!(refused(nothing), FileRefused::Empty, "{nothing:?}");
    }
    assert_eq!(refused(HEADER), FileRefused::NoRows);
}

#[test]
fn broken_quotes_are_refused_with_the_line_of_their_record() {
    assert_eq!(refused(file("A,B,C,2026-03-30,1,2\n\"A,B,C\n")), FileRefused::UnclosedQuote { line: 3 });
    assert_eq!(refused(file("\"A\"x,B,C,2026-03-30,1,2\n")), FileRefused::TextAfterQuote { line: 2 });
}

#[test]
fn headers_that_are_missing_are_named() {
    let missing = refused("client,channel,campaign,spend\nA,B,C,1\n");
    assert_eq!(missing, FileRefused::MissingColumns { columns: vec![Column::Week, Column::Sales] });
    assert!(matches!(refused("nothing known\n1\n"), FileRefused::MissingColumns { .. }));
}

#[test]
fn one_thousand_or_a_bit_more_than_one_is_refused_until_told() {
    let ambiguous = file("A,B,C,2026-03-30,1.234,5\n");
    assert_eq!(refused(&ambiguous), FileRefused::AmbiguousNumber { line: 2, text: "1.234".to_owned() });
    let told = |numbers| Hints { numbers: Some(numbers), round: true, ..Hints::default() };
    let spend = |hints: &Hints| written(&plan(&ambiguous, hints).0)[0].2;
    assert_eq!(spend(&told(NumberFormat::DecimalComma)), 123_400);
    assert_eq!(spend(&told(NumberFormat::DecimalPoint)), 123);
    // any other number of the file can decide it
    let decided = file("A,B,C,2026-03-30,1.234,5\nA,B,D,2026-03-30,\"7,5\",5\n");
    assert_eq!(written(&plan(&decided, &Hints::default()).0)[0].2, 123_400);
    let mixed = file("A,B,C,2026-03-30,1.5,5\nA,B,D,2026-03-30,\"7,5\",5\n");
    assert_eq!(refused(mixed), FileRefused::MixedNumbers { point: 2, comma: 3 });
}

#[test]
fn april_or_march_is_refused_until_told() {
    let ambiguous = file("A,B,C,03/04/2026,1,5\n");
    assert_eq!(refused(&ambiguous), FileRefused::AmbiguousDate { line: 2, text: "03/04/2026".to_owned() });
    let decided = file("A,B,C,06/04/2026,1,5\nA,B,C,13/04/2026,1,5\n");
    let weeks: Vec<_> = written(&plan(&decided, &Hints::default()).0).iter().map(|row| row.1).collect();
    assert_eq!(weeks, [week("2026-04-06"), week("2026-04-13")]);
    let mixed = file("A,B,C,13/04/2026,1,5\nA,B,C,04/20/2026,1,5\n");
    assert_eq!(refused(&mixed), FileRefused::MixedDates { day_first: 2, month_first: 3 });
    let told = Hints { dates: Some(DateOrder::DayFirst), ..Hints::default() };
    let (rows, _) = plan(&mixed, &told);
    assert_eq!((written(&rows).len(), reasons(&rows).len()), (1, 1));
}

#[test]
fn two_delimiters_that_read_equally_well_are_refused_until_told() {
    let both = "client,client;channel\nA,B;C\n";
    let ambiguous = refused("client;week,client\nA;B,C\n");
    assert!(matches!(ambiguous, FileRefused::AmbiguousDelimiter { .. }), "{ambiguous:?}");
    let told = Hints { delimiter: Some(Delimiter::Semicolon), ..Hints::default() };
    assert!(matches!(survey(both.as_bytes(), &told, 9), Err(FileRefused::MissingColumns { .. })));
}

#[test]
fn more_rows_than_allowed_are_refused() {
    let limits = Limits { rows: 2, ..Limits::default() };
    let mut survey = Survey::new(Hints::default(), limits);
    let row = "A,B,C,2026-03-30,1,2\n";
    survey.push(file(&row.repeat(3)).as_bytes()).unwrap();
    assert_eq!(survey.finish(), Err(FileRefused::TooManyRows { limit: 2 }));
}

proptest! {
    #[test]
    fn pieces_do_not_matter(
        cells in prop::collection::vec(prop::collection::vec("[a-z,;\" \n\r\té€]{0,4}", 6), 1..6), piece in 1usize..40
    ) {
        let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let line = |row: &Vec<String>| row.iter().map(quote).collect::<Vec<_>>().join(",") + "\r\n";
        let file = file(&cells.iter().map(line).collect::<String>());
        let whole = survey(file.as_bytes(), &Hints::default(), usize::MAX);
        prop_assert_eq!(survey(file.as_bytes(), &Hints::default(), piece), whole);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), piece in 1usize..40) {
        let rows = [HEADER.as_bytes(), &bytes].concat();
        for file in [bytes.as_slice(), rows.as_slice()] {
            let _ = common::read(file, &Hints::default(), piece);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9.,;:/'€A-Z+()\" \t\r\n-]{0,200}", piece in 1usize..40) {
        if let Ok(sheet) = common::read(file(&text).as_bytes(), &Hints::default(), piece) {
            let _ = common::plan_sheet(sheet, common::euro(), &common::Known::new());
        }
    }
}
