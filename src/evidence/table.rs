//! The table of ports with evidence, as CSV: written for people to edit, and read back.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, UNIX_EPOCH};

use rayon::prelude::*;
use thiserror::Error;

use crate::flow::Selection;
use crate::port_list::{Entry, LineError, UsedPorts};
use crate::ports::{Protocol, ProtocolError};
use crate::quote::quoted;

use super::class::{Class, ClassError};
use super::judge::Judgement;
use super::traffic::InterfaceTraffic;

/// The columns, in order. The first four are needed when it is read; others may be absent.
pub const COLUMNS: [&str; 11] = [
    "interface",
    "protocol",
    "port",
    "class",
    "decided_by",
    "endpoints",
    "flows",
    "packets",
    "bytes",
    "first_seen",
    "last_seen",
];
/// How many of the columns are needed.
pub const NEEDED: usize = 4;
/// The place of the column with the number of records.
const FLOWS: usize = 6;

/// Commas; semicolons where spreadsheets need the comma for decimals; tabs.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// A row, as far as it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableRow {
    /// The interface, none if the log did not name it.
    pub interface: Option<String>,
    /// The protocol.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
    /// What the port is.
    pub class: Class,
}

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TableError {
    /// A column is missing.
    #[error("no column '{0}'; a table of ports has interface, protocol, port and class")]
    Column(&'static str),
    /// Not CSV.
    #[error("{0}")]
    Csv(String),
    /// A row that does not fit the header.
    #[error("{cells} cells, the header has {columns}")]
    Long {
        /// Cells of the row.
        cells: usize,
        /// Those of the header.
        columns: usize,
    },
    /// Not a port.
    #[error("'{0}' is not a port, 0 to 65535")]
    Port(String),
    /// Not a protocol.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// Not a class.
    #[error(transparent)]
    Class(#[from] ClassError),
}

/// Whether text begins like a table.
#[must_use]
pub fn looks_like_table(text: &str) -> bool {
    separator(&text[start(text)..]).is_some()
}

/// Where the first line begins that is not blank: spreadsheets keep empty rows as separators.
fn start(text: &str) -> usize {
    let blank = |c: char| c.is_whitespace() || c == '\u{feff}' || c == '"' || is_separator(c);
    let lines = text.split_inclusive('\n').take_while(|line| line.chars().all(blank));
    let start = lines.map(str::len).sum();
    start + if text[start..].starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

fn is_separator(c: char) -> bool {
    SEPARATORS.iter().any(|&separator| c == char::from(separator))
}

/// What stands between the cells of a text that begins with the header of a table.
fn separator(text: &str) -> Option<u8> {
    SEPARATORS.into_iter().find(|&separator| {
        let mut reader = reader(text, separator);
        reader.headers().is_ok_and(|names| columns(names).is_ok())
    })
}

fn reader(text: &str, separator: u8) -> csv::Reader<&[u8]> {
    let mut builder = csv::ReaderBuilder::new();
    builder.flexible(true).delimiter(separator).from_reader(text.as_bytes())
}

/// A cell without the spaces around it, and without quotes that spaces before them have hidden.
fn trimmed(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || c == '"')
}

fn place(names: &csv::StringRecord, column: &str) -> Option<usize> {
    names.iter().position(|name| trimmed(name).eq_ignore_ascii_case(column))
}

/// Where the columns that are needed stand.
fn columns(names: &csv::StringRecord) -> Result<[usize; NEEDED], TableError> {
    let mut columns = [0; NEEDED];
    for (at, &column) in columns.iter_mut().zip(&COLUMNS) {
        *at = place(names, column).ok_or(TableError::Column(column))?;
    }
    Ok(columns)
}

/// Hands each row to a function, with its number of records where it has one.
fn for_each_row(
    text: &str,
    mut take: impl FnMut(TableRow, Option<u64>),
) -> Result<(), LineError<TableError>> {
    let start = start(text);
    let table = &text[start..];
    let at = |position: Option<&csv::Position>, error| {
        // Line ends before a row count as part of it.
        let byte = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let byte = start + byte.min(table.len());
        let ends = text.as_bytes()[byte..].iter().take_while(|&b| b"\r\n".contains(b)).count();
        let before = &text.as_bytes()[..byte + ends];
        LineError { line: 1 + memchr::memchr_iter(b'\n', before).count(), error }
    };
    let of_csv =
        |error: &csv::Error| at(error.position(), TableError::Csv(quoted(&error.to_string())));
    let mut reader = reader(table, separator(table).unwrap_or(SEPARATORS[0]));
    let names = reader.headers().map_err(|error| of_csv(&error))?.clone();
    let columns = columns(&names).map_err(|error| at(None, error))?;
    let flows = place(&names, COLUMNS[FLOWS]);
    for record in reader.records() {
        let record = record.map_err(|error| of_csv(&error))?;
        let value = |column: usize| trimmed(record.get(column).unwrap_or_default());
        if (0..record.len()).all(|column| value(column).is_empty()) {
            continue;
        }
        let row = if (names.len()..record.len()).all(|column| value(column).is_empty()) {
            row(columns.map(value))
        } else {
            Err(TableError::Long { cells: record.len(), columns: names.len() })
        };
        let row = row.map_err(|error| at(record.position(), error))?;
        take(row, flows.and_then(|column| value(column).parse().ok()));
    }
    Ok(())
}

/// The rows of a table.
///
/// # Errors
/// The first row that is none, with its line.
pub fn rows(text: &str) -> Result<Vec<TableRow>, LineError<TableError>> {
    let mut rows = Vec::new();
    for_each_row(text, |row, _| rows.push(row))?;
    Ok(rows)
}

fn row([interface, protocol, port, class]: [&str; NEEDED]) -> Result<TableRow, TableError> {
    Ok(TableRow {
        interface: Some(interface.to_owned()).filter(|name| !name.is_empty() && name != "-"),
        protocol: protocol.parse()?,
        port: port.parse().map_err(|_| TableError::Port(quoted(port)))?,
        class: class.parse()?,
    })
}

/// The used ports of each interface of a table, in order of its name.
///
/// # Errors
/// The first row that is none, with its line.
pub fn used(text: &str) -> Result<Vec<(Option<String>, UsedPorts)>, LineError<TableError>> {
    Ok(judged(text, &Selection::default(), &Judgement::default())?.interfaces)
}

/// What a table says, by what is selected and what overrules its classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// The used ports of each interface that is selected, in order of its name.
    pub interfaces: Vec<(Option<String>, UsedPorts)>,
    /// The ports of all rows, whatever they are.
    pub ports: UsedPorts,
    /// Used ports without a number of records, so that none could be too small.
    pub without_flows: u64,
}

/// The used ports of a table, where the judgement overrules its classes.
///
/// # Errors
/// The first row that is none, with its line.
pub fn judged(
    text: &str,
    selection: &Selection,
    judgement: &Judgement,
) -> Result<Judged, LineError<TableError>> {
    let mut interfaces: BTreeMap<Option<String>, UsedPorts> = BTreeMap::new();
    let mut judged = Judged::default();
    for_each_row(text, |row, flows| {
        judged.ports.entry(row.protocol).or_default().insert(row.port);
        if !selection.takes_interface(row.interface.as_deref()) {
            return;
        }
        let is_included = names(&judgement.include, &row);
        let is_used = !names(&judgement.exclude, &row) && (row.class.is_used() || is_included);
        judged.without_flows += u64::from(is_used && !is_included && flows.is_none());
        // Whoever adds a row by hand may say that it has no records.
        let least = Some(judgement.min_flows).filter(|&least| least > 1);
        let is_rare = flows.zip(least).is_some_and(|(flows, least)| flows < least);
        let used = interfaces.entry(row.interface).or_default();
        if is_used && (is_included || !is_rare) {
            used.entry(row.protocol).or_default().insert(row.port);
        }
    })?;
    judged.interfaces = interfaces.into_iter().collect();
    Ok(judged)
}

/// Whether the entries name the port of a row.
fn names(entries: &[Entry], row: &TableRow) -> bool {
    entries.iter().any(|entry| entry.names(row.protocol, row.port))
}

/// The rows of what interfaces show.
pub fn rows_of(interfaces: &[InterfaceTraffic]) -> impl Iterator<Item = TableRow> {
    interfaces.iter().flat_map(|interface| {
        interface.ports.iter().map(|port| TableRow {
            interface: interface.interface.clone(),
            protocol: port.protocol,
            port: port.port,
            class: port.class,
        })
    })
}

/// Writes the table of what interfaces show.
///
/// # Errors
/// Those of the writer.
pub fn write_csv(interfaces: &[InterfaceTraffic], mut out: impl io::Write) -> io::Result<()> {
    /// Interfaces whose rows are in memory as text at the same time.
    const AT_ONCE: usize = 64;
    writeln!(out, "{}", COLUMNS.join(","))?;
    for part in interfaces.chunks(AT_ONCE) {
        let texts: Vec<csv::Result<Vec<u8>>> = part.par_iter().map(rows_as_csv).collect();
        for text in texts {
            out.write_all(&text?)?;
        }
    }
    out.flush()
}

fn rows_as_csv(interface: &InterfaceTraffic) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let name = interface.interface.as_deref().unwrap_or("-");
    for port in &interface.ports {
        writer.serialize((
            (name, port.protocol.name(), port.port, port.class.name(), port.decided.name()),
            (port.endpoints, port.flows, port.packets, port.bytes),
            (port.first.map(time), port.last.map(time)),
        ))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A time as people and programs read it: `2026-01-05T00:10:00Z`.
#[must_use]
pub fn time(seconds: u32) -> String {
    let time = UNIX_EPOCH + Duration::from_secs(seconds.into());
    humantime::format_rfc3339_seconds(time).to_string()
}
