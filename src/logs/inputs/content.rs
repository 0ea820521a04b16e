//! What one file holds.

use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::Ordering;

use crate::logs::evidence::{Judgement, Ledger, table};
use crate::logs::shapes::{self, Format, Shape};
use crate::problem::address_list;
use crate::problem::number::counted;
use crate::problem::port_list::{self, UsedPorts};
use crate::problem::ports::Span;

use super::error::Reason;
use super::kind::{self, InputFormat};
use super::paths::{Place, unopened};
use super::policy::Policy;
use super::progress::Progress;
use super::reading::Reading;
use super::stream;

/// How much of a file is looked at to tell what it is, in bytes.
const HEAD: u64 = 1 << 16;

/// What some programs put before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What one file held.
pub(super) enum Content {
    List(UsedPorts),
    Addresses(Vec<Span>),
    Table { table: table::Judged, notes: Vec<String> },
    Log(shapes::Reading),
}

/// How files are read.
pub(super) struct Reader<'a> {
    pub(super) reading: &'a Reading,
    pub(super) format: Format,
    pub(super) policy: Option<Policy>,
    pub(super) ledger: &'a Ledger,
    pub(super) progress: &'a dyn Progress,
}

impl Reader<'_> {
    /// Reads one file.
    pub(super) fn read(&self, place: &Place) -> Result<Content, Reason> {
        match place {
            Place::Stdin => self.read_bytes(io::stdin(), None, 0),
            Place::Ports(text) => self.read_bytes(io::Cursor::new(text.as_bytes()), None, 0),
            Place::Named(path) | Place::Found(path) => {
                let file = File::open(path).map_err(|error| unopened(path, error))?;
                let again = file.try_clone().ok().filter(|_| path.is_file());
                self.read_bytes(file, again, place.n_bytes())
            }
        }
    }

    /// Reads bytes, which are those of a file of this size where there is one.
    pub(super) fn read_bytes(
        &self,
        bytes: impl Read + Send,
        file: Option<File>,
        n_bytes: u64,
    ) -> Result<Content, Reason> {
        let Self { reading, progress, .. } = *self;
        let stream = stream::open(bytes, progress).map_err(Reason::Open)?;
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
        match kind::recognise(head, reading.input_format, &self.format)? {
            InputFormat::Ports => {
                if self.policy.is_some() {
                    return Err(Reason::NoSources("a port list"));
                }
                let used = port_list::parse(&text(whole)?)?;
                let used = Some(used).filter(|used| !used.is_empty()).ok_or(Reason::Empty)?;
                Ok(Content::List(used))
            }
            InputFormat::Addresses => {
                if self.policy.is_some() {
                    return Err(Reason::NoSources("an address list"));
                }
                let runs = address_list::parse(&text(whole)?)?;
                let runs = Some(runs).filter(|runs| !runs.is_empty()).ok_or(Reason::Empty)?;
                Ok(Content::Addresses(runs))
            }
            InputFormat::Table => self.table(&text(whole)?),
            InputFormat::Log(shape) => {
                let file = file.filter(|_| !compressed && start == 0);
                let source = shapes::Source { head, stream: Box::new(whole), file };
                let content = read_log(shape, source, &self.format, self.ledger);
                // Some shapes read the file itself, here and there.
                progress.advance(n_bytes.saturating_sub(n_read.load(Ordering::Relaxed)));
                content
            }
        }
    }
}

impl Reader<'_> {
    fn table(&self, text: &str) -> Result<Content, Reason> {
        let Reading { selection, judgement, .. } = self.reading;
        let naming = self.policy.as_ref().map(Policy::naming);
        let table = table::judged(text, selection, judgement, naming)?;
        if self.policy.is_some() && !table.has_zones {
            let what = "a table of ports without both of the columns zone and family";
            return Err(Reason::NoSources(what));
        }
        let notes = about_table(&table, self.reading);
        Ok(Content::Table { table, notes })
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
    if table.has_zones && reading.zones.is_none() {
        let note =
            "the table tells zones apart, and without --zones its ports count whoever connects";
        notes.push(note.to_owned());
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
