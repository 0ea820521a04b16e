//! JSON: events of `CloudWatch` with records as messages, results of Logs Insights, and records
//! as objects.
//!
//! It is read as a stream of values, each of which is dropped once its record has been taken, so
//! that memory stays small whatever the file holds. Several documents may follow each other, as
//! Firehose and the pages of the command line write them.

#[cfg(test)]
mod laws;
mod reader;
mod row;
mod short;
#[cfg(test)]
mod tests;
mod walk;

use std::io::{self, BufReader, Read};

use serde::de::DeserializeSeed;

use crate::logs::evidence::Ledger;
use crate::logs::flow::Field;

use super::line::is_record;
use super::{Fault, Format, Reading, Shape, Source};
use reader::RowReader;
use short::ShortStrings;
use walk::{Events, Place};

const BUFFER: usize = 1 << 16;

/// Flow logs as JSON.
pub(super) struct Json;

impl Shape for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "events of CloudWatch Logs, results of Logs Insights, or records as objects"
    }

    fn recognises(&self, head: &[u8], format: &Format) -> bool {
        let start = head.trim_ascii_start();
        matches!(start.first(), Some(b'{' | b'[')) && has_records(start, format)
    }

    fn read(&self, source: Source<'_>, format: &Format, ledger: &Ledger) -> Reading {
        let mut events = Events::new(RowReader::new(ledger.recorder(), format));
        let read = read_all(source.stream, &mut events);
        let done = events.rows.number();
        match (read, events.rows.finish()) {
            (Err(error), (report, _)) => {
                Reading { report, fault: Some(Fault::Read { done, error }) }
            }
            (Ok(()), (report, refused)) => Reading { report, fault: refused.map(Fault::Layout) },
        }
    }
}

/// Reads one document after the other.
fn read_all(stream: impl Read, events: &mut Events<'_>) -> io::Result<()> {
    let reader = BufReader::with_capacity(BUFFER, ShortStrings::new(stream));
    let mut documents = serde_json::Deserializer::from_reader(reader);
    loop {
        match documents.end() {
            Ok(()) => return Ok(()),
            Err(error) if error.is_io() => return Err(error.into()),
            // There is another document.
            Err(_) => events.at(Place::Document).deserialize(&mut documents)?,
        }
    }
}

/// Whether JSON that begins like this has one of the lists that are known, a record as a string, or
/// the names of two fields.
fn has_records(head: &[u8], format: &Format) -> bool {
    const LONGEST_NAME: usize = 64;
    let layout = format.layout();
    let mut known: Option<Field> = None;
    // Without regard to escapes: names and records have none.
    for text in head.split(|&b| b == b'"').skip(1) {
        if walk::is_list(text) || is_record(text, &layout) {
            return true;
        }
        let name = std::str::from_utf8(text).ok().filter(|name| name.len() <= LONGEST_NAME);
        let field = name.and_then(|name| reader::field(name, format));
        if field.is_some() && known.is_some() && field != known {
            return true;
        }
        known = known.or(field);
    }
    false
}
