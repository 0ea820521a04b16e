//! Infeasibility: disjoint windows that take more units than there are.
//!
//! Each window holds a kept hole, which takes the units of its group. So do the windows of the
//! witness, times these units, and the budget row add up to `0 ≥ 1`, or more.

use crate::problem::certificate::Witness;

use super::rows::Rows;
use super::script::{Row, Script, Sum};

/// Derives a contradiction; none if the witness does not exceed any budget.
pub(super) fn contradiction(rows: Rows<'_>, witness: &Witness, script: &mut Script) -> Option<Row> {
    let windows: Option<Vec<usize>> =
        witness.windows.iter().map(|&window| rows.minimal(window)).collect();
    let mut of_group: Vec<Vec<usize>> = vec![Vec::new(); rows.model.groups().len()];
    for window in windows? {
        let hole = rows.model.windows()[window].first;
        of_group[rows.model.holes()[hole].group].push(window);
    }
    for (i, budget) in rows.model.budgets().iter().enumerate() {
        let units = || budget.units.iter().map(|&units| i128::from(units));
        let needed: i128 = units().zip(&of_group).map(|(q, w)| q * w.len() as i128).sum();
        if needed <= i128::from(budget.slack) {
            continue;
        }
        let mut sum = Sum::default();
        sum.add(Row::Model(i), 1);
        for ((units, windows), holes) in units().zip(&of_group).zip(rows.model.groups()) {
            if units > 0 {
                let holes: Vec<usize> = holes.clone().collect();
                rows.add_disjoint(&mut sum, windows, &holes, units);
            }
        }
        script.comment(format_args!(
            "{needed} {} beyond one rule for each group; there are {}",
            budget.family.units(),
            budget.slack
        ));
        return Some(script.pol(&sum));
    }
    None
}
