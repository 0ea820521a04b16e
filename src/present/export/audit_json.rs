//! An audit as JSON, with everything that it found.

use std::collections::BTreeMap;

use serde::Serialize;

use super::audit_contacts_json::ContactRecord;
use super::audit_facts::over_quota;
use super::audit_rules_json::{ProposalRecord, RuleRecord};
use crate::groups::audit::{
    Findings, Interface, InterfaceFinding, Ports, Replay, Unused, World, count,
};
use crate::logs::evidence::table::time;
use crate::logs::evidence::{Class, Records, Span};
use crate::problem::instance::Budget;
use crate::problem::ports::Protocol;

/// The file.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct AuditRecord<'a> {
    pub version: &'static str,
    /// Records of the flow logs.
    pub records: Option<Records>,
    /// When the records of the audited interfaces were taken; what is used more rarely is not in
    /// them.
    pub window: Option<WindowRecord>,
    pub groups: Vec<GroupRecord<'a>>,
    pub interfaces: Vec<InterfaceRecord<'a>>,
    /// Interfaces with records whose groups are not known.
    pub unattached: &'a [String],
    /// The records once more, against the rules; none where they cannot be read twice.
    pub replay: Option<Replay>,
    /// What merging groups would open, for each number of groups; empty without interfaces.
    pub merging: Vec<MergingRecord<'a>>,
    /// Whether there is no merging to fewer groups; otherwise the search ended there.
    pub merging_is_complete: Option<bool>,
    /// What is more than a quota.
    pub over_quota: Vec<String>,
    pub notes: &'a [String],
}

/// Groups merged to fewer.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct MergingRecord<'a> {
    pub n_groups: usize,
    /// Ports that are newly open.
    pub cost: u64,
    /// No merging to as many groups opens fewer.
    pub bound: u64,
    pub merged: Vec<Vec<&'a str>>,
}

/// A group.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct GroupRecord<'a> {
    pub group: &'a str,
    pub name: Option<&'a str>,
    pub vpc: Option<&'a str>,
    pub interfaces: Vec<&'a str>,
    pub interfaces_without_records: &'a [String],
    pub units: Budget,
    /// Groups of the same network that allow the same.
    pub same_as: Vec<&'a str>,
    /// Groups of the same network that allow more.
    pub allowed_by: Vec<&'a str>,
    /// `idle`: on no interface, and no rule refers to it; or `without-rules`.
    pub unused: Option<&'static str>,
    pub rules: Vec<RuleRecord<'a>>,
    pub proposal: ProposalRecord<'a>,
}

/// When records were taken.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct WindowRecord {
    pub start: String,
    pub end: String,
    pub seconds: u32,
}

impl WindowRecord {
    fn new(span: &Span) -> Option<Self> {
        let (start, end) = span.times()?;
        Some(Self { start: time(start), end: time(end), seconds: end - start })
    }
}

/// An interface.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct InterfaceRecord<'a> {
    pub interface: Option<&'a str>,
    pub groups: Vec<&'a str>,
    /// Groups of which nothing is known.
    pub unknown_groups: &'a [String],
    /// How many ports there are of each class.
    pub classes: &'a BTreeMap<Class, u64>,
    /// Records of it, whatever became of the traffic.
    pub records: u64,
    /// Of these, windows of which records were lost.
    pub skipdata: u64,
    pub window: Option<WindowRecord>,
    /// How many of its ports are services.
    pub services: u64,
    /// Clients of services that no rule lets in today.
    pub blocked: Vec<ContactRecord>,
    /// Clients of services that may come in by rules whose sources are not known.
    pub perhaps: Vec<ContactRecord>,
    /// Services with more clients in no known source than are listed, and about how many.
    pub crowds: Vec<CrowdRecord>,
    /// Ports that the rules of today open to somebody and nobody uses, each once.
    pub unused: u64,
    /// The same of the proposed rules.
    pub unused_proposed: u64,
    /// The same of today for each source: ports that nobody of the source uses.
    pub unused_by_source: Vec<UnusedRecord>,
    /// Ports that the rules of today open to everybody.
    pub open_to_world: Vec<String>,
}

/// Many clients.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct CrowdRecord {
    pub protocol: Protocol,
    pub port: u16,
    pub addresses: u64,
}

/// Ports that are open to a source and never used.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct UnusedRecord {
    pub source: String,
    pub ports: u64,
    pub ranges: Vec<String>,
}

