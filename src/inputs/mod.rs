//! Inputs: files, folders, patterns and standard input, read into used ports.
//!
//! Each port list is an input of its own; all flow logs are one.

mod kind;
mod paths;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::flow::{self, Layout, LayoutError, Selection, Traffic};
use crate::port_list::{self, EntryError, LineError, UsedPorts};

pub use kind::InputFormat;
use kind::Kind;
use paths::Place;

/// How much of a file is looked at to tell what it is, in bytes.
const HEAD: u64 = 1 << 16;

/// How inputs are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Which records of flow logs count.
    #[serde(flatten)]
    pub selection: Selection,
    /// What every input is, where that is not to be recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_format: Option<InputFormat>,
    /// The fields of flow logs without a header line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<String>,
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
    pub used: UsedPorts,
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

/// Why inputs could not be read.
#[derive(Debug, Error)]
#[error("{input}{separator}{reason}", separator = if matches!(reason, Reason::Entry(_)) { ":" } else { ": " })]
pub struct InputError {
    /// The input.
    pub input: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with an input.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say what the cases are")]
pub enum Reason {
    #[error("{0}")]
    Open(io::Error),
    #[error("{error}{}; the file is damaged or cut off", after(*.lines))]
    Read { lines: u64, error: io::Error },
    #[error("matches no file")]
    NoMatch,
    #[error("not a pattern: {0}")]
    Pattern(#[from] glob::PatternError),
    #[error("no port and no record in it")]
    Empty,
    #[error("none of its records is valid; {}", first_malformed(.0))]
    AllMalformed(Box<Traffic>),
    #[error(
        "neither a port list (such as 443 or 80-86) nor a flow log; its first line is '{0}'. A flow log without a header line needs --log-format"
    )]
    Unknown(String),
    #[error("{0}")]
    Entry(#[from] LineError<EntryError>),
    #[error("not UTF-8, so not a port list")]
    NotText,
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

fn after(lines: u64) -> String {
    if lines == 0 { String::new() } else { format!(" after {lines} lines") }
}

fn first_malformed(traffic: &Traffic) -> String {
    let first = traffic.malformed.first();
    first.map_or(String::new(), |first| format!("line {}: {}", first.line, first.reason))
}

impl Reason {
    fn at(self, input: &str) -> InputError {
        InputError { input: input.to_owned(), reason: self }
    }
}

/// What one file held.
enum Content {
    List(UsedPorts),
    Log(Traffic),
}

/// Reads all inputs; `progress` is called after each file.
///
/// # Errors
/// The first input, in order, that cannot be read, holds nothing, or has a bad line. Files that were
/// found in a folder and are of no known kind are noted and left out instead.
pub fn read(
    inputs: &[String],
    reading: &Reading,
    started: &(dyn Fn(usize) + Sync),
    progress: &(dyn Fn() + Sync),
) -> Result<Inputs, InputError> {
    let log_format = match &reading.log_format {
        Some(fields) => {
            Some(Layout::parse(fields).map_err(|e| Reason::from(e).at("--log-format"))?)
        }
        None => None,
    };
    let places = paths::expand(inputs)?;
    started(places.len());
    let contents: Vec<Result<Content, Reason>> = places
        .par_iter()
        .map(|place| {
            let content = read_place(place, reading, log_format.as_ref());
            progress();
            content
        })
        .collect();
    let mut collected = Inputs::default();
    for (place, content) in places.iter().zip(contents) {
        collected.add(place, content)?;
    }
    collected.add_interfaces();
    let none_valid = |t: &Traffic| t.records.read == t.records.malformed;
    if collected.sources.is_empty() && collected.traffic.as_ref().is_none_or(none_valid) {
        return Err(Reason::Empty.at(&inputs.join(", ")));
    }
    Ok(collected)
}

impl Inputs {
    /// Adds what a file held, or says why it is left out.
    fn add(&mut self, place: &Place, content: Result<Content, Reason>) -> Result<(), InputError> {
        let name = place.name();
        match content {
            Ok(Content::List(used)) => {
                self.sources.push(Source { input: Some(name), interface: None, used });
            }
            Ok(Content::Log(traffic)) => self.add_log(&name, traffic),
            Err(Reason::AllMalformed(traffic)) if place.was_found() => {
                self.add_log(&name, *traffic);
            }
            Err(reason @ (Reason::Unknown(_) | Reason::Empty | Reason::Layout(_)))
                if place.was_found() =>
            {
                let text = format!("skipped: {reason}");
                self.notes.push(Note { input: name, text });
            }
            Err(reason) => return Err(reason.at(&name)),
        }
        Ok(())
    }

    /// Puts the interfaces of all flow logs where the first of these logs stood.
    fn add_interfaces(&mut self) {
        if let (Some(at), Some(traffic)) = (self.logs_at, &self.traffic) {
            let interfaces = traffic.interfaces().into_iter();
            let sources =
                interfaces.map(|(interface, used)| Source { input: None, interface, used });
            self.sources.splice(at..at, sources);
        }
    }

    fn add_log(&mut self, name: &str, traffic: Traffic) {
        self.logs_at.get_or_insert(self.sources.len());
        let mut note = |text| self.notes.push(Note { input: name.to_owned(), text });
        for assumption in &traffic.assumptions {
            note((*assumption).to_owned());
        }
        for malformed in &traffic.malformed {
            note(format!("line {}: not a record: {}", malformed.line, malformed.reason));
        }
        let unnamed = traffic.records.malformed - traffic.malformed.len() as u64;
        if unnamed > 0 {
            note(format!("{unnamed} more lines are not records"));
        }
        match &mut self.traffic {
            Some(all) => all.merge(traffic),
            None => self.traffic = Some(traffic),
        }
    }
}

fn read_place(
    place: &Place,
    reading: &Reading,
    log_format: Option<&Layout>,
) -> Result<Content, Reason> {
    match place {
        Place::Stdin => read_stream(BufReader::new(io::stdin().lock()), reading, log_format),
        Place::Named(path) | Place::Found(path) => {
            let file = File::open(path).map_err(Reason::Open)?;
            read_stream(BufReader::with_capacity(1 << 17, file), reading, log_format)
        }
    }
}

/// Reads a stream that may be gzip.
fn read_stream(
    mut stream: impl BufRead,
    reading: &Reading,
    log_format: Option<&Layout>,
) -> Result<Content, Reason> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let failed = |error| Reason::Read { lines: 0, error };
    if stream.fill_buf().map_err(Reason::Open)?.starts_with(&GZIP) {
        let plain = BufReader::with_capacity(1 << 17, MultiGzDecoder::new(stream));
        read_plain(plain, reading, log_format, failed)
    } else {
        read_plain(stream, reading, log_format, failed)
    }
}

fn read_plain(
    mut stream: impl BufRead,
    reading: &Reading,
    log_format: Option<&Layout>,
    failed: impl Fn(io::Error) -> Reason,
) -> Result<Content, Reason> {
    let mut head = Vec::new();
    stream.by_ref().take(HEAD).read_to_end(&mut head).map_err(&failed)?;
    let start = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let kind = kind::recognise(&head[start..], reading.input_format, log_format)?;
    let mut whole = head[start..].chain(stream);
    match kind {
        Kind::List => {
            let mut text = Vec::new();
            whole.read_to_end(&mut text).map_err(failed)?;
            let text = String::from_utf8(text).map_err(|_| Reason::NotText)?;
            let used = port_list::parse(&text)?;
            if used.is_empty() {
                return Err(Reason::Empty);
            }
            Ok(Content::List(used))
        }
        Kind::Log(layout) => {
            layout.require(reading.selection.port)?;
            let traffic = flow::read(&mut whole, layout, &reading.selection)
                .map_err(|(lines, error)| Reason::Read { lines, error })?;
            let records = traffic.records;
            match records.read {
                0 => Err(Reason::Empty),
                n if n == records.malformed => Err(Reason::AllMalformed(Box::new(traffic))),
                _ => Ok(Content::Log(traffic)),
            }
        }
    }
}
