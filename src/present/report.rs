//! The answers as a file: what `solve` writes and `check` reads back.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::groups::Solved;
use crate::logs::evidence::table::time;
use crate::logs::evidence::{Class, Records};
use crate::logs::inputs::{Reading, Seen};
use crate::problem::certificate::{Certificate, Repairs, Witness};
use crate::problem::cover::Cover;
use crate::problem::instance::{Budget, Instance};
use crate::problem::limits::LimitSpec;
use crate::problem::port_list::Entry;
use crate::problem::ports::Span;
use crate::solve::answer::Answer;
use crate::solve::record::{GroupRecord, OutcomeName, SecurityGroupsRecord, rule_records};

/// The file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of the tool.
    pub version: String,
    /// How the inputs were read.
    #[serde(default)]
    pub reading: Reading,
    /// Records of the flow logs, if there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<Records>,
    /// An answer for each instance.
    pub answers: Vec<AnswerRecord>,
}

/// The answer for one instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the answer, by name")]
pub struct AnswerRecord {
    /// The port list, or none for flow logs.
    pub input: Option<String>,
    pub interface: Option<String>,
    /// What the flow logs of the interface cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<SeenRecord>,
    /// The units that the rules may take: the quota less the reserve. Of the IPv4 quota where zones
    /// tell the families apart.
    pub budget: usize,
    /// The same of the IPv6 quota, with zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_ipv6: Option<usize>,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reserve: usize,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reserve_ipv6: usize,
    pub limits: LimitSpec,
    /// Rules of outer zones serve inner ones.
    #[serde(default, skip_serializing_if = "is_false")]
    pub share_outer: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Entry>,
    pub solver: String,
    pub outcome: OutcomeName,
    pub n_rules: Option<usize>,
    /// Quota units: one for each rule, unless zones say otherwise; IPv4 where these tell families
    /// apart.
    pub units: Option<usize>,
    /// Units of the IPv6 quota, with zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units_ipv6: Option<usize>,
    pub open_ports: Option<u64>,
    pub cost: Option<u64>,
    pub bound: Option<u64>,
    /// The independent checker accepted everything that the answer claims.
    pub verified: bool,
    pub groups: Vec<GroupRecord>,
    /// The rules by security group, where several were allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_groups: Option<SecurityGroupsRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repairs: Option<Repairs>,
}

/// What the flow logs of an interface cover, and the ports that they show, by class.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are those of the answer, by name")]
pub struct SeenRecord {
    /// Earliest start of a record.
    pub from: Option<String>,
    /// Latest end.
    pub to: Option<String>,
    pub records: u64,
    pub skipdata: u64,
    pub ports: BTreeMap<Class, u64>,
}

impl From<&Seen> for SeenRecord {
    fn from(seen: &Seen) -> Self {
        let times = seen.span.times();
        Self {
            from: times.map(|(start, _)| time(start)),
            to: times.map(|(_, end)| time(end)),
            records: seen.span.records,
            skipdata: seen.span.skipdata,
            ports: seen.classes.clone(),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(so: &bool) -> bool {
    !*so
}

impl Solved {
    /// What stands in the file.
    #[must_use]
    pub fn record(&self) -> AnswerRecord {
        let facts = self.answer.cover().map(|(_, facts)| facts);
        let with_zones = self.source.zones.is_some();
        let (certificate, witness, repairs) = match self.answer.clone() {
            Answer::Optimal { certificate, .. } | Answer::Feasible { certificate, .. } => {
                (Some(certificate), None, None)
            }
            Answer::Infeasible { witness, mut repairs } => {
                // In terms of the flags, which the reserve comes out of.
                repairs.max_rules = repairs.max_rules.saturating_add(self.reserve.ipv4);
                if let Some(ipv6) = &mut repairs.max_rules_ipv6 {
                    *ipv6 = ipv6.saturating_add(self.reserve.ipv6);
                }
                (None, Some(witness), Some(repairs))
            }
            Answer::Unknown => (None, None, None),
        };
        AnswerRecord {
            input: self.source.input.clone(),
            interface: self.source.interface.clone(),
            seen: self.source.seen.as_ref().map(SeenRecord::from),
            budget: self.instance.budget().ipv4,
            budget_ipv6: with_zones.then_some(self.instance.budget().ipv6),
            reserve: self.reserve.ipv4,
            reserve_ipv6: self.reserve.ipv6,
            limits: self.instance.limits().spec().clone(),
            share_outer: self.instance.shares_outer(),
            dropped: self.dropped.clone(),
            solver: self.solver.to_owned(),
            outcome: OutcomeName::of(&self.answer),
            n_rules: facts.map(|facts| facts.n_rules),
            units: facts.map(|facts| facts.units.ipv4),
            units_ipv6: facts.filter(|_| with_zones).map(|facts| facts.units.ipv6),
            open_ports: facts.map(|facts| facts.open_ports),
            cost: facts.map(|facts| facts.cost),
            bound: self.answer.bound(),
            verified: self.answer != Answer::Unknown,
            groups: self.groups(),
            security_groups: None,
            certificate,
            witness,
            repairs,
        }
    }

    fn groups(&self) -> Vec<GroupRecord> {
        let covers = self.answer.cover().map(|(cover, _)| cover);
        let groups = self.instance.groups().iter().enumerate();
        groups
            .map(|(i, group)| {
                let rules = covers.map(|cover| rule_records(group.runs(), &cover.groups[i]));
                GroupRecord { rules: rules.unwrap_or_default(), ..GroupRecord::of(group) }
            })
            .collect()
    }
}

impl AnswerRecord {
    /// The units that the answer may take.
    #[must_use]
    pub fn budget(&self) -> Budget {
        Budget { ipv4: self.budget, ipv6: self.budget_ipv6.unwrap_or(0) }
    }

    /// The cover that the file claims for an instance; rules of groups that the instance does not
    /// have come last, where the checker refuses them.
    #[must_use]
    pub fn cover(&self, instance: &Instance) -> Cover {
        let mut rules: HashMap<_, Vec<Span>> = HashMap::new();
        for group in &self.groups {
            let spans = group.rules.iter().map(|rule| rule.span);
            rules.entry(group.key()).or_default().extend(spans);
        }
        let groups = instance.groups().iter().map(GroupRecord::of).collect::<Vec<_>>();
        let groups = groups.iter().map(|group| rules.remove(&group.key()).unwrap_or_default());
        let mut groups: Vec<Vec<Span>> = groups.collect();
        groups.extend(rules.into_values().filter(|spans| !spans.is_empty()));
        Cover { groups }
    }
}
