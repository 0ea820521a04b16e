//! A class as items of a knapsack: each kept hole in its range takes units, and saves some cost.
//!
//! A variable `k_a` for each number `a` in the range says whether `K ≥ a`. Two rows follow by
//! induction over `a`:
//!
//! ```text
//! K ≥ least + Σ k_a                            from K + (a − 1) ~k_a' … ≥ …, divided by a
//! C ≥ f(least) − Σ (f(a − 1) − f(a)) k_a       where f is the highest of the tangents
//! ```
//!
//! The second needs, at each step, that either `k_a` holds, and the row for `a` is as good, or it
//! does not, so that `K ≤ a − 1` and a tangent at `a − 1` says it.

use super::knapsack::Item;
use super::prices::in_quotas;
use super::ranges::Range;
use super::rows::{ClassRows, Rows};
use super::script::{Constraint, Row, Script, Sum, Variable};

/// A class as items.
pub(super) struct Counted {
    pub(super) items: Vec<Item>,
    /// `K ≥ least + Σ k_a`; none where that says nothing.
    pub(super) kept: Option<Row>,
    /// The least number of kept holes.
    pub(super) least: i128,
    /// `C + Σ s_a k_a ≥ cost`.
    pub(super) cost_row: Row,
    pub(super) cost: i128,
}

/// Introduces the items of a class, numbered from `first` on.
pub(super) fn count(
    rows: Rows<'_>,
    class: &mut ClassRows<'_>,
    range: Range,
    first: usize,
    script: &mut Script,
) -> Counted {
    let (cost_at_most, flat) = class.cost(range.most);
    // Beyond the first with the same cost nothing is saved.
    let mut most = range.most;
    while most > range.least && class.cost(most - 1).0 == cost_at_most {
        most -= 1;
    }
    let mut kept = range.least_row;
    let mut items: Vec<Item> = Vec::new();
    let mut definitions = Vec::new();
    for (nth, a) in (first..).zip(range.least + 1..=most) {
        let variable = Variable::Count(nth);
        let rows = define(class, a, variable, script);
        kept = Some(if let Some(before) = kept {
            let mut sum = Sum::default();
            sum.add(before, a - 1);
            sum.add(rows[0], 1);
            sum.divide(a);
            script.pol(&sum)
        } else {
            rows[0]
        });
        definitions.push(rows[1]);
        let saved = class.cost(a - 1).0 - class.cost(a).0;
        let units = in_quotas(class.class.quota, class.units());
        items.push(Item { variable, units, saved });
    }
    let mut cost_row = at_most(rows, class, (flat, range), script);
    let mut cost = cost_at_most;
    for (nth, &fewer) in definitions.iter().enumerate().rev() {
        let a = range.least + 1 + nth as i128;
        let tangent = tangent(rows, class, (a, fewer), script);
        cost += items[nth].saved;
        cost_row = step(rows, class, (cost_row, tangent), (&items[nth..], cost), script);
    }
    Counted { items, kept, least: range.least, cost_row, cost }
}

/// Introduces `k_a`: the rows `K ≥ a` if it holds, and `K ≤ a − 1` if it does not.
fn define(class: &ClassRows<'_>, a: i128, variable: Variable, script: &mut Script) -> [Row; 2] {
    let holes = || class.holes.iter().map(|&hole| Variable::Hole(hole));
    let yes = holes().map(|hole| (1, hole.yes())).collect();
    let no = holes().map(|hole| (1, hole.no())).collect();
    let at_least_a = Constraint { terms: yes, at_least: a };
    let fewer = Constraint { terms: no, at_least: class.n_holes() - a + 1 };
    script.define(variable, &at_least_a, &fewer)
}

/// The row `C ≥ f(most)`.
fn at_most(
    rows: Rows<'_>,
    class: &mut ClassRows<'_>,
    (flat, range): (usize, Range),
    script: &mut Script,
) -> Row {
    let line = class.line(flat, rows, script);
    let price = class.lines[flat].price;
    if price == 0 {
        return line;
    }
    let mut sum = Sum::default();
    sum.add(line, 1);
    match range.most_row {
        Some(most) => sum.add(most, price),
        None => class.holes.iter().for_each(|&hole| sum.shift(Variable::Hole(hole), -price)),
    }
    script.pol(&sum)
}

/// The row `C + m k_a ≥ f(a − 1)`, and `m`.
fn tangent(
    rows: Rows<'_>,
    class: &mut ClassRows<'_>,
    (a, fewer): (i128, Row),
    script: &mut Script,
) -> (Row, i128) {
    let (_, line) = class.cost(a - 1);
    let mut sum = Sum::default();
    sum.add(class.line(line, rows, script), 1);
    let price = class.lines[line].price;
    sum.add(fewer, price);
    (script.pol(&sum), price * (class.n_holes() - a + 1))
}

/// The row `C + Σ s_a k_a ≥ cost` over the items from `a` on, from that over the items after it.
fn step(
    rows: Rows<'_>,
    class: &ClassRows<'_>,
    (after, (tangent, factor)): (Row, (Row, i128)),
    (items, cost): (&[Item], i128),
    script: &mut Script,
) -> Row {
    let costs = class.holes.iter().map(|&hole| {
        let cost = i128::from(rows.model.holes()[hole].cost);
        (cost, Variable::Hole(hole).no())
    });
    let saved = items.iter().map(|item| (item.saved, item.variable.yes()));
    let terms = costs.filter(|&(cost, _)| cost > 0).chain(saved).collect();
    let claim = Constraint { terms, at_least: cost };
    // If the claim is wrong, k_a does not hold, and then the tangent contradicts it.
    let (mut not_reached, mut contradiction) = (Sum::default(), Sum::default());
    not_reached.add(Row::Last(1), 1);
    not_reached.add(after, 1);
    not_reached.saturate();
    contradiction.add(Row::Last(2), 1);
    contradiction.add(tangent, 1);
    contradiction.add(Row::Last(1), factor);
    script.contradict(&claim, &[not_reached, contradiction])
}
