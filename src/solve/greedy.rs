//! Greedy gap merging: bridge the cheapest hole that keeps every rule allowed, again and again.
//!
//! Optimal without limits on rules; with them it can cost more than the optimum, and it can get
//! stuck above the budget although a cover exists. O(m log m).

use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};

/// Bridges the cheapest allowed hole until the rules fit.
#[derive(Debug)]
pub(super) struct Greedy;

impl Solver for Greedy {
    fn name(&self) -> &'static str {
        "greedy"
    }

    fn about(&self) -> &'static str {
        "bridges the cheapest allowed hole again and again; heuristic, may get stuck"
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Heuristic
    }

    fn search(&self, problem: &Problem<'_>, _stop: Stop) -> Result<Outcome, SolveError> {
        let Some(rule_starts) = rule_starts(problem) else {
            return Ok(Outcome::Unknown);
        };
        let cover = problem.line.cover(problem.instance, &rule_starts);
        Ok(Outcome::Feasible { cover, certificate: None })
    }
}

/// The first run of each rule of the cover, if the budget is reached.
pub(super) fn rule_starts(problem: &Problem<'_>) -> Option<Vec<u32>> {
    let Problem { instance, line } = problem;
    let n_runs = line.n_runs();
    // At each end of a rule (in runs) stands its other end; inside, nothing is read.
    let mut other_end: Vec<usize> = (0..n_runs).collect();
    let mut bridged = vec![false; n_runs.saturating_sub(1)];
    let mut n_rules = n_runs;
    let mut order: Vec<usize> = (0..bridged.len()).collect();
    order.sort_by_key(|&hole| line.costs()[hole]);
    // A hole that cannot be bridged now never can: rules only grow, and limits are hereditary.
    for hole in order {
        if n_rules <= instance.budget().ipv4 {
            break;
        }
        let (first, last) = (other_end[hole], other_end[hole + 1]);
        if line.starts()[last] as usize <= first {
            other_end[first] = last;
            other_end[last] = first;
            bridged[hole] = true;
            n_rules -= 1;
        }
    }
    if n_rules > instance.budget().ipv4 {
        return None;
    }
    let kept = (1..).zip(&bridged).filter(|(_, bridged)| !**bridged);
    Some([0].into_iter().chain(kept.map(|(run, _)| run)).collect())
}
