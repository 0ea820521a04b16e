//! Comma-separated values: results of Athena and Logs Insights, the download of `CloudWatch`,
//! and what spreadsheets make of them.
//!
//! The file is read in blocks, and the rows of a block by the `csv` crate, so that memory stays
//! small whatever the file holds. The last row of a block waits for the next one, in which it may
//! go on. A quote that is not closed would swallow all that follows, and no value of a record has
//! several lines: where a row has, its lines are read again one by one.

mod heading;
#[cfg(test)]
mod tests;

use std::io::{self, Read};

use ::csv::ByteRecord;
use memchr::{memchr, memchr_iter, memrchr};

use crate::logs::evidence::{Ledger, Recorder};
use crate::logs::flow::Malformed;

use super::line::{LONGEST_LINE, LineReader};
use super::{Fault, Format, Reading, Shape, Source};
use heading::{Columns, Heading, is_message, text, values};

/// Bytes that are read at once.
const BLOCK: usize = 1 << 18;

/// Flow logs as comma-separated values.
pub(super) struct Csv;

impl Shape for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "rows of Athena, Logs Insights, CloudWatch or a spreadsheet, separated by , ; or tab"
    }

    fn recognises(&self, head: &[u8], format: &Format) -> bool {
        Heading::is_in(head, format)
    }

    fn read(&self, source: Source<'_>, format: &Format, ledger: &Ledger) -> Reading {
        let mut recorder = ledger.recorder();
        let fault = match Rows::new(source.head, format, &mut recorder) {
            Ok(mut rows) => {
                rows.read(source.stream).err().map(|error| Fault::Read { done: rows.line, error })
            }
            Err(fault) => Some(fault),
        };
        Reading { report: std::mem::take(&mut recorder.report), fault }
    }
}

/// Reads rows.
struct Rows<'r, 'a> {
    recorder: &'r mut Recorder<'a>,
    /// For records as text in one of the columns.
    lines: LineReader<'r>,
    separator: u8,
    columns: Columns,
    /// Lines before the header.
    n_before: u64,
    /// Lines that have been read.
    line: u64,
}

impl<'r, 'a> Rows<'r, 'a> {
    fn new(head: &[u8], format: &'r Format, recorder: &'r mut Recorder<'a>) -> Result<Self, Fault> {
        let (n_before, heading) = Heading::first(head, format, recorder.needs())
            .ok_or(Fault::Unsupported("none of its first rows names the columns of a flow log"))?;
        let lines = LineReader { layout: format.layout().into(), format };
        let Heading { separator, columns } = heading.clone();
        let mut rows = Self { recorder, lines, separator, columns, n_before, line: 0 };
        rows.take_heading(heading);
        match rows.columns {
            Columns::Refused(error) => Err(error.into()),
            _ => Ok(rows),
        }
    }

    /// Reads all rows; those before an error count.
    fn read(&mut self, mut stream: impl Read) -> io::Result<()> {
        let mut block = Vec::new();
        // Whether the block begins within a line that is too long.
        let mut is_rest = false;
        loop {
            let read = stream.by_ref().take(BLOCK as u64).read_to_end(&mut block);
            let ended = !matches!(read, Ok(BLOCK));
            if read.is_err() {
                block.truncate(memrchr(b'\n', &block).map_or(0, |end| end + 1));
            }
            is_rest = is_rest && !self.drop_line(&mut block);
            let n_done = self.add_block(&block, ended);
            if ended {
                return read.map(|_| ());
            }
            block.drain(..n_done);
            if block.len() > LONGEST_LINE {
                is_rest = self.add_broken(&mut block);
            }
        }
    }

    /// Adds the lines of a row that is too long, as far as it has been read; returns whether its
    /// last line is too long as well.
    fn add_broken(&mut self, block: &mut Vec<u8>) -> bool {
        let end = memrchr(b'\n', block).map_or(0, |end| end + 1);
        self.add_lines(&block[..end]);
        block.drain(..end);
        let is_too_long = block.len() > LONGEST_LINE;
        if is_too_long {
            self.add_malformed(Malformed::TooLong(LONGEST_LINE));
            block.clear();
        }
        is_too_long
    }

    /// Drops the rest of a line; returns whether its end was there.
    fn drop_line(&mut self, block: &mut Vec<u8>) -> bool {
        let end = memchr(b'\n', block);
        block.drain(..end.map_or(block.len(), |end| end + 1));
        self.line += u64::from(end.is_some());
        end.is_some()
    }

    /// Reads the rows of a block; returns how many bytes they have. Unless the file has ended, the
    /// last row is left.
    fn add_block(&mut self, block: &[u8], ended: bool) -> usize {
        let mut start = 0;
        loop {
            let (separator, before) = (self.separator, start);
            start += self.add_rows(&block[start..], ended);
            if separator == self.separator || before == start {
                break;
            }
        }
        let n_blank = n_line_ends(&block[start..]);
        self.line += n_lines(&block[start..start + n_blank]);
        start + n_blank
    }

