//! An instance: groups of used ports that share one budget of rules.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits::Limits;
use crate::port_list::{Entry, UsedPorts};
use crate::ports::{PortSet, Protocol, Span};
use crate::zones::{Family, Origin, Quota, Zones};

pub(crate) mod relaxation;
mod sharing;

use relaxation::Relaxed;
pub use sharing::outer_groups;

/// What tells groups apart: where connections come from, if that is told, and the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// Where connections come from; none where sources are not told apart.
    pub origin: Option<Origin>,
    /// The protocol.
    pub protocol: Protocol,
}

/// The used ports of each group of one interface.
pub type Used = BTreeMap<GroupKey, PortSet>;

/// The groups of used ports, with what their zones count for.
pub fn groups<'a>(used: &'a Used, zones: Option<&'a Zones>) -> impl Iterator<Item = Group> + 'a {
    used.iter().map(move |(&GroupKey { origin, protocol }, ports)| {
        let terms = match (origin, zones) {
            (Some(origin), Some(zones)) => Terms::of(origin, zones),
            _ => Terms::default(),
        };
        Group::new(protocol, terms, ports.runs())
    })
}

/// Used ports whose sources are not told apart.
#[must_use]
pub fn from_anywhere(used: UsedPorts) -> Used {
    let group = |(protocol, ports)| (GroupKey { origin: None, protocol }, ports);
    used.into_iter().map(group).collect()
}

/// What the rules of a group count for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Terms {
    /// The name of the zone that connections come from; none where sources are not told apart.
    pub zone: Option<Arc<str>>,
    /// The quotas that each rule counts in.
    pub quota: Quota,
    /// The units of these quotas that each rule takes, `q_g`; at least 1.
    pub units: u32,
    /// What opening a port costs, as a multiple of the weight of the port.
    pub weight: u32,
}

impl Default for Terms {
    /// Those of a rule with a single source.
    fn default() -> Self {
        Self { zone: None, quota: Quota::Ipv4, units: 1, weight: 1 }
    }
}

impl Terms {
    /// The terms of a zone's rules.
    #[must_use]
    pub fn of(origin: Origin, zones: &Zones) -> Self {
        let zone = zones.zone(origin);
        Self {
            zone: Some(zone.name().into()),
            quota: origin.quota,
            units: zone.units(origin.quota),
            weight: zone.weight(),
        }
    }
}

/// The used ports of one protocol from one source, as runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    protocol: Protocol,
    terms: Terms,
    runs: Vec<Span>,
    /// In relaxations only.
    relaxed: Option<Box<Relaxed>>,
}

impl Group {
    /// A group of runs.
    #[must_use]
    pub fn new(protocol: Protocol, terms: Terms, runs: Vec<Span>) -> Self {
        Self { protocol, terms, runs, relaxed: None }
    }

    /// The protocol whose ports these are.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// What its rules count for.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The name for people: the protocol, after the zone and the family where these are told apart.
    #[must_use]
    pub fn name(&self) -> String {
        match self.zone_and_family() {
            source if source.is_empty() => self.protocol.to_string(),
            source => format!("{source} {}", self.protocol),
        }
    }

    /// The zone, and the family where rules are for one; empty where sources are not told apart.
    #[must_use]
    pub fn zone_and_family(&self) -> String {
        match (self.terms.zone.as_deref(), self.terms.quota) {
            (None, _) => String::new(),
            (Some(zone), Quota::Both) => zone.to_owned(),
            (Some(zone), quota) => format!("{zone} {quota}"),
        }
    }

    /// The maximal blocks of used ports in order, at least one.
    #[must_use]
    pub fn runs(&self) -> &[Span] {
        &self.runs
    }

    /// Number of used ports.
    #[must_use]
    pub fn n_used_ports(&self) -> u64 {
        self.runs.iter().map(|run| run.len()).sum()
    }

    /// What it has beside its runs, in a relaxation.
    pub(crate) fn relaxed(&self) -> Option<&Relaxed> {
        self.relaxed.as_deref()
    }

