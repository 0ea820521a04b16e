//! Measured results: their CSV, and statistics of solvers over instances.
//!
//! Measuring is apart from reporting: nothing here solves. One statistic, one file, with its
//! reference: [`mean`], [`profile`], [`scaling`], [`ratio`], [`gap`], [`answers`].
//! [`Statistics`] has all of them.

pub mod answers;
pub mod claims;
pub mod entrant;
mod error;
pub mod gap;
pub mod mean;
pub mod problem;
pub mod profile;
pub mod ratio;
mod reader;
mod record;
pub mod scaling;
mod statistics;

pub use error::ReadError;
pub use reader::read;
pub use record::{Outcome, Place, Record};
pub use statistics::{ChoiceError, Choices, Setting, Statistics};

use entrant::Entrant;
use problem::Problem;

/// Times below are taken to be this in means and ratios, and no law is fitted to them: clocks tell
/// no less apart.
pub const LEAST_MILLISECONDS: f64 = 0.001;

#[expect(clippy::cast_precision_loss, reason = "statistics of times, not answers")]
fn real(n: u64) -> f64 {
    n as f64
}

/// A row that stands for its solver and problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The row.
    pub record: Record,
    /// Which of [`Results::problems`].
    pub problem: usize,
    /// Which of [`Results::entrants`].
    pub entrant: usize,
}

/// Rows, by problem and by who ran.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// The problems, in the order in which they first stand in the rows.
    pub problems: Vec<Problem>,
    /// Who ran, in the same order.
    pub entrants: Vec<Entrant>,
    /// At most one for each problem and entrant.
    pub runs: Vec<Run>,
    /// Rows with the problem and the entrant of another, which was measured more often.
    pub repeated: Vec<Run>,
}

impl Results {
    /// Sorts rows by problem and by who ran.
    ///
    /// Of several rows for the same two the one with the most repeats stands, of equal ones the
    /// first; the others still count as claims.
    #[must_use]
    pub fn new(records: Vec<Record>) -> Self {
        let problems = problem::problems(&records);
        let entrants = entrant::entrants(&records);
        let mut results =
            Self { problems: problems.list, entrants: entrants.list, ..Self::default() };
        let mut places = std::collections::HashMap::new();
        for (i, record) in records.into_iter().enumerate() {
            let run = Run { record, problem: problems.of[i], entrant: entrants.of[i] };
            let next = results.runs.len();
            let place = *places.entry((run.problem, run.entrant)).or_insert(next);
            if place == next {
                results.runs.push(run);
                continue;
            }
            let repeats = |run: &Run| run.record.repeats.unwrap_or(1);
            let standing = &mut results.runs[place];
            let other = if repeats(&run) > repeats(standing) {
                std::mem::replace(standing, run)
            } else {
                run
            };
            results.repeated.push(other);
        }
        results
    }

    /// Which entrants have a name: that of a solver, or the longer one that tells it from others.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = usize> + 'a {
        let is_it = move |i: &usize| {
            let entrant = &self.entrants[*i];
            entrant.name == name || entrant.solver == name
        };
        (0..self.entrants.len()).filter(is_it)
    }

    /// The runs of one entrant, in the order of the rows.
    pub fn of(&self, entrant: usize) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |run| run.entrant == entrant)
    }

    /// The runs of one entrant by problem; none where it has no row.
    #[must_use]
    pub fn by_problem(&self, entrant: usize) -> Vec<Option<&Run>> {
        let mut runs = vec![None; self.problems.len()];
        for run in self.of(entrant) {
            runs[run.problem] = Some(run);
        }
        runs
    }
}
