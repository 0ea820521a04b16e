//! The whole trade-off: the least cost for every budget.
//!
//! The front is convex with integer slopes, so it is stored as its edges. It is found by chords: a
//! pass at the slope of the chord between two known points either finds a point below the chord
//! or proves that the chord is an edge. A hole that no rule may bridge cuts the line into parts;
//! their fronts merge by taking the steepest step first.
//!
//! Haynes, Eckley and Fearnhead, "Efficient penalty search for multiple changepoint problems"
//! (CROPS), 2014, is the same search in another field.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::answer::AnswerError;
use crate::certificate::Certificate;
use crate::cover::Cover;
use crate::instance::Instance;
use crate::line::Line;
use crate::solve::pass::{HalfPrice, Pass, Point};
use crate::solve::price::certificate_at;
use crate::solve::splice::splice;
use crate::verify::{Bound, Checker, Facts, Violation};

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

/// A checked point of the front, with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrontPoint<'a> {
    /// The budget.
    pub budget: usize,
    /// An optimal cover.
    pub cover: Cover,
    /// What the checker found the cover to be.
    pub facts: Facts,
    /// The proof that nothing costs less under this budget.
    pub certificate: &'a Certificate,
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

    /// The least budget under which a cover exists.
    #[must_use]
    pub fn fewest_rules(&self) -> usize {
        self.fewest_rules
    }

    /// The budget beyond which rules are of no use: one for each run, nothing open.
    #[must_use]
    pub fn most_rules(&self) -> usize {
        self.fewest_rules + self.edges.iter().map(|edge| edge.n_steps).sum::<usize>()
    }

    /// The edges, by falling saving.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
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

    /// The vertex farthest below the straight line between the two ends, both axes scaled to 1:
    /// a budget after which rules buy much less than before it. `None` without a bend.
    ///
    /// Satopää, Albrecht, Irwin and Raghavan, "Finding a kneedle in a haystack", 2011.
    #[must_use]
    pub fn knee(&self) -> Option<(usize, u64)> {
        let vertices = self.vertices();
        let (first, last) = (vertices[0], *vertices.last()?);
        let width = (last.0 - first.0) as i128;
        let height = i128::from(first.1 - last.1);
        let depth = |&(budget, cost): &(usize, u64)| {
            let x = (budget - first.0) as i128 * height;
            let y = i128::from(cost - last.1) * width;
            width * height - x - y
        };
        // Of two equally deep vertices the one with fewer rules.
        let knee = vertices.iter().rev().max_by_key(|vertex| depth(vertex))?;
        (depth(knee) > 0).then_some(*knee)
    }

    /// What `read` makes of the optimal covers of some budgets, each checked and proven.
    ///
    /// Budgets come in rising order; those below the fewest rules are left out, and one above the
    /// most rules gets the cover that opens nothing. A cover is dropped once it is read, since all
    /// of them together would need O(m²) memory. Covers are made in parallel.
    ///
    /// # Errors
    /// When the checker refuses a cover or a bound, which would be a defect of this module.
    pub fn points<T: Send>(
        &self,
        instance: &Instance,
        line: &Line,
        budgets: impl IntoIterator<Item = usize>,
        read: impl Fn(&FrontPoint<'_>) -> T + Sync,
    ) -> Result<Vec<T>, AnswerError> {
        let mut budgets = budgets.into_iter().peekable();
        while budgets.next_if(|&budget| budget < self.fewest_rules).is_some() {}
        let mut points = Vec::new();
        let mut pass = Pass::default();
        let checker = Checker::new(instance);
        let mut last = self.fewest_rules;
        let beyond = Edge { saving: 0, n_steps: usize::MAX - self.most_rules() };
        for edge in self.edges.iter().chain([&beyond]) {
            last += edge.n_steps;
            let on_edge: Vec<usize> =
                std::iter::from_fn(|| budgets.next_if(|&budget| budget <= last)).collect();
            if on_edge.is_empty() {
                continue;
            }
            let proof = EdgeProof::new(instance, line, &checker, edge.saving, &mut pass)?;
            let made: Result<Vec<T>, AnswerError> = on_edge
                .into_par_iter()
                .map(|budget| Ok(read(&proof.point(instance, line, &checker, budget)?)))
                .collect();
            points.extend(made?);
        }
        Ok(points)
    }
}

/// What all budgets of an edge share.
struct EdgeProof {
    fewer: Point,
    more: Point,
    certificate: Certificate,
    bound: Bound,
}

fn refused(violation: Violation) -> AnswerError {
    AnswerError::Refused { solver: "front", violation }
}

impl EdgeProof {
    fn new(
        instance: &Instance,
        line: &Line,
        checker: &Checker<'_>,
        price: u64,
        pass: &mut Pass,
    ) -> Result<Self, AnswerError> {
        let all = 0..line.n_runs();
        let mut point = |price: HalfPrice| {
            if all.is_empty() {
                return Point { rule_starts: Vec::new(), cost: 0 };
            }
            pass.best(line, &all, price)
        };
        let fewer = point(2 * price + 1);
        let more = point((2 * price).saturating_sub(1));
        let certificate = certificate_at(line, instance, price, pass);
        let bound = checker.bounds(&certificate).map_err(refused)?;
        Ok(Self { fewer, more, certificate, bound })
    }

    fn point(
        &self,
        instance: &Instance,
        line: &Line,
        checker: &Checker<'_>,
        budget: usize,
    ) -> Result<FrontPoint<'_>, AnswerError> {
        let n_rules = budget.min(self.more.n_rules());
        let rule_starts = splice(&self.fewer.rule_starts, &self.more.rule_starts, n_rules);
        let cover = line.cover(instance, &rule_starts);
        let facts = checker.cover(&cover, budget).map_err(refused)?;
        let bound = self.bound.at(budget);
        if facts.cost != bound {
            return Err(AnswerError::Disagree { solver: "front", cost: facts.cost, bound });
        }
        Ok(FrontPoint { budget, cover, facts, certificate: &self.certificate })
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
        if part.len() == 1 {
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
