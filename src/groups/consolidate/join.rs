//! The fronts of several networks as one: so many groups in one of them, so many in the others.

use super::exact::Best;
use super::partition::{Consolidation, Partition};

/// The front of one network.
pub(super) struct Part {
    /// The places of its groups among all groups.
    pub(super) places: Vec<usize>,
    /// For each number of clusters, from 0, the best partition.
    pub(super) best: Vec<Best>,
    /// For each number of clusters what any partition costs; the most where there is none.
    pub(super) bounds: Vec<u64>,
    /// Whether there are no partitions but those that are found.
    pub(super) is_exact: bool,
}

/// The least sums of numbers whose places sum up to each place; the most where there are none. With
/// each the place of the second.
fn least_sums(one: &[u64], other: &[u64]) -> (Vec<u64>, Vec<usize>) {
    let mut sums = vec![u64::MAX; one.len() + other.len() - 1];
    let mut places = vec![0; sums.len()];
    for (i, &a) in one.iter().enumerate().filter(|(_, a)| **a < u64::MAX) {
        for (j, &b) in other.iter().enumerate().filter(|(_, b)| **b < u64::MAX) {
            if a.saturating_add(b) < sums[i + j] {
                sums[i + j] = a.saturating_add(b);
                places[i + j] = j;
            }
        }
    }
    (sums, places)
}

/// The front of all parts, O(n²).
pub(super) fn join(parts: &[Part]) -> Consolidation {
    let mut costs = vec![0];
    let mut bounds = vec![0];
    let mut choices = Vec::with_capacity(parts.len());
    for part in parts {
        let of = |best: &Best| best.as_ref().map_or(u64::MAX, |(cost, _)| *cost);
        let part_costs: Vec<u64> = part.best.iter().map(of).collect();
        // No groups make no clusters, and only they do.
        let mut part_bounds = part.bounds.clone();
        part_bounds[0] = u64::MAX;
        let (sums, places) = least_sums(&costs, &part_costs);
        (costs, bounds) = (sums, least_sums(&bounds, &part_bounds).0);
        choices.push(places);
    }
    let found = (0..costs.len()).rev().filter(|&n_groups| costs[n_groups] < u64::MAX);
    let partition = |n_groups: usize| Partition {
        n_groups,
        cost: costs[n_groups],
        bound: bounds[n_groups],
        merged: merged(parts, &choices, n_groups),
    };
    Consolidation {
        partitions: found.filter(|&n| n > 0).map(partition).collect(),
        is_complete: parts.iter().all(is_complete),
    }
}

/// Whether there is no partition into fewer clusters than are found.
fn is_complete(part: &Part) -> bool {
    part.is_exact || part.best.get(1).is_some_and(Option::is_some)
}

/// The clusters of two groups and more, by the places of the groups.
fn merged(parts: &[Part], choices: &[Vec<usize>], n_groups: usize) -> Vec<Vec<usize>> {
    let mut left = n_groups;
    let mut merged = Vec::new();
    for (part, choices) in parts.iter().zip(choices).rev() {
        let n_clusters = choices[left];
        left -= n_clusters;
        let clusters = part.best[n_clusters].iter().flat_map(|(_, clusters)| clusters);
        let joined = clusters.filter(|cluster| cluster.len() > 1);
        merged.extend(joined.map(|cluster| {
            cluster.iter().map(|&group| part.places[group]).collect::<Vec<usize>>()
        }));
    }
    merged.sort_unstable();
    merged
}
