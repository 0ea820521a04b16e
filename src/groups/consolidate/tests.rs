use std::collections::BTreeMap;

use proptest::prelude::*;

use super::atoms::Network;
use super::bound::bounds;
use super::exact::{Best, exact};
use super::merging::merging;
use super::*;
use crate::groups::audit::small::{is_inside, rules};
use crate::groups::audit::{Access, Attachment};
use crate::groups::{Allowed, Rule};
use crate::problem::ports::{Protocol, Span};

fn rule(port: u32, network: &str) -> Rule {
    let allowed = Allowed::Ports { protocol: Protocol::Tcp, span: Span::single(port) };
    let peer = Peer::Cidr(network.parse().unwrap());
    Rule { id: None, allowed, peer, description: None }
}

fn group(id: &str, rules: Vec<Rule>) -> SecurityGroup {
    SecurityGroup { id: id.to_owned(), name: None, vpc: None, rules }
}

fn attachments(sets: &[Vec<&str>]) -> Attachments {
    let attachment = |set: &Vec<&str>| Attachment {
        groups: set.iter().map(|&id| id.to_owned()).collect(),
        ..Attachment::default()
    };
    let interfaces = sets.iter().enumerate();
    Attachments {
        interfaces: interfaces.map(|(i, set)| (format!("eni-{i}"), attachment(set))).collect(),
    }
}

fn front(groups: &[SecurityGroup], attachments: &Attachments, quota: usize) -> Consolidation {
    let quota = Budget { ipv4: quota, ipv6: quota };
    consolidate(groups, attachments, &PrefixLists::default(), quota)
}

fn shown(front: &Consolidation) -> Vec<(usize, u64, Vec<Vec<usize>>)> {
    let partitions = front.partitions.iter();
    partitions.map(|part| (part.n_groups, part.cost, part.merged.clone())).collect()
}

#[test]
fn duplicates_are_free_and_the_rest_costs_what_it_opens_on_each_interface() {
    let wide = "10.0.0.0/8";
    let groups = [
        group("sg-a", vec![rule(80, wide), rule(81, wide)]),
        group("sg-b", vec![rule(81, wide), rule(80, wide), rule(80, "10.1.0.0/16")]),
        group("sg-c", vec![rule(22, "10.2.0.0/16")]),
    ];
    let on = attachments(&[vec!["sg-a"], vec!["sg-b"], vec!["sg-c"], vec!["sg-c"]]);
    let all = front(&groups, &on, 60);
    // All in one: 22 on two interfaces, 80 and 81 on two others.
    let expected = [(3, 0, vec![]), (2, 0, vec![vec![0, 1]]), (1, 6, vec![vec![0, 1, 2]])];
    assert_eq!(shown(&all), expected);
    assert!(all.is_complete && all.partitions.iter().all(Partition::is_optimal));
    assert_eq!(all.free().map(|free| free.n_groups), Some(2));
    // 80-81 from the wide network alone fits in one rule, with 22 it does not.
    let tight = front(&groups, &on, 1);
    assert_eq!(shown(&tight), expected[..2]);
    assert!(tight.is_complete);
}

#[test]
fn a_port_that_two_groups_of_an_interface_open_counts_once() {
    let groups = [
        group("sg-a", vec![rule(1, "10.0.0.0/8")]),
        group("sg-b", vec![rule(2, "10.0.0.0/8")]),
        group("sg-c", vec![rule(9, "10.0.0.0/8"), rule(1, "10.0.0.0/8")]),
        group("sg-d", vec![rule(9, "10.0.0.0/8"), rule(2, "10.0.0.0/8")]),
    ];
    let on = attachments(&[vec!["sg-a", "sg-b"], vec!["sg-c"], vec!["sg-d"]]);
    let front = front(&groups, &on, 60);
    let two = front.partitions.iter().find(|partition| partition.n_groups == 2).unwrap();
    assert_eq!((two.cost, &two.merged[..]), (1, &[vec![0, 2], vec![1, 3]][..]));
}

