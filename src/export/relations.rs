//! How groups relate to each other, and which of them could be one, as tables.

use crate::audit::{Consolidation, OverQuota, Partition, Relations, Unused};
use crate::quote::printable;
use crate::security_group::SecurityGroup;

use super::document::Grid;
use super::number::{counted, grouped};

/// Groups that a cell names; of more only the number is said.
const NAMED: usize = 5;

/// A group by its id and name.
fn named(group: &SecurityGroup) -> String {
    let name = group.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    printable(&format!("{}{name}", group.id))
}

/// The ids of groups, with what stands between them.
fn ids(groups: &[SecurityGroup], places: &[usize], between: &str) -> String {
    let ids: Vec<String> = places.iter().take(NAMED).map(|&at| printable(&groups[at].id)).collect();
    let rest = places.len().saturating_sub(NAMED);
    let rest = if rest > 0 { format!(" and {} more", grouped(rest as u64)) } else { String::new() };
    format!("{}{rest}", ids.join(between))
}

/// What there is to say of groups: a row for each finding, `group, finding, detail`.
#[must_use]
pub fn relations(groups: &[SecurityGroup], relations: &Relations) -> Grid {
    let mut grid = Grid::new(&["group", "finding", "detail"]);
    let mut push = |group: String, finding: &str, detail: String| {
        grid.rows.push(vec![group, finding.to_owned(), detail]);
    };
    for same in &relations.duplicates {
        if let Some((first, others)) = same.split_first() {
            push(
                named(&groups[*first]),
                "duplicate",
                format!("same as {}", ids(groups, others, ", ")),
            );
        }
    }
    for subset in &relations.subsets {
        let more = ids(groups, &subset.of, ", ");
        push(named(&groups[subset.group]), "subset", format!("all of it is allowed by {more}"));
    }
    for &(at, why) in &relations.unused {
        let detail = match why {
            Unused::Idle => "on no interface, and no rule of another group refers to it",
            Unused::WithoutRules => "has no inbound rules",
        };
        push(named(&groups[at]), "unused", detail.to_owned());
    }
    for over in &relations.over_quota {
        let (owner, detail) = over_quota(groups, over);
        push(owner, "over quota", detail);
    }
    for (at, rules) in &relations.redundant {
        let group = &groups[*at];
        for redundant in rules {
            let rule = |at: usize| {
                let rule = &group.rules[at];
                let id = rule.id.as_ref().map(|id| format!("{id} ")).unwrap_or_default();
                printable(&format!("{id}{} from {}", rule.allowed, rule.peer))
            };
            let covering: Vec<String> =
                redundant.covered_by.iter().take(NAMED).map(|&at| rule(at)).collect();
            let detail = format!("{} is covered by {}", rule(redundant.rule), covering.join(", "));
            push(named(group), "redundant rule", detail);
        }
    }
    grid
}

fn over_quota(groups: &[SecurityGroup], over: &OverQuota) -> (String, String) {
    match over {
        OverQuota::RulesOfGroup { group, family, units, quota } => {
            (named(&groups[*group]), format!("{units} {} of {quota}", family.units()))
        }
        OverQuota::GroupsOfInterface { interface, n_groups, quota } => {
            (printable(interface), format!("{n_groups} groups of {quota}"))
        }
        OverQuota::RulesOfInterface { interface, family, units, quota } => {
            let units = grouped(*units as u64);
            (
                printable(interface),
                format!("{units} {} of {}", family.units(), grouped(*quota as u64)),
            )
        }
    }
}

/// The front of merging groups: `groups, open ports, proven, merged`.
///
/// Of partitions that open as much, the one with the fewest groups alone is shown.
#[must_use]
pub fn consolidation(groups: &[SecurityGroup], found: &Consolidation) -> Grid {
    let mut grid = Grid::new(&["groups", "newly open ports", "proven", "merged"]);
    let next = found.partitions.iter().skip(1).map(Some).chain([None]);
    for (partition, next) in found.partitions.iter().zip(next) {
        if next.is_none_or(|next| next.cost > partition.cost) {
            grid.rows.push(row(groups, partition));
        }
    }
    grid
}

fn row(groups: &[SecurityGroup], partition: &Partition) -> Vec<String> {
    let proven = if partition.is_optimal() {
        "exact".to_owned()
    } else {
        format!("at most {} less", grouped(partition.cost - partition.bound))
    };
    let merged = partition.merged.iter().take(NAMED).map(|cluster| ids(groups, cluster, " + "));
    let mut merged: Vec<String> = merged.collect();
    let rest = partition.merged.len().saturating_sub(NAMED);
    if rest > 0 {
        merged.push(format!("and {}", counted(rest as u64, "more merge")));
    }
    vec![grouped(partition.n_groups as u64), grouped(partition.cost), proven, merged.join("; ")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Attachments, PrefixLists, Quotas, consolidate, relations as related};
    use crate::instance::Budget;
    use crate::ports::{Protocol, Span};
    use crate::security_group::{Allowed, Peer, Rule};

    #[test]
    fn what_files_say_is_printable() {
        let rule = |port| Rule {
            id: Some("sgr-1".to_owned()),
            allowed: Allowed::Ports { protocol: Protocol::Tcp, span: Span::single(port) },
            peer: Peer::Cidr("10.0.0.0/8".parse().unwrap()),
            description: None,
        };
        let group = |id: &str, rules| SecurityGroup {
            id: id.to_owned(),
            name: Some("\u{1b}[2Jweb".to_owned()),
            vpc: None,
            rules,
        };
        let groups = [
            group("sg-a", vec![rule(80), rule(80)]),
            group("sg-b", vec![rule(80)]),
            group("sg-c", vec![]),
        ];
        let (lists, quotas) = (PrefixLists::default(), Quotas::default());
        let rows = relations(&groups, &related(&groups, None, &lists, &quotas)).rows;
        let rows: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
        let expected = [
            "sg-a (\\u{1b}[2Jweb) | duplicate | same as sg-b",
            "sg-c (\\u{1b}[2Jweb) | unused | has no inbound rules",
            "sg-a (\\u{1b}[2Jweb) | redundant rule | sgr-1 tcp/80 from 10.0.0.0/8 is covered by \
             sgr-1 tcp/80 from 10.0.0.0/8",
        ];
        assert_eq!(rows, expected);
        let budget = Budget { ipv4: 60, ipv6: 60 };
        let found = consolidate(&groups, &Attachments::default(), &lists, budget);
        let rows = consolidation(&groups, &found).rows;
        assert_eq!(rows, [["1", "0", "exact", "sg-a + sg-b + sg-c"]]);
    }
}
