//! The second pass: rows into 32 bytes each, and the names of campaigns once each.

use chrono::NaiveDate;

use crate::import::header::Column;
use crate::import::hints::{Hints, Layout, Limits, NumberFormat, RowsPer};
use crate::import::lexer::{BOM, Cells, Lexer, Record};
use crate::import::number::{self, Decimal, Refused};
use crate::import::path::{CampaignPath, Paths};
use crate::import::planner::Planner;
use crate::import::refused::{FileRefused, RowReason};
use crate::import::{date, resolve};
use crate::money::{Currency, Measure};
use crate::unescape_formula;
use crate::week::{Week, WeekRefused};

/// One row, compactly. A file of a million is 32 MB of these.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// First a mantissa, after resolving minor units.
    pub(crate) ad_spend: i64,
    pub(crate) sales: i64,
    pub(crate) line: u32,
    pub(crate) path: u32,
    pub(crate) date: NaiveDate,
    pub(crate) scales: [u8; 2],
    /// 0 for none, else one more than the position among the file's currencies.
    pub(crate) currency: u8,
    /// How many rows of the file it stands for; 0 once it is out.
    pub(crate) lines: u8,
}

/// A row that was rejected, with its campaign and date if they could be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rejected {
    pub(crate) line: u32,
    pub(crate) at: Option<(u32, NaiveDate)>,
    pub(crate) reason: RowReason,
}

/// Reads the rows of a file that was surveyed, piece by piece.
#[derive(Debug)]
pub struct Reading {
    lexer: Lexer,
    reader: RowReader,
    skip: &'static [u8],
}

/// A file, read: rows that wait for their campaigns.
#[derive(Debug)]
pub struct Sheet {
    pub(crate) paths: Vec<CampaignPath>,
    pub(crate) rows: Vec<Row>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) currencies: Vec<Currency>,
    pub(crate) rows_per: RowsPer,
    pub(crate) round: bool,
}

/// What a path of names is to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// A campaign there is.
    Known {
        /// Its id, as a number.
        campaign: u128,
        /// Its client's currency.
        currency: Currency,
    },
    /// A campaign that applying the plan would make.
    New {
        /// Its client's currency.
        currency: Currency,
    },
    /// Nothing that can be written to; every row with these names is rejected for this reason.
    Rejected(RowReason),
}

impl Reading {
    /// Nothing read yet. The hints and limits are those of the survey.
    pub fn new(layout: &Layout, hints: &Hints, limits: Limits) -> Reading {
        let column = |column: Column| layout.columns.iter().position(|it| *it == Some(column));
        Reading {
            lexer: Lexer::new(layout.delimiter.byte(), limits.record_bytes),
            skip: if layout.bom { BOM } else { &[] },
            reader: RowReader {
                columns: Column::ALL.map(column),
                width: layout.columns.len(),
                // without evidence numbers have neither sign
                numbers: layout.numbers.unwrap_or(NumberFormat::DecimalPoint),
                layout: layout.clone(),
                hints: hints.clone(),
                limits,
                header_seen: false,
                paths: Paths::default(),
                rows: Vec::with_capacity(layout.rows.min(limits.rows) as usize),
                rejected: Vec::new(),
                currencies: Vec::new(),
                seen: 0,
            },
        }
    }

    /// The next piece of the file, of any size.
    ///
    /// # Errors
    /// What the survey would have refused as well, and too many campaigns.
    pub fn push(&mut self, mut piece: &[u8]) -> Result<(), FileRefused> {
        while let (Some((expected, skip)), Some((byte, rest))) =
            (self.skip.split_first(), piece.split_first())
        {
            if expected != byte {
                return Err(FileRefused::Changed);
            }
            (self.skip, piece) = (skip, rest);
        }
        let reader = &mut self.reader;
        self.lexer.push(piece, |record| reader.record(record))
    }

