//! The first pass over a file: what it is, decided for all of it before a single row is read.

use crate::import::header::{self, Column, Mapping};
use crate::import::hints::{DateOrder, Delimiter, Hints, Layout, Limits, NumberFormat};
use crate::import::lexer::{BOM, Cells, Lexer, OPENING, Record, refuse_encoding};
use crate::import::refused::FileRefused;
use crate::import::{date, number};

/// Looks a file over, piece by piece.
#[derive(Debug)]
pub struct Survey {
    hints: Hints,
    limits: Limits,
    /// The start of the file, until it is long enough to tell the delimiter.
    head: Vec<u8>,
    body: Option<Body>,
}

#[derive(Debug)]
struct Body {
    lexer: Lexer,
    seen: Seen,
}

/// What the records so far said.
#[derive(Debug)]
struct Seen {
    delimiter: Delimiter,
    bom: bool,
    limits: Limits,
    hints: Hints,
    mapping: Option<Mapping>,
    rows: u32,
    point: Option<u32>,
    comma: Option<u32>,
    open_number: Option<(u32, String)>,
    day_first: Option<u32>,
    month_first: Option<u32>,
    open_date: Option<(u32, String)>,
}

impl Survey {
    /// Nothing seen yet.
    pub fn new(hints: Hints, limits: Limits) -> Survey {
        Survey { hints, limits, head: Vec::new(), body: None }
    }

    /// The next piece of the file.
    ///
    /// # Errors
    /// As soon as the file is known to be refused.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), FileRefused> {
        if let Some(body) = &mut self.body {
            return body.push(piece);
        }
        // enough for the longest header
        let wanted = (self.limits.record_bytes + 1024).saturating_sub(self.head.len());
        let (head, rest) = piece.split_at(piece.len().min(wanted));
        self.head.extend_from_slice(head);
        if self.head.len() >= OPENING {
            refuse_encoding(&self.head)?;
        }
        if rest.is_empty() {
            return Ok(());
        }
        self.start(false)?.push(rest)
    }

    /// The end of the file: everything about it, or why it is refused.
    ///
    /// # Errors
    /// Whatever refuses the whole file.
    pub fn finish(mut self) -> Result<Layout, FileRefused> {
        if self.body.is_none() {
            self.start(true)?;
        }
        let mut body = self.body.take().expect("started above");
        let seen = &mut body.seen;
        body.lexer.finish(|record| seen.record(record))?;
        body.seen.decide()
    }

    /// Tells the delimiter, and reads what was kept.
    fn start(&mut self, whole: bool) -> Result<&mut Body, FileRefused> {
        refuse_encoding(&self.head)?;
        let head = std::mem::take(&mut self.head);
        let bom = head.starts_with(BOM);
        let text = if bom { &head[BOM.len()..] } else { &head[..] };
        let delimiter = match self.hints.delimiter {
            Some(delimiter) => delimiter,
            None => tell_delimiter(text, whole, &self.hints, self.limits.record_bytes)?,
        };
        let mut body = Body {
            lexer: Lexer::new(delimiter.byte(), self.limits.record_bytes),
            seen: Seen::new(delimiter, bom, self.limits, self.hints.clone()),
        };
        body.push(text)?;
        Ok(self.body.insert(body))
    }
}

impl Body {
    fn push(&mut self, piece: &[u8]) -> Result<(), FileRefused> {
        let seen = &mut self.seen;
        self.lexer.push(piece, |record| seen.record(record))
    }
}

/// The delimiter with which most of the header is understood.
fn tell_delimiter(text: &[u8], whole: bool, hints: &Hints, limit: usize) -> Result<Delimiter, FileRefused> {
    let scored = Delimiter::ALL.map(|delimiter| {
        let headers = header_of(text, whole, delimiter, limit).unwrap_or_default();
        let found = header::recognized(headers.iter().map(String::as_str), hints);
        ((found, headers.len()), delimiter)
    });
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or_default();
    let mut those = scored.iter().filter(|(score, _)| *score == best).map(|(_, delimiter)| *delimiter);
    match (those.next(), those.next()) {
        // one column only, or none that is known: the header will be refused with what is missing
        (Some(first), Some(second)) if best.1 > 1 && best.0 > 0 => {
            Err(FileRefused::AmbiguousDelimiter { first, second })
        }
        (first, _) => Ok(first.unwrap_or(Delimiter::Comma)),
    }
}