#[test]
fn networks_and_references_keep_groups_apart() {
    let in_network = |id: &str, vpc: &str, rules| SecurityGroup {
        vpc: Some(vpc.to_owned()),
        ..group(id, rules)
    };
    let same = || vec![rule(80, "10.0.0.0/8")];
    let from_a = Rule { peer: Peer::group("sg-a"), ..rule(80, "10.0.0.0/8") };
    let groups = [
        in_network("sg-a", "vpc-1", same()),
        in_network("sg-b", "vpc-1", same()),
        in_network("sg-c", "vpc-2", same()),
        in_network("sg-d", "vpc-2", vec![from_a]),
    ];
    let apart = attachments(&[vec!["sg-a"], vec!["sg-b"], vec!["sg-c", "sg-d"]]);
    let merged = |on: &Attachments| shown(&front(&groups, on, 60)).pop().unwrap();
    assert_eq!(merged(&apart), (3, 0, vec![vec![2, 3]]));
    let together = attachments(&[vec!["sg-a", "sg-b"], vec!["sg-c", "sg-d"]]);
    assert_eq!(merged(&together), (2, 0, vec![vec![0, 1], vec![2, 3]]));
    assert_eq!(shown(&front(&[], &together, 60)), []);
}

/// All partitions of the first groups, each as clusters.
fn partitions(n: usize) -> Vec<Vec<Vec<usize>>> {
    let Some(last) = n.checked_sub(1) else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for smaller in partitions(last) {
        for at in 0..smaller.len() {
            let mut with = smaller.clone();
            with[at].push(last);
            all.push(with);
        }
        let mut with = smaller;
        with.push(vec![last]);
        all.push(with);
    }
    all
}

/// The ports of the rules of a group, one after the other, without those that its own rules for
/// wider networks let in.
fn pieces(rules: &[Rule]) -> Vec<(Peer, Allowed)> {
    let mut pieces = Vec::new();
    for rule in rules {
        let of_rule: Vec<Allowed> = match rule.allowed {
            Allowed::Ports { protocol, span } => (span.from()..=span.to())
                .map(|port| Allowed::Ports { protocol, span: Span::single(port) })
                .collect(),
            other => vec![other],
        };
        let is_wider = |other: &Rule, piece| {
            other.peer != rule.peer
                && is_inside(&rule.peer, &other.peer)
                && other.allowed.contains(piece)
        };
        let needed = |&piece: &Allowed| !rules.iter().any(|other| is_wider(other, piece));
        pieces.extend(of_rule.into_iter().filter(needed).map(|piece| (rule.peer.clone(), piece)));
    }
    pieces
}

/// The cost by its definition: for each interface and source, one port after the other.
fn cost(groups: &[Vec<Rule>], sets: &BTreeMap<Vec<usize>, u64>, clusters: &[Vec<usize>]) -> u64 {
    let mut sum = 0;
    for (set, count) in sets {
        let before: Vec<&Rule> = set.iter().flat_map(|&group| &groups[group]).collect();
        let lets_in = |peer: &Peer, piece: Allowed| {
            before.iter().any(|rule| is_inside(peer, &rule.peer) && rule.allowed.contains(piece))
        };
        let joined = clusters.iter().filter(|cluster| set.iter().any(|at| cluster.contains(at)));
        let after = joined.flatten().flat_map(|&group| pieces(&groups[group]));
        let new: BTreeSet<(Peer, Allowed)> =
            after.filter(|(peer, piece)| !lets_in(peer, *piece)).collect();
        sum += count * new.len() as u64;
    }
    sum
}

fn has_no_all(rules: &[Rule]) -> bool {
    !rules.iter().any(|rule| matches!(rule.allowed, Allowed::All | Allowed::Icmp { .. }))
}

/// Some groups with rules, sets of them that interfaces carry, and a quota.
fn cases() -> impl Strategy<Value = (Vec<Vec<Rule>>, BTreeMap<Vec<usize>, u64>, usize)> {
    (1_usize..6).prop_flat_map(|n| {
        let rules = rules(4).prop_filter("each port alone can be counted", |all| has_no_all(all));
        let groups = prop::collection::vec(rules, n);
        let set = prop::collection::btree_set(0..n, 1..=n.min(3));
        let set = set.prop_map(|set| set.into_iter().collect::<Vec<usize>>());
        (groups, prop::collection::btree_map(set, 1_u64..4, 0..5), 2_usize..12)
    })
}

