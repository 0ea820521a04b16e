//! Solvers: from an instance and a time limit to an outcome.
//!
//! One file each, one registry ([`SOLVERS`]); everything that lists solvers reads the registry.
//!
//! In: an instance and a time limit. Out: an outcome, which `answer` has the checker accept; or the
//! whole trade-off, `front`. It may use the problem and the checker. To read in this order: this
//! file, `greedy`, `dp`, `pass`, `bracket` and `lagrange` (the search for a price), `quota` and
//! `join` (rules of several units), `tree` (outer rules that serve inner groups), `price` (the
//! default, which puts these together), `answer`, `front`, `record` (what files say of answers).

use std::time::{Duration, Instant};

use thiserror::Error;

use crate::problem::certificate::{Certificate, Witness};
use crate::problem::cover::Cover;
use crate::problem::instance::Instance;
use crate::problem::line::Line;

pub mod answer;
mod bracket;
mod brute;
pub(crate) mod chords;
mod dp;
pub mod front;
mod greedy;
#[cfg(feature = "ilp")]
mod ilp;
pub(crate) mod join;
mod lagrange;
pub(crate) mod pass;
mod price;
pub(crate) mod quota;
pub mod record;
mod sample;
#[cfg(feature = "ilp")]
mod shared_ilp;
pub(crate) mod splice;
pub(crate) mod sweep;
mod tangent;
mod threshold;
mod tolls;
mod tree;

pub use dp::least_costs;

pub use sweep::{fewest_rules, least_budget};
pub(crate) use sweep::{repairs, witness};

/// Every solver. To add one, write a file and name it here.
pub static SOLVERS: &[&dyn Solver] = &[
    &threshold::Threshold,
    &greedy::Greedy,
    &dp::Dp,
    &price::Price,
    #[cfg(feature = "ilp")]
    &ilp::MICROLP_MIP,
    #[cfg(feature = "ilp")]
    &ilp::MICROLP_LP,
    #[cfg(feature = "highs")]
    &ilp::HIGHS_MIP,
    #[cfg(feature = "highs")]
    &ilp::HIGHS_LP,
    &brute::Brute,
];

/// The solver with this name.
#[must_use]
pub fn solver(name: &str) -> Option<&'static dyn Solver> {
    SOLVERS.iter().copied().find(|solver| solver.name() == name)
}

/// The solver that always proves its answer.
#[must_use]
pub fn default_solver() -> &'static dyn Solver {
    &price::Price
}

/// What a solver promises when it is given time enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarantee {
    /// The optimum, or that there is no cover.
    Exact,
    /// A cover, or nothing.
    Heuristic,
}

/// What a solver says of an instance. Nothing here has been checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// No cover costs less.
    Optimal {
        /// The cover.
        cover: Cover,
        /// The proof, from a solver that has one.
        certificate: Option<Certificate>,
    },
    /// A cover; cheaper ones may exist.
    Feasible {
        /// The cover.
        cover: Cover,
        /// A lower bound, from a solver that has one.
        certificate: Option<Certificate>,
    },
    /// No cover stays within the budget.
    Infeasible {
        /// The proof, from a solver that has one.
        witness: Option<Witness>,
    },
    /// No cover was found, and none was excluded.
    Unknown,
}

impl Outcome {
    /// The same with this certificate, if it is a cover.
    fn with(self, proof: Option<Certificate>) -> Self {
        match self {
            Self::Optimal { cover, .. } => Self::Optimal { cover, certificate: proof },
            Self::Feasible { cover, .. } => Self::Feasible { cover, certificate: proof },
            other => other,
        }
    }

    /// What it says of the same instance where outer rules serve inner groups: a cover is one
    /// there too, but need not be the best, or the only one.
    fn without_sharing(self) -> Self {
        match self {
            Self::Optimal { cover, .. } | Self::Feasible { cover, .. } => {
                Self::Feasible { cover, certificate: None }
            }
            Self::Infeasible { .. } | Self::Unknown => Self::Unknown,
        }
    }
}

