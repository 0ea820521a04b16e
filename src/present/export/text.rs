//! Answers as text for people, in the manner of the published tool.

use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;

use crate::groups::Solved;
use crate::logs::evidence::table::time;
use crate::logs::inputs::Seen;
use crate::problem::certificate::{BlockedRule, Repairs, Witness};
use crate::problem::instance::{Budget, Group};
use crate::problem::limits::LimitSpec;
use crate::problem::number::{counted, duration, grouped};
use crate::problem::points::Points;
use crate::problem::ports::{PortSet, Span};
use crate::problem::quote::printable;
use crate::problem::zones::Family;
use crate::solve::answer::Answer;
use crate::solve::default_solver;
use crate::solve::record::OutcomeName;

use super::lines::Lines;
use super::text_summary::{self, summary};

/// Items that are listed before the rest is only counted.
const SHOWN: usize = 12;

/// All answers in lines of so many columns: one block each, and in the end all of them in short.
///
/// Colours are ANSI codes; whoever prints decides whether they are kept.
#[must_use]
pub fn text(solved: &[Solved], width: usize) -> Vec<u8> {
    let mut blocks: Vec<String> = solved.iter().map(|solved| block(solved, width)).collect();
    blocks.extend(text_summary::of_all(&solved.iter().collect::<Vec<_>>(), width));
    blocks.join("\n").into_bytes()
}

fn colour(outcome: OutcomeName) -> Style {
    let colour = match outcome {
        OutcomeName::Optimal => AnsiColor::Green,
        OutcomeName::Feasible => AnsiColor::Yellow,
        OutcomeName::Infeasible | OutcomeName::Unknown => AnsiColor::Red,
    };
    colour.on_default().bold()
}

/// An answer: the outcome and the rules first, then what they open and where they come from.
pub(super) fn block(solved: &Solved, width: usize) -> String {
    let mut text = Lines::new(width);
    let bold = Style::new().bold();
    let name = printable(&solved.source.name());
    text.sentence(0, &format!("{name}: {}", used(solved)), &name, bold);
    let outcome = OutcomeName::of(&solved.answer);
    text.sentence(2, &headline(solved), outcome.name(), colour(outcome));
    match &solved.answer {
        Answer::Optimal { .. } | Answer::Feasible { .. } => {}
        Answer::Infeasible { witness, repairs } => {
            infeasible(&mut text, solved, witness, repairs);
        }
        Answer::Unknown => {
            let is_undecided =
                solved.instance.is_shared() && solved.solver == default_solver().name();
            let helps =
                if is_undecided { "a larger --max-rules" } else { "--solver price, which decides" };
            text.list("what helps", &[helps.to_owned()]);
        }
    }
    rules(&mut text, solved);
    opened(&mut text, solved);
    if solved.instance.shares_outer() {
        text.list("sharing", &sharing(solved));
    }
    if let Some(seen) = &solved.source.seen {
        text.list("seen", &coverage(seen));
        text.list("not counted", &not_counted(seen));
    }
    if !solved.dropped.is_empty() {
        let dropped: Vec<String> = solved.dropped.iter().map(ToString::to_string).collect();
        text.list("dropped", &dropped);
    }
    text.into_text()
}

/// What is claimed of an answer, after the word for its outcome.
fn verdict(solved: &Solved) -> String {
    match &solved.answer {
        Answer::Optimal { facts, .. } => format!(", verified: {}", summary(solved, facts)),
        Answer::Feasible { facts, bound, .. } => {
            let gap = grouped(facts.cost - bound);
            let summary = summary(solved, facts);
            format!(", verified: {summary}; proven bound {}, gap {gap}", grouped(*bound))
        }
        Answer::Infeasible { repairs, .. } => {
            let ipv4 = grouped(repairs.max_rules as u64);
            let needed = match repairs.max_rules_ipv6.map(|ipv6| grouped(ipv6 as u64)) {
                None => ipv4,
                Some(ipv6) if !solved.instance.counts_in(Family::Ipv4) => ipv6,
                Some(ipv6) => format!("{ipv4} and {ipv6}"),
            };
            format!(", verified: {} cannot do it, {needed} can", budget(solved))
        }
        Answer::Unknown => {
            let (tried, budget) = (solved.solver, budget(solved));
            format!(": {tried} found no cover within {budget} and excludes none")
        }
    }
}

/// The outcome in one line, without colours: `optimal, verified: 12 of 12 rules, 889 open ports`.
#[must_use]
pub fn headline(solved: &Solved) -> String {
    format!("{}{}", OutcomeName::of(&solved.answer).name(), verdict(solved))
}