    /// As [`Rows::add_block`], until a header changes the separator.
    fn add_rows(&mut self, bytes: &[u8], ended: bool) -> usize {
        let separator = self.separator;
        let mut reader = heading::rows(separator).from_reader(bytes);
        let mut row = ByteRecord::new();
        let mut start = 0;
        while separator == self.separator && matches!(reader.read_byte_record(&mut row), Ok(true)) {
            let end = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
            if end == bytes.len() && !ended {
                break;
            }
            let n_blank = n_line_ends(&bytes[start..end]);
            self.line += n_lines(&bytes[start..start + n_blank]);
            self.add(&bytes[start + n_blank..end], &row);
            start = end;
        }
        start
    }

    /// Adds a row that stands in these bytes, its line end included.
    fn add(&mut self, bytes: &[u8], row: &ByteRecord) {
        let line = without_end(bytes);
        let has_many_lines = memchr(b'\n', line).is_some();
        let is_broken = has_many_lines && row.iter().any(|cell| text(cell).contains(&b'\n'));
        let added = if is_broken { Err(broken()) } else { self.add_row(line, row) };
        match added {
            Err(_) if has_many_lines => self.add_lines(bytes),
            added => {
                self.note(line, added);
                self.line += n_lines(bytes);
            }
        }
    }

    /// Adds lines of which one has a quote that is not closed, each by itself.
    fn add_lines(&mut self, bytes: &[u8]) {
        for bytes in bytes.split_inclusive(|&b| b == b'\n') {
            let line = without_end(bytes);
            let is_closed = memchr_iter(b'"', line).count().is_multiple_of(2);
            let added = if is_closed {
                let cells = line.split(|&b| b == self.separator);
                self.add_row(line, &cells.collect())
            } else {
                Err(broken())
            };
            self.note(line, added);
            self.line += n_lines(bytes);
        }
    }

    /// Hands the record in a row to the recorder.
    fn add_row(&mut self, line: &[u8], row: &ByteRecord) -> Result<(), Malformed> {
        if row.iter().all(|cell| text(cell).is_empty()) {
            return Ok(());
        }
        if line.len() > LONGEST_LINE {
            return Err(Malformed::TooLong(LONGEST_LINE));
        }
        if self.line < self.n_before {
            return Err(Malformed::Other("it stands before the header".to_owned()));
        }
        match &self.columns {
            Columns::Fields(layout) => {
                check_width(row, layout.n_columns())?;
                let record = values(row, layout).record(self.recorder.detail())?;
                self.recorder.add(&record)
            }
            &Columns::Message { column, n_columns } => {
                check_width(row, n_columns)?;
                let message = row.get(column).map_or(&[][..], text);
                if is_message(message) {
                    return Err(Malformed::Other("it is a header".to_owned()));
                }
                self.lines.add(message, self.line + 1, self.recorder);
                Ok(())
            }
            Columns::Refused(error) => Err(Malformed::Other(error.to_string())),
        }
    }

    /// Takes a line that is no record for a header, else counts it as malformed.
    fn note(&mut self, line: &[u8], added: Result<(), Malformed>) {
        let Err(reason) = added else { return };
        let heading =
            Some(line).filter(|line| self.line >= self.n_before && line.len() <= LONGEST_LINE);
        match heading.and_then(|line| Heading::of(line, self.lines.format)) {
            Some(heading) => self.take_heading(heading),
            None => self.add_malformed(reason),
        }
    }

    fn take_heading(&mut self, heading: Heading) {
        self.separator = heading.separator;
        self.columns = heading.columns.required(self.recorder.needs());
        match &self.columns {
            Columns::Fields(layout) => self.recorder.report.assume(layout),
            Columns::Message { .. } => {
                if let Err(error) = self.lines.require(self.recorder) {
                    self.columns = Columns::Refused(error);
                }
            }
            Columns::Refused(_) => {}
        }
    }

    fn add_malformed(&mut self, reason: Malformed) {
        self.recorder.report.add_malformed(self.line + 1, reason);
    }
}

fn broken() -> Malformed {
    Malformed::Other("a quote is not closed in its line".to_owned())
}

/// Checks the number of cells. Spreadsheets pad rows with empty ones.
fn check_width(row: &ByteRecord, expected: usize) -> Result<(), Malformed> {
    let found = row.len();
    let is_padded = || row.iter().skip(expected).all(|cell| text(cell).is_empty());
    let fits = found == expected || found > expected && is_padded();
    fits.then_some(()).ok_or(Malformed::FieldCount { found, expected })
}

fn n_lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// Bytes of line ends at the start.
fn n_line_ends(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count()
}

/// A line without its end; its last cells may be spaces.
fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
