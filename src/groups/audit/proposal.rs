//! The rules that would do for each group: what its interfaces use and its rules let in, exactly.
//!
//! Each used port of a source goes to one group: the first one of its interface, in the order of
//! the interface, that lets the source in today; where none does, to the first group of all. There
//! it goes to the narrowest source of the rules that let it in today; where none does, to the
//! client's own address. Rules that cannot be judged are kept and take their units first.
//!
//! A rule and what replaces it are there at the same time for a while. So where the whole quota would
//! be too little for the change, the rules are solved for as many units less.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ipnet::IpNet;
use rayon::prelude::*;

use crate::groups::{Peer, ProposedRule, Rule};
use crate::problem::certificate::Repairs;
use crate::problem::instance::{Budget, Group, Instance, InstanceError, Terms};
use crate::problem::limits::Limits;
use crate::problem::port_list::Entry;
use crate::problem::ports::{PortSet, Protocol};
use crate::solve::answer::{Answer, AnswerError, answer};
use crate::solve::record::rule_records;
use crate::solve::{Stop, default_solver};

use super::changes::changes;
use super::strays::is_wide;
use super::world::{Contact, Verdict, World};

/// What proposed rules may be.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// The units that the rules of a group may take of each quota, less the reserve.
    pub quota: Budget,
    /// Units of the quotas that are not to be used.
    pub reserve: Budget,
    /// What a rule may do.
    pub limits: Arc<Limits>,
    /// Whether used ports that are forbidden are left out.
    pub drop_forbidden: bool,
}

/// The rules that would do for a group.
#[derive(Debug, Clone)]
pub struct GroupProposal {
    /// The places of the rules that stay because they are not judged.
    pub kept: Vec<usize>,
    /// The units that these take.
    pub kept_units: Budget,
    /// Units that stay free, so that rules can be replaced one after the other within the quota.
    pub room: Budget,
    /// What the others become.
    pub instead: Instead,
    /// Connections that no rule lets in today, and that the proposal does.
    pub additions: Vec<Contact>,
    /// Used ports that are left out because they are forbidden.
    pub dropped: Vec<Entry>,
}

/// What the judged rules of a group become.
#[derive(Debug, Clone)]
pub enum Instead {
    /// These rules: no others of the same sources within the limits open fewer ports, or the answer
    /// says how many fewer there might be.
    Rules {
        /// The rules.
        rules: Vec<ProposedRule>,
        /// The checked answer that they are.
        answer: Answer,
    },
    /// They stay: no rules within the limits would do.
    Infeasible {
        /// The checked answer that says so.
        answer: Answer,
        /// The quotas that would do, kept rules and the reserve included.
        needed: Budget,
        /// The least `max_open_ports` that would do instead, if one does.
        max_open_ports: Option<u64>,
    },
    /// They stay: no record shows a client of a service on an interface that carries the group.
    NotJudged,
    /// They stay: no rules were found, and none excluded.
    Undecided,
}

/// Why there is no proposal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposeError {
    /// The used ports cannot be had within the limits.
    #[error("{group}: {error}")]
    Instance {
        /// The group.
        group: String,
        /// Why.
        error: InstanceError,
    },
    /// A defect of the solver.
    #[error("{group}: {error}")]
    Answer {
        /// The group.
        group: String,
        /// What the checker says.
        error: AnswerError,
    },
}

/// How often room is made for a change.
const MOST_TRIES: u32 = 3;

/// Used ports of one group, by source and protocol.
type Needs = BTreeMap<(Peer, Protocol), PortSet>;

/// Who uses which ports of a group: `(prefix length, network)` first, so that wide networks come
/// before those inside them.
type Pairs = BTreeSet<(u8, IpNet, Protocol, u16)>;

impl GroupProposal {
    /// The rules of the group under the proposal: kept ones first.
    #[must_use]
    pub fn rules(&self, existing: &[Rule]) -> Vec<Rule> {
        match &self.instead {
            Instead::Rules { rules, .. } => {
                let kept = self.kept.iter().map(|&place| existing[place].clone());
                kept.chain(rules.iter().flat_map(|rule| rule.rules(""))).collect()
            }
            Instead::Infeasible { .. } | Instead::NotJudged | Instead::Undecided => {
                existing.to_vec()
            }
        }
    }
}

