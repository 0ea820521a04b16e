//! What several answers come to: a line each, and their sum.

use std::collections::BTreeMap;

use anstyle::Style;

use crate::groups::Solved;
use crate::problem::number::counted;
use crate::problem::quote::printable;
use crate::solve::record::OutcomeName;

use super::lines::Lines;
use super::text::summary;

/// The answers in short; none for a single one.
pub(super) fn of_all(solved: &[Solved], width: usize) -> Option<String> {
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
fn total(solved: &[Solved]) -> String {
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
