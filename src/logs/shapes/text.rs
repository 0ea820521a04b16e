//! Text: a record a line, fields separated by white space.
//!
//! The file is read in blocks of whole lines, which other threads take over while they are idle, so
//! that one large file keeps all of them busy. Only header lines tie a block to those before it:
//! they are looked for on the way.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use memchr::{memchr, memchr_iter, memrchr};

use crate::logs::evidence::{Ledger, LogReport};
use crate::logs::flow::{Layout, Needs};

use super::line::{LONGEST_LINE, LineReader, header, is_like_a_record, is_record};
use super::{Fault, Format, Reading, Shape, Source, needed, require};

/// Bytes that are read at once; small enough to stay in a cache until they are parsed.
const BLOCK: usize = 1 << 18;

/// Blocks of a file that may wait for another thread.
const WAITING: usize = 8;

/// Lines that are tried before a file counts as no flow log.
const TRIED: usize = 10;

/// Flow logs as text.
pub(super) struct Text;

impl Shape for Text {
    fn name(&self) -> &'static str {
        "text"
    }

    fn about(&self) -> &'static str {
        "records as lines, fields separated by white space"
    }

    fn recognises(&self, head: &[u8], format: &Format) -> bool {
        // Logs in the default format may stand beside those in a given one; they are read, and
        // then said to be malformed.
        let layouts = [format.layout(), Layout::default()];
        let layouts = &layouts[usize::from(format.log_format.is_none())..];
        let lines = head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
        let mut tried = lines.filter(|line| !line.is_empty()).take(TRIED);
        tried.any(|line| {
            header(line, format).is_some()
                || layouts.iter().any(|l| is_record(line, l) || is_like_a_record(line, l))
        })
    }

    fn read(&self, source: Source<'_>, format: &Format, ledger: &Ledger) -> Reading {
        let mut layout = Arc::new(format.layout());
        if let Some(named) = first_header(source.head, format).filter(|_| !layout.is_fixed()) {
            layout = Arc::new(named);
        }
        let mut reader = LineReader { layout, format };
        let mut recorder = ledger.recorder();
        if let Err(error) = reader.require(&mut recorder) {
            return Reading { report: LogReport::default(), fault: Some(error.into()) };
        }
        let start = std::mem::take(&mut recorder.report);
        drop(recorder);
        read_blocks(source.stream, reader, ledger, start)
    }
}

fn first_header(head: &[u8], format: &Format) -> Option<Layout> {
    let mut lines = head.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    lines.find(|line| !line.is_empty()).and_then(|line| header(line, format))
}

/// What came of a block.
struct Part {
    index: usize,
    n_lines: u64,
    report: LogReport,
}

fn read_blocks(
    stream: Box<dyn Read + Send + '_>,
    mut reader: LineReader<'_>,
    ledger: &Ledger,
    mut report: LogReport,
) -> Reading {
    let parts = Mutex::new(Vec::new());
    let waiting = AtomicUsize::new(0);
    let buffers = Buffers::default();
    let mut blocks = Blocks::new(stream, &buffers);
    let mut fault = None;
    rayon::scope(|scope| {
        for index in 0.. {
            let block = match blocks.next() {
                Ok(Some(block)) => block,
                Ok(None) => break,
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            };
            let of_block = reader.clone();
            if !reader.layout.is_fixed()
                && let Some(layout) = last_header(block.bytes(), reader.format, ledger.needs())
            {
                reader.layout = Arc::new(needed(layout, ledger.needs()));
            }
            let (parts, waiting, buffers) = (&parts, &waiting, &buffers);
            let read = move || {
                let part = read_block(index, block.bytes(), of_block, ledger);
                buffers.give_back(block.buffer);
                parts.lock().unwrap_or_else(PoisonError::into_inner).push(part);
            };
            if waiting.fetch_add(1, Ordering::Relaxed) < WAITING {
                scope.spawn(move |_| {
                    read();
                    waiting.fetch_sub(1, Ordering::Relaxed);
                });
            } else {
                waiting.fetch_sub(1, Ordering::Relaxed);
                read();
            }
        }
    });
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_unstable_by_key(|part: &Part| part.index);
    let mut done = 0;
    for part in parts {
        report.append(part.report, done);
        done += part.n_lines;
    }
    Reading { report, fault: fault.map(|error| Fault::Read { done, error }) }
}

