//! Rules over several security groups, none of them over its quotas.
//!
//! A rule for several CIDRs is as good in parts: each CIDR takes one unit of one quota, and such
//! units fill whatever is left. What cannot be divided (prefix lists, and what counts in both
//! quotas) makes this bin packing in two dimensions. First whole rules go, in order, where they
//! fit first; then parts of them; then first-fit decreasing (Johnson, 1973); then a search over all
//! ways for the indivisible ones, with a bound on its nodes.

use std::cmp::Reverse;
use std::ops::Range;

use thiserror::Error;

use crate::problem::cover::Cover;
use crate::problem::instance::{Budget, Group, Instance};
use crate::problem::ports::Span;
use crate::problem::zones::{Family, Quota, Zones};

use super::propose::sources_of;

/// Nodes of the search after which it gives up.
const MOST_NODES: usize = 1_000_000;

/// What a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// The quotas that each source counts in.
    pub quota: Quota,
    /// The units that each source takes of these quotas.
    pub units: u32,
    /// How many sources there are.
    pub n_peers: usize,
}

/// Some consecutive sources of a rule, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The rule, by index.
    pub rule: usize,
    /// The sources, by index.
    pub peers: Range<usize>,
}

/// Why rules do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SplitError {
    /// They take more than all groups together have.
    #[error("the rules take more units than {0} security groups have together")]
    TooMany(usize),
    /// One source takes more than any group has.
    #[error(
        "one rule takes {units} units, more than any one security group has left; a prefix list with fewer entries, or CIDRs, would fit"
    )]
    TooLarge {
        /// What it takes.
        units: u32,
    },
    /// Proven: there is no way.
    #[error(
        "the rules fit {0} security groups together, but no way to share them out, since prefix lists and references cannot be divided; {HELP}"
    )]
    Indivisible(usize),
    /// The search has given up.
    #[error(
        "no way was found to share the rules out over {0} security groups, and none was excluded; {HELP}"
    )]
    Undecided(usize),
}

const HELP: &str =
    "one more security group, a smaller --max-rules, or prefix lists with fewer entries would help";

impl Load {
    /// Whether its sources can be in different groups, and fill any gap.
    fn is_divisible(self) -> bool {
        self.units == 1 && self.quota != Quota::Both
    }

    /// What so many of its sources take.
    fn units(self, n_peers: usize) -> Budget {
        let mut units = Budget::default();
        units.add_units(self.quota, self.units as usize * n_peers);
        units
    }
}

/// What each rule of a cover takes, in order of the groups.
#[must_use]
pub fn loads(instance: &Instance, cover: &Cover, zones: Option<&Zones>) -> Vec<Load> {
    let groups = instance.groups().iter().zip(&cover.groups);
    let of_group = |(group, spans): (&Group, &Vec<Span>)| {
        let terms = group.terms();
        let n_peers = sources_of(zones, terms).map_or(1, |peers| peers.len());
        let units = terms.units / u32::try_from(n_peers).unwrap_or(1).max(1);
        vec![Load { quota: terms.quota, units, n_peers }; spans.len()]
    };
    groups.flat_map(of_group).collect()
}

/// What each group has left where each has the same quotas, and the first ones keep the reserve.
#[must_use]
pub fn capacities(quota: Budget, mut reserve: Budget, n_groups: usize) -> Vec<Budget> {
    let next = |_| {
        let kept = reserve.min(quota);
        reserve = reserve.less(kept);
        quota.less(kept)
    };
    (0..n_groups).map(next).collect()
}

