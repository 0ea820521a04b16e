//! Proofs that travel with an answer.
//!
//! A tangent is a price and some windows of holes with multipliers: a solution of the dual of the
//! covering program, so it proves a lower bound on the front of a class whatever it holds. A
//! certificate is a set of tangents; what all classes cost together is bounded by joining the
//! bounds of each. A witness is a set of disjoint windows, each of which needs a kept hole. Both
//! name a window by the rule that may not be: from the start of one run to the end of another.
//!
//! `McConnell`, Mehlhorn, Näher and Schweitzer, "Certifying algorithms", 2011, is the idea.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A rule that no limit allows, from the start of a run to the end of a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedRule {
    /// Index of the group, from 0.
    pub group: usize,
    /// First port of the first run.
    pub from: u32,
    /// Last port of the last run.
    pub to: u32,
}

/// A window with its multiplier in the dual, `y_w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multiplier {
    /// The window.
    #[serde(flatten)]
    pub rule: BlockedRule,
    /// `y_w`, in units of cost.
    pub multiplier: u64,
}

/// A straight line that no point of the front of a class is below: `(t, y)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tangent {
    /// Index of the class among the [classes](crate::problem::instance::Instance::classes), from 0: groups
    /// whose rules take the same units of the same quotas, in order of their first group.
    pub class: usize,
    /// The price per rule, `t`, in units of cost.
    pub price: u64,
    /// The windows with a positive multiplier.
    pub windows: Vec<Multiplier>,
}

/// A node of a tree of cases, for instances whose outer rules serve inner groups.
///
/// A branch tells the covers apart in which a rule of the group contains the hole from those in
/// which none does; first comes the tree of the former, then that of the latter. A leaf proves a
/// bound for all covers of its case: its tangents are those of the
/// [relaxation](crate::problem::instance::Instance::sharing) in which runs that may be served are left out,
/// whose groups and classes are counted without those that have no runs left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Node {
    /// Two cases.
    Branch {
        /// Index of the group, from 0.
        group: usize,
        /// First port of the hole.
        hole: u32,
    },
    /// One case; a leaf without any cover needs no tangents.
    Leaf {
        /// As many for each class as it takes.
        tangents: Vec<Tangent>,
        /// What proves more than the tangents, if something does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tolls: Option<Tolls>,
    },
}

/// Prices of units and of service, in which outer rules and inner runs are settled with each other.
///
/// A run that is served pays a toll for each hole that the outer rule over it bridges; whoever
/// bridges the hole gets it. All sums are multiples of one over the scale.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tolls {
    /// What one unit of cost is here, at least 1.
    pub scale: u32,
    /// The price of a unit of the quota of IPv4 rules.
    pub ipv4: u64,
    /// The price of a unit of the quota of IPv6 rules.
    pub ipv6: u64,
    /// The tolls that are not 0.
    pub tolls: Vec<Toll>,
}

/// What a run pays for a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Toll {
    /// Index of the group that is served.
    pub group: usize,
    /// First port of the run.
    pub run: u32,
    /// Index of the group that serves it.
    pub outer: usize,
    /// First port of the hole.
    pub hole: u32,
    /// What the one pays and the other gets.
    pub toll: u64,
}

/// A proof of a lower bound on the cost of every cover within the budget.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Form", into = "Form")]
pub struct Certificate {
    /// As many for each class as it takes; one is enough where there is one class.
    pub tangents: Vec<Tangent>,
    /// Instead of tangents where outer rules serve inner groups, in preorder; else empty.
    pub tree: Vec<Node>,
}

impl From<Vec<Tangent>> for Certificate {
    fn from(tangents: Vec<Tangent>) -> Self {
        Self { tangents, tree: Vec::new() }
    }
}

/// A certificate as it is written: where there is one class, `(t, y)` alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form {
    Tree { tree: Vec<Node> },
    One { price: u64, windows: Vec<Multiplier> },
    Several { tangents: Vec<Tangent> },
}

impl From<Form> for Certificate {
    fn from(form: Form) -> Self {
        match form {
            Form::One { price, windows } => vec![Tangent { class: 0, price, windows }].into(),
            Form::Several { tangents } => tangents.into(),
            Form::Tree { tree } => Self { tangents: Vec::new(), tree },
        }
    }
}

impl From<Certificate> for Form {
    fn from(Certificate { mut tangents, tree }: Certificate) -> Self {
        if !tree.is_empty() {
            return Self::Tree { tree };
        }
        match &mut tangents[..] {
            [Tangent { class: 0, price, windows }] => {
                Self::One { price: *price, windows: std::mem::take(windows) }
            }
            _ => Self::Several { tangents },
        }
    }
}

/// A proof that no cover stays within the budget.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// Disjoint windows; each needs a rule to end inside it.
    pub windows: Vec<BlockedRule>,
    /// Instead of windows where outer rules serve inner groups: a tree without a case that has a
    /// cover.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tree: Vec<Node>,
}

/// What would make an infeasible instance feasible: these budgets, or another `max_open_ports`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repairs {
    /// The least budget that works under these limits; where outer rules serve inner groups, the
    /// least that works without that.
    pub max_rules: usize,
    /// The least budget of IPv6 rules that works, where some rules count in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rules_ipv6: Option<usize>,
    /// The least `max_open_ports` that works under this budget, if one does.
    pub max_open_ports: Option<u64>,
    /// Why no `max_open_ports` works, where none does.
    pub reason: Option<String>,
}

impl fmt::Display for BlockedRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{} of group {}", self.from, self.to, self.group)
    }
}