    /// What opening the ports of a hole costs, `c_i`.
    #[must_use]
    pub fn cost(&self, limits: &Limits, hole: Span) -> u64 {
        limits.weights(self.protocol).cost(hole).saturating_mul(self.terms.weight.into())
    }

    /// The blocks of unused ports between the runs, in order.
    pub fn holes(&self) -> impl Iterator<Item = Span> + '_ {
        self.runs.windows(2).filter_map(|pair| pair[0].hole_before(pair[1]))
    }
}

/// The units that rules may take, `R`, for each quota.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Of the quota of IPv4 rules, or of the only one where families are not told apart.
    pub ipv4: usize,
    /// Of the quota of IPv6 rules.
    pub ipv6: usize,
}

impl From<usize> for Budget {
    /// For instances whose families are not told apart.
    fn from(ipv4: usize) -> Self {
        Self { ipv4, ipv6: 0 }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ipv4, ipv6 } = self;
        if *ipv6 == 0 { write!(f, "{ipv4}") } else { write!(f, "{ipv4} ipv4 + {ipv6} ipv6") }
    }
}

impl Budget {
    /// The units of the quota of a family.
    #[must_use]
    pub fn of(self, family: Family) -> usize {
        match family {
            Family::Ipv4 => self.ipv4,
            Family::Ipv6 => self.ipv6,
        }
    }

    /// The same with other units for a family.
    #[must_use]
    pub fn with(self, family: Family, units: usize) -> Self {
        match family {
            Family::Ipv4 => Self { ipv4: units, ..self },
            Family::Ipv6 => Self { ipv6: units, ..self },
        }
    }

    /// Adds the units that `n_rules` rules of a group take.
    pub fn add(&mut self, terms: &Terms, n_rules: usize) {
        self.add_units(terms.quota, (terms.units as usize).saturating_mul(n_rules));
    }

    /// Takes the units of a rule of a group away.
    pub(crate) fn remove(&mut self, terms: &Terms) {
        let mut rule = Self::default();
        rule.add(terms, 1);
        *self = self.less(rule);
    }

    /// Adds units to all quotas that count.
    pub fn add_units(&mut self, quota: Quota, units: usize) {
        for family in Family::ALL {
            if quota.counts_in(family) {
                *self = self.with(family, self.of(family).saturating_add(units));
            }
        }
    }

    /// These units less others, at least 0.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            ipv4: self.ipv4.saturating_sub(other.ipv4),
            ipv6: self.ipv6.saturating_sub(other.ipv6),
        }
    }

    /// How many rules of a class fit into these units.
    #[must_use]
    pub fn n_rules(self, class: &Class) -> usize {
        let counts = Family::ALL.into_iter().filter(|&family| class.quota.counts_in(family));
        let fits = counts.map(|family| self.of(family) / class.units as usize);
        fits.min().unwrap_or(0)
    }

    /// The quota of which these units are more than there are, if there is one.
    #[must_use]
    pub fn exceeds(self, budget: Self) -> Option<Family> {
        Family::ALL.into_iter().find(|&family| self.of(family) > budget.of(family))
    }
}

/// Groups whose rules take the same units of the same quotas.
///
/// Their front is convex, as that of one group: the fronts of the groups merge by their steepest
/// steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The quotas that each rule counts in.
    pub quota: Quota,
    /// The units of these quotas that each rule takes.
    pub units: u32,
    /// The groups, by index, in order.
    pub groups: Vec<usize>,
}

