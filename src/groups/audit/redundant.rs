//! Rules that a group would not miss.

use crate::groups::{Allowed, Peer, Rule};
use crate::problem::ports::{Protocol, Span};

use super::access::{Access, overlap};

/// A rule of which others of the group let everything in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redundant {
    /// Its place among the rules of the group.
    pub rule: usize,
    /// The places of the rules that together cover it, none of them redundant.
    pub covered_by: Vec<usize>,
}

/// Rules that may all go at once, and the group allows the same.
///
/// The narrowest go first; of two that cover each other only one goes.
#[must_use]
pub fn redundant(rules: &[Rule]) -> Vec<Redundant> {
    let mut narrowest_first: Vec<usize> = (0..rules.len()).collect();
    narrowest_first.sort_by_key(|&at| {
        (
            width(rules[at].allowed),
            std::cmp::Reverse(length(&rules[at].peer)),
            std::cmp::Reverse(at),
        )
    });
    let mut stays = vec![true; rules.len()];
    for at in narrowest_first {
        stays[at] = false;
        let rest = rules.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(rule, _)| rule);
        stays[at] = !Access::of(rest).allows(&rules[at].peer, rules[at].allowed);
    }
    let covers = |rule: &Rule, other: &Rule| {
        is_inside(&rule.peer, &other.peer) && overlap(rule.allowed, other.allowed)
    };
    let covered = |at: usize| {
        let others = (0..rules.len()).filter(|&other| stays[other]);
        others.filter(|&other| covers(&rules[at], &rules[other])).collect()
    };
    let gone = (0..rules.len()).filter(|&at| !stays[at]);
    gone.map(|at| Redundant { rule: at, covered_by: covered(at) }).collect()
}

fn is_inside(inner: &Peer, outer: &Peer) -> bool {
    match (inner, outer) {
        (Peer::Cidr(inner), Peer::Cidr(outer)) => outer.contains(inner),
        _ => inner == outer,
    }
}

fn length(peer: &Peer) -> u8 {
    match peer {
        Peer::Cidr(network) => network.prefix_len(),
        Peer::PrefixList { .. } | Peer::Group { .. } => 0,
    }
}

/// How many ports a rule opens, and whether it is everything.
pub(super) fn width(allowed: Allowed) -> (u64, bool) {
    let ports = Protocol::ALL.into_iter().filter_map(|protocol| allowed.ports(protocol));
    (ports.map(Span::len).sum(), allowed == Allowed::All)
}
