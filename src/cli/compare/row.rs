//! Rows of results: one for each instance and solver, and their columns.

use serde::{Serialize, Serializer};

use rangecover::problem::instance::{Group, Instance};
use rangecover::solve::answer::Answer;
use rangecover::solve::record::OutcomeName;

use super::machine::VERSION;

/// What a row says of its instance, whatever the solver.
#[derive(Debug, Clone, Default)]
pub(super) struct Case {
    /// Its name in the manifest, or that of the input.
    pub(super) instance: String,
    /// From the manifest, else empty.
    pub(super) family: String,
    /// As flags.
    pub(super) limits: String,
    /// Used ports of all groups.
    pub(super) n_ports: u64,
    pub(super) n_runs: usize,
    pub(super) n_groups: usize,
    /// The units that IPv4 rules may take, or all where families are not told apart.
    pub(super) budget: usize,
    /// What the instance was drawn from.
    pub(super) seed: Option<u64>,
    /// Families are told apart.
    pub(super) with_zones: bool,
}

impl Case {
    /// What there is to say of an instance.
    pub(super) fn new(name: String, limits: String, instance: &Instance, with_zones: bool) -> Self {
        Self {
            instance: name,
            limits,
            n_ports: instance.groups().iter().map(Group::n_used_ports).sum(),
            n_runs: instance.n_runs(),
            n_groups: instance.groups().len(),
            budget: instance.budget().ipv4,
            with_zones,
            ..Self::default()
        }
    }
}

/// What another run of the same comparison need not give again.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Passing<T> {
    /// No column, as `--no-times` asks.
    LeftOut,
    /// A column; none is an empty cell.
    Cell(Option<T>),
}

impl<T> Passing<T> {
    fn is_left_out(&self) -> bool {
        matches!(self, Self::LeftOut)
    }

    pub(super) fn known(&self) -> Option<&T> {
        match self {
            Self::Cell(value) => value.as_ref(),
            Self::LeftOut => None,
        }
    }
}

impl<T: Serialize> Serialize for Passing<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.known().serialize(serializer)
    }
}

/// What one solver did with one instance; the order of the fields is that of the columns.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    pub(super) instance: String,
    pub(super) family: String,
    pub(super) limits: String,
    pub(super) n_ports: u64,
    pub(super) n_runs: usize,
    pub(super) n_groups: usize,
    pub(super) budget: usize,
    pub(super) solver: &'static str,
    /// As in answers; `refused` for an instance beyond what the solver takes, `failed` for a defect.
    pub(super) outcome: &'static str,
    pub(super) n_rules: Option<usize>,
    /// Of the IPv4 quota, or of the only one.
    pub(super) units: Option<usize>,
    /// Of the IPv6 quota, with zones.
    pub(super) units_ipv6: Option<usize>,
    pub(super) open_ports: Option<u64>,
    pub(super) cost: Option<u64>,
    pub(super) bound: Option<u64>,
    /// Cost less bound.
    pub(super) gap: Option<u64>,
    pub(super) verified: bool,
    /// Median wall time of the solver alone.
    #[serde(skip_serializing_if = "Passing::is_left_out")]
    pub(super) milliseconds: Passing<f64>,
    /// How many runs that is the median of.
    #[serde(skip_serializing_if = "Passing::is_left_out")]
    pub(super) repeats: Passing<u32>,
    /// The most memory that the solver took beyond the instance.
    #[serde(skip_serializing_if = "Passing::is_left_out")]
    pub(super) memory_bytes: Passing<u64>,
    pub(super) version: &'static str,
    #[serde(skip_serializing_if = "Passing::is_left_out")]
    pub(super) commit: Passing<String>,
    pub(super) seed: Option<u64>,
    #[serde(skip_serializing_if = "Passing::is_left_out")]
    pub(super) machine: Passing<String>,
    /// Families are told apart.
    #[serde(skip)]
    pub(super) with_zones: bool,
}

impl Row {
    /// The row of a solver that gave no answer.
    pub(super) fn new(case: &Case, solver: &'static str, outcome: &'static str) -> Self {
        let Case { instance, family, limits, n_ports, n_runs, n_groups, budget, seed, with_zones } =
            case.clone();
        Self {
            instance,
            family,
            limits,
            n_ports,
            n_runs,
            n_groups,
            budget,
            solver,
            outcome,
            n_rules: None,
            units: None,
            units_ipv6: None,
            open_ports: None,
            cost: None,
            bound: None,
            gap: None,
            verified: false,
            milliseconds: Passing::LeftOut,
            repeats: Passing::LeftOut,
            memory_bytes: Passing::LeftOut,
            version: VERSION,
            commit: Passing::LeftOut,
            seed,
            machine: Passing::LeftOut,
            with_zones,
        }
    }

    /// The same with a checked answer.
    pub(super) fn answered(mut self, answer: &Answer) -> Self {
        self.outcome = OutcomeName::of(answer).name();
        self.verified = *answer != Answer::Unknown;
        self.bound = answer.bound();
        if let Some((_, facts)) = answer.cover() {
            self.n_rules = Some(facts.n_rules);
            self.units = Some(facts.units.ipv4);
            self.units_ipv6 = self.with_zones.then_some(facts.units.ipv6);
            self.open_ports = Some(facts.open_ports);
            self.cost = Some(facts.cost);
            self.gap = self.bound.map(|bound| facts.cost - bound);
        }
        self
    }
}
