//! The whole front of a line: the least cost for every number of rules.
//!
//! The front is convex with integer slopes, so it is stored as its edges. It is found by chords: a
//! pass at the slope of the chord between two known points either finds a point below the chord
//! or proves that the chord is an edge. A hole that no rule may bridge cuts the line into parts;
//! their fronts merge by taking the steepest step first. In a part that one rule may span, the
//! steps are the holes by falling cost.
//!
//! Haynes, Eckley and Fearnhead, "Efficient penalty search for multiple changepoint problems"
//! (CROPS), 2014, is the same search in another field.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::iter::repeat_n;
use std::ops::{Range, RangeInclusive};

use crate::problem::line::Line;

use super::pass::{HalfPrice, Pass};
use super::splice::splice;

/// Consecutive budgets over which each further rule saves the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// What each rule saves, in units of cost: the price at which the whole edge is optimal.
    pub saving: u64,
    /// Number of steps, at least 1.
    pub n_steps: usize,
}

/// The least cost for each number of rules, from the fewest possible to one for each run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    fewest_rules: usize,
    /// By falling saving.
    edges: Vec<Edge>,
}

impl Front {
    /// The front of a line, at most about two passes for each distinct slope, O(m) each.
    #[must_use]
    pub fn new(line: &Line) -> Self {
        let mut search = Search::default();
        let mut fewest_rules = 0;
        let n_runs = line.n_runs();
        let mut first = 0;
        for end in 1..=n_runs {
            if end == n_runs || line.starts()[end] as usize == end {
                fewest_rules += search.part(line, first..end);
                first = end;
            }
        }
        let edges = search.steps.into_iter();
        Self {
            fewest_rules,
            edges: edges.map(|(Reverse(saving), n_steps)| Edge { saving, n_steps }).collect(),
        }
    }

    /// The fewest rules of any cover.
    #[must_use]
    pub fn fewest_rules(&self) -> usize {
        self.fewest_rules
    }

    /// The budget beyond which rules are of no use: one for each run, nothing open.
    #[must_use]
    pub fn most_rules(&self) -> usize {
        self.fewest_rules + self.n_steps()
    }

    /// The edges, by falling saving.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The price at which the optimal cover with this many rules is found: that of the edge that
    /// ends there or contains it, else of the first.
    #[must_use]
    pub fn price(&self, n_rules: usize) -> u64 {
        let mut last = self.fewest_rules;
        let ends_later = |edge: &&Edge| {
            last += edge.n_steps;
            n_rules <= last
        };
        let edge = self.edges.iter().find(ends_later).or(self.edges.last());
        edge.map_or(0, |edge| edge.saving)
    }

    /// Number of rules beyond the fewest that are of use.
    #[must_use]
    pub fn n_steps(&self) -> usize {
        self.edges.iter().map(|edge| edge.n_steps).sum()
    }

    /// The least cost for each number of rules in a range, counted from the fewest.
    #[must_use]
    pub fn costs(&self, further: &RangeInclusive<usize>) -> Vec<u64> {
        let total: u64 = self.edges.iter().map(|edge| edge.saving * edge.n_steps as u64).sum();
        let savings = self.edges.iter().flat_map(|edge| repeat_n(edge.saving, edge.n_steps));
        let less = |cost: &mut u64, saving: u64| {
            let now = *cost;
            *cost -= saving;
            Some(now)
        };
        let costs = savings.chain([0]).scan(total, less);
        costs.skip(*further.start()).take(further.end() - further.start() + 1).collect()
    }

    /// The numbers of rules, counted from the fewest, at which `cost · scale + rules · units ·
    /// saving` is at most `excess` above its least: those near the price `saving / scale` per unit.
    pub(crate) fn within(
        &self,
        saving: u64,
        scale: u64,
        units: usize,
        excess: u128,
    ) -> RangeInclusive<usize> {
        let rule = u128::from(saving) * units as u128;
        let gain = |edge: &Edge| u128::from(edge.saving) * u128::from(scale);
        let n_before = self.edges.partition_point(|edge| gain(edge) > rule);
        let best: usize = self.edges[..n_before].iter().map(|edge| edge.n_steps).sum();
        let reach = |edges: &mut dyn Iterator<Item = &Edge>| {
            let (mut steps, mut left) = (0, excess);
            for edge in edges {
                let loss = gain(edge).abs_diff(rule);
                let most = left.checked_div(loss).map_or(edge.n_steps, |most| {
                    usize::try_from(most).unwrap_or(usize::MAX).min(edge.n_steps)
                });
                steps += most;
                left -= loss * most as u128;
                if most < edge.n_steps {
                    break;
                }
            }
            steps
        };
        let back = reach(&mut self.edges[..n_before].iter().rev());
        let on = reach(&mut self.edges[n_before..].iter());
        best - back..=best + on
    }

