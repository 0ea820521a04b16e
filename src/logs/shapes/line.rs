//! Records as lines of text: in text files, and as messages in exports of CloudWatch Logs.

use std::sync::Arc;

use crate::logs::evidence::Recorder;
use crate::logs::flow::{Layout, LayoutError, Malformed, Record};

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
                Some(layout) if require(&layout, recorder.needs()).is_ok() => {
                    recorder.report.assume(&layout);
                    self.layout = Arc::new(needed(layout, recorder.needs()));
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
        require(&self.layout, recorder.needs())?;
        self.layout = Arc::new(needed((*self.layout).clone(), recorder.needs()));
        Ok(())
    }
}

/// The layout that a line names, if it is a header.
pub(super) fn header(line: &[u8], format: &Format) -> Option<Layout> {
    let line = std::str::from_utf8(line).ok()?;
    let is_header = Layout::is_header_line(line, &format.columns);
    is_header.then(|| Layout::parse(line, &format.columns).ok()).flatten()
}

/// The line without the time that stands before each record in what `CloudWatch` Logs exports:
/// `2026-01-05T00:10:00.000Z 2 123456789012 …`, and `2026-01-05T00:10:00+00:00 …` from the command
/// line.
fn without_time(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().position(u8::is_ascii_whitespace)?;
    let (time, rest) = line.split_at(end);
    is_time(time).then(|| rest.trim_ascii_start())
}

/// Whether this is a date and a time of day, with or without fraction and offset.
fn is_time(text: &[u8]) -> bool {
    const TIME: &[u8] = b"0000-00-00T00:00:00";
    let Some((time, rest)) = text.split_at_checked(TIME.len()) else { return false };
    let fraction = rest.strip_prefix(b".").unwrap_or_default();
    let n_digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
    let offset = if n_digits > 0 { &fraction[n_digits..] } else { rest };
    has_form(time, TIME)
        && match offset {
            b"" | b"Z" => true,
            [b'+' | b'-', offset @ ..] => has_form(offset, b"00:00") || has_form(offset, b"0000"),
            _ => false,
        }
}

/// Whether a text has digits where the form has zeros, and else the same characters.
fn has_form(text: &[u8], form: &[u8]) -> bool {
    let fits = |(b, form): (&u8, &u8)| if *form == b'0' { b.is_ascii_digit() } else { b == form };
    text.len() == form.len() && text.iter().zip(form).all(fits)
}

/// Whether a line holds a record in this layout.
pub(super) fn is_record(line: &[u8], layout: &Layout) -> bool {
    let parses = |line| Record::parse(line, layout, crate::logs::flow::Detail::Ports).is_ok();
    parses(line) || without_time(line).is_some_and(parses)
}

/// Whether a line has as many fields as a record and says what became of traffic, whatever is
/// wrong with it otherwise.
pub(super) fn is_like_a_record(line: &[u8], layout: &Layout) -> bool {
    let fields = || line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
    let says = |field: &[u8]| matches!(field, b"ACCEPT" | b"REJECT" | b"NODATA" | b"SKIPDATA");
    fields().count() == layout.n_columns() && fields().any(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_records_are_left_out() {
        for time in [
            "2026-01-05T00:10:00.000Z",
            "2026-01-05T00:10:00Z",
            "2026-01-05T00:10:00.123456+00:00",
            "2026-01-05T00:10:00+00:00",
            "2026-01-05T00:10:00-0330",
            "2026-01-05T00:10:00",
        ] {
            let line = format!("{time}  2 123");
            assert_eq!(without_time(line.as_bytes()), Some(&b"2 123"[..]), "{time}");
        }
        for other in [
            "2026-01-05",
            "2026-01-05T00:10",
            "2026-01-05T00:10:00.",
            "2026-01-05T00:10:00.Z",
            "2026-01-05T00:10:00+1",
            "2026-01-05T00:10:00Zulu",
            "20260-1-05T00:10:00Z",
            "eni-1",
        ] {
            assert_eq!(without_time(format!("{other} 2 123").as_bytes()), None, "{other}");
        }
        let line = "2026-01-05T00:10:00+00:00 \
                    2 123456789012 eni-1 10.0.0.1 10.0.0.2 50000 443 6 1 40 1 2 ACCEPT OK";
        assert!(is_record(line.as_bytes(), &Layout::default()));
    }
}
