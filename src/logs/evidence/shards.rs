//! Tables that many threads fill, a part of the interfaces under each lock.

use std::sync::{Arc, Mutex, PoisonError};

use crate::problem::zones::Zones;

use super::node::Node;
use super::sighting::Sighting;
use super::tally::{Contact, Contacts, Count, Tally};

/// Parts of a table; each fits into a cache close to the processor even for large inputs.
const N_SHARDS: usize = 64;

/// What a table knows of one interface, and what is added to it.
pub(super) trait Row: Default + Send {
    /// One record.
    type Item: Copy + Send;

    /// How many are handed over at once: enough for the lock and the misses to matter little.
    const BATCH: usize;

    /// The interface of a record, by number.
    fn interface(item: &Self::Item) -> u32;

    /// Adds a record; the order of calls does not matter.
    fn add(&mut self, item: &Self::Item, zones: Option<&Zones>);
}

impl Row for Tally {
    type Item = Count;
    const BATCH: usize = 8_192;

    fn interface(item: &Count) -> u32 {
        item.interface
    }

    fn add(&mut self, item: &Count, _: Option<&Zones>) {
        *self.entry(item.port).or_default() += u64::from(item.records);
    }
}

impl Row for Contacts {
    type Item = Contact;
    const BATCH: usize = 2_048;

    fn interface(item: &Contact) -> u32 {
        item.count.interface
    }

    fn add(&mut self, item: &Contact, zones: Option<&Zones>) {
        if let Some(zones) = zones {
            self.entry(item.count.port).or_default().add(zones, item.remote, item.count.records, 0);
        }
    }
}

impl Row for Node {
    type Item = Sighting;
    const BATCH: usize = 512;

    fn interface(item: &Sighting) -> u32 {
        item.interface
    }

    fn add(&mut self, item: &Sighting, zones: Option<&Zones>) {
        Node::add(self, item, zones);
    }
}

/// A table with a row for each interface.
#[derive(Debug)]
pub(super) struct Shards<R> {
    /// Interface `i` is row `i / N_SHARDS` of shard `i % N_SHARDS`.
    shards: Vec<Mutex<Vec<R>>>,
    /// By which remote addresses are told apart, if they are.
    zones: Option<Arc<Zones>>,
}

/// Records of one thread on their way to the table.
#[derive(Debug)]
pub(super) struct Batches<R: Row>(Vec<Vec<R::Item>>);

impl<R: Row> Default for Batches<R> {
    fn default() -> Self {
        Self((0..N_SHARDS).map(|_| Vec::new()).collect())
    }
}

impl<R: Row> Shards<R> {
    /// An empty table.
    pub(super) fn new(zones: Option<Arc<Zones>>) -> Self {
        Self { shards: (0..N_SHARDS).map(|_| Mutex::default()).collect(), zones }
    }

    /// Adds a record, now or with others.
    pub(super) fn add(&self, batches: &mut Batches<R>, item: R::Item) {
        let shard = R::interface(&item) as usize % N_SHARDS;
        let batch = &mut batches.0[shard];
        batch.push(item);
        if batch.len() >= R::BATCH {
            self.hand_over(shard, batch);
        }
    }

    /// Adds what is still on its way.
    pub(super) fn flush(&self, batches: &mut Batches<R>) {
        for (shard, batch) in batches.0.iter_mut().enumerate() {
            self.hand_over(shard, batch);
        }
    }

    fn hand_over(&self, shard: usize, batch: &mut Vec<R::Item>) {
        let mut rows = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        for item in batch.drain(..) {
            let at = R::interface(&item) as usize / N_SHARDS;
            if at >= rows.len() {
                rows.resize_with(at + 1, R::default);
            }
            rows[at].add(&item, self.zones.as_deref());
        }
    }

    /// The row of each of the first `n` interfaces, in order of their numbers.
    pub(super) fn into_rows(self, n: usize) -> Vec<R> {
        let mut shards: Vec<_> = self
            .shards
            .into_iter()
            .map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter())
            .collect();
        (0..n).map(|i| shards[i % N_SHARDS].next().unwrap_or_default()).collect()
    }
}
