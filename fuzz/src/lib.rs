//! What the fuzz targets share: how bytes are read in some mode, and the laws that every reading
//! keeps.
//!
//! A law that does not hold is a panic, and that is a finding, as any other panic is.

use std::alloc::{GlobalAlloc, Layout as Memory, System};
use std::fmt::Debug;
use std::fs;
use std::io::{self, Read};
use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;

use rangecover::logs::evidence::table;
use rangecover::logs::evidence::{InterfaceTraffic, Judgement, Ledger, LogReport, Records};
use rangecover::logs::flow::{Action, ColumnName, Layout, Selection, ServicePort};
use rangecover::logs::shapes::{Fault, Format, Source, shape};
use rangecover::problem::port_list::UsedPorts;
use rangecover::problem::ports::Protocol;

/// As many bytes are shown to those who recognise a file.
const HEAD: usize = 1 << 16;

/// The fields of records where the mode says them by hand: they differ from the default ones.
const LOG_FORMAT: &str = "${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                          ${action} ${tcp-flags} ${flow-direction} ${start} ${end}";

/// Columns that are called something unusual where the mode says so.
const COLUMNS: [&str; 2] = ["dstport=door", "interface-id=nic"];

/// Refuses memory beyond a limit, as `-malloc_limit_mb` does where a sanitizer is linked; without
/// one, libFuzzer sees only memory that has been written to. Who asks for more than there is
/// either copes or ends the program, and that is a finding.
struct Capped;

const MOST_BYTES: usize = 1 << 30;

#[global_allocator]
static MEMORY: Capped = Capped;

// SAFETY: every call is handed to the system's allocator as it is; null is what an allocator
// returns when it has no memory.
unsafe impl GlobalAlloc for Capped {
    unsafe fn alloc(&self, memory: Memory) -> *mut u8 {
        if memory.size() > MOST_BYTES {
            return std::ptr::null_mut();
        }
        unsafe { System.alloc(memory) }
    }

    unsafe fn alloc_zeroed(&self, memory: Memory) -> *mut u8 {
        if memory.size() > MOST_BYTES {
            return std::ptr::null_mut();
        }
        unsafe { System.alloc_zeroed(memory) }
    }

    unsafe fn realloc(&self, at: *mut u8, memory: Memory, size: usize) -> *mut u8 {
        if size > MOST_BYTES {
            return std::ptr::null_mut();
        }
        unsafe { System.realloc(at, memory, size) }
    }

    unsafe fn dealloc(&self, at: *mut u8, memory: Memory) {
        unsafe { System.dealloc(at, memory) }
    }
}

/// The last panic in the source of another crate.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Lets panics in other crates unwind, for each target to call first.
///
/// libFuzzer's hook ends the program at every panic, but those of the `parquet` crate are caught on
/// purpose. Whatever nobody catches ends the program nevertheless; panics in the source of
/// rangecover always do, so that no `catch_unwind` hides them.
pub fn let_others_unwind() {
    let ends = panic::take_hook();
    panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
        let is_of_others = panic.location().is_some_and(|at| at.file().contains("/registry/src/"));
        if is_of_others {
            *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
        } else {
            ends(panic);
        }
    }));
}

/// Says, while a panic of another crate unwinds through it, what that was.
pub struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        if thread::panicking() {
            let last = LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner);
            eprintln!("nobody caught this: {last}");
        }
    }
}

/// How bytes are read: the first of them says so. `0` is the plain mode, `1` counts destination
/// ports, `2` source ports; the README has all bits.
#[derive(Debug)]
pub struct Mode {
    /// Which records count.
    pub selection: Selection,
    /// The fields of records without a header.
    pub log_format: Option<String>,
    /// Columns that are called something unusual.
    pub columns: Vec<ColumnName>,
    /// The file is read again with many blank lines in it, so that it has several blocks.
    pub apart: bool,
    /// The file is read again from a stream that fails at the end.
    pub cut_off: bool,
}

