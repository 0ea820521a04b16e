//! Aggregated records: one row for all records that say the same, with their sums.
//!
//! A row is a record of its own, with how many it stands for, so the readers of comma-separated
//! values read it. Two records become one row only if the evidence takes the same from each: they
//! agree in interface, protocol, addresses, ports, flags, direction and status, and in what their
//! size says ([`Bulk`](crate::logs::flow::Bulk)). So ports judged from the rows are those judged from the
//! records, byte for byte. What rows no longer say is the account, and the time of each record:
//! select by these when aggregating.
//!
//! The rows do not depend on the order of the records. Beyond a number of rows those in memory are
//! sorted and put into a temporary file, and all files are merged at the end.

mod row;
mod runs;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::fast::FixedState;

use crate::logs::flow::{Record, ServicePort};

pub use row::{Row, Sums, Tuple};
use runs::Runs;

/// Rows that are kept in memory, unless said otherwise: about 300 MB.
pub const MOST_ROWS: usize = 1 << 20;

/// Parts of the table, each under a lock of its own.
const N_SHARDS: u64 = 16;

/// The name of records without an interface, as in the log.
const NO_INTERFACE: &str = "-";

/// Rows of some interfaces.
#[derive(Debug, Default)]
struct Shard {
    rows: HashMap<Box<str>, HashMap<Tuple, Sums, FixedState>, FixedState>,
    n_rows: usize,
}

/// The table that records are added to, from several threads.
#[derive(Debug)]
pub struct Aggregate {
    port: ServicePort,
    most_rows: usize,
    hash: FixedState,
    shards: Vec<Mutex<Shard>>,
    runs: Mutex<Runs>,
}

/// What has been written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// The records that they stand for.
    pub records: u64,
    /// Rows that the limit left out.
    pub left_out: u64,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shard {
    /// Takes all rows out, in order.
    fn take(&mut self) -> Vec<Row> {
        self.n_rows = 0;
        let tables = std::mem::take(&mut self.rows).into_iter();
        let rows = tables.flat_map(|(interface, rows)| {
            rows.into_iter().map(move |(tuple, sums)| Row {
                interface: interface.clone(),
                tuple,
                sums,
            })
        });
        let mut rows: Vec<Row> = rows.collect();
        rows.sort_unstable();
        rows
    }
}

impl Aggregate {
    /// An empty table. For plain ports (`dst`, `src`) rows keep nothing but the port that counts.
    #[must_use]
    pub fn new(port: ServicePort) -> Self {
        Self::with_most_rows(port, MOST_ROWS)
    }

    /// The same, that keeps about as many rows in memory.
    #[must_use]
    pub fn with_most_rows(port: ServicePort, most_rows: usize) -> Self {
        Self {
            port,
            most_rows,
            hash: FixedState::default(),
            shards: (0..N_SHARDS).map(|_| Mutex::default()).collect(),
            runs: Mutex::default(),
        }
    }

    /// Adds a record. What goes wrong with temporary files is said by [`Aggregate::write`].
    pub fn add(&self, record: &Record<'_>) {
        let interface = record.interface.and_then(|id| std::str::from_utf8(id).ok());
        let interface = interface.unwrap_or(NO_INTERFACE);
        let (tuple, sums) = (Tuple::new(record, self.port), Sums::new(record, self.port));
        let shard = self.hash.hash_one((interface, tuple)) % N_SHARDS;
        let mut shard = locked(&self.shards[usize::try_from(shard).unwrap_or_default()]);
        let Shard { rows, n_rows } = &mut *shard;
        let rows = match rows.get_mut(interface) {
            Some(rows) => rows,
            None => rows.entry(interface.into()).or_default(),
        };
        let n_before = rows.len();
        rows.entry(tuple).or_default().add(&sums);
        *n_rows += rows.len() - n_before;
        if shard.n_rows > self.most_rows / self.shards.len() {
            let rows = shard.take();
            drop(shard);
            locked(&self.runs).push(rows);
        }
    }

    /// Writes all rows as comma-separated values, in order; no more than a limit, where there is one.
    ///
    /// # Errors
    /// When a temporary file cannot be written or read, or the rows not be written.
    pub fn write(self, limit: Option<u64>, out: &mut dyn Write) -> io::Result<Written> {
        let mut runs = self.runs.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut rows = Vec::new();
        for shard in self.shards {
            rows.append(&mut shard.into_inner().unwrap_or_else(PoisonError::into_inner).take());
        }
        rows.sort_unstable();
        let mut written = Written::default();
        let mut lines = row::Lines::new(self.port, out)?;
        runs.merge(rows, |row| {
            if limit.is_some_and(|limit| written.rows >= limit) {
                written.left_out += 1;
                return Ok(());
            }
            written.rows += 1;
            written.records = written.records.saturating_add(row.sums.count);
            lines.write(&row)
        })?;
        lines.finish()?;
        Ok(written)
    }
}
