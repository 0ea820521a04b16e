//! Labels beside points, where neither curves nor other labels are.

use plotters::prelude::{DrawingBackend, WHITE};

use super::ChartError;
use super::canvas::{Align, Canvas, Stroke, Type};
use super::shapes::{Point, Rect};
use super::signs::GREY;

/// What labels have to keep clear of.
pub(super) struct Obstacles<'a> {
    /// Labels stay inside.
    pub(super) area: Rect,
    /// Never crossed: a falling convex curve leaves the upper right free.
    pub(super) curve: &'a [Point],
    /// Crossed only if there is no other place.
    pub(super) lines: &'a [f64],
    /// Labels and markers so far.
    pub(super) taken: Vec<Rect>,
}

impl Obstacles<'_> {
    /// A box of a size near a point, above it or to its right.
    fn place(&self, (x, y): Point, (width, height): (f64, f64)) -> Rect {
        const STEP: f64 = 6.0;
        let furthest = (self.area.right - width).max(self.area.left);
        let left = (x + 16.0).min(furthest);
        let at = |left: f64, bottom: f64| Rect {
            left,
            right: left + width,
            top: bottom - height,
            bottom,
        };
        let up = || std::iter::successors(Some(y - 6.0), |bottom| Some(bottom - STEP));
        let inside = |bottom: &f64| bottom - height >= self.area.top;
        for crossing in [false, true] {
            for bottom in up().take_while(inside) {
                // Beyond a line in the way there may be room at the same height.
                let beyond = self.lines.iter().map(|line| line + 16.0);
                let beyond = beyond.filter(|&after| after > left && after <= furthest);
                for left in std::iter::once(left).chain(beyond) {
                    let rect = at(left, bottom);
                    if self.is_free(&rect, crossing) {
                        return rect;
                    }
                }
            }
        }
        at(left, (y - 6.0).max(self.area.top + height))
    }

    fn is_free(&self, rect: &Rect, crossing: bool) -> bool {
        let near = rect.grown(4.0);
        let on_line = |&line: &f64| near.left < line && line < near.right;
        let mut steps = self.curve.windows(2);
        !self.taken.iter().any(|other| other.meets(&near))
            && !steps.any(|step| near.meets_line(step[0], step[1]))
            && (crossing || !self.lines.iter().any(on_line))
    }

    /// Writes a label near a point, with a line to the point if it is far.
    pub(super) fn label<B: DrawingBackend>(
        &mut self,
        canvas: &mut Canvas<B>,
        point: Point,
        text: &str,
        face: Type,
    ) -> Result<(), ChartError> {
        const NEAR: f64 = 26.0;
        let text = face.cut(text, self.area.width());
        let rect = self.place(point, (face.width(&text), 1.25 * face.size));
        let end = (rect.left.max(point.0.min(rect.right)), rect.bottom);
        let (dx, dy) = (end.0 - point.0, end.1 - point.1);
        let length = dx.hypot(dy);
        if length > NEAR {
            let start = (point.0 + dx * 13.0 / length, point.1 + dy * 13.0 / length);
            canvas.line(&[start, end], Stroke { width: 1.2, color: GREY })?;
        }
        canvas.rect(&rect.grown(2.0), WHITE)?;
        canvas.text(&text, (rect.left, rect.bottom - 0.3 * face.size), Align::Start, face)?;
        self.taken.push(rect);
        Ok(())
    }
}
