//! What files say of answers: outcomes, groups, and rules with what they open.

use serde::{Deserialize, Serialize};

use crate::problem::instance::Group;
use crate::problem::points::Points;
use crate::problem::ports::Span;
use crate::problem::zones::Quota;
use crate::solve::answer::Answer;

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
    #[must_use]
    pub fn key(&self) -> (Option<&str>, Option<Quota>, Points) {
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