/// What there is to say beside the rules: the used ports, the outcome, what was recorded.
#[must_use]
pub fn facts(solved: &Solved) -> Vec<String> {
    let mut facts = vec![used(solved), headline(solved)];
    if solved.instance.shares_outer() {
        facts.push(sharing(solved).join(", "));
    }
    facts.extend(solved.source.seen.as_ref().map(|seen| coverage(seen).join(", ")));
    if !solved.dropped.is_empty() {
        let dropped: Vec<String> = solved.dropped.iter().map(ToString::to_string).collect();
        facts.push(format!("dropped {}", dropped.join(", ")));
    }
    facts
}

/// The used ports of each protocol, or of each zone.
fn used(solved: &Solved) -> String {
    // A port that a zone uses over IPv4 and IPv6 counts once.
    let mut ports: Vec<(String, BTreeMap<Points, PortSet>)> = Vec::new();
    for group in solved.instance.groups() {
        if group.points() == Points::Addresses {
            return format!("{} used", counted(group.n_used_ports(), "address"));
        }
        let zone = group.terms().zone.as_deref();
        let name = zone.map_or_else(|| group.points().to_string(), str::to_owned);
        if ports.last().is_none_or(|(last, _)| *last != name) {
            ports.push((name, BTreeMap::new()));
        }
        let (_, of_name) = ports.last_mut().expect("there is one now");
        of_name.entry(group.points()).or_default().extend(group.runs().iter().copied());
    }
    let n_ports =
        |ports: &BTreeMap<Points, PortSet>| ports.values().map(|p| u64::from(p.len())).sum();
    let numbers: Vec<(String, u64)> =
        ports.into_iter().map(|(name, ports)| (name, n_ports(&ports))).collect();
    let shown = numbers.iter().map(|(name, n)| format!("{} {name}", grouped(*n)));
    let shown = shown.collect::<Vec<_>>().join(" + ");
    match numbers.iter().map(|(_, n)| n).sum() {
        0 => "no used port".to_owned(),
        1 => format!("{shown} used port"),
        _ => format!("{shown} used ports"),
    }
}

/// That outer rules serve inner zones, and in how many cases what is claimed was proven.
fn sharing(solved: &Solved) -> Vec<String> {
    let proof = match &solved.answer {
        Answer::Optimal { certificate, .. } => Some(("proven in", &certificate.tree)),
        Answer::Feasible { certificate, .. } if solved.solver == default_solver().name() => {
            Some(("stopped after", &certificate.tree))
        }
        Answer::Feasible { certificate, .. } => Some(("bound proven in", &certificate.tree)),
        Answer::Infeasible { witness, .. } => Some(("proven in", &witness.tree)),
        Answer::Unknown => None,
    };
    let proof = proof.filter(|(_, tree)| !tree.is_empty());
    let proof = proof.map(|(how, tree)| format!("{how} {}", counted(tree.len() as u64, "case")));
    ["outer rules serve inner zones".to_owned()].into_iter().chain(proof).collect()
}

/// How much was recorded.
fn coverage(seen: &Seen) -> Vec<String> {
    let mut items = vec![counted(seen.span.records, "record")];
    if let Some((start, end)) = seen.span.times() {
        items.push(format!("{} to {}", time(start), time(end)));
        items.push(duration(end - start));
    }
    if seen.span.skipdata > 0 {
        items.push(format!("{} SKIPDATA", grouped(seen.span.skipdata)));
    }
    items
}

/// Ports with records that no rule has to cover.
fn not_counted(seen: &Seen) -> Vec<String> {
    let classes = seen.classes.iter().filter(|(class, _)| !class.is_used());
    classes.map(|(class, &n)| format!("{} {class}", grouped(n))).collect()
}

/// What rules may take.
fn budget(solved: &Solved) -> String {
    let budget = solved.instance.budget();
    if solved.source.zones.is_none() {
        return counted(budget.ipv4 as u64, "rule");
    }
    let counted_in = solved.instance.families();
    let units = counted_in.map(|f| format!("{} {}", grouped(budget.of(f) as u64), f.units()));
    units.collect::<Vec<_>>().join(" and ")
}

