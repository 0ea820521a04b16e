//! Records as lines of text: in text files, and as messages in exports of CloudWatch Logs.

use std::sync::Arc;

use crate::evidence::Recorder;
use crate::flow::{Layout, LayoutError, Malformed, Record};

use super::{Format, needed, require};

/// Longer lines are no records; the bound keeps memory small whatever is read.
pub(super) const LONGEST_LINE: usize = 1 << 16;

/// Reads one line after the other. A header line names the fields of those that follow.
#[derive(Debug, Clone)]
pub(super) struct LineReader<'a> {
    pub(super) layout: Arc<Layout>,
    pub(super) format: &'a Format,
}

impl LineReader<'_> {
    /// Hands the record in a line to the recorder; `number` is the line's, from 1.
    pub(super) fn add(&mut self, line: &[u8], number: u64, recorder: &mut Recorder<'_>) {
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        if line.len() > LONGEST_LINE {
            recorder.report.add_malformed(number, Malformed::TooLong(LONGEST_LINE));
            return;
        }
        if let Err(reason) = self.add_record(line, recorder) {
            match header(line, self.format) {
                Some(_) if self.layout.is_fixed() => {}
                Some(layout) if require(&layout, recorder.selection()).is_ok() => {
                    recorder.report.assume(&layout);
                    self.layout = Arc::new(needed(layout, recorder.selection()));
                }
                _ => recorder.report.add_malformed(number, reason),
            }
        }
    }

    fn add_record(&self, line: &[u8], recorder: &mut Recorder<'_>) -> Result<(), Malformed> {
        let detail = recorder.detail();
        let record = match Record::parse(line, &self.layout, detail) {
            Err(Malformed::FieldCount { .. }) if without_time(line).is_some() => {
                let line = without_time(line).unwrap_or(line);
                Record::parse(line, &self.layout, detail)?
            }
            parsed => parsed?,
        };
        recorder.add(&record)
    }

    /// Checks that the fields say what is needed, before the first line.
    pub(super) fn require(&mut self, recorder: &mut Recorder<'_>) -> Result<(), LayoutError> {
        recorder.report.assume(&self.layout);
        require(&self.layout, recorder.selection())?;
        self.layout = Arc::new(needed((*self.layout).clone(), recorder.selection()));
        Ok(())
    }
}

/// The layout that a line names, if it is a header.
pub(super) fn header(line: &[u8], format: &Format) -> Option<Layout> {
    let line = std::str::from_utf8(line).ok()?;
    let is_header = Layout::is_header_line(line, &format.columns);
    is_header.then(|| Layout::parse(line, &format.columns).ok()).flatten()
}

/// The line without the time that CloudWatch Logs puts before each record when it exports them:
/// `2026-01-05T00:10:00.000Z 2 123456789012 …`.
fn without_time(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().position(u8::is_ascii_whitespace)?;
    let (time, rest) = line.split_at(end);
    let digits = |range: std::ops::Range<usize>| {
        time.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let is_time = digits(0..4)
        && time.get(4) == Some(&b'-')
        && digits(5..7)
        && time.get(10) == Some(&b'T')
        && time.last() == Some(&b'Z');
    is_time.then(|| rest.trim_ascii_start())
}

/// Whether a line holds a record in this layout.
pub(super) fn is_record(line: &[u8], layout: &Layout) -> bool {
    let parses = |line| Record::parse(line, layout, crate::flow::Detail::Ports).is_ok();
    parses(line) || without_time(line).is_some_and(parses)
}
