//! Every cover of a tiny instance: the oracle of the tests.
//!
//! It knows nothing of windows or prices. Each choice of kept holes becomes a cover, and the
//! independent checker says whether it is one and what it costs. O(2^m · m). Where outer rules serve
//! inner groups, every choice of runs to leave out is tried too.

use crate::problem::cover::Cover;
use crate::problem::instance::Instance;
use crate::problem::ports::Span;
use crate::verify;

use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};

/// Most holes that are tried: 2^20 covers.
const MOST_HOLES: usize = 20;

/// Most covers that are tried where runs may be left out.
const MOST_COVERS: usize = 1 << MOST_HOLES;

/// Tries every cover.
#[derive(Debug)]
pub(super) struct Brute;

impl Solver for Brute {
    fn name(&self) -> &'static str {
        "brute"
    }

    fn about(&self) -> &'static str {
        "tries every cover of a tiny instance; exact, the oracle of the tests"
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Exact
    }

    fn search(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        let instance = problem.instance;
        let holes = instance.n_runs() - instance.groups().len();
        if holes > MOST_HOLES {
            return Err(SolveError::TooLarge {
                solver: self.name(),
                what: "holes",
                most: MOST_HOLES,
                found: holes,
            });
        }
        let covers = (0..1_u32 << holes).map(|kept| cover_that_keeps(instance, kept));
        Ok(best(instance, covers, stop).unwrap_or_else(|| problem.out_of_time()))
    }

    fn search_shared(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        let instance = problem.instance;
        let groups = instance.groups().iter().enumerate();
        let n_covers = groups.clone().map(|(i, group)| {
            n_choices(group.runs().len(), !instance.outer(i).is_empty()).unwrap_or(usize::MAX)
        });
        let found = n_covers.fold(1, usize::saturating_mul);
        if found > MOST_COVERS {
            let (solver, what, most) = (self.name(), "covers", MOST_COVERS);
            return Err(SolveError::TooLarge { solver, what, most, found });
        }
        let choices = groups.map(|(i, group)| choices(group.runs(), !instance.outer(i).is_empty()));
        let choices: Vec<Vec<Vec<Span>>> = choices.collect();
        let covers = (0..found).map(|nth| nth_cover(&choices, nth));
        let out_of_time = || problem.out_of_time().without_sharing();
        Ok(best(instance, covers, stop).unwrap_or_else(out_of_time))
    }
}

/// The cheapest of some covers; none if time is over.
fn best(instance: &Instance, covers: impl Iterator<Item = Cover>, stop: Stop) -> Option<Outcome> {
    let mut best: Option<(u64, Cover)> = None;
    for (nth, cover) in covers.enumerate() {
        if nth % 1024 == 1023 && stop.reached() {
            return None;
        }
        if let Ok(facts) = verify::cover(instance, &cover)
            && best.as_ref().is_none_or(|(cost, _)| facts.cost < *cost)
        {
            best = Some((facts.cost, cover));
        }
    }
    Some(match best {
        Some((_, cover)) => Outcome::Optimal { cover, certificate: None },
        None => Outcome::Infeasible { witness: None },
    })
}

/// How many [`choices`] there are.
fn n_choices(n_runs: usize, may_leave_out: bool) -> Option<usize> {
    // After each run: how many choices for the runs so far, and how many for all prefixes of them.
    let (mut now, mut sum) = (1_usize, 1_usize);
    for _ in 0..n_runs {
        let without = if may_leave_out { now } else { 0 };
        now = without.checked_add(sum)?;
        sum = sum.checked_add(now)?;
    }
    Some(now)
}

/// All rules that go from the start of a run to the end of one, with or without every run in one.
fn choices(runs: &[Span], may_leave_out: bool) -> Vec<Vec<Span>> {
    // For each number of runs from the left, all choices for these.
    let mut all: Vec<Vec<Vec<Span>>> = vec![vec![Vec::new()]];
    for (end, &last) in runs.iter().enumerate() {
        let mut choices = if may_leave_out { all[end].clone() } else { Vec::new() };
        for (before, &first) in all.iter().zip(runs) {
            let rule = Span::over(first, last);
            choices.extend(before.iter().map(|rules| [&rules[..], &[rule]].concat()));
        }
        all.push(choices);
    }
    all.pop().unwrap_or_default()
}

fn nth_cover(choices: &[Vec<Vec<Span>>], mut nth: usize) -> Cover {
    let mut rules_of = |choices: &Vec<Vec<Span>>| {
        let rules = choices[nth % choices.len()].clone();
        nth /= choices.len();
        rules
    };
    Cover { groups: choices.iter().map(&mut rules_of).collect() }
}

/// The cover that keeps the holes whose bits are set.
fn cover_that_keeps(instance: &Instance, mut kept: u32) -> Cover {
    let mut rules_of = |runs: &[Span]| {
        let mut rules = vec![runs[0]];
        for &run in &runs[1..] {
            let last = rules.last_mut().expect("there is a rule");
            if kept & 1 == 1 {
                rules.push(run);
            } else {
                *last = Span::over(*last, run);
            }
            kept >>= 1;
        }
        rules
    };
    Cover { groups: instance.groups().iter().map(|group| rules_of(group.runs())).collect() }
}
