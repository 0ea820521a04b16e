//! Which groups could be one, and what that opens, as a table.

use crate::groups::SecurityGroup;
use crate::groups::consolidate::{Consolidation, Partition};
use crate::problem::quote::printable;

use super::document::Grid;
use crate::problem::number::{counted, grouped};

/// Groups that a cell names; of more only the number is said.
const NAMED: usize = 5;

/// The ids of groups, with what stands between them.
fn ids(groups: &[SecurityGroup], places: &[usize], between: &str) -> String {
    let ids: Vec<String> = places.iter().take(NAMED).map(|&at| printable(&groups[at].id)).collect();
    let rest = places.len().saturating_sub(NAMED);
    let rest = if rest > 0 { format!(" and {} more", grouped(rest as u64)) } else { String::new() };
    format!("{}{rest}", ids.join(between))
}

/// The front of merging groups: `groups, open ports, proven, merged`.
///
/// Of partitions that open as much, the one with the fewest groups alone is shown.
#[must_use]
pub fn merging(groups: &[SecurityGroup], found: &Consolidation) -> Grid {
    let mut grid = Grid::new(&["groups", "newly open ports", "proven", "merged"]);
    grid.is_cut_in_the_middle = true;
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
    use crate::groups::audit::{Attachments, PrefixLists};
    use crate::groups::consolidate::consolidate;
    use crate::groups::{Allowed, Peer, Rule};
    use crate::problem::instance::Budget;
    use crate::problem::ports::{Protocol, Span};

    #[test]
    fn what_files_say_is_printable() {
        let rule = Rule {
            id: None,
            allowed: Allowed::Ports { protocol: Protocol::Tcp, span: Span::single(80) },
            peer: Peer::Cidr("10.0.0.0/8".parse().unwrap()),
            description: None,
        };
        let group = |id: &str| SecurityGroup {
            id: id.to_owned(),
            name: None,
            vpc: None,
            rules: vec![rule.clone()],
        };
        let groups = [group("sg-a\u{1b}[2J"), group("sg-b"), group("sg-c")];
        let budget = Budget { ipv4: 60, ipv6: 60 };
        let found = consolidate(&groups, &Attachments::default(), &PrefixLists::default(), budget);
        let rows = merging(&groups, &found).rows;
        assert_eq!(rows, [["1", "0", "exact", "sg-a\\u{1b}[2J + sg-b + sg-c"]]);
    }
}
