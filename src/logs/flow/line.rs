//! A record in a line of text.

use super::layout::Layout;
use super::record::{Detail, Malformed, Record};
use super::values::Values;

impl<'a> Record<'a> {
    /// The record in a line, fields separated by white space.
    ///
    /// # Errors
    /// When the line has another number of fields than the layout, or a field that is read has a
    /// value that it cannot have.
    pub fn parse(line: &'a [u8], layout: &Layout, detail: Detail) -> Result<Self, Malformed> {
        let mut values = Values::default();
        let found = layout.split(line, &mut values);
        if found != layout.n_columns() {
            return Err(Malformed::FieldCount { found, expected: layout.n_columns() });
        }
        values.record(detail)
    }
}
