//! Names and values of one record.

use std::fmt::Display;
use std::io::Write;
use std::ops::Range;

use crate::logs::shapes::line::LONGEST_LINE;

/// Ends each name. A name that contains it is none of a field.
pub(super) const END: char = '\0';

/// Names and values in the order in which they stand in the file.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// All names, each with its end.
    pub(super) names: String,
    values: Vec<u8>,
    /// Where the name and the value of each cell end.
    ends: Vec<(usize, usize)>,
    is_too_long: bool,
}

impl Row {
    pub(super) fn clear(&mut self) {
        self.names.clear();
        self.values.clear();
        self.ends.clear();
        self.is_too_long = false;
    }

    /// Names the cell that is being written.
    pub(super) fn set_name(&mut self, name: &str) {
        self.names.truncate(self.end().0);
        self.names.push_str(name);
    }

    /// Sets the value of the cell that is being written.
    pub(super) fn set_value(&mut self, value: &[u8]) {
        self.values.truncate(self.end().1);
        self.values.extend_from_slice(value);
    }

    /// Sets the value of the cell that is being written to a number.
    pub(super) fn set_number(&mut self, number: impl Display) {
        self.values.truncate(self.end().1);
        write!(self.values, "{number}").expect("memory takes all that is written");
    }

    /// The name of the cell that is being written.
    pub(super) fn name(&self) -> &str {
        &self.names[self.end().0..]
    }

    /// The value of the cell that is being written.
    pub(super) fn value(&self) -> &[u8] {
        &self.values[self.end().1..]
    }

    /// Whether nothing was written.
    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty() && !self.is_too_long
    }

    /// Whether there was more than a record may have.
    pub(super) fn is_too_long(&self) -> bool {
        self.is_too_long
    }

    /// Begins the next cell. Those beyond the length of a record are dropped.
    pub(super) fn end_cell(&mut self) {
        let len = self.names.len() + self.values.len() + self.ends.len();
        self.is_too_long |= len > LONGEST_LINE;
        if !self.is_too_long {
            self.names.push(END);
            self.ends.push((self.names.len(), self.values.len()));
        }
    }

    fn end(&self) -> (usize, usize) {
        self.ends.last().copied().unwrap_or_default()
    }

    /// The values of all cells.
    pub(super) fn values(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&(_, end)| {
            let range: Range<usize> = std::mem::replace(&mut start, end)..end;
            &self.values[range]
        })
    }
}
