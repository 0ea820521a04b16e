//! Sharing quotas between classes: the least cost for every number of units beyond the least.
//!
//! Each class has a cost for every number of further rules. Classes that count in one quota are
//! joined one by one over the units of that quota; so are those that count in both, whose units
//! come out of both. What is left is one number: the units of the latter.

use crate::problem::instance::Budget;
use crate::problem::zones::{Family, Quota};

/// What a class may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) quota: Quota,
    /// Units of each rule.
    pub(crate) units: usize,
    /// Rules beyond the fewest that the class takes at least.
    pub(crate) first: usize,
    /// The cost with these rules, with one more, and so on.
    pub(crate) costs: Vec<u64>,
}

/// All ways to share the quotas.
#[derive(Debug)]
pub(crate) struct Join {
    /// What is taken at least, beyond the fewest rules.
    taken: Budget,
    ipv4: Table,
    ipv6: Table,
    both: Table,
}

/// The classes that count in the same quotas.
#[derive(Debug)]
struct Table {
    /// The least cost for each number of units.
    costs: Vec<u64>,
    /// For each class its place, its share, and its further rules for each number of units.
    taken: Vec<(usize, Share, Vec<u32>)>,
}

impl Join {
    /// Joins all classes, for any units up to `slack` beyond those of the fewest rules.
    ///
    /// None when that is less than the classes take at least, or when `stop` says so between two
    /// classes.
    pub(crate) fn new(
        shares: Vec<Share>,
        slack: Budget,
        mut stop: impl FnMut() -> bool,
    ) -> Option<Self> {
        let (mut taken, mut most) = (Budget::default(), Budget::default());
        for share in &shares {
            taken.add_units(share.quota, share.units * share.first);
            most.add_units(share.quota, share.units * (share.costs.len() - 1));
        }
        if taken.exceeds(slack).is_some() {
            return None;
        }
        let of = |family| (slack.of(family) - taken.of(family)).min(most.of(family));
        let (ipv4, ipv6) = (of(Family::Ipv4), of(Family::Ipv6));
        let mut tables = [(Quota::Ipv4, ipv4), (Quota::Ipv6, ipv6), (Quota::Both, ipv4.min(ipv6))]
            .map(|(quota, units)| (quota, Table { costs: vec![0; units + 1], taken: Vec::new() }));
        for (place, share) in shares.into_iter().enumerate() {
            if stop() {
                return None;
            }
            let table = tables.iter_mut().find(|(quota, _)| *quota == share.quota);
            table.expect("there is a table for each quota").1.add(place, share);
        }
        let [ipv4, ipv6, both] = tables.map(|(_, table)| table);
        Some(Self { taken, ipv4, ipv6, both })
    }

    /// The units of the classes that count in both quotas, and the least cost.
    fn best(&self, slack: Budget) -> Option<(usize, u64)> {
        let left = |family: Family| slack.of(family).checked_sub(self.taken.of(family));
        let (ipv4, ipv6) = (left(Family::Ipv4)?, left(Family::Ipv6)?);
        let most = ipv4.min(ipv6).min(self.both.costs.len() - 1);
        let total = |units: usize| {
            self.both.costs[units] + self.ipv4.cost(ipv4 - units) + self.ipv6.cost(ipv6 - units)
        };
        (0..=most).map(|units| (units, total(units))).min_by_key(|&(_, cost)| cost)
    }

    /// The least cost with so many units beyond those of the fewest rules.
    pub(crate) fn cost(&self, slack: Budget) -> Option<u64> {
        self.best(slack).map(|(_, cost)| cost)
    }

    /// The further rules of each class at the least cost.
    pub(crate) fn further_rules(&self, slack: Budget) -> Option<Vec<usize>> {
        let (units, _) = self.best(slack)?;
        let n_classes = [&self.ipv4, &self.ipv6, &self.both].map(|table| table.taken.len());
        let mut further = vec![0; n_classes.iter().sum()];
        let left = |family: Family| slack.of(family) - self.taken.of(family) - units;
        self.ipv4.trace(left(Family::Ipv4), &mut further);
        self.ipv6.trace(left(Family::Ipv6), &mut further);
        self.both.trace(units, &mut further);
        Some(further)
    }
}

impl Table {
    fn cost(&self, units: usize) -> u64 {
        self.costs[units.min(self.costs.len() - 1)]
    }

    /// One more class, O(n log n) for n units; the first one is only written down.
    fn add(&mut self, place: usize, share: Share) {
        let n = self.costs.len();
        let mut further = vec![0_u32; n];
        if self.taken.is_empty() {
            for (units, (cost, further)) in self.costs.iter_mut().zip(&mut further).enumerate() {
                let step = (units / share.units).min(share.costs.len() - 1);
                *cost = share.costs[step];
                *further = index(step);
            }
        } else {
            for rest in 0..share.units.min(n) {
                let before = self.costs.iter().skip(rest).step_by(share.units).copied().collect();
                let mut column = Column { before, steps: &share.costs, best: Vec::new() };
                column.solve();
                for (i, &(cost, j)) in column.best.iter().enumerate() {
                    let units = rest + i * share.units;
                    self.costs[units] = cost;
                    further[units] = index(i - j);
                }
            }
        }
        self.taken.push((place, share, further));
    }

    /// Fills in the further rules of each class, from the last one back.
    fn trace(&self, units: usize, all: &mut [usize]) {
        let mut units = units.min(self.costs.len() - 1);
        for (place, share, further) in self.taken.iter().rev() {
            let step = further[units] as usize;
            all[*place] = share.first + step;
            units -= step * share.units;
        }
    }
}

/// Every number of units with the same remainder by the units of a class.
struct Column<'a> {
    /// The least cost before the class takes anything.
    before: Vec<u64>,
    /// The cost of the class, by its steps: falling ever slower.
    steps: &'a [u64],
    /// For each row the least sum, and the row of `before` in it.
    best: Vec<(u64, usize)>,
}

impl Column<'_> {
    /// The row of `before` that is best for a row never falls from one row to the next, because
    /// the class's cost is convex: so the middle row halves the choice for the others.
    fn solve(&mut self) {
        let last = self.before.len() - 1;
        self.best = vec![(0, 0); self.before.len()];
        self.rows(0, last, 0, last);
    }

    fn rows(&mut self, first: usize, last: usize, low: usize, high: usize) {
        let row = first + (last - first) / 2;
        let reach = (row + 1).saturating_sub(self.steps.len());
        let choices = low.max(reach)..=high.min(row);
        let sums = choices.map(|j| (self.before[j] + self.steps[row - j], j));
        let best = sums.min().expect("the choices of the rows around this one meet");
        self.best[row] = best;
        if row > first {
            self.rows(first, row - 1, low, best.1);
        }
        if row < last {
            self.rows(row + 1, last, best.1, high);
        }
    }
}

fn index(step: usize) -> u32 {
    u32::try_from(step).expect("runs are u32, and there are no more rules")
}
