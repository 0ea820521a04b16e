//! Which budgets a chart shows, its axes, and how numbers are written.

use super::Curve;
use super::shapes::{Point, Rect};
use crate::problem::number::grouped;
use crate::solve::front::MOST_BUDGETS;

/// There are no more ports than this, so no more rules.
const MOST_RULES: usize = 65_536;

#[expect(clippy::cast_precision_loss, reason = "a place on a page, not an answer")]
pub(super) fn real(n: u64) -> f64 {
    n as f64
}

/// The budgets that a plot shows, from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    /// Where the axis ends.
    pub(super) end: f64,
    /// The last budget shown and the largest of use to any curve, where curves are cut.
    pub(super) cut: Option<(usize, usize)>,
}

impl Span {
    pub(super) fn new(curves: &[&Curve], up_to: Option<usize>) -> Self {
        let most = curves.iter().map(|curve| curve.most()).max().unwrap_or(0);
        let chosen = || curves.iter().map(|curve| curve.last_shown()).max().unwrap_or(0);
        let of_units = curves.iter().any(|curve| curve.steps.is_some());
        let furthest = if of_units { MOST_BUDGETS } else { MOST_RULES };
        let shown = up_to.map_or_else(chosen, |up_to| up_to.min(furthest)).max(1);
        if shown < most {
            return Self { end: real(shown as u64), cut: Some((shown, most)) };
        }
        // A quota somewhat beyond the last vertex is worth the room, unless the end was asked for.
        let near = if up_to.is_some() { 0 } else { most.saturating_add(most / 2).max(shown) };
        let quotas = curves.iter().map(|curve| curve.budget);
        let last = quotas.filter(|&quota| quota <= near).max().unwrap_or(0).max(shown);
        // The feasible budgets are seen even if there is but one of them.
        let fewest = curves.iter().map(|curve| curve.fewest()).max().unwrap_or(0);
        let end = (1.04 * real(last as u64)).max(1.25 * real(fewest as u64));
        Self { end: if up_to.is_some() { real(last as u64) } else { end }, cut: None }
    }
}

/// A linear axis from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) end: f64,
    step: f64,
}

impl Axis {
    /// An axis with about so many ticks, at whole numbers.
    pub(super) fn new(end: f64, n_ticks: f64) -> Self {
        let rough = (end / n_ticks).max(1.0);
        let power = 10_f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 5.0].map(|factor| factor * power);
        let step = steps.into_iter().find(|&step| step >= rough).unwrap_or(10.0 * power);
        Self { end: end.max(1.0), step }
    }

    /// The same axis with room above, ending at a tick if one is near.
    pub(super) fn with_room(self) -> Self {
        let ticked = (self.end / self.step).ceil().max(1.0) * self.step;
        let end = if ticked <= 1.2 * self.end { ticked } else { 1.06 * self.end };
        Self { end, ..self }
    }

    pub(super) fn ticks(&self) -> impl Iterator<Item = f64> {
        let (step, end) = (self.step, self.end * (1.0 + 1e-9));
        (0_u32..).map(move |i| f64::from(i) * step).take_while(move |&tick| tick <= end)
    }
}

/// Where budgets and costs are on the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) area: Rect,
    pub(super) x: Axis,
    pub(super) y: Axis,
}

impl Frame {
    pub(super) fn at(&self, (budget, cost): (f64, f64)) -> Point {
        (
            self.area.left + budget / self.x.end * self.area.width(),
            self.area.bottom - cost / self.y.end * self.area.height(),
        )
    }

    /// A point of a front, if it is inside the axes.
    pub(super) fn vertex(&self, (budget, cost): (usize, u64)) -> Option<Point> {
        let (x, y) = (real(budget as u64), real(cost));
        (x <= self.x.end && y <= self.y.end).then(|| self.at((x, y)))
    }
}

/// A count, exact where it can be read.
pub(super) fn count(n: u64) -> String {
    const READABLE: u64 = 1_000_000_000_000;
    if n < READABLE { grouped(n) } else { format!("≈ {}", powered(real(n))) }
}

/// A count and its noun, which is given in the plural.
pub(super) fn counted(n: u64, nouns: &str) -> String {
    let noun = if n == 1 { nouns.strip_suffix('s').unwrap_or(nouns) } else { nouns };
    format!("{} {noun}", count(n))
}

/// The label of a tick.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ticks are whole, not negative, and small in this branch"
)]
pub(super) fn tick(value: f64) -> String {
    const READABLE: f64 = 1e7;
    if value < READABLE { grouped(value.round() as u64) } else { powered(value) }
}

fn powered(value: f64) -> String {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let scientific = format!("{value:.2e}");
    let (factor, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let factor = factor.trim_end_matches('0').trim_end_matches('.');
    let digits = power.chars().filter_map(|digit| digit.to_digit(10));
    let raised: String = digits.map(|digit| RAISED[digit as usize]).collect();
    format!("{factor}×10{raised}")
}
