//! What is exported comes back as it was.

mod common;

use ad_metrics::{
    Amounts, CSV_HEADER, CampaignPath, Currency, ExportRow, Hints, csv_row, escape_formula, json_row,
    unescape_formula,
};
use common::{Known, plan_resolved, read, week};
use proptest::prelude::*;

fn path(names: [&str; 4]) -> CampaignPath {
    let [client, channel, group, campaign] = names.map(str::to_owned);
    CampaignPath { client, channel, group: Some(group), campaign }
}

#[test]
fn formulas_are_escaped_in_both_formats() {
    let path = path(["=cmd()", "@sum", "+1", "-2 \"x\""]);
    let amounts = Amounts { ad_spend: 0, sales: 5 };
    let currency = Currency::try_from("EUR").unwrap();
    let row = ExportRow { path: &path, week: week("2026-03-30"), currency, amounts };
    let (mut csv, mut json) = (String::new(), String::new());
    csv_row(&row, &mut csv);
    json_row(&row, &mut json);
    assert_eq!(csv, "'=cmd(),'@sum,'+1,\"'-2 \"\"x\"\"\",2026-03-30,EUR,0.00,0.05,\r\n");
    assert_eq!(
        json,
        "{\"client\":\"'=cmd()\",\"channel\":\"'@sum\",\"group\":\"'+1\",\"campaign\":\"'-2 \\\"x\\\"\",\
         \"weekStart\":\"2026-03-30\",\"currency\":\"EUR\",\"adSpend\":0,\"sales\":5,\"roas\":null}\n"
    );
}

/// Names as they can be in the database: not empty, no spaces around them, no zero bytes.
fn name() -> impl Strategy<Value = String> {
    "['=+@\t\r-]{0,3}[a-zA-Z0-9é,;\"'\n\t =+-]{0,8}[a-z]".prop_map(|name| name.trim_matches(' ').to_owned())
}

proptest! {
    #[test]
    fn escaped_text_starts_no_formula_and_comes_back(text in "['=+@\t\ra-]{0,6}") {
        let escaped = escape_formula(&text);
        prop_assert!(!escaped.starts_with(['=', '+', '-', '@', '\t', '\r']));
        prop_assert_eq!(unescape_formula(&escaped), text.as_str());
    }

    #[test]
    fn our_own_import_reads_our_own_export(
        rows in prop::collection::vec(([name(), name(), name(), name()], 0i64..10_000_000, 0i64..10_000_000), 1..8),
        code in prop::sample::select(vec!["EUR", "JPY", "KWD", "CLF"])
    ) {
        let currency = Currency::try_from(code).unwrap();
        let mut csv = CSV_HEADER.to_owned();
        let mut expected = Vec::new();
        for (at, (names, ad_spend, sales)) in rows.iter().enumerate() {
            let path = path([&names[0], &names[1], &names[2], &names[3]]);
            // a week each, so that none comes twice
            let week = week("2026-03-30").plus(at as i32).unwrap();
            let amounts = Amounts { ad_spend: *ad_spend, sales: *sales };
            csv_row(&ExportRow { path: &path, week, currency, amounts }, &mut csv);
            expected.push((path, week, *ad_spend, *sales));
        }
        let sheet = read(csv.as_bytes(), &Hints::default(), 11).map_err(|e| TestCaseError::fail(format!("{e}: {csv:?}")))?;
        let paths = sheet.paths().to_vec();
        let resolutions = vec![ad_metrics::Resolution::New { currency }; paths.len()];
        let (planned, _) = plan_resolved(sheet, resolutions, &[currency], &Known::new());
        prop_assert_eq!(planned.len(), expected.len());
        for (row, (path, week, ad_spend, sales)) in planned.iter().zip(&expected) {
            let ad_metrics::Answer::Insert { key, after } = row.answer else {
                return Err(TestCaseError::fail(format!("{row:?} in {csv:?}")));
            };
            // names that differ in case only are one path, written as it came first
            let lower = |path: &CampaignPath| format!("{path:?}").to_lowercase();
            prop_assert_eq!(lower(&paths[key.path as usize]), lower(path));
            prop_assert_eq!((key.week, after), (*week, Amounts { ad_spend: *ad_spend, sales: *sales }));
        }
    }
}