/// Proposes rules for each group, in order.
///
/// # Errors
/// When limits refuse the used ports of a group.
pub fn proposals(world: &World, bounds: &Bounds) -> Result<Vec<GroupProposal>, ProposeError> {
    let (pairs, additions) = assigned(world);
    let tasks: Vec<_> = pairs.into_iter().zip(additions).enumerate().collect();
    tasks
        .into_par_iter()
        .map(|(group, (pairs, additions))| proposal(world, bounds, group, &pairs, additions))
        .collect()
}

/// The pairs of each group, and those among them that no rule lets in today.
fn assigned(world: &World) -> (Vec<Pairs>, Vec<Vec<Contact>>) {
    let mut pairs = vec![Pairs::new(); world.groups.len()];
    let mut additions = vec![Vec::new(); world.groups.len()];
    for interface in &world.interfaces {
        for client in interface.clients() {
            let group = match world.verdict(interface, client) {
                (Verdict::Allowed, group) => group,
                (Verdict::Perhaps, _) => None,
                // Its network may be that of everybody.
                (Verdict::Blocked, _) if is_wide(client) => None,
                (Verdict::Blocked, _) => {
                    let first = interface.groups.first().copied();
                    if let Some(first) = first {
                        additions[first].push(*client);
                    }
                    first
                }
            };
            if let Some(group) = group {
                let Contact { network, protocol, port, .. } = *client;
                pairs[group].insert((network.prefix_len(), network, protocol, port));
            }
        }
    }
    (pairs, additions)
}

fn proposal(
    world: &World,
    bounds: &Bounds,
    group: usize,
    pairs: &Pairs,
    additions: Vec<Contact>,
) -> Result<GroupProposal, ProposeError> {
    let rules = &world.groups[group].rules;
    let kept: Vec<usize> = (0..rules.len()).filter(|&at| !world.judges(&rules[at])).collect();
    let kept_units = world.lists.units(kept.iter().map(|&at| &rules[at]));
    let mut proposal = GroupProposal {
        kept,
        kept_units,
        room: Budget::default(),
        instead: Instead::NotJudged,
        additions,
        dropped: Vec::new(),
    };
    // Rules that let in nobody would follow from logs that show nothing.
    if world.carriers(group).all(|interface| interface.clients().next().is_none()) {
        return Ok(proposal);
    }
    let mut needs = needs(world, rules, pairs);
    if bounds.drop_forbidden {
        proposal.dropped = drop_forbidden(&mut needs, &bounds.limits);
    }
    (proposal.instead, proposal.room) = replaceable(world, bounds, group, &needs, kept_units)?;
    Ok(proposal)
}

/// Solves within the quota, less what the change to these rules needs beyond it for a while; within
/// all of the quota where that leaves too little.
fn replaceable(
    world: &World,
    bounds: &Bounds,
    group: usize,
    needs: &Needs,
    kept: Budget,
) -> Result<(Instead, Budget), ProposeError> {
    let existing = world.judged_rules(group);
    let quota = bounds.quota.less(kept);
    let missing = |rules: &[ProposedRule]| {
        changes(&existing, rules, |_| String::new(), &world.lists, quota).order.room()
    };
    let whole = solved(world, bounds, group, needs, kept)?;
    let Instead::Rules { rules, .. } = &whole else { return Ok((whole, Budget::default())) };
    let mut room = missing(rules);
    if room == Budget::default() {
        return Ok((whole, room));
    }
    for _ in 0..MOST_TRIES {
        let instead = solved(world, bounds, group, needs, kept.plus(room))?;
        let Instead::Rules { rules, .. } = &instead else { break };
        match missing(rules) {
            more if more == Budget::default() => return Ok((instead, room)),
            more => room = room.plus(more),
        }
    }
    Ok((whole, Budget::default()))
}

