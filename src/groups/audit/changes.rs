//! From the rules that exist to those that are proposed: what to keep, narrow, add and remove.

use crate::groups::{Peer, ProposedRule, Rule};
use crate::problem::instance::Budget;

use super::order::{Order, order};
use super::redundant::width;
use super::units::{PrefixList, PrefixLists};

/// A rule that exists and is proposed, by its places among both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its place among the rules that exist.
    pub existing: usize,
    /// Its place among those that are proposed.
    pub proposed: usize,
}

/// A rule that is replaced by rules inside of it, from the same source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    /// Its place among the rules that exist.
    pub existing: usize,
    /// The places of what replaces it among the proposed rules, at least one.
    pub into: Vec<usize>,
}

/// What turns the rules of a group into others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The rules that exist.
    pub existing: Vec<Rule>,
    /// The rules that are proposed, each of one source.
    pub proposed: Vec<Rule>,
    /// Rules that stay: the same traffic from the same source.
    pub keep: Vec<Kept>,
    /// Rules that are replaced by narrower ones.
    pub narrow: Vec<Narrowed>,
    /// The places of the proposed rules that are new and narrow none.
    pub add: Vec<usize>,
    /// The places of the rules that go without replacement.
    pub remove: Vec<usize>,
    /// The units of the rules that exist.
    pub units_before: Budget,
    /// The units of the proposed rules.
    pub units_after: Budget,
    /// What is done first.
    pub order: Order,
    /// What whoever applies them should know, a sentence each.
    pub caveats: Vec<String>,
}

impl Changes {
    /// The places of the proposed rules that do not exist yet, in order.
    #[must_use]
    pub fn authorised(&self) -> Vec<usize> {
        let narrower = self.narrow.iter().flat_map(|narrowed| &narrowed.into);
        let mut places: Vec<usize> = self.add.iter().chain(narrower).copied().collect();
        places.sort_unstable();
        places
    }

    /// The places of the rules that exist and do not stay, in order.
    #[must_use]
    pub fn revoked(&self) -> Vec<usize> {
        let wider = self.narrow.iter().map(|narrowed| narrowed.existing);
        let mut places: Vec<usize> = self.remove.iter().copied().chain(wider).collect();
        places.sort_unstable();
        places
    }

    /// Whether the group has the proposed rules and no others.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.narrow.is_empty() && self.add.is_empty() && self.remove.is_empty()
    }
}

/// What turns the rules of one group into the proposed ones within a quota.
///
/// `describe` says what the description of each new rule is to be. Prefix lists that only the
/// proposal knows count there as they count in it.
#[must_use]
pub fn changes(
    existing: &[Rule],
    proposed: &[ProposedRule],
    describe: impl Fn(&ProposedRule) -> String,
    lists: &PrefixLists,
    quota: Budget,
) -> Changes {
    let lists = with_proposed(lists, proposed);
    let mut rules: Vec<Rule> = Vec::new();
    for rule in proposed.iter().flat_map(|rule| rule.rules(&describe(rule)).collect::<Vec<_>>()) {
        if !rules.iter().any(|other| is_same(other, &rule)) {
            rules.push(rule);
        }
    }
    let keep = kept(existing, &rules);
    let mut new: Vec<usize> = (0..rules.len()).collect();
    new.retain(|&place| !keep.iter().any(|kept| kept.proposed == place));
    let mut old: Vec<usize> = (0..existing.len()).collect();
    old.retain(|&place| !keep.iter().any(|kept| kept.existing == place));
    let narrow = narrowed(existing, &old, &rules, &new);
    let order = order(existing, &old, &rules, &new, &lists, quota);
    new.retain(|place| !narrow.iter().any(|narrowed| narrowed.into.contains(place)));
    old.retain(|&place| !narrow.iter().any(|narrowed| narrowed.existing == place));
    Changes {
        units_before: lists.units(existing),
        units_after: lists.units(&rules),
        existing: existing.to_vec(),
        proposed: rules,
        keep,
        narrow,
        add: new,
        remove: old,
        order,
        caveats: Vec::new(),
    }
}

/// The prefix lists that are known, from elsewhere or from the proposal.
fn with_proposed(lists: &PrefixLists, proposed: &[ProposedRule]) -> PrefixLists {
    let mut lists = lists.clone();
    for rule in proposed {
        for peer in &rule.peers {
            if let Peer::PrefixList { id } = peer {
                let list = PrefixList { quota: rule.quota, units: rule.units_per_peer };
                lists.lists.entry(id.clone()).or_insert(list);
            }
        }
    }
    lists
}

/// Whether two sources are one: the ids of groups are unique, so that accounts only rule out.
fn is_same_peer(one: &Peer, other: &Peer) -> bool {
    match (one, other) {
        (Peer::Group { id, account }, Peer::Group { id: other_id, account: other_account }) => {
            id == other_id
                && (account.is_none() || other_account.is_none() || account == other_account)
        }
        _ => one == other,
    }
}

fn is_same(one: &Rule, other: &Rule) -> bool {
    one.allowed == other.allowed && is_same_peer(&one.peer, &other.peer)
}

/// Pairs each rule that exists with a proposed rule of the same traffic and source.
fn kept(existing: &[Rule], proposed: &[Rule]) -> Vec<Kept> {
    let mut keep: Vec<Kept> = Vec::new();
    for (place, rule) in existing.iter().enumerate() {
        let is_free = |at: usize| !keep.iter().any(|kept| kept.proposed == at);
        let same = (0..proposed.len()).find(|&at| is_free(at) && is_same(rule, &proposed[at]));
        keep.extend(same.map(|proposed| Kept { existing: place, proposed }));
    }
    keep
}

/// Gives each new rule to the narrowest rule that it is inside of, from the same source.
fn narrowed(existing: &[Rule], old: &[usize], proposed: &[Rule], new: &[usize]) -> Vec<Narrowed> {
    let around = |rule: &Rule| {
        let contains = |&&at: &&usize| {
            let wider = &existing[at];
            is_same_peer(&wider.peer, &rule.peer) && wider.allowed.contains(rule.allowed)
        };
        old.iter().filter(contains).copied().min_by_key(|&at| width(existing[at].allowed))
    };
    let wider: Vec<Option<usize>> = new.iter().map(|&at| around(&proposed[at])).collect();
    let of = |&existing: &usize| {
        let inside = new.iter().zip(&wider).filter(|(_, wider)| **wider == Some(existing));
        let into: Vec<usize> = inside.map(|(&at, _)| at).collect();
        (!into.is_empty()).then_some(Narrowed { existing, into })
    };
    old.iter().filter_map(of).collect()
}
