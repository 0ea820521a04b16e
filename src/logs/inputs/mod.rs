//! Inputs: files, folders, patterns and standard input, read into used ports.
//!
//! Each port list is an input of its own; all flow logs are one.

mod content;
mod error;
mod foreign;
mod kind;
mod paths;
mod policy;
mod progress;
mod reading;
mod stream;
mod unzoned;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use rayon::prelude::*;

use crate::logs::evidence::{Class, InterfaceTraffic, Ledger, LogReport, Sink, Span, Traffic};
use crate::logs::flow::Layout;
use crate::logs::shapes::{self, Fault, Format};
use crate::problem::instance::{Used, from_anywhere};
use crate::problem::port_list::UsedPorts;
use crate::problem::ports;
use crate::problem::zones::Zones;

use content::{Content, Reader};
pub use error::{InputError, Reason};
pub use kind::{InputFormat, InputFormatError};
use paths::Place;
pub use policy::OtherSources;
use policy::{Policy, Settled};
pub use progress::Progress;
pub use reading::Reading;
pub use unzoned::Unzoned;

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
    /// Interfaces whose used ports are known, but not who all connects to them.
    pub refused: Vec<Option<String>>,
    /// Flow logs in folders that were left out, because they lack columns.
    pub lacking: u64,
    /// The ports of all rows of tables, whatever the rows say that they are.
    pub table_ports: UsedPorts,
    /// Files in folders that are no input, and why, until they are noted.
    foreign: Vec<(String, Reason)>,
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
    /// The runs of the addresses of an address list; none where the points are ports.
    pub addresses: Vec<ports::Span>,
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
    /// A list with nothing in it yet.
    fn of_list(name: String) -> Self {
        Self {
            input: Some(name),
            interface: None,
            used: Used::new(),
            addresses: Vec::new(),
            zones: None,
            seen: None,
        }
    }

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

/// Hands each record of the flow logs among the inputs on, whose interface, account and time are
/// selected, instead of judging it; port lists and tables have none.
///
/// # Errors
/// As [`read`], and there the first input that fails is the error.
pub fn send_records(
    inputs: &[String],
    reading: &Reading,
    progress: &dyn Progress,
    sink: Arc<Sink>,
) -> Result<LogReport, InputError> {
    let ledger = Ledger::sending(reading.selection.clone(), sink);
    let reader =
        Reader { reading, format: format(reading)?, policy: None, ledger: &ledger, progress };
    let mut collected = Inputs::default();
    let places = paths::expand(inputs, &mut collected.failures);
    progress.expect(places.iter().map(Place::n_bytes).sum());
    let contents: Vec<_> = places.par_iter().map(|place| reader.read(place)).collect();
    for (place, content) in places.iter().zip(contents) {
        collected.add(place, content, None);
    }
    match collected.failures.into_iter().next() {
        Some(failure) => Err(failure),
        None => Ok(collected.traffic.unwrap_or_default().report),
    }
}

/// Reads a flow log that comes as bytes, and as a file as well where its shape is Parquet.
///
/// # Errors
/// When it is none, or cannot be read at all; a fault after some records is in the reading.
pub fn read_log(
    name: &str,
    bytes: impl Read + Send,
    file: Option<File>,
    reading: &Reading,
    ledger: &Ledger,
) -> Result<shapes::Reading, InputError> {
    let reader = Reader { reading, format: format(reading)?, policy: None, ledger, progress: &() };
    match reader.read_bytes(bytes, file, 0) {
        Ok(Content::Log(read)) => Ok(read),
        Ok(_) => Err(Reason::NoLog.at(name)),
        Err(reason) => Err(reason.at(name)),
    }
}

/// What is said by hand about the fields of logs.
fn format(reading: &Reading) -> Result<Format, InputError> {
    let layout = reading.log_format.as_ref().map(|text| Layout::parse(text, &reading.columns));
    let layout = layout.transpose().map_err(|error| Reason::from(error).at("--log-format"))?;
    Ok(Format { log_format: layout, columns: reading.columns.clone() })
}

