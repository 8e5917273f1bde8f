//! Why a whole file is refused, and why a row is rejected.

use chrono::NaiveDate;

use crate::import::header::Column;
use crate::import::hints::Delimiter;
use crate::money::Measure;

/// Why a file cannot be planned at all. Lines count from 1, as an editor shows them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefused {
    /// An encoding that is not UTF-8, by its name.
    #[error("the file is {encoding}, only UTF-8 is read")]
    Encoding {
        /// UTF-16LE, UTF-16BE, UTF-32LE, UTF-32BE, a ZIP archive (such as an XLSX workbook), gzip.
        encoding: &'static str,
    },
    /// Bytes that are not UTF-8 and of no encoding that shows itself.
    #[error("line {line} is not UTF-8")]
    NotUtf8 {
        /// Where.
        line: u32,
    },
    /// A zero byte, which no text has.
    #[error("line {line} contains a zero byte, this is not a text file")]
    ZeroByte {
        /// Where.
        line: u32,
    },
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// A header and nothing below it.
    #[error("the file has no rows below its header")]
    NoRows,
    /// A record longer than the limit.
    #[error("the record at line {line} is longer than {limit} bytes")]
    LineTooLong {
        /// Where it starts.
        line: u32,
        /// The limit.
        limit: usize,
    },
    /// More rows than the limit.
    #[error("the file has more than {limit} rows")]
    TooManyRows {
        /// The limit.
        limit: u32,
    },
    /// More campaigns, or longer names, than the limits.
    #[error("the file names more campaigns than can be planned at once")]
    TooManyCampaigns,
    /// A quoted cell that never ends.
    #[error("the quote that opens at line {line} is never closed")]
    UnclosedQuote {
        /// Where its record starts.
        line: u32,
    },
    /// Something between a closing quote and the end of its cell.
    #[error("line {line} has text after a closing quote")]
    TextAfterQuote {
        /// Where its record starts.
        line: u32,
    },
    /// The header reads equally well with two delimiters.
    #[error("the file could be separated by {first:?} or by {second:?}, say which")]
    AmbiguousDelimiter {
        /// One.
        first: Delimiter,
        /// The other.
        second: Delimiter,
    },
    /// No header for what must be there.
    #[error("there is no column for {}", list(.columns))]
    MissingColumns {
        /// What was not found.
        columns: Vec<Column>,
    },
    /// Two headers for the same thing.
    #[error("{first:?} and {second:?} are both a column for the {column}")]
    ColumnTwice {
        /// For what.
        column: Column,
        /// The first header.
        first: String,
        /// The second header.
        second: String,
    },
    /// Headers naming different currencies.
    #[error("the headers name more than one currency")]
    HeaderCurrencies,
    /// A hint names a header that is not there.
    #[error("there is no column {header:?}")]
    NoSuchHeader {
        /// As given.
        header: String,
    },
    /// A number that is either about one or about a thousand, and no other number decides it.
    #[error("{text} at line {line} could have decimals or thousands, say which")]
    AmbiguousNumber {
        /// Where the first one is.
        line: u32,
        /// The number.
        text: String,
    },
    /// Both 1,234.56 and 1.234,56.
    #[error("line {point} has a decimal point and line {comma} a decimal comma, say which it is")]
    MixedNumbers {
        /// A line with a decimal point.
        point: u32,
        /// A line with a decimal comma.
        comma: u32,
    },
    /// A date whose day and month could be swapped, and no other date decides it.
    #[error("{text} at line {line} could start with its day or its month, say which")]
    AmbiguousDate {
        /// Where the first one is.
        line: u32,
        /// The date.
        text: String,
    },
    /// Both 31/12/2026 and 12/31/2026.
    #[error("line {day_first} starts with a day and line {month_first} with a month, say which it is")]
    MixedDates {
        /// A line that starts with a day.
        day_first: u32,
        /// A line that starts with a month.
        month_first: u32,
    },
    /// The second pass did not see what the first one saw.
    #[error("the file changed while it was read")]
    Changed,
}

fn list(columns: &[Column]) -> String {
    columns.iter().map(Column::to_string).collect::<Vec<_>>().join(", ")
}

/// Why one row is rejected. The other rows stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RowReason {
    /// Another number of cells than the header has.
    #[error("the row has {cells} cells, the header has {expected}")]
    CellCount {
        /// How many it has.
        cells: u32,
        /// How many the header has.
        expected: u32,
    },
    /// A cell that must not be empty. An unknown figure is not zero.
    #[error("the {column} is empty")]
    EmptyCell {
        /// Which.
        column: Column,
    },
    /// Not a number in the file's format.
    #[error("the {column} is not a number in this file's format")]
    NotANumber {
        /// Which.
        column: Column,
    },
    /// Below zero.
    #[error("{measure} is negative")]
    Negative {
        /// Which.
        measure: Measure,
    },
    /// Above the greatest amount of a week.
    #[error("{measure} is too large")]
    TooLarge {
        /// Which.
        measure: Measure,
    },
    /// More decimals than the currency has.
    #[error("{measure} is finer than the currency's minor unit")]
    TooFine {
        /// Which.
        measure: Measure,
    },
    /// Not a date in the file's format.
    #[error("the week is not a date in this file's format")]
    NotADate,
    /// A date outside the years 1970 to 9999.
    #[error("the week is outside of the years 1970 to 9999")]
    WeekOutOfRange,
    /// A day that starts no week, with the Monday that was meant.
    #[error("the week does not start on a Monday: {meant} was meant")]
    NotAMonday {
        /// What was meant.
        meant: NaiveDate,
    },
    /// Not the code of a currency that the organization uses, or two different ones in a row.
    #[error("the currency is not one that is used here")]
    UnknownCurrency,
    /// Not the currency of the row's client.
    #[error("the currency is not the client's")]
    OtherCurrency,
    /// The same campaign and week, or day, more than once in the file: nobody can tell which one is right.
    #[error("the same campaign and date is in the file again, at line {other}")]
    Twice {
        /// The next line with it, or the first for the last one.
        other: u32,
    },
    /// Another day of the same week was rejected, and a sum without it would be wrong.
    #[error("another day of this week is rejected, at line {other}")]
    WeekIncomplete {
        /// The first such line.
        other: u32,
    },
    /// No such client.
    #[error("there is no such client")]
    UnknownClient,
    /// No such channel.
    #[error("there is no such channel")]
    UnknownChannel,
    /// No such group.
    #[error("there is no such group")]
    UnknownGroup,
    /// No such campaign.
    #[error("there is no such campaign")]
    UnknownCampaign,
    /// The names fit more than one campaign.
    #[error("the names fit more than one campaign")]
    AmbiguousCampaign,
    /// The caller may not write there.
    #[error("there is no right to write there")]
    NotAllowed,
}
