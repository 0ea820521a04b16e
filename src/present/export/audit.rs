//! An audit as a document: for a terminal, and as Markdown.

use super::audit_facts::facts;
use crate::groups::audit::{
    Contact, Doubt, Findings, Instead, Relations, Replay, RuleAt, RuleFinding, Unused, Usage,
    World, count,
};
use crate::logs::evidence::table::time;
use crate::present::export::document::{Block, Document, Grid};
use crate::problem::instance::Budget;
use crate::problem::number::{counted, duration, grouped, percent};
use crate::problem::zones::Family;

/// Cases that are listed before the rest is only counted.
const SHOWN: usize = 6;

/// Everything that an audit found, the most important first.
#[must_use]
pub fn document(world: &World, findings: &Findings, replay: Option<&Replay>) -> Document {
    let groups = counted(world.groups.len() as u64, "security group");
    let interfaces = counted(world.interfaces.len() as u64, "interface");
    let mut blocks = vec![Block::Table(summary(world, findings))];
    blocks.push(Block::List(facts(world, findings, replay)));
    blocks.extend(infeasible(world, findings));
    blocks.extend(blocked(world, findings));
    blocks.push(Block::Heading("Rules".to_owned()));
    blocks.push(Block::Table(rules(world, findings)));
    blocks.push(Block::Heading("Interfaces".to_owned()));
    blocks.push(Block::Table(interfaces_table(world, findings)));
    blocks.push(Block::Heading("Groups".to_owned()));
    blocks.push(Block::Table(groups_table(world, findings)));
    if let Some(found) = &findings.consolidation
        && found.partitions.len() > 1
    {
        blocks.push(Block::Heading("Merging groups".to_owned()));
        blocks.push(Block::Table(super::merging::merging(&world.groups, found)));
        if !found.is_complete {
            let fewest = found.partitions.last().map_or(0, |partition| partition.n_groups as u64);
            let fewest = counted(fewest, "group");
            blocks.push(Block::Text(format!("Fewer than {fewest}: not searched further.")));
        }
    }
    Document { title: format!("Audit of {groups} on {interfaces} with records"), blocks }
}

fn summary(world: &World, findings: &Findings) -> Grid {
    let mut grid = Grid::new(&["", "today", "proposed"]);
    let mut row = |what: &str, [today, proposed]: [u64; 2]| {
        grid.rows.push(vec![what.to_owned(), grouped(today), grouped(proposed)]);
    };
    let rules = |rules: &dyn Fn(usize) -> usize| (0..world.groups.len()).map(rules).sum::<usize>();
    let n_rules =
        [rules(&|at| world.groups[at].rules.len()), rules(&|at| findings.proposed[at].len())];
    row("rules", n_rules.map(|n| n as u64));
    for family in Family::ALL {
        let of = |n: usize| {
            let units = (0..world.groups.len()).map(|at| findings.units(world, at)[n].of(family));
            units.sum::<usize>() as u64
        };
        let units = [of(0), of(1)];
        if units != [0, 0] {
            row(family.units(), units);
        }
    }
    let unused = findings.interfaces.iter();
    let today = unused.clone().map(|found| count(&found.today.unused)).sum();
    row("ports open and not used", [today, unused.map(|f| count(&f.proposed.unused)).sum()]);
    grid
}

/// The groups for which no rules would do.
fn infeasible(world: &World, findings: &Findings) -> Option<Block> {
    let groups = world.groups.iter().zip(&findings.proposals);
    let cases: Vec<String> = groups
        .filter_map(|(group, proposal)| {
            let Instead::Infeasible { needed, max_open_ports, .. } = &proposal.instead else {
                return None;
            };
            let open = match max_open_ports {
                Some(most) => format!(", or --max-open-ports {most}"),
                None => String::new(),
            };
            let flags = flags(*needed);
            Some(format!("{}: its rules stay as they are; {flags}{open} would do", group.id))
        })
        .collect();
    let what = "No rules within the limits let in what is used".to_owned();
    (!cases.is_empty()).then_some(Block::Alarm(what, cases))
}