/// What is impossible, why, and the repairs.
fn infeasible(text: &mut Lines, solved: &Solved, witness: &Witness, repairs: &Repairs) {
    let groups = solved.instance.groups();
    if witness.windows.is_empty() && witness.tree.is_empty() {
        let groups: Vec<String> = groups.iter().map(rule_each).collect();
        text.list("a rule each for", &shortened(groups));
    }
    let blocked = |rule: &BlockedRule| {
        format!(
            "{}/{}",
            groups[rule.group].name(),
            groups[rule.group].points().shown(rule.from, rule.to)
        )
    };
    let windows: Vec<String> = witness.windows.iter().map(blocked).collect();
    text.list("no rule spans", &shortened(windows));
    text.list("limits", &limits(solved.instance.limits().spec()));
    let needed = Budget { ipv4: repairs.max_rules, ipv6: repairs.max_rules_ipv6.unwrap_or(0) };
    let flags = [(Family::Ipv4, "--max-rules"), (Family::Ipv6, "--max-rules-ipv6")];
    let short = |family| needed.of(family) > solved.instance.budget().of(family);
    let short = flags.into_iter().filter(|&(family, _)| short(family)).map(|(family, flag)| {
        format!("{flag} {}", needed.of(family).saturating_add(solved.reserve.of(family)))
    });
    let rules = short.collect::<Vec<_>>().join(" ");
    let open = match (repairs.max_open_ports, &repairs.reason) {
        (Some(most), _) => format!("or --max-open-ports {most}"),
        (None, Some(reason)) if solved.instance.is_shared() => format!("({reason})"),
        (None, reason) => {
            format!("(no --max-open-ports helps: {})", reason.as_deref().unwrap_or_default())
        }
    };
    text.list("what helps", &[format!("{rules} {open}")]);
}

/// The limits that are set, as on the command line.
fn limits(spec: &LimitSpec) -> Vec<String> {
    let flag = |(name, most): (&str, u64)| format!("--{} {most}", name.replace('_', "-"));
    let set = spec.numbers().map(flag);
    let forbid = spec.forbid.iter().map(|ports| format!("--forbid {ports}"));
    shortened(set.chain(forbid).collect())
}

/// The first few items, and how many more there are.
fn shortened(mut items: Vec<String>) -> Vec<String> {
    if items.len() > SHOWN {
        let rest = items.len() - SHOWN;
        items.truncate(SHOWN);
        items.push(format!("and {} more", grouped(rest as u64)));
    }
    items
}

/// The holes of a group that are inside its rules.
fn open(group: &Group, rules: &[Span]) -> Vec<Span> {
    let inside = |hole: &Span| {
        let rule = rules.partition_point(|rule| rule.to() < hole.from());
        rules.get(rule).is_some_and(|rule| rule.from() < hole.from())
    };
    group.holes().filter(inside).collect()
}

/// Ranges and individual ports, by zone and protocol.
fn rules(text: &mut Lines, solved: &Solved) {
    let Some((cover, _)) = solved.answer.cover() else {
        return;
    };
    for (group, rules) in solved.instance.groups().iter().zip(&cover.groups) {
        let points = group.points();
        let nouns = if points == Points::Addresses { "addresses" } else { "ports" };
        let printed = |spans: &[Span]| printed(points, spans);
        let (single, ranges): (Vec<Span>, Vec<Span>) =
            rules.iter().partition(|rule| rule.len() == 1);
        let mut indent = "";
        if group.terms().zone.is_some() {
            indent = "  ";
            let n_open = open(group, rules).iter().map(|hole| hole.len()).sum();
            let n_open = counted(n_open, &format!("open {}", points.noun()));
            text.list(&group.zone_and_family(), &[units(group, rules.len()), n_open]);
        }
        text.list(&format!("{indent}{points} ranges"), &printed(&ranges));
        text.list(&format!("{indent}{points} {nouns}"), &printed(&single));
    }
}

/// What the ranges open for nothing, by zone and protocol.
fn opened(text: &mut Lines, solved: &Solved) {
    let Some((cover, _)) = solved.answer.cover() else {
        return;
    };
    for (group, rules) in solved.instance.groups().iter().zip(&cover.groups) {
        let points = group.points();
        let open = open(group, rules);
        let mut shown = printed(points, &open[..open.len().min(SHOWN)]);
        if open.len() > SHOWN {
            let rest: u64 = open[SHOWN..].iter().map(|hole| hole.len()).sum();
            shown.push(format!(
                "and {} more in {}",
                grouped(rest),
                counted((open.len() - SHOWN) as u64, "hole")
            ));
        }
        let mut label = format!("{points} open");
        if group.terms().zone.is_some() && !shown.is_empty() {
            text.list("open", &[group.zone_and_family()]);
            label.insert_str(0, "  ");
        }
        text.list(&label, &shown);
    }
}

/// How many rules a group has, and the units that they take.
fn units(group: &Group, n_rules: usize) -> String {
    let rules = counted(n_rules as u64, "rule");
    let each = u64::from(group.terms().units);
    let all = counted(each * n_rules as u64, "unit");
    let take = if n_rules == 1 { "takes" } else { "take" };
    if each == 1 {
        format!("{rules} {take} {all}")
    } else {
        format!("{rules} of {each} units {take} {all}")
    }
}

/// A group, with the units that its one rule takes.
fn rule_each(group: &Group) -> String {
    match group.terms().units {
        1 => group.name(),
        units => format!("{} ({units} units)", group.name()),
    }
}

fn printed(points: Points, spans: &[Span]) -> Vec<String> {
    spans.iter().map(|&span| points.shown(span.from(), span.to())).collect()
}
