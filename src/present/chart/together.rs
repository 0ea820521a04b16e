//! One to four curves on common axes.

use plotters::prelude::{DrawingBackend, RGBColor};

use super::canvas::{Align, Canvas, Type};
use super::labels::Obstacles;
use super::page::{HEAD, MARGIN, Page, draw_axis_titles};
use super::plot::Plot;
use super::scale::{Span, count, counted, real};
use super::shapes::{Point, Rect};
use super::signs::{Detail, GREY, INK, LOOKS, SHADE, Sign, draw_sample};
use super::{ChartError, Curve};

const FACE: Type = Type { size: 14.0, bold: false, color: INK };
const FAINT: Type = Type { size: 13.0, bold: false, color: GREY };
/// Room of the legend, beside the plot.
const LEGEND: f64 = 280.0;
const QUOTA_ROW: f64 = 20.0;

/// The label of a quota above the plot.
struct QuotaLabel {
    text: String,
    /// Where its line is and in which colour; out of view without.
    line: Option<(usize, RGBColor)>,
}

impl Page {
    pub(super) fn draw_together<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
    ) -> Result<(), ChartError> {
        let curves: Vec<&Curve> = self.curves.iter().collect();
        let span = Span::new(&curves, self.up_to);
        let cut = span.cut.map(|cut| format!("Shown {}.", self.cut_note(cut)));
        let notes: Vec<String> = cut.into_iter().chain(self.stairs_note(|_| span)).collect();
        let foot = self.draw_caption(canvas, &notes.join(" "))?;
        let quotas = self.quota_labels(span);
        let legend = if self.curves.len() > 1 { LEGEND } else { 0.0 };
        let name = self.single().map(|curve| curve.name.as_str());
        let name = name.filter(|name| !name.is_empty() && *name != self.title);
        let head = HEAD + if name.is_some() { QUOTA_ROW } else { 0.0 };
        #[expect(clippy::cast_precision_loss, reason = "at most four")]
        let band = QUOTA_ROW * quotas.len() as f64;
        let room = Rect {
            left: MARGIN + 24.0,
            top: head + band + 8.0,
            right: self.bounds().right - 34.0 - legend,
            bottom: foot - 24.0,
        };
        let looks = curves.into_iter().zip(LOOKS).collect();
        let plot = Plot::new(room, looks, span, Detail::LARGE);
        if let Some(name) = name {
            let name = FAINT.cut(name, self.bounds().right - 2.0 * MARGIN);
            canvas.text(&name, (MARGIN, HEAD + 8.0), Align::Start, FAINT)?;
        }
        plot.draw_ground(canvas)?;
        self.draw_quotas(canvas, &plot, &quotas)?;
        self.draw_infeasible(canvas, &plot)?;
        plot.draw(canvas)?;
        let budget = format!("budget ({})", self.units());
        draw_axis_titles(canvas, &plot.frame.area, (&budget, &self.y_label), FACE)?;
        match self.single() {
            Some(curve) => self.draw_labels(canvas, &plot, curve),
            None => self.draw_legend(canvas, &plot),
        }
    }

    fn single(&self) -> Option<&Curve> {
        match self.curves.as_slice() {
            [curve] => Some(curve),
            _ => None,
        }
    }

    /// One label for each quota from the right; those out of view share the first.
    fn quota_labels(&self, span: Span) -> Vec<QuotaLabel> {
        let mut quotas: Vec<usize> = self.curves.iter().map(|curve| curve.budget).collect();
        quotas.sort_unstable();
        quotas.dedup();
        let several = quotas.len() > 1;
        let n_seen = quotas.partition_point(|&quota| real(quota as u64) <= span.end);
        let (seen, beyond) = quotas.split_at(n_seen);
        let mut labels = Vec::new();
        if !beyond.is_empty() {
            let beyond: Vec<String> = beyond.iter().map(|&quota| count(quota as u64)).collect();
            let answer = self.single().map_or_else(String::new, |curve| self.quota_answer(curve));
            let text = format!("quota {}{answer} →", beyond.join(", "));
            labels.push(QuotaLabel { text, line: None });
        }
        for &quota in seen.iter().rev() {
            let mut of = self.curves.iter().zip(LOOKS).filter(|(curve, _)| curve.budget == quota);
            let (first, shared) = (of.next(), of.next().is_some());
            let own = first.filter(|_| !shared && several);
            let lone = self.single().filter(|curve| curve.cost(quota).is_none());
            let answer = lone.map_or_else(String::new, |curve| self.quota_answer(curve));
            let text = format!("quota {}{answer}", count(quota as u64));
            labels.push(QuotaLabel {
                text,
                line: Some((quota, own.map_or(INK, |(_, look)| look.color))),
            });
        }
        labels
    }

    fn quota_answer(&self, curve: &Curve) -> String {
        if let Some(cost) = curve.cost(curve.budget) {
            return format!(": {}", counted(cost, &self.y_label));
        }
        format!(": infeasible, at least {} needed", counted(curve.fewest() as u64, self.units()))
    }

    /// Draws the quotas with their labels: each begins at its line, above labels it would cross.
    fn draw_quotas<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        plot: &Plot<'_>,
        quotas: &[QuotaLabel],
    ) -> Result<(), ChartError> {
        let area = plot.frame.area;
        let page_right = self.bounds().right - MARGIN;
        let mut rows: Vec<(f64, f64)> = Vec::new();
        for label in quotas {
            let at = label.line.and_then(|(quota, _)| plot.frame.vertex((quota, 0)));
            let x = at.map_or(area.right, |at| at.0);
            let text = FACE.cut(&label.text, page_right - MARGIN);
            let left = (x - 4.0).min(page_right - FACE.width(&text));
            let right = left + FACE.width(&text) + 12.0;
            let below = rows.iter().filter(|(other, _)| *other < right);
            let row = below.map(|(_, row)| row + QUOTA_ROW).fold(0.0, f64::max);
            rows.push((left, row));
            let baseline = area.top - 9.0 - row;
            canvas.text(&text, (left, baseline), Align::Start, FACE)?;
            if let Some((quota, color)) = label.line {
                plot.draw_quota(canvas, quota, baseline + 5.0, color)?;
            }
        }
        Ok(())
    }

    fn draw_infeasible<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        plot: &Plot<'_>,
    ) -> Result<(), ChartError> {
        const AIR: f64 = 8.0;
        let rect = plot.infeasible();
        let empty = rect.right >= plot.frame.area.right;
        let fewest = self.curves.iter().map(Curve::fewest);
        let text = match (fewest.clone().min(), fewest.max()) {
            (Some(least), _) if empty => {
                format!("infeasible: at least {} needed", counted(least as u64, self.units()))
            }
            (least, most) if least != most => "infeasible for all".to_owned(),
            _ => "infeasible".to_owned(),
        };
        let (width, height) = (FAINT.width(&text), 1.2 * FAINT.size);
        let (x, y) = (f64::midpoint(rect.left, rect.right), f64::midpoint(rect.top, rect.bottom));
        let around = |width: f64, height: f64| Rect {
            left: x - width / 2.0,
            right: x + width / 2.0,
            top: y - height / 2.0,
            bottom: y + height / 2.0,
        };
        if width + 2.0 * AIR <= rect.width() {
            canvas.rect(&around(width + AIR, height), SHADE)?;
            canvas.text(&text, (x, y + 0.36 * FAINT.size), Align::Middle, FAINT)
        } else if height + AIR <= rect.width() && width + 2.0 * AIR <= rect.height() {
            canvas.rect(&around(height, width + AIR), SHADE)?;
            canvas.text_up(&text, (x + 0.36 * FAINT.size, y), FAINT)
        } else {
            Ok(())
        }
    }

    /// Labels of the quota and the knee beside their points, the right one first.
    fn draw_labels<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        plot: &Plot<'_>,
        curve: &Curve,
    ) -> Result<(), ChartError> {
        let text = |what: &str, (budget, cost): (usize, u64)| {
            let units = counted(budget as u64, self.units());
            format!("{what}: {units}, {}", counted(cost, &self.y_label))
        };
        let quota = curve.cost(curve.budget).map(|cost| (curve.budget, cost));
        let mut labels: Vec<(Point, String)> = Vec::new();
        let mut label = |what: &str, vertex: Option<(usize, u64)>| {
            let Some(vertex) = vertex else { return };
            labels.extend(plot.frame.vertex(vertex).map(|at| (at, text(what, vertex))));
        };
        if quota == curve.knee {
            label("quota and knee", quota);
        } else {
            label("quota", quota);
            label("knee", curve.knee);
        }
        labels.sort_by(|(a, _), (b, _)| b.0.total_cmp(&a.0));
        let line = plot.line(curve);
        let around = |&(x, y): &Point| Rect { left: x, top: y, right: x, bottom: y }.grown(9.0);
        let quota_line = plot.frame.vertex((curve.budget, 0)).map(|at| at.0);
        let mut obstacles = Obstacles {
            area: plot.frame.area,
            curve: &line,
            lines: quota_line.as_slice(),
            taken: labels.iter().map(|(at, _)| around(at)).collect(),
        };
        for (at, text) in labels {
            obstacles.label(canvas, at, &text, FACE)?;
        }
        Ok(())
    }

    /// Draws the curves with their numbers, then what the signs mean.
    fn draw_legend<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        plot: &Plot<'_>,
    ) -> Result<(), ChartError> {
        const SAMPLE: f64 = 2.0 * Sign::HALF;
        const LINE: f64 = 18.0;
        const SPACE: f64 = 12.0;
        const SIGN: f64 = 24.0;
        let left = plot.frame.area.right + 24.0;
        let words = left + SAMPLE + 10.0;
        let width = self.bounds().right - 12.0 - words;
        let mut y = plot.frame.area.top + 10.0;
        let entries = |most_lines: usize| -> Vec<Vec<(String, Type)>> {
            self.curves.iter().map(|curve| legend_entry(curve, width, most_lines)).collect()
        };
        let height = |entry: &Vec<(String, Type)>| entry.iter().map(|_| LINE).sum::<f64>() + SPACE;
        let signs = self.signs().map(|_| SIGN).sum::<f64>();
        let mut chosen = entries(2);
        if y + chosen.iter().map(height).sum::<f64>() + signs > self.bounds().bottom - MARGIN {
            chosen = entries(1);
        }
        for ((_, look), entry) in plot.curves.iter().zip(chosen) {
            draw_sample(canvas, (left, y), SAMPLE, *look)?;
            for (text, face) in entry {
                canvas.text(&text, (words, y + 5.0), Align::Start, face)?;
                y += LINE;
            }
            y += SPACE;
        }
        let meaning = FAINT.cut(&format!("{} → {}", self.units(), self.y_label), width);
        canvas.text(&meaning, (words, y + 5.0), Align::Start, FAINT)?;
        for sign in self.signs() {
            y += SIGN;
            sign.draw(canvas, (left + Sign::HALF, y))?;
            canvas.text(sign.name(), (words, y + 5.0), Align::Start, FAINT)?;
        }
        Ok(())
    }
}

/// The name of a curve and its numbers, each on a few lines at most.
fn legend_entry(curve: &Curve, width: f64, most_lines: usize) -> Vec<(String, Type)> {
    let bold = Type { bold: true, ..FACE };
    let name = bold.wrap(&curve.name, width, most_lines).into_iter().map(|text| (text, bold));
    let facts = [Some(curve.quota_fact()), curve.knee_fact()];
    let facts = facts.into_iter().flatten().flat_map(|fact| FAINT.wrap(&fact, width, 2));
    name.chain(facts.map(|fact| (fact, FAINT))).collect()
}
