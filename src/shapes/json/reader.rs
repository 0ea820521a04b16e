//! Records as named values, or as a text among them.

use crate::evidence::{LogReport, Recorder};
use crate::flow::{Field, Layout, LayoutError, Malformed, Status, Values};
use crate::shapes::line::{LONGEST_LINE, LineReader};
use crate::shapes::{Format, needed, require};

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
    Fields(Layout),
    /// The record is the text in this cell.
    Message(usize),
    /// One field twice.
    Twice(LayoutError),
    /// Nothing of a flow log.
    Nothing,
}

/// Takes rows and messages.
#[derive(Debug)]
pub(super) struct RowReader<'a> {
    pub(super) recorder: Recorder<'a>,
    lines: LineReader<'a>,
    known: Vec<Known>,
    /// The fields that some row has had; where another one has them not, they do not apply there.
    seen: Vec<Field>,
    /// Why rows with all these fields do not say what is needed.
    missing: Option<LayoutError>,
    /// The same of messages, once there was one.
    messages: Option<Result<(), LayoutError>>,
    /// Whether the assumptions on rows with these fields have been reported.
    is_assumed: bool,
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
            missing: None,
            messages: None,
            is_assumed: false,
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
        match &self.known[known].meaning {
            Meaning::Fields(layout) => {
                let mut values = Values::default();
                self.seen.iter().for_each(|&field| values.set(field, b""));
                for (column, value) in row.values().enumerate() {
                    if let Some(field) = layout.field(column) {
                        values.set(field, value.trim_ascii());
                    }
                }
                self.add_values(&values)
            }
            &Meaning::Message(column) => {
                self.add_message(row.values().nth(column).unwrap_or_default());
                Ok(())
            }
            Meaning::Twice(error) => Err(Malformed::Other(error.to_string())),
            Meaning::Nothing => Err(Malformed::Other("it has no field of a flow log".to_owned())),
        }
    }

    fn add_values(&mut self, values: &Values<'_>) -> Result<(), Malformed> {
        let record = values.record(self.recorder.detail())?;
        // Only traffic has to have all fields.
        if matches!(record.status, Status::Accepted | Status::Rejected) {
            if let Some(error) = &self.missing {
                return Err(Malformed::Other(error.to_string()));
            }
            if !self.is_assumed {
                self.is_assumed = true;
                self.recorder.report.assume(&self.seen_layout());
            }
        }
        self.recorder.add(&record)?;
        self.number += 1;
        Ok(())
    }

    /// Finds out what the names of a row mean.
    fn learn(&mut self, row: &Row) -> usize {
        if self.known.len() == REMEMBERED {
            self.known.clear();
        }
        let mut meaning = meaning(&row.names, self.lines.format);
        if let Meaning::Fields(layout) = &mut meaning {
            let fields = (0..layout.n_columns()).filter_map(|column| layout.field(column));
            let n_seen = self.seen.len();
            let new: Vec<Field> = fields.filter(|field| !self.seen.contains(field)).collect();
            self.seen.extend(new);
            if self.seen.len() > n_seen {
                self.missing = require(&self.seen_layout(), self.recorder.selection()).err();
                self.is_assumed = false;
            }
            *layout = needed(layout.clone(), self.recorder.selection());
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
        let report = std::mem::take(&mut self.recorder.report);
        let missing = self.missing.or(self.messages.and_then(Result::err));
        match missing {
            Some(error) if report.none_valid() => (LogReport::default(), Some(error)),
            _ => (report, None),
        }
    }
}

/// What cells of these names mean: fields where one of them is a port, else a message.
fn meaning(names: &str, format: &Format) -> Meaning {
    let names = || names.split_terminator(END);
    let layout = Layout::of_names(names(), &format.columns);
    let has_port = |layout: &Layout| layout.has(Field::Srcport) || layout.has(Field::Dstport);
    let has_field = |layout: &Layout| (0..layout.n_columns()).any(|i| layout.field(i).is_some());
    let message = names().position(|name| matches!(name, "message" | "@message"));
    match (layout, message) {
        (Ok(layout), _) if has_port(&layout) => Meaning::Fields(layout),
        (_, Some(column)) => Meaning::Message(column),
        (Ok(layout), None) if has_field(&layout) => Meaning::Fields(layout),
        (Ok(_), None) => Meaning::Nothing,
        (Err(error), None) => Meaning::Twice(error),
    }
}

/// The field of this name.
pub(super) fn field(name: &str, format: &Format) -> Option<Field> {
    let by_hand = format.columns.iter().find(|column| column.is(name));
    by_hand.map(|column| column.field).or_else(|| Field::named(name))
}
