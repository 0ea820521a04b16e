//! Bounds for every budget: the highest tangents of each class, joined over the quotas.

use crate::problem::instance::Budget;
use crate::problem::zones::{Family, Quota};

/// A straight line: no cover of a class whose groups keep `n` holes costs less than
/// `at_no_slots − price · n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slope {
    /// `Σ c_i − z + Σ y_w`.
    pub(super) at_no_slots: i128,
    pub(super) price: i128,
}

/// What is known of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClassBound {
    pub(super) quota: Quota,
    pub(super) units: usize,
    pub(super) n_groups: usize,
    pub(super) n_runs: usize,
    /// The fewest rules of any cover.
    pub(super) fewest: usize,
    pub(super) slopes: Vec<Slope>,
}

/// The bounds that a certificate proves, for every budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    pub(super) classes: Vec<ClassBound>,
}

/// Bounds of all classes together, for every budget up to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    up_to: Budget,
    least: Budget,
    /// For each number of units beyond the least, what the classes cost that count in one quota;
    /// further units are of no use.
    ipv4: Vec<u64>,
    ipv6: Vec<u64>,
    both: Vec<u64>,
}

impl ClassBound {
    /// No cover with this many rules in the class costs less. Falls ever slower with the rules.
    fn cost(&self, n_rules: usize) -> u64 {
        // No cover keeps more holes than there are.
        let slots = (n_rules.min(self.n_runs) - self.n_groups) as i128;
        let costs = self.slopes.iter().map(|slope| slope.at_no_slots - slope.price * slots);
        // No cost is negative, so neither is the best bound.
        let bound = costs.fold(0, i128::max);
        u64::try_from(bound).unwrap_or(u64::MAX)
    }
}

impl Bounds {
    /// No cover within this budget costs less; the largest number where there is none.
    #[must_use]
    pub fn at(&self, budget: Budget) -> u64 {
        let [class] = &self.classes[..] else {
            if self.most().exceeds(budget).is_none() {
                // A rule for each run of every class.
                return self.classes.iter().map(|class| class.cost(class.n_runs)).sum();
            }
            return self.up_to(budget).at(budget);
        };
        let n_rules = budget.n_rules(class.quota, class.units);
        if n_rules < class.n_groups { u64::MAX } else { class.cost(n_rules) }
    }

    /// The units of so many rules of each class.
    fn units(&self, n_rules: impl Fn(&ClassBound) -> usize) -> Budget {
        let mut units = Budget::default();
        for class in &self.classes {
            units.add_units(class.quota, class.units.saturating_mul(n_rules(class)));
        }
        units
    }

    /// The units of a rule for each run; more are of no use.
    fn most(&self) -> Budget {
        self.units(|class| class.n_runs)
    }

    /// The bounds for every budget up to this one.
    #[must_use]
    pub fn up_to(&self, budget: Budget) -> Joined {
        let least = self.units(|class| class.fewest);
        // There is always a rule more to be had than is of use, so arrays stay small.
        let Budget { ipv4, ipv6 } = budget.min(self.most()).less(least);
        let join = |quota: Quota, slack: usize| {
            let classes = self.classes.iter().filter(|class| class.quota == quota);
            let start = vec![0; slack + 1];
            classes.fold(start, |costs, class| join(&costs, class))
        };
        Joined {
            up_to: budget,
            least,
            ipv4: join(Quota::Ipv4, ipv4),
            ipv6: join(Quota::Ipv6, ipv6),
            both: join(Quota::Both, ipv4.min(ipv6)),
        }
    }
}

impl Joined {
    /// No cover within this budget costs less; the largest number where there is none. Of budgets
    /// beyond those that were asked for, nothing is known but 0.
    #[must_use]
    pub fn at(&self, budget: Budget) -> u64 {
        if budget.exceeds(self.up_to).is_some() {
            return 0;
        }
        let slack = |family: Family| budget.of(family).checked_sub(self.least.of(family));
        let (Some(ipv4), Some(ipv6)) = (slack(Family::Ipv4), slack(Family::Ipv6)) else {
            return u64::MAX;
        };
        let at = |costs: &[u64], units: usize| costs[units.min(costs.len() - 1)];
        let shared = 0..self.both.len().min(ipv4.min(ipv6) + 1);
        let total = |units: usize| {
            self.both[units] + at(&self.ipv4, ipv4 - units) + at(&self.ipv6, ipv6 - units)
        };
        shared.map(total).min().unwrap_or(u64::MAX)
    }
}

/// The least cost of some classes and one more, for each number of units that they share.
///
/// The class's cost is convex, so the best share of it never falls as the units grow: rows of
/// halves, O(n log n).
fn join(costs: &[u64], class: &ClassBound) -> Vec<u64> {
    let n_steps = ((costs.len() - 1) / class.units).min(class.n_runs - class.fewest);
    let steps: Vec<u64> = (0..=n_steps).map(|step| class.cost(class.fewest + step)).collect();
    let mut joined = vec![0; costs.len()];
    for rest in 0..class.units.min(costs.len()) {
        let every = |&i: &usize| i < costs.len();
        let column: Vec<u64> =
            (rest..).step_by(class.units).take_while(every).map(|i| costs[i]).collect();
        let mut row = vec![0; column.len()];
        halve(&column, &steps, &mut row, 0, (0, column.len() - 1));
        for (i, cost) in (rest..).step_by(class.units).zip(row) {
            joined[i] = cost;
        }
    }
    joined
}

/// Fills `row[i − first]` with the least of `column[j] + steps[i − j]`, for `j` in a range; steps
/// beyond the last cost as much as that.
fn halve(
    column: &[u64],
    steps: &[u64],
    row: &mut [u64],
    first: usize,
    (low, high): (usize, usize),
) {
    if row.is_empty() {
        return;
    }
    let middle = row.len() / 2;
    let i = first + middle;
    let values = (low..=high.min(i)).map(|j| (column[j] + steps[(i - j).min(steps.len() - 1)], j));
    let (least, at) = values.min().expect("the range reaches down to the row");
    row[middle] = least;
    let (before, after) = row.split_at_mut(middle);
    halve(column, steps, before, first, (low, at));
    halve(column, steps, &mut after[1..], i + 1, (at, high));
}
