//! The fewest rules that a cover can have, and what to do when the budget is below that.
//!
//! A sweep from the left lets each rule reach as far as it may. Whenever one is stopped by a limit,
//! the holes under the rule that would have been are a window; these windows are disjoint, so no
//! cover has fewer rules, O(m).

use crate::problem::certificate::{Repairs, Witness};
use crate::problem::instance::{Budget, Instance};
use crate::problem::line::Line;
use crate::problem::ports::Span;
use crate::problem::zones::Family;

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

/// The fewest rules of any cover.
#[must_use]
pub fn fewest_rules(line: &Line) -> usize {
    fewest_rule_starts(line).len()
}

/// The least budget under which a cover exists.
#[must_use]
pub fn least_budget(line: &Line, instance: &Instance) -> Budget {
    line.units(instance, &fewest_rule_starts(line))
}

/// The proof that no cover of the instance stays within its budget, if there is none.
#[must_use]
pub(crate) fn witness(line: &Line, instance: &Instance) -> Option<Witness> {
    let rule_starts = fewest_rule_starts(line);
    let family = line.units(instance, &rule_starts).exceeds(instance.budget())?;
    // As many windows as it takes to need more than that budget.
    let mut units = instance.units_of_one_rule_each();
    let mut windows = Vec::new();
    for pair in rule_starts.windows(2) {
        if units.of(family) > instance.budget().of(family) {
            break;
        }
        if line.group_starts().binary_search(&pair[1]).is_ok() {
            continue;
        }
        let window = line.blocked_rule(instance, pair[0] as usize, pair[1] as usize);
        let terms = instance.groups()[window.group].terms();
        if terms.quota.counts_in(family) {
            units.add(terms, 1);
            windows.push(window);
        }
    }
    Some(Witness { windows, tree: Vec::new() })
}

/// The repairs of an infeasible instance, O(m log n) for ports up to n.
#[must_use]
pub(crate) fn repairs(line: &Line, instance: &Instance) -> Repairs {
    let works = |max_open_ports: Option<u64>| {
        let least = least_budget_with(max_open_ports, instance);
        least.exceeds(instance.budget()).is_none()
    };
    let least = least_budget(line, instance);
    let max_rules_ipv6 = instance.counts_in(Family::Ipv6).then_some(least.ipv6);
    if instance.is_shared() {
        // With each group on its own this is enough; what else is, takes a search for each guess.
        let reason = "less may do, which is not searched for".to_owned();
        let (max_open_ports, reason) = (None, Some(reason));
        return Repairs { max_rules: least.ipv4, max_rules_ipv6, max_open_ports, reason };
    }
    let possible = works(None);
    Repairs {
        max_rules: least.ipv4,
        max_rules_ipv6,
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
    let open = |group: &crate::problem::instance::Group| group.holes().map(Span::len).sum();
    instance.groups().iter().map(open).max().unwrap_or(0)
}

/// What keeps the fewest rules above the budget when `max_open_ports` does not.
fn obstacle(instance: &Instance) -> String {
    let n_groups = instance.groups().len();
    let one_each = instance.units_of_one_rule_each();
    if let Some(family) = one_each.exceeds(instance.budget()) {
        let budget = instance.budget().of(family);
        if instance.has_zones() {
            let (taken, units) = (one_each.of(family), instance.units_of(family));
            return format!(
                "a rule for each zone and protocol takes {taken} {units}, more than the budget of {budget}"
            );
        }
        return format!(
            "{n_groups} {} a rule each, more than the budget of {budget}",
            if n_groups == 1 { "protocol in use needs" } else { "protocols in use need" }
        );
    }
    let budget = match least_budget_with(None, instance).exceeds(instance.budget()) {
        Some(family) => format!("{} {}", instance.budget().of(family), instance.units_of(family)),
        None => format!("{} rules", instance.budget()),
    };
    let limits = instance.limits();
    let set = [
        ("max_hole", limits.max_hole().is_some()),
        ("max_rule_width", limits.max_rule_width().is_some()),
        ("forbid", !limits.spec().forbid.is_empty()),
    ];
    let names: Vec<&str> = set.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
    format!(
        "{} alone need{} more than {budget}",
        names.join(" and "),
        if names.len() == 1 { "s" } else { "" }
    )
}

/// The least budget under another `max_open_ports`.
fn least_budget_with(max_open_ports: Option<u64>, instance: &Instance) -> Budget {
    let limits = instance.limits().with_max_open_ports(max_open_ports);
    least_budget(&Line::with_limits(instance, &limits), instance)
}
