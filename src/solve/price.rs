//! Price per rule: the Lagrangian search, with a certificate for every optimum. The default.
//!
//! For a price `t` per rule one [pass](super::pass) finds a point of the front in O(m). The front
//! is convex with integer slopes, so a search over integer prices ends with one at which a cover
//! of at most R rules and one of at least R rules are both optimal; the cover with exactly R rules
//! is spliced from the two. The duals of the pass at that price are the proof. O(m log c).
//!
//! Aggarwal, Schieber and Tokuyama, "Finding a minimum-weight k-link path in graphs with the
//! concave Monge property", 1994.

use crate::certificate::{BlockedRule, Certificate, Multiplier};
use crate::instance::Instance;
use crate::line::Line;

use super::pass::{HalfPrice, Pass, Point};
use super::splice::splice;
use super::sweep;
use super::{Guarantee, Outcome, Problem, SolveError, Solver, Stop};

/// The search for the right price per rule.
#[derive(Debug)]
pub(super) struct Price;

impl Solver for Price {
    fn name(&self) -> &'static str {
        "price"
    }

    fn about(&self) -> &'static str {
        "searches the price per rule, O(m log c); exact, with a certificate"
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Exact
    }

    fn search(&self, problem: &Problem<'_>, stop: Stop) -> Result<Outcome, SolveError> {
        let Problem { instance, line } = problem;
        let fewest = sweep::fewest_rule_starts(line);
        if fewest.len() > instance.budget() {
            return Ok(Outcome::Infeasible {
                witness: sweep::witness(line, instance),
            });
        }
        let mut pass = Pass::default();
        let n_rules = problem.most_rules();
        let mut bracket = Bracket::new(line, fewest, n_rules);
        while !bracket.is_closed() && !stop.reached() {
            bracket.narrow(line, &mut pass);
        }
        let certificate = certificate_at(line, instance, bracket.price(), &mut pass);
        let cover = |rule_starts: &[u32]| line.cover(instance, rule_starts);
        Ok(if bracket.is_closed() {
            Outcome::Optimal {
                cover: cover(&bracket.rule_starts()),
                certificate: Some(certificate),
            }
        } else {
            Outcome::Feasible {
                cover: cover(&bracket.fewer.rule_starts),
                certificate: Some(certificate),
            }
        })
    }
}

/// Two points of the front on either side of the budget, and prices at which they are optimal.
///
/// The price looked for is between the two. The smaller cover may start as one that is on no
/// front (the sweep's); its price is then higher than any slope, and it is never taken as optimal.
struct Bracket {
    n_rules: usize,
    /// At most `n_rules` rules, optimal at the price `high`.
    fewer: Point,
    high: HalfPrice,
    /// At least `n_rules` rules, optimal at the price `low`.
    more: Point,
    low: HalfPrice,
    bisect_next: bool,
}

impl Bracket {
    fn new(line: &Line, fewest: Vec<u32>, n_rules: usize) -> Self {
        let cost = line.cover_cost(&fewest);
        let n_runs = u32::try_from(line.n_runs()).expect("runs are u32");
        let all_kept = Point {
            rule_starts: (0..n_runs).collect(),
            cost: 0,
        };
        Self {
            n_rules,
            fewer: Point {
                rule_starts: fewest,
                cost,
            },
            // No slope is above the total cost; one more makes room for a pass at that price.
            high: 2 * (line.total_cost() + 2),
            more: all_kept,
            low: 0,
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

    /// A price strictly between the two, where the chord's slope is, or half way if the last chord
    /// moved too little.
    fn next_price(&self) -> HalfPrice {
        let chord = {
            let rules = (self.more.n_rules() - self.fewer.n_rules()) as u64;
            let drop = self.fewer.cost.saturating_sub(self.more.cost);
            // At an integer slope the pass can prove the edge; otherwise only a vertex is there.
            2 * (drop / rules) + u64::from(!drop.is_multiple_of(rules))
        };
        let price = if self.bisect_next {
            self.low + (self.high - self.low) / 2
        } else {
            chord
        };
        price.clamp(self.low + 1, self.high - 1)
    }

    fn narrow(&mut self, line: &Line, pass: &mut Pass) {
        let width = self.high - self.low;
        let price = self.next_price();
        let all = 0..line.n_runs();
        pass.run(line, &all, price);
        let point = pass.point(line, &all, price);
        if point.n_rules() < self.n_rules {
            self.fewer = point;
            self.high = price;
        } else {
            self.more = point;
            self.low = price;
        }
        self.bisect_next = !self.bisect_next && self.high - self.low > width / 2;
    }
}

/// The certificate at an integer price: the duals of the hitting-set recursion.
///
/// The least weight of kept holes never falls from one run to the next, and rises only where a
/// window ends; by how much it rises is that window's multiplier.
pub(crate) fn certificate_at(
    line: &Line,
    instance: &Instance,
    price: u64,
    pass: &mut Pass,
) -> Certificate {
    if line.n_runs() == 0 {
        return Certificate::default();
    }
    pass.run(line, &(0..line.n_runs()), 2 * price);
    let mut before = 0;
    let mut windows = Vec::new();
    for (run, reached) in pass.reached(line, 2 * price).enumerate() {
        let rise = (reached - before) / 2;
        before = reached;
        if rise > 0 && !line.is_boundary(run - 1) {
            let first = line.starts()[run] as usize - 1;
            windows.push(Multiplier {
                rule: BlockedRule::over(line, instance, first, run),
                multiplier: rise,
            });
        }
    }
    Certificate { price, windows }
}
