//! The rules of an audit as JSON: those that exist, and the proposed ones.

use std::collections::BTreeMap;

use serde::Serialize;

use super::audit_contacts_json::ContactRecord;
use crate::groups::audit::{Changes, Doubt, GroupProposal, Instead, RuleFinding, Usage, World};
use crate::groups::{Allowed, ProposedRule, Rule};
use crate::logs::evidence::Class;
use crate::logs::evidence::table::time;
use crate::problem::certificate::Certificate;
use crate::problem::instance::Budget;
use crate::problem::ports::{Protocol, Span};
use crate::solve::record::OutcomeName;

/// What a rule lets in.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct AllowedRecord {
    /// As `IpProtocol` of AWS.
    pub protocol: String,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp_type: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp_code: Option<u8>,
    pub source: String,
}

/// A rule that exists.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct RuleRecord<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    #[serde(flatten)]
    pub allowed: AllowedRecord,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// `used`, `no-service`, `never` or `not-judged`.
    pub usage: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// Records of both directions; where it has no ports, of its protocol on all interfaces.
    pub flows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<String>,
    /// Ports that are no services, by class, where it has no others.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: BTreeMap<Class, u64>,
    /// How many of its ports are services that somebody reaches by it.
    pub used_ports: u64,
    /// How many ports it has; none if it is not about ports.
    pub ports: Option<u64>,
    /// Rules that together let in all that it does, on the same interfaces.
    pub covered_by: Vec<CoveringRecord<'a>>,
    pub open_to_world: bool,
    pub quota: &'static str,
    pub units: u32,
}

/// A rule that lets in what another does.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct CoveringRecord<'a> {
    pub group: &'a str,
    /// Its place in the group, from 0.
    pub rule: usize,
}

/// What would do.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct ProposalRecord<'a> {
    /// `optimal`, `feasible`, `infeasible`, `unknown` or `not-judged`.
    pub outcome: &'static str,
    pub units: Budget,
    /// Units that stay free, so that rules can be replaced within the quota.
    pub room: Budget,
    /// The places of the rules that stay because they are not judged.
    pub kept: &'a [usize],
    pub rules: Vec<ProposedRecord>,
    /// Ports that the rules open and no interface of the group uses, summed over sources.
    pub open_ports: Option<u64>,
    pub certificate: Option<&'a Certificate>,
    /// The quotas that would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<Budget>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_open_ports: Option<u64>,
    /// Clients of services that no rule lets in today, and the proposal does.
    pub additions: Vec<ContactRecord>,
    /// Used ports that are left out because they are forbidden.
    pub dropped: Vec<String>,
    pub changes: Option<ChangesRecord>,
}

/// A proposed rule.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct ProposedRecord {
    pub protocol: Protocol,
    #[serde(flatten)]
    pub span: Span,
    pub sources: Vec<String>,
    pub used_ports: u64,
    pub open_ports: u64,
}

/// How many rules change.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct ChangesRecord {
    pub keep: usize,
    pub narrow: usize,
    pub add: usize,
    pub remove: usize,
    /// What whoever applies them should know, a sentence each.
    pub caveats: Vec<String>,
}

impl AllowedRecord {
    fn new(rule: &Rule) -> Self {
        let (protocol, span, icmp_type, icmp_code) = match rule.allowed {
            Allowed::Ports { protocol, span } => {
                (protocol.name().to_owned(), Some(span), None, None)
            }
            Allowed::Icmp { v6, kind, code } => {
                let name = if v6 { "icmpv6" } else { "icmp" };
                (name.to_owned(), None, kind, code)
            }
            Allowed::Protocol(number) => (number.to_string(), None, None, None),
            Allowed::All => ("-1".to_owned(), None, None, None),
        };
        Self { protocol, span, icmp_type, icmp_code, source: rule.peer.to_string() }
    }
}

impl<'a> RuleRecord<'a> {
    pub(super) fn new(world: &'a World, found: &RuleFinding) -> Self {
        let rule = world.rule(found.at);
        let (mut flows, mut last_seen, mut classes) = (None, None, BTreeMap::new());
        let (usage, reason) = match &found.usage {
            Usage::Used { flows: n, last } => {
                (flows, last_seen) = (Some(*n), last.map(time));
                ("used", None)
            }
            Usage::NoService { classes: of } => {
                classes.clone_from(of);
                ("no-service", None)
            }
            Usage::Never => ("never", None),
            Usage::NotJudged(doubt) => {
                if let Doubt::NoPorts { records } = doubt {
                    flows = Some(*records);
                }
                ("not-judged", Some(doubt.reason()))
            }
        };
        let covering = found.covered_by.iter();
        Self {
            id: rule.id.as_deref(),
            allowed: AllowedRecord::new(rule),
            description: rule.description.as_deref(),
            usage,
            reason,
            flows,
            last_seen,
            classes,
            used_ports: found.used_ports,
            ports: found.ports,
            covered_by: covering
                .map(|at| CoveringRecord { group: &world.groups[at.group].id, rule: at.rule })
                .collect(),
            open_to_world: found.is_open_to_world,
            quota: found.quota.name(),
            units: found.units,
        }
    }
}

impl<'a> ProposalRecord<'a> {
    pub(super) fn new(
        proposal: &'a GroupProposal,
        units: Budget,
        changes: Option<&Changes>,
    ) -> Self {
        let mut record = Self {
            outcome: "not-judged",
            units,
            room: proposal.room,
            kept: &proposal.kept,
            rules: Vec::new(),
            open_ports: None,
            certificate: None,
            needed: None,
            max_open_ports: None,
            additions: proposal.additions.iter().map(ContactRecord::new).collect(),
            dropped: proposal.dropped.iter().map(ToString::to_string).collect(),
            changes: changes.map(|changes| ChangesRecord {
                keep: changes.keep.len(),
                narrow: changes.narrow.len(),
                add: changes.add.len(),
                remove: changes.remove.len(),
                caveats: changes.caveats.clone(),
            }),
        };
        match &proposal.instead {
            Instead::Rules { rules, answer } => {
                record.outcome = OutcomeName::of(answer).name();
                record.rules = rules.iter().map(ProposedRecord::new).collect();
                record.open_ports = answer.cover().map(|(_, facts)| facts.open_ports);
                record.certificate = answer.certificate();
            }
            Instead::Infeasible { answer, needed, max_open_ports } => {
                record.outcome = OutcomeName::of(answer).name();
                record.needed = Some(*needed);
                record.max_open_ports = *max_open_ports;
            }
            Instead::Undecided => record.outcome = OutcomeName::Unknown.name(),
            Instead::NotJudged => {}
        }
        record
    }
}

impl ProposedRecord {
    fn new(rule: &ProposedRule) -> Self {
        Self {
            protocol: rule.protocol,
            span: rule.span,
            sources: rule.peers.iter().map(ToString::to_string).collect(),
            used_ports: rule.used_ports,
            open_ports: rule.open_ports,
        }
    }
}
