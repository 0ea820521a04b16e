//! Answers as text, with the security groups that their rules are shared out over.

use anstyle::Style;

use crate::groups::Solved;
use crate::groups::{Bought, Division};
use crate::solve::record::OutcomeName;

use super::lines::Lines;
use super::text::block;
use super::text_summary;
use crate::problem::number::{counted, grouped};

/// All answers, one block each, with their security groups, and in the end all of them in short.
#[must_use]
pub fn text<'a>(
    answers: impl IntoIterator<Item = (&'a Solved, &'a Division)>,
    width: usize,
) -> Vec<u8> {
    let answers: Vec<(&Solved, &Division)> = answers.into_iter().collect();
    let block = |&(solved, division)| block(solved, width) + &groups(solved, division, width);
    let mut blocks: Vec<String> = answers.iter().map(block).collect();
    let solved: Vec<&Solved> = answers.iter().map(|(solved, _)| *solved).collect();
    blocks.extend(text_summary::of_all(&solved, width));
    blocks.join("\n").into_bytes()
}

/// What each number of security groups can do, and what is in each of those in use.
fn groups(solved: &Solved, division: &Division, width: usize) -> String {
    let mut text = Lines::new(width);
    for line in what_groups_buy(solved, division) {
        text.sentence(2, &line, "", Style::new());
    }
    let rules = rules(solved);
    for (i, parts) in division.groups.iter().enumerate() {
        let taken = division.units(i);
        let units = solved.instance.families().map(|family| {
            let most = division.capacities[i].of(family) as u64;
            let unit = solved.instance.units_of(family).trim_end_matches('s');
            format!("{} of {}", grouped(taken.of(family) as u64), counted(most, unit))
        });
        let mut items: Vec<String> = units.collect();
        match &parts[..] {
            [] => {}
            [part] => items.push(rules[part.rule].clone()),
            [first, .., last] => {
                items.push(format!("{} to {}", rules[first.rule], rules[last.rule]));
            }
        }
        text.list(&format!("group {}", i + 1), &items);
    }
    text.into_text()
}

/// The rules of a cover, in order of its groups: `office ipv4 tcp/80-86`.
fn rules(solved: &Solved) -> Vec<String> {
    let Some((cover, _)) = solved.answer.cover() else { return Vec::new() };
    let groups = solved.instance.groups().iter().zip(&cover.groups);
    let of_group = groups.flat_map(|(group, spans)| {
        let name = group.name();
        let shown = spans.iter().map(|span| group.points().shown(span.from(), span.to()));
        shown.map(|span| format!("{name}/{span}")).collect::<Vec<_>>()
    });
    of_group.collect()
}

/// A line for each number of security groups: what is the least that they open.
#[must_use]
pub fn what_groups_buy(solved: &Solved, division: &Division) -> Vec<String> {
    let points = solved.instance.groups().first().map_or("port", |group| group.points().noun());
    let line = |(i, bought): (usize, &Bought)| {
        let groups = counted(i as u64 + 1, "security group");
        let Some(open) = bought.open_ports else {
            return format!("{groups}: {}", bought.outcome.name());
        };
        let at_most = if bought.outcome == OutcomeName::Feasible { "at most " } else { "" };
        let cost = bought.cost.filter(|&cost| cost != open);
        let cost = cost.map_or_else(String::new, |cost| format!(", cost {}", grouped(cost)));
        format!("{groups}: {at_most}{}{cost}", counted(open, &format!("open {points}")))
    };
    division.bought.iter().enumerate().map(line).collect()
}
