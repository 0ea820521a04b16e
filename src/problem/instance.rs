//! An instance: groups of used ports that share one budget of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::problem::limits::Limits;
use crate::problem::port_list::{Entry, UsedPorts};
use crate::problem::ports::{PortSet, Protocol, Span};
use crate::problem::zones::Family;

mod budget;
mod group;
mod record;
pub(crate) mod relaxation;
pub(crate) mod relaxed;
mod sharing;

use budget::classes;
pub use budget::{Budget, Class};
pub use group::{Group, GroupKey, Terms, Used, from_anywhere, group_of_addresses, groups};
pub use sharing::outer_groups;

/// Most units of a rule: as many as there may be addresses in a list.
pub const MAX_UNITS: u32 = 1 << 16;

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
    /// Units that no source takes.
    #[error("a rule of {group} takes {units} units; 1 to {MAX_UNITS} are possible")]
    Units {
        /// The group.
        group: String,
        /// What its rules are said to take.
        units: u32,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "record::InstanceRecord", try_from = "record::InstanceRecord")]
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
        let mut forbidden_used: BTreeMap<Protocol, PortSet> = BTreeMap::new();
        for group in &*self.groups {
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
            let units = group.terms.units;
            if !(1..=MAX_UNITS).contains(&units) {
                return Err(InstanceError::Units { group: group.name(), units });
            }
            if let Some(protocol) = group.points.protocol() {
                for span in overlaps(&group.runs, self.limits.forbidden(protocol)) {
                    forbidden_used.entry(protocol).or_default().insert_span(span);
                }
            }
            n_runs += group.runs.len() as u64;
            let costs = group.holes().map(|hole| group.cost(&self.limits, hole));
            total = costs.fold(total, u64::saturating_add);
        }
        if !forbidden_used.is_empty() {
            return Err(InstanceError::ForbiddenUsed { ports: entries(forbidden_used) });
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

    /// The families in whose quotas rules of some group count.
    pub fn families(&self) -> impl Iterator<Item = Family> + '_ {
        Family::ALL.into_iter().filter(|&family| self.counts_in(family))
    }

    /// The units of one rule for each group, the fewest that there can be.
    #[must_use]
    pub fn units_of_one_rule_each(&self) -> Budget {
        self.units(self.groups.iter().map(|_| 1))
    }

    /// The units of a rule for each run; more are of no use.
    #[must_use]
    pub fn units_of_all_runs(&self) -> Budget {
        self.units(self.groups.iter().map(|group| group.runs.len()))
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
    entries(dropped)
}

/// Ports by protocol as entries, in order.
fn entries(ports: BTreeMap<Protocol, PortSet>) -> Vec<Entry> {
    let of = |(protocol, ports): (Protocol, PortSet)| {
        let spans = ports.runs().into_iter();
        spans.map(move |span| Entry { protocol: Some(protocol), span })
    };
    ports.into_iter().flat_map(of).collect()
}
