//! The same records in all shapes, and how tests read them.

use std::io::{self, Read};
use std::sync::Arc;

use crate::logs::evidence::{InterfaceTraffic, Judgement, Ledger, LogReport};
use crate::logs::flow::{Selection, ServicePort};

use super::line::LineReader;
use super::{Format, Reading, Shape, Source};

/// As many bytes are shown to those who recognise a file.
const HEAD: usize = 1 << 16;

/// The fields of the default format.
pub(super) const NAMES: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// Records of all kinds in the default format: a web server, its calls to a database and a
/// resolver, a scan, and windows without traffic.
pub(super) fn lines() -> Vec<String> {
    let mut lines = Vec::new();
    for client in 1..=4 {
        let (there, here) =
            (format!("10.0.1.{client} 10.0.0.9"), format!("10.0.0.9 10.0.1.{client}"));
        lines.push(format!(
            "2 123456789012 eni-0a {there} 5000{client} 443 6 9 900 100 160 ACCEPT OK"
        ));
        lines.push(format!(
            "2 123456789012 eni-0a {here} 443 5000{client} 6 9 900 100 160 ACCEPT OK"
        ));
    }
    for line in [
        "eni-0a 10.0.0.9 10.0.2.1 40001 5432 6 5 500 101 161 ACCEPT OK",
        "eni-0a 10.0.2.1 10.0.0.9 5432 40001 6 5 500 101 161 ACCEPT OK",
        "eni-0a 10.0.0.9 10.0.2.2 40002 53 17 1 60 102 162 ACCEPT OK",
        "eni-0a 192.0.2.7 10.0.0.9 60000 23 6 1 40 103 163 REJECT OK",
        "eni-0b 2001:db8::1 2001:db8::2 50000 22 6 7 700 104 164 ACCEPT OK",
        "eni-0b 10.0.1.1 10.0.0.8 0 0 1 4 336 105 165 ACCEPT OK",
        "eni-0c - - - - - - - 106 166 - NODATA",
        "eni-0d - - - - - - - 107 167 - SKIPDATA",
    ] {
        lines.push(format!("2 123456789012 {line}"));
    }
    lines
}

/// The values of each record.
pub(super) fn rows() -> Vec<Vec<String>> {
    lines().iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// What came of reading a file.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) report: LogReport,
    /// The message of the fault.
    pub(super) fault: Option<String>,
    pub(super) interfaces: Vec<InterfaceTraffic>,
}

impl Outcome {
    fn new(reading: Reading, ledger: Ledger) -> Self {
        let fault = reading.fault.map(|fault| fault.to_string());
        let interfaces = ledger.finish(&Judgement::default());
        Self { report: reading.report, fault, interfaces }
    }

    /// Records of each kind: read, accepted, rejected, nodata, skipdata, malformed.
    pub(super) fn counts(&self) -> [u64; 6] {
        let n = &self.report.records;
        [n.read, n.accepted, n.rejected, n.nodata, n.skipdata, n.malformed]
    }

    /// Malformed lines that are shown, each with its number.
    pub(super) fn malformed(&self) -> Vec<String> {
        let show = |m: &crate::logs::evidence::MalformedLine| format!("{}: {}", m.line, m.reason);
        self.report.malformed.iter().map(show).collect()
    }

    /// Asserts that the file was read to its end without any damage, and showed what the sample
    /// records show.
    pub(super) fn assert_is_sample(&self) {
        let expected = sample();
        assert_eq!((&self.fault, self.malformed()), (&None, vec![]));
        assert_eq!(self.counts(), expected.counts());
        assert_eq!(format!("{:?}", self.interfaces), format!("{:?}", expected.interfaces));
    }
}

/// The outcome of the sample records as lines.
fn sample() -> Outcome {
    let ledger = Ledger::new(Selection::default());
    let mut recorder = ledger.recorder();
    let mut reader = LineReader { layout: Arc::default(), format: &Format::default() };
    for (number, line) in (1..).zip(lines()) {
        reader.add(line.as_bytes(), number, &mut recorder);
    }
    let report = std::mem::take(&mut recorder.report);
    drop(recorder);
    Outcome::new(Reading { report, fault: None }, ledger)
}

/// Reads bytes in the given shape.
pub(super) fn read(shape: &dyn Shape, bytes: impl AsRef<[u8]>) -> Outcome {
    let selection = Selection::default();
    read_as(shape, bytes.as_ref(), bytes.as_ref(), &Format::default(), selection)
}

/// Reads bytes of which only the destination port matters.
pub(super) fn read_dst(shape: &dyn Shape, bytes: impl AsRef<[u8]>) -> Outcome {
    let selection = Selection { port: ServicePort::Dst, ..Selection::default() };
    read_as(shape, bytes.as_ref(), bytes.as_ref(), &Format::default(), selection)
}

/// Reads a stream that begins like this.
pub(super) fn read_as(
    shape: &dyn Shape,
    head: &[u8],
    stream: impl Read + Send,
    format: &Format,
    selection: Selection,
) -> Outcome {
    let ledger = Ledger::new(selection);
    let head = &head[..head.len().min(HEAD)];
    let source = Source { head, stream: Box::new(stream), file: None };
    let reading = shape.read(source, format, &ledger);
    Outcome::new(reading, ledger)
}

/// Fails as a file does that was cut off within its compressed bytes.
pub(super) struct CutOff;

impl Read for CutOff {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "unexpected end of file"))
    }
}

#[test]
fn what_is_handed_on_is_what_is_read() {
    use std::sync::Mutex;

    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let sink = Arc::new(move |record: &crate::logs::flow::Record<'_>| {
        let interface = String::from_utf8_lossy(record.interface.unwrap_or_default()).into_owned();
        kept.lock().unwrap().push((interface, record.dstport, record.status));
    });
    let selection = Selection { interfaces: vec!["eni-0b".to_owned()], ..Selection::default() };
    let ledger = Ledger::sending(selection, sink);
    let text = lines().join("\n");
    let source =
        Source { head: text.as_bytes(), stream: Box::new(io::Cursor::new(&text)), file: None };
    let reading = super::text::Text.read(source, &Format::default(), &ledger);
    let accepted = crate::logs::flow::Status::Accepted;
    let expected = [22, 0].map(|port| ("eni-0b".to_owned(), Some(port), accepted));
    assert_eq!(*seen.lock().unwrap(), expected);
    assert_eq!(reading.report.left_out.interface, lines().len() as u64 - 2);
    assert!(ledger.finish(&Judgement::default()).is_empty());
}
