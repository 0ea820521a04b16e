//! A front as a line: straight between its vertices, or a staircase above them.

use super::scale::real;
use super::{Curve, Step};

/// With more points in view than this, markers would hide the line.
const MOST_MARKERS: usize = 40;

/// A point with a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    /// Budget and cost.
    pub(super) point: (usize, u64),
    /// Whether it is on the convex bound.
    pub(super) supported: bool,
}

impl Curve {
    /// The first budget with a cost.
    pub(super) fn fewest(&self) -> usize {
        self.points().next().map_or(0, |mark| mark.point.0)
    }

    /// The budget after which the cost falls no more.
    pub(super) fn most(&self) -> usize {
        self.points().last().map_or(0, |mark| mark.point.0)
    }

    /// The steps, or else the vertices.
    fn points(&self) -> impl Iterator<Item = Mark> {
        let vertices = if self.steps.is_some() { &[] } else { self.vertices.as_slice() };
        let vertices = vertices.iter().map(|&point| Mark { point, supported: true });
        let steps = self.steps.iter().flatten();
        let step = |&Step { budget, cost, supported }| Mark { point: (budget, cost), supported };
        steps.map(step).chain(vertices)
    }

    /// The points to mark up to the end of an axis; none where they are too many.
    pub(super) fn marks(&self, end: f64) -> Vec<Mark> {
        let seen = |mark: &Mark| real(mark.point.0 as u64) <= end;
        let marks: Vec<Mark> = self.points().filter(seen).take(MOST_MARKERS + 1).collect();
        if marks.len() > MOST_MARKERS { Vec::new() } else { marks }
    }

    /// The steps on the bound up to the end of an axis, where all steps are too many to mark.
    pub(super) fn dots(&self, end: f64) -> Vec<(usize, u64)> {
        if self.steps.is_none() || !self.marks(end).is_empty() {
            return Vec::new();
        }
        let seen = |mark: &Mark| mark.supported && real(mark.point.0 as u64) <= end;
        self.points().filter(seen).map(|mark| mark.point).collect()
    }

    /// The cost at a budget; `None` where no cover exists.
    pub(super) fn cost(&self, budget: usize) -> Option<u64> {
        let Some(steps) = &self.steps else { return self.cost_between(budget) };
        let after = steps.partition_point(|step| step.budget <= budget);
        Some(steps.get(after.checked_sub(1)?)?.cost)
    }

    /// The cost on the straight line between two vertices.
    fn cost_between(&self, budget: usize) -> Option<u64> {
        let after = self.vertices.partition_point(|vertex| vertex.0 <= budget);
        let &(left, from) = self.vertices.get(after.checked_sub(1)?)?;
        let Some(&(right, to)) = self.vertices.get(after) else { return Some(from) };
        let (done, width) = (budget.abs_diff(left) as u64, right.abs_diff(left) as u64);
        // A share of a u64, so it fits again.
        let change = u128::from(from.abs_diff(to)) * u128::from(done) / u128::from(width.max(1));
        let change = u64::try_from(change).unwrap_or(u64::MAX);
        Some(if to < from { from.saturating_sub(change) } else { from.saturating_add(change) })
    }

    /// Where a chart of this curve alone would end.
    pub(super) fn last_shown(&self) -> usize {
        let four = self.budget.saturating_mul(4);
        if self.most() <= four {
            return self.most();
        }
        let knee = self.knee.map_or(0, |knee| knee.0.saturating_add(knee.0 / 2));
        four.max(self.fewest().saturating_mul(2)).max(knee).min(self.most())
    }

    /// The curve from its first point to the end of the axis, cut there; flat after the last.
    pub(super) fn line_to(&self, end: f64) -> Vec<(f64, f64)> {
        let mut line = match &self.steps {
            Some(steps) => cut(stairs(steps), end),
            None => cut(self.vertices.iter().map(|&vertex| place(vertex)), end),
        };
        if let Some(&(x, y)) = line.last()
            && x < end
        {
            line.push((end, y));
        }
        line
    }

    /// The convex bound beneath a staircase, as far as it falls.
    pub(super) fn bound_to(&self, end: f64) -> Vec<(f64, f64)> {
        let vertices = if self.steps.is_some() { self.vertices.as_slice() } else { &[] };
        cut(vertices.iter().map(|&vertex| place(vertex)), end)
    }
}

fn place((budget, cost): (usize, u64)) -> (f64, f64) {
    (real(budget as u64), real(cost))
}

/// The corners of a staircase: the cost stays until the budget at which it falls.
fn stairs(steps: &[Step]) -> impl Iterator<Item = (f64, f64)> {
    let mut last = None;
    steps.iter().flat_map(move |step| {
        let at = place((step.budget, step.cost));
        let before = last.replace(at.1).map(|height| (at.0, height));
        before.into_iter().chain([at])
    })
}

/// A line, cut at the end of the axis.
fn cut(points: impl Iterator<Item = (f64, f64)>, end: f64) -> Vec<(f64, f64)> {
    let mut line: Vec<(f64, f64)> = Vec::new();
    for (x, y) in points {
        if x <= end {
            line.push((x, y));
            continue;
        }
        if let Some(&(x0, y0)) = line.last() {
            line.push((end, y0 + (y - y0) * (end - x0) / (x - x0)));
        }
        break;
    }
    line
}
