//! Many curves: small multiples, each on its own axes.

use plotters::prelude::DrawingBackend;

use super::canvas::{Align, Canvas, Type};
use super::page::{HEAD, MARGIN, Page};
use super::plot::Plot;
use super::scale::{Span, count};
use super::shapes::Rect;
use super::signs::{Detail, GREY, INK, LOOKS, Sign};
use super::{ChartError, Curve};

const NAME: Type = Type { size: 14.0, bold: true, color: INK };
const FACT: Type = Type { size: 13.0, bold: false, color: GREY };
const FACT_LINE: f64 = 18.0;
const WIDTH: u32 = 290;
const GAP: u32 = 22;
/// Height of a panel without its facts.
const HEIGHT: u32 = 176;
/// Room for the signs below the title, and for the title of the axes and the caption.
const KEY: f64 = 30.0;
const FOOT: u32 = 76;

/// A panel: its curve, its budgets and the lines below its name.
struct Panel<'a> {
    curve: &'a Curve,
    span: Span,
    facts: Vec<String>,
}

impl Page {
    /// Three panels in a row, four when there are many.
    fn n_columns(&self) -> u32 {
        if self.curves.len() > 12 { 4 } else { 3 }
    }

    fn panels(&self) -> Vec<Panel<'_>> {
        let panel = |curve| {
            let span = Span::new(&[curve], self.up_to);
            Panel { curve, span, facts: self.facts(curve, span) }
        };
        self.curves.iter().map(panel).collect()
    }

    /// The height of a panel, the same for all of them, and of the facts in it.
    fn panel_height(panels: &[Panel<'_>]) -> (f64, f64) {
        let n_facts = panels.iter().map(|panel| panel.facts.len()).max();
        let n_facts = u32::try_from(n_facts.unwrap_or(0)).unwrap_or(0);
        let facts = f64::from(n_facts) * FACT_LINE;
        (f64::from(HEIGHT) + facts, facts)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page is small")]
    pub(super) fn panels_size(&self) -> (u32, u32) {
        let n_columns = self.n_columns();
        let n_rows = u32::try_from(self.curves.len()).unwrap_or(0).div_ceil(n_columns);
        let (height, _) = Self::panel_height(&self.panels());
        let margins = 2.0 * MARGIN + 16.0;
        let width = n_columns * (WIDTH + GAP) - GAP + margins as u32;
        let height = f64::from(n_rows) * height + f64::from((n_rows - 1) * GAP);
        (width, (HEAD + KEY + height) as u32 + FOOT)
    }

    pub(super) fn draw_panels<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
    ) -> Result<(), ChartError> {
        let panels = self.panels();
        let (height, facts_height) = Self::panel_height(&panels);
        self.draw_key(canvas)?;
        self.draw_caption(canvas, &self.panels_caption())?;
        let (mut left, mut top) = (MARGIN + 18.0, HEAD + KEY);
        for (i, panel) in panels.iter().enumerate() {
            if i > 0 && (i as u64).is_multiple_of(u64::from(self.n_columns())) {
                left = MARGIN + 18.0;
                top += height + f64::from(GAP);
            }
            let room = Rect { left, top, right: left + f64::from(WIDTH), bottom: top + height };
            panel.draw(canvas, room, facts_height)?;
            left += f64::from(WIDTH + GAP);
        }
        let middle = self.bounds().right / 2.0;
        let axis = Type { bold: false, ..NAME };
        let below = top + height + 22.0;
        let title = format!("budget ({})", self.units());
        canvas.text(&title, (middle, below), Align::Middle, axis)?;
        let rows = top + height - HEAD - KEY;
        let label = axis.cut(&self.y_label, rows);
        canvas.text_up(&label, (MARGIN + 4.0, HEAD + KEY + rows / 2.0), axis)
    }

    fn draw_key<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) -> Result<(), ChartError> {
        let y = HEAD + 6.0;
        let mut x = MARGIN + Sign::HALF;
        let meaning = format!("numbers: {} → {}", self.units(), self.y_label);
        for sign in self.signs() {
            sign.draw(canvas, (x, y))?;
            canvas.text(sign.name(), (x + 32.0, y + 5.0), Align::Start, FACT)?;
            x += 32.0 + FACT.width(sign.name()) + 44.0;
        }
        let meaning = FACT.cut(&meaning, self.bounds().right - MARGIN - x);
        canvas.text(&meaning, (x - 14.0, y + 5.0), Align::Start, FACT)
    }

    fn panels_caption(&self) -> String {
        let left_out = match self.n_left_out {
            0 => String::new(),
            1 => " One more curve is not shown.".to_owned(),
            n => format!(" {} more curves are not shown.", count(n as u64)),
        };
        let stairs = self.stairs_note(|curve| Span::new(&[curve], self.up_to));
        let stairs = stairs.map_or_else(String::new, |note| format!(" {note}"));
        format!("Each panel has its own axes.{left_out}{stairs}")
    }

    /// The lines below the name of a panel.
    fn facts(&self, curve: &Curve, span: Span) -> Vec<String> {
        let mut facts = vec![curve.quota_fact()];
        if let Some(knee) = curve.knee_fact() {
            let both = format!("{}  ·  {knee}", facts[0]);
            if FACT.width(&both) <= f64::from(WIDTH) {
                facts[0] = both;
            } else {
                facts.push(knee);
            }
        }
        facts.extend(span.cut.map(|cut| format!("shown {}", self.cut_note(cut))));
        facts
    }
}

impl Panel<'_> {
    fn draw<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        room: Rect,
        facts_height: f64,
    ) -> Result<(), ChartError> {
        let mut baseline = room.top + 14.0;
        let name = NAME.cut(&self.curve.name, room.width());
        canvas.text(&name, (room.left, baseline), Align::Start, NAME)?;
        for fact in &self.facts {
            baseline += FACT_LINE;
            let fact = FACT.cut(fact, room.width());
            canvas.text(&fact, (room.left, baseline), Align::Start, FACT)?;
        }
        let room = Rect { top: room.top + 30.0 + facts_height, right: room.right - 14.0, ..room };
        let plot = Plot::new(room, vec![(self.curve, LOOKS[0])], self.span, Detail::SMALL);
        plot.draw_ground(canvas)?;
        plot.draw_quota(canvas, self.curve.budget, plot.frame.area.top, INK)?;
        plot.draw(canvas)
    }
}
