//! The table of ports with evidence, as CSV: written for people to edit, and read back.

mod origin;
mod written;

use std::collections::{BTreeMap, HashMap};

use thiserror::Error;

use crate::logs::flow::Selection;
use crate::problem::instance::{GroupKey, Used};
use crate::problem::port_list::{Entry, LineError, UsedPorts};
use crate::problem::ports::{Protocol, ProtocolError};
use crate::problem::quote::quoted;

use super::class::{Class, ClassError};
use super::judge::Judgement;

pub use origin::Naming;
pub use written::{rows_of, time, write_csv};

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
/// The columns that follow where zones are told apart; a port has a row for each zone and family.
pub const ZONE_COLUMNS: [&str; 2] = ["zone", "family"];
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

impl TableRow {
    fn key(&self) -> PortKey {
        (self.interface.clone(), self.protocol, self.port)
    }
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
    /// A zone that there is not.
    #[error("'{zone}' is none of the zones in the file of --zones: {known}")]
    Zone {
        /// Its name.
        zone: String,
        /// Those that there are.
        known: String,
    },
    /// Not a family.
    #[error("'{0}' is not a family; use ipv4, ipv6, or both for a zone whose rules count in both")]
    Family(String),
    /// A family that a zone does not have.
    #[error("zone '{zone}' has no rules of family {family}, but of {known}")]
    NotOfZone {
        /// The zone.
        zone: String,
        /// The family.
        family: &'static str,
        /// Those that it has.
        known: String,
    },
    /// No zone, and no family by which it could be of the zone of all addresses.
    #[error(
        "a port without a zone needs a family, ipv4 or ipv6, for --other-sources any; `rangecover ports` writes both where it has the same flag"
    )]
    NoFamily,
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

/// Where columns stand, by their place in the header.
struct Columns {
    needed: [usize; NEEDED],
    flows: Option<usize>,
    /// The zone and the family.
    from: Option<[usize; 2]>,
}

impl Columns {
    fn of(names: &csv::StringRecord) -> Result<Self, TableError> {
        let [zone, family] = ZONE_COLUMNS.map(|column| place(names, column));
        Ok(Self {
            needed: columns(names)?,
            flows: place(names, COLUMNS[FLOWS]),
            from: zone.zip(family).map(|(zone, family)| [zone, family]),
        })
    }
}

/// A row with what else is read of it.
struct Cells<'a> {
    row: TableRow,
    /// Its number of records, where it has one.
    flows: Option<u64>,
    /// The zone and the family, where the table has them.
    from: Option<[&'a str; 2]>,
}

/// Hands each row to a function; returns whether the table has zones.
fn for_each_row(
    text: &str,
    mut take: impl FnMut(Cells<'_>) -> Result<(), TableError>,
) -> Result<bool, LineError<TableError>> {
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
    let columns = Columns::of(&names).map_err(|error| at(None, error))?;
    for record in reader.records() {
        let record = record.map_err(|error| of_csv(&error))?;
        let value = |column: usize| trimmed(record.get(column).unwrap_or_default());
        if (0..record.len()).all(|column| value(column).is_empty()) {
            continue;
        }
        let row = if (names.len()..record.len()).all(|column| value(column).is_empty()) {
            row(columns.needed.map(value))
        } else {
            Err(TableError::Long { cells: record.len(), columns: names.len() })
        };
        let flows = columns.flows.and_then(|column| value(column).parse().ok());
        let from = columns.from.map(|columns| columns.map(value));
        let taken = row.and_then(|row| take(Cells { row, flows, from }));
        taken.map_err(|error| at(record.position(), error))?;
    }
    Ok(columns.from.is_some())
}

/// The rows of a table.
///
/// # Errors
/// The first row that is none, with its line.
pub fn rows(text: &str) -> Result<Vec<TableRow>, LineError<TableError>> {
    let mut rows = Vec::new();
    for_each_row(text, |cells| {
        rows.push(cells.row);
        Ok(())
    })?;
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

/// The used ports of each interface of a table, in order of its name, whoever connects.
///
/// # Errors
/// The first row that is none, with its line.
pub fn used(text: &str) -> Result<Vec<(Option<String>, UsedPorts)>, LineError<TableError>> {
    let judged = judged(text, &Selection::default(), &Judgement::default(), None)?;
    let interfaces = judged.interfaces.into_iter();
    let used = interfaces.map(|TableInterface { interface, used, .. }| {
        (interface, used.into_iter().map(|(key, ports)| (key.protocol, ports)).collect())
    });
    Ok(used.collect())
}

/// What a table says, by what is selected and what overrules its classes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// The interfaces that are selected, in order of the name.
    pub interfaces: Vec<TableInterface>,
    /// The ports of all rows, whatever they are.
    pub ports: UsedPorts,
    /// Used ports without a number of records, so that none could be too small.
    pub without_flows: u64,
    /// Whether the table says of which zone and family its rows are.
    pub has_zones: bool,
}

/// What a table says of an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableInterface {
    /// Its name, if the log named it.
    pub interface: Option<String>,
    /// The used ports, by origin where zones are told apart.
    pub used: Used,
    /// The ports that are used from addresses in no zone, where zones are told apart.
    pub others: UsedPorts,
}

