//! An audit in a few sentences.

use crate::groups::audit::{Findings, OverQuota, Replay, RuleFinding, Usage, World, room, window};
use crate::problem::number::{counted, grouped, percent};
use crate::problem::zones::Family;

/// What there is to know at first sight.
pub(super) fn facts(world: &World, findings: &Findings, replay: Option<&Replay>) -> Vec<String> {
    let rules = |is: &dyn Fn(&RuleFinding) -> bool| {
        findings.rules.iter().filter(|rule| is(rule)).count() as u64
    };
    let unused = |rule: &RuleFinding| matches!(rule.usage, Usage::Never | Usage::NoService { .. });
    let not_judged = |rule: &RuleFinding| matches!(rule.usage, Usage::NotJudged(_));
    let mut facts = vec![recorded(world)];
    facts.push(format!(
        "{}: {} not used by anybody, {} covered by others, {} open to the world, {} not judged",
        counted(findings.rules.len() as u64, "rule"),
        grouped(rules(&unused)),
        grouped(rules(&|rule| !rule.covered_by.is_empty())),
        grouped(rules(&|rule| rule.is_open_to_world)),
        grouped(rules(&not_judged)),
    ));
    facts.push(
        "ports open and not used: on each interface, open to somebody and used by nobody in this time"
            .to_owned(),
    );
    let roomy = findings.proposals.iter().filter(|proposal| room(proposal).is_some()).count();
    if roomy > 0 {
        facts.push(format!(
            "left free for the change, as an old rule and its new ones are there together for a while: a \
             unit or more in the proposals of {}",
            counted(roomy as u64, "group")
        ));
    }
    let over = findings.relations.over_quota.iter();
    facts.extend(over.map(|over| format!("over quota: {}", over_quota(world, over))));
    facts.extend(unknown(world, findings));
    match replay {
        Some(replay) => facts.extend(replayed(replay)),
        None => facts.push("no replay: the records could not be read twice".to_owned()),
    }
    facts.extend(findings.notes.iter().cloned());
    facts
}

/// What is not known, or too much.
fn unknown(world: &World, findings: &Findings) -> Vec<String> {
    let mut facts = Vec::new();
    let silent: usize = world.silent.iter().map(Vec::len).sum();
    if silent > 0 {
        facts.push(format!(
            "without records, so that what they use is not known and the proposals may shut it: {} \
             with these groups",
            counted(silent as u64, "interface")
        ));
    }
    let perhaps: usize = findings.interfaces.iter().map(|found| found.perhaps.len()).sum();
    if perhaps > 0 {
        facts.push(format!(
            "{} of services may come in only by rules whose sources are not known",
            counted(perhaps as u64, "client")
        ));
    }
    let crowds: usize = world.interfaces.iter().map(|interface| interface.crowds.len()).sum();
    if crowds > 0 {
        facts.push(format!(
            "let in by no rule, and too many to be proposed: clients of {}",
            counted(crowds as u64, "port")
        ));
    }
    if !world.unattached.is_empty() {
        facts.push(format!(
            "with records, and not in the list of interfaces, so not audited: {}",
            counted(world.unattached.len() as u64, "interface")
        ));
    }
    facts
}

/// What was recorded: how much, when, and what is missing.
fn recorded(world: &World) -> String {
    let span = World::span(&world.interfaces);
    let lost = match span.skipdata {
        0 => "no window was lost (SKIPDATA)".to_owned(),
        n => format!(
            "records were lost in {} (SKIPDATA, {})",
            counted(n, "window"),
            percent(n, span.records)
        ),
    };
    let records = counted(span.records, "record");
    format!("{records} {}; {lost}; what is called never used is not in these", window(&span))
}

/// What a replay found.
fn replayed(replay: &Replay) -> Vec<String> {
    let perhaps = match replay.perhaps {
        0 => String::new(),
        n => format!(", {} depend on sources that are not known", grouped(n)),
    };
    let accepted = counted(replay.accepted, "accepted record");
    let blocked = grouped(replay.blocked);
    let mut facts = vec![format!(
        "replay: of {accepted} that came in to services the proposed rules block {blocked}{perhaps}"
    )];
    let (today, proposed) = (replay.rejected_let_in_today, replay.rejected_let_in_proposed);
    let used = replay.rejected_to_used_ports;
    if replay.rejected > 0 {
        facts.push(format!(
            "replay: of {} that came in the rules let in {} today, {} proposed: {} to ports that \
             the source uses, {} to ports that stay open without use",
            counted(replay.rejected, "rejected record"),
            grouped(today),
            grouped(proposed),
            grouped(used),
            grouped(proposed - used),
        ));
    }
    if today > 0 {
        let why = "rejected, although rules of today let it in: a network ACL refused it, or the \
                   rules are newer";
        facts.push(why.to_owned());
    }
    facts
}

/// What is more than a quota.
pub(super) fn over_quota(world: &World, over: &OverQuota) -> String {
    let units = |of: &str, family: Family, units: usize, quota: usize| {
        format!("{of} has {} {}, allowed are {}", units, family.units(), quota)
    };
    match over {
        OverQuota::RulesOfGroup { group, family, units: n, quota } => {
            units(&world.groups[*group].id, *family, *n, *quota)
        }
        OverQuota::GroupsOfInterface { interface, n_groups, quota } => {
            format!("{interface} carries {n_groups} groups, allowed are {quota}")
        }
        OverQuota::RulesOfInterface { interface, family, units: n, quota } => {
            units(interface, *family, *n, *quota)
        }
    }
}