/// Reads all inputs.
///
/// An input that cannot be read is a failure among [`Inputs::failures`], and the others are read;
/// files that were found in a folder and are of no known kind are noted and left out.
///
/// # Errors
/// When the log format names a field twice, or there is nothing to work with and no failure says
/// why.
pub fn read(
    inputs: &[String],
    reading: &Reading,
    progress: &dyn Progress,
) -> Result<Inputs, InputError> {
    let format = format(reading)?;
    let zones = reading.zones.clone();
    let policy = zones.map(|zones| Policy::new(zones, reading.other_sources));
    let zones = policy.as_ref().map(|policy| Arc::clone(&policy.zones));
    let ledger = Ledger::with_zones(reading.selection.clone(), zones);
    let reader = Reader { reading, format, policy, ledger: &ledger, progress };
    let mut collected = Inputs::default();
    let places = paths::expand(inputs, &mut collected.failures);
    progress.expect(places.iter().map(Place::n_bytes).sum());
    let contents: Vec<Result<Content, Reason>> =
        places.par_iter().map(|place| reader.read(place)).collect();
    let policy = reader.policy;
    for (place, content) in places.iter().zip(contents) {
        collected.add(place, content, policy.as_ref());
    }
    let foreign = foreign::notes(std::mem::take(&mut collected.foreign));
    collected.notes.extend(foreign);
    let interfaces = ledger.finish(&reading.judgement);
    if let Some(traffic) = &mut collected.traffic {
        traffic.interfaces = interfaces;
    }
    collected.add_interfaces(policy.as_ref());
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
    fn add(&mut self, place: &Place, content: Result<Content, Reason>, policy: Option<&Policy>) {
        let name = place.name();
        match content {
            Ok(Content::List(used)) => {
                let used = from_anywhere(used);
                self.sources.push(Source { used, ..Source::of_list(name) });
            }
            Ok(Content::Addresses(addresses)) => {
                self.sources.push(Source { addresses, ..Source::of_list(name) });
            }
            Ok(Content::Table { table, notes }) => {
                for (protocol, ports) in table.ports {
                    self.table_ports.entry(protocol).or_default().extend(ports.runs());
                }
                let notes = notes.into_iter();
                self.notes.extend(notes.map(|text| Note { input: name.clone(), text }));
                for interface in table.interfaces {
                    let settled = match policy {
                        Some(policy) => policy.of_table(&interface),
                        None => Ok(Settled::anyone(interface.used)),
                    };
                    let source = (Some(name.clone()), interface.interface, None);
                    let source = self.settle(source, settled);
                    self.sources.extend(source);
                }
            }
            Ok(Content::Log(reading)) => self.add_log(place, reading),
            Err(
                reason @ (Reason::Unknown(_)
                | Reason::Unfit(_)
                | Reason::Binary
                | Reason::Empty
                | Reason::Log(Fault::Layout(_))),
            ) if place.was_found() => {
                self.lacking += u64::from(matches!(reason, Reason::Log(_)));
                self.foreign.push((name, reason));
            }
            Err(reason) => self.failures.push(reason.at(&name)),
        }
    }

    /// Puts the interfaces of all flow logs where the first of these logs stood.
    fn add_interfaces(&mut self, policy: Option<&Policy>) {
        let (Some(at), Some(traffic)) = (self.logs_at, &self.traffic) else { return };
        let settle = |interface: &InterfaceTraffic| match policy {
            Some(policy) => policy.of_traffic(interface),
            None => Ok(Settled::anyone(from_anywhere(interface.used()))),
        };
        let settled = traffic.interfaces.iter().map(|interface| {
            let seen = Seen { span: interface.span, classes: interface.classes() };
            ((None, interface.interface.clone(), Some(seen)), settle(interface))
        });
        let settled: Vec<_> = settled.collect();
        let sources: Vec<Source> =
            settled.into_iter().filter_map(|(of, settled)| self.settle(of, settled)).collect();
        self.sources.splice(at..at, sources);
    }

    /// The source of used ports with an input, an interface and what logs showed; or a failure.
    fn settle(
        &mut self,
        (input, interface, seen): (Option<String>, Option<String>, Option<Seen>),
        settled: Result<Settled, Reason>,
    ) -> Option<Source> {
        let name = || name(input.as_deref(), interface.as_deref());
        match settled {
            Ok(Settled { used, zones, note }) => {
                self.notes.extend(note.map(|text| Note { input: name(), text }));
                Some(Source { input, interface, used, addresses: Vec::new(), zones, seen })
            }
            Err(reason) => {
                self.failures.push(reason.at(&name()));
                self.refused.push(interface);
                None
            }
        }
    }

    fn add_log(&mut self, place: &Place, reading: shapes::Reading) {
        let name = place.name();
        let shapes::Reading { report, fault } = reading;
        if let Some(fault) = fault {
            self.failures.push(Reason::Log(fault).at(&name));
        } else if report.records.read == 0 {
            self.add(place, Err(Reason::Empty), None);
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