impl From<Option<String>> for TableInterface {
    fn from(interface: Option<String>) -> Self {
        Self { interface, used: Used::new(), others: UsedPorts::new() }
    }
}

/// The used ports of a table, where the judgement overrules its classes; with zones those of each
/// zone.
///
/// # Errors
/// The first row that is none, with its line; also one whose zone or family there is not.
pub fn judged(
    text: &str,
    selection: &Selection,
    judgement: &Judgement,
    zones: Option<Naming<'_>>,
) -> Result<Judged, LineError<TableError>> {
    let mut interfaces: BTreeMap<Option<String>, TableInterface> = BTreeMap::new();
    let mut judged = Judged::default();
    let sums = if judgement.min_flows > 1 { flows_by_port(text)? } else { None };
    judged.has_zones = for_each_row(text, |Cells { row, flows, from }| {
        let stated = zones.zip(from).map(|(zones, [zone, family])| zones.stated(zone, family));
        let stated = stated.transpose()?;
        judged.ports.entry(row.protocol).or_default().insert(row.port);
        if !selection.takes_interface(row.interface.as_deref()) {
            return Ok(());
        }
        let is_included = names(&judgement.include, &row);
        let is_used = !names(&judgement.exclude, &row) && (row.class.is_used() || is_included);
        judged.without_flows += u64::from(is_used && !is_included && flows.is_none());
        // Whoever adds a row by hand may say that it has no records.
        let least = Some(judgement.min_flows).filter(|&least| least > 1);
        let flows = flows.map(|flows| sums.as_ref().map_or(flows, |sums| sums[&row.key()]));
        let is_rare = flows.zip(least).is_some_and(|(flows, least)| flows < least);
        let interface = interfaces.entry(row.interface.clone());
        let interface = interface.or_insert_with(|| row.interface.into());
        let protocol = row.protocol;
        // A zone is asked for only where somebody wants rules.
        let is_wanted = stated.is_none() || selection.takes_protocol(protocol);
        if is_used && is_wanted && (is_included || !is_rare) {
            let origin = match zones.zip(stated) {
                Some((zones, stated)) => zones.origin_of(stated)?,
                None => None,
            };
            let ports = match origin {
                None if stated.is_some() => interface.others.entry(protocol).or_default(),
                origin => interface.used.entry(GroupKey { origin, protocol }).or_default(),
            };
            ports.insert(row.port);
        }
        Ok(())
    })?;
    judged.interfaces = interfaces.into_values().collect();
    Ok(judged)
}

type PortKey = (Option<String>, Protocol, u16);

/// The records of each port, where it has a row for each zone.
fn flows_by_port(text: &str) -> Result<Option<HashMap<PortKey, u64>>, LineError<TableError>> {
    let mut sums: HashMap<PortKey, u64> = HashMap::new();
    let has_zones = for_each_row(text, |Cells { row, flows, .. }| {
        let sum = sums.entry(row.key()).or_default();
        *sum = sum.saturating_add(flows.unwrap_or(0));
        Ok(())
    })?;
    Ok(has_zones.then_some(sums))
}

/// Whether the entries name the port of a row.
fn names(entries: &[Entry], row: &TableRow) -> bool {
    entries.iter().any(|entry| entry.names(row.protocol, row.port))
}
