//! What becomes of each rule that exists.

use std::collections::{BTreeMap, BTreeSet};

use crate::groups::{Allowed, Peer, Rule};
use crate::logs::evidence::Class;
use crate::problem::ports::{Protocol, Span};
use crate::problem::zones::Quota;

use super::relations::Relations;
use super::world::{Verdict, World};

/// Whether connections came in by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Usage {
    /// To services.
    Used {
        /// Records of both directions.
        flows: u64,
        /// Last second, since 1970, if records have times.
        last: Option<u32>,
    },
    /// None to a service; there are ports of clients, of scans, or of which the evidence does not
    /// say what they are.
    NoService {
        /// How many ports of each class.
        classes: BTreeMap<Class, u64>,
    },
    /// None.
    Never,
    /// It cannot be told.
    NotJudged(Doubt),
}

/// Why it cannot be told whether a rule is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// No interface with its group has records.
    NoRecords,
    /// It is not known who its source is.
    Source,
    /// It has no ports, and records of its protocol are only counted for all interfaces together.
    NoPorts {
        /// How many accepted records there are.
        records: u64,
    },
}

impl Doubt {
    /// The reason, for people.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoRecords => "no records of its interfaces",
            Self::Source => "addresses of its source not known",
            Self::NoPorts { .. } => "no ports",
        }
    }
}

/// A rule by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleAt {
    /// The place of its group.
    pub group: usize,
    /// Its place in the group.
    pub rule: usize,
}

/// What is found of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFinding {
    /// Which one.
    pub at: RuleAt,
    /// Whether it is used.
    pub usage: Usage,
    /// How many of its ports are services that somebody reaches by it.
    pub used_ports: u64,
    /// How many ports it has; none if it is not about ports.
    pub ports: Option<u64>,
    /// Rules that together let in all that it lets in, on the same interfaces: one where one does,
    /// else several of its group. All rules with such ones may go at once.
    pub covered_by: Vec<RuleAt>,
    /// Whether it lets in everybody.
    pub is_open_to_world: bool,
    /// The quotas that it counts in.
    pub quota: Quota,
    /// The units of each.
    pub units: u32,
}

/// What is found of each rule, in order.
#[must_use]
pub fn rule_findings(world: &World, relations: &Relations) -> Vec<RuleFinding> {
    let groups = world.groups.iter().enumerate();
    let places =
        groups.flat_map(|(group, of)| (0..of.rules.len()).map(move |rule| RuleAt { group, rule }));
    places.map(|at| finding(world, relations, at)).collect()
}

fn finding(world: &World, relations: &Relations, at: RuleAt) -> RuleFinding {
    let rule = world.rule(at);
    let mut classes: BTreeMap<Class, BTreeSet<(Protocol, u16)>> = BTreeMap::new();
    let (mut flows, mut last) = (0_u64, None);
    for interface in world.carriers(at.group) {
        for contact in &interface.contacts {
            if world.lets_in(rule, contact) != Verdict::Allowed {
                continue;
            }
            classes.entry(contact.class).or_default().insert((contact.protocol, contact.port));
            if contact.class.is_used() {
                flows = flows.saturating_add(contact.flows);
                last = last.max(contact.last);
            }
        }
    }
    let used = classes.iter().filter(|(class, _)| class.is_used());
    let used_ports = used.map(|(_, ports)| ports.len() as u64).sum();
    let usage = match doubt(world, at) {
        Some(doubt) => Usage::NotJudged(doubt),
        None if used_ports > 0 => Usage::Used { flows, last },
        None if classes.is_empty() => Usage::Never,
        None => {
            let count = |(class, ports): (Class, BTreeSet<_>)| (class, ports.len() as u64);
            Usage::NoService { classes: classes.into_iter().map(count).collect() }
        }
    };
    let spans = Protocol::ALL.into_iter().filter_map(|protocol| rule.allowed.ports(protocol));
    let ports: u64 = spans.map(Span::len).sum();
    let (quota, units) = world.lists.units_of(&rule.peer);
    RuleFinding {
        at,
        usage,
        used_ports,
        ports: Some(ports).filter(|&ports| ports > 0),
        covered_by: match covered_by(world, at) {
            Some(one) => vec![one],
            None => covered_together(relations, at),
        },
        is_open_to_world: rule.peer.is_world(),
        quota,
        units,
    }
}

/// Why a rule is not judged, if it is not.
fn doubt(world: &World, at: RuleAt) -> Option<Doubt> {
    const ICMP: u8 = 1;
    const ICMPV6: u8 = 58;
    let rule = world.rule(at);
    let of = |number| world.without_ports.get(&number).copied().unwrap_or_default();
    let records = match rule.allowed {
        Allowed::Ports { .. } | Allowed::All => None,
        Allowed::Icmp { v6, .. } => Some(of(if v6 { ICMPV6 } else { ICMP })),
        Allowed::Protocol(number) => Some(of(number)),
    };
    if world.carriers(at.group).next().is_none() {
        Some(Doubt::NoRecords)
    } else if let Some(records) = records {
        Some(Doubt::NoPorts { records })
    } else {
        (!world.sources.knows(&rule.peer)).then_some(Doubt::Source)
    }
}

/// A rule of the same group, or of one that all interfaces with the group carry too.
fn covered_by(world: &World, at: RuleAt) -> Option<RuleAt> {
    let rule = world.rule(at);
    let mut groups = vec![at.group];
    let is_carried = world.carriers(at.group).next().is_some() && world.silent[at.group].is_empty();
    let beside = |group: &usize| {
        *group != at.group
            && is_carried
            && world.carriers(at.group).all(|interface| interface.groups.contains(group))
    };
    groups.extend((0..world.groups.len()).filter(beside));
    let rules = groups.into_iter().flat_map(|group| {
        (0..world.groups[group].rules.len()).map(move |rule| RuleAt { group, rule })
    });
    let mut wider = rules.filter(|&other| other != at && covers(world.rule(other), rule));
    // Of two that are equal, only the later one is covered.
    wider.find(|&other| other < at || !covers(rule, world.rule(other)))
}

/// Several rules of the same group.
fn covered_together(relations: &Relations, at: RuleAt) -> Vec<RuleAt> {
    let of_group = relations.redundant.iter().filter(|(group, _)| *group == at.group);
    let redundant = of_group.flat_map(|(_, rules)| rules).find(|of| of.rule == at.rule);
    let covering = redundant.iter().flat_map(|of| &of.covered_by);
    covering.map(|&rule| RuleAt { rule, ..at }).collect()
}

/// Whether a rule lets in everything that another one does.
fn covers(wider: &Rule, rule: &Rule) -> bool {
    let peers = match (&wider.peer, &rule.peer) {
        (Peer::Cidr(outer), Peer::Cidr(inner)) => outer.contains(inner),
        (one, other) => one == other,
    };
    peers && wider.allowed.contains(rule.allowed)
}

impl World {
    /// The rule at a place.
    #[must_use]
    pub fn rule(&self, at: RuleAt) -> &Rule {
        &self.groups[at.group].rules[at.rule]
    }
}
