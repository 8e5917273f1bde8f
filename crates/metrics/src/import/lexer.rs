//! Bytes into records, as RFC 4180 has it, with any of three delimiters and bounded memory.
//!
//! A cell is quoted if it starts with a quote; a quote inside of an unquoted cell is a character like any other.
//! Lines end with LF, CR or CRLF. Records without content are skipped.

use crate::import::refused::FileRefused;

/// What the first bytes of a file say about it.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";

/// How many first bytes [`refuse_encoding`] wants to see.
pub(crate) const OPENING: usize = 4;

/// Names encodings and formats that are not text in UTF-8.
pub(crate) fn refuse_encoding(opening: &[u8]) -> Result<(), FileRefused> {
    let encoding = match opening {
        [0xff, 0xfe, 0, 0, ..] => "UTF-32LE",
        [0, 0, 0xfe, 0xff, ..] => "UTF-32BE",
        [0xff, 0xfe, ..] => "UTF-16LE",
        [0xfe, 0xff, ..] => "UTF-16BE",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive (a workbook, perhaps)",
        [0x1f, 0x8b, ..] => "compressed by gzip",
        // without a byte order mark, but starting with an ASCII character
        [low, 0, 0, 0, ..] if *low != 0 => "UTF-32LE",
        [low, 0, ..] if *low != 0 => "UTF-16LE",
        [0, high, ..] if *high != 0 => "UTF-16BE",
        _ => return Ok(()),
    };
    Err(FileRefused::Encoding { encoding })
}

