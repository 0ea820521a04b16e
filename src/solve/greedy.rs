//! Greedy gap merging: bridge the cheapest hole that keeps every rule allowed, again and again.
//!
//! Cheapest is what saves least for each unit that keeping it takes. Optimal without limits on
//! rules and with one unit for each; else it can cost more than the optimum, and it can get stuck
//! above the budget although a cover exists. O(m log m).

use crate::problem::instance::Terms;

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
    let mut bridged: Vec<(usize, &Terms)> = Vec::new();
    let mut units = instance.units_of_all_runs();
    // A hole that cannot be bridged now never can: rules only grow, and limits are hereditary.
    for (hole, terms) in by_saving(problem) {
        let Some(family) = units.exceeds(instance.budget()) else {
            break;
        };
        let other = family.other();
        let helps = terms.quota.counts_in(family)
            || terms.quota.counts_in(other) && units.of(other) > instance.budget().of(other);
        let (first, last) = (other_end[hole], other_end[hole + 1]);
        if helps && line.starts()[last] as usize <= first {
            other_end[first] = last;
            other_end[last] = first;
            units.remove(terms);
            bridged.push((hole, terms));
        }
    }
    if units.exceeds(instance.budget()).is_some() {
        return None;
    }
    // Rules of many units may have left more than they had to: what saves most first.
    let mut is_kept = vec![true; n_runs];
    for &(hole, terms) in bridged.iter().rev() {
        let mut more = units;
        more.add(terms, 1);
        is_kept[hole + 1] = more.exceeds(instance.budget()).is_none();
        if is_kept[hole + 1] {
            units = more;
        }
    }
    let kept = (0..).zip(is_kept).filter(|(_, is_kept)| *is_kept);
    Some(kept.map(|(run, _)| run).collect())
}

/// The holes of all groups, with what a rule there counts for, the least saving per unit first.
fn by_saving<'a>(problem: &'a Problem<'_>) -> Vec<(usize, &'a Terms)> {
    let Problem { instance, line } = problem;
    let groups = line.groups_of_holes().enumerate();
    let mut holes: Vec<(usize, &Terms)> = groups
        .filter_map(|(hole, group)| Some((hole, instance.groups()[group?].terms())))
        .collect();
    let saving = |&(hole, _): &(usize, &Terms), other: &Terms| {
        u128::from(line.costs()[hole]) * u128::from(other.units)
    };
    holes.sort_by(|a, b| saving(a, b.1).cmp(&saving(b, a.1)));
    holes
}
