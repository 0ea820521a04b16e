//! One plot: axes, curves, quotas and knees in a box of the page.

use plotters::prelude::{DrawingBackend, RGBColor, WHITE};

use super::canvas::{Align, Canvas, Stroke};
use super::curve::Mark;
use super::scale::{Axis, Frame, Span, real, tick};
use super::shapes::{Point, Rect};
use super::signs::{
    Detail, INK, Look, Marker, QUOTA, QUOTA_DASH, SHADE, draw_bound, draw_hollow, draw_knee,
    draw_quota_point,
};
use super::{ChartError, Curve};

const GRID: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);

/// Curves on common axes.
pub(super) struct Plot<'a> {
    pub(super) frame: Frame,
    pub(super) curves: Vec<(&'a Curve, Look)>,
    pub(super) detail: Detail,
}

impl<'a> Plot<'a> {
    /// Lays out the axes inside a box, tick labels included.
    pub(super) fn new(
        room: Rect,
        curves: Vec<(&'a Curve, Look)>,
        span: Span,
        detail: Detail,
    ) -> Self {
        let seen = curves.iter().flat_map(|(curve, _)| curve.line_to(span.end));
        let top = seen.map(|(_, cost)| cost).fold(0.0, f64::max);
        let y = Axis::new(top, detail.n_ticks.1).with_room();
        let face = detail.face(INK);
        let labels = y.ticks().map(|value| face.width(&tick(value))).fold(0.0, f64::max);
        let area = Rect {
            left: room.left + labels + 9.0,
            bottom: room.bottom - detail.text - 10.0,
            ..room
        };
        let x = Axis::new(span.end, detail.n_ticks.0);
        Self { frame: Frame { area, x, y }, curves, detail }
    }

    /// Draws everything but text in the plot.
    pub(super) fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), ChartError> {
        self.draw_axes(canvas)?;
        for (curve, look) in &self.curves {
            let bound = self.thinned(curve.bound_to(self.frame.x.end));
            draw_bound(canvas, &bound, self.detail, look.color)?;
        }
        for (curve, look) in &self.curves {
            let line: Vec<Point> = self.line(curve);
            let stroke = Stroke { width: self.detail.line, color: look.color };
            canvas.dashed(&line, stroke, look.dash)?;
            for Mark { point, supported } in curve.marks(self.frame.x.end) {
                match self.frame.vertex(point) {
                    Some(at) if supported => {
                        look.marker.draw(canvas, at, self.detail.marker, look.color)?;
                    }
                    Some(at) => draw_hollow(canvas, at, self.detail, *look)?,
                    None => {}
                }
            }
        }
        for (curve, _) in &self.curves {
            // In the line, so that they hide nothing.
            let dots = curve.dots(self.frame.x.end);
            for at in dots.into_iter().filter_map(|point| self.frame.vertex(point)) {
                Marker::Disc.draw(canvas, at, 0.45 * self.detail.line, WHITE)?;
            }
        }
        for (curve, look) in &self.curves {
            let knee = curve.knee.and_then(|knee| self.frame.vertex(knee));
            let quota = self.at_quota(curve);
            let (edge, inside) =
                if quota == knee { (INK, look.color) } else { (look.color, WHITE) };
            if let Some(at) = quota.filter(|_| quota != knee) {
                draw_quota_point(canvas, at, self.detail, look.color)?;
            }
            if let Some(at) = knee {
                draw_knee(canvas, at, self.detail, edge, inside)?;
            }
        }
        Ok(())
    }

    /// The curve on the page.
    pub(super) fn line(&self, curve: &Curve) -> Vec<Point> {
        self.thinned(curve.line_to(self.frame.x.end))
    }

    /// A line on the page, without points too close to see.
    fn thinned(&self, places: Vec<(f64, f64)>) -> Vec<Point> {
        const CLOSE: f64 = 0.5;
        let mut line: Vec<Point> = Vec::new();
        let mut skipped = None;
        for place in places {
            let at = self.frame.at(place);
            let close = |last: &Point| (at.0 - last.0).hypot(at.1 - last.1) < CLOSE;
            skipped = line.last().is_some_and(close).then_some(at);
            if skipped.is_none() {
                line.push(at);
            }
        }
        line.extend(skipped);
        line
    }

    /// Where the curve is under its quota, if that is in view.
    pub(super) fn at_quota(&self, curve: &Curve) -> Option<Point> {
        self.frame.vertex((curve.budget, curve.cost(curve.budget)?))
    }

    /// The budgets that no curve covers: left of every first vertex.
    pub(super) fn infeasible(&self) -> Rect {
        let fewest = self.curves.iter().map(|(curve, _)| curve.fewest()).min().unwrap_or(0);
        let end = real(fewest as u64).min(self.frame.x.end);
        Rect { right: self.frame.at((end, 0.0)).0, ..self.frame.area }
    }

    /// Draws the line of a quota, up to a height; nothing if it is out of view.
    pub(super) fn draw_quota<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        quota: usize,
        top: f64,
        color: RGBColor,
    ) -> Result<(), ChartError> {
        let Some((x, bottom)) = self.frame.vertex((quota, 0)) else { return Ok(()) };
        canvas.dashed(&[(x, bottom), (x, top)], Stroke { color, ..QUOTA }, &QUOTA_DASH)
    }

    /// Shade and grid, below all else.
    pub(super) fn draw_ground<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
    ) -> Result<(), ChartError> {
        let Frame { area, y, .. } = self.frame;
        canvas.rect(&self.infeasible(), SHADE)?;
        for value in y.ticks().skip(1) {
            let height = self.frame.at((0.0, value)).1;
            let line = [(area.left, height), (area.right, height)];
            canvas.line(&line, Stroke { width: 1.0, color: GRID })?;
        }
        Ok(())
    }

    fn draw_axes<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), ChartError> {
        const TICK: f64 = 5.0;
        let Frame { area, x, y } = self.frame;
        let (axis, face) = (Stroke { width: 1.6, color: INK }, self.detail.face(INK));
        let corner = (area.left, area.bottom);
        canvas.line(&[(area.left, area.top), corner, (area.right, area.bottom)], axis)?;
        for value in y.ticks() {
            let height = self.frame.at((0.0, value)).1;
            canvas.line(&[(area.left - TICK, height), (area.left, height)], axis)?;
            let at = (area.left - TICK - 4.0, height + 0.36 * face.size);
            canvas.text(&tick(value), at, Align::End, face)?;
        }
        let mut free = f64::NEG_INFINITY;
        for value in x.ticks() {
            let left = self.frame.at((value, 0.0)).0;
            canvas.line(&[(left, area.bottom), (left, area.bottom + TICK)], axis)?;
            let half = face.width(&tick(value)) / 2.0;
            if left - half < free {
                continue;
            }
            free = left + half + 8.0;
            let at = (left, area.bottom + TICK + 3.0 + 0.8 * face.size);
            canvas.text(&tick(value), at, Align::Middle, face)?;
        }
        Ok(())
    }
}
