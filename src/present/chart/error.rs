//! Why there is no chart.

use thiserror::Error;

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
