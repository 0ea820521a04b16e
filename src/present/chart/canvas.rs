//! Shapes and text in page units, on whichever backend the format needs.

use std::sync::OnceLock;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, register_font};

use super::ChartError;
use super::shapes::{Point, Rect, dashes};
use crate::problem::quote::without_middle;

/// The name the embedded font is registered under, and the list that viewers of an SVG look up.
const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// Width and colour of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub(super) width: f64,
    pub(super) color: RGBColor,
}

/// Size in page units (one em), weight and colour of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) color: RGBColor,
}

impl Type {
    fn font(&self, size: f64) -> FontDesc<'static> {
        let style = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        FontDesc::new(FontFamily::Name(FAMILY), size, style)
    }

    /// The width of a line of text.
    pub(super) fn width(&self, text: &str) -> f64 {
        // Layout is in whole pixels: at this size rounding does not show.
        const PRECISION: f64 = 100.0;
        let font = self.font(PRECISION * Lettering::BITMAP.size);
        let width = font.layout_box(text).map_or(0, |((left, _), (right, _))| right - left);
        f64::from(width) / PRECISION * self.size
    }

    /// The text, cut with an ellipsis to fit a width.
    pub(super) fn cut(&self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let cut_at = |end: usize| format!("{}…", text[..end].trim_end());
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let n_fitting = ends.partition_point(|&end| self.width(&cut_at(end)) <= width);
        cut_at(n_fitting.checked_sub(1).map_or(0, |last| ends[last]))
    }

    /// The text in lines of a width, broken at spaces, the last one cut.
    pub(super) fn wrap(&self, text: &str, width: f64, most_lines: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let n_lines = lines.len();
            let Some(line) = lines.last_mut() else {
                lines.push(self.cut(word, width));
                continue;
            };
            let longer = format!("{line} {word}");
            if self.width(&longer) <= width {
                *line = longer;
            } else if n_lines < most_lines {
                lines.push(self.cut(word, width));
            } else {
                *line = self.cut(&longer, width);
                break;
            }
        }
        lines
    }

    /// The text in lines of a width, broken at spaces; the middle is left out where it is long.
    pub(super) fn wrap_ends(&self, text: &str, width: f64, most_lines: usize) -> Vec<String> {
        // More than that fits no line.
        const MOST: usize = 200;
        let fits = |text: &str| {
            text.split_whitespace().all(|word| self.width(word) <= width)
                && self.wrap(text, width, most_lines + 1).len() <= most_lines
        };
        let n_chars = text.chars().count();
        let sizes: Vec<usize> = (1..=n_chars.min(MOST)).collect();
        let n_kept = sizes.partition_point(|&n| fits(&without_middle(text, n)));
        self.wrap(&without_middle(text, n_kept.max(1)), width, most_lines)
    }
}

/// Which end of the text stands at the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Start,
    Middle,
    End,
}

impl From<Align> for Pos {
    fn from(align: Align) -> Self {
        let h_pos = match align {
            Align::Start => HPos::Left,
            Align::Middle => HPos::Center,
            Align::End => HPos::Right,
        };
        // The one vertical anchor whose distance to the baseline both backends fix in em.
        Self::new(h_pos, VPos::Top)
    }
}

/// How a backend sets text and joins lines: the two backends of plotters disagree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lettering {
    /// Font size in plotters' measure that gives an em of 1.
    size: f64,
    /// From the top anchor to the baseline, in em.
    drop: f64,
    /// Whether segments have to be joined by hand.
    joins: bool,
}

impl Lettering {
    pub(super) const SVG: Self = Self { size: 1.24, drop: 0.76, joins: false };
    /// The rasterizer's size is ascent plus descent of the font, half of it above the baseline.
    pub(super) const BITMAP: Self = Self { size: 1.164, drop: 0.582, joins: true };
}

/// A backend with page units.
pub(super) struct Canvas<B> {
    backend: B,
    /// Pixels of the backend for one unit of the page.
    scale: f64,
    lettering: Lettering,
}

fn failed(error: impl std::fmt::Display) -> ChartError {
    ChartError::Drawing(error.to_string())
}

#[expect(clippy::cast_possible_truncation, reason = "a page is far smaller than an i32")]
fn pixel(length: f64) -> i32 {
    length.round() as i32
}