/// The parts of each group, in order of the rules, with as few groups as possible; at least one.
///
/// # Errors
/// When the rules do not fit, or no way was found.
pub fn split(loads: &[Load], capacities: &[Budget]) -> Result<Vec<Vec<Part>>, SplitError> {
    let mut total = Budget::default();
    for load in loads {
        let units = load.units(load.n_peers);
        total = total.plus(units);
    }
    let mut last = SplitError::TooMany(capacities.len());
    for n_groups in 1..=capacities.len() {
        let groups = &capacities[..n_groups];
        if total.exceeds(sum(groups)).is_some() {
            continue;
        }
        match within(loads, groups) {
            Ok(parts) => return Ok(parts),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The units of all groups together.
pub(super) fn sum(capacities: &[Budget]) -> Budget {
    // A file that is checked may say any number.
    capacities.iter().fold(Budget::default(), |sum, units| sum.plus(*units))
}

fn within(loads: &[Load], capacities: &[Budget]) -> Result<Vec<Vec<Part>>, SplitError> {
    let in_order: Vec<usize> = (0..loads.len()).collect();
    for whole in [true, false] {
        if let Some(parts) = first_fit(loads, &in_order, capacities, whole) {
            return Ok(parts);
        }
    }
    let mut decreasing = in_order;
    decreasing.sort_by_key(|&rule| {
        (loads[rule].is_divisible(), Reverse(loads[rule].units), Reverse(loads[rule].quota))
    });
    if let Some(parts) = first_fit(loads, &decreasing, capacities, false) {
        return Ok(parts);
    }
    search(loads, &decreasing, capacities)
}

/// Puts each rule where it fits first; with parts of it, wherever there is room.
fn first_fit(
    loads: &[Load],
    order: &[usize],
    capacities: &[Budget],
    whole: bool,
) -> Option<Vec<Vec<Part>>> {
    let mut room = capacities.to_vec();
    let mut groups = vec![Vec::new(); capacities.len()];
    for &rule in order {
        let load = loads[rule];
        let mut placed = 0;
        for (room, parts) in room.iter_mut().zip(&mut groups) {
            let left = load.n_peers - placed;
            let fits = room.n_rules(load.quota, load.units as usize).min(left);
            if fits == 0 || whole && fits < left {
                continue;
            }
            *room = room.less(load.units(fits));
            parts.push(Part { rule, peers: placed..placed + fits });
            placed += fits;
        }
        if placed < load.n_peers {
            return None;
        }
    }
    for parts in &mut groups {
        parts.sort_by_key(|part| (part.rule, part.peers.start));
    }
    Some(groups)
}

/// Tries all ways for what cannot be divided; the rest fits once that does, since each of its units
/// fills any gap of its quota.
fn search(
    loads: &[Load],
    decreasing: &[usize],
    capacities: &[Budget],
) -> Result<Vec<Vec<Part>>, SplitError> {
    let hard: Vec<usize> =
        decreasing.iter().copied().filter(|&rule| !loads[rule].is_divisible()).collect();
    let fits_somewhere = |rule: &&usize| {
        let load = loads[**rule];
        !capacities.iter().any(|room| room.n_rules(load.quota, load.units as usize) > 0)
    };
    if let Some(&rule) = hard.iter().find(fits_somewhere) {
        return Err(SplitError::TooLarge { units: loads[rule].units });
    }
    let mut search = Search {
        loads: hard.iter().map(|&rule| loads[rule]).collect(),
        room: capacities.to_vec(),
        places: Vec::new(),
        nodes: MOST_NODES,
    };
    if !search.place() {
        return Err(if search.nodes == 0 {
            SplitError::Undecided(capacities.len())
        } else {
            SplitError::Indivisible(capacities.len())
        });
    }
    let soft: Vec<usize> = (0..loads.len()).filter(|&rule| loads[rule].is_divisible()).collect();
    let mut groups = first_fit(loads, &soft, &search.room, false)
        .ok_or(SplitError::Undecided(capacities.len()))?;
    for (&rule, &group) in hard.iter().zip(&search.places) {
        groups[group].push(Part { rule, peers: 0..loads[rule].n_peers });
    }
    for parts in &mut groups {
        parts.sort_by_key(|part| (part.rule, part.peers.start));
    }
    Ok(groups)
}

/// A search in depth for places of indivisible loads, the largest first.
struct Search {
    loads: Vec<Load>,
    room: Vec<Budget>,
    places: Vec<usize>,
    nodes: usize,
}

impl Search {
    /// Places the loads from the first that has no place on.
    fn place(&mut self) -> bool {
        let next = self.places.len();
        let Some(&load) = self.loads.get(next) else { return true };
        // Equal loads are placed in order of the groups, for all orders are alike.
        let alike = next > 0 && self.loads[next - 1] == load;
        let first = if alike { self.places[next - 1] } else { 0 };
        let units = load.units(load.n_peers);
        for group in first..self.room.len() {
            let room = self.room[group];
            // Groups with the same room are alike too.
            let is_tried = self.room[first..group].contains(&room);
            if is_tried || units.exceeds(room).is_some() {
                continue;
            }
            if self.nodes == 0 {
                return false;
            }
            self.nodes -= 1;
            self.room[group] = room.less(units);
            self.places.push(group);
            if self.place() {
                return true;
            }
            self.places.pop();
            self.room[group] = room;
        }
        false
    }
}

/// What the parts of a group take.
#[must_use]
pub fn units(loads: &[Load], parts: &[Part]) -> Budget {
    let mut units = Budget::default();
    for part in parts {
        let load = loads[part.rule];
        units.add_units(load.quota, load.units as usize * part.peers.len());
    }
    units
}

/// Why a split is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SplitViolation {
    /// A part of no rule.
    #[error("security group {group} has a part of no rule")]
    Part {
        /// The group, from 1 on.
        group: usize,
    },
    /// A source in two groups, or in none.
    #[error("source {peer} of rule {rule} is in {times} security groups")]
    Times {
        /// The rule, from 1 on.
        rule: usize,
        /// The source, from 1 on.
        peer: usize,
        /// How often.
        times: usize,
    },
    /// More than the quota.
    #[error("security group {group} takes {taken} {what}, {most} are left in it", what = .family.units())]
    Units {
        /// The group, from 1 on.
        group: usize,
        /// The quota.
        family: Family,
        /// What its rules take.
        taken: usize,
        /// What there is.
        most: usize,
    },
}

/// Checks that every source of every rule is in one group, and no group over its quotas.
///
/// # Errors
/// The first violation.
pub fn check_split(
    loads: &[Load],
    capacities: &[Budget],
    groups: &[Vec<Part>],
) -> Result<(), SplitViolation> {
    let mut times: Vec<Vec<usize>> = loads.iter().map(|load| vec![0; load.n_peers]).collect();
    for (i, parts) in groups.iter().enumerate() {
        let group = i + 1;
        for part in parts {
            let peers =
                times.get_mut(part.rule).and_then(|peers| peers.get_mut(part.peers.clone()));
            peers.ok_or(SplitViolation::Part { group })?.iter_mut().for_each(|n| *n += 1);
        }
        let taken = units(loads, parts);
        let most = capacities.get(i).copied().unwrap_or_default();
        if let Some(family) = taken.exceeds(most) {
            let (taken, most) = (taken.of(family), most.of(family));
            return Err(SplitViolation::Units { group, family, taken, most });
        }
    }
    for (rule, peers) in times.iter().enumerate() {
        if let Some(peer) = peers.iter().position(|&times| times != 1) {
            let times = peers[peer];
            return Err(SplitViolation::Times { rule: rule + 1, peer: peer + 1, times });
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
