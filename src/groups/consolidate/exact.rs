//! All partitions of few groups, by branch and bound.
//!
//! Groups are put into clusters one after the other: into one that there is, or a new one. What a
//! part of the partition opens can only grow, so a branch is left when it opens no less than the best
//! that is known for every number of clusters it can lead to. What a set of groups opens on
//! interfaces is summed up once for all sets, O(n 2^n) for each kind of interface. There are Bell(n)
//! partitions, 4,213,597 for 12 groups. A dynamic program over sets of groups, O(3^n), would be
//! exact only if no interface carried groups of two clusters: a port that both open there is open
//! once.

use super::atoms::Network;

/// Most steps for all partitions: partitions times kinds of interfaces with several groups.
const MAX_STEPS: u64 = 500_000_000;

/// Bell numbers, <https://oeis.org/A000110>.
const PARTITIONS: [u64; 13] =
    [1, 1, 2, 5, 15, 52, 203, 877, 4_140, 21_147, 115_975, 678_570, 4_213_597];

/// The best partition for a number of clusters, with its cost.
pub(super) type Best = Option<(u64, Vec<Vec<usize>>)>;

/// Whether all partitions can be looked at.
pub(super) fn is_small(network: &Network) -> bool {
    let several = network.interfaces.iter().filter(|set| set.groups.len() > 1).count() as u64;
    let partitions = PARTITIONS.get(network.n_groups());
    partitions.is_some_and(|&partitions| partitions.saturating_mul(several + 1) <= MAX_STEPS)
}

/// For each number of clusters, from 0, the best partition; `best` is what is known already.
pub(super) fn exact(network: &Network, best: Vec<Best>) -> Vec<Best> {
    let mut search = Search::new(network, best);
    search.place(0, 0);
    search.best
}

/// Interfaces that carry several groups.
struct Shared {
    groups: usize,
    /// For each set of groups what it opens on all of these interfaces.
    opened: Vec<u64>,
}

struct Search {
    n: usize,
    /// For each cluster what it opens on interfaces that carry one group.
    alone: Vec<u64>,
    shared: Vec<Shared>,
    /// For each set of groups whether it can become a cluster that fits.
    leads_to_fit: Vec<bool>,
    fits: Vec<bool>,
    clusters: Vec<usize>,
    best: Vec<Best>,
}

fn members(set: usize) -> Vec<usize> {
    (0..usize::BITS as usize).filter(|&group| set >> group & 1 == 1).collect()
}

impl Search {
    fn new(network: &Network, best: Vec<Best>) -> Self {
        let n = network.n_groups();
        let mut alone = vec![0; 1 << n];
        let mut shared = Vec::new();
        for at in 0..network.interfaces.len() {
            let groups = network.interfaces[at].groups.iter().map(|&group| 1 << group).sum();
            let opened = opened(network, at);
            if network.interfaces[at].groups.len() > 1 {
                shared.push(Shared { groups, opened });
            } else {
                let sets = alone.iter_mut().zip(opened).enumerate();
                let carried = sets.filter(|(set, _)| set & groups != 0);
                carried.for_each(|(_, (sum, opened))| *sum += opened);
            }
        }
        let joins = |set: usize| {
            let groups = members(set);
            let pairs = groups.iter().flat_map(|one| groups.iter().map(move |other| (one, other)));
            pairs.filter(|(one, other)| one < other).all(|(&a, &b)| network.may_join(a, b))
        };
        let fits: Vec<bool> =
            (0..1 << n).map(|set| joins(set) && network.fits(&members(set))).collect();
        // More groups can need fewer rules, where one of them lets in a wider network.
        let mut leads_to_fit = fits.clone();
        for group in 0..n {
            for set in (0..1_usize << n).filter(|set| set >> group & 1 == 0) {
                leads_to_fit[set] |= leads_to_fit[set | 1 << group];
            }
        }
        Self { n, alone, shared, leads_to_fit, fits, clusters: Vec::new(), best }
    }

    /// What the clusters so far open.
    fn cost(&self) -> u64 {
        let alone: u64 = self.clusters.iter().map(|&cluster| self.alone[cluster]).sum();
        let shared = self.shared.iter().map(|shared| {
            let carried = self.clusters.iter().filter(|&&cluster| cluster & shared.groups != 0);
            shared.opened[carried.fold(0, |set, cluster| set | cluster)]
        });
        alone + shared.sum::<u64>()
    }

    /// Puts a group and all later ones into clusters; `least` is what the clusters so far open.
    fn place(&mut self, group: usize, least: u64) {
        let n_clusters = self.clusters.len();
        let left = self.n - group;
        let known = |best: &Best| best.as_ref().is_some_and(|(cost, _)| *cost <= least);
        if self.best[n_clusters..=n_clusters + left].iter().all(known) {
            return;
        }
        if left == 0 {
            if self.clusters.iter().all(|&cluster| self.fits[cluster]) {
                let clusters = self.clusters.iter().map(|&cluster| members(cluster)).collect();
                self.best[n_clusters] = Some((least, clusters));
            }
            return;
        }
        for at in 0..n_clusters {
            self.clusters[at] |= 1 << group;
            if self.leads_to_fit[self.clusters[at]] {
                let cost = self.cost();
                self.place(group + 1, cost);
            }
            self.clusters[at] &= !(1 << group);
        }
        self.clusters.push(1 << group);
        let cost = self.cost();
        self.place(group + 1, cost);
        self.clusters.pop();
    }
}

/// For each set of groups what it opens on interfaces.
///
/// A set leaves shut what only groups outside of it open: sums over subsets, by inclusion.
fn opened(network: &Network, at: usize) -> Vec<u64> {
    let n = network.n_groups();
    let interfaces = &network.interfaces[at];
    let mut openers = vec![0_usize; network.atoms.len()];
    for (group, member) in network.members.iter().enumerate() {
        member.opens.iter().for_each(|&atom| openers[atom as usize] |= 1 << group);
    }
    let mut only = vec![0_u64; 1 << n];
    for (atom, &set) in (0_u32..).zip(&openers) {
        if !interfaces.lets_in.contains(atom) {
            only[set] += network.atoms[atom as usize].weight * interfaces.count;
        }
    }
    let total: u64 = only.iter().sum();
    for group in 0..n {
        for set in (0..1_usize << n).filter(|set| set >> group & 1 == 1) {
            only[set] += only[set & !(1 << group)];
        }
    }
    let all = (1 << n) - 1;
    (0..1_usize << n).map(|set| total - only[all & !set]).collect()
}
