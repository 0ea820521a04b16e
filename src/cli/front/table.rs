//! Fronts as text: the budgets of a ladder, and what the special ones are.

use std::collections::BTreeSet;

use rangecover::logs::inputs::name;
use rangecover::present::export::table::table;
use rangecover::problem::number::grouped;

use super::{FEW_STEPS, InstanceFront, Row, ladder, useful};

/// A block for each instance.
pub(super) fn text(fronts: &[InstanceFront], width: Option<usize>) -> String {
    let blocks: Vec<String> = fronts.iter().map(|front| block(front, width)).collect();
    blocks.join("\n")
}

fn block(front: &InstanceFront, width: Option<usize>) -> String {
    let infeasible = if front.budget < front.fewest_rules {
        format!(", so the budget of {} is infeasible", grouped(front.budget as u64))
    } else {
        String::new()
    };
    let quota = front.quota.map_or_else(String::new, |quota| format!(" {}", quota.title()));
    format!(
        "{}{quota}: at least {} of {} {} needed{infeasible}\n{}",
        name(front.input.as_deref(), front.interface.as_deref()),
        grouped(front.fewest_rules as u64),
        grouped(front.most_rules as u64),
        front.units(),
        rows(front, width)
    )
}

fn rows(front: &InstanceFront, width: Option<usize>) -> String {
    let shown = shown(front);
    let rows = front.points.iter();
    let rows: Vec<&Row> = rows.filter(|row| shown.contains(&row.budget)).collect();
    let has_bounds = front.steps.iter().flatten().any(|step| !step.supported);
    let tells_supported = has_bounds;
    let columns = [
        (front.units(), true),
        (front.opened(), true),
        ("cost", front.weighted),
        ("bound", has_bounds),
        ("", true),
    ];
    let kept = |cells: [String; 5]| -> Vec<String> {
        let kept = cells.into_iter().zip(columns).filter(|(_, (_, kept))| *kept);
        kept.map(|(cell, _)| cell).collect()
    };
    let cells = rows.iter().map(|row| {
        let mut marks = marks(front, row);
        marks.extend((tells_supported && row.supported).then_some("supported"));
        let numbers = [row.budget as u64, row.open_ports, row.cost, row.bound].map(grouped);
        let [budget, open_ports, cost, bound] = numbers;
        kept([budget, open_ports, cost, bound, marks.join(", ")])
    });
    let head: Vec<&str> = columns.iter().filter(|column| column.1).map(|column| column.0).collect();
    table(&head, &cells.collect::<Vec<_>>(), width)
}

/// The budgets of the ladder and those that have a mark; of units no more than are of use, and all
/// of a short staircase.
fn shown(front: &InstanceFront) -> BTreeSet<usize> {
    let ladder = ladder(usize::MAX / 100).take_while(|&b| b <= front.most_rules);
    let useful = |budget| useful(front.steps.as_deref(), budget);
    let mut shown: BTreeSet<usize> = ladder.chain([front.budget]).filter_map(useful).collect();
    let marked = front.points.iter().filter(|row| !marks(front, row).is_empty());
    shown.extend(marked.map(|row| row.budget));
    let few = front.steps.iter().filter(|steps| steps.len() <= FEW_STEPS).flatten();
    shown.extend(few.map(|step| step.budget));
    shown
}

/// What is special about a budget.
fn marks(front: &InstanceFront, row: &Row) -> Vec<&'static str> {
    let budget = row.budget;
    let fewest = if front.quota.is_some() { "fewest units" } else { "fewest rules" };
    // Other groups, whose rules count in the other quota, may keep ports open.
    let end = if row.open_ports == 0 { "opens nothing" } else { "more is of no use" };
    let knee = front.knee.map(|knee| knee.budget);
    let marks = [
        (budget == front.fewest_rules, fewest),
        (Some(budget) == knee, "knee"),
        (budget == front.budget, "budget"),
        (Some(budget) == front.end, end),
    ];
    marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect()
}