/// One record: its cells without quotes and delimiters.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The line it starts at.
    pub(crate) line: u32,
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Record {
    /// How many cells.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Cell by cell.
    pub(crate) fn cells(&self) -> Result<Cells<'_>, FileRefused> {
        let text = str::from_utf8(&self.bytes).map_err(|_| FileRefused::NotUtf8 { line: self.line })?;
        // half a character at the end of one cell and half of it at the start of the next are no character
        let whole = self.ends.iter().all(|end| text.is_char_boundary(*end as usize));
        if whole {
            Ok(Cells { text, ends: &self.ends })
        } else {
            Err(FileRefused::NotUtf8 { line: self.line })
        }
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    fn is_blank(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// The cells of a record that is valid UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'r> {
    text: &'r str,
    ends: &'r [u32],
}

impl<'r> Cells<'r> {
    /// One cell, without the spaces around it.
    pub(crate) fn get(&self, index: usize) -> &'r str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        self.text[start..self.ends[index] as usize].trim_matches(' ')
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'r str> {
        (0..self.ends.len()).map(move |index| self.get(index))
    }

    /// `sep=;`, by which spreadsheets tell each other the delimiter.
    pub(crate) fn is_separator_line(&self) -> bool {
        self.get(0) == "sep=" && self.text.len() == 4
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a quote inside of a quoted cell: its end, or the first half of a quote that is meant.
    QuoteInQuoted,
}

/// Takes pieces of a file, of any size, and hands out records.
#[derive(Debug)]
pub(crate) struct Lexer {
    delimiter: u8,
    limit: usize,
    state: State,
    record: Record,
    /// Bytes of the record so far, all of them counted.
    size: usize,
    line: u32,
    after_cr: bool,
}

impl Lexer {
    pub(crate) fn new(delimiter: u8, limit: usize) -> Lexer {
        let record = Record { line: 1, ..Record::default() };
        Lexer { delimiter, limit, state: State::CellStart, record, size: 0, line: 1, after_cr: false }
    }

    /// The next piece.
    pub(crate) fn push(
        &mut self,
        piece: &[u8],
        mut each: impl FnMut(&Record) -> Result<(), FileRefused>,
    ) -> Result<(), FileRefused> {
        let mut rest = piece;
        while let Some(byte) = rest.first().copied() {
            if matches!(self.state, State::Plain | State::Quoted) {
                let run = self.plain_run(rest);
                if run > 0 {
                    self.grow(run)?;
                    self.record.bytes.extend_from_slice(&rest[..run]);
                    rest = &rest[run..];
                    self.after_cr = false;
                    continue;
                }
            }
            rest = &rest[1..];
            self.take(byte, &mut each)?;
        }
        Ok(())
    }

    /// The end of the file.
    pub(crate) fn finish(
        &mut self,
        mut each: impl FnMut(&Record) -> Result<(), FileRefused>,
    ) -> Result<(), FileRefused> {
        match self.state {
            State::Quoted => Err(FileRefused::UnclosedQuote { line: self.record.line }),
            State::CellStart if self.record.ends.is_empty() => Ok(()),
            _ => self.end_record(&mut each),
        }
    }

    /// How many bytes from here on are content whatever comes before them.
    fn plain_run(&self, bytes: &[u8]) -> usize {
        let (delimiter, quoted) = (self.delimiter, self.state == State::Quoted);
        let special = |byte: &u8| {
            matches!(*byte, b'\n' | b'\r' | 0) || if quoted { *byte == b'"' } else { *byte == delimiter }
        };
        // no more than the limit at once, so that a line too long is refused before it is copied
        let window = &bytes[..bytes.len().min(self.limit + 1)];
        window.iter().position(special).unwrap_or(window.len())
    }

    fn grow(&mut self, by: usize) -> Result<(), FileRefused> {
        self.size += by;
        if self.size > self.limit {
            return Err(FileRefused::LineTooLong { line: self.record.line, limit: self.limit });
        }
        Ok(())
    }

    fn take(
        &mut self,
        byte: u8,
        each: &mut impl FnMut(&Record) -> Result<(), FileRefused>,
    ) -> Result<(), FileRefused> {
        let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
        if byte == b'\n' && after_cr && self.state != State::Quoted {
            // the second half of a line break that was already taken
            self.record.line = self.line;
            return Ok(());
        }
        self.grow(1)?;
        if byte == 0 {
            return Err(FileRefused::ZeroByte { line: self.line });
        }
        if matches!(byte, b'\r') || (byte == b'\n' && !after_cr) {
            self.line = self.line.saturating_add(1);
        }
        let breaks = matches!(byte, b'\n' | b'\r');
        match self.state {
            State::Quoted if byte == b'"' => self.state = State::QuoteInQuoted,
            State::Quoted => self.record.bytes.push(byte),
            State::CellStart if byte == b'"' => self.state = State::Quoted,
            State::QuoteInQuoted if byte == b'"' => {
                self.record.bytes.push(b'"');
                self.state = State::Quoted;
            }
            _ if byte == self.delimiter => {
                self.end_cell();
                self.state = State::CellStart;
            }
            _ if breaks => self.end_record(each)?,
            State::QuoteInQuoted if byte == b' ' => {}
            State::QuoteInQuoted => return Err(FileRefused::TextAfterQuote { line: self.record.line }),
            State::CellStart | State::Plain => {
                self.record.bytes.push(byte);
                self.state = State::Plain;
            }
        }
        Ok(())
    }

    fn end_cell(&mut self) {
        self.record.ends.push(self.record.bytes.len() as u32);
    }

    fn end_record(
        &mut self,
        each: &mut impl FnMut(&Record) -> Result<(), FileRefused>,
    ) -> Result<(), FileRefused> {
        self.end_cell();
        let outcome = if self.record.is_blank() { Ok(()) } else { each(&self.record) };
        self.record.clear();
        self.record.line = self.line;
        self.size = 0;
        self.state = State::CellStart;
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lexed(text: &str, piece: usize) -> Result<Vec<(u32, Vec<String>)>, FileRefused> {
        let mut lexer = Lexer::new(b',', 1_000_000);
        let mut records = Vec::new();
        let mut each = |record: &Record| {
            let cells = |text: &Record, at: usize| {
                let start = if at == 0 { 0 } else { text.ends[at - 1] as usize };
                String::from_utf8_lossy(&text.bytes[start..text.ends[at] as usize]).into_owned()
            };
            records.push((record.line, (0..record.len()).map(|at| cells(record, at)).collect()));
            Ok(())
        };
        text.as_bytes().chunks(piece).try_for_each(|piece| lexer.push(piece, &mut each))?;
        lexer.finish(&mut each)?;
        Ok(records)
    }

    #[test]
    fn lines_count_as_an_editor_shows_them() {
        let lines = |text: &str| lexed(text, 1).unwrap().iter().map(|(line, _)| *line).collect::<Vec<_>>();
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(lines(&"a||b|\"c|d\"|e".replace('|', end)), [1, 3, 4, 6], "{end:?}");
        }
    }

    #[test]
    fn a_quote_inside_of_an_unquoted_cell_is_a_character() {
        assert_eq!(lexed("5\" pipe,\"a\" ,b", 9).unwrap()[0].1, ["5\" pipe", "a", "b"]);
    }

    proptest! {
        #[test]
        fn well_formed_files_read_as_the_csv_crate_reads_them(
            rows in prop::collection::vec(prop::collection::vec("[a-c,;\"\r\n é]{0,5}", 1..5), 0..6), piece in 1usize..20
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).terminator(csv::Terminator::CRLF).from_writer(vec![]);
            rows.iter().for_each(|row| writer.write_record(row).unwrap());
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
            let records = reader.records().map(|it| it.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
            // records without content are not told
            let expected: Vec<Vec<String>> = records.filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
            let found: Vec<Vec<String>> = lexed(&text, piece).unwrap().into_iter().map(|(_, row)| row).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
