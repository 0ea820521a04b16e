//! The optimum of classes that share quotas: a knapsack, contradicted.
//!
//! Assume a cover that costs less than the known one. At prices per unit only a range of kept holes
//! is left for each class ([`ranges`](super::ranges)); these become items
//! ([`counts`](super::counts)) that would have to save more within the quotas than they can
//! ([`knapsack`](super::knapsack)).

use crate::problem::certificate::Tangent;
use crate::problem::zones::Family;

use super::counts::{Counted, count};
use super::knapsack::Plan;
use super::prices::{Prices, in_quotas};
use super::ranges::{Better, Ranges, ranges};
use super::rows::{ClassRows, Rows};
use super::script::{Literal, Row, Script, Sum, Variable};
use super::steps::Steps;
use super::{MOST_TERMS, ProofError};

/// Derives a contradiction from a cover that costs less than this one.
pub(super) fn contradiction(
    rows: Rows<'_>,
    tangents: &[Tangent],
    (cost, solution): (u64, &[Literal]),
    script: &mut Script,
) -> Result<Row, ProofError> {
    let classes = rows.instance.classes().iter().enumerate();
    let classes = classes.map(|(i, class)| {
        rows.of_class(class, tangents.iter().filter(move |tangent| tangent.class == i))
    });
    // A class without holes costs nothing, and takes nothing beyond its rules.
    let mut classes: Vec<ClassRows<'_>> = classes.filter(|class| class.n_holes() > 0).collect();
    script.comment(format_args!("a cover that costs less than {cost}"));
    let better = better(rows, script.improve(solution), i128::from(cost) - 1);
    let prices = Prices::best(&classes, better.slack);
    let [ipv4, ipv6] = prices.per_unit;
    script.comment(format_args!("prices per unit: {ipv4} and {ipv6} over {}", prices.scale));
    let ranges = match ranges(rows, &mut classes, better, prices, script)? {
        Ranges::Of(ranges) => ranges,
        Ranges::Contradiction(row) => return Ok(row),
    };
    let terms = classes
        .iter()
        .zip(&ranges)
        .map(|(class, range)| (range.most - range.least) * class.n_holes());
    if terms.sum::<i128>() > MOST_TERMS as i128 {
        return Err(ProofError::TooLarge);
    }
    let mut counted: Vec<Counted> = Vec::new();
    let mut n_items = 0;
    for (class, range) in classes.iter_mut().zip(ranges) {
        script.comment(format_args!(
            "class of {} units: {} to {} kept holes",
            class.units(),
            range.least,
            range.most
        ));
        let class = count(rows, class, range, n_items, script);
        n_items += class.items.len();
        counted.push(class);
    }
    let mut wanted = Sum::default();
    wanted.add(better.row, 1);
    for class in &counted {
        wanted.add(class.cost_row, 1);
    }
    let wanted = script.pol(&wanted);
    let saved = counted.iter().map(|class| class.cost).sum::<i128>() - i128::from(cost);
    let (budgets, units) = budgets(&classes, &counted, better, script);
    if let Some(quota) = units.iter().position(|&units| units < 0) {
        script.comment("the fewest kept holes take too many units");
        return Ok(budgets[quota].expect("only budgets are below 0"));
    }
    let items = counted.into_iter().flat_map(|class| class.items).collect();
    let plan = Plan::new(items, units, saved, prices)?;
    script.comment(format_args!("{n_items} items, to save more than {saved}"));
    Ok(Steps::new(&plan, script).contradiction(units, budgets, wanted))
}

fn better(rows: Rows<'_>, row: Row, cost: i128) -> Better {
    let mut better = Better { row, cost, budgets: [None; 2], slack: [0; 2] };
    for (i, budget) in rows.model.budgets().iter().enumerate() {
        let quota = usize::from(budget.family == Family::Ipv6);
        better.budgets[quota] = Some(Row::Model(i));
        better.slack[quota] = budget.slack.into();
    }
    better
}

/// The budgets in terms of items, and what these may take.
fn budgets(
    classes: &[ClassRows<'_>],
    counted: &[Counted],
    better: Better,
    script: &mut Script,
) -> ([Option<Row>; 2], [i128; 2]) {
    let mut units = better.slack;
    let rows = [0, 1].map(|quota| {
        let budget = better.budgets[quota]?;
        let mut sum = Sum::default();
        sum.add(budget, 1);
        for (class, counted) in classes.iter().zip(counted) {
            let rule = in_quotas(class.class.quota, class.units())[quota];
            if rule == 0 {
                continue;
            }
            match counted.kept {
                Some(kept) => sum.add(kept, rule),
                None => class.holes.iter().for_each(|&hole| sum.shift(Variable::Hole(hole), rule)),
            }
            units[quota] -= rule * counted.least;
        }
        Some(script.pol(&sum))
    });
    (rows, units)
}
