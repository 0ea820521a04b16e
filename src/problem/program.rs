//! The [model](crate::problem::model) as a linear program in two formulations, for LP and MPS files.
//!
//! *Window* has a variable `x_i` for each hole, and a row for each window with all of its holes.
//! *Prefix* has the sums `u_i = x_1 + … + x_i` within each group: steps `0 ≤ u_i − u_{i−1} ≤ 1`
//! and windows `u_j − u_{i−1} ≥ 1`, two terms in each row. A variable that is fixed at 1 carries
//! the constant of the objective, as readers differ in what they make of constants.

use crate::problem::line::Window;
use crate::problem::model::Model;

/// How a model is written as a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formulation {
    /// A variable for each hole.
    Window,
    /// A variable for each sum of holes from the start of a group on.
    Prefix,
}

/// A variable, from 0 to some most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its factor in the objective, which is minimised.
    pub cost: i64,
    /// The least that it may be.
    pub least: i64,
    /// The most that it may be.
    pub most: i64,
    /// Whether it must be integral.
    pub integer: bool,
}

/// What the terms of a row sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// At least this.
    AtLeast(i64),
    /// At most this.
    AtMost(i64),
    /// From the one to the other.
    Between(i64, i64),
}

/// A row of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Columns and factors, at least one.
    pub terms: Vec<(usize, i64)>,
    /// What they sum up to.
    pub sides: Sides,
}

/// A model in one formulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Program<'a> {
    /// The model.
    pub model: &'a Model,
    /// Its formulation.
    pub formulation: Formulation,
    /// Whether integrality is left out.
    pub relaxed: bool,
}

fn cost(cost: u64) -> i64 {
    i64::try_from(cost).expect("instances are checked for sums of costs in 63 bits")
}

fn number(n: usize) -> i64 {
    i64::try_from(n).expect("there are fewer holes than points, and points are u32")
}

impl Program<'_> {
    /// The terms of all rows, which in window form may be very many.
    #[must_use]
    pub fn n_terms(&self) -> usize {
        match self.formulation {
            Formulation::Window => self.model.n_terms(),
            Formulation::Prefix => 2 * (self.model.holes().len() + self.model.windows().len()),
        }
    }

    /// What a file says at its top, in lines of printable ASCII.
    pub fn heading(&self) -> impl Iterator<Item = &str> {
        let sums = match self.formulation {
            Formulation::Window => None,
            Formulation::Prefix => Some("u_i is the sum of x_j from the start of the group to i"),
        };
        self.model.heading().iter().map(String::as_str).chain(sums)
    }

    /// The columns: one for each hole, and the one that is 1.
    pub fn columns(&self) -> impl Iterator<Item = Column> + '_ {
        let total = self.model.holes().iter().map(|hole| cost(hole.cost)).sum();
        let one = Column { name: "one".to_owned(), cost: total, least: 1, most: 1, integer: false };
        let groups = self.model.groups().iter();
        let holes = groups.flat_map(|holes| holes.clone().map(move |i| (i, holes)));
        holes.map(|(i, holes)| self.column(i, holes)).chain([one])
    }

    fn column(&self, i: usize, holes: &std::ops::Range<usize>) -> Column {
        let cost_of = |i: usize| cost(self.model.holes()[i].cost);
        let (letter, cost, most) = match self.formulation {
            Formulation::Window => ('x', -cost_of(i), 1),
            Formulation::Prefix => {
                let next = if i + 1 < holes.end { cost_of(i + 1) } else { 0 };
                ('u', next - cost_of(i), number(i + 1 - holes.start))
            }
        };
        Column { name: format!("{letter}{}", i + 1), cost, least: 0, most, integer: !self.relaxed }
    }

    /// The rows: budgets, steps of sums, windows.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        let windows = self.model.windows().iter().enumerate();
        let windows = windows.map(|(i, window)| Row {
            name: format!("w{}", i + 1),
            terms: self.window_terms(window),
            sides: Sides::AtLeast(1),
        });
        self.budget_rows().chain(self.step_rows()).chain(windows)
    }

    fn budget_rows(&self) -> impl Iterator<Item = Row> + '_ {
        self.model.budgets().iter().map(|row| {
            let mut terms: Vec<(usize, i64)> = match self.formulation {
                Formulation::Window => {
                    self.model.budget_terms(row).map(|(i, units)| (i, units.into())).collect()
                }
                Formulation::Prefix => {
                    let groups = self.model.groups().iter().zip(&row.units);
                    let counted = groups.filter(|(holes, units)| !holes.is_empty() && **units > 0);
                    counted.map(|(holes, &units)| (holes.end - 1, units.into())).collect()
                }
            };
            let mut most = row.slack;
            if terms.is_empty() {
                // Not all readers take a row without terms.
                terms.push((self.model.holes().len(), 1));
                most += 1;
            }
            Row { name: format!("budget_{}", row.family), terms, sides: Sides::AtMost(most) }
        })
    }

    fn step_rows(&self) -> impl Iterator<Item = Row> + '_ {
        let is_prefix = self.formulation == Formulation::Prefix;
        let groups = self.model.groups().iter().filter(move |_| is_prefix);
        groups.flat_map(|holes| holes.clone().skip(1)).map(|i| Row {
            name: format!("s{}", i + 1),
            terms: vec![(i - 1, -1), (i, 1)],
            sides: Sides::Between(0, 1),
        })
    }

    fn window_terms(&self, window: &Window) -> Vec<(usize, i64)> {
        match self.formulation {
            Formulation::Window => (window.first..=window.last).map(|i| (i, 1)).collect(),
            Formulation::Prefix => {
                let group = self.model.holes()[window.first].group;
                let first = self.model.groups()[group].start;
                let before = (window.first > first).then(|| (window.first - 1, -1));
                before.into_iter().chain([(window.last, 1)]).collect()
            }
        }
    }
}
