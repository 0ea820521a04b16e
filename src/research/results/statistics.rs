//! All statistics of results, as one value.

use std::cmp::Reverse;

use serde::Serialize;
use thiserror::Error;

use super::answers::{Answers, answers};
use super::claims::{Contradiction, contradictions};
use super::entrant::Entrant;
use super::gap::{Gap, gaps};
use super::problem::Problem;
use super::profile::{Profile, profile};
use super::ratio::{FamilyRatios, Times, by_family, fastest, times};
use super::scaling::{Scaling, scalings};
use super::{Outcome, Record, Results, Run};
use crate::solve::default_solver;

/// What can be chosen of statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct Choices {
    /// The solver that times are compared with: the `price` with the most rows, or else the fastest.
    pub baseline: Option<String>,
    /// The shift of geometric means, in milliseconds; more than 0.
    pub shift: f64,
}

/// A choice that the results do not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChoiceError {
    /// No row is of that solver.
    #[error("no results of the solver '{name}'; there are those of {known}")]
    NoSolver {
        /// The name that was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// The name stands for several.
    #[error("'{name}' was measured more than once; choose one of {known}")]
    Several {
        /// The name that was asked for.
        name: String,
        /// What each of them is called.
        known: String,
    },
}

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// The files, as they were named.
    pub files: Vec<String>,
    /// How many rows.
    pub rows: usize,
    /// How many rows of each outcome, in the order of [`Outcome::ALL`].
    pub outcomes: [usize; 6],
    /// Rows that repeat another one: `file:line`.
    pub repeated: Vec<String>,
    /// The families.
    pub families: Vec<String>,
    /// The machines.
    pub machines: Vec<String>,
    /// The commits.
    pub commits: Vec<String>,
    /// The least and the most repeats of a time, where known.
    pub repeats: Option<(u64, u64)>,
}

/// All statistics; entrants and problems are named by their places in the lists.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is a statistic with its own file")]
pub struct Statistics {
    pub setting: Setting,
    pub contradictions: Vec<Contradiction>,
    pub problems: Vec<Problem>,
    pub entrants: Vec<Entrant>,
    pub answers: Vec<Answers>,
    /// The shift of the means, in milliseconds.
    pub shift: f64,
    pub baseline: Option<usize>,
    pub times: Vec<Times>,
    pub gaps: Vec<Gap>,
    pub profile: Profile,
    pub scaling: Vec<Scaling>,
    pub families: Vec<FamilyRatios>,
}

impl Statistics {
    /// The statistics of rows.
    ///
    /// # Errors
    /// When the baseline is none of the solvers, or stands for several.
    pub fn new(records: Vec<Record>, choices: &Choices) -> Result<Self, ChoiceError> {
        let results = Results::new(records);
        let baseline = match &choices.baseline {
            Some(name) => Some(chosen(&results, name)?),
            None => results
                .named(default_solver().name())
                .min_by_key(|&i| Reverse(results.of(i).count()))
                .or_else(|| fastest(&results, choices.shift)),
        };
        let families = baseline.map(|baseline| by_family(&results, baseline, choices.shift));
        Ok(Self {
            setting: Setting::of(&results),
            contradictions: contradictions(&results),
            answers: answers(&results),
            shift: choices.shift,
            baseline,
            times: times(&results, baseline, choices.shift),
            gaps: gaps(&results),
            profile: profile(&results, baseline),
            scaling: scalings(&results),
            families: families.unwrap_or_default(),
            problems: results.problems,
            entrants: results.entrants,
        })
    }
}

fn chosen(results: &Results, name: &str) -> Result<usize, ChoiceError> {
    let found: Vec<usize> = results.named(name).collect();
    let names = |of: &[usize]| {
        let names = of.iter().map(|&i| results.entrants[i].name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let all: Vec<usize> = (0..results.entrants.len()).collect();
            Err(ChoiceError::NoSolver { name: name.to_owned(), known: names(&all) })
        }
        several => Err(ChoiceError::Several { name: name.to_owned(), known: names(several) }),
    }
}

impl Setting {
    fn of(results: &Results) -> Self {
        let rows = || results.runs.iter().chain(&results.repeated);
        let mut setting = Self { rows: rows().count(), ..Self::default() };
        for Run { record, .. } in rows() {
            add(&mut setting.files, Some(record.place.file.as_ref()));
            add(&mut setting.families, record.family.as_deref());
            add(&mut setting.machines, record.machine.as_deref());
            add(&mut setting.commits, record.commit.as_deref());
            setting.outcomes[record.outcome as usize] += 1;
        }
        let repeated = results.repeated.iter().map(|run| run.record.place.to_string());
        setting.repeated = repeated.collect();
        let repeats = || rows().filter_map(|run| run.record.repeats);
        setting.repeats = repeats().min().zip(repeats().max());
        setting
    }

    /// How many rows have an outcome.
    #[must_use]
    pub fn with(&self, outcome: Outcome) -> usize {
        self.outcomes[outcome as usize]
    }
}

fn add(list: &mut Vec<String>, item: Option<&str>) {
    if let Some(item) = item.filter(|item| !list.iter().any(|known| known == item)) {
        list.push(item.to_owned());
    }
}
