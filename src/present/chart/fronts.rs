//! Fronts to be drawn.

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
    /// What the caption has to say of fronts that are not drawn; may be empty.
    pub note: String,
    /// The curves, in the order in which they are shown.
    pub curves: Vec<Curve>,
}