fn flags(needed: Budget) -> String {
    match needed.ipv6 {
        0 => format!("--max-rules {}", needed.ipv4),
        ipv6 => format!("--max-rules {} --max-rules-ipv6 {ipv6}", needed.ipv4),
    }
}

/// Services that no rule lets in.
fn blocked(world: &World, findings: &Findings) -> Option<Block> {
    let found = world.interfaces.iter().zip(&findings.interfaces);
    let mut cases: Vec<String> = found
        .flat_map(|(interface, found)| {
            let case = move |contact: &Contact| {
                let Contact { protocol, port, network, flows, .. } = contact;
                let records = counted(*flows, "record");
                format!("{} {protocol}/{port} from {network}, {records}", interface.shown())
            };
            found.blocked.iter().map(case)
        })
        .collect();
    let n = cases.len();
    if n == 0 {
        return None;
    }
    cases.truncate(SHOWN);
    if n > SHOWN {
        cases.push(format!("and {} more (--format json lists them)", grouped((n - SHOWN) as u64)));
    }
    Some(Block::Alarm("Accepted, and let in by no rule today".to_owned(), cases))
}

fn rules(world: &World, findings: &Findings) -> Grid {
    let mut grid =
        Grid::new(&["rule", "source", "records in and out", "last seen", "ports used", "remarks"]);
    for found in &findings.rules {
        let rule = world.rule(found.at);
        let (flows, last) = match &found.usage {
            Usage::Used { flows, last } => (grouped(*flows), last.map(time).unwrap_or_default()),
            Usage::Never | Usage::NoService { .. } => ("0".to_owned(), String::new()),
            Usage::NotJudged(_) => (String::new(), String::new()),
        };
        let share = found.ports.filter(|_| !matches!(found.usage, Usage::NotJudged(_)));
        let share =
            share.map(|ports| format!("{} of {}", grouped(found.used_ports), grouped(ports)));
        grid.rows.push(vec![
            format!("{} {}", world.groups[found.at.group].id, rule.allowed),
            rule.peer.to_string(),
            flows,
            last,
            share.unwrap_or_default(),
            remarks(world, found).join("; "),
        ]);
    }
    grid
}

fn remarks(world: &World, found: &RuleFinding) -> Vec<String> {
    let mut remarks = Vec::new();
    match &found.usage {
        Usage::Used { .. } => {}
        Usage::Never => remarks.push("never used".to_owned()),
        Usage::NoService { classes } => {
            let classes = classes.iter().map(|(class, n)| format!("{} {class}", grouped(*n)));
            let classes: Vec<String> = classes.collect();
            remarks.push(format!("no service; ports: {}", classes.join(", ")));
        }
        Usage::NotJudged(doubt) => {
            remarks.push(format!("not judged: {}", doubt.reason()));
            if let Doubt::NoPorts { records } = doubt {
                remarks.push(format!("{} in all", counted(*records, "record")));
            }
        }
    }
    if found.is_open_to_world {
        remarks.push("open to the world".to_owned());
    }
    if !found.covered_by.is_empty() {
        let by = found.covered_by.iter().map(|&by| named(world, found.at, by));
        remarks.push(format!("covered by {}", by.collect::<Vec<_>>().join(" and ")));
    }
    if found.units != 1 {
        remarks.push(counted(found.units.into(), "unit"));
    }
    remarks
}

/// A rule as one of another sees it: without the group where it is the same.
fn named(world: &World, from: RuleAt, at: RuleAt) -> String {
    let rule = world.rule(at);
    let named = format!("{} from {}", rule.allowed, rule.peer);
    if from.group == at.group { named } else { format!("{} {named}", world.groups[at.group].id) }
}