/// Why used ports and limits make no instance.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InstanceError {
    /// Runs out of order, overlapping, or adjacent.
    #[error("{group} runs {first} and {second} are not apart and in order")]
    Runs {
        /// The group.
        group: String,
        /// The earlier of the two runs.
        first: Span,
        /// The later of the two runs.
        second: Span,
    },
    /// Ports that are both used and forbidden.
    #[error("used ports are forbidden: {}; take them out of --forbid, or pass --drop-forbidden", list(.ports))]
    ForbiddenUsed {
        /// The ports.
        ports: Vec<Entry>,
    },
    /// A run that no rule may span.
    #[error(
        "the used ports {group}/{run} are {} in a row, more than --max-rule-width {max_rule_width}; raise it to at least {}",
        run.len(), run.len()
    )]
    RunTooWide {
        /// The group.
        group: String,
        /// The run.
        run: Span,
        /// The limit that it breaks.
        max_rule_width: u64,
    },
    /// Weights whose sums would not fit the arithmetic.
    #[error("the weights are too large: the holes cost {0} in all; scale the weights down")]
    TooCostly(u64),
    /// Groups that are said to serve others, and are not nested.
    #[error("the groups that serve {group} are not those of nested zones")]
    Outer {
        /// The group that is served.
        group: String,
    },
}

fn list(entries: &[Entry]) -> String {
    const SHOWN: usize = 8;
    let mut text: Vec<String> = entries.iter().take(SHOWN).map(ToString::to_string).collect();
    if entries.len() > SHOWN {
        text.push(format!("and {} more", entries.len() - SHOWN));
    }
    text.join(", ")
}

/// Groups of used ports, a budget, and limits on each rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    groups: Arc<[Group]>,
    classes: Arc<[Class]>,
    budget: Budget,
    limits: Arc<Limits>,
    /// For each group those that serve it; none where groups are on their own.
    outer: Option<Arc<[Vec<usize>]>>,
}

impl Instance {
    /// An instance from groups; those without runs are left out.
    ///
    /// # Errors
    /// When runs are not maximal and in order, a used port is forbidden, a run is wider than a rule
    /// may be, or weights are too large for 64-bit sums.
    pub fn of_groups(
        groups: impl IntoIterator<Item = Group>,
        budget: impl Into<Budget>,
        limits: impl Into<Arc<Limits>>,
    ) -> Result<Self, InstanceError> {
        let groups: Arc<[Group]> =
            groups.into_iter().filter(|group| !group.runs.is_empty()).collect();
        let classes = classes(&groups).into();
        let (budget, limits) = (budget.into(), limits.into());
        let instance = Self { groups, classes, budget, limits, outer: None };
        instance.validate()?;
        Ok(instance)
    }

    /// An instance from the runs of each protocol, whose sources are not told apart.
    ///
    /// # Errors
    /// As [`Instance::of_groups`].
    pub fn new(
        groups: impl IntoIterator<Item = (Protocol, Vec<Span>)>,
        budget: impl Into<Budget>,
        limits: impl Into<Arc<Limits>>,
    ) -> Result<Self, InstanceError> {
        let group = |(protocol, runs)| Group::new(protocol, Terms::default(), runs);
        Self::of_groups(groups.into_iter().map(group), budget, limits)
    }

    /// An instance from sets of used ports, whose sources are not told apart.
    ///
    /// # Errors
    /// As [`Instance::of_groups`].
    pub fn from_used(
        used: &UsedPorts,
        budget: impl Into<Budget>,
        limits: impl Into<Arc<Limits>>,
    ) -> Result<Self, InstanceError> {
        let groups = used.iter().map(|(&protocol, ports)| (protocol, ports.runs()));
        Self::new(groups, budget, limits)
    }

