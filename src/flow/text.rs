//! Flow logs as text: a record a line, fields separated by white space.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Read};

use super::layout::Layout;
use super::record::{Malformed, Record};
use super::traffic::{Selection, Traffic};

/// Longer lines are no records; the bound keeps memory small whatever is read.
const LONGEST_LINE: usize = 1 << 16;

/// Reads all records of a log. A header line, wherever it stands, names the fields that follow.
///
/// # Errors
/// Those of the reader, with the number of lines that were read before.
pub fn read(
    input: &mut dyn BufRead,
    layout: Layout,
    selection: &Selection,
) -> Result<Traffic, (u64, io::Error)> {
    let mut layout = layout;
    let mut traffic = Traffic::default();
    let mut assumptions: BTreeSet<&'static str> = layout.assumptions().collect();
    let mut buffer = Vec::new();
    let mut n_lines = 0;
    loop {
        buffer.clear();
        let n_read = next_line(input, &mut buffer).map_err(|error| (n_lines, error))?;
        if n_read == 0 {
            break;
        }
        n_lines += 1;
        let line = buffer.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if n_read > LONGEST_LINE {
            traffic.add_malformed(n_lines, Malformed::TooLong(LONGEST_LINE));
            continue;
        }
        let added = Record::parse(line, &layout).and_then(|record| traffic.add(&record, selection));
        if let Err(reason) = added {
            match header(line) {
                Some(_) if layout.fixed => {}
                Some(named) => {
                    layout = named;
                    assumptions.extend(layout.assumptions());
                }
                None => traffic.add_malformed(n_lines, reason),
            }
        }
    }
    traffic.assumptions = assumptions.into_iter().collect();
    Ok(traffic)
}

fn header(line: &[u8]) -> Option<Layout> {
    let line = std::str::from_utf8(line).ok()?;
    Layout::is_header(line).then(|| Layout::parse(line).ok()).flatten()
}

/// Reads a line, of which at most a little more than the longest allowed is stored; returns how
/// many bytes it has, that many at most.
fn next_line(input: &mut dyn BufRead, buffer: &mut Vec<u8>) -> io::Result<usize> {
    let most = LONGEST_LINE as u64 + 1;
    let n_read = input.take(most).read_until(b'\n', buffer)?;
    if n_read > LONGEST_LINE && buffer.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
    }
    Ok(n_read)
}
