//! What a group of a relaxation has beside its runs.

/// What a group of a relaxation has beside its runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Relaxed {
    /// For each run the open ports of the holes that are bridged inside it.
    pub(crate) open_inside: Vec<u64>,
    /// The holes, of whose ports some may be used.
    pub(crate) holes: Vec<Hole>,
}

/// The ports of a hole that are not used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hole {
    /// How many there are.
    pub(crate) open: u64,
    /// The most of them in a row.
    pub(crate) largest: u64,
    /// What opening them costs.
    pub(crate) cost: u64,
}

impl Hole {
    pub(super) fn add(&mut self, size: u64, cost: u64) {
        self.open += size;
        self.largest = self.largest.max(size);
        self.cost += cost;
    }
}
