//! What can be wrong with a claim.

use thiserror::Error;

use crate::problem::certificate::{BlockedRule, Toll};
use crate::problem::instance::Budget;
use crate::problem::ports::Span;

/// The first thing that is wrong with a claim.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say what the fields are")]
pub enum Violation {
    #[error("the cover has {rules} groups of rules, the instance has {groups} groups of ports")]
    Groups { rules: usize, groups: usize },
    #[error("{taken} {what} are over the budget of {budget}")]
    Budget { what: &'static str, taken: usize, budget: usize },
    #[error(
        "rule {group}/{rule} does not start at the first used port not yet covered, {expected}"
    )]
    Start { group: String, rule: Span, expected: u32 },
    #[error("rule {group}/{rule} does not end at the end of a run of used ports")]
    End { group: String, rule: Span },
    #[error("used port {group}/{port} is in no rule")]
    Uncovered { group: String, port: u32 },
    #[error("rule {group}/{rule} covers no used port that earlier rules left")]
    Superfluous { group: String, rule: Span },
    #[error("rule {group}/{rule} breaks {limit}: it has {found}, {most} are allowed")]
    Limit { group: String, rule: Span, limit: &'static str, found: u64, most: u64 },
    #[error("rule {group}/{rule} opens the forbidden ports {ports}")]
    Forbidden { group: String, rule: Span, ports: Span },
    #[error("window {0} does not go from the start of a run to the end of a later one")]
    NoWindow(BlockedRule),
    #[error("window {0} proves nothing: a rule may span it")]
    Allowed(BlockedRule),
    #[error("windows {first} and {second} are not disjoint and in order")]
    Overlap { first: BlockedRule, second: BlockedRule },
    #[error("max_rules {claimed} is not the least budget that works, {needed} is")]
    LeastBudget { claimed: Budget, needed: Budget },
    #[error("max_open_ports {} is not the least that works", claimed.map_or("null".to_owned(), |most| most.to_string()))]
    MaxOpenPorts { claimed: Option<u64> },
    #[error("disjoint windows that need a budget of {needed} do not exclude one of {budget}")]
    TooFewWindows { needed: Budget, budget: Budget },
    #[error("tangent {tangent} is of class {class}, the instance has {classes} classes")]
    NoClass { tangent: usize, class: usize, classes: usize },
    #[error("window {rule} is of another class than its tangent, {class}")]
    OtherClass { rule: BlockedRule, class: usize },
    #[error("the tree of cases has {nodes} nodes, which are too few or too many for its branches")]
    Tree { nodes: usize },
    #[error(
        "node {node} of the tree branches on {hole} of group {group}, where no hole starts that is undecided"
    )]
    NoHole { node: usize, group: usize, hole: u32 },
    #[error("the toll of run {} of group {} for hole {} of group {} is for no way to serve it", .0.run, .0.group, .0.hole, .0.outer)]
    NoWay(Toll),
    #[error("the tolls have a scale of 0")]
    NoScale,
    #[error("a tree of cases is for zones whose outer rules serve inner ones")]
    NotShared,
    #[error("in a case of the tree a cover may cost as little as {0}, so none is excluded")]
    NotExcluded(u64),
}
