//! Records as named values, or as a text among them.
//!
//! Each row is judged by the names in it, so that the order of rows does not matter. A name that
//! is not there is a column that the log does not have: without `action` a row counts as ACCEPT,
//! without `log-status` as OK, without `protocol` as tcp, and traffic without a port is no record.
//! A value of null is a field that does not apply.

use std::collections::BTreeSet;

use crate::logs::evidence::{LogReport, Recorder};
use crate::logs::flow::{Field, Layout, LayoutError, Malformed, Status, Values};
use crate::logs::shapes::line::{LONGEST_LINE, LineReader};
use crate::logs::shapes::{Format, needed, require};

use super::row::{END, Row};

/// Sequences of names that are remembered; a log has one, or a few where values may be absent.
const REMEMBERED: usize = 16;

/// What a sequence of names means.
#[derive(Debug)]
struct Known {
    names: String,
    meaning: Meaning,
}

#[derive(Debug, Clone)]
enum Meaning {
    /// Fields by their names.
    Fields(Fields),
    /// The record is the text in this cell.
    Message(usize),
    /// One field twice.
    Twice(LayoutError),
    /// Nothing of a flow log.
    Nothing,
}

/// The fields of rows.
#[derive(Debug, Clone)]
struct Fields {
    layout: Layout,
    /// Why traffic with these fields does not say what is needed.
    missing: Option<LayoutError>,
    /// Whether there was traffic with these fields.
    is_used: bool,
}

/// Takes rows and messages.
pub(super) struct RowReader<'a> {
    pub(super) recorder: Recorder<'a>,
    lines: LineReader<'a>,
    known: Vec<Known>,
    /// The fields that some row has had.
    seen: Vec<Field>,
    /// What was taken instead of fields that some traffic did not have.
    assumed: BTreeSet<&'static str>,
    /// Whether messages say what is needed, once there was one.
    messages: Option<Result<(), LayoutError>>,
    /// Rows and messages so far.
    number: u64,
}

/// What can be taken back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    number: u64,
    malformed: u64,
    shown: usize,
}

impl<'a> RowReader<'a> {
    pub(super) fn new(recorder: Recorder<'a>, format: &'a Format) -> Self {
        let lines = LineReader { layout: format.layout().into(), format };
        Self {
            recorder,
            lines,
            known: Vec::new(),
            seen: Vec::new(),
            assumed: BTreeSet::new(),
            messages: None,
            number: 0,
        }
    }

    /// Rows and messages so far.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Takes the record in a row, if it has any cells.
    pub(super) fn add(&mut self, row: &Row) {
        if row.is_empty() {
            return;
        }
        if let Err(reason) = self.add_row(row) {
            self.add_malformed(reason);
        }
    }

    /// Takes the record in a text.
    pub(super) fn add_message(&mut self, message: &[u8]) {
        self.number += 1;
        let (lines, recorder) = (&mut self.lines, &mut self.recorder);
        match self.messages.get_or_insert_with(|| lines.require(recorder)) {
            Ok(()) => self.lines.add(message, self.number, &mut self.recorder),
            Err(error) => {
                let reason = Malformed::Other(error.to_string());
                self.recorder.report.add_malformed(self.number, reason);
            }
        }
    }

    /// Counts what is no record.
    pub(super) fn add_malformed(&mut self, reason: Malformed) {
        self.number += 1;
        self.recorder.report.add_malformed(self.number, reason);
    }

    fn add_row(&mut self, row: &Row) -> Result<(), Malformed> {
        if row.is_too_long() {
            return Err(Malformed::TooLong(LONGEST_LINE));
        }
        let known = self.known.iter().position(|known| known.names == row.names);
        let known = known.unwrap_or_else(|| self.learn(row));
        match &mut self.known[known].meaning {
            Meaning::Fields(fields) => {
                let mut values = Values::default();
                for (column, value) in row.values().enumerate() {
                    if let Some(field) = fields.layout.field(column) {
                        values.set(field, value.trim_ascii());
                    }
                }
                let record = values.record(self.recorder.detail())?;
                // Only traffic has to have all fields.
                let is_traffic = matches!(record.status, Status::Accepted | Status::Rejected);
                if let Some(error) = fields.missing.as_ref().filter(|_| is_traffic) {
                    return Err(lacking(error));
                }
                self.recorder.add(&record)?;
                if is_traffic && !fields.is_used {
                    fields.is_used = true;
                    self.assumed.extend(fields.layout.assumptions());
                }
                self.number += 1;
                Ok(())
            }
            &mut Meaning::Message(column) => {
                self.add_message(row.values().nth(column).unwrap_or_default());
                Ok(())
            }
            Meaning::Twice(error) => Err(Malformed::Other(error.to_string())),
            Meaning::Nothing => Err(Malformed::Other("it has no field of a flow log".to_owned())),
        }
    }

