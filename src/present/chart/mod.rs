//! Charts of fronts and of results, as SVG and PNG with an embedded font.
//!
//! A few fronts share their axes; more of them get a panel each. A [`Graph`] holds steps or points
//! on axes that may be logarithmic. The bytes depend on the chart alone.

mod canvas;
mod curve;
mod graph;
#[cfg(test)]
mod graph_tests;
mod labels;
mod log_axis;
mod page;
mod panels;
mod plot;
#[cfg(feature = "png")]
mod png;
mod results;
mod scale;
mod shapes;
mod signs;
#[cfg(test)]
mod tests;
mod together;

use plotters::prelude::SVGBackend;
use thiserror::Error;

use canvas::{Canvas, Lettering};
pub use graph::{Graph, MOST_SERIES, Marks, Series};
use page::Page;
#[cfg(feature = "png")]
pub use png::{graph_png, png};
pub use results::{profile_graph, scaling_graph};

/// The most curves that one chart shows; its caption counts the rest.
pub const MOST_CURVES: usize = 24;

/// The front of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    /// What the curve is called; any text, cut where it is too long.
    pub name: String,
    /// Budget and cost by rising budget; the first is the fewest rules.
    pub vertices: Vec<(usize, u64)>,
    /// The front where it is a staircase, since rules take units of the quota: then budgets are
    /// units, and the vertices are those of the convex bound beneath.
    pub steps: Option<Vec<Step>>,
    /// The vertex after which rules buy much less.
    pub knee: Option<(usize, u64)>,
    /// The budget in force, drawn as a vertical line.
    pub budget: usize,
}

/// A budget at which the cost falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The budget, in units.
    pub budget: usize,
    /// The least cost from there to the next step.
    pub cost: u64,
    /// Whether the cost is on the convex bound.
    pub supported: bool,
}

/// Fronts to be drawn on one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// The headline.
    pub title: String,
    /// What the costs count, in the plural: "open ports".
    pub y_label: String,
    /// The last budget shown; chosen from the curves if there is none.
    pub up_to: Option<usize>,
    /// The curves, in the order in which they are shown.
    pub curves: Vec<Curve>,
}

/// Why there is no chart.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChartError {
    /// A chart without curves would be empty.
    #[error("no curve to draw")]
    NoCurves,
    /// A front has at least one vertex, and a staircase one step.
    #[error("curve `{0}` has no vertices")]
    NoVertices(String),
    /// The embedded font could not be read.
    #[error("cannot read the embedded font")]
    Font,
    /// The drawing backend failed.
    #[error("cannot draw the chart: {0}")]
    Drawing(String),
}

/// The chart as SVG.
///
/// # Errors
/// When there are no curves, when a curve has no vertices, or when drawing fails.
pub fn svg(chart: &Chart) -> Result<Vec<u8>, ChartError> {
    let page = Page::new(chart)?;
    svg_of(page.size, |canvas| page.draw(canvas))
}

/// A graph as SVG.
///
/// # Errors
/// When there is no series, or when drawing fails.
pub fn graph_svg(graph: &Graph) -> Result<Vec<u8>, ChartError> {
    let graph = graph.ready()?;
    svg_of(graph::SIZE, |canvas| graph.draw(canvas))
}

/// A page of a size as SVG.
fn svg_of(
    (width, height): (u32, u32),
    draw: impl FnOnce(Canvas<SVGBackend<'_>>) -> Result<(), ChartError>,
) -> Result<Vec<u8>, ChartError> {
    /// The backend rounds to whole units: a fine view box keeps slopes true.
    const FINENESS: u32 = 10;
    let (wide, high) = (width * FINENESS, height * FINENESS);
    let mut text = String::new();
    let backend = SVGBackend::with_string(&mut text, (wide, high));
    draw(Canvas::new(backend, f64::from(FINENESS), Lettering::SVG)?)?;
    let size = |width, height| format!("<svg width=\"{width}\" height=\"{height}\"");
    Ok(text.replacen(&size(wide, high), &size(width, height), 1).into_bytes())
}
