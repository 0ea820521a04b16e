//! The rows as they come: CSV, JSON, or a table whose widths are known before.

use rangecover::present::export::table;
use rangecover::problem::number::grouped;

use clap::ValueEnum;

use super::row::Row;
use crate::cli::output::Growing;

/// How the rows are written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    Text,
    /// One row for each instance and solver, with everything that tells what was measured
    Csv,
    /// The same as a list of objects
    Json,
}

impl Format {
    /// The endings of its files.
    pub(super) fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["txt"],
            Self::Csv => &["csv"],
            Self::Json => &["json"],
        }
    }
}

/// What a comparison writes.
pub(super) struct Sheet {
    out: Growing,
    format: Format,
    columns: Vec<Column>,
    /// Columns of the terminal, where that cannot show the table; then rows are stacked.
    narrow: Option<usize>,
    n_rows: usize,
}

/// A column of the table; a longer cell moves the rest of its row.
struct Column {
    head: &'static str,
    width: usize,
    to_the_right: bool,
    cell: fn(&Row) -> String,
}

/// Which columns there are, and how wide those of names have to be.
pub(super) struct Shape {
    pub(super) instance: usize,
    pub(super) solver: usize,
    pub(super) with_units: bool,
    pub(super) with_times: bool,
    pub(super) with_memory: bool,
}

impl Sheet {
    /// Writes the head of the table, where there is one.
    pub(super) fn new(
        out: Growing,
        format: Format,
        shape: &Shape,
        width: Option<usize>,
    ) -> anyhow::Result<Self> {
        let columns = shape.columns();
        let needed: usize = columns.iter().map(|column| column.width + 2).sum();
        let narrow = width.filter(|width| *width < needed);
        let mut sheet = Self { out, format, columns, narrow, n_rows: 0 };
        if format == Format::Text && narrow.is_none() {
            let head = sheet.line(|column| column.head.to_owned());
            sheet.out.write(head.as_bytes())?;
        }
        Ok(sheet)
    }

    /// Writes a row.
    pub(super) fn push(&mut self, row: &Row) -> anyhow::Result<()> {
        let bytes = match self.format {
            Format::Text => self.text(row).into_bytes(),
            Format::Csv => {
                let csv = table::csv(std::slice::from_ref(row))?;
                let head = csv.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                csv[if self.n_rows == 0 { 0 } else { head }..].to_vec()
            }
            Format::Json => {
                let start = if self.n_rows == 0 { "[" } else { "," };
                let object = serde_json::to_string_pretty(row)?.replace('\n', "\n  ");
                format!("{start}\n  {object}").into_bytes()
            }
        };
        self.out.write(&bytes)?;
        self.n_rows += 1;
        Ok(())
    }

    /// Writes what ends the rows.
    fn close(&mut self) -> anyhow::Result<()> {
        match (self.format, self.n_rows) {
            (Format::Json, 0) => self.out.write(b"[]\n")?,
            (Format::Json, _) => self.out.write(b"\n]\n")?,
            _ => {}
        }
        Ok(())
    }

    /// Ends a comparison that is whole.
    pub(super) fn finish(&mut self) -> anyhow::Result<()> {
        self.close()?;
        self.out.finish()
    }

    /// Ends one that is not, and says where its rows are.
    pub(super) fn interrupt(&mut self, n_planned: usize) -> String {
        let n_rows = self.n_rows;
        match self.close() {
            Ok(()) => {
                let name = self.out.unfinished_name();
                format!("interrupted: {n_rows} of {n_planned} rows are {name}")
            }
            Err(error) => format!("interrupted after {n_rows} of {n_planned} rows: {error:#}"),
        }
    }

    fn text(&self, row: &Row) -> String {
        let Some(width) = self.narrow else { return self.line(|column| (column.cell)(row)) };
        let head: Vec<&str> = self.columns.iter().map(|column| column.head).collect();
        let cells: Vec<String> = self.columns.iter().map(|column| (column.cell)(row)).collect();
        table::stacked(&head, &cells, width)
    }

    fn line(&self, cell: impl Fn(&Column) -> String) -> String {
        let mut line = String::new();
        for (i, column) in self.columns.iter().enumerate() {
            let (cell, width) = (cell(column), column.width);
            line += if i == 0 { " " } else { "  " };
            let cell = if column.to_the_right {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            };
            line.push_str(&cell);
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    }
}

impl Shape {
    fn columns(&self) -> Vec<Column> {
        let left = |head, width, cell| Column { head, width, to_the_right: false, cell };
        let right = |head, width, cell| Column { head, width, to_the_right: true, cell };
        let mut columns = vec![
            left("instance", self.instance.max(8), |row| row.instance.clone()),
            left("solver", self.solver.max(6), |row| row.solver.to_owned()),
            left("outcome", 10, |row| row.outcome.to_owned()),
            right("rules", 6, |row| count(row.n_rules)),
        ];
        if self.with_units {
            columns
                .push(right("IPv4 units", 10, |row| count(row.units.filter(|_| row.with_zones))));
            columns.push(right("IPv6 units", 10, |row| count(row.units_ipv6)));
        }
        columns.extend([
            right("opened", 10, |row| number(row.open_ports)),
            right("cost", 10, |row| number(row.cost)),
            right("bound", 10, |row| number(row.bound)),
            right("gap", 8, |row| number(row.gap)),
            left("verified", 8, |row| if row.verified { "yes" } else { "no" }.to_owned()),
        ]);
        if self.with_times {
            columns.push(right("ms", 11, |row| {
                // A solver that refuses the instance has none.
                row.milliseconds.known().map(|ms| format!("{ms:.3}")).unwrap_or_default()
            }));
        }
        if self.with_memory {
            columns.push(right("bytes", 13, |row| number(row.memory_bytes.known().copied())));
        }
        columns
    }
}

fn number(n: Option<u64>) -> String {
    n.map(grouped).unwrap_or_default()
}

fn count(n: Option<usize>) -> String {
    number(n.map(|n| n as u64))
}
