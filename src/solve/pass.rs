//! One pass at a price per rule: the cover that minimises cost + price · rules, in O(m).
//!
//! Only holes matter: keeping hole `i` weighs `max(0, t − c_i)` at price `t`, and every window has
//! to contain a kept hole. The least weight up to each hole is the hitting-set recursion of the
//! duals, so the pass that finds the cover also finds the multipliers of its certificate.
//!
//! Prices and weights are in **half units**. All slopes of the front are integers, so a price of
//! `t ± ½` lies on no slope: the pass then ends at exactly one vertex of the front, without ties.
//!
//! The minimum over the sliding window is kept as two stacks (suffix minima of an older block and
//! a running minimum of the newer one), whose branches are more predictable than those of a
//! monotone queue.

use std::ops::Range;

use crate::problem::line::Line;

/// A price per rule in half units: `2t`, or `2t ± 1` between two integer prices.
pub(crate) type HalfPrice = u64;

/// What a pass found: a point of the front and the cover there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    /// First run of each rule.
    pub(crate) rule_starts: Vec<u32>,
    /// Cost of the cover, in whole units.
    pub(crate) cost: u64,
}

impl Point {
    pub(crate) fn n_rules(&self) -> usize {
        self.rule_starts.len()
    }
}

/// The arrays of a pass, kept between passes so that only the first one allocates.
#[derive(Debug, Default)]
pub(crate) struct Pass {
    /// For each run the least weight of kept holes when a rule starts there.
    least: Vec<u64>,
    /// Suffix minima of `least` over the older block, which is short where windows are.
    suffix: Vec<u64>,
    /// The least weight of all, at the last run.
    end: u64,
}

fn weight(cost: u64, price: HalfPrice) -> u64 {
    price.saturating_sub(2 * cost)
}

impl Pass {
    /// Runs the recursion over the runs `part` of the line, which no rule may enter or leave.
    pub(crate) fn run(&mut self, line: &Line, part: &Range<usize>, price: HalfPrice) {
        let starts = &line.starts()[part.clone()];
        let base = part.start;
        let costs = &line.costs()[base..part.end - 1];
        self.least.resize(starts.len(), 0);
        let least = &mut self.least[..];
        least[0] = 0;
        // The older block is `first..block`; `newer` is the minimum of the runs after it.
        let (mut first, mut block) = (0, 0);
        let mut newer = u64::MAX;
        let mut end = 0;
        for (j, &start) in starts.iter().enumerate() {
            let start = start as usize - base;
            newer = newer.min(least[j]);
            if start >= block {
                (first, block) = (start, j + 1);
                if self.suffix.len() < block - first {
                    self.suffix.resize(block - first, 0);
                }
                let mut minimum = u64::MAX;
                let older = self.suffix[..block - first].iter_mut().zip(&least[first..block]);
                for (minimum_here, &value) in older.rev() {
                    minimum = minimum.min(value);
                    *minimum_here = minimum;
                }
                newer = u64::MAX;
            }
            end = newer.min(self.suffix[start - first]);
            if let Some(&cost) = costs.get(j) {
                least[j + 1] = end + weight(cost, price);
            }
        }
        self.end = end;
    }

    /// The best cover of a part at a price.
    pub(crate) fn best(&mut self, line: &Line, part: &Range<usize>, price: HalfPrice) -> Point {
        self.run(line, part, price);
        self.point(line, part, price)
    }

    /// The cover of the last run of the recursion, over the same part and price.
    ///
    /// Of all covers that tie, the one whose rules start as late as possible. No predecessors are
    /// stored: a rule's start is the nearest run whose value is the one looked for, and the rules'
    /// scans do not overlap.
    fn point(&self, line: &Line, part: &Range<usize>, price: HalfPrice) -> Point {
        let base = part.start;
        let costs = line.costs();
        let mut rule_starts = Vec::new();
        let mut wanted = self.end;
        let mut end = part.len();
        let mut cost = line.cost_between(part);
        loop {
            let start = self.least[..end]
                .iter()
                .rposition(|&value| value == wanted)
                .expect("the minimum is one of the values");
            rule_starts.push(u32::try_from(base + start).expect("runs are u32"));
            if start == 0 {
                break;
            }
            let hole = costs[base + start - 1];
            cost -= hole;
            wanted -= weight(hole, price);
            end = start;
        }
        rule_starts.reverse();
        Point { rule_starts, cost }
    }

    /// The least weight of kept holes up to each run, in half units, as the last run left it.
    pub(crate) fn reached<'a>(
        &'a self,
        line: &'a Line,
        price: HalfPrice,
    ) -> impl Iterator<Item = u64> + 'a {
        self.least[1..]
            .iter()
            .zip(line.costs())
            .map(move |(&least, &cost)| least - weight(cost, price))
            .chain([self.end])
    }
}