    fn validate(&self) -> Result<(), InstanceError> {
        let mut total: u64 = 0;
        let mut n_runs: u64 = 0;
        let mut forbidden_used = Vec::new();
        for group in &*self.groups {
            let protocol = group.protocol;
            for pair in group.runs.windows(2) {
                let (first, second) = (pair[0], pair[1]);
                if first.hole_before(second).is_none() {
                    return Err(InstanceError::Runs { group: group.name(), first, second });
                }
            }
            if let Some(max_rule_width) = self.limits.max_rule_width()
                && let Some(&run) = group.runs.iter().find(|run| run.len() > max_rule_width)
            {
                return Err(InstanceError::RunTooWide { group: group.name(), run, max_rule_width });
            }
            forbidden_used.extend(
                overlaps(&group.runs, self.limits.forbidden(protocol))
                    .map(|span| Entry { protocol: Some(protocol), span }),
            );
            n_runs += group.runs.len() as u64;
            let costs = group.holes().map(|hole| group.cost(&self.limits, hole));
            total = costs.fold(total, u64::saturating_add);
        }
        if !forbidden_used.is_empty() {
            return Err(InstanceError::ForbiddenUsed { ports: forbidden_used });
        }
        // The solvers add up to one price for each run, in half units, and prices go up to the
        // total cost plus one.
        match total.checked_add(2).and_then(|price| price.checked_mul(2 * (n_runs + 1))) {
            Some(sum) if i64::try_from(sum).is_ok() => Ok(()),
            _ => Err(InstanceError::TooCostly(total)),
        }
    }

    /// The groups, each with at least one run.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The groups whose rules take the same units of the same quotas, in order of their first group.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The units that rules may take, `R`, for each quota.
    #[must_use]
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// The limits on each rule, and the weights.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether rules of some group count in the quota of a family.
    #[must_use]
    pub fn counts_in(&self, family: Family) -> bool {
        self.classes.iter().any(|class| class.quota.counts_in(family))
    }

    /// Whether some groups have a zone, so that rules count in units of families.
    #[must_use]
    pub fn has_zones(&self) -> bool {
        self.groups.iter().any(|group| group.terms.zone.is_some())
    }

    /// What the quota of a family counts, in the plural.
    #[must_use]
    pub fn units_of(&self, family: Family) -> &'static str {
        if self.has_zones() { family.units() } else { "rules" }
    }

    /// Number of runs in all groups, `m`.
    #[must_use]
    pub fn n_runs(&self) -> usize {
        self.groups.iter().map(|group| group.runs.len()).sum()
    }

    /// The same instance with another budget.
    #[must_use]
    pub fn with_budget(&self, budget: impl Into<Budget>) -> Self {
        Self { budget: budget.into(), ..self.clone() }
    }

    /// The units that rules take, given how many rules each group has.
    #[must_use]
    pub fn units(&self, n_rules: impl IntoIterator<Item = usize>) -> Budget {
        let mut units = Budget::default();
        for (group, n_rules) in self.groups.iter().zip(n_rules) {
            units.add(&group.terms, n_rules);
        }
        units
    }
}

fn classes(groups: &[Group]) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        let Terms { quota, units, .. } = group.terms;
        match classes.iter_mut().find(|class| (class.quota, class.units) == (quota, units)) {
            Some(class) => class.groups.push(i),
            None => classes.push(Class { quota, units, groups: vec![i] }),
        }
    }
    classes
}

/// The points that two lists of spans share; both are in order and disjoint.
fn overlaps<'a>(a: &'a [Span], b: &'a [Span]) -> impl Iterator<Item = Span> + 'a {
    b.iter().flat_map(move |&forbidden| {
        let first = a.partition_point(|run| run.to() < forbidden.from());
        a[first..].iter().map_while(move |run| run.intersection(forbidden))
    })
}

/// Takes the forbidden ports out of the used ones, and says which they were.
pub fn drop_forbidden(used: &mut Used, limits: &Limits) -> Vec<Entry> {
    let mut dropped: BTreeMap<Protocol, PortSet> = BTreeMap::new();
    for (&GroupKey { protocol, .. }, ports) in used {
        let runs = ports.runs();
        for span in overlaps(&runs, limits.forbidden(protocol)) {
            ports.remove_span(span);
            dropped.entry(protocol).or_default().insert_span(span);
        }
    }
    let entry = |protocol, span| Entry { protocol: Some(protocol), span };
    let dropped = dropped.into_iter();
    dropped
        .flat_map(|(p, ports)| ports.runs().into_iter().map(move |span| entry(p, span)))
        .collect()
}
