//! Charts of fronts and of results, as SVG and PNG with an embedded font.
//!
//! A few fronts share their axes; more of them get a panel each. A [`Graph`] holds steps or points
//! on axes that may be logarithmic. The bytes depend on the chart alone.

mod canvas;
mod curve;
mod error;
mod fronts;
mod graph;
#[cfg(test)]
mod graph_tests;
mod labels;
mod log_axis;
mod page;
mod panels;
mod plot;
mod png;
#[cfg(feature = "logs")]
mod results;
mod scale;
mod shapes;
mod signs;
#[cfg(test)]
mod tests;
mod together;

use plotters::prelude::SVGBackend;

use canvas::{Canvas, Lettering};
pub use error::ChartError;
pub use fronts::{Chart, Curve, MOST_CURVES, Step};
pub use graph::{Graph, MOST_SERIES, Marks, Series};
use page::Page;
pub use png::{graph_png, png};
#[cfg(feature = "logs")]
pub use results::{profile_graph, scaling_graph};

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
