//! An answer shared out over security groups, and what each further group buys.

use std::collections::HashMap;

use thiserror::Error;

use crate::groups::Solved;
use crate::problem::cover::Cover;
use crate::problem::instance::{Budget, Instance};
use crate::problem::zones::{MAX_UNITS, Zones};
use crate::solve::answer::{AnswerError, answer};
use crate::solve::record::{OutcomeName, PartRecord, SecurityGroupsRecord};
use crate::solve::{Stop, default_solver};

use super::propose::sources_of;
use super::split::{
    Load, Part, SplitError, SplitViolation, capacities, check_split, loads, split, sum, units,
};
use super::{Peer, ProposedRule};

/// Most inbound rules of all security groups of an interface.
pub const MOST_RULES: usize = MAX_UNITS as usize;

/// Most security groups of an interface.
pub const MOST_GROUPS: usize = 16;

/// The rules of an answer by security group.
#[derive(Debug, Clone)]
pub struct Division {
    /// The units that each group may take of each quota.
    pub quota: Budget,
    /// The units that each group has left, for all groups that there may be.
    pub capacities: Vec<Budget>,
    /// What each rule takes.
    pub loads: Vec<Load>,
    /// The parts of each group in use; none without a cover.
    pub groups: Vec<Vec<Part>>,
    /// The answer for each number of groups, from 1 on.
    pub bought: Vec<Bought>,
}

/// What can be had with so many groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bought {
    /// The kind of answer.
    pub outcome: OutcomeName,
    /// What the rules open.
    pub open_ports: Option<u64>,
    /// What that costs.
    pub cost: Option<u64>,
}

/// Why an answer is not shared out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DivisionError {
    /// The rules do not fit.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A defect of the split.
    #[error("the split is wrong: {0}")]
    Wrong(#[from] SplitViolation),
    /// A smaller number of groups has no answer.
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

impl Division {
    /// Shares the rules of an answer out over at most so many groups, as few as they need.
    ///
    /// # Errors
    /// When they do not fit, or the solver fails for fewer groups.
    pub fn new(
        solved: &Solved,
        quota: Budget,
        n_groups: usize,
        stop: Stop,
    ) -> Result<Self, DivisionError> {
        let capacities = capacities(quota, solved.reserve, n_groups);
        let bought = (1..=n_groups).map(|n| {
            if sum(&capacities[..n]) == solved.instance.budget() {
                return Ok(Bought::of(&solved.answer));
            }
            let instance = solved.instance.with_budget(sum(&capacities[..n]));
            Ok(Bought::of(&answer(default_solver(), &instance, stop)?))
        });
        let bought = bought.collect::<Result<Vec<_>, AnswerError>>()?;
        let Some((cover, _)) = solved.answer.cover() else {
            let (loads, groups) = (Vec::new(), Vec::new());
            return Ok(Self { quota, capacities, loads, groups, bought });
        };
        let loads = loads(&solved.instance, cover, solved.source.zones.as_deref());
        let groups = split(&loads, &capacities)?;
        check_split(&loads, &capacities, &groups)?;
        Ok(Self { quota, capacities, loads, groups, bought })
    }

    /// What the rules of a group take.
    #[must_use]
    pub fn units(&self, group: usize) -> Budget {
        units(&self.loads, &self.groups[group])
    }

    /// The rules of each group in use.
    #[must_use]
    pub fn rules(&self, rules: &[ProposedRule]) -> Vec<Vec<ProposedRule>> {
        let part = |part: &Part| {
            let rule = &rules[part.rule];
            ProposedRule { peers: rule.peers[part.peers.clone()].to_vec(), ..rule.clone() }
        };
        self.groups.iter().map(|parts| parts.iter().map(part).collect()).collect()
    }

    /// What stands in the file of the answer.
    #[must_use]
    pub fn record(&self, solved: &Solved) -> SecurityGroupsRecord {
        let cover = solved.answer.cover().map(|(cover, _)| cover);
        let places: Vec<(usize, usize)> = cover.map(places).unwrap_or_default();
        let part = |part: &Part| {
            let (group, rule) = places[part.rule];
            let is_whole = part.peers.len() == self.loads[part.rule].n_peers;
            let terms = solved.instance.groups()[group].terms();
            let peers = sources_of(solved.source.zones.as_deref(), terms).filter(|_| !is_whole);
            let sources =
                peers.map(|peers| peers[part.peers.clone()].iter().map(Peer::to_string).collect());
            PartRecord { group, rule, sources }
        };
        let zones = solved.source.zones.is_some();
        SecurityGroupsRecord {
            allowed: self.capacities.len(),
            quota: self.quota.ipv4,
            quota_ipv6: zones.then_some(self.quota.ipv6),
            groups: self.groups.iter().map(|parts| parts.iter().map(part).collect()).collect(),
        }
    }
}

impl Bought {
    fn of(answer: &crate::solve::answer::Answer) -> Self {
        let facts = answer.cover().map(|(_, facts)| facts);
        Self {
            outcome: OutcomeName::of(answer),
            open_ports: facts.map(|facts| facts.open_ports),
            cost: facts.map(|facts| facts.cost),
        }
    }
}

/// The group and the place in it of each rule, in order.
fn places(cover: &Cover) -> Vec<(usize, usize)> {
    let groups = cover.groups.iter().enumerate();
    groups.flat_map(|(group, spans)| (0..spans.len()).map(move |rule| (group, rule))).collect()
}

/// Why what a file says of security groups does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// Another budget than that of the groups.
    #[error(
        "{allowed} security groups have {found} units less the reserve, the budget is {budget}"
    )]
    Budget {
        /// How many groups there may be.
        allowed: usize,
        /// What they have.
        found: Budget,
        /// What the answer may take.
        budget: Budget,
    },
    /// More groups than an interface has.
    #[error("{0} security groups; an interface has {MOST_GROUPS} at most")]
    TooMany(usize),
    /// More than may be.
    #[error("{groups} security groups with rules, {allowed} are allowed")]
    Groups {
        /// How many have rules.
        groups: usize,
        /// How many may have some.
        allowed: usize,
    },
    /// A part of a rule that the answer does not have.
    #[error("security group {group} has rule {rule} of group {of}, which is not in the answer")]
    Rule {
        /// The security group, from 1 on.
        group: usize,
        /// The rule, by index.
        rule: usize,
        /// The group of the answer, by index.
        of: usize,
    },
    /// A source that the zone of the rule does not have.
    #[error("security group {group} has a rule for {source_name}, which is no source of its zone")]
    Source {
        /// The security group, from 1 on.
        group: usize,
        /// The source.
        source_name: String,
    },
    /// The parts are no split.
    #[error(transparent)]
    Split(#[from] SplitViolation),
}