fn header_of(
    text: &[u8],
    whole: bool,
    delimiter: Delimiter,
    limit: usize,
) -> Result<Vec<String>, FileRefused> {
    let mut lexer = Lexer::new(delimiter.byte(), limit);
    let mut headers = Vec::new();
    let mut take = |record: &Record| {
        let cells = record.cells()?;
        if headers.is_empty() && !cells.is_separator_line() {
            headers = cells.iter().map(str::to_owned).collect();
        }
        Ok(())
    };
    // a part of the text that is refused later does not matter to its header
    let read = lexer.push(text, &mut take);
    if whole && read.is_ok() {
        let _ = lexer.finish(&mut take);
    }
    Ok(headers)
}

impl Seen {
    fn new(delimiter: Delimiter, bom: bool, limits: Limits, hints: Hints) -> Seen {
        Seen {
            delimiter,
            bom,
            limits,
            hints,
            mapping: None,
            rows: 0,
            point: None,
            comma: None,
            open_number: None,
            day_first: None,
            month_first: None,
            open_date: None,
        }
    }

    fn record(&mut self, record: &Record) -> Result<(), FileRefused> {
        let cells = record.cells()?;
        let Some(mapping) = &self.mapping else {
            if !cells.is_separator_line() {
                self.mapping = Some(header::map(cells.iter(), &self.hints)?);
            }
            return Ok(());
        };
        self.rows += 1;
        if self.rows > self.limits.rows {
            return Err(FileRefused::TooManyRows { limit: self.limits.rows });
        }
        if record.len() != mapping.columns.len() {
            return Ok(());
        }
        for at in 0..record.len() {
            match self.mapping.as_ref().and_then(|mapping| mapping.columns[at]) {
                Some(Column::Spend | Column::Sales) => self.number(record.line, cells, at),
                Some(Column::Week) => self.date(record.line, cells, at),
                _ => {}
            }
        }
        Ok(())
    }

    fn number(&mut self, line: u32, cells: Cells<'_>, at: usize) {
        match number::evidence(cells.get(at)) {
            number::Evidence::Only(NumberFormat::DecimalPoint) => _ = self.point.get_or_insert(line),
            number::Evidence::Only(NumberFormat::DecimalComma) => _ = self.comma.get_or_insert(line),
            number::Evidence::Either if self.open_number.is_none() => {
                self.open_number = Some((line, cells.get(at).to_owned()));
            }
            _ => {}
        }
    }

    fn date(&mut self, line: u32, cells: Cells<'_>, at: usize) {
        match date::evidence(cells.get(at)) {
            date::Evidence::Only(DateOrder::DayFirst) => _ = self.day_first.get_or_insert(line),
            date::Evidence::Only(DateOrder::MonthFirst) => _ = self.month_first.get_or_insert(line),
            date::Evidence::Either if self.open_date.is_none() => {
                self.open_date = Some((line, cells.get(at).to_owned()));
            }
            _ => {}
        }
    }

    fn decide(self) -> Result<Layout, FileRefused> {
        let numbers = match (self.hints.numbers, self.point, self.comma, self.open_number) {
            (Some(told), ..) => Some(told),
            (None, Some(point), Some(comma), _) => return Err(FileRefused::MixedNumbers { point, comma }),
            (None, Some(_), None, _) => Some(NumberFormat::DecimalPoint),
            (None, None, Some(_), _) => Some(NumberFormat::DecimalComma),
            (None, None, None, Some((line, text))) => {
                return Err(FileRefused::AmbiguousNumber { line, text });
            }
            (None, None, None, None) => None,
        };
        let dates = match (self.hints.dates, self.day_first, self.month_first, self.open_date) {
            (Some(told), ..) => Some(told),
            (None, Some(day_first), Some(month_first), _) => {
                return Err(FileRefused::MixedDates { day_first, month_first });
            }
            (None, Some(_), None, _) => Some(DateOrder::DayFirst),
            (None, None, Some(_), _) => Some(DateOrder::MonthFirst),
            (None, None, None, Some((line, text))) => return Err(FileRefused::AmbiguousDate { line, text }),
            (None, None, None, None) => None,
        };
        let Mapping { columns, ignored, currency } = self.mapping.ok_or(FileRefused::Empty)?;
        if self.rows == 0 {
            return Err(FileRefused::NoRows);
        }
        let (delimiter, bom, rows) = (self.delimiter, self.bom, self.rows);
        Ok(Layout { delimiter, bom, numbers, dates, columns, ignored, currency, rows })
    }
}
