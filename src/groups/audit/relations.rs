//! How groups relate to each other and to their interfaces: what is there twice, for nothing, or too
//! much.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::groups::{MOST_RULES, Peer, SecurityGroup};
use crate::problem::instance::Budget;
use crate::problem::zones::Family;

use super::access::Access;
use super::attachment::Attachments;
use super::redundant::{Redundant, redundant};
use super::units::PrefixLists;

/// What AWS allows.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// The units of the rules of a group.
    pub rules: Budget,
    /// The groups of an interface.
    pub groups_of_interface: usize,
    /// The units of the rules of an interface in each family, all of its groups together.
    pub rules_of_interface: usize,
}

impl Default for Quotas {
    /// Those of a new account.
    fn default() -> Self {
        Self {
            rules: Budget { ipv4: 60, ipv6: 60 },
            groups_of_interface: 5,
            rules_of_interface: MOST_RULES,
        }
    }
}

/// A group of which another allows everything and more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subset {
    /// Its place among the groups.
    pub group: usize,
    /// The places of those that allow more, at least one.
    pub of: Vec<usize>,
}

/// Why a group is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unused {
    /// No interface carries it, and no rule of another group refers to it.
    Idle,
    /// It lets nothing in.
    WithoutRules,
}

/// More than a quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OverQuota {
    /// The rules of a group.
    RulesOfGroup {
        /// Its place among the groups.
        group: usize,
        /// The quota that is exceeded.
        family: Family,
        /// The units of its rules.
        units: usize,
        /// What is allowed.
        quota: usize,
    },
    /// The groups of an interface.
    GroupsOfInterface {
        /// Its id.
        interface: String,
        /// Number of its groups.
        n_groups: usize,
        /// What is allowed.
        quota: usize,
    },
    /// The rules of an interface.
    RulesOfInterface {
        /// Its id.
        interface: String,
        /// The quota that is exceeded.
        family: Family,
        /// The units of the rules of its groups.
        units: usize,
        /// What is allowed.
        quota: usize,
    },
}

/// How groups relate to each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relations {
    /// Groups of one network that allow the same, by their places, two or more.
    pub duplicates: Vec<Vec<usize>>,
    /// Groups that allow less than another one of their network.
    pub subsets: Vec<Subset>,
    /// Groups of no use; without interfaces that are known, only those without rules.
    pub unused: Vec<(usize, Unused)>,
    /// What is more than a quota.
    pub over_quota: Vec<OverQuota>,
    /// For each group with such rules, those that may go all at once.
    pub redundant: Vec<(usize, Vec<Redundant>)>,
}

/// How groups relate to each other, and to the interfaces if these are known.
///
/// For n groups of r rules it takes O(n²r log r) time and O(nr + found) memory.
#[must_use]
pub fn relations(
    groups: &[SecurityGroup],
    attachments: Option<&Attachments>,
    lists: &PrefixLists,
    quotas: &Quotas,
) -> Relations {
    let accesses: Vec<Access> = groups.iter().map(|group| Access::of(&group.rules)).collect();
    let wider: Vec<Vec<usize>> =
        (0..groups.len()).into_par_iter().map(|at| containing(groups, &accesses, at)).collect();
    let is_same = |one: usize, other: usize| wider[other].binary_search(&one).is_ok();
    let duplicates = (0..groups.len()).map(|at| {
        let mut same: Vec<usize> =
            wider[at].iter().copied().filter(|&other| is_same(at, other)).collect();
        same.push(at);
        same.sort_unstable();
        same
    });
    let duplicates: BTreeSet<Vec<usize>> = duplicates.filter(|same| same.len() > 1).collect();
    let subsets = (0..groups.len()).filter_map(|at| {
        let more = wider[at].iter().copied().filter(|&other| !is_same(at, other));
        let of: Vec<usize> = more.collect();
        (!of.is_empty()).then_some(Subset { group: at, of })
    });
    let redundant = groups.iter().enumerate().map(|(at, group)| (at, redundant(&group.rules)));
    Relations {
        duplicates: duplicates.into_iter().collect(),
        subsets: subsets.collect(),
        unused: unused(groups, attachments),
        over_quota: over_quota(groups, attachments, lists, quotas),
        redundant: redundant.filter(|(_, rules)| !rules.is_empty()).collect(),
    }
}

/// The other groups of the same network that allow everything that a group with rules allows.
fn containing(groups: &[SecurityGroup], accesses: &[Access], at: usize) -> Vec<usize> {
    if accesses[at].is_empty() {
        return Vec::new();
    }
    let contains = |&other: &usize| {
        other != at
            && groups[other].vpc == groups[at].vpc
            && accesses[other].contains(&accesses[at])
    };
    (0..groups.len()).filter(contains).collect()
}

fn unused(groups: &[SecurityGroup], attachments: Option<&Attachments>) -> Vec<(usize, Unused)> {
    let attached = attachments.map(Attachments::groups);
    let mut referenced: BTreeSet<&str> = BTreeSet::new();
    for group in groups {
        for rule in &group.rules {
            if let Peer::Group { id, .. } = &rule.peer
                && *id != group.id
            {
                referenced.insert(id);
            }
        }
    }
    let mut unused = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        let id = group.id.as_str();
        if attached.as_ref().is_some_and(|ids| !ids.contains(id)) && !referenced.contains(id) {
            unused.push((at, Unused::Idle));
        }
        if group.rules.is_empty() {
            unused.push((at, Unused::WithoutRules));
        }
    }
    unused
}

fn over_quota(
    groups: &[SecurityGroup],
    attachments: Option<&Attachments>,
    lists: &PrefixLists,
    quotas: &Quotas,
) -> Vec<OverQuota> {
    let units: Vec<Budget> = groups.iter().map(|group| lists.units(&group.rules)).collect();
    let mut over = Vec::new();
    for (group, units) in units.iter().enumerate() {
        for family in Family::ALL {
            let (units, quota) = (units.of(family), quotas.rules.of(family));
            if units > quota {
                over.push(OverQuota::RulesOfGroup { group, family, units, quota });
            }
        }
    }
    let place: std::collections::BTreeMap<&str, usize> =
        groups.iter().enumerate().map(|(at, group)| (group.id.as_str(), at)).collect();
    for (interface, attachment) in attachments.iter().flat_map(|known| &known.interfaces) {
        let (n_groups, quota) = (attachment.groups.len(), quotas.groups_of_interface);
        if n_groups > quota {
            let interface = interface.clone();
            over.push(OverQuota::GroupsOfInterface { interface, n_groups, quota });
        }
        for family in Family::ALL {
            let carried = attachment.groups.iter().filter_map(|id| place.get(id.as_str()));
            let units: usize = carried.map(|&at| units[at].of(family)).sum();
            let quota = quotas.rules_of_interface;
            if units > quota {
                let interface = interface.clone();
                over.push(OverQuota::RulesOfInterface { interface, family, units, quota });
            }
        }
    }
    over
}