    /// The end of the file.
    ///
    /// # Errors
    /// As for [`Reading::push`]; a file with another number of rows than the survey saw.
    pub fn finish(mut self) -> Result<Sheet, FileRefused> {
        let reader = &mut self.reader;
        self.lexer.finish(|record| reader.record(record))?;
        let reader = self.reader;
        if reader.seen != reader.layout.rows {
            return Err(FileRefused::Changed);
        }
        Ok(Sheet {
            paths: reader.paths.into_vec(),
            rows: reader.rows,
            rejected: reader.rejected,
            currencies: reader.currencies,
            rows_per: reader.hints.rows,
            round: reader.hints.round,
        })
    }
}

impl Sheet {
    /// The campaigns' names, each once, in the order of the file. Resolve each of them.
    pub fn paths(&self) -> &[CampaignPath] {
        &self.paths
    }

    /// Ready to be compared with what is there. `resolutions` has one entry for each of [`Sheet::paths`]; `used` are
    /// the currencies that the organization uses.
    ///
    /// # Panics
    /// If a path has no resolution: a mistake in the caller.
    pub fn resolve(self, resolutions: Vec<Resolution>, used: &[Currency]) -> Planner {
        assert_eq!(resolutions.len(), self.paths.len(), "one resolution for each path");
        resolve::resolve(self, resolutions, used)
    }
}

#[derive(Debug)]
struct RowReader {
    /// Where each of [`Column::ALL`] is.
    columns: [Option<usize>; 8],
    width: usize,
    numbers: NumberFormat,
    layout: Layout,
    hints: Hints,
    limits: Limits,
    header_seen: bool,
    paths: Paths,
    rows: Vec<Row>,
    rejected: Vec<Rejected>,
    currencies: Vec<Currency>,
    seen: u32,
}

impl RowReader {
    fn record(&mut self, record: &Record) -> Result<(), FileRefused> {
        let cells = record.cells()?;
        if !self.header_seen {
            self.header_seen = !cells.is_separator_line();
            return Ok(());
        }
        self.seen += 1;
        if self.seen > self.layout.rows {
            return Err(FileRefused::Changed);
        }
        let mut at = None;
        match self.row(record.line, record.len(), cells, &mut at) {
            Ok(row) => self.rows.push(row),
            Err(reason) => self.rejected.push(Rejected { line: record.line, at, reason }),
        }
        if self.paths.len() > self.limits.campaigns as usize
            || self.paths.name_bytes() > self.limits.name_bytes
        {
            return Err(FileRefused::TooManyCampaigns);
        }
        Ok(())
    }

    fn row(
        &mut self,
        line: u32,
        count: usize,
        cells: Cells<'_>,
        at: &mut Option<(u32, NaiveDate)>,
    ) -> Result<Row, RowReason> {
        if count != self.width {
            return Err(RowReason::CellCount { cells: count as u32, expected: self.width as u32 });
        }
        let path = self.path(cells)?;
        let text = self.cell(cells, Column::Week).unwrap_or_default();
        if text.is_empty() {
            return Err(RowReason::EmptyCell { column: Column::Week });
        }
        let date = date::parse(text, self.layout.dates).ok_or(RowReason::NotADate)?;
        *at = Some((path, date));
        self.check_week(date)?;
        let spend = self.amount(cells, Column::Spend, Measure::AdSpend)?;
        let sales = self.amount(cells, Column::Sales, Measure::Sales)?;
        Ok(Row {
            ad_spend: spend.mantissa,
            sales: sales.mantissa,
            line,
            path,
            date,
            scales: [spend.scale, sales.scale],
            currency: self.currency(cells)?,
            lines: 1,
        })
    }

