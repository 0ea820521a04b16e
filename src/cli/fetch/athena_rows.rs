//! Rows of CSV below a header, up to a limit.

use std::io::{Read, Write};

use rangecover::problem::number::grouped;

use super::super::output;

/// Writes rows.
pub(super) struct Rows<'a> {
    csv: csv::Writer<&'a mut dyn Write>,
    limit: Option<u64>,
    n_written: u64,
    is_named: bool,
    is_cut: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(out: &'a mut dyn Write, limit: Option<u64>) -> Self {
        let csv = csv::Writer::from_writer(out);
        Self { csv, limit, n_written: 0, is_named: false, is_cut: false }
    }

    /// Whether there were more than the limit.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Writes the header, the first time.
    pub(super) fn name<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> csv::Result<()> {
        if !self.is_named {
            self.csv.write_record(names)?;
            self.is_named = true;
        }
        Ok(())
    }

    /// Writes a row, within the limit.
    pub(super) fn add<'n>(&mut self, cells: impl Iterator<Item = &'n str>) -> csv::Result<()> {
        if self.limit.is_some_and(|limit| self.n_written >= limit) {
            self.is_cut = true;
            return Ok(());
        }
        self.n_written += 1;
        self.csv.write_record(cells)
    }

    /// Writes the rows of a file, whose first one is the header.
    pub(super) fn copy(&mut self, file: impl Read) -> csv::Result<()> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file);
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row)? {
            if self.is_named { self.add(row.iter())? } else { self.name(row.iter())? }
        }
        Ok(())
    }

    /// Writes what is left, and says whether there was more, or nothing at all.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.csv.flush()?;
        if self.n_written == 0 {
            output::note(super::args::NO_RECORD);
        }
        if self.is_cut {
            output::note(&format!(
                "cut at --limit {}: there are more rows; those kept are the first in order of all columns",
                grouped(self.n_written)
            ));
        }
        Ok(())
    }
}
