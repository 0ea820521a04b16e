//! The Lagrangian search: the price per rule at which covers within the budget are optimal.
//!
//! For a price `t` per rule one [pass](super::pass) finds a point of the front in O(m). The front
//! is convex with integer slopes, so a search over integer prices ends with one at which a cover
//! of at most R rules and one of at least R rules are both optimal; the cover with exactly R rules
//! is spliced from the two. The duals of the pass at that price are the proof. O(m log c). Where
//! rules take different units, see [`quota`](super::quota).
//!
//! Aggarwal, Schieber and Tokuyama, "Finding a minimum-weight k-link path in graphs with the
//! concave Monge property", 1994.

use crate::problem::certificate::Certificate;

use super::bracket::Bracket;
use super::greedy;
use super::pass::Pass;
use super::quota;
use super::sample::Sample;
use super::sweep;
use super::tangent::tangent_at;
use super::{Outcome, Problem, Stop};

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
        sample.aim(&mut bracket, line, &mut pass);
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
