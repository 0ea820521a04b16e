//! One row of results: what a solver did with an instance under limits.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// How a solver ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A cover, and none costs less.
    Optimal,
    /// A cover.
    Feasible,
    /// There is no cover.
    Infeasible,
    /// No cover was found, and none was excluded.
    Unknown,
    /// The instance is beyond what the solver takes.
    Refused,
    /// A defect.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Optimal,
        Self::Feasible,
        Self::Infeasible,
        Self::Unknown,
        Self::Refused,
        Self::Failed,
    ];

    /// The word in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Feasible => "feasible",
            Self::Infeasible => "infeasible",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// The outcome with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }

    /// Whether nothing remains to be proven: the optimum, or that there is none.
    #[must_use]
    pub fn is_solved(self) -> bool {
        matches!(self, Self::Optimal | Self::Infeasible)
    }
}

/// Where a row stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A row; what is not known is `None`.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns, by name")]
pub struct Record {
    pub place: Place,
    pub instance: String,
    pub family: Option<String>,
    /// As flags.
    pub limits: Option<String>,
    pub n_ports: Option<u64>,
    pub n_runs: Option<u64>,
    pub n_groups: Option<u64>,
    pub budget: Option<u64>,
    pub solver: String,
    pub outcome: Outcome,
    pub cost: Option<u64>,
    pub bound: Option<u64>,
    pub gap: Option<u64>,
    pub verified: Option<bool>,
    /// Finite, not negative.
    pub milliseconds: Option<f64>,
    pub repeats: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub version: Option<String>,
    pub commit: Option<String>,
    pub seed: Option<String>,
    pub machine: Option<String>,
}

impl Record {
    /// The cost of the cover, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<u64> {
        self.cost.filter(|_| matches!(self.outcome, Outcome::Optimal | Outcome::Feasible))
    }

    /// What the row claims that no cover costs less than.
    #[must_use]
    pub fn proven(&self) -> Option<u64> {
        match self.outcome {
            Outcome::Optimal => self.bound.max(self.cost),
            Outcome::Feasible | Outcome::Unknown => self.bound,
            Outcome::Infeasible | Outcome::Refused | Outcome::Failed => None,
        }
    }

    /// The time of a run that came to its end; a refusal or a defect has none.
    #[must_use]
    pub fn time(&self) -> Option<f64> {
        let ran = !matches!(self.outcome, Outcome::Refused | Outcome::Failed);
        self.milliseconds.filter(|_| ran)
    }

    /// Whether a checker was asked for this answer and did not accept it.
    #[must_use]
    pub fn is_refuted(&self) -> bool {
        let answered = self.outcome.is_solved() || self.outcome == Outcome::Feasible;
        answered && self.verified == Some(false)
    }

    /// Whether nothing remains to be proven, as far as any checker says.
    #[must_use]
    pub fn is_solved(&self) -> bool {
        self.outcome.is_solved() && !self.is_refuted()
    }
}
