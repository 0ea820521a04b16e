//! What whoever applies a proposal should know: how far the records behind it carry.

use crate::groups::Allowed;
use crate::logs::evidence::Span;
use crate::logs::evidence::table::time;
use crate::problem::instance::Budget;
use crate::problem::number::{counted, duration, grouped, percent, units};

use super::proposal::GroupProposal;
use super::world::{Interface, World};

/// Names that are said before the rest is only counted.
const NAMED: usize = 3;

/// When records were taken, for people.
#[must_use]
pub fn window(span: &Span) -> String {
    match span.times() {
        Some((start, end)) => {
            format!("from {} to {} ({})", time(start), time(end), duration(end - start))
        }
        None => "of unknown times".to_owned(),
    }
}

/// What is said of the proposal for a group, a sentence each.
pub(super) fn caveats(world: &World, group: usize, proposal: &GroupProposal) -> Vec<String> {
    let span = World::span(world.carriers(group));
    let interfaces = counted(world.carriers(group).count() as u64, "interface");
    let records = counted(span.records, "record");
    let mut caveats = vec![format!(
        "Judged by {records} of {interfaces}, {}. What is used more rarely is not in them, and may \
         be shut.",
        window(&span)
    )];
    if span.skipdata > 0 {
        caveats.push(format!(
            "{} of these ({}) are windows of which AWS lost records (SKIPDATA).",
            grouped(span.skipdata),
            percent(span.skipdata, span.records)
        ));
    }
    if let Some(room) = room(proposal) {
        caveats.push(format!(
            "The proposal leaves {room} free, so that rules can be replaced within the quota."
        ));
    }
    let silent: Vec<&str> = world.silent[group].iter().map(String::as_str).collect();
    if !silent.is_empty() {
        caveats.push(unseen("without any record", &silent));
    }
    let idle = |interface: &&Interface| interface.clients().next().is_none();
    let idle: Vec<&str> = world.carriers(group).filter(idle).map(Interface::shown).collect();
    if !idle.is_empty() {
        caveats.push(unseen("with records, but without any client of a service", &idle));
    }
    if !world.unattached.is_empty() {
        caveats.push(format!(
            "WARNING: {} with records are not in the list of interfaces, and may carry the group: \
             what they use was not looked at.",
            counted(world.unattached.len() as u64, "interface")
        ));
    }
    if !proposal.additions.is_empty() {
        caveats.push(format!(
            "New rules let in {} that no rule lets in today, as records show that they came in. \
             Leave these out where a rule was taken away on purpose.",
            counted(proposal.additions.len() as u64, "client")
        ));
    }
    if opens_all_protocols(world, group) {
        caveats.push(format!("WARNING: {}.", all_protocols(world)));
    }
    caveats
}

/// The units that a proposal leaves free for its change, if it does.
#[must_use]
pub fn room(proposal: &GroupProposal) -> Option<String> {
    let room = proposal.room;
    (room != Budget::default()).then(|| units(room, ""))
}

/// That what some interfaces of a group use is not known.
fn unseen(how: &str, names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let more =
        if more > 0 { format!(", and {} more", grouped(more as u64)) } else { String::new() };
    format!(
        "WARNING: {} of this group {how}, so that what is needed there is not known, and may be \
         shut: {}{more}.",
        counted(names.len() as u64, "interface"),
        names[..names.len().min(NAMED)].join(", ")
    )
}

/// Whether a rule that a proposal replaces lets in what has no ports.
pub(super) fn opens_all_protocols(world: &World, group: usize) -> bool {
    let mut rules = world.groups[group].rules.iter();
    rules.any(|rule| rule.allowed == Allowed::All && world.judges(rule))
}

/// What becomes of protocols without ports.
pub(super) fn all_protocols(world: &World) -> String {
    let seen: Vec<String> = world.without_ports.keys().map(ToString::to_string).collect();
    let seen = match seen.as_slice() {
        [] => "the logs have no other accepted records".to_owned(),
        _ => format!(
            "the logs have accepted records of protocol {}, for which it may need a rule",
            seen.join(", ")
        ),
    };
    format!("a rule lets all protocols in, and the proposal only TCP and UDP ports: {seen}")
}
