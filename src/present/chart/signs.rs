//! Colours, marks and sizes: what tells curves apart and what stands for what.

use plotters::prelude::{DrawingBackend, RGBColor, WHITE};

use super::ChartError;
use super::canvas::{Canvas, Stroke, Type};
use super::shapes::{Point, Rect};

pub(super) const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
pub(super) const GREY: RGBColor = RGBColor(0x55, 0x55, 0x55);
pub(super) const SHADE: RGBColor = RGBColor(0xEC, 0xEC, 0xEC);

pub(super) const QUOTA_DASH: [f64; 2] = [7.0, 5.0];
/// The same from a sign in the middle outwards, behind which it begins.
const SIGN_DASH: [f64; 2] = [14.0, 4.0];
/// Shorter than those of any curve.
const BOUND_DASH: [f64; 2] = [3.0, 3.0];
pub(super) const QUOTA: Stroke = Stroke { width: 2.0, color: INK };

/// How a curve is told apart: by colour, dashes and markers, each enough alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) color: RGBColor,
    pub(super) dash: &'static [f64],
    pub(super) marker: Marker,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Marker {
    Disc,
    Square,
    Up,
    Down,
    Diamond,
    Plus,
    Left,
    Right,
}

/// Colours for all kinds of colour vision: Okabe and Ito, "Color universal design", 2008.
pub(super) const LOOKS: [Look; 8] = [
    Look { color: RGBColor(0, 114, 178), dash: &[], marker: Marker::Disc },
    Look { color: RGBColor(213, 94, 0), dash: &[11.0, 5.0], marker: Marker::Square },
    Look { color: RGBColor(0, 158, 115), dash: &[12.0, 4.0, 3.0, 4.0], marker: Marker::Up },
    Look { color: RGBColor(204, 121, 167), dash: &[3.5, 4.0], marker: Marker::Down },
    Look { color: INK, dash: &[16.0, 4.0, 3.0, 4.0, 3.0, 4.0], marker: Marker::Diamond },
    Look { color: RGBColor(230, 159, 0), dash: &[18.0, 6.0], marker: Marker::Plus },
    Look { color: RGBColor(86, 180, 233), dash: &[6.0, 3.0], marker: Marker::Left },
    Look { color: RGBColor(120, 120, 120), dash: &[9.0, 3.0, 2.0, 3.0], marker: Marker::Right },
];

/// Sizes of lines, markers and text, and how many ticks there is room for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detail {
    pub(super) line: f64,
    pub(super) marker: f64,
    pub(super) knee: f64,
    pub(super) text: f64,
    pub(super) n_ticks: (f64, f64),
}

impl Detail {
    pub(super) const LARGE: Self =
        Self { line: 2.8, marker: 3.8, knee: 8.5, text: 14.0, n_ticks: (8.0, 6.0) };
    pub(super) const SMALL: Self =
        Self { line: 2.2, marker: 2.7, knee: 6.5, text: 13.0, n_ticks: (4.0, 3.0) };

    pub(super) fn face(&self, color: RGBColor) -> Type {
        Type { size: self.text, bold: false, color }
    }
}

impl Marker {
    pub(super) fn draw<B: DrawingBackend>(
        self,
        canvas: &mut Canvas<B>,
        (x, y): Point,
        size: f64,
        color: RGBColor,
    ) -> Result<(), ChartError> {
        // Sizes that look equal.
        let (short, long) = (0.9 * size, 1.3 * size);
        match self {
            Self::Disc => canvas.disc((x, y), size, color),
            Self::Square => canvas.rect(
                &Rect { left: x - short, top: y - short, right: x + short, bottom: y + short },
                color,
            ),
            Self::Up => canvas
                .polygon(&[(x, y - long), (x + long, y + short), (x - long, y + short)], color),
            Self::Down => canvas
                .polygon(&[(x, y + long), (x + long, y - short), (x - long, y - short)], color),
            Self::Diamond => {
                canvas.polygon(&[(x, y - long), (x + long, y), (x, y + long), (x - long, y)], color)
            }
            Self::Plus => {
                let arm = 0.4 * size;
                let bar = |width: f64, height: f64| Rect {
                    left: x - width,
                    top: y - height,
                    right: x + width,
                    bottom: y + height,
                };
                canvas.rect(&bar(long, arm), color)?;
                canvas.rect(&bar(arm, long), color)
            }
            Self::Left => canvas
                .polygon(&[(x - long, y), (x + short, y - long), (x + short, y + long)], color),
            Self::Right => canvas
                .polygon(&[(x + long, y), (x - short, y - long), (x - short, y + long)], color),
        }
    }
}

