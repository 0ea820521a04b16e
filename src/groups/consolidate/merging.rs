//! Partitions of many groups: the two clusters whose merge opens least, again and again.
//!
//! Agglomerative clustering with a heap of all pairs, O(n²) memory. A cluster is charged for what it
//! opens on each interface that carries it; what two clusters open on the same interface is counted
//! twice while merging, and once in the cost that is reported. The work, counted in atoms that are
//! looked at, is bounded: when it is done, no further merges are tried.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::atoms::Network;
use super::cluster::{Cluster, may_join};
use super::exact::Best;
use super::moves::improve;

/// Atoms that are looked at for merges.
const MERGE_WORK: u64 = 150_000_000;

/// Atoms that are looked at for moves, all numbers of clusters together.
const MOVE_WORK: u64 = 50_000_000;

/// A merge that was worth this when both clusters were as they were.
type Merge = Reverse<(u64, usize, usize)>;

struct Merging<'a> {
    network: &'a Network,
    /// Clusters by number; those that were merged are gone.
    clusters: Vec<Option<Cluster>>,
    alive: BTreeSet<usize>,
    heap: BinaryHeap<Merge>,
    work: u64,
}

/// For each number of clusters, from 0, the best partition that is found.
pub(super) fn merging(network: &Network) -> Vec<Best> {
    let n = network.n_groups();
    let clusters = (0..n).map(|group| Some(Cluster::new(network, vec![group]))).collect();
    let mut merging = Merging {
        network,
        clusters,
        alive: (0..n).collect(),
        heap: BinaryHeap::new(),
        work: MERGE_WORK,
    };
    for one in 0..n {
        merging.push_pairs(one, one + 1);
    }
    let mut best: Vec<Best> = vec![None; n + 1];
    best[n] = Some((0, (0..n).map(|group| vec![group]).collect()));
    let moves = MOVE_WORK / (n as u64).max(1);
    while merging.merge_cheapest() {
        let clusters: Vec<Cluster> =
            merging.alive.iter().filter_map(|&at| merging.clusters[at].clone()).collect();
        let n_clusters = clusters.len();
        best[n_clusters] = Some(improve(network, clusters, moves));
    }
    best
}

impl Merging<'_> {
    /// Puts the merges of a cluster with others, from a number on, into the heap.
    fn push_pairs(&mut self, one: usize, from: usize) {
        let others: Vec<usize> =
            self.alive.iter().copied().filter(|&at| at >= from && at != one).collect();
        for other in others {
            if self.work == 0 {
                return;
            }
            let (Some(a), Some(b)) = (&self.clusters[one], &self.clusters[other]) else { continue };
            if !may_join(self.network, &a.groups, &b.groups) {
                continue;
            }
            let merged = Cluster::of_both(self.network, a, b);
            // What a cluster opens never shrinks when it grows.
            let more = merged.cost - a.cost - b.cost.min(merged.cost - a.cost);
            self.heap.push(Reverse((more, one.min(other), one.max(other))));
            self.work = self.work.saturating_sub(merged.work());
        }
    }

    /// Merges the two clusters that fit together and open least more; whether there are any.
    fn merge_cheapest(&mut self) -> bool {
        while let Some(Reverse((_, one, other))) = self.heap.pop() {
            if self.work == 0 {
                return false;
            }
            let (Some(a), Some(b)) = (&self.clusters[one], &self.clusters[other]) else { continue };
            let merged = Cluster::of_both(self.network, a, b);
            self.work = self.work.saturating_sub(merged.work());
            if !self.network.fits(&merged.groups) {
                continue;
            }
            self.alive.remove(&one);
            self.alive.remove(&other);
            self.clusters[one] = None;
            self.clusters[other] = None;
            let number = self.clusters.len();
            self.clusters.push(Some(merged));
            self.push_pairs(number, 0);
            self.alive.insert(number);
            return true;
        }
        false
    }
}
