//! The pseudo-Boolean model of an instance, as OPB.
//!
//! <https://www.cril.univ-artois.fr/PB24/OPBgeneral.pdf>
//!
//! The objective is a sum of negated literals, so that its value is the cost itself. Rows are `>=`:
//! the budgets (IPv4 first), then the windows in order, each on a line of its own. An instance
//! without holes has one variable that means nothing, as the format wants terms.

use std::fmt::Write as _;

use crate::problem::model::Model;

/// The model as OPB.
#[must_use]
pub fn opb(model: &Model) -> Vec<u8> {
    let mut text = String::new();
    let n_variables = model.holes().len().max(1);
    let n_rows = model.budgets().len() + model.windows().len();
    let _ = writeln!(text, "* #variable= {n_variables} #constraint= {n_rows}");
    for line in model.heading() {
        let _ = writeln!(text, "* {line}");
    }
    text.push_str("min:");
    let costs = model.holes().iter().map(|hole| hole.cost).enumerate();
    terms(&mut text, costs.filter(|&(_, cost)| cost > 0).map(|(i, cost)| (i, cost, "~")), '+');
    text.push_str(" ;\n");
    for row in model.budgets() {
        let units = model.budget_terms(row).map(|(i, units)| (i, units.into(), ""));
        terms(&mut text, units, '-');
        let _ = writeln!(text, " >= {} ;", -row.slack);
    }
    for window in model.windows() {
        terms(&mut text, (window.first..=window.last).map(|i| (i, 1, "")), '+');
        text.push_str(" >= 1 ;\n");
    }
    text.into_bytes()
}

/// Terms of variables, factors and marks of negation; one of no worth where there are none.
fn terms(text: &mut String, terms: impl Iterator<Item = (usize, u64, &'static str)>, sign: char) {
    let mut is_empty = true;
    for (i, factor, not) in terms {
        let space = if text.ends_with('\n') { "" } else { " " };
        let _ = write!(text, "{space}{sign}{factor} {not}x{}", i + 1);
        is_empty = false;
    }
    if is_empty {
        let space = if text.ends_with('\n') { "" } else { " " };
        let _ = write!(text, "{space}+0 x1");
    }
}
