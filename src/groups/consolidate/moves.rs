//! Local moves: a group goes over to another cluster where less is opened so.

use super::atoms::Network;
use super::cluster::{Cluster, may_join};

/// The better of a partition and what moves of single groups make of it, with its cost; clusters
/// in order of their first groups.
pub(super) fn improve(
    network: &Network,
    clusters: Vec<Cluster>,
    mut work: u64,
) -> (u64, Vec<Vec<usize>>) {
    let before = partition(&clusters);
    let cost_before = network.cost(&before);
    if cost_before == 0 {
        return (0, before);
    }
    let mut clusters = clusters;
    while work > 0 && pass(network, &mut clusters, &mut work) {}
    let after = partition(&clusters);
    let cost_after = network.cost(&after);
    if cost_after < cost_before { (cost_after, after) } else { (cost_before, before) }
}

fn partition(clusters: &[Cluster]) -> Vec<Vec<usize>> {
    let mut partition: Vec<Vec<usize>> =
        clusters.iter().map(|cluster| cluster.groups.clone()).collect();
    partition.sort_unstable();
    partition
}

/// Moves each group once if that is of use; whether any was moved.
fn pass(network: &Network, clusters: &mut [Cluster], work: &mut u64) -> bool {
    let mut moved = false;
    for group in 0..network.n_groups() {
        let Some(from) = clusters.iter().position(|cluster| cluster.groups.contains(&group)) else {
            continue;
        };
        // The number of clusters stays, and what is free cannot become cheaper.
        if clusters[from].groups.len() == 1 || clusters[from].cost == 0 {
            continue;
        }
        let mut rest = clusters[from].groups.clone();
        rest.retain(|&other| other != group);
        let rest = Cluster::new(network, rest);
        *work = work.saturating_sub(rest.work());
        let saved = clusters[from].cost - rest.cost.min(clusters[from].cost);
        let best = cheapest(network, clusters, group, from, work);
        if let Some((more, to, joined)) = best
            && more < saved
            && network.fits(&rest.groups)
        {
            clusters[from] = rest;
            clusters[to] = joined;
            moved = true;
        }
        if *work == 0 {
            return false;
        }
    }
    moved
}

/// The cluster that opens least more with a group, how much, and what it becomes.
fn cheapest(
    network: &Network,
    clusters: &[Cluster],
    group: usize,
    from: usize,
    work: &mut u64,
) -> Option<(u64, usize, Cluster)> {
    let alone = Cluster::new(network, vec![group]);
    let mut best: Option<(u64, usize, Cluster)> = None;
    for (to, cluster) in clusters.iter().enumerate() {
        if to == from || *work == 0 || !may_join(network, &cluster.groups, &[group]) {
            continue;
        }
        let joined = Cluster::of_both(network, cluster, &alone);
        *work = work.saturating_sub(joined.work());
        let more = joined.cost - cluster.cost.min(joined.cost);
        if best.as_ref().is_none_or(|(least, _, _)| more < *least) && network.fits(&joined.groups) {
            best = Some((more, to, joined));
        }
    }
    best
}
