//! Rows about one class: its tangents, and the fewest holes that it keeps.
//!
//! With `K = Σ x_i` and `C = Σ c_i (1 − x_i)` over the holes of a class, a tangent is the row
//! `C + t K ≥ Σ c_i + Σ y_w − Σ e_i`, where `e_i = max(0, c_i − t + load_i)`: the windows, each
//! `y_w` times, and of each hole the axioms that are left to add.

use std::ops::Range;

use crate::problem::certificate::{BlockedRule, Tangent};
use crate::problem::instance::{Class, Instance};
use crate::problem::model::Model;

use super::script::{Row, Script, Sum, Variable};

/// A model with its rows by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) model: &'a Model,
    pub(super) instance: &'a Instance,
}

/// What is known of a class.
#[derive(Debug)]
pub(super) struct ClassRows<'a> {
    pub(super) class: &'a Class,
    /// The holes of its groups.
    pub(super) holes: Vec<usize>,
    /// The fewest holes that it keeps.
    pub(super) fewest: i128,
    /// Disjoint windows, as many.
    disjoint: Vec<usize>,
    fewest_row: Option<Row>,
    pub(super) lines: Vec<TangentRow>,
}

/// No cover costs less than `at_none − price · K`.
#[derive(Debug)]
pub(super) struct TangentRow {
    pub(super) price: i128,
    pub(super) at_none: i128,
    /// Windows of the model with their multipliers.
    windows: Vec<(usize, i128)>,
    row: Option<Row>,
}

impl<'a> Rows<'a> {
    /// The row of a window.
    pub(super) fn window(&self, window: usize) -> Row {
        Row::Model(self.model.budgets().len() + window)
    }

    /// The window of the model inside a blocked rule: the first, of those that lie within.
    pub(super) fn minimal(&self, rule: BlockedRule) -> Option<usize> {
        let runs = self.instance.groups().get(rule.group)?.runs();
        let base = self.model.groups()[rule.group].start;
        let first = base + runs.binary_search_by_key(&rule.from, |run| run.from()).ok()?;
        let end = base + runs.binary_search_by_key(&rule.to, |run| run.to()).ok()?;
        let windows = self.model.windows();
        let window = windows.partition_point(|window| window.first < first);
        (windows.get(window)?.last < end).then_some(window)
    }

