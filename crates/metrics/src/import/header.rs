//! What each column of a file is, by the names that exports of advertising systems and spreadsheets give them.

use std::fmt;

use crate::import::hints::Hints;
use crate::import::refused::FileRefused;
use crate::money::Currency;

/// What a column can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Column {
    /// The client's name.
    Client,
    /// The channel's name.
    Channel,
    /// The name of the group of campaigns.
    Group,
    /// The campaign's name.
    Campaign,
    /// The Monday, or the day.
    Week,
    /// Spend.
    Spend,
    /// Sales.
    Sales,
    /// The code of a currency.
    Currency,
}

impl Column {
    /// All of them.
    pub const ALL: [Column; 8] = [
        Column::Client,
        Column::Channel,
        Column::Group,
        Column::Campaign,
        Column::Week,
        Column::Spend,
        Column::Sales,
        Column::Currency,
    ];

    /// Usual names, in English and German, without spaces and signs.
    fn names(self) -> &'static [&'static str] {
        match self {
            Column::Client => &[
                "client",
                "clientname",
                "customer",
                "customername",
                "account",
                "accountname",
                "advertiser",
                "advertisername",
                "kunde",
                "kundenname",
                "mandant",
                "konto",
                "kontoname",
                "werbekunde",
                "werbetreibender",
            ],
            Column::Channel => &[
                "channel",
                "channelname",
                "platform",
                "network",
                "adnetwork",
                "publisher",
                "kanal",
                "kanalname",
                "plattform",
                "netzwerk",
                "werbekanal",
                "werbenetzwerk",
            ],
            Column::Group => &[
                "group",
                "groupname",
                "campaigngroup",
                "campaigngroupname",
                "gruppe",
                "gruppenname",
                "kampagnengruppe",
                "kampagnengruppenname",
            ],
            Column::Campaign => &["campaign", "campaignname", "kampagne", "kampagnenname"],
            Column::Week => &[
                "week",
                "weekstart",
                "weekstarting",
                "weekstartdate",
                "weekof",
                "weekbeginning",
                "date",
                "day",
                "woche",
                "wochenstart",
                "wochenbeginn",
                "wocheab",
                "wochevom",
                "kalenderwoche",
                "datum",
                "tag",
            ],
            Column::Spend => &[
                "spend",
                "adspend",
                "spent",
                "amountspent",
                "cost",
                "costs",
                "mediacost",
                "mediaspend",
                "adcost",
                "kosten",
                "ausgaben",
                "ausgegebenerbetrag",
                "werbeausgaben",
                "werbekosten",
                "mediakosten",
            ],
            Column::Sales => &[
                "sales",
                "revenue",
                "turnover",
                "conversionvalue",
                "convvalue",
                "purchasevalue",
                "umsatz",
                "umsätze",
                "umsaetze",
                "erlös",
                "erlöse",
                "erloes",
                "erloese",
                "verkäufe",
                "verkaeufe",
                "conversionwert",
                "convwert",
            ],
            Column::Currency => &[
                "currency",
                "currencycode",
                "accountcurrency",
                "währung",
                "waehrung",
                "währungscode",
                "waehrungscode",
            ],
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Column::Client => "client",
            Column::Channel => "channel",
            Column::Group => "group",
            Column::Campaign => "campaign",
            Column::Week => "week",
            Column::Spend => "spend",
            Column::Sales => "sales",
            Column::Currency => "currency",
        })
    }
}

/// A header, understood.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) columns: Vec<Option<Column>>,
    pub(crate) ignored: Vec<String>,
    pub(crate) currency: Option<Currency>,
}

/// How many different columns a header has, by the names known or hinted.
pub(crate) fn recognized<'h>(headers: impl Iterator<Item = &'h str>, hints: &Hints) -> usize {
    let mut found: Vec<Column> = headers.filter_map(|header| column_of(header, hints)).collect();
    found.sort_unstable();
    found.dedup();
    found.len()
}

/// What each column is.
pub(crate) fn map<'h>(headers: impl Iterator<Item = &'h str>, hints: &Hints) -> Result<Mapping, FileRefused> {
    let headers: Vec<&str> = headers.collect();
    for header in hints.columns.values() {
        if !headers.contains(&header.trim_matches(' ')) {
            return Err(FileRefused::NoSuchHeader { header: header.clone() });
        }
    }
    let mut mapping = Mapping { columns: Vec::new(), ignored: Vec::new(), currency: None };
    for (at, header) in headers.iter().enumerate() {
        let column = column_of(header, hints);
        match column {
            None => mapping.ignored.push((*header).to_owned()),
            Some(column) => {
                if let Some(first) = mapping.columns.iter().position(|other| *other == Some(column)) {
                    let (first, second) = (headers[first].to_owned(), headers[at].to_owned());
                    return Err(FileRefused::ColumnTwice { column, first, second });
                }
                if let Some(currency) = currency_of(header) {
                    if mapping.currency.is_some_and(|other| other != currency) {
                        return Err(FileRefused::HeaderCurrencies);
                    }
                    mapping.currency = Some(currency);
                }
            }
        }
        mapping.columns.push(column);
    }
    let missing = missing(&mapping.columns, hints);
    if missing.is_empty() { Ok(mapping) } else { Err(FileRefused::MissingColumns { columns: missing }) }
}

