//! Rules as AWS takes them: what every format is given.

use thiserror::Error;

use crate::groups::Solved;
use crate::groups::{Description, Peer, ProposedRule, SecurityGroupId};
use crate::solve::answer::Answer;

use super::text;

/// The rules of one interface or port list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSet {
    /// What people call it.
    pub name: String,
    /// The port list that it is, or none for flow logs.
    pub input: Option<String>,
    /// The interface, where there is one.
    pub interface: Option<String>,
    /// What there is to say about it, for people.
    pub facts: Vec<String>,
    /// Earliest start and latest end of the records.
    pub window: Option<(u32, u32)>,
    /// The rules of each security group, at least one group.
    pub groups: Vec<GroupRules>,
}

/// The rules of one security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRules {
    /// The group, where it is named.
    pub id: Option<SecurityGroupId>,
    /// The rules in order.
    pub rules: Vec<ProposedRule>,
}

/// A rule with one of its sources, as AWS counts it.
#[derive(Debug, Clone, Copy)]
pub struct SingleRule<'a> {
    /// Which security group of the set it belongs to.
    pub group: usize,
    /// The rule.
    pub rule: &'a ProposedRule,
    /// The source.
    pub peer: &'a Peer,
}

impl RuleSet {
    /// The rules of an answer, as they are shared out.
    #[must_use]
    pub fn new(solved: &Solved, groups: Vec<GroupRules>) -> Self {
        let how = match &solved.answer {
            Answer::Optimal { .. } => Some(
                "the independent checker has accepted the proof that no rules within the budget cost less",
            ),
            Answer::Feasible { .. } => {
                Some("the independent checker has accepted the rules and the proof of the bound")
            }
            _ => None,
        };
        let version = concat!("rangecover ", env!("CARGO_PKG_VERSION"));
        let mut facts = text::facts(solved);
        facts.extend(how.map(|how| format!("{version}: {how}")));
        Self {
            name: solved.source.name(),
            input: solved.source.input.clone(),
            interface: solved.source.interface.clone(),
            facts,
            window: solved.source.seen.as_ref().and_then(|seen| seen.span.times()),
            groups,
        }
    }

    /// Each rule with each of its sources, in order.
    pub fn single_rules(&self) -> impl Iterator<Item = SingleRule<'_>> {
        self.groups.iter().enumerate().flat_map(|(group, rules)| {
            rules.rules.iter().flat_map(move |rule| {
                rule.peers.iter().map(move |peer| SingleRule { group, rule, peer })
            })
        })
    }

    /// Whether there is any rule.
    #[must_use]
    pub fn has_rules(&self) -> bool {
        self.single_rules().next().is_some()
    }

    /// Where a rule comes from.
    #[must_use]
    pub fn description(&self, rule: &ProposedRule) -> Description {
        Description::of_rule(rule, self.window)
    }

    /// The same with one of its groups only.
    #[must_use]
    pub fn only(&self, group: usize) -> Self {
        Self { groups: vec![self.groups[group].clone()], ..self.clone() }
    }

    /// The id of a group, or its number where there are several.
    pub(super) fn group_name(&self, group: usize) -> String {
        let number = || self.number(group).map_or_else(String::new, |number| number.to_string());
        self.groups[group].id.as_ref().map_or_else(number, ToString::to_string)
    }

    /// A number for a group where several of them have no id.
    pub(super) fn number(&self, group: usize) -> Option<usize> {
        (self.groups.len() > 1).then_some(group + 1)
    }
}

/// What one file of a format holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// The rules of one security group.
    OneGroup,
    /// Those of one interface or port list.
    OneSet,
    /// Those of any number of them.
    Sets,
}

/// Why rules cannot be written in a format.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExportError {
    /// More than the format takes.
    #[error("{format} takes at most {most} {what}, these are {found}; {instead}")]
    TooMany {
        /// The format.
        format: &'static str,
        /// What there is too much of.
        what: &'static str,
        /// The most.
        most: usize,
        /// How many there are.
        found: usize,
        /// What would do.
        instead: &'static str,
    },
    /// An id that AWS does not give.
    #[error("'{0}' is not an id of letters, digits and '-', such as sg-0123456789abcdef0")]
    Id(String),
}

/// A format of rules.
pub trait RuleFormat: Sync {
    /// The name on the command line.
    fn name(&self) -> &'static str;

    /// What it is for, in one line.
    fn about(&self) -> &'static str;

    /// The ending of its files.
    fn ending(&self) -> &'static str;

    /// What one file holds.
    fn holds(&self) -> Holds;

    /// A file of no more than it holds, and at least one set.
    ///
    /// # Errors
    /// When there is more than the format takes.
    fn bytes(&self, sets: &[RuleSet]) -> Result<Vec<u8>, ExportError>;
}