impl<B: DrawingBackend> Canvas<B> {
    pub(super) fn new(backend: B, scale: f64, lettering: Lettering) -> Result<Self, ChartError> {
        register_fonts()?;
        Ok(Self { backend, scale, lettering })
    }

    fn device(&self, (x, y): Point) -> (i32, i32) {
        (pixel(x * self.scale), pixel(y * self.scale))
    }

    fn style(&self, stroke: Stroke) -> ShapeStyle {
        let width = pixel(stroke.width * self.scale).max(1).unsigned_abs();
        ShapeStyle { color: stroke.color.to_rgba(), filled: false, stroke_width: width }
    }

    pub(super) fn rect(&mut self, rect: &Rect, color: RGBColor) -> Result<(), ChartError> {
        let from = self.device((rect.left, rect.top));
        let to = self.device((rect.right, rect.bottom));
        if from.0 >= to.0 || from.1 >= to.1 {
            return Ok(());
        }
        self.backend.draw_rect(from, to, &color, true).map_err(failed)
    }

    pub(super) fn polygon(&mut self, points: &[Point], color: RGBColor) -> Result<(), ChartError> {
        let points: Vec<_> = points.iter().map(|&point| self.device(point)).collect();
        self.backend.fill_polygon(points, &color).map_err(failed)
    }

    pub(super) fn disc(
        &mut self,
        center: Point,
        radius: f64,
        color: RGBColor,
    ) -> Result<(), ChartError> {
        let radius = pixel(radius * self.scale).max(1).unsigned_abs();
        let center = self.device(center);
        self.backend.draw_circle(center, radius, &color, true).map_err(failed)
    }

    pub(super) fn line(&mut self, points: &[Point], stroke: Stroke) -> Result<(), ChartError> {
        let mut path: Vec<_> = points.iter().map(|&point| self.device(point)).collect();
        path.dedup();
        if path.len() < 2 {
            return Ok(());
        }
        let style = self.style(stroke);
        if !self.lettering.joins {
            return self.backend.draw_path(path, &style).map_err(failed);
        }
        // The rasterizer's own joins leave spikes and holes where segments are short.
        for (i, pair) in path.windows(2).enumerate() {
            self.backend.draw_path(pair.iter().copied(), &style).map_err(failed)?;
            if i > 0 && style.stroke_width > 2 {
                let round = style.stroke_width / 2;
                self.backend.draw_circle(pair[0], round, &stroke.color, true).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// A line in dashes: lengths drawn and left out by turns. No pattern is a solid line.
    pub(super) fn dashed(
        &mut self,
        points: &[Point],
        stroke: Stroke,
        pattern: &[f64],
    ) -> Result<(), ChartError> {
        if pattern.is_empty() {
            return self.line(points, stroke);
        }
        for dash in dashes(points, pattern) {
            self.line(&dash, stroke)?;
        }
        Ok(())
    }

    /// Text on a baseline.
    pub(super) fn text(
        &mut self,
        text: &str,
        (x, baseline): Point,
        align: Align,
        face: Type,
    ) -> Result<(), ChartError> {
        let top = baseline - self.lettering.drop * face.size;
        self.write(text, (x, top), align, face, FontTransform::None)
    }

    /// Text that runs upwards, its middle at the point.
    pub(super) fn text_up(
        &mut self,
        text: &str,
        (baseline, y): Point,
        face: Type,
    ) -> Result<(), ChartError> {
        let left = baseline - self.lettering.drop * face.size;
        self.write(text, (left, y), Align::Middle, face, FontTransform::Rotate270)
    }

    fn write(
        &mut self,
        text: &str,
        at: Point,
        align: Align,
        face: Type,
        turn: FontTransform,
    ) -> Result<(), ChartError> {
        if text.is_empty() {
            return Ok(());
        }
        let font = face.font(face.size * self.scale * self.lettering.size).transform(turn);
        let style = TextStyle::from(font).color(&face.color).pos(align.into());
        let at = self.device(at);
        self.backend.draw_text(text, &style, at).map_err(failed)
    }

    pub(super) fn finish(mut self) -> Result<(), ChartError> {
        self.backend.present().map_err(failed)
    }
}

pub(super) fn register_fonts() -> Result<(), ChartError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let done = *REGISTERED.get_or_init(|| {
        [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())]
            .into_iter()
            .all(|(style, bytes)| register_font(FAMILY, style, bytes).is_ok())
    });
    if done { Ok(()) } else { Err(ChartError::Font) }
}