    fn cell<'c>(&self, cells: Cells<'c>, column: Column) -> Option<&'c str> {
        self.columns[column as usize].map(|at| cells.get(at))
    }

    fn path(&mut self, cells: Cells<'_>) -> Result<u32, RowReason> {
        let (client, channel) = (self.cell(cells, Column::Client), self.cell(cells, Column::Channel));
        let (group, campaign) = (self.cell(cells, Column::Group), self.cell(cells, Column::Campaign));
        let client = named(client.or(self.hints.client.as_deref()), Column::Client)?;
        let channel = named(channel.or(self.hints.channel.as_deref()), Column::Channel)?;
        let group =
            group.or(self.hints.group.as_deref()).map(|it| named(Some(it), Column::Group)).transpose()?;
        let campaign = named(campaign, Column::Campaign)?;
        Ok(self.paths.intern(client, channel, group, campaign))
    }

    fn check_week(&self, date: NaiveDate) -> Result<(), RowReason> {
        let week = match self.hints.rows {
            RowsPer::Week => Week::starting(date),
            RowsPer::Day => Week::containing(date),
        };
        week.map(|_| ()).map_err(|refused| match refused {
            WeekRefused::NotAMonday { meant, .. } => RowReason::NotAMonday { meant },
            WeekRefused::OutOfRange { .. } => RowReason::WeekOutOfRange,
        })
    }

    fn amount(&self, cells: Cells<'_>, column: Column, measure: Measure) -> Result<Decimal, RowReason> {
        let cell = self.cell(cells, column).unwrap_or_default();
        let decimal =
            number::parse(cell, self.numbers).map_err(|refused| of_number(refused, column, measure))?;
        if decimal.mantissa < 0 { Err(RowReason::Negative { measure }) } else { Ok(decimal) }
    }

    /// The row's currency: of its column, or of its amounts, or of the header, or as told.
    fn currency(&mut self, cells: Cells<'_>) -> Result<u8, RowReason> {
        let column = match self.cell(cells, Column::Currency) {
            None | Some("") => None,
            Some(code) => Some(parse_currency(code)?),
        };
        let beside = |column| self.cell(cells, column).and_then(number::currency).transpose();
        let (spend, sales) = (beside(Column::Spend), beside(Column::Sales));
        let (spend, sales) =
            (spend.map_err(|_| RowReason::UnknownCurrency)?, sales.map_err(|_| RowReason::UnknownCurrency)?);
        let mut stated = [column, spend, sales].into_iter().flatten();
        let first = stated.next();
        if stated.any(|other| Some(other) != first) {
            return Err(RowReason::UnknownCurrency);
        }
        let Some(currency) = first.or(self.layout.currency).or(self.hints.currency) else { return Ok(0) };
        if let Some(position) = self.currencies.iter().position(|it| *it == currency) {
            return Ok(position as u8 + 1);
        }
        // there are fewer currencies in the world; whoever has more has made them up
        if self.currencies.len() == usize::from(u8::MAX) {
            return Err(RowReason::UnknownCurrency);
        }
        self.currencies.push(currency);
        Ok(self.currencies.len() as u8)
    }
}

fn named(cell: Option<&str>, column: Column) -> Result<&str, RowReason> {
    cell.filter(|name| !name.is_empty()).map(unescape_formula).ok_or(RowReason::EmptyCell { column })
}

fn parse_currency(code: &str) -> Result<Currency, RowReason> {
    let letters: [u8; 3] = code.as_bytes().try_into().map_err(|_| RowReason::UnknownCurrency)?;
    let letters = letters.map(|letter| letter.to_ascii_uppercase());
    let code = str::from_utf8(&letters).map_err(|_| RowReason::UnknownCurrency)?;
    Currency::try_from(code).map_err(|_| RowReason::UnknownCurrency)
}

pub(crate) fn of_number(refused: Refused, column: Column, measure: Measure) -> RowReason {
    match refused {
        Refused::Empty => RowReason::EmptyCell { column },
        Refused::NotANumber => RowReason::NotANumber { column },
        Refused::TooLarge => RowReason::TooLarge { measure },
        Refused::TooFine => RowReason::TooFine { measure },
    }
}
