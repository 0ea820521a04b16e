//! Series on common axes: steps over ratios, or points with the law that fits them.

use std::collections::HashSet;

use plotters::prelude::{DrawingBackend, RGBColor, WHITE};

use super::canvas::{Align, Canvas, Stroke, Type};
use super::log_axis::{Ruler, Tick};
use super::page::{HEAD, MARGIN, TITLE, clean, draw_axis_titles, draw_caption};
use super::shapes::{Point, Rect};
use super::signs::{Detail, GREY, INK, LOOKS, Look, draw_sample};
use super::{ChartError, canvas};
use crate::problem::quote::told_apart;

/// The most series that one graph can tell apart; its caption counts the rest.
pub const MOST_SERIES: usize = LOOKS.len();

/// Width and height in page units.
pub(super) const SIZE: (u32, u32) = (960, 560);
/// Of no more series there is room for names of two lines.
const FEW_SERIES: usize = 5;
const LEGEND: f64 = 260.0;
const FACE: Type = Type { size: 14.0, bold: false, color: INK };
const FAINT: Type = Type { size: 13.0, bold: false, color: GREY };
const GRID: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);
const FINE: RGBColor = RGBColor(0xF1, 0xF1, 0xF1);
/// Along a line of steps, markers are this far apart.
const MARKER_GAP: f64 = 70.0;

/// Series and what their axes mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    /// The headline.
    pub title: String,
    /// What the horizontal axis is, logarithmic.
    pub x_label: String,
    /// What the vertical axis is: a share where series are steps, else logarithmic.
    pub y_label: String,
    /// What has to be known to read it.
    pub caption: String,
    /// All of one kind, in the order of the legend.
    pub series: Vec<Series>,
}

/// What is drawn for one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Any text; its middle is left out where it is too long.
    pub name: String,
    /// A line below the name in the legend.
    pub fact: String,
    /// The places.
    pub marks: Marks,
}

/// The places of a series.
#[derive(Debug, Clone, PartialEq)]
pub enum Marks {
    /// Ratios from 1 up, and the share from there to the next.
    Steps(Vec<(f64, f64)>),
    /// Points above 0, and a straight line through some of them.
    Points {
        /// The points.
        points: Vec<(f64, f64)>,
        /// The ends of the line.
        line: Option<[(f64, f64); 2]>,
    },
}

impl Graph {
    /// The graph with texts that any format can carry, and no more series than can be told apart.
    pub(super) fn ready(&self) -> Result<Self, ChartError> {
        canvas::register_fonts()?;
        if self.series.is_empty() {
            return Err(ChartError::NoCurves);
        }
        let mut caption = clean(&self.caption);
        match self.series.len().saturating_sub(MOST_SERIES) {
            0 => {}
            1 => caption += " One more is not shown.",
            n => caption = format!("{caption} {n} more are not shown."),
        }
        let series = self.series.iter().take(MOST_SERIES).map(|series| Series {
            name: clean(&series.name),
            fact: clean(&series.fact),
            marks: series.marks.clone(),
        });
        Ok(Self {
            title: clean(&self.title),
            x_label: clean(&self.x_label),
            y_label: clean(&self.y_label),
            caption,
            series: series.collect(),
        })
    }

    /// The rulers of both axes, around all series.
    fn rulers(&self) -> (Ruler, Ruler) {
        let mut steps = Vec::new();
        let mut places = Vec::new();
        for series in &self.series {
            match &series.marks {
                Marks::Steps(of) => steps.extend(of.iter().map(|step| step.0)),
                Marks::Points { points, .. } => places.extend(points.iter().copied()),
            }
        }
        if places.is_empty() {
            let most = steps.into_iter().filter(|ratio| ratio.is_finite()).fold(1.0, f64::max);
            // Beyond the last step all lines go on for a while.
            return (Ruler::ratios((most * most.powf(0.06)).max(10.0)), Ruler::Share);
        }
        let (x, y) = (places.iter().map(|place| place.0), places.iter().map(|place| place.1));
        (Ruler::around(x), Ruler::around(y))
    }

