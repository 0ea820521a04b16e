//! A page: title, caption and, between them, the curves.

use plotters::prelude::{DrawingBackend, WHITE};

use super::canvas::{Align, Canvas, Type, register_fonts};
use super::curve::Mark;
use super::scale::{Span, count, counted};
use super::shapes::Rect;
use super::signs::{GREY, INK, Sign};
use super::{Chart, ChartError, Curve, MOST_CURVES};

pub(super) const MARGIN: f64 = 24.0;
/// Where the title ends.
pub(super) const HEAD: f64 = 48.0;
pub(super) const CAPTION: Type = Type { size: 13.0, bold: false, color: GREY };
/// With more curves each has axes of its own.
const MOST_TOGETHER: usize = 4;
const CAPTION_LINE: f64 = 18.0;
pub(super) const TITLE: Type = Type { size: 20.0, bold: true, color: INK };

/// A chart that is ready to be drawn: texts without what no format may carry, curves chosen.
pub(super) struct Page {
    pub(super) title: String,
    pub(super) y_label: String,
    note: String,
    pub(super) up_to: Option<usize>,
    pub(super) curves: Vec<Curve>,
    pub(super) n_left_out: usize,
    /// Width and height.
    pub(super) size: (u32, u32),
}

impl Page {
    pub(super) fn new(chart: &Chart) -> Result<Self, ChartError> {
        register_fonts()?;
        if chart.curves.is_empty() {
            return Err(ChartError::NoCurves);
        }
        if let Some(curve) = chart.curves.iter().find(|curve| curve.is_empty()) {
            return Err(ChartError::NoVertices(clean(&curve.name)));
        }
        let curves = chart.curves.iter().take(MOST_CURVES);
        let mut page = Self {
            title: clean(&chart.title),
            y_label: clean(&chart.y_label),
            note: clean(&chart.note),
            up_to: chart.up_to,
            curves: curves
                .map(|curve| Curve { name: clean(&curve.name), ..curve.clone() })
                .collect(),
            n_left_out: chart.curves.len().saturating_sub(MOST_CURVES),
            size: (960, 600),
        };
        if !page.is_together() {
            page.size = page.panels_size();
        }
        Ok(page)
    }

    fn is_together(&self) -> bool {
        self.curves.len() <= MOST_TOGETHER
    }

    pub(super) fn draw<B: DrawingBackend>(&self, mut canvas: Canvas<B>) -> Result<(), ChartError> {
        canvas.rect(&self.bounds(), WHITE)?;
        let title = TITLE.cut(&self.title, self.bounds().right - 2.0 * MARGIN);
        canvas.text(&title, (MARGIN, 34.0), Align::Start, TITLE)?;
        if self.is_together() {
            self.draw_together(&mut canvas)?;
        } else {
            self.draw_panels(&mut canvas)?;
        }
        canvas.finish()
    }

    pub(super) fn bounds(&self) -> Rect {
        let (right, bottom) = (f64::from(self.size.0), f64::from(self.size.1));
        Rect { left: 0.0, top: 0.0, right, bottom }
    }

    /// What budgets count, in the plural: a rule without zones is a unit too.
    pub(super) fn units(&self) -> &'static str {
        if self.curves.iter().any(|curve| curve.steps.is_some()) { "units" } else { "rules" }
    }

    /// What a legend explains besides the curves.
    pub(super) fn signs(&self) -> impl Iterator<Item = Sign> + use<> {
        let bound = self.curves.iter().any(|curve| curve.steps.is_some()).then_some(Sign::Bound);
        Sign::ALWAYS.into_iter().chain(bound)
    }

    /// How much is in view of curves that are cut.
    pub(super) fn cut_note(&self, (shown, most): (usize, usize)) -> String {
        format!("up to {} of {}", count(shown as u64), counted(most as u64, self.units()))
    }

    /// What the lines and markers of staircases mean; nothing without any.
    pub(super) fn stairs_note(&self, span: impl Fn(&Curve) -> Span) -> Option<String> {
        let stairs = self.curves.iter().filter(|curve| curve.steps.is_some());
        let marks: Vec<Vec<Mark>> = stairs.map(|curve| curve.marks(span(curve).end)).collect();
        let marked = || marks.iter().flatten();
        let mut note = format!("Steps: the least {}. Thin dashes: the convex bound", self.y_label);
        // So many steps that they and the bound are nearly one line.
        if marks.iter().any(Vec::is_empty) {
            note += ", where it can be told apart. White dots are on it";
        }
        note += ".";
        if marked().any(|mark| !mark.supported) {
            note += " Filled markers are on it, hollow ones above.";
        }
        (!marks.is_empty()).then_some(note)
    }

    /// Draws the caption at the foot of the page and returns where it begins.
    pub(super) fn draw_caption<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        caption: &str,
    ) -> Result<f64, ChartError> {
        let whole = [caption, &self.note].map(str::trim).join(" ");
        draw_caption(canvas, &self.bounds(), whole.trim())
    }
}

/// Draws what the axes around an area are: the horizontal one, then the vertical one.
pub(super) fn draw_axis_titles<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    area: &Rect,
    (x, y): (&str, &str),
    face: Type,
) -> Result<(), ChartError> {
    let middle = f64::midpoint(area.left, area.right);
    let x = face.cut(x, area.width());
    canvas.text(&x, (middle, area.bottom + 44.0), Align::Middle, face)?;
    let y = face.cut(y, area.height());
    canvas.text_up(&y, (MARGIN + 10.0, f64::midpoint(area.top, area.bottom)), face)
}

/// Draws a caption at the foot of a page and returns where it begins.
pub(super) fn draw_caption<B: DrawingBackend>(
    canvas: &mut Canvas<B>,
    page: &Rect,
    caption: &str,
) -> Result<f64, ChartError> {
    let mut top = page.bottom - 16.0;
    let lines = CAPTION.wrap(caption, page.right - 2.0 * MARGIN, 3);
    for line in lines.iter().rev() {
        canvas.text(line, (MARGIN, top), Align::Start, CAPTION)?;
        top -= CAPTION_LINE;
    }
    Ok(top)
}

impl Curve {
    fn is_empty(&self) -> bool {
        self.vertices.is_empty() || self.steps.as_ref().is_some_and(Vec::is_empty)
    }

    /// What the quota costs.
    pub(super) fn quota_fact(&self) -> String {
        let quota = count(self.budget as u64);
        match self.cost(self.budget) {
            Some(cost) => format!("quota {quota} → {}", count(cost)),
            None => format!("quota {quota}: infeasible (at least {})", self.least_needed()),
        }
    }

    fn least_needed(&self) -> String {
        let fewest = self.fewest() as u64;
        if self.steps.is_some() { counted(fewest, "units") } else { count(fewest) }
    }

    /// What the knee costs, if there is one.
    pub(super) fn knee_fact(&self) -> Option<String> {
        let (budget, cost) = self.knee?;
        Some(format!("knee {} → {}", count(budget as u64), count(cost)))
    }
}

/// Text on one line, without characters that XML forbids or that reverse what surrounds them.
pub(super) fn clean(text: &str) -> String {
    /// More than fits on any line.
    const MOST_CHARS: usize = 400;
    let replaced = |c: char| match c {
        _ if c.is_whitespace() => ' ',
        _ if c.is_control() => char::REPLACEMENT_CHARACTER,
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
            char::REPLACEMENT_CHARACTER
        }
        '\u{FFFE}' | '\u{FFFF}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    text.chars().take(MOST_CHARS).map(replaced).collect()
}