fn interfaces_table(world: &World, findings: &Findings) -> Grid {
    let head = [
        "interface",
        "groups",
        "recorded",
        "services",
        "blocked",
        "unused today",
        "unused proposed",
    ];
    let mut grid = Grid::new(&head);
    for (interface, found) in world.interfaces.iter().zip(&findings.interfaces) {
        let groups = interface.groups.iter().map(|&at| world.groups[at].id.as_str());
        let groups: Vec<&str> =
            groups.chain(interface.strangers.iter().map(String::as_str)).collect();
        grid.rows.push(vec![
            interface.shown().to_owned(),
            groups.join(" "),
            interface.span.times().map(|(start, end)| duration(end - start)).unwrap_or_default(),
            grouped(found.services),
            grouped(found.blocked.len() as u64),
            grouped(count(&found.today.unused)),
            grouped(count(&found.proposed.unused)),
        ]);
    }
    grid
}

fn groups_table(world: &World, findings: &Findings) -> Grid {
    let head = [
        "group",
        "name",
        "units",
        "proposed",
        "keep",
        "narrow",
        "add",
        "remove",
        "open ports",
        "remarks",
    ];
    let mut grid = Grid::new(&head);
    for (at, group) in world.groups.iter().enumerate() {
        let proposal = &findings.proposals[at];
        let [today, proposed] = findings.units(world, at).map(|units| units.to_string());
        let mut row = vec![group.id.clone(), group.name.clone().unwrap_or_default(), today];
        if let (Some(changes), Instead::Rules { rules, .. }) =
            (&findings.changes[at], &proposal.instead)
        {
            let kept = changes.keep.len() + proposal.kept.len();
            let counts = [kept, changes.narrow.len(), changes.add.len(), changes.remove.len()];
            row.push(proposed);
            row.extend(counts.map(|n| grouped(n as u64)));
            row.push(open(rules.iter().map(|rule| [rule.used_ports, rule.open_ports])));
        } else {
            let why = match proposal.instead {
                Instead::Infeasible { .. } => "infeasible",
                Instead::Undecided => "undecided",
                _ => "not judged",
            };
            row.push(why.to_owned());
            row.extend((0..5).map(|_| String::new()));
        }
        row.push(related(world, &findings.relations, at).join("; "));
        grid.rows.push(row);
    }
    grid
}

/// How a group relates to others.
fn related(world: &World, relations: &Relations, at: usize) -> Vec<String> {
    let ids = |places: &[usize]| {
        let others = places.iter().filter(|&&other| other != at);
        let ids: Vec<&str> = others.map(|&other| world.groups[other].id.as_str()).collect();
        ids.join(", ")
    };
    let same = relations.duplicates.iter().filter(|same| same.contains(&at));
    let mut remarks = unseen(world, at);
    remarks.extend(same.map(|same| format!("same as {}", ids(same))));
    let subsets = relations.subsets.iter().filter(|subset| subset.group == at);
    remarks.extend(subsets.map(|subset| format!("all of it is allowed by {}", ids(&subset.of))));
    let unused = relations.unused.iter().filter(|(group, _)| *group == at);
    remarks.extend(unused.map(|(_, why)| {
        let why = match why {
            Unused::Idle => "on no interface, and no rule refers to it",
            Unused::WithoutRules => "without rules",
        };
        why.to_owned()
    }));
    remarks
}

/// How many interfaces of a group show nothing that could be needed there.
fn unseen(world: &World, at: usize) -> Vec<String> {
    let idle = world.carriers(at).filter(|interface| interface.clients().next().is_none());
    let (silent, idle) = (world.silent[at].len(), idle.count());
    let all = counted((world.carriers(at).count() + silent) as u64, "interface");
    [(silent, "without records"), (idle, "with records but no client of a service")]
        .into_iter()
        .filter(|&(n, _)| n > 0)
        .map(|(n, how)| format!("{} of {all} {how}", grouped(n as u64)))
        .collect()
}

/// How many ports rules open, and which share of theirs that is.
fn open(ports: impl Iterator<Item = [u64; 2]>) -> String {
    let [used, open] = ports.fold([0, 0], |[a, b], [used, open]| [a + used, b + open]);
    format!("{} ({})", grouped(open), percent(open, used + open))
}
