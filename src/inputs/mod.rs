//! Inputs: files, folders, patterns and standard input, read into used ports.
//!
//! Each port list is an input of its own; all flow logs are one.

mod error;
mod kind;
mod paths;
mod stream;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::evidence::{Class, Judgement, Ledger, Span, Traffic, table};
use crate::export::number::counted;
use crate::flow::{ColumnName, Layout, Selection};
use crate::instance::{Used, from_anywhere};
use crate::port_list::{self, UsedPorts};
use crate::shapes::{self, Fault, Format, Shape};
use crate::zones::Zones;

pub use error::{InputError, Reason};
pub use kind::{InputFormat, InputFormatError};
use paths::Place;

/// How much of a file is looked at to tell what it is, in bytes.
const HEAD: u64 = 1 << 16;

/// What some programs put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Follows the reading, from several threads.
pub trait Watch: Sync {
    /// What there is to read: bytes, as far as they can be told.
    fn found(&self, _bytes: u64) {}
    /// Some bytes of a file have been read.
    fn read(&self, _bytes: u64) {}
}

impl Watch for () {}

/// How inputs are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Which records of flow logs count.
    #[serde(flatten)]
    pub selection: Selection,
    /// Which of their ports are services.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// What every input is, where that is not to be recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_format: Option<InputFormat>,
    /// The fields of flow logs without a header line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<String>,
    /// Columns of flow logs that are called something unusual.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnName>,
}

/// What was read, in order of the inputs.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Used ports, each with where they come from.
    pub sources: Vec<Source>,
    /// Everything a user should know about how inputs were read.
    pub notes: Vec<Note>,
    /// What all flow logs together showed, if there were any.
    pub traffic: Option<Traffic>,
    /// Inputs that could not be read, or not to the end; the others are not affected.
    pub failures: Vec<InputError>,
    /// Flow logs in folders that were left out, because they lack columns.
    pub lacking: u64,
    /// The ports of all rows of tables, whatever the rows say that they are.
    pub table_ports: UsedPorts,
    /// How many sources stood before the first flow log.
    logs_at: Option<usize>,
}

/// Used ports of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The port list, by the name it was given; none for flow logs.
    pub input: Option<String>,
    /// The interface, where a flow log names it.
    pub interface: Option<String>,
    /// The ports.
    pub used: Used,
    /// What the origins of the ports mean, where sources are told apart.
    pub zones: Option<Arc<Zones>>,
    /// What flow logs showed beside them.
    pub seen: Option<Seen>,
}

/// What the flow logs of an interface cover, and what they show beside used ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The records.
    pub span: Span,
    /// Ports of each class.
    pub classes: BTreeMap<Class, u64>,
}

impl Source {
    /// The name for people.
    #[must_use]
    pub fn name(&self) -> String {
        name(self.input.as_deref(), self.interface.as_deref())
    }
}

/// The name of an instance for people: its port list, its interface, or both.
#[must_use]
pub fn name(input: Option<&str>, interface: Option<&str>) -> String {
    match (input, interface) {
        (Some(input), Some(interface)) => format!("{input} {interface}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "interface not named".to_owned(),
    }
}

/// A remark on an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The input.
    pub input: String,
    /// What there is to say.
    pub text: String,
}

/// What one file held.
enum Content {
    List(UsedPorts),
    Table { table: table::Judged, notes: Vec<String> },
    Log(shapes::Reading),
}