/// A sample of a curve for a legend.
pub(super) fn draw_sample<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    (left, y): Point,
    width: f64,
    look: Look,
) -> Result<(), ChartError> {
    let detail = Detail::LARGE;
    let stroke = Stroke { width: detail.line, color: look.color };
    canvas.dashed(&[(left, y), (left + width, y)], stroke, look.dash)?;
    look.marker.draw(canvas, (left + width / 2.0, y), detail.marker + 0.6, look.color)
}

/// A marker with a hole: a point above the bound.
pub(super) fn draw_hollow<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    at: Point,
    detail: Detail,
    look: Look,
) -> Result<(), ChartError> {
    let size = 0.95 * detail.marker;
    look.marker.draw(canvas, at, size, look.color)?;
    look.marker.draw(canvas, at, 0.55 * size, WHITE)
}

/// A thin line in short dashes: the bound beneath a curve.
pub(super) fn draw_bound<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    line: &[Point],
    detail: Detail,
    color: RGBColor,
) -> Result<(), ChartError> {
    let stroke = Stroke { width: 0.45 * detail.line, color };
    canvas.dashed(line, stroke, &BOUND_DASH)
}

/// A diamond: the knee. It is hollow unless the quota is there too.
pub(super) fn draw_knee<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    (x, y): Point,
    detail: Detail,
    color: RGBColor,
    inside: RGBColor,
) -> Result<(), ChartError> {
    let mut diamond = |size: f64, color| {
        canvas.polygon(&[(x, y - size), (x + size, y), (x, y + size), (x - size, y)], color)
    };
    diamond(detail.knee + 1.6, WHITE)?;
    diamond(detail.knee, color)?;
    diamond(detail.knee - 1.5 * detail.line.min(2.2), inside)
}

/// A large disc in a ring: the curve under its quota.
pub(super) fn draw_quota_point<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    at: Point,
    detail: Detail,
    color: RGBColor,
) -> Result<(), ChartError> {
    let size = 0.7 * detail.knee;
    canvas.disc(at, size + 3.0, WHITE)?;
    canvas.disc(at, size + 1.6, INK)?;
    canvas.disc(at, size, color)
}

/// What a legend explains besides the curves.
#[derive(Debug, Clone, Copy)]
pub(super) enum Sign {
    Quota,
    Knee,
    Infeasible,
    /// Only where a curve is a staircase.
    Bound,
}

impl Sign {
    pub(super) const ALWAYS: [Self; 3] = [Self::Quota, Self::Knee, Self::Infeasible];
    /// Half the width of the widest.
    pub(super) const HALF: f64 = 24.0;

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Knee => "knee",
            Self::Infeasible => "infeasible",
            Self::Bound => "convex bound",
        }
    }

    /// Draws the sign around a point.
    pub(super) fn draw<B: DrawingBackend>(
        self,
        canvas: &mut Canvas<B>,
        (x, y): Point,
    ) -> Result<(), ChartError> {
        match self {
            Self::Quota => {
                canvas.dashed(&[(x, y), (x - Self::HALF, y)], QUOTA, &SIGN_DASH)?;
                canvas.dashed(&[(x, y), (x + Self::HALF, y)], QUOTA, &SIGN_DASH)?;
                draw_quota_point(canvas, (x, y), Detail::LARGE, GREY)
            }
            Self::Knee => draw_knee(canvas, (x, y), Detail::LARGE, GREY, WHITE),
            Self::Infeasible => {
                let (half, high) = (14.0, 8.0);
                let (left, right, bottom) = (x - half, x + half, y + high);
                let top = y - high;
                canvas.rect(&Rect { left, top, right, bottom }, SHADE)?;
                let edge = [(left, top), (left, bottom), (right, bottom)];
                canvas.line(&edge, Stroke { width: 1.0, color: GREY })
            }
            Self::Bound => {
                let line = [(x - Self::HALF, y), (x + Self::HALF, y)];
                draw_bound(canvas, &line, Detail::LARGE, GREY)
            }
        }
    }
}
