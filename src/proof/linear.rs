//! The optimum of one class: a single line, linear programming duality.
//!
//! The tangent of the certificate, and the budget row as often as its price says: what is left is
//! `C ≥ at_none − t · slots`. Where each rule takes `q` units, the row is divided by `q` first.

use super::rows::{ClassRows, Rows};
use super::script::{Row, Script, Sum, Variable};

/// Derives the best bound of the tangents of the only class.
pub(super) fn bound(rows: Rows<'_>, class: &ClassRows<'_>, script: &mut Script) -> Row {
    let (budget, slots) = budget(rows, class);
    let best = class.lines.iter().max_by_key(|line| line.at_none - line.price * slots);
    let line = best.expect("there is the tangent of no price");
    let mut sum = Sum::default();
    line.windows(rows, &mut sum);
    if let Some(budget) = budget
        && line.price > 0
    {
        match class.units() {
            1 => sum.add(budget, line.price),
            units => sum.add_divided(budget, units, line.price),
        }
    }
    // Without a budget row, no more holes are kept than there are.
    let more = if budget.is_some() { 0 } else { -line.price };
    for (hole, shift) in rows.shifts(line, &class.holes) {
        sum.shift(Variable::Hole(hole), shift + more);
    }
    script.comment(format_args!("price {} per rule", line.price));
    script.pol(&sum)
}

/// The budget row that allows least, if one allows less than all holes, and how many it allows.
fn budget(rows: Rows<'_>, class: &ClassRows<'_>) -> (Option<Row>, i128) {
    let quota = class.class.quota;
    let budgets = rows.model.budgets().iter().enumerate();
    let slots = budgets
        .filter(|(_, budget)| quota.counts_in(budget.family))
        .map(|(i, budget)| (i128::from(budget.slack) / class.units(), i))
        .min();
    match slots {
        Some((slots, i)) if slots < class.n_holes() => (Some(Row::Model(i)), slots),
        _ => (None, class.n_holes()),
    }
}
