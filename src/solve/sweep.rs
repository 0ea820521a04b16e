//! The fewest rules that a cover can have, and what to do when the budget is below that.
//!
//! A sweep from the left lets each rule reach as far as it may. Whenever one is stopped by a limit,
//! the holes under the rule that would have been are a window; these windows are disjoint, so no
//! cover has fewer rules, O(m).

use crate::certificate::{Repairs, Witness};
use crate::instance::Instance;
use crate::line::Line;
use crate::ports::Span;

/// The first run of each rule of the cover with the fewest rules.
pub(crate) fn fewest_rule_starts(line: &Line) -> Vec<u32> {
    let mut rule_starts: Vec<u32> = Vec::new();
    let mut current = None;
    for (run, &earliest) in (0..).zip(line.starts()) {
        if current.is_none_or(|start| start < earliest) {
            current = Some(run);
            rule_starts.push(run);
        }
    }
    rule_starts
}

/// The least budget under which a cover exists.
#[must_use]
pub fn fewest_rules(line: &Line) -> usize {
    fewest_rule_starts(line).len()
}

/// The proof that no cover of the instance stays within its budget, if there is none.
#[must_use]
pub(crate) fn witness(line: &Line, instance: &Instance) -> Option<Witness> {
    let rule_starts = fewest_rule_starts(line);
    if rule_starts.len() <= instance.budget().ipv4 {
        return None;
    }
    let needed = (instance.budget().ipv4 + 1).saturating_sub(line.n_groups());
    let windows = rule_starts
        .windows(2)
        .filter(|pair| line.group_starts().binary_search(&pair[1]).is_err())
        .map(|pair| line.blocked_rule(instance, pair[0] as usize, pair[1] as usize))
        .take(needed)
        .collect();
    Some(Witness { windows })
}

/// The repairs of an infeasible instance, O(m log n) for ports up to n.
#[must_use]
pub(crate) fn repairs(line: &Line, instance: &Instance) -> Repairs {
    let works = |max_open_ports: Option<u64>| {
        let limits = instance.limits().with_max_open_ports(max_open_ports);
        fewest_rules(&Line::with_limits(instance, &limits)) <= instance.budget().ipv4
    };
    let possible = works(None);
    Repairs {
        max_rules: fewest_rules(line),
        max_open_ports: possible.then(|| {
            let (mut low, mut high) = (0, most_open_ports(instance));
            while low < high {
                let middle = low + (high - low) / 2;
                if works(Some(middle)) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            low
        }),
        reason: (!possible).then(|| obstacle(instance)),
    }
}

/// The unused ports between the first and the last run of a group, at most.
fn most_open_ports(instance: &Instance) -> u64 {
    let open = |group: &crate::instance::Group| group.holes().map(Span::len).sum();
    instance.groups().iter().map(open).max().unwrap_or(0)
}

/// What keeps the fewest rules above the budget when `max_open_ports` does not.
fn obstacle(instance: &Instance) -> String {
    let (n_groups, budget) = (instance.groups().len(), instance.budget().ipv4);
    if n_groups > budget {
        return format!(
            "{n_groups} {} a rule each, more than the budget of {budget}",
            if n_groups == 1 { "protocol in use needs" } else { "protocols in use need" }
        );
    }
    let limits = instance.limits();
    let set = [
        ("max_hole", limits.max_hole().is_some()),
        ("max_rule_width", limits.max_rule_width().is_some()),
        ("forbid", !limits.spec().forbid.is_empty()),
    ];
    let names: Vec<&str> = set.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
    format!(
        "{} alone need{} more than {budget} rules",
        names.join(" and "),
        if names.len() == 1 { "s" } else { "" }
    )
}
