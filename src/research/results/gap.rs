//! Gaps: how far values are from the best known one.

use serde::Serialize;

use super::{Results, Run, real};

/// How far a value is from the best known one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gap {
    /// Which of the problems.
    pub problem: usize,
    /// Which of the entrants.
    pub entrant: usize,
    /// The cost of its cover.
    pub value: u64,
    /// The least cost of any cover.
    pub best: u64,
    /// Value less best known value.
    pub gap: u64,
    /// The gap as a share of the best known value, where that is not 0.
    pub relative: Option<f64>,
}

impl Gap {
    /// The gap of a run; none without a value, or where a checker refused it.
    #[must_use]
    pub fn of(run: &Run, results: &Results) -> Option<Self> {
        let value = run.record.value().filter(|_| !run.record.is_refuted())?;
        let best = results.problems[run.problem].best?;
        let gap = value - best;
        let relative = (best > 0).then(|| real(gap) / real(best));
        Some(Self { problem: run.problem, entrant: run.entrant, value, best, gap, relative })
    }
}

/// All gaps above 0, by problem, then in the order of the entrants.
#[must_use]
pub fn gaps(results: &Results) -> Vec<Gap> {
    let all = results.runs.iter().filter_map(|run| Gap::of(run, results));
    let mut gaps: Vec<Gap> = all.filter(|gap| gap.gap > 0).collect();
    gaps.sort_by_key(|gap| (gap.problem, gap.entrant));
    gaps
}
