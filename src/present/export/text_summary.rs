//! What several answers come to: a line each, and their sum.

use std::collections::BTreeMap;

use anstyle::Style;

use crate::groups::Solved;
use crate::problem::number::{counted, grouped};
use crate::problem::quote::printable;
use crate::solve::record::OutcomeName;
use crate::verify::Facts;

use super::lines::Lines;

/// The answers in short; none for a single one.
pub(super) fn of_all(solved: &[&Solved], width: usize) -> Option<String> {
    if solved.len() < 2 {
        return None;
    }
    let mut text = Lines::new(width);
    let bold = Style::new().bold();
    text.sentence(0, "Summary", "Summary", bold);
    for solved in solved {
        let name = printable(&solved.source.name());
        let outcome = OutcomeName::of(&solved.answer).name();
        let found =
            solved.answer.cover().map(|(_, facts)| format!(", {}", summary(solved, &facts)));
        let line = format!("{name}: {outcome}{}", found.unwrap_or_default());
        text.sentence(2, &line, "", Style::new());
    }
    text.sentence(2, &total(solved), "total", bold);
    Some(text.into_text())
}

/// How many answers there are of each kind, with all rules and all that they open.
fn total(solved: &[&Solved]) -> String {
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut n_rules, mut open) = (0, BTreeMap::<&str, u64>::new());
    for solved in solved {
        *outcomes.entry(OutcomeName::of(&solved.answer).name()).or_default() += 1;
        let Some((_, facts)) = solved.answer.cover() else { continue };
        n_rules += facts.n_rules as u64;
        let points = solved.instance.groups().first().map_or("port", |group| group.points().noun());
        *open.entry(points).or_default() += facts.open_ports;
    }
    // Interfaces without used ports open none, of whatever kind.
    if open.len() > 1 {
        open.retain(|_, n| *n > 0);
    }
    let outcomes = outcomes.iter().map(|(outcome, n)| format!("{n} {outcome}"));
    let rules = [counted(n_rules, "rule")];
    let open = open.iter().map(|(points, &n)| counted(n, &format!("open {points}")));
    let parts: Vec<String> = outcomes.chain(rules).chain(open).collect();
    format!("total: {}", parts.join(", "))
}

/// Rules against the budget, and what they open.
pub(super) fn summary(solved: &Solved, facts: &Facts) -> String {
    let rules = grouped(facts.n_rules as u64);
    let budget = solved.instance.budget();
    let taken = if solved.source.zones.is_some() {
        let counted_in = solved.instance.families();
        let units = counted_in.map(|family| {
            let [taken, budget] = [facts.units, budget].map(|u| grouped(u.of(family) as u64));
            format!("{taken} of {budget} {}", family.units())
        });
        units.chain([counted(facts.n_rules as u64, "rule")]).collect::<Vec<_>>().join(", ")
    } else {
        format!("{rules} of {}", counted(budget.ipv4 as u64, "rule"))
    };
    let points = solved.instance.groups().first().map_or("port", |group| group.points().noun());
    let open = counted(facts.open_ports, &format!("open {points}"));
    let cost = if facts.cost == facts.open_ports {
        String::new()
    } else {
        format!(", cost {}", grouped(facts.cost))
    };
    format!("{taken}, {open}{cost}")
}
