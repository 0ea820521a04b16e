use proptest::prelude::*;

use super::small::{lets_in, peers, rules, traffic};
use super::{
    Attachment, Attachments, OverQuota, PrefixLists, Quotas, Relations, Subset, Unused, redundant,
    relations,
};
use crate::groups::{Allowed, Peer, Rule, SecurityGroup};
use crate::problem::ports::{Protocol, Span};
use crate::problem::zones::Family;

/// A rule for TCP.
fn rule(from: u32, to: u32, peer: Peer) -> Rule {
    let span = Span::new(from, to).unwrap();
    let allowed = Allowed::Ports { protocol: Protocol::Tcp, span };
    Rule { id: None, allowed, peer, description: None }
}

fn cidr(network: &str) -> Peer {
    Peer::Cidr(network.parse().unwrap())
}

fn group(id: &str, rules: Vec<Rule>) -> SecurityGroup {
    SecurityGroup { id: id.to_owned(), name: None, vpc: Some("vpc-1".to_owned()), rules }
}

fn interface(groups: &[&str]) -> Attachment {
    let groups = groups.iter().map(|&id| id.to_owned()).collect();
    Attachment { groups, addresses: Vec::new(), vpc: None }
}

fn related(groups: &[SecurityGroup], attachments: Option<&Attachments>) -> Relations {
    relations(groups, attachments, &PrefixLists::default(), &Quotas::default())
}

#[test]
fn groups_are_compared_by_what_they_allow() {
    let wide = || cidr("10.0.0.0/8");
    let groups = [
        group("sg-a", vec![rule(80, 84, wide()), rule(85, 90, wide())]),
        group("sg-b", vec![rule(80, 90, wide()), rule(82, 83, cidr("10.1.0.0/16"))]),
        group("sg-c", vec![rule(81, 81, cidr("10.2.0.0/16"))]),
        group("sg-d", Vec::new()),
        SecurityGroup { vpc: None, ..group("sg-e", vec![rule(80, 90, wide())]) },
    ];
    let found = related(&groups, None);
    assert_eq!(found.duplicates, [[0, 1]]);
    assert_eq!(found.subsets, [Subset { group: 2, of: vec![0, 1] }]);
    assert_eq!(found.unused, [(3, Unused::WithoutRules)]);
    let [(1, rules)] = &found.redundant[..] else { panic!("{found:?}") };
    assert_eq!((rules[0].rule, &rules[0].covered_by[..]), (1, &[0][..]));
}

#[test]
fn a_group_is_idle_without_interfaces_and_references_of_others() {
    let to = |id| vec![rule(22, 22, Peer::group(id))];
    let groups = [
        group("sg-a", to("sg-b")),
        group("sg-b", to("sg-b")),
        group("sg-c", to("123456789012/sg-c")),
    ];
    let attachments =
        Attachments { interfaces: [("eni-1".to_owned(), interface(&["sg-a"]))].into() };
    assert_eq!(related(&groups, Some(&attachments)).unused, [(2, Unused::Idle)]);
    assert_eq!(related(&groups, None).unused, []);
}

#[test]
fn quotas_are_of_each_family_and_of_interfaces() {
    let many = |n: u32, peer: &str| (0..n).map(|i| rule(2 * i, 2 * i, cidr(peer))).collect();
    let groups = [group("sg-a", many(61, "10.0.0.0/8")), group("sg-b", many(60, "2001:db8::/32"))];
    let ids = ["sg-a", "sg-b", "sg-1", "sg-2", "sg-3", "sg-4"];
    let attachments = Attachments {
        interfaces: [
            ("eni-1".to_owned(), interface(&ids)),
            ("eni-2".to_owned(), interface(&ids[..5])),
        ]
        .into(),
    };
    let (family, interface) = (Family::Ipv4, "eni-1".to_owned());
    let expected = [
        OverQuota::RulesOfGroup { group: 0, family, units: 61, quota: 60 },
        OverQuota::GroupsOfInterface { interface, n_groups: 6, quota: 5 },
    ];
    assert_eq!(related(&groups, Some(&attachments)).over_quota, expected);
}

proptest! {
    #[test]
    fn relations_are_those_of_what_is_let_in(sets in prop::collection::vec(rules(3), 2..6)) {
        let groups: Vec<SecurityGroup> =
            sets.iter().enumerate().map(|(i, rules)| group(&format!("sg-{i}"), rules.clone())).collect();
        let found = related(&groups, None);
        // Most of everything, and of all ICMP, lies outside of the small universe.
        let contains = |one: usize, other: usize| {
            let small = peers().iter().all(|peer| traffic().into_iter().all(|allowed| {
                lets_in(&sets[one], peer, allowed) || !lets_in(&sets[other], peer, allowed)
            }));
            small && sets[other].iter().filter(|rule| !matches!(rule.allowed, Allowed::Ports { .. }))
                .all(|rule| lets_in(&sets[one], &rule.peer, rule.allowed))
        };
        for one in 0..sets.len() {
            for other in (0..sets.len()).filter(|&other| other != one && !sets[one].is_empty()) {
                let same = found.duplicates.iter().any(|same| same.contains(&one) && same.contains(&other));
                let less = found.subsets.iter().any(|less| less.group == one && less.of.contains(&other));
                prop_assert_eq!(same || less, contains(other, one), "{:?} in {:?}", one, other);
                prop_assert_eq!(same, contains(one, other) && contains(other, one));
            }
        }
    }

    #[test]
    fn redundant_rules_may_all_go_at_once(rules in rules(8)) {
        let found = redundant(&rules);
        let gone = |at: usize| found.iter().find(|redundant| redundant.rule == at);
        let stay: Vec<Rule> =
            (0..rules.len()).filter(|&at| gone(at).is_none()).map(|at| rules[at].clone()).collect();
        for peer in peers() {
            for allowed in traffic() {
                prop_assert_eq!(lets_in(&rules, &peer, allowed), lets_in(&stay, &peer, allowed));
            }
        }
        for redundant in &found {
            let covering: Vec<Rule> =
                redundant.covered_by.iter().map(|&at| rules[at].clone()).collect();
            let rule = &rules[redundant.rule];
            let inside = traffic().into_iter().filter(|&allowed| rule.allowed.contains(allowed));
            for allowed in inside {
                prop_assert!(lets_in(&covering, &rule.peer, allowed));
            }
        }
        // None of those that stay would not be missed.
        for at in 0..stay.len() {
            let mut rest = stay.clone();
            let rule = rest.remove(at);
            prop_assert!(!super::Access::of(&rest).allows(&rule.peer, rule.allowed));
        }
    }
}