/// Checks what a file says of security groups: each source of each rule in one, none over its quota.
///
/// # Errors
/// The first violation.
pub fn check_record(
    record: &SecurityGroupsRecord,
    instance: &Instance,
    cover: Option<&Cover>,
    zones: Option<&Zones>,
    reserve: Budget,
) -> Result<(), RecordError> {
    let (allowed, budget) = (record.allowed, instance.budget());
    if allowed > MOST_GROUPS {
        return Err(RecordError::TooMany(allowed));
    }
    let quota = Budget { ipv4: record.quota, ipv6: record.quota_ipv6.unwrap_or(0) };
    let capacities = capacities(quota, reserve, allowed);
    let found = sum(&capacities);
    if found != budget {
        return Err(RecordError::Budget { allowed, found, budget });
    }
    if record.groups.len() > allowed {
        return Err(RecordError::Groups { groups: record.groups.len(), allowed });
    }
    let (loads, places) = match cover {
        Some(cover) => (loads(instance, cover, zones), places(cover)),
        None => (Vec::new(), Vec::new()),
    };
    // A file may have rules of groups that are none.
    let places: HashMap<(usize, usize), usize> =
        places.into_iter().take(loads.len()).enumerate().map(|(i, place)| (place, i)).collect();
    let mut groups = Vec::with_capacity(record.groups.len());
    for (i, parts) in record.groups.iter().enumerate() {
        let group = i + 1;
        let mut found = Vec::new();
        for &PartRecord { group: of, rule, ref sources } in parts {
            let at = *places.get(&(of, rule)).ok_or(RecordError::Rule { group, rule, of })?;
            let Some(sources) = sources else {
                found.push(Part { rule: at, peers: 0..loads[at].n_peers });
                continue;
            };
            let peers = sources_of(zones, instance.groups()[of].terms()).unwrap_or_default();
            for name in sources {
                let peer = peers.iter().position(|peer| peer.to_string() == *name);
                let no_source = || RecordError::Source { group, source_name: name.clone() };
                let peer = peer.ok_or_else(no_source)?;
                found.push(Part { rule: at, peers: peer..peer + 1 });
            }
        }
        groups.push(found);
    }
    Ok(check_split(&loads, &capacities, &groups)?)
}
