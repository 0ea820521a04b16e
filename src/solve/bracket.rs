//! The search for a price per rule between two points of the front, one on either side of a budget.

use crate::problem::line::Line;

use super::pass::{HalfPrice, Pass, Point};
use super::splice::splice;

/// The most by which a price grows in one step, as a logarithm: eightfold.
const LARGEST_GROWTH: u64 = 3 << 16;

/// Two points of the front on either side of the budget, and prices at which they are optimal.
///
/// The price looked for is between the two. The smaller cover starts as the sweep's, which is on no
/// front; its price is then higher than any slope, and it is never taken as optimal.
pub(super) struct Bracket {
    pub(super) n_rules: usize,
    fewest: usize,
    /// At most `n_rules` rules, optimal at the price `high`.
    pub(super) fewer: Point,
    high: HalfPrice,
    /// At least `n_rules` rules, optimal at the price `low`; none for a rule for each run.
    more: Option<Point>,
    n_runs: usize,
    low: HalfPrice,
    /// Price and rules of the larger cover before this one.
    before: Option<(HalfPrice, usize)>,
    bisect_next: bool,
}

impl Bracket {
    pub(super) fn new(line: &Line, fewest: Vec<u32>, n_rules: usize) -> Self {
        let cost = line.cover_cost(&fewest);
        Self {
            n_rules,
            fewest: fewest.len(),
            fewer: Point { rule_starts: fewest, cost },
            high: above_all_slopes(line),
            more: None,
            n_runs: line.n_runs(),
            low: 0,
            before: None,
            bisect_next: false,
        }
    }

    /// Number of rules of the larger cover.
    fn most_rules(&self) -> usize {
        self.more.as_ref().map_or(self.n_runs, Point::n_rules)
    }

    /// Whether both covers are optimal at one integer price.
    ///
    /// Slopes are integers: a vertex that is optimal at a price between two integers is so at both.
    pub(super) fn is_closed(&self) -> bool {
        self.most_rules() == self.n_rules || self.high / 2 <= self.low.div_ceil(2)
    }

    /// The price at which both covers are optimal, once the bracket is closed; a lower one that
    /// still gives a bound before.
    pub(super) fn price(&self) -> u64 {
        self.low.div_ceil(2)
    }

    /// The optimal cover, once the bracket is closed.
    pub(super) fn rule_starts(self) -> Vec<u32> {
        let every_run = || (0..u32::try_from(self.n_runs).expect("runs are u32")).collect();
        let more = self.more.map_or_else(every_run, |point| point.rule_starts);
        if more.len() == self.n_rules {
            // The smaller cover may still be the sweep's.
            return more;
        }
        splice(&self.fewer.rule_starts, &more, self.n_rules)
    }

    /// A price strictly between the two, near the one looked for.
    ///
    /// Outside the points found so far, the rules beyond the fewest are taken to fall as a power of
    /// the price; between two of them, exponentially. Every second price halves the bracket if
    /// the last one moved it too little.
    fn next_price(&self, line: &Line) -> HalfPrice {
        let log = |n_rules: usize| log2(2 * (n_rules - self.fewest) as u64 + 1);
        let (now, wanted) = (log(self.most_rules()), log(self.n_rules));
        let found_both = self.high < above_all_slopes(line);
        if self.bisect_next && found_both {
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
            let rules = (self.most_rules() - self.fewer.n_rules()) as u64;
            2 * (self.fewer.cost / rules)
        }
    }

    pub(super) fn narrow(&mut self, line: &Line, pass: &mut Pass) {
        let width = self.high - self.low;
        self.try_price(line, pass, self.next_price(line));
        self.bisect_next = !self.bisect_next && self.high - self.low > width / 2;
    }

    /// Moves one side of the bracket to the point at a price, or at one in the bracket nearby;
    /// returns the price and the rules there.
    pub(super) fn try_price(
        &mut self,
        line: &Line,
        pass: &mut Pass,
        guess: HalfPrice,
    ) -> (HalfPrice, usize) {
        // Between two integers the pass ends at a vertex, and no price is tried twice. An open
        // bracket has an odd price inside.
        let odd = guess.clamp(self.low + 1, self.high - 1) | 1;
        let price = if odd < self.high { odd } else { odd - 2 };
        let point = pass.best(line, &(0..line.n_runs()), price);
        let n_rules = point.n_rules();
        if point.n_rules() < self.n_rules {
            self.fewer = point;
            self.high = price;
        } else {
            self.before = (self.low > 0).then_some((self.low, self.most_rules()));
            self.more = Some(point);
            self.low = price;
        }
        (price, n_rules)
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