impl Mode {
    /// The mode that the first byte says, and the other bytes.
    #[must_use]
    pub fn of(data: &[u8]) -> Option<(Self, &[u8])> {
        let (&bits, bytes) = data.split_first()?;
        let mut selection = Selection::default();
        match bits & 3 {
            1 => selection.port = ServicePort::Dst,
            2 => selection.port = ServicePort::Src,
            3 => selection.action = Action::All,
            _ => {}
        }
        match bits >> 2 & 3 {
            1 => (selection.since, selection.until) = (Some(100), Some(1 << 31)),
            2 => {
                selection.accounts = vec!["123456789012".to_owned()];
                selection.protocols = vec![Protocol::Udp];
            }
            3 => selection.interfaces = vec!["eni-1".to_owned()],
            _ => {}
        }
        let columns = COLUMNS.iter().map(|column| column.parse().expect("a column and a name"));
        let mode = Self {
            selection,
            log_format: (bits >> 4 & 3 == 1).then(|| LOG_FORMAT.to_owned()),
            columns: if bits >> 4 & 3 == 2 { columns.collect() } else { Vec::new() },
            apart: bits >> 6 & 1 == 1,
            cut_off: bits >> 7 & 1 == 1,
        };
        Some((mode, bytes))
    }

    fn format(&self) -> Format {
        let parse = |fields: &String| Layout::parse(fields, &self.columns).expect("distinct");
        Format { log_format: self.log_format.as_ref().map(parse), columns: self.columns.clone() }
    }
}

/// What came of reading a file.
struct Outcome {
    report: LogReport,
    fault: Option<Fault>,
    interfaces: Vec<InterfaceTraffic>,
}

impl Outcome {
    /// Everything that there is to compare.
    fn shown(&self) -> impl PartialEq + Debug {
        let fault = self.fault.as_ref().map(ToString::to_string);
        (format!("{:?}", self.report), fault, format!("{:?}", self.interfaces))
    }

    /// The same without what depends on where lines stand. That is also the reason why a row is
    /// malformed: blank lines before a line say nothing, unless they stand in an open quote.
    fn content(&self) -> impl PartialEq + Debug {
        let report = &self.report;
        let left_out = (report.left_out, report.without_ports.clone(), report.notes.clone());
        (report.records, left_out, format!("{:?}", self.interfaces))
    }
}

fn read(name: &str, mode: &Mode, head: &[u8], stream: impl Read + Send) -> Outcome {
    let shape = shape(name).expect("the shape has this name");
    let (format, ledger) = (mode.format(), Ledger::new(mode.selection.clone()));
    let head = &head[..head.len().min(HEAD)];
    // Whatever it says, it must be able to say it.
    let _ = shape.recognises(head, &format);
    let source = Source { head, stream: Box::new(stream), file: None };
    let reading = shape.read(source, &format, &ledger);
    let interfaces = ledger.finish(&Judgement::default());
    Outcome { report: reading.report, fault: reading.fault, interfaces }
}

/// A stream that hands out few bytes at once.
struct Pieces<'a> {
    rest: &'a [u8],
    most: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = self.most.min(buffer.len());
        self.rest.read(&mut buffer[..most])
    }
}

/// The end of a file that is damaged there.
struct CutOff;

impl Read for CutOff {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, "unexpected end of file"))
    }
}