/// What an audit found, as it is written.
#[must_use]
pub fn record<'a>(
    world: &'a World,
    findings: &'a Findings,
    replay: Option<Replay>,
    records: Option<Records>,
) -> AuditRecord<'a> {
    let interfaces = world.interfaces.iter().zip(&findings.interfaces);
    let id = |&at: &usize| world.groups[at].id.as_str();
    let partitions = findings.consolidation.iter().flat_map(|found| &found.partitions);
    let merging = partitions.map(|partition| MergingRecord {
        n_groups: partition.n_groups,
        cost: partition.cost,
        bound: partition.bound,
        merged: partition.merged.iter().map(|one| one.iter().map(id).collect()).collect(),
    });
    let over = findings.relations.over_quota.iter();
    AuditRecord {
        version: env!("CARGO_PKG_VERSION"),
        records,
        window: WindowRecord::new(&World::span(&world.interfaces)),
        groups: (0..world.groups.len()).map(|at| group(world, findings, at)).collect(),
        interfaces: interfaces.map(|(of, found)| InterfaceRecord::new(world, of, found)).collect(),
        unattached: &world.unattached,
        replay,
        merging: merging.collect(),
        merging_is_complete: findings.consolidation.as_ref().map(|found| found.is_complete),
        over_quota: over.map(|over| over_quota(world, over)).collect(),
        notes: &findings.notes,
    }
}

fn group<'a>(world: &'a World, findings: &'a Findings, at: usize) -> GroupRecord<'a> {
    let group = &world.groups[at];
    let [units, proposed] = findings.units(world, at);
    let rules = findings.rules.iter().filter(|found| found.at.group == at);
    let changes = findings.changes[at].as_ref();
    let relations = &findings.relations;
    let ids = |places: &[usize]| {
        let others = places.iter().filter(|&&other| other != at);
        others.map(|&other| world.groups[other].id.as_str()).collect()
    };
    let same = relations.duplicates.iter().find(|same| same.contains(&at));
    let subset = relations.subsets.iter().find(|subset| subset.group == at);
    let unused = relations.unused.iter().find(|(group, _)| *group == at);
    GroupRecord {
        same_as: same.map(|same| ids(same)).unwrap_or_default(),
        allowed_by: subset.map(|subset| ids(&subset.of)).unwrap_or_default(),
        unused: unused.map(|(_, why)| match why {
            Unused::Idle => "idle",
            Unused::WithoutRules => "without-rules",
        }),
        group: &group.id,
        name: group.name.as_deref(),
        vpc: group.vpc.as_deref(),
        interfaces: world.carriers(at).filter_map(|of| of.name.as_deref()).collect(),
        interfaces_without_records: &world.silent[at],
        units,
        rules: rules.map(|found| RuleRecord::new(world, found)).collect(),
        proposal: ProposalRecord::new(&findings.proposals[at], proposed, changes),
    }
}

impl<'a> InterfaceRecord<'a> {
    fn new(world: &'a World, interface: &'a Interface, found: &InterfaceFinding) -> Self {
        let crowds = interface.crowds.iter();
        let unused = found.today.unused_by_source.iter();
        Self {
            interface: interface.name.as_deref(),
            groups: interface.groups.iter().map(|&at| world.groups[at].id.as_str()).collect(),
            unknown_groups: &interface.strangers,
            classes: &interface.classes,
            records: interface.span.records,
            skipdata: interface.span.skipdata,
            window: WindowRecord::new(&interface.span),
            services: found.services,
            blocked: found.blocked.iter().map(ContactRecord::new).collect(),
            perhaps: found.perhaps.iter().map(ContactRecord::new).collect(),
            crowds: crowds
                .map(|crowd| CrowdRecord {
                    protocol: crowd.protocol,
                    port: crowd.port,
                    addresses: crowd.addresses,
                })
                .collect(),
            unused: count(&found.today.unused),
            unused_proposed: count(&found.proposed.unused),
            unused_by_source: unused
                .map(|(source, ports)| UnusedRecord {
                    source: source.to_string(),
                    ports: count(ports),
                    ranges: ranges(ports),
                })
                .collect(),
            open_to_world: ranges(&found.today.open_to_world),
        }
    }
}

/// `tcp/80-86` for each run.
fn ranges(ports: &Ports) -> Vec<String> {
    let runs = ports.iter().flat_map(|(protocol, ports)| {
        ports.runs().into_iter().map(move |run| format!("{protocol}/{run}"))
    });
    runs.collect()
}
