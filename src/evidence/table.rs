//! The table of ports with evidence, as CSV: written for people to edit, and read back.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, UNIX_EPOCH};

use rayon::prelude::*;
use thiserror::Error;

use crate::port_list::{LineError, UsedPorts};
use crate::ports::{Protocol, ProtocolError};
use crate::quote::quoted;

use super::class::{Class, ClassError};
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
    let names: Vec<&str> =
        text.lines().next().unwrap_or_default().split(',').map(str::trim).collect();
    COLUMNS[..NEEDED].iter().all(|column| names.contains(column))
}

/// The rows of a table.
///
/// # Errors
/// The first row that is none, with its line.
pub fn rows(text: &str) -> Result<Vec<TableRow>, LineError<TableError>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let of_csv = |error: &csv::Error| LineError {
        line: error.position().map_or(1, |position| line(position.line())),
        error: TableError::Csv(quoted(&error.to_string())),
    };
    let names = reader.headers().map_err(|error| of_csv(&error))?.clone();
    let mut columns = [0; NEEDED];
    for (at, &column) in columns.iter_mut().zip(&COLUMNS) {
        let found = names.iter().position(|name| name == column);
        *at = found.ok_or(LineError { line: 1, error: TableError::Column(column) })?;
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| of_csv(&error))?;
        let values = columns.map(|column| record.get(column).unwrap_or_default());
        let row = row(values).map_err(|error| LineError {
            line: record.position().map_or(1, |position| line(position.line())),
            error,
        })?;
        rows.push(row);
    }
    Ok(rows)
}

fn line(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
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
    let mut interfaces: BTreeMap<Option<String>, UsedPorts> = BTreeMap::new();
    for row in rows(text)? {
        let used = interfaces.entry(row.interface).or_default();
        if row.class.is_used() {
            used.entry(row.protocol).or_default().insert(row.port);
        }
    }
    Ok(interfaces.into_iter().collect())
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
