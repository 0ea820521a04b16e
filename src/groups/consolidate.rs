//! Which groups can become one, and how many ports that opens.
//!
//! # The model
//!
//! There are n groups, and interfaces that each carry some of them. A *partition* puts the groups
//! into K *clusters*. Each cluster becomes one group with the rules of all of its groups, adjacent
//! ranges joined, and every interface that carried one of them carries it. The *cost* is what is
//! newly open then: the sum over interfaces, and over the sources that rules name, of the ports that
//! were not open there to that source or to a network that contains it. What has no ports (an ICMP
//! type, another protocol, the rest of all traffic) counts as one port, so that a partition of cost
//! 0 opens nothing. A port counts for each source that a rule names, even if one is inside another.
//!
//! A cluster stays within one network (VPC), and its rules fit into the quota of each family. A group
//! that rules refer to joins only groups on the same interfaces: else the reference would let in
//! more interfaces. The answer is the front: the least cost for every number of groups, from n down.
//!
//! This is role mining with users, permissions and roles as interfaces, ports of sources and groups:
//! Ene, Horne, Milosavljevic, Rao, Schreiber, Tarjan, "Fast exact and heuristic methods for role
//! minimization problems", SACMAT 2008. There a user's roles give exactly its permissions; here
//! more may be given, at a cost. It is NP-hard.
//!
//! # How it is found
//!
//! Each network on its own: all partitions by branch and bound where there are at most 12 groups,
//! else merges of the cheapest pair and moves of single groups, with a proven lower bound
//! beside each. The fronts of the networks are joined by (min,+) convolution, and so are the bounds.
//! Work and memory are bounded: O(n²) pairs, O((n + interfaces' sets of groups) × atoms) bits, and a
//! fixed number of atoms looked at.

mod atoms;
mod bound;
mod cluster;
mod exact;
mod join;
mod merging;
mod moves;
mod partition;

use std::collections::{BTreeMap, BTreeSet};

use crate::groups::{Peer, SecurityGroup};
use crate::problem::instance::Budget;

use crate::groups::audit::{Attachments, PrefixLists};
use atoms::Network;
use exact::Best;
use join::{Part, join};
pub use partition::{Consolidation, Partition};

/// For each number of groups, what merging them to so many opens at least.
#[must_use]
pub fn consolidate(
    groups: &[SecurityGroup],
    attachments: &Attachments,
    lists: &PrefixLists,
    quota: Budget,
) -> Consolidation {
    let mut networks: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        networks.entry(group.vpc.as_deref()).or_default().push(at);
    }
    let targets = references(groups);
    let parts = networks.into_values().map(|places| {
        let members: Vec<&SecurityGroup> = places.iter().map(|&at| &groups[at]).collect();
        let referenced = members.iter().map(|group| targets.contains(group.id.as_str())).collect();
        let carried = carried(&members, attachments);
        part(&Network::new(&members, &carried, referenced, lists, quota), places)
    });
    join(&parts.collect::<Vec<_>>())
}

/// The ids of the groups that rules refer to.
fn references(groups: &[SecurityGroup]) -> BTreeSet<&str> {
    let rules = groups.iter().flat_map(|group| &group.rules);
    let ids = rules.filter_map(|rule| match &rule.peer {
        Peer::Group { id, .. } => Some(id.as_str()),
        Peer::Cidr(_) | Peer::PrefixList { .. } => None,
    });
    ids.collect()
}

/// The sets of places of groups that interfaces carry, with how many carry each.
fn carried(groups: &[&SecurityGroup], attachments: &Attachments) -> BTreeMap<Vec<usize>, u64> {
    let place: BTreeMap<&str, usize> =
        groups.iter().enumerate().map(|(at, group)| (group.id.as_str(), at)).collect();
    let mut carried = BTreeMap::new();
    for attachment in attachments.interfaces.values() {
        let ids = attachment.groups.iter();
        let set: BTreeSet<usize> = ids.filter_map(|id| place.get(id.as_str()).copied()).collect();
        if !set.is_empty() {
            *carried.entry(set.into_iter().collect()).or_default() += 1;
        }
    }
    carried
}

/// The front of one network.
fn part(network: &Network, places: Vec<usize>) -> Part {
    let found = merging::merging(network);
    let is_exact = exact::is_small(network);
    let (best, bounds) = if is_exact {
        let best = exact::exact(network, found);
        let of = |best: &Best| best.as_ref().map_or(u64::MAX, |(cost, _)| *cost);
        let bounds = best.iter().map(of).collect();
        (best, bounds)
    } else {
        (found, bound::bounds(network))
    };
    Part { places, best, bounds, is_exact }
}

#[cfg(test)]
mod tests;
