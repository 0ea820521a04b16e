//! Everything that an audit finds.

use crate::groups::{Description, ProposedRule, Rule};
use crate::problem::instance::Budget;

use super::caveats::{all_protocols, caveats, opens_all_protocols};
use super::changes::{Changes, changes};
use super::exposure::{Exposure, clients_with, count, exposure, services};
use super::proposal::{Bounds, GroupProposal, Instead, ProposeError, proposals};
use super::relations::{Quotas, Relations, relations};
use super::usage::{RuleFinding, rule_findings};
use super::world::{Contact, Interface, Verdict, World};
use crate::groups::consolidate::{Consolidation, consolidate};

/// What an audit finds.
#[derive(Debug)]
pub struct Findings {
    /// Of each rule, in order.
    pub rules: Vec<RuleFinding>,
    /// Of each interface with records, in order.
    pub interfaces: Vec<InterfaceFinding>,
    /// For each group.
    pub proposals: Vec<GroupProposal>,
    /// The rules of each group under its proposal.
    pub proposed: Vec<Vec<Rule>>,
    /// What turns the judged rules of each group into its proposal; none where they stay.
    pub changes: Vec<Option<Changes>>,
    /// How groups relate to each other.
    pub relations: Relations,
    /// What merging groups would open, where interfaces are known.
    pub consolidation: Option<Consolidation>,
    /// What a user should know.
    pub notes: Vec<String>,
}

/// What is found of an interface.
#[derive(Debug, Clone)]
pub struct InterfaceFinding {
    /// How many of its ports are services.
    pub services: u64,
    /// Who connects to services and is let in by no rule.
    pub blocked: Vec<Contact>,
    /// Who may be let in, by rules of which it is not known who their sources are.
    pub perhaps: Vec<Contact>,
    /// What the rules that exist let in.
    pub today: Exposure,
    /// What the proposed rules let in.
    pub proposed: Exposure,
}

/// Audits groups.
///
/// # Errors
/// When limits refuse the used ports of a group.
pub fn findings(world: &World, bounds: &Bounds) -> Result<Findings, ProposeError> {
    let proposals = proposals(world, bounds)?;
    let groups = world.groups.iter().zip(&proposals);
    let proposed: Vec<Vec<Rule>> =
        groups.clone().map(|(group, proposal)| proposal.rules(&group.rules)).collect();
    let changes =
        groups.enumerate().map(|(at, (_, of))| changes_of(world, bounds, at, of)).collect();
    let interfaces = world.interfaces.iter();
    let quotas = Quotas { rules: bounds.quota.plus(bounds.reserve), ..Quotas::default() };
    let attachments = world.attachments.as_ref();
    let relations = relations(&world.groups, attachments, &world.lists, &quotas);
    Ok(Findings {
        consolidation: attachments
            .map(|attachments| consolidate(&world.groups, attachments, &world.lists, quotas.rules)),
        rules: rule_findings(world, &relations),
        relations,
        interfaces: interfaces.map(|one| interface_finding(world, one, &proposed)).collect(),
        notes: notes(world, &proposals),
        proposals,
        proposed,
        changes,
    })
}

fn interface_finding(
    world: &World,
    interface: &Interface,
    proposed: &[Vec<Rule>],
) -> InterfaceFinding {
    let groups = || interface.groups.iter();
    let today = groups().flat_map(|&group| &world.groups[group].rules);
    let proposed = groups().flat_map(|&group| &proposed[group]);
    InterfaceFinding {
        services: count(&services(interface)),
        blocked: clients_with(world, interface, Verdict::Blocked),
        perhaps: clients_with(world, interface, Verdict::Perhaps),
        today: exposure(world, interface, today),
        proposed: exposure(world, interface, proposed),
    }
}

fn changes_of(
    world: &World,
    bounds: &Bounds,
    group: usize,
    proposal: &GroupProposal,
) -> Option<Changes> {
    let Instead::Rules { rules, .. } = &proposal.instead else { return None };
    let judged = world.judged_rules(group);
    let quota = bounds.quota.less(proposal.kept_units);
    let window = world.window(group);
    // Zones are sources here, which the rule names itself.
    let without_zone = |rule: &ProposedRule| ProposedRule { zone: None, ..rule.clone() };
    let describe =
        |rule: &ProposedRule| Description::of_rule(&without_zone(rule), window).to_string();
    let changes = changes(&judged, rules, describe, &world.lists, quota);
    Some(Changes { caveats: caveats(world, group, proposal), ..changes })
}

fn notes(world: &World, proposals: &[GroupProposal]) -> Vec<String> {
    let mut notes = Vec::new();
    for ((at, group), proposal) in world.groups.iter().enumerate().zip(proposals) {
        let is_replaced = matches!(proposal.instead, Instead::Rules { .. });
        if is_replaced && opens_all_protocols(world, at) && !world.without_ports.is_empty() {
            notes.push(format!("{}: {}", group.id, all_protocols(world)));
        }
        if !proposal.dropped.is_empty() {
            let dropped: Vec<String> = proposal.dropped.iter().map(ToString::to_string).collect();
            notes.push(format!("{}: dropped {}", group.id, dropped.join(", ")));
        }
    }
    notes
}

impl Findings {
    /// The units of the rules of a group: those that exist, and the proposed ones.
    #[must_use]
    pub fn units(&self, world: &World, group: usize) -> [Budget; 2] {
        [&world.groups[group].rules, &self.proposed[group]].map(|rules| world.lists.units(rules))
    }
}
