//! What there is to say about the reading of one log, or of all.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::logs::flow::{Layout, Malformed};

/// Malformed records that are kept for the report, of each file.
const SHOWN: usize = 3;

/// Notes that are kept of each file.
const MOST_NOTES: usize = 8;

/// How many records there were of each kind, before any selection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Records {
    /// All records; the sum of the others.
    pub read: u64,
    /// Accepted traffic.
    pub accepted: u64,
    /// Rejected traffic.
    pub rejected: u64,
    /// Windows without traffic.
    pub nodata: u64,
    /// Windows of which records were lost.
    pub skipdata: u64,
    /// Lines that are no records.
    pub malformed: u64,
}

/// How many records were left out by the selection, by the first reason that applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Of other interfaces.
    pub interface: u64,
    /// Of other accounts.
    pub account: u64,
    /// Of other times.
    pub time: u64,
}

/// A record that is malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedLine {
    /// Line or record number in its file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: Malformed,
}

/// What was read, and what of it does not count.
#[derive(Debug, Clone, Default)]
pub struct LogReport {
    /// Records of each kind.
    pub records: Records,
    /// Records that the selection left out.
    pub left_out: LeftOut,
    /// The first malformed lines.
    pub malformed: Vec<MalformedLine>,
    /// Columns that were missing, and what was taken instead.
    pub assumptions: BTreeSet<&'static str>,
    /// Accepted records of protocols whose rules have no ports, by IANA number.
    pub without_ports: BTreeMap<u8, u64>,
    /// What else a user should know, such as that a query had not ended.
    pub notes: BTreeSet<String>,
}

impl LogReport {
    /// Counts a line that is no record.
    pub fn add_malformed(&mut self, line: u64, reason: Malformed) {
        self.records.read += 1;
        self.records.malformed += 1;
        if self.malformed.len() < SHOWN {
            self.malformed.push(MalformedLine { line, reason });
        }
    }

    /// Notes what is taken for the columns that a layout does not have.
    pub fn assume(&mut self, layout: &Layout) {
        self.assumptions.extend(layout.assumptions());
    }

    /// Notes what else a user should know; a file can not fill memory with it.
    pub fn add_note(&mut self, note: String) {
        if self.notes.len() < MOST_NOTES {
            self.notes.insert(note);
        }
    }

    /// Whether there were records, and not one of them was valid.
    #[must_use]
    pub fn none_valid(&self) -> bool {
        self.records.read > 0 && self.records.read == self.records.malformed
    }

    /// Adds the report of what comes after `lines` lines.
    pub fn append(&mut self, other: Self, lines: u64) {
        let (sum, more) = (&mut self.records, other.records);
        sum.read += more.read;
        sum.accepted += more.accepted;
        sum.rejected += more.rejected;
        sum.nodata += more.nodata;
        sum.skipdata += more.skipdata;
        sum.malformed += more.malformed;
        let (sum, more) = (&mut self.left_out, other.left_out);
        sum.interface += more.interface;
        sum.account += more.account;
        sum.time += more.time;
        let room = SHOWN.saturating_sub(self.malformed.len());
        let moved = other.malformed.into_iter().take(room);
        self.malformed.extend(moved.map(|m| MalformedLine { line: m.line + lines, ..m }));
        self.assumptions.extend(other.assumptions);
        self.notes.extend(other.notes);
        for (protocol, n) in other.without_ports {
            *self.without_ports.entry(protocol).or_default() += n;
        }
    }
}