    /// Finds out what the names of a row mean.
    fn learn(&mut self, row: &Row) -> usize {
        if self.known.len() == REMEMBERED {
            self.known.clear();
        }
        let mut meaning = meaning(&row.names, self.lines.format);
        if let Meaning::Fields(fields) = &mut meaning {
            let layout = std::mem::take(&mut fields.layout);
            let named = (0..layout.n_columns()).filter_map(|column| layout.field(column));
            let new: Vec<Field> = named.filter(|field| !self.seen.contains(field)).collect();
            self.seen.extend(new);
            fields.missing = require(&layout, self.recorder.needs()).err();
            fields.layout = needed(layout, self.recorder.needs());
        }
        self.known.push(Known { names: row.names.clone(), meaning });
        self.known.len() - 1
    }

    /// A layout with all fields that were seen.
    fn seen_layout(&self) -> Layout {
        let names = self.seen.iter().map(|field| field.name());
        Layout::of_names(names, &[]).unwrap_or_default()
    }

    /// Where the reading is.
    pub(super) fn mark(&self) -> Mark {
        let report = &self.recorder.report;
        let malformed = report.records.malformed;
        Mark { number: self.number, malformed, shown: report.malformed.len() }
    }

    /// Takes back what was counted as malformed since then.
    pub(super) fn forget_malformed(&mut self, since: Mark) {
        let report = &mut self.recorder.report;
        let n = report.records.malformed - since.malformed;
        report.records.malformed -= n;
        report.records.read -= n;
        report.malformed.truncate(since.shown);
        self.number = since.number;
    }

    /// The report, and why not one of all records said what is needed.
    pub(super) fn finish(mut self) -> (LogReport, Option<LayoutError>) {
        let mut report = std::mem::take(&mut self.recorder.report);
        let seen = self.seen_layout();
        let no_row = self.seen.is_empty();
        let missing = require(&seen, self.recorder.needs()).err().filter(|_| !no_row);
        let missing = missing.or(self.messages.and_then(Result::err));
        if let Some(error) = missing.filter(|_| report.none_valid()) {
            return (LogReport::default(), Some(error));
        }
        // What no row has is said as of any log; what some have, others may not.
        let everywhere: Vec<_> = seen.assumptions().collect();
        for assumption in self.assumed {
            if everywhere.contains(&assumption) {
                report.assumptions.insert(assumption);
            } else {
                report.add_note(format!("some rows are as in a log with {assumption}"));
            }
        }
        (report, None)
    }
}

/// Why a row of traffic is no record.
fn lacking(error: &LayoutError) -> Malformed {
    match error {
        LayoutError::NoPort(field) => {
            let (value, expected) = ("-".to_owned(), "a port, 0 to 65535");
            Malformed::Field { field, value, expected }
        }
        other => Malformed::Other(other.to_string()),
    }
}

/// What cells of these names mean: fields where one of them is a port, else a message.
fn meaning(names: &str, format: &Format) -> Meaning {
    let names = || names.split_terminator(END);
    let layout = Layout::of_names(names(), &format.columns);
    let has_port = |layout: &Layout| layout.has(Field::Srcport) || layout.has(Field::Dstport);
    let has_field = |layout: &Layout| (0..layout.n_columns()).any(|i| layout.field(i).is_some());
    let fields = |layout| Fields { layout, missing: None, is_used: false };
    let message = names().position(|name| matches!(name, "message" | "@message"));
    match (layout, message) {
        (Ok(layout), _) if has_port(&layout) => Meaning::Fields(fields(layout)),
        (_, Some(column)) => Meaning::Message(column),
        (Ok(layout), None) if has_field(&layout) => Meaning::Fields(fields(layout)),
        (Ok(_), None) => Meaning::Nothing,
        (Err(error), None) => Meaning::Twice(error),
    }
}

/// The field of this name.
pub(super) fn field(name: &str, format: &Format) -> Option<Field> {
    let by_hand = format.columns.iter().find(|column| column.is(name));
    by_hand.map(|column| column.field).or_else(|| Field::named(name))
}
