//! Clusters: sets of groups that become one.

use std::collections::BTreeSet;

use super::atoms::Network;

/// A set of groups that become one.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    pub(super) groups: Vec<usize>,
    pub(super) opens: Vec<u32>,
    /// The places of the sets of interfaces that carry it, in order.
    pub(super) carried: Vec<usize>,
    /// What it opens on them.
    pub(super) cost: u64,
}

impl Cluster {
    /// The cluster of some groups.
    pub(super) fn new(network: &Network, groups: Vec<usize>) -> Self {
        let opens = network.opens(&groups);
        let carried = groups.iter().flat_map(|&group| network.carried[group].iter().copied());
        let carried: BTreeSet<usize> = carried.collect();
        Self::charged(network, groups, opens, carried.into_iter().collect())
    }

    /// The cluster of the groups of two.
    pub(super) fn of_both(network: &Network, one: &Self, other: &Self) -> Self {
        let groups = united(&one.groups, &other.groups);
        let opens = united(&one.opens, &other.opens);
        Self::charged(network, groups, opens, united(&one.carried, &other.carried))
    }

    fn charged(
        network: &Network,
        groups: Vec<usize>,
        opens: Vec<u32>,
        carried: Vec<usize>,
    ) -> Self {
        let new = |&at: &usize| network.interfaces[at].count * network.newly_open(&opens, at);
        let cost = carried.iter().map(new).sum();
        Self { groups, opens, carried, cost }
    }

    /// The atoms that were looked at for its cost.
    pub(super) fn work(&self) -> u64 {
        (self.opens.len() * (self.carried.len() + 1) + self.groups.len()) as u64
    }
}

/// Whether every group of one cluster may join every group of another.
pub(super) fn may_join(network: &Network, one: &[usize], other: &[usize]) -> bool {
    let mut groups = one.iter().chain(other);
    !groups.clone().any(|&group| network.referenced[group])
        || groups.all(|&group| network.carried[group] == network.carried[one[0]])
}

/// Two sets in order as one.
fn united<T: Copy + Ord>(one: &[T], other: &[T]) -> Vec<T> {
    let mut both = Vec::with_capacity(one.len() + other.len());
    let mut rest = other;
    for &item in one {
        let n_before = rest.partition_point(|other| *other < item);
        both.extend_from_slice(&rest[..n_before]);
        rest = &rest[n_before..];
        if rest.first() == Some(&item) {
            rest = &rest[1..];
        }
        both.push(item);
    }
    both.extend_from_slice(rest);
    both
}