/// Gives each pair to a source of the judged rules that let it in, or to the client itself.
fn needs(world: &World, rules: &[Rule], pairs: &Pairs) -> Needs {
    let judged: Vec<&Rule> = rules.iter().filter(|rule| world.judges(rule)).collect();
    let mut needs = Needs::new();
    for &(_, network, protocol, port) in pairs {
        let around = || judged.iter().filter(|rule| world.sources.has(&rule.peer, network));
        // A port that is open to a wider source for others is open here too.
        let is_open = |rule: &&Rule| {
            let ports = needs.get(&(rule.peer.clone(), protocol));
            ports.is_some_and(|ports: &PortSet| ports.contains(port))
        };
        if around().any(is_open) {
            continue;
        }
        let lets_in = |rule: &&&Rule| {
            rule.allowed.ports(protocol).is_some_and(|span| span.contains(port.into()))
        };
        let narrowest = around().filter(lets_in).max_by_key(|rule| narrowness(&rule.peer));
        let peer = narrowest.map_or(Peer::Cidr(network), |rule| rule.peer.clone());
        needs.entry((peer, protocol)).or_default().insert(port);
    }
    needs
}

/// What is taken to be narrower: a group than a network, and a longer prefix than a shorter one.
fn narrowness(peer: &Peer) -> u8 {
    match peer {
        Peer::Cidr(network) => network.prefix_len(),
        Peer::Group { .. } | Peer::PrefixList { .. } => u8::MAX,
    }
}

fn drop_forbidden(needs: &mut Needs, limits: &Limits) -> Vec<Entry> {
    let mut dropped: BTreeMap<Protocol, PortSet> = BTreeMap::new();
    for ((_, protocol), ports) in needs.iter_mut() {
        for run in ports.runs() {
            for shared in limits.forbidden(*protocol).iter().filter_map(|of| of.intersection(run)) {
                ports.remove_span(shared);
                dropped.entry(*protocol).or_default().insert_span(shared);
            }
        }
    }
    let of = |(protocol, ports): (Protocol, PortSet)| {
        let spans = ports.runs().into_iter();
        spans.map(move |span| Entry { protocol: Some(protocol), span })
    };
    dropped.into_iter().flat_map(of).collect()
}

fn solved(
    world: &World,
    bounds: &Bounds,
    group: usize,
    needs: &Needs,
    kept: Budget,
) -> Result<Instead, ProposeError> {
    let name = || world.groups[group].id.clone();
    let needs: Vec<(&Peer, Protocol, &PortSet)> = needs
        .iter()
        .filter(|(_, ports)| !ports.is_empty())
        .map(|((peer, protocol), ports)| (peer, *protocol, ports))
        .collect();
    let groups = needs.iter().map(|&(peer, protocol, ports)| {
        let (quota, units) = world.lists.units_of(peer);
        let terms = Terms { zone: Some(peer.to_string().into()), quota, units, weight: 1 };
        Group::new(protocol, terms, ports.runs())
    });
    let budget = bounds.quota.less(kept);
    let instance = Instance::of_groups(groups, budget, Arc::clone(&bounds.limits))
        .map_err(|error| ProposeError::Instance { group: name(), error })?;
    let answer = answer(default_solver(), &instance, Stop::never())
        .map_err(|error| ProposeError::Answer { group: name(), error })?;
    if let Answer::Infeasible { repairs, .. } = &answer {
        let Repairs { max_rules, max_rules_ipv6, max_open_ports, .. } = repairs.clone();
        let kept = kept.plus(bounds.reserve);
        let needed = Budget { ipv4: max_rules, ipv6: max_rules_ipv6.unwrap_or(0) }.plus(kept);
        return Ok(Instead::Infeasible { answer, needed, max_open_ports });
    }
    let Some((cover, _)) = answer.cover() else { return Ok(Instead::Undecided) };
    let mut rules = Vec::new();
    for ((&(peer, ..), group), spans) in needs.iter().zip(instance.groups()).zip(&cover.groups) {
        let records = rule_records(group.runs(), spans).into_iter();
        rules.extend(records.filter_map(|record| ProposedRule::of_record(&record, group, peer)));
    }
    Ok(Instead::Rules { rules, answer })
}
