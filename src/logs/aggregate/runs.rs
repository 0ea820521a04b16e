//! Sorted rows in temporary files.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};

use super::Row;

/// Files that are open at once; more are merged into one.
const MOST_RUNS: usize = 32;

/// Rows in order.
type Run = Box<dyn Iterator<Item = io::Result<Row>>>;

/// Temporary files of sorted rows.
#[derive(Debug, Default)]
pub(super) struct Runs {
    files: Vec<File>,
    /// What went wrong first; rows are missing from then on.
    failed: Option<io::Error>,
}

impl Runs {
    /// Puts sorted rows into a file.
    pub(super) fn push(&mut self, rows: Vec<Row>) {
        if self.failed.is_some() {
            return;
        }
        if let Err(error) = self.try_push(rows) {
            self.failed = Some(error);
        }
    }

    fn try_push(&mut self, rows: Vec<Row>) -> io::Result<()> {
        if self.files.len() < MOST_RUNS {
            let mut file = Written::new()?;
            rows.iter().try_for_each(|row| file.add(row))?;
            self.files.push(file.finish()?);
        } else {
            let mut file = Written::new()?;
            self.merge(rows, |row| file.add(&row))?;
            self.files.push(file.finish()?);
        }
        Ok(())
    }

    /// Hands on all rows in order, those that agree as one; nothing is left.
    pub(super) fn merge(
        &mut self,
        rows: Vec<Row>,
        mut take: impl FnMut(Row) -> io::Result<()>,
    ) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut runs: Vec<Run> = vec![Box::new(rows.into_iter().map(Ok))];
        for file in self.files.drain(..) {
            let rows = serde_json::Deserializer::from_reader(BufReader::new(file)).into_iter();
            runs.push(Box::new(rows.map(|row| row.map_err(io::Error::from))));
        }
        let mut heads = BinaryHeap::new();
        for (i, run) in runs.iter_mut().enumerate() {
            if let Some(row) = run.next() {
                heads.push(Reverse((row?, i)));
            }
        }
        let mut current: Option<Row> = None;
        while let Some(Reverse((row, i))) = heads.pop() {
            if let Some(next) = runs[i].next() {
                heads.push(Reverse((next?, i)));
            }
            match &mut current {
                Some(same) if (&same.interface, same.tuple) == (&row.interface, row.tuple) => {
                    same.sums.add(&row.sums);
                }
                _ => {
                    if let Some(done) = current.replace(row) {
                        take(done)?;
                    }
                }
            }
        }
        current.map_or(Ok(()), take)
    }
}

/// A file that rows are written into.
struct Written(BufWriter<File>);

impl Written {
    fn new() -> io::Result<Self> {
        Ok(Self(BufWriter::new(tempfile::tempfile()?)))
    }

    fn add(&mut self, row: &Row) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, row)?;
        self.0.write_all(b"\n")
    }

    fn finish(self) -> io::Result<File> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}