/// What neither a header nor a hint gives. A group is not needed, nor a currency.
fn missing(columns: &[Option<Column>], hints: &Hints) -> Vec<Column> {
    let given = |column: Column| {
        columns.contains(&Some(column))
            || match column {
                Column::Client => hints.client.is_some(),
                Column::Channel => hints.channel.is_some(),
                Column::Group | Column::Currency => true,
                _ => false,
            }
    };
    Column::ALL.into_iter().filter(|column| !given(*column)).collect()
}

fn column_of(header: &str, hints: &Hints) -> Option<Column> {
    if let Some((column, _)) = hints.columns.iter().find(|(_, hinted)| hinted.trim_matches(' ') == header) {
        return Some(*column);
    }
    let name = plain(without_unit(header).0);
    // a column that is hinted is not looked for by its usual names
    let open = Column::ALL.into_iter().filter(|column| !hints.columns.contains_key(column));
    open.into_iter().find(|column| column.names().contains(&name.as_str()))
}

/// Letters and digits in lower case.
fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `Spend (EUR)`, `Spend [EUR]` and `Spend in EUR` into name and unit.
fn without_unit(header: &str) -> (&str, Option<&str>) {
    let bracketed =
        |open: char, close: char| header.strip_suffix(close).and_then(|rest| rest.rsplit_once(open));
    let split = bracketed('(', ')').or_else(|| bracketed('[', ']')).or_else(|| header.rsplit_once(" in "));
    split.map_or((header, None), |(name, unit)| (name, Some(unit.trim())))
}

fn currency_of(header: &str) -> Option<Currency> {
    match without_unit(header).1? {
        "€" => Currency::try_from("EUR").ok(),
        "£" => Currency::try_from("GBP").ok(),
        unit => Currency::try_from(unit).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(header: &str, hints: &Hints) -> Result<Mapping, FileRefused> {
        map(header.split(',').map(str::trim), hints)
    }

    #[test]
    fn english_and_german_headers_are_known_however_they_are_written() {
        let english = mapped(
            "Client Name,channel,CAMPAIGN,Week_Start,Amount Spent (USD),Conv. value,clicks",
            &Hints::default(),
        );
        let english = english.unwrap();
        use Column::{Campaign, Channel, Client, Sales, Spend, Week};
        let columns = [Client, Channel, Campaign, Week, Spend, Sales].map(Some);
        assert_eq!(english.columns[..6], columns);
        assert_eq!(
            (english.ignored, english.currency),
            (vec!["clicks".to_owned()], Currency::try_from("USD").ok())
        );
        let german =
            mapped("Kunde,Kanal,Kampagne,Woche,Kosten in EUR,Umsatz [€]", &Hints::default()).unwrap();
        assert_eq!((german.columns, german.currency), (columns.to_vec(), Currency::try_from("EUR").ok()));
    }

    #[test]
    fn no_usual_name_stands_for_two_columns() {
        let mut all: Vec<&str> = Column::ALL.iter().flat_map(|column| column.names()).copied().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|name| plain(name) == *name));
    }

    #[test]
    fn what_is_missing_is_named_and_can_be_hinted() {
        let header = "campaign,week,spend,what came in";
        let Err(FileRefused::MissingColumns { columns }) = mapped(header, &Hints::default()) else {
            panic!()
        };
        assert_eq!(columns, [Column::Client, Column::Channel, Column::Sales]);
        let hints = Hints {
            client: Some("North".to_owned()),
            channel: Some("Search".to_owned()),
            columns: [(Column::Sales, "what came in".to_owned())].into(),
            ..Hints::default()
        };
        assert!(mapped(header, &hints).is_ok());
        let wrong = Hints { columns: [(Column::Sales, "absent".to_owned())].into(), ..hints };
        assert!(matches!(mapped(header, &wrong), Err(FileRefused::NoSuchHeader { .. })));
    }

    #[test]
    fn two_columns_for_one_thing_are_refused_until_one_is_hinted() {
        let header = "client,channel,campaign,week,date,spend,sales";
        assert!(matches!(
            mapped(header, &Hints::default()),
            Err(FileRefused::ColumnTwice { column: Column::Week, .. })
        ));
        let hints = Hints { columns: [(Column::Week, "date".to_owned())].into(), ..Hints::default() };
        let mapping = mapped(header, &hints).unwrap();
        assert_eq!((mapping.columns[3], mapping.columns[4]), (None, Some(Column::Week)));
    }

    #[test]
    fn headers_in_two_currencies_are_refused() {
        let header = "client,channel,campaign,week,spend (EUR),sales (USD)";
        assert!(matches!(mapped(header, &Hints::default()), Err(FileRefused::HeaderCurrencies)));
    }
}