    /// The prices of the edges that touch a range of rules, counted from the fewest; without 0,
    /// at which nothing is proven.
    pub(crate) fn prices(&self, further: &RangeInclusive<usize>) -> impl Iterator<Item = u64> {
        let mut end = 0;
        self.edges.iter().filter_map(move |edge| {
            let start = end;
            end += edge.n_steps;
            let touches = start <= *further.end() && end >= *further.start();
            (touches && edge.saving > 0).then_some(edge.saving)
        })
    }

    /// The vertices as budget and cost, in order of the budget. There is at least one.
    #[must_use]
    pub fn vertices(&self) -> Vec<(usize, u64)> {
        let steps = |edge: &Edge| edge.saving * edge.n_steps as u64;
        let mut budget = self.fewest_rules;
        let mut cost = self.edges.iter().map(steps).sum();
        let mut vertices = vec![(budget, cost)];
        for edge in &self.edges {
            budget += edge.n_steps;
            cost -= steps(edge);
            vertices.push((budget, cost));
        }
        vertices
    }

    /// The least cost under a budget; `None` where no cover exists.
    #[must_use]
    pub fn cost(&self, budget: usize) -> Option<u64> {
        let mut ahead = self.most_rules();
        if budget < self.fewest_rules {
            return None;
        }
        let mut cost = 0;
        for edge in self.edges.iter().rev() {
            let first = ahead - edge.n_steps;
            cost += edge.saving * ahead.saturating_sub(budget.max(first)) as u64;
            ahead = first;
        }
        Some(cost)
    }
}

/// The search for the steps of all parts.
#[derive(Default)]
struct Search {
    pass: Pass,
    /// How often each saving occurs, the largest first.
    steps: BTreeMap<Reverse<u64>, usize>,
    /// Chords that are still to be tried.
    chords: Vec<(Known, Known)>,
}

/// A point of the front of a part.
#[derive(Clone, Copy)]
struct Known {
    n_rules: usize,
    cost: u64,
}

impl Search {
    /// Adds the steps of a part and returns the fewest rules that it needs.
    fn part(&mut self, line: &Line, part: Range<usize>) -> usize {
        if line.starts()[part.end - 1] as usize == part.start {
            let mut savings = line.costs()[part.start..part.end - 1].to_vec();
            savings.sort_unstable();
            for equal in savings.chunk_by(|a, b| a == b) {
                self.add(equal[0], equal.len());
            }
            return 1;
        }
        let total: u64 = line.costs()[part.start..part.end - 1].iter().sum();
        // No slope is above the total cost.
        let first = self.at(line, &part, 2 * total + 1);
        let last = Known { n_rules: part.len(), cost: 0 };
        self.chords.push((first, last));
        while let Some((left, right)) = self.chords.pop() {
            let n_steps = right.n_rules - left.n_rules;
            let drop = left.cost - right.cost;
            if n_steps == 0 {
                continue;
            }
            let saving = drop / n_steps as u64;
            let exact = drop.is_multiple_of(n_steps as u64);
            if exact && (n_steps == 1 || saving == 0) {
                self.add(saving, n_steps);
                continue;
            }
            // A slope that is no integer is no edge's: between two integers there is a vertex
            // below the chord. At an integer slope the pass may prove the edge instead.
            let found = self.at(line, &part, 2 * saving + u64::from(!exact));
            let value = |known: Known| known.cost + saving * known.n_rules as u64;
            if exact && value(found) == value(left) {
                self.add(saving, n_steps);
            } else {
                self.chords.push((found, right));
                self.chords.push((left, found));
            }
        }
        first.n_rules
    }

    fn add(&mut self, saving: u64, n_steps: usize) {
        *self.steps.entry(Reverse(saving)).or_default() += n_steps;
    }

    fn at(&mut self, line: &Line, part: &Range<usize>, price: HalfPrice) -> Known {
        let point = self.pass.best(line, part, price);
        Known { n_rules: point.n_rules(), cost: point.cost }
    }
}

/// The optimal covers on an edge of the front, by the first run of each rule.
pub(crate) struct OnEdge {
    fewer: Vec<u32>,
    more: Vec<u32>,
}

impl OnEdge {
    /// The covers at both ends of the edge with this price, two passes.
    pub(crate) fn new(line: &Line, price: u64, pass: &mut Pass) -> Self {
        let all = 0..line.n_runs();
        let mut at = |price: HalfPrice| {
            if all.is_empty() { Vec::new() } else { pass.best(line, &all, price).rule_starts }
        };
        Self { fewer: at(2 * price + 1), more: at((2 * price).saturating_sub(1)) }
    }

    /// The most rules of use at this price.
    pub(crate) fn most_rules(&self) -> usize {
        self.more.len()
    }

    /// An optimal cover with this many rules.
    pub(crate) fn cover(&self, n_rules: usize) -> Vec<u32> {
        splice(&self.fewer, &self.more, n_rules)
    }
}