/// Reads all inputs.
///
/// An input that cannot be read is a failure among [`Inputs::failures`], and the others are read;
/// files that were found in a folder and are of no known kind are noted and left out.
///
/// # Errors
/// When the log format names a field twice, or there is nothing to work with and no failure says
/// why.
pub fn read(inputs: &[String], reading: &Reading, watch: &dyn Watch) -> Result<Inputs, InputError> {
    let log_format = match &reading.log_format {
        Some(fields) => {
            let layout = Layout::parse(fields, &reading.columns);
            Some(layout.map_err(|error| Reason::from(error).at("--log-format"))?)
        }
        None => None,
    };
    let format = Format { log_format, columns: reading.columns.clone() };
    let ledger = Ledger::new(reading.selection.clone());
    let mut collected = Inputs::default();
    let places = paths::expand(inputs, &mut collected.failures);
    watch.found(places.iter().map(Place::n_bytes).sum());
    let contents: Vec<Result<Content, Reason>> = places
        .par_iter()
        .map(|place| read_place(place, reading, &format, &ledger, watch))
        .collect();
    for (place, content) in places.iter().zip(contents) {
        collected.add(place, content);
    }
    let interfaces = ledger.finish(&reading.judgement);
    if let Some(traffic) = &mut collected.traffic {
        traffic.interfaces = interfaces;
    }
    collected.add_interfaces();
    let none_valid = collected.traffic.as_ref().is_none_or(|traffic| traffic.report.none_valid());
    let says_why = !collected.failures.is_empty() || collected.lacking > 0;
    let none = collected.sources.is_empty() && collected.table_ports.is_empty();
    if none && none_valid && !says_why {
        return Err(Reason::Empty.at(&inputs.join(", ")));
    }
    Ok(collected)
}

impl Inputs {
    /// Adds what a file held, or says why it is left out.
    fn add(&mut self, place: &Place, content: Result<Content, Reason>) {
        let name = place.name();
        match content {
            Ok(Content::List(used)) => {
                let used = from_anywhere(used);
                let source =
                    Source { input: Some(name), interface: None, used, zones: None, seen: None };
                self.sources.push(source);
            }
            Ok(Content::Table { table, notes }) => {
                for (protocol, ports) in table.ports {
                    self.table_ports.entry(protocol).or_default().extend(ports.runs());
                }
                let notes = notes.into_iter();
                self.notes.extend(notes.map(|text| Note { input: name.clone(), text }));
                let interfaces = table.interfaces.into_iter();
                self.sources.extend(interfaces.map(|(interface, used)| Source {
                    input: Some(name.clone()),
                    interface,
                    used: from_anywhere(used),
                    zones: None,
                    seen: None,
                }));
            }
            Ok(Content::Log(reading)) => self.add_log(place, reading),
            Err(
                reason @ (Reason::Unknown(_)
                | Reason::Unfit(_)
                | Reason::Empty
                | Reason::Log(Fault::Layout(_))),
            ) if place.was_found() => {
                self.lacking += u64::from(matches!(reason, Reason::Log(_)));
                self.notes.push(Note { input: name, text: format!("skipped: {reason}") });
            }
            Err(reason) => self.failures.push(reason.at(&name)),
        }
    }

    /// Puts the interfaces of all flow logs where the first of these logs stood.
    fn add_interfaces(&mut self) {
        if let (Some(at), Some(traffic)) = (self.logs_at, &self.traffic) {
            let sources = traffic.interfaces.iter().map(|interface| Source {
                input: None,
                interface: interface.interface.clone(),
                used: from_anywhere(interface.used()),
                zones: None,
                seen: Some(Seen { span: interface.span, classes: interface.classes() }),
            });
            self.sources.splice(at..at, sources.collect::<Vec<_>>());
        }
    }

    fn add_log(&mut self, place: &Place, reading: shapes::Reading) {
        let name = place.name();
        let shapes::Reading { report, fault } = reading;
        if let Some(fault) = fault {
            self.failures.push(Reason::Log(fault).at(&name));
        } else if report.records.read == 0 {
            self.add(place, Err(Reason::Empty));
            return;
        } else if report.none_valid() && !place.was_found() {
            self.failures.push(Reason::AllMalformed(Box::new(report)).at(&name));
            return;
        }
        self.logs_at.get_or_insert(self.sources.len());
        let mut note = |text| self.notes.push(Note { input: name.clone(), text });
        for assumption in &report.assumptions {
            note((*assumption).to_owned());
        }
        for text in &report.notes {
            note(text.clone());
        }
        for malformed in &report.malformed {
            note(format!("line {}: not a record: {}", malformed.line, malformed.reason));
        }
        let unnamed = report.records.malformed - report.malformed.len() as u64;
        if unnamed > 0 {
            note(format!("{unnamed} more lines are not records"));
        }
        self.traffic.get_or_insert_default().report.append(report, 0);
    }
}