    pub(super) fn draw<B: DrawingBackend>(&self, mut canvas: Canvas<B>) -> Result<(), ChartError> {
        let (right, bottom) = (f64::from(SIZE.0), f64::from(SIZE.1));
        let page = Rect { left: 0.0, top: 0.0, right, bottom };
        canvas.rect(&page, WHITE)?;
        let title = TITLE.cut(&self.title, right - 2.0 * MARGIN);
        canvas.text(&title, (MARGIN, 34.0), Align::Start, TITLE)?;
        let foot = draw_caption(&mut canvas, &page, &self.caption)?;
        let (x, y) = self.rulers();
        let y_ticks = y.ticks();
        let widths = y_ticks.iter().flat_map(|tick| &tick.label).map(|label| FACE.width(label));
        let labels = widths.fold(0.0, f64::max);
        let area = Rect {
            left: MARGIN + 30.0 + labels,
            top: HEAD + 16.0,
            right: right - MARGIN - LEGEND,
            bottom: foot - 52.0,
        };
        let axes = Axes { area, x, y };
        axes.draw(&mut canvas, &y_ticks)?;
        draw_axis_titles(&mut canvas, &area, (&self.x_label, &self.y_label), FACE)?;
        for (series, look) in self.series.iter().zip(LOOKS) {
            axes.draw_lines(&mut canvas, &series.marks, look)?;
        }
        for (series, look) in self.series.iter().zip(LOOKS) {
            axes.draw_markers(&mut canvas, &series.marks, look)?;
        }
        self.draw_legend(&mut canvas, &page, &area)?;
        canvas.finish()
    }

    fn draw_legend<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        page: &Rect,
        area: &Rect,
    ) -> Result<(), ChartError> {
        const SAMPLE: f64 = 48.0;
        const LINE: f64 = 17.0;
        const SPACE: f64 = 14.0;
        let left = area.right + 24.0;
        let words = left + SAMPLE + 10.0;
        let width = page.right - 12.0 - words;
        let bold = Type { bold: true, ..FACE };
        let most_lines = if self.series.len() <= FEW_SERIES { 2 } else { 1 };
        let mut y = area.top + 10.0;
        let names: Vec<&str> = self.series.iter().map(|series| series.name.as_str()).collect();
        let names = told_apart(&names, |name| bold.wrap_ends(name, width, most_lines));
        for ((series, name), look) in self.series.iter().zip(names).zip(LOOKS) {
            draw_sample(canvas, (left, y), SAMPLE, look)?;
            for (i, line) in name.iter().enumerate() {
                y += if i > 0 { LINE } else { 0.0 };
                canvas.text(line, (words, y + 5.0), Align::Start, bold)?;
            }
            if !series.fact.is_empty() {
                y += LINE;
                let fact = FAINT.cut(&series.fact, width);
                canvas.text(&fact, (words, y + 5.0), Align::Start, FAINT)?;
            }
            y += LINE + SPACE;
        }
        Ok(())
    }
}

/// Both axes in their box of the page.
struct Axes {
    area: Rect,
    x: Ruler,
    y: Ruler,
}

impl Axes {
    fn at(&self, (x, y): (f64, f64)) -> Point {
        (
            self.area.left + self.x.place(x).clamp(0.0, 1.0) * self.area.width(),
            self.area.bottom - self.y.place(y).clamp(0.0, 1.0) * self.area.height(),
        )
    }