    /// What is known of a class from some tangents; nothing is written yet.
    pub(super) fn of_class(
        &self,
        class: &'a Class,
        tangents: impl Iterator<Item = &'a Tangent>,
    ) -> ClassRows<'a> {
        let ranges = class.groups.iter().map(|&group| self.model.groups()[group].clone());
        let holes: Vec<usize> = ranges.flatten().collect();
        let nothing = Tangent { class: 0, price: 0, windows: Vec::new() };
        let lines = tangents.map(|tangent| self.tangent(&holes, tangent));
        // No cost is below 0.
        let lines = lines.chain([self.tangent(&holes, &nothing)]).collect();
        let disjoint = self.disjoint(class);
        let fewest = disjoint.len() as i128;
        ClassRows { class, holes, fewest, disjoint, fewest_row: None, lines }
    }

    fn tangent(&self, holes: &[usize], tangent: &Tangent) -> TangentRow {
        let windows = tangent.windows.iter().filter_map(|weighted| {
            Some((self.minimal(weighted.rule)?, i128::from(weighted.multiplier)))
        });
        let mut line = TangentRow {
            price: i128::from(tangent.price),
            at_none: 0,
            windows: windows.collect(),
            row: None,
        };
        let shifts = self.shifts(&line, holes);
        let costs = holes.iter().map(|&hole| i128::from(self.model.holes()[hole].cost));
        let excess = shifts.map(|(_, shift)| i128::min(shift, 0)).sum::<i128>();
        let multipliers = line.windows.iter().map(|(_, y)| y).sum::<i128>();
        line.at_none = costs.sum::<i128>() + multipliers + excess;
        line
    }

    /// What is left to add to the coefficient of each hole: `t − c_i − load_i`.
    pub(super) fn shifts<'b>(
        &'b self,
        line: &TangentRow,
        holes: &'b [usize],
    ) -> impl Iterator<Item = (usize, i128)> + 'b {
        let mut changes = vec![0; self.model.holes().len() + 1];
        for &(window, y) in &line.windows {
            let Range { start, end } = self.holes(window);
            changes[start] += y;
            changes[end] -= y;
        }
        let mut load = 0;
        let loads = changes.iter().map(|change| {
            load += change;
            load
        });
        let loads: Vec<i128> = loads.collect();
        let price = line.price;
        holes.iter().map(move |&hole| {
            let cost = i128::from(self.model.holes()[hole].cost);
            (hole, price - cost - loads[hole])
        })
    }

    fn holes(&self, window: usize) -> Range<usize> {
        let window = self.model.windows()[window];
        window.first..window.last + 1
    }

    /// The most disjoint windows of a class: those that end first.
    fn disjoint(&self, class: &Class) -> Vec<usize> {
        let mut disjoint = Vec::new();
        let mut free = 0;
        for window in 0..self.model.windows().len() {
            let holes = self.holes(window);
            let group = self.model.holes()[holes.start].group;
            if holes.start >= free && class.groups.binary_search(&group).is_ok() {
                disjoint.push(window);
                free = holes.end;
            }
        }
        disjoint
    }

    /// Adds disjoint windows to a sum, `factor` times, and the other holes that there are.
    pub(super) fn add_disjoint(
        &self,
        sum: &mut Sum,
        windows: &[usize],
        holes: &[usize],
        factor: i128,
    ) {
        let mut windows = windows.iter().peekable();
        let mut end = 0;
        for &hole in holes {
            if let Some(&window) = windows.next_if(|&&window| self.holes(window).start == hole) {
                sum.add(self.window(window), factor);
                end = self.holes(window).end;
            }
            if hole >= end {
                sum.shift(Variable::Hole(hole), factor);
            }
        }
    }
}

impl TangentRow {
    /// The windows of a sum, each as often as its multiplier says.
    pub(super) fn windows(&self, rows: Rows<'_>, sum: &mut Sum) {
        for &(window, y) in &self.windows {
            sum.add(rows.window(window), y);
        }
    }
}

impl ClassRows<'_> {
    /// Number of holes.
    pub(super) fn n_holes(&self) -> i128 {
        self.holes.len() as i128
    }

    /// The units of its rules.
    pub(super) fn units(&self) -> i128 {
        self.class.units.into()
    }

    /// The bound on the cost with so many kept holes, and the tangent that proves it.
    pub(super) fn cost(&self, n_kept: i128) -> (i128, usize) {
        let costs = self.lines.iter().enumerate();
        let costs = costs.map(|(i, line)| (line.at_none - line.price * n_kept, i));
        costs.max().expect("there is the tangent of no price")
    }

    /// The row of a tangent, `C + t K ≥ at_none`.
    pub(super) fn line(&mut self, line: usize, rows: Rows<'_>, script: &mut Script) -> Row {
        if let Some(row) = self.lines[line].row {
            return row;
        }
        let tangent = &self.lines[line];
        let mut sum = Sum::default();
        tangent.windows(rows, &mut sum);
        for (hole, shift) in rows.shifts(tangent, &self.holes) {
            sum.shift(Variable::Hole(hole), shift);
        }
        let row = script.pol(&sum);
        self.lines[line].row = Some(row);
        row
    }

    /// The row `K ≥ fewest`; none where that says nothing.
    pub(super) fn fewest_row(&mut self, rows: Rows<'_>, script: &mut Script) -> Option<Row> {
        if self.fewest > 0 && self.fewest_row.is_none() {
            let mut sum = Sum::default();
            rows.add_disjoint(&mut sum, &self.disjoint, &self.holes, 1);
            self.fewest_row = Some(script.pol(&sum));
        }
        self.fewest_row
    }
}
