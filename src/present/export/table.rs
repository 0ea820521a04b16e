//! Rows as an aligned table or as CSV.

use anstyle::Style;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use super::lines::Lines;

/// A table for people: numbers to the right, no lines. Where a terminal of so many columns cannot
/// show it, each row takes lines of its own, in which each cell has the name of its column.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
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
    let text = table.trim_fmt() + "\n";
    match width {
        Some(width) if text.lines().any(|line| line.chars().count() > width) => {
            rows.iter().map(|row| stacked(head, row, width)).collect()
        }
        _ => text,
    }
}

/// A row as lines: its first cell, then the others that are not empty, with their names.
#[must_use]
pub fn stacked(head: &[&str], row: &[String], width: usize) -> String {
    let mut lines = Lines::new(width);
    let Some((first, rest)) = row.split_first() else { return String::new() };
    lines.sentence(1, first, "", Style::new());
    let cells = head[1..].iter().zip(rest).filter(|(_, cell)| !cell.is_empty());
    let named = cells.map(|(name, cell)| format!("{name} {cell}").trim_start().to_owned());
    lines.items(3, &named.collect::<Vec<_>>());
    lines.into_text()
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
