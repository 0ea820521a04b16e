//! Price per rule, with a certificate for every optimum. The default.
//!
//! The [Lagrangian search](super::lagrange) where each group has rules of its own, and a
//! [tree](super::tree) of such searches where outer rules serve inner groups.

use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};
use super::{lagrange, tree};

/// The search for the right price per rule.
#[derive(Debug)]
pub(super) struct Price;

impl Solver for Price {
    fn name(&self) -> &'static str {
        "price"
    }

    fn about(&self) -> &'static str {
        "searches the price per rule or unit, and closes the gap; exact, with a certificate"
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Exact
    }

    fn search(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        Ok(lagrange::search(problem, stop))
    }

    fn search_shared(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        Ok(tree::search(problem, stop))
    }
}
