//! In which order rules are authorised and revoked, so that nobody is ever blocked.
//!
//! All new rules first, then the revocations: whoever is let in by a proposed rule is let in
//! throughout, by the rule that let them in before or by the proposed one. For a while the group has
//! both. Where that is more than its quota, a rule is revoked as soon as each new rule that overlaps
//! with it is there: no connection that is waiting for its new rule passed by the old one then. The
//! next old rule to be replaced is one that frees no fewer units than its new rules take, those that
//! take least first; then those that free most. For old rules that share no new rule and count in
//! one quota, no order of replacing them one after the other needs less: it is the rule for two
//! machines of S. M. Johnson, "Optimal two- and three-stage production schedules with setup times
//! included", Naval Research Logistics Quarterly 1, 1954.

use crate::groups::{Peer, Rule};
use crate::problem::instance::Budget;
use crate::problem::zones::Family;

use super::access::overlap;
use super::units::PrefixLists;

/// One request to AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Adds these of the proposed rules.
    Authorise(Vec<usize>),
    /// Takes these of the existing rules away.
    Revoke(Vec<usize>),
}

/// What is done first, and what that needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The requests, in order.
    pub steps: Vec<Step>,
    /// The most units of each family at any time in between.
    pub peak: Budget,
    /// Those if all new rules came first.
    pub peak_of_all_first: Budget,
    /// What the group may hold.
    pub quota: Budget,
}

impl Order {
    /// Whether the quota is never exceeded.
    #[must_use]
    pub fn fits(&self) -> bool {
        is_within(self.peak, self.quota)
    }

    /// Whether all new rules come before the first revocation.
    #[must_use]
    pub fn is_all_first(&self) -> bool {
        let mut revokes = self.steps.iter().skip_while(|step| matches!(step, Step::Authorise(_)));
        revokes.all(|step| matches!(step, Step::Revoke(_)))
    }

    /// The units beyond the quota that the order needs for a while.
    #[must_use]
    pub fn room(&self) -> Budget {
        self.peak.less(self.quota)
    }
}

fn is_within(units: Budget, quota: Budget) -> bool {
    Family::ALL.into_iter().all(|family| units.of(family) <= quota.of(family))
}

/// The order for the rules `old` to be revoked and the rules `new` to be authorised.
pub(super) fn order(
    existing: &[Rule],
    old: &[usize],
    proposed: &[Rule],
    new: &[usize],
    lists: &PrefixLists,
    quota: Budget,
) -> Order {
    let units_of = |rule: &Rule| lists.units([rule]);
    let all = existing.iter().chain(new.iter().map(|&at| &proposed[at]));
    let peak_of_all_first = lists.units(all);
    let mut queue = Queue {
        units: lists.units(existing),
        peak: lists.units(existing),
        old: Vec::new(),
        new: new.iter().map(|&at| (at, units_of(&proposed[at]))).collect(),
        steps: Vec::new(),
    };
    for &at in old {
        let rule = &existing[at];
        let overlaps = |&new: &usize| {
            overlap(rule.allowed, proposed[new].allowed)
                && may_share(&rule.peer, &proposed[new].peer)
        };
        let waits = new.iter().copied().filter(overlaps).collect();
        queue.old.push(Old { at, units: units_of(rule), waits });
    }
    if is_within(peak_of_all_first, quota) {
        queue.all_first();
    } else {
        queue.one_after_the_other();
    }
    Order { steps: queue.steps, peak: queue.peak, peak_of_all_first, quota }
}

/// Whether an address can belong to both: of prefix lists and groups nobody knows.
fn may_share(one: &Peer, other: &Peer) -> bool {
    match (one, other) {
        (Peer::Cidr(one), Peer::Cidr(other)) => one.contains(other) || other.contains(one),
        _ => true,
    }
}

/// A rule to be revoked.
struct Old {
    at: usize,
    units: Budget,
    /// The new rules that must be there first.
    waits: Vec<usize>,
}

/// What is still to be done.
struct Queue {
    old: Vec<Old>,
    new: Vec<(usize, Budget)>,
    units: Budget,
    peak: Budget,
    steps: Vec<Step>,
}

fn total(units: Budget) -> usize {
    units.ipv4 + units.ipv6
}

impl Queue {
    fn all_first(&mut self) {
        let new = self.new.iter().map(|&(at, _)| at).collect();
        self.authorise(new);
        self.revoke_free();
    }

    fn one_after_the_other(&mut self) {
        self.revoke_free();
        while let Some(next) = self.next() {
            self.authorise(next);
            self.revoke_free();
        }
        let rest = self.new.iter().map(|&(at, _)| at).collect();
        self.authorise(rest);
    }

    /// The new rules for the old rule that is to be replaced next.
    fn next(&self) -> Option<Vec<usize>> {
        let rank = |old: &&Old| {
            let (need, gain) = (self.need(old), total(old.units));
            if need <= gain { (false, need) } else { (true, usize::MAX - gain) }
        };
        Some(self.old.iter().min_by_key(rank)?.waits.clone())
    }

    /// The units of the new rules that an old one still waits for.
    fn need(&self, old: &Old) -> usize {
        let missing = self.new.iter().filter(|(at, _)| old.waits.contains(at));
        missing.map(|&(_, units)| total(units)).sum()
    }

    fn authorise(&mut self, mut places: Vec<usize>) {
        places.retain(|at| self.new.iter().any(|(new, _)| new == at));
        for family in Family::ALL {
            let units = self.new.iter().filter(|(at, _)| places.contains(at));
            let units: usize = units.map(|(_, units)| units.of(family)).sum();
            self.units = self.units.with(family, self.units.of(family) + units);
            self.peak = self.peak.with(family, self.peak.of(family).max(self.units.of(family)));
        }
        self.new.retain(|(at, _)| !places.contains(at));
        if !places.is_empty() {
            self.steps.push(Step::Authorise(places));
        }
    }

    /// Revokes every old rule that waits for nothing.
    fn revoke_free(&mut self) {
        let new = &self.new;
        let waits = |old: &Old| old.waits.iter().any(|at| new.iter().any(|(new, _)| new == at));
        let (waiting, free): (Vec<Old>, Vec<Old>) = self.old.drain(..).partition(waits);
        self.old = waiting;
        for old in &free {
            self.units = self.units.less(old.units);
        }
        if !free.is_empty() {
            self.steps.push(Step::Revoke(free.iter().map(|old| old.at).collect()));
        }
    }
}