fn read_block(index: usize, block: &[u8], mut reader: LineReader<'_>, ledger: &Ledger) -> Part {
    let mut recorder = ledger.recorder();
    let mut n_lines = 0;
    let mut rest = block;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        n_lines += 1;
        reader.add(&rest[..end], n_lines, &mut recorder);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    Part { index, n_lines, report: std::mem::take(&mut recorder.report) }
}

/// The layout that the last header line of a block names, if it says what is needed.
fn last_header(block: &[u8], format: &Format, needs: Needs<'_>) -> Option<Layout> {
    let mut end = block.len();
    let mut of_line = |start: usize| {
        let line = &block[start..end];
        end = start.saturating_sub(1);
        (may_be_header(line) && line.len() <= LONGEST_LINE)
            .then(|| header(line.trim_ascii(), format))
            .flatten()
            .filter(|layout| require(layout, needs).is_ok())
    };
    memchr_iter(b'\n', block).rev().find_map(|at| of_line(at + 1)).or_else(|| of_line(0))
}

/// Whether no word of a line begins with a digit or a dash, as some word of each record does. The
/// first or second word tells that of records.
fn may_be_header(line: &[u8]) -> bool {
    let mut rest = line.trim_ascii_start();
    while !rest.is_empty() {
        let name = rest.iter().find(|&b| !b"${@_\"".contains(b));
        if !name.is_some_and(|b| b.is_ascii_alphabetic() || b.is_ascii_whitespace()) {
            return name.is_none();
        }
        let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        rest = rest[end..].trim_ascii_start();
    }
    true
}

/// Memory of blocks that have been read, for others.
#[derive(Default)]
struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, buffer: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
    }
}

/// Cuts a stream into blocks of whole lines.
struct Blocks<'a> {
    stream: Box<dyn Read + Send + 'a>,
    buffers: &'a Buffers,
    /// The beginning of a line whose end has not been read.
    rest: Vec<u8>,
    ended: bool,
    failed: Option<io::Error>,
}

/// Whole lines: the first bytes of a buffer.
struct Block {
    buffer: Vec<u8>,
    len: usize,
}

impl Block {
    fn bytes(&self) -> &[u8] {
        &self.buffer[..self.len]
    }
}

impl<'a> Blocks<'a> {
    fn new(stream: Box<dyn Read + Send + 'a>, buffers: &'a Buffers) -> Self {
        Self { stream, buffers, rest: Vec::new(), ended: false, failed: None }
    }

    /// The next block. A line that is too long is cut, yet longer than lines may be.
    ///
    /// What was read before an error comes first, without the line in which it happened.
    fn next(&mut self) -> io::Result<Option<Block>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut buffer = self.buffers.take();
        let mut len = self.rest.len();
        // Buffers keep their length, so that only the first use of each has to clear it.
        buffer.resize(buffer.len().max(len + BLOCK), 0);
        buffer[..len].copy_from_slice(&self.rest);
        self.rest.clear();
        while !self.ended {
            let before = len;
            len += self.fill(&mut buffer[before..before + BLOCK]);
            if let Some(end) = memrchr(b'\n', &buffer[before..len]) {
                let whole = before + end + 1;
                self.rest.extend_from_slice(&buffer[whole..len]);
                return Ok(Some(Block { buffer, len: whole }));
            }
            if len > LONGEST_LINE {
                // All of it is one line.
                len = LONGEST_LINE + 1;
            }
            buffer.resize(buffer.len().max(len + BLOCK), 0);
        }
        match self.failed.take() {
            Some(error) => Err(error),
            None => Ok(Some(Block { buffer, len }).filter(|block| block.len > 0)),
        }
    }

    /// Reads until the space is full, or the stream is at its end.
    fn fill(&mut self, space: &mut [u8]) -> usize {
        let mut len = 0;
        while len < space.len() {
            match self.stream.read(&mut space[len..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => len += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.failed = Some(error);
                    break;
                }
            }
        }
        len
    }
}
