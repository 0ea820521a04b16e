//! Price per rule: the Lagrangian search, with a certificate for every optimum. The default.
//!
//! For a price `t` per rule one [pass](super::pass) finds a point of the front in O(m). The front
//! is convex with integer slopes, so a search over integer prices ends with one at which a cover
//! of at most R rules and one of at least R rules are both optimal; the cover with exactly R rules
//! is spliced from the two. The duals of the pass at that price are the proof. O(m log c). Where
//! rules take different units, see [`quota`](super::quota).
//!
//! Aggarwal, Schieber and Tokuyama, "Finding a minimum-weight k-link path in graphs with the
//! concave Monge property", 1994.

use crate::problem::certificate::{Certificate, Multiplier, Tangent};
use crate::problem::instance::Instance;
use crate::problem::line::Line;

use super::bracket::Bracket;
use super::greedy;
use super::pass::Pass;
use super::quota;
use super::sample::Sample;
use super::sweep;
use super::tree;
use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};

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
        Ok(search(problem, stop))
    }

    fn search_shared(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        Ok(tree::search(problem, stop))
    }
}

/// Solves an instance, each group on its own.
pub(super) fn search(problem: &Problem<'_>, stop: Stop) -> Outcome {
    let Problem { instance, line } = problem;
    let Some(n_rules) = problem.most_rules() else {
        return quota::search(problem, stop);
    };
    let fewest = sweep::fewest_rule_starts(line);
    if fewest.len() > n_rules {
        return Outcome::Infeasible { witness: sweep::witness(line, instance) };
    }
    let mut pass = Pass::default();
    let mut bracket = Bracket::new(line, fewest, n_rules);
    if let Some(sample) = Sample::of(line)
        && !(bracket.is_closed() || stop.reached())
    {
        bracket.aim(line, &mut pass, sample);
    }
    while !bracket.is_closed() && !stop.reached() {
        bracket.narrow(line, &mut pass);
    }
    let tangent = tangent_at(line, instance, 0, bracket.price(), &mut pass);
    let certificate = Some(Certificate::from(vec![tangent]));
    let is_closed = bracket.is_closed();
    let rule_starts = if is_closed {
        bracket.rule_starts()
    } else {
        problem.better(bracket.fewer.rule_starts, greedy::rule_starts(problem))
    };
    let cover = line.cover(instance, &rule_starts);
    if is_closed {
        Outcome::Optimal { cover, certificate }
    } else {
        Outcome::Feasible { cover, certificate }
    }
}

/// The tangent at an integer price: the duals of the hitting-set recursion.
///
/// The least weight of kept holes never falls from one run to the next, and rises only where a
/// window ends; by how much it rises is that window's multiplier.
pub(crate) fn tangent_at(
    line: &Line,
    instance: &Instance,
    class: usize,
    price: u64,
    pass: &mut Pass,
) -> Tangent {
    pass.run(line, &(0..line.n_runs()), 2 * price);
    let mut before = 0;
    let mut windows = Vec::new();
    for (run, reached) in pass.reached(line, 2 * price).enumerate() {
        let rise = (reached - before) / 2;
        before = reached;
        if rise > 0 && !line.is_boundary(run - 1) {
            let first = line.starts()[run] as usize - 1;
            windows.push(Multiplier {
                rule: line.blocked_rule(instance, first, run),
                multiplier: rise,
            });
        }
    }
    Tangent { class, price, windows }
}