/// Reads a flow log of this shape and checks the laws.
pub fn check_shape(name: &str, data: &[u8]) {
    let _guard = Guard;
    let Some((mode, bytes)) = Mode::of(data) else { return };
    let outcome = read(name, &mode, bytes, bytes);
    check_records(&outcome.report, &outcome.interfaces);
    check_table(&outcome.interfaces);

    let pieces = Pieces { rest: bytes, most: 1 + bytes.len() % 13 };
    let again = read(name, &mode, bytes, pieces);
    assert_eq!(outcome.shown(), again.shown(), "read in pieces");

    let is_of_lines = matches!(name, "text" | "csv");
    if mode.apart && is_of_lines {
        check_apart(name, &mode, bytes, &outcome);
    }
    if mode.cut_off {
        let cut_off = read(name, &mode, bytes, bytes.chain(CutOff));
        check_records(&cut_off.report, &cut_off.interfaces);
        assert!(cut_off.fault.is_some(), "a damaged file passes for a whole one");
        if is_of_lines {
            let end = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1);
            let whole = read(name, &mode, bytes, &bytes[..end]);
            assert_eq!(whole.content(), cut_off.content(), "whole lines before a fault");
        }
    }
}

/// Blank lines before the last line say nothing. There are so many that it comes in another block.
fn check_apart(name: &str, mode: &Mode, bytes: &[u8], expected: &Outcome) {
    // More than a block of 2^18 bytes, and none of the lines is too long by itself.
    const N_LINES: usize = 5;
    const LENGTH: usize = 60_000;
    let last = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let Some(end) = last.iter().rposition(|&b| b == b'\n') else { return };
    let (before, after) = bytes.split_at(end + 1);
    // The head says what a file is, so it has to be whole by then.
    let is_told = !before.trim_ascii().is_empty()
        && expected.fault.is_none()
        && read(name, mode, before, before).fault.is_none();
    if !is_told {
        return;
    }
    let mut blank = vec![b' '; LENGTH];
    blank.push(b'\n');
    let apart = [before, &blank.repeat(N_LINES), after].concat();
    let apart = read(name, mode, &apart, &apart[..]);
    assert_eq!(expected.content(), apart.content(), "read in several blocks");
}

/// Every record is counted once, and is of an interface or left out.
pub fn check_records(report: &LogReport, interfaces: &[InterfaceTraffic]) {
    let Records { read, accepted, rejected, nodata, skipdata, malformed } = report.records;
    assert_eq!(read, accepted + rejected + nodata + skipdata + malformed, "{:?}", report.records);
    let left_out = &report.left_out;
    let left_out = left_out.interface + left_out.account + left_out.time;
    let selected: u64 = interfaces.iter().map(|interface| interface.span.records).sum();
    assert_eq!(read - malformed, selected + left_out, "{report:?}");
    assert!(report.malformed.len() as u64 <= malformed);
    assert!(interfaces.is_sorted_by_key(|interface| interface.interface.as_deref().unwrap_or("-")));
    for interface in interfaces {
        let keys = interface.ports.iter().map(|port| (port.protocol, port.port));
        assert!(keys.is_sorted_by(|a, b| a < b), "a port twice, or out of order");
    }
}

/// The table of ports is read back as it was written.
pub fn check_table(interfaces: &[InterfaceTraffic]) {
    let mut text = Vec::new();
    table::write_csv(interfaces, None, &mut text).expect("memory takes everything");
    let text = String::from_utf8(text).expect("a table is text");
    assert!(table::looks_like_table(&text));
    let rows: Vec<_> = table::rows_of(interfaces).collect();
    assert_eq!(table::rows(&text).as_ref(), Ok(&rows), "{text}");
    // An interface without ports has no row.
    let with_ports = interfaces.iter().filter(|interface| !interface.ports.is_empty());
    let mut used: Vec<(Option<String>, UsedPorts)> =
        with_ports.map(|interface| (interface.interface.clone(), interface.used())).collect();
    used.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(table::used(&text).as_ref(), Ok(&used), "{text}");
}

/// Puts bytes into a file of this process, of which there is one for each name.
#[must_use]
pub fn file(name: &str, bytes: &[u8]) -> String {
    let folder: PathBuf = std::env::temp_dir();
    let path = folder.join(format!("rangecover-fuzz-{}-{name}", std::process::id()));
    fs::write(&path, bytes).expect("the temporary folder takes files");
    path.into_os_string().into_string().expect("the temporary folder is named in UTF-8")
}