fn read_place(
    place: &Place,
    reading: &Reading,
    format: &Format,
    ledger: &Ledger,
    watch: &dyn Watch,
) -> Result<Content, Reason> {
    let (stream, file) = match place {
        Place::Stdin => (stream::open(io::stdin(), watch).map_err(Reason::Open)?, None),
        Place::Named(path) | Place::Found(path) => {
            let file = File::open(path).map_err(Reason::Open)?;
            let again = file.try_clone().ok().filter(|_| path.is_file());
            (stream::open(file, watch).map_err(Reason::Open)?, again)
        }
    };
    let stream::Stream { mut bytes, compressed, n_read } = stream;
    let mut head = Vec::new();
    // A fault within the first bytes is met again by whoever reads on.
    let failed = bytes.by_ref().take(HEAD).read_to_end(&mut head).err();
    let start = if head.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let head = &head[start..];
    if head.is_empty()
        && let Some(error) = failed
    {
        return Err(Reason::Read(error));
    }
    let rest: Box<dyn Read + Send> = match failed {
        Some(error) => Box::new(Failing(Some(error))),
        None => bytes,
    };
    let whole = head.chain(rest);
    match kind::recognise(head, reading.input_format, format)? {
        InputFormat::Ports => {
            let used = port_list::parse(&text(whole)?)?;
            let used = Some(used).filter(|used| !used.is_empty()).ok_or(Reason::Empty)?;
            Ok(Content::List(used))
        }
        InputFormat::Table => {
            let table = table::judged(&text(whole)?, &reading.selection, &reading.judgement)?;
            let notes = about_table(&table, reading);
            Ok(Content::Table { table, notes })
        }
        InputFormat::Log(shape) => {
            let file = file.filter(|_| !compressed && start == 0);
            let source = shapes::Source { head, stream: Box::new(whole), file };
            let content = read_log(shape, source, format, ledger);
            // Some shapes read the file itself, here and there.
            watch.read(place.n_bytes().saturating_sub(n_read.load(Ordering::Relaxed)));
            content
        }
    }
}

/// What was asked for and cannot be done with a table of ports.
fn about_table(table: &table::Judged, reading: &Reading) -> Vec<String> {
    let Reading { selection, judgement, .. } = reading;
    let usual = Judgement::default();
    let of_evidence = [
        (judgement.min_endpoints != usual.min_endpoints, "--min-endpoints"),
        (judgement.ignore_flags, "--ignore-flags"),
    ];
    let of_evidence = of_evidence.into_iter().filter_map(|(given, flag)| given.then_some(flag));
    let given: Vec<&str> = selection.flags_of_records().chain(of_evidence).collect();
    let mut notes = Vec::new();
    if !given.is_empty() {
        let given = given.join(", ");
        notes.push(format!("a table of ports has no records, so this does not apply: {given}"));
    }
    if judgement.min_flows > 1 && table.without_flows > 0 {
        let rows = counted(table.without_flows, "port");
        notes.push(format!("{rows} without a number of flows, so --min-flows does not apply"));
    }
    notes
}

fn read_log(
    shape: &dyn Shape,
    source: shapes::Source<'_>,
    format: &Format,
    ledger: &Ledger,
) -> Result<Content, Reason> {
    let read = shape.read(source, format, ledger);
    match read.fault {
        // Nothing was read: it is the file that is of no use.
        Some(fault) if read.report.records.read == 0 => Err(Reason::Log(fault)),
        _ => Ok(Content::Log(read)),
    }
}

fn text(mut bytes: impl Read) -> Result<String, Reason> {
    let mut text = Vec::new();
    bytes.read_to_end(&mut text).map_err(Reason::Read)?;
    String::from_utf8(text).map_err(|_| Reason::NotText)
}

/// The end of a stream that failed before.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
