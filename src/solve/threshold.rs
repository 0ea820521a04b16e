//! The published seed algorithm: one hole size that is bridged everywhere.
//!
//! The size is raised from 0 until the rules fit the budget, up to `max_hole`. Holes of equal size
//! are all bridged at once, so the cover can open far more ports than it has to. A cover that
//! breaks another limit is no answer. O(m log m).

use std::cmp::Reverse;

use crate::problem::instance::Terms;

use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};

/// Bridges every hole up to the least size that fits the budget.
#[derive(Debug)]
pub(super) struct Threshold;

impl Solver for Threshold {
    fn name(&self) -> &'static str {
        "threshold"
    }

    fn about(&self) -> &'static str {
        "bridges every hole up to one size, the published method; heuristic"
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Heuristic
    }

    fn search(&self, problem: &Problem<'_>, _stop: Stop) -> Result<Outcome, SolveError> {
        let Problem { instance, line } = problem;
        let groups = instance.groups();
        let mut units = instance.units_of_one_rule_each();
        if units.exceeds(instance.budget()).is_some() {
            return Ok(Outcome::Unknown);
        }
        let mut holes: Vec<(u64, &Terms)> = Vec::new();
        for group in groups {
            holes.extend(group.holes().map(|hole| (hole.len(), group.terms())));
        }
        holes.sort_by_key(|&(size, _)| Reverse(size));
        // Holes larger than the threshold are kept, as long as their rules fit.
        let over = holes.iter().find(|(_, terms)| {
            units.add(terms, 1);
            units.exceeds(instance.budget()).is_some()
        });
        let threshold = over.map_or(0, |&(size, _)| size);
        if instance.limits().max_hole().is_some_and(|most| threshold > most) {
            return Ok(Outcome::Unknown);
        }
        let mut rule_starts = Vec::new();
        for (group, &base) in groups.iter().zip(line.group_starts()) {
            rule_starts.push(base);
            let kept = (1..).zip(group.holes()).filter(|(_, hole)| hole.len() > threshold);
            rule_starts.extend(kept.map(|(run, _)| base + run));
        }
        if breaks_a_limit(line.starts(), &rule_starts) {
            return Ok(Outcome::Unknown);
        }
        Ok(Outcome::Feasible { cover: line.cover(instance, &rule_starts), certificate: None })
    }
}

/// Whether some rule starts before the first run that its last run allows.
fn breaks_a_limit(starts: &[u32], rule_starts: &[u32]) -> bool {
    rule_starts.iter().enumerate().any(|(i, &start)| {
        let end = rule_starts.get(i + 1).map_or(starts.len(), |&next| next as usize);
        starts[end - 1] > start
    })
}
