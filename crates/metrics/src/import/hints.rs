//! What a file may be told, what it may cost, and what was decided about it.

use std::collections::BTreeMap;

use crate::import::header::Column;
use crate::money::Currency;

/// What the file itself does not say, or says ambiguously. Whatever is `None` is decided from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase", deny_unknown_fields, default))]
pub struct Hints {
    /// What separates cells.
    pub delimiter: Option<Delimiter>,
    /// Which sign starts the decimals.
    pub numbers: Option<NumberFormat>,
    /// What 03/04/2026 is.
    pub dates: Option<DateOrder>,
    /// Headers, as written in the file, of columns that are not known by their usual names.
    pub columns: BTreeMap<Column, String>,
    /// The client of every row, for a file without that column.
    pub client: Option<String>,
    /// The channel of every row, for a file without that column.
    pub channel: Option<String>,
    /// The group of every row, for a file without that column.
    pub group: Option<String>,
    /// The currency of every row, for a file that names none. Without it a row is in its client's currency.
    pub currency: Option<Currency>,
    /// What a row is.
    pub rows: RowsPer,
    /// Round what is finer than a minor unit, halves up, instead of rejecting the row. Rows are rounded before
    /// days are added up.
    pub round: bool,
}

/// What separates cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
}

impl Delimiter {
    /// All of them.
    pub const ALL: [Delimiter; 3] = [Delimiter::Comma, Delimiter::Semicolon, Delimiter::Tab];

    /// Its byte.
    pub const fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
        }
    }
}

/// Which sign starts the decimals; the other one groups thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum NumberFormat {
    /// 1,234.56
    DecimalPoint,
    /// 1.234,56
    DecimalComma,
}

/// Which comes first in a date with slashes or hyphens and the year last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum DateOrder {
    /// 31/12/2026
    DayFirst,
    /// 12/31/2026
    MonthFirst,
}

/// What a row is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum RowsPer {
    /// A campaign's week; its date must be a Monday.
    #[default]
    Week,
    /// A campaign's day; days are summed into their weeks.
    Day,
}

/// What a file may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one record, its line breaks and quotes included.
    pub record_bytes: usize,
    /// Records below the header.
    pub rows: u32,
    /// Different campaigns.
    pub campaigns: u32,
    /// Bytes of all the campaigns' names together.
    pub name_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { record_bytes: 64 * 1024, rows: 2_000_000, campaigns: 100_000, name_bytes: 32 * 1024 * 1024 }
    }
}

/// What was decided about a file, for showing and for reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "camelCase"))]
pub struct Layout {
    /// What separates cells.
    pub delimiter: Delimiter,
    /// Whether it starts with a byte order mark.
    pub bom: bool,
    /// Which sign starts decimals; `None` if no number has one.
    pub numbers: Option<NumberFormat>,
    /// What comes first in a date; `None` if no date leaves it open.
    pub dates: Option<DateOrder>,
    /// What each column of the file is; `None` for one that is not read.
    pub columns: Vec<Option<Column>>,
    /// The headers of the columns that are not read.
    pub ignored: Vec<String>,
    /// The currency that a header names, as in `Spend (EUR)`.
    pub currency: Option<Currency>,
    /// Records below the header.
    pub rows: u32,
}