fn network(
    groups: &[Vec<Rule>],
    sets: &BTreeMap<Vec<usize>, u64>,
    quota: usize,
) -> (Network, Vec<SecurityGroup>) {
    let groups: Vec<SecurityGroup> = groups
        .iter()
        .enumerate()
        .map(|(i, rules)| group(&format!("sg-{i}"), rules.clone()))
        .collect();
    let members: Vec<&SecurityGroup> = groups.iter().collect();
    let targets = references(&groups);
    let referenced = groups.iter().map(|group| targets.contains(group.id.as_str())).collect();
    let quota = Budget { ipv4: quota, ipv6: quota };
    (Network::new(&members, sets, referenced, &PrefixLists::default(), quota), groups)
}

proptest! {
    #[test]
    fn the_front_is_that_of_all_partitions((groups, sets, quota) in cases()) {
        let n = groups.len();
        let (network, _) = network(&groups, &sets, quota);
        let mut brute = vec![None; n + 1];
        for clusters in partitions(n) {
            let cost = cost(&groups, &sets, &clusters);
            prop_assert_eq!(network.cost(&clusters), cost);
            let joins = |cluster: &Vec<usize>| {
                let pairs = cluster.iter().flat_map(|&a| cluster.iter().map(move |&b| (a, b)));
                pairs.into_iter().all(|(a, b)| a == b || network.may_join(a, b))
            };
            if clusters.iter().all(|cluster| network.fits(cluster) && joins(cluster)) {
                let best: &mut Option<u64> = &mut brute[clusters.len()];
                *best = Some(best.map_or(cost, |known| known.min(cost)));
            }
        }
        let of = |best: &Best| best.as_ref().map(|(cost, _)| *cost);
        let nothing: Vec<Best> = vec![None; n + 1];
        let alone: Vec<Option<u64>> = exact(&network, nothing).iter().map(of).collect();
        prop_assert_eq!(&alone, &brute);
        let found = merging(&network);
        for (n_clusters, best) in found.iter().enumerate() {
            let Some((cost, clusters)) = best else { continue };
            prop_assert_eq!(clusters.len(), n_clusters);
            prop_assert_eq!(network.cost(clusters), *cost);
            prop_assert!(Some(*cost) >= brute[n_clusters] && brute[n_clusters].is_some());
        }
        let helped: Vec<Option<u64>> = exact(&network, found).iter().map(of).collect();
        prop_assert_eq!(&helped, &brute);
        for (bound, best) in bounds(&network).iter().zip(&brute) {
            prop_assert!(best.is_none_or(|cost| *bound <= cost), "{bound} > {best:?}");
        }
    }

    #[test]
    fn a_cluster_takes_the_units_of_its_normal_form(
        groups in prop::collection::vec(rules(5), 1..5),
    ) {
        let (network, groups) = network(&groups, &BTreeMap::new(), 60);
        let members: Vec<usize> = (0..groups.len()).collect();
        let access = Access::of(groups.iter().flat_map(|group| &group.rules));
        let normal: Vec<Rule> = access
            .rules()
            .into_iter()
            .map(|(peer, allowed)| Rule { id: None, allowed, peer, description: None })
            .collect();
        prop_assert_eq!(network.units(&members), PrefixLists::default().units(&normal));
    }
}

#[test]
fn many_groups_have_a_bound_that_is_no_trifle() {
    // Each on an interface of its own, with a port of its own: any merge opens one on either.
    let groups: Vec<SecurityGroup> =
        (0..13).map(|i| group(&format!("sg-{i}"), vec![rule(2 * i, "10.0.0.0/8")])).collect();
    let on = attachments(&groups.iter().map(|group| vec![group.id.as_str()]).collect::<Vec<_>>());
    let front = front(&groups, &on, 60);
    assert_eq!(front.partitions.len(), 13);
    let [all, first, .., last] = &front.partitions[..] else { panic!("{front:?}") };
    assert_eq!((all.cost, all.bound), (0, 0));
    assert_eq!((first.n_groups, first.cost, first.bound), (12, 2, 2));
    assert_eq!((last.n_groups, last.cost, last.bound), (1, 13 * 12, 13));
    assert!(front.is_complete && first.is_optimal() && !last.is_optimal());
}
