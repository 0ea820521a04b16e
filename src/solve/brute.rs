//! Every cover of a tiny instance: the oracle of the tests.
//!
//! It knows nothing of windows or prices. Each choice of kept holes becomes a cover, and the
//! independent checker says whether it is one and what it costs. O(2^m · m).

use crate::cover::Cover;
use crate::instance::Instance;
use crate::ports::Span;
use crate::verify;

use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};

/// Most holes that are tried: 2^20 covers.
const MOST_HOLES: usize = 20;

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
        let mut best: Option<(u64, Cover)> = None;
        for kept in 0..1_u32 << holes {
            if kept % 1024 == 1023 && stop.reached() {
                return Ok(problem.out_of_time());
            }
            let cover = cover_that_keeps(instance, kept);
            if let Ok(facts) = verify::cover(instance, &cover)
                && best.as_ref().is_none_or(|(cost, _)| facts.cost < *cost)
            {
                best = Some((facts.cost, cover));
            }
        }
        Ok(match best {
            Some((_, cover)) => Outcome::Optimal { cover, certificate: None },
            None => Outcome::Infeasible { witness: None },
        })
    }
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