/// Why a solver gave no outcome at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SolveError {
    /// An instance beyond what the solver takes.
    #[error("{solver} takes at most {most} {what}, here are {found}; choose another solver")]
    TooLarge {
        /// The solver.
        solver: &'static str,
        /// What there is too much of.
        what: &'static str,
        /// Most that it takes.
        most: usize,
        /// How many the instance has.
        found: usize,
    },
    /// A relaxation whose optimum is no cover.
    #[error("{solver} has no integral optimum where rules take different units; choose ilp")]
    Fractional {
        /// The solver.
        solver: &'static str,
    },
    /// A relaxation of a program that has none where outer rules serve inner groups.
    #[error("{solver} is not for zones whose outer rules serve inner ones; choose ilp")]
    Shared {
        /// The solver.
        solver: &'static str,
    },
    /// An engine that failed, or answered with something that is no cover.
    #[error("{solver} failed: {reason}")]
    Engine {
        /// The solver.
        solver: &'static str,
        /// What the engine said.
        reason: String,
    },
}

/// When to stop.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stop {
    deadline: Option<Instant>,
}

impl Stop {
    /// Never stop early.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Stop this long from now; longer than the clock can hold means never.
    #[must_use]
    pub fn after(limit: Duration) -> Self {
        Self { deadline: Instant::now().checked_add(limit) }
    }

    /// Whether the time is over.
    #[must_use]
    pub fn reached(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// The time left, if it is limited.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }
}

/// An instance as solvers see it: with its runs and holes in one line, at least one run.
#[derive(Debug)]
pub struct Problem<'a> {
    /// The instance.
    pub instance: &'a Instance,
    /// Its line.
    pub line: Line,
}

impl Problem<'_> {
    /// The number of rules of the best covers, where all of them take the same units: more rules
    /// never cost more, and there are no more rules than runs.
    #[must_use]
    pub fn most_rules(&self) -> Option<usize> {
        let [class] = self.instance.classes() else {
            return None;
        };
        Some(
            self.instance
                .budget()
                .n_rules(class.quota, class.units as usize)
                .min(self.line.n_runs()),
        )
    }

    /// Whether the rules that start at these runs stay within the budget.
    fn fits(&self, rule_starts: &[u32]) -> bool {
        let units = self.line.units(self.instance, rule_starts);
        units.exceeds(self.instance.budget()).is_none()
    }

    /// What is left to say when the time is over: the better cover of the sweep and of `greedy`.
    pub(crate) fn out_of_time(&self) -> Outcome {
        let fewest = sweep::fewest_rule_starts(&self.line);
        if !self.fits(&fewest) {
            return Outcome::Infeasible { witness: None };
        }
        let rule_starts = self.better(fewest, greedy::rule_starts(self));
        Outcome::Feasible { cover: self.line.cover(self.instance, &rule_starts), certificate: None }
    }

    /// The cheaper of two covers, by the first run of each rule.
    pub(crate) fn better(&self, one: Vec<u32>, other: Option<Vec<u32>>) -> Vec<u32> {
        match other {
            Some(other) if self.line.cover_cost(&other) < self.line.cover_cost(&one) => other,
            _ => one,
        }
    }
}

/// An algorithm for the range-cover problem.
pub trait Solver: Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;

    /// What it does and guarantees, in one line.
    fn about(&self) -> &'static str;

    /// What it promises.
    fn guarantee(&self) -> Guarantee;

    /// Searches for a cover of an instance with at least one run.
    ///
    /// # Errors
    /// When the instance is too large for the solver, or an engine fails.
    fn search(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError>;

    /// Searches where outer rules serve inner groups; a cover with each group on its own, unless
    /// the solver knows better.
    ///
    /// # Errors
    /// As [`Solver::search`].
    fn search_shared(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        Ok(self.search(problem, stop)?.without_sharing())
    }
}

/// Solves an instance.
///
/// # Errors
/// As [`Solver::search`].
pub fn solve(solver: &dyn Solver, instance: &Instance, stop: Stop) -> Result<Outcome, SolveError> {
    let line = Line::new(instance);
    if line.n_runs() == 0 {
        return Ok(Outcome::Optimal {
            cover: Cover { groups: Vec::new() },
            certificate: Some(Certificate::default()),
        });
    }
    let problem = Problem { instance, line };
    if instance.is_shared() {
        solver.search_shared(&problem, stop)
    } else {
        solver.search(&problem, stop)
    }
}
