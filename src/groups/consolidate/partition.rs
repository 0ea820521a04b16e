//! Partitions of groups into clusters, and the front that they make.

/// The best partition that is known into a number of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// Number of groups that are left.
    pub n_groups: usize,
    /// Ports that are newly open, over all interfaces and sources.
    pub cost: u64,
    /// What any partition into so many groups costs, at least.
    pub bound: u64,
    /// The places of the groups of each cluster, two or more; the other groups stay as they are.
    pub merged: Vec<Vec<usize>>,
}

impl Partition {
    /// Whether there is none that costs less.
    #[must_use]
    pub fn is_optimal(&self) -> bool {
        self.cost == self.bound
    }
}

/// The front of merging groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consolidation {
    /// For each number of groups from all of them down, as far as partitions are found.
    pub partitions: Vec<Partition>,
    /// Whether it is proven that there is no partition into fewer groups.
    pub is_complete: bool,
}

impl Consolidation {
    /// The fewest groups that open nothing.
    #[must_use]
    pub fn free(&self) -> Option<&Partition> {
        self.partitions.iter().rev().find(|partition| partition.cost == 0)
    }
}