    /// Grid, axes and the text at their ticks.
    fn draw<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        y_ticks: &[Tick],
    ) -> Result<(), ChartError> {
        const TICK: f64 = 5.0;
        let area = self.area;
        let x_ticks = self.x.ticks();
        let across = |tick: &Tick| area.left + self.x.place(tick.value) * area.width();
        let up = |tick: &Tick| area.bottom - self.y.place(tick.value) * area.height();
        // Fine lines first, so that none crosses a main one.
        for (main, color) in [(false, FINE), (true, GRID)] {
            let grid = Stroke { width: 1.0, color };
            for tick in x_ticks.iter().filter(|tick| tick.label.is_some() == main) {
                canvas.line(&[(across(tick), area.top), (across(tick), area.bottom)], grid)?;
            }
            for tick in y_ticks.iter().filter(|tick| tick.label.is_some() == main) {
                canvas.line(&[(area.left, up(tick)), (area.right, up(tick))], grid)?;
            }
        }
        let axis = Stroke { width: 1.6, color: INK };
        let corner = (area.left, area.bottom);
        canvas.line(&[(area.left, area.top), corner, (area.right, area.bottom)], axis)?;
        let mut free = f64::NEG_INFINITY;
        for (tick, label) in told(&x_ticks) {
            let x = across(tick);
            canvas.line(&[(x, area.bottom), (x, area.bottom + TICK)], axis)?;
            let half = FACE.width(label) / 2.0;
            if x - half >= free {
                free = x + half + 8.0;
                canvas.text(label, (x, area.bottom + 20.0), Align::Middle, FACE)?;
            }
        }
        let mut free = f64::INFINITY;
        for (tick, label) in told(y_ticks) {
            let y = up(tick);
            canvas.line(&[(area.left - TICK, y), (area.left, y)], axis)?;
            if y + 0.6 * FACE.size <= free {
                free = y - 0.6 * FACE.size;
                let at = (area.left - TICK - 4.0, y + 0.36 * FACE.size);
                canvas.text(label, at, Align::End, FACE)?;
            }
        }
        Ok(())
    }

    /// The corners of a line of steps, from where it leaves 0 to the end of the axis.
    fn stairs(&self, steps: &[(f64, f64)]) -> Vec<Point> {
        let mut line = Vec::new();
        let mut height = 0.0;
        for &(ratio, share) in steps {
            // At ratio 1 there is no rise to show: shares begin there.
            if ratio > 1.0 {
                line.push(self.at((ratio, height)));
            }
            line.push(self.at((ratio, share)));
            height = share;
        }
        if let Some(&(_, y)) = line.last() {
            line.push((self.area.right, y));
        }
        line
    }

    fn draw_lines<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        marks: &Marks,
        look: Look,
    ) -> Result<(), ChartError> {
        let stroke = |width| Stroke { width, color: look.color };
        match marks {
            Marks::Steps(steps) => {
                canvas.dashed(&self.stairs(steps), stroke(Detail::LARGE.line), look.dash)
            }
            Marks::Points { line: Some(ends), .. } => {
                canvas.dashed(&ends.map(|end| self.at(end)), stroke(Detail::SMALL.line), look.dash)
            }
            Marks::Points { line: None, .. } => Ok(()),
        }
    }

    fn draw_markers<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        marks: &Marks,
        look: Look,
    ) -> Result<(), ChartError> {
        let size = Detail::LARGE.marker;
        match marks {
            Marks::Steps(steps) => {
                let mut last: Option<Point> = None;
                for &step in steps {
                    let at = self.at(step);
                    let far = |last: Point| (at.0 - last.0).hypot(at.1 - last.1) >= MARKER_GAP;
                    if last.is_none_or(far) {
                        look.marker.draw(canvas, at, size + 0.8, look.color)?;
                        last = Some(at);
                    }
                }
                Ok(())
            }
            Marks::Points { points, .. } => {
                // Of markers in the same place one is seen.
                let mut seen = HashSet::new();
                for at in points.iter().map(|&point| self.at(point)) {
                    if seen.insert((at.0.round().to_bits(), at.1.round().to_bits())) {
                        look.marker.draw(canvas, at, size, look.color)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// The ticks with text.
fn told(ticks: &[Tick]) -> impl Iterator<Item = (&Tick, &String)> {
    ticks.iter().filter_map(|tick| Some((tick, tick.label.as_ref()?)))
}
