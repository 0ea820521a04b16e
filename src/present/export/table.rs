//! Rows as an aligned table or as CSV.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

/// A table for people: numbers to the right, no lines.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(head.to_vec())
        .add_rows(rows.to_vec());
    for (i, column) in table.column_iter_mut().enumerate() {
        if is_numeric(rows, i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}

/// Whether a column holds numbers, perhaps with a sign or a bound `< 5`, or nothing.
pub(super) fn is_numeric(rows: &[Vec<String>], column: usize) -> bool {
    let is_number = |cell: &str| {
        let bare = cell.strip_prefix('-').or_else(|| cell.strip_prefix("< ")).unwrap_or(cell);
        bare.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut cells =
        rows.iter().map(|row| row[column].as_str()).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some() && cells.all(is_number)
}

/// CSV with a head line, by the names of the fields.
///
/// # Errors
/// Those of the csv crate, for rows that have no flat form.
pub fn csv<T: Serialize>(rows: &[T]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
