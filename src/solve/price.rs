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

use crate::certificate::{Certificate, Multiplier, Tangent};
use crate::instance::Instance;
use crate::line::Line;

use super::greedy;
use super::pass::{HalfPrice, Pass, Point};
use super::quota;
use super::splice::splice;
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
    while !bracket.is_closed() && !stop.reached() {
        bracket.narrow(line, &mut pass);
    }
    let tangent = tangent_at(line, instance, 0, bracket.price(), &mut pass);
    let certificate = Some(Certificate::from(vec![tangent]));
    let rule_starts = if bracket.is_closed() {
        bracket.rule_starts()
    } else {
        problem.better(bracket.fewer.rule_starts.clone(), greedy::rule_starts(problem))
    };
    let cover = line.cover(instance, &rule_starts);
    if bracket.is_closed() {
        Outcome::Optimal { cover, certificate }
    } else {
        Outcome::Feasible { cover, certificate }
    }
}

/// The most by which a price grows in one step, as a logarithm: eightfold.
const LARGEST_GROWTH: u64 = 3 << 16;

/// Two points of the front on either side of the budget, and prices at which they are optimal.
///
/// The price looked for is between the two. The smaller cover starts as the sweep's, which is on no
/// front; its price is then higher than any slope, and it is never taken as optimal.
struct Bracket {
    n_rules: usize,
    fewest: usize,
    /// At most `n_rules` rules, optimal at the price `high`.
    fewer: Point,
    high: HalfPrice,
    /// At least `n_rules` rules, optimal at the price `low`.
    more: Point,
    low: HalfPrice,
    /// Price and rules of the larger cover before this one.
    before: Option<(HalfPrice, usize)>,
    bisect_next: bool,
}

impl Bracket {
    fn new(line: &Line, fewest: Vec<u32>, n_rules: usize) -> Self {
        let cost = line.cover_cost(&fewest);
        let n_runs = u32::try_from(line.n_runs()).expect("runs are u32");
        Self {
            n_rules,
            fewest: fewest.len(),
            fewer: Point { rule_starts: fewest, cost },
            high: above_all_slopes(line),
            more: Point { rule_starts: (0..n_runs).collect(), cost: 0 },
            low: 0,
            before: None,
            bisect_next: false,
        }
    }

    /// Whether both covers are optimal at one integer price.
    ///
    /// Slopes are integers: a vertex that is optimal at a price between two integers is so at both.
    fn is_closed(&self) -> bool {
        self.more.n_rules() == self.n_rules || self.high / 2 <= self.low.div_ceil(2)
    }

    /// The price at which both covers are optimal, once the bracket is closed; a lower one that
    /// still gives a bound before.
    fn price(&self) -> u64 {
        self.low.div_ceil(2)
    }

    /// The optimal cover, once the bracket is closed.
    fn rule_starts(&self) -> Vec<u32> {
        if self.more.n_rules() == self.n_rules {
            // The smaller cover may still be the sweep's.
            return self.more.rule_starts.clone();
        }
        splice(&self.fewer.rule_starts, &self.more.rule_starts, self.n_rules)
    }

    /// A price strictly between the two, near the one looked for.
    ///
    /// Outside the points found so far, the rules beyond the fewest are taken to fall as a power of
    /// the price; between two of them, exponentially. Every second price halves the bracket if
    /// the last one moved it too little.
    fn next_price(&self, line: &Line) -> HalfPrice {
        let log = |n_rules: usize| log2(2 * (n_rules - self.fewest) as u64 + 1);
        let (now, wanted) = (log(self.more.n_rules()), log(self.n_rules));
        let found_both = self.high < above_all_slopes(line);
        let guess = if self.bisect_next && found_both {
            self.low + (self.high - self.low) / 2
        } else if found_both {
            let (width, fall) = (self.high - self.low, now - log(self.fewer.n_rules()));
            self.low + scaled(width, now - wanted, fall)
        } else if let Some((price, n_rules)) = self.before {
            // Beyond the wanted point rather than before it, so that there is a bracket.
            let growth = log2(self.low) - log2(price);
            let growth = scaled(growth, now - wanted, log(n_rules) - now).min(LARGEST_GROWTH);
            let guess = exp2(log2(self.low) + growth);
            guess.saturating_add(guess / 8)
        } else {
            let rules = (self.more.n_rules() - self.fewer.n_rules()) as u64;
            2 * (self.fewer.cost / rules)
        };
        // Between two integers the pass ends at a vertex, and no price is tried twice.
        (guess.clamp(self.low + 1, self.high - 1) | 1).min(self.high - 1)
    }

    fn narrow(&mut self, line: &Line, pass: &mut Pass) {
        let width = self.high - self.low;
        let price = self.next_price(line);
        let all = 0..line.n_runs();
        let point = pass.best(line, &all, price);
        if point.n_rules() < self.n_rules {
            self.fewer = point;
            self.high = price;
        } else {
            self.before = (self.low > 0).then_some((self.low, self.more.n_rules()));
            self.more = point;
            self.low = price;
        }
        self.bisect_next = !self.bisect_next && self.high - self.low > width / 2;
    }
}

/// No slope is above the total cost; one more makes room for a pass at that price.
fn above_all_slopes(line: &Line) -> HalfPrice {
    2 * (line.total_cost() + 2)
}

/// The binary logarithm in 65,536ths, straight between powers of two; the same on every machine.
fn log2(n: u64) -> u64 {
    let whole = n.ilog2();
    let rest = u128::from(n - (1 << whole)) << 16 >> whole;
    (u64::from(whole) << 16) + u64::try_from(rest).expect("less than 65,536")
}

/// The inverse of [`log2`].
fn exp2(log: u64) -> u64 {
    let (whole, rest) = (log >> 16, log & 0xffff);
    let power = 1_u128 << whole;
    let n = power + (u128::from(rest) << whole >> 16);
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// `length · part / whole`, at least 1, and `length` for an empty whole.
fn scaled(length: u64, part: u64, whole: u64) -> u64 {
    let scaled = u128::from(length) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(scaled).map_or(length, |scaled| scaled.max(1))
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
