//! The answers as a file: what `solve` writes and `check` reads back.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::logs::evidence::table::time;
use crate::logs::evidence::{Class, Records};
use crate::logs::inputs::{Reading, Seen, Source};
use crate::problem::certificate::{Certificate, Repairs, Witness};
use crate::problem::cover::Cover;
use crate::problem::instance::{Budget, Group, Instance};
use crate::problem::limits::LimitSpec;
use crate::problem::points::Points;
use crate::problem::port_list::Entry;
use crate::problem::ports::Span;
use crate::problem::zones::Quota;
use crate::solve::answer::Answer;

/// An instance with where it comes from and its checked answer.
#[derive(Debug, Clone)]
pub struct Solved {
    /// Where the used ports come from.
    pub source: Source,
    /// What was solved.
    pub instance: Instance,
    /// Units of the quotas that existing rules keep; the budget is what remains.
    pub reserve: Budget,
    /// Used ports that were taken out because they are forbidden.
    pub dropped: Vec<Entry>,
    /// The solver that was asked.
    pub solver: &'static str,
    /// What it answered.
    pub answer: Answer,
}

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

/// The kinds of answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeName {
    /// No cover costs less.
    Optimal,
    /// A cover.
    Feasible,
    /// There is no cover.
    Infeasible,
    /// No cover was found, and none was excluded.
    Unknown,
}

impl OutcomeName {
    /// The kind of an answer.
    #[must_use]
    pub fn of(answer: &Answer) -> Self {
        match answer {
            Answer::Optimal { .. } => Self::Optimal,
            Answer::Feasible { .. } => Self::Feasible,
            Answer::Infeasible { .. } => Self::Infeasible,
            Answer::Unknown => Self::Unknown,
        }
    }

    /// The word in files and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Feasible => "feasible",
            Self::Infeasible => "infeasible",
            Self::Unknown => "unknown",
        }
    }
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

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(n: &u32) -> bool {
    *n == 1
}

/// The rules of one protocol and source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRecord {
    /// The protocol whose ports these are; `ipv4` where the points are addresses, as numbers.
    pub protocol: Points,
    /// Who may connect, by name; none when sources are not told apart.
    pub zone: Option<String>,
    /// The quotas that the rules count in, where families are told apart.
    pub family: Option<Quota>,
    /// Number of used ports.
    pub n_used_ports: u64,
    /// Quota units that each rule takes.
    pub units_per_rule: u32,
    /// What opening a port costs, as a multiple; 1 unless the zone says otherwise.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: u32,
    /// The rules in order; none without a cover.
    pub rules: Vec<RuleRecord>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRecord {
    /// The ports.
    #[serde(flatten)]
    pub span: Span,
    /// Unused ports among them.
    pub open_ports: u64,
}

/// The rules of an answer by security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroupsRecord {
    /// How many there may be.
    pub allowed: usize,
    /// The units that each of them may take; of IPv4 where zones tell families apart.
    pub quota: usize,
    /// The same of the IPv6 quota, with zones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_ipv6: Option<usize>,
    /// The rules of each one in use; none without a cover.
    pub groups: Vec<Vec<PartRecord>>,
}

/// A rule of a security group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRecord {
    /// The group of the answer, by index.
    pub group: usize,
    /// The rule in it, by index.
    pub rule: usize,
    /// Which of the sources of its zone, where others are in other security groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<Vec<String>>,
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

impl GroupRecord {
    /// The record of a group, without rules.
    #[must_use]
    pub fn of(group: &Group) -> Self {
        let terms = group.terms();
        Self {
            protocol: group.points(),
            zone: terms.zone.as_deref().map(str::to_owned),
            family: terms.zone.is_some().then_some(terms.quota),
            n_used_ports: group.n_used_ports(),
            units_per_rule: terms.units,
            weight: terms.weight,
            rules: Vec::new(),
        }
    }

    /// The same without its rules.
    #[must_use]
    pub fn without_rules(&self) -> Self {
        Self { rules: Vec::new(), zone: self.zone.clone(), ..*self }
    }

    /// What tells the group apart from others.
    fn key(&self) -> (Option<&str>, Option<Quota>, Points) {
        (self.zone.as_deref(), self.family, self.protocol)
    }
}

/// Each rule of a cover with the number of ports that it opens.
#[must_use]
pub fn rule_records(runs: &[Span], rules: &[Span]) -> Vec<RuleRecord> {
    let mut runs = runs.iter().peekable();
    rules
        .iter()
        .map(|&span| {
            let mut used = 0;
            while let Some(run) = runs.next_if(|run| run.to() <= span.to()) {
                // Runs before the rule are those that other groups serve.
                used += run.intersection(span).map_or(0, Span::len);
            }
            RuleRecord { span, open_ports: span.len() - used }
        })
        .collect()
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
