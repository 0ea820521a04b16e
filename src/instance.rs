//! An instance: groups of used ports that share one budget of rules.

use std::sync::Arc;

use thiserror::Error;

use crate::limits::Limits;
use crate::port_list::{Entry, UsedPorts};
use crate::ports::{Protocol, Span};

/// The used ports of one protocol, as runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    protocol: Protocol,
    runs: Vec<Span>,
}

impl Group {
    /// The protocol whose ports these are.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
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

    /// The blocks of unused ports between the runs, in order.
    pub fn holes(&self) -> impl Iterator<Item = Span> + '_ {
        self.runs.windows(2).filter_map(|pair| pair[0].hole_before(pair[1]))
    }
}

/// Why used ports and limits make no instance.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InstanceError {
    /// Runs out of order, overlapping, or adjacent.
    #[error("{protocol} runs {first} and {second} are not apart and in order")]
    Runs {
        /// The group.
        protocol: Protocol,
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
        "the used ports {protocol}/{run} are {} in a row, more than --max-rule-width {max_rule_width}; raise it to at least {}",
        run.len(), run.len()
    )]
    RunTooWide {
        /// The group.
        protocol: Protocol,
        /// The run.
        run: Span,
        /// The limit that it breaks.
        max_rule_width: u64,
    },
    /// Weights whose sums would not fit the arithmetic.
    #[error("the weights are too large: the holes cost {0} in all; scale the weights down")]
    TooCostly(u64),
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
    budget: usize,
    limits: Arc<Limits>,
}

impl Instance {
    /// An instance from the runs of each group; groups without runs are left out.
    ///
    /// # Errors
    /// When runs are not maximal and in order, a used port is forbidden, a run is wider than a rule
    /// may be, or weights are too large for 64-bit sums.
    pub fn new(
        groups: impl IntoIterator<Item = (Protocol, Vec<Span>)>,
        budget: usize,
        limits: impl Into<Arc<Limits>>,
    ) -> Result<Self, InstanceError> {
        let groups: Arc<[Group]> = groups
            .into_iter()
            .filter(|(_, runs)| !runs.is_empty())
            .map(|(protocol, runs)| Group { protocol, runs })
            .collect();
        let instance = Self { groups, budget, limits: limits.into() };
        instance.validate()?;
        Ok(instance)
    }

    /// An instance from sets of used ports.
    ///
    /// # Errors
    /// As [`Instance::new`].
    pub fn from_used(
        used: &UsedPorts,
        budget: usize,
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
                    return Err(InstanceError::Runs { protocol, first, second });
                }
            }
            if let Some(max_rule_width) = self.limits.max_rule_width()
                && let Some(&run) = group.runs.iter().find(|run| run.len() > max_rule_width)
            {
                return Err(InstanceError::RunTooWide { protocol, run, max_rule_width });
            }
            forbidden_used.extend(
                overlaps(&group.runs, self.limits.forbidden(protocol))
                    .map(|span| Entry { protocol: Some(protocol), span }),
            );
            let weights = self.limits.weights(protocol);
            n_runs += group.runs.len() as u64;
            total = group.holes().map(|hole| weights.cost(hole)).fold(total, u64::saturating_add);
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

    /// The most rules allowed, `R`.
    #[must_use]
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// The limits on each rule, and the weights.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Number of runs in all groups, `m`.
    #[must_use]
    pub fn n_runs(&self) -> usize {
        self.groups.iter().map(|group| group.runs.len()).sum()
    }

    /// The same instance with another budget.
    #[must_use]
    pub fn with_budget(&self, budget: usize) -> Self {
        Self { budget, ..self.clone() }
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
pub fn drop_forbidden(used: &mut UsedPorts, limits: &Limits) -> Vec<Entry> {
    let mut dropped = Vec::new();
    for (&protocol, ports) in used {
        let runs = ports.runs();
        for span in overlaps(&runs, limits.forbidden(protocol)) {
            ports.remove_span(span);
            dropped.push(Entry { protocol: Some(protocol), span });
        }
    }
    dropped
}
