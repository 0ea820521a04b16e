//! Rows as an aligned table or as CSV.

use anstyle::Style;
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::lines::Lines;

/// A table for people: numbers to the right, no lines. Where a terminal of so many columns cannot
/// show it, each row takes lines of its own, in which each cell has the name of its column.
#[must_use]
pub fn table(head: &[&str], rows: &[Vec<String>], width: Option<usize>) -> String {
    let columns: Vec<Column> = (0..head.len()).map(|i| Column::new(head, rows, i)).collect();
    let head: Vec<String> = head.iter().map(|&name| name.to_owned()).collect();
    let lines = [&head].into_iter().chain(rows).map(|cells| line(&columns, cells));
    let text: String = lines.collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    match width {
        Some(width) if text.lines().any(|line| line.width() > width) => {
            rows.iter().map(|row| stacked(&head, row, width)).collect()
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

/// How a column is set.
struct Column {
    width: usize,
    is_numeric: bool,
}

impl Column {
    fn new(head: &[&str], rows: &[Vec<String>], i: usize) -> Self {
        let widths = rows.iter().map(|row| row[i].width()).chain([head[i].width()]);
        Self { width: widths.max().unwrap_or(0), is_numeric: is_numeric(rows, i) }
    }
}

/// A space before the first column, two before each other one, and none at the end.
fn line(columns: &[Column], cells: &[String]) -> String {
    let mut line = String::new();
    for (i, (column, cell)) in columns.iter().zip(cells).enumerate() {
        line += if i == 0 { " " } else { "  " };
        let blank = " ".repeat(column.width.saturating_sub(cell.width()));
        let [before, after] = if column.is_numeric { [&*blank, ""] } else { ["", &blank] };
        line = line + before + cell + after;
    }
    line.truncate(line.trim_end().len());
    line + "\n"
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
