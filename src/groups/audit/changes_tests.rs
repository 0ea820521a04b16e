use proptest::prelude::*;

use super::small::{is_inside, lets_in, peers, rules, traffic};
use super::{Changes, PrefixLists, Step, changes};
use crate::groups::{Allowed, Peer, ProposedRule, Rule};
use crate::problem::instance::Budget;
use crate::problem::ports::{Protocol, Span};
use crate::problem::zones::{Family, Quota};

fn cidr(network: &str) -> Peer {
    Peer::Cidr(network.parse().unwrap())
}

fn proposed(from: u32, to: u32, peer: Peer) -> ProposedRule {
    ProposedRule {
        protocol: Protocol::Udp,
        span: Span::new(from, to).unwrap(),
        used_ports: 1,
        open_ports: u64::from(to - from),
        zone: None,
        quota: peer.quota().unwrap_or(Quota::Both),
        peers: vec![peer],
        units_per_peer: 1,
    }
}

fn existing(from: u32, to: u32, peer: Peer) -> Rule {
    proposed(from, to, peer).rules("").next().unwrap()
}

fn turn(existing: &[Rule], proposed: &[ProposedRule], quota: usize) -> Changes {
    let quota = Budget { ipv4: quota, ipv6: quota };
    changes(existing, proposed, |_| "new".to_owned(), &PrefixLists::default(), quota)
}

#[test]
fn each_rule_is_kept_narrowed_added_or_removed() {
    let office = || cidr("10.0.0.0/8");
    let before = [
        existing(22, 22, office()),
        existing(80, 90, office()),
        existing(80, 90, cidr("192.0.2.0/24")),
        existing(0, 65_535, office()),
    ];
    let after = [
        proposed(22, 22, office()),
        proposed(82, 83, office()),
        proposed(85, 90, office()),
        proposed(443, 443, office()),
        proposed(443, 443, cidr("198.51.100.0/24")),
    ];
    let changes = turn(&before, &after, 60);
    let kept: Vec<_> = changes.keep.iter().map(|kept| (kept.existing, kept.proposed)).collect();
    assert_eq!(kept, [(0, 0)]);
    let narrow: Vec<_> =
        changes.narrow.iter().map(|narrow| (narrow.existing, narrow.into.clone())).collect();
    assert_eq!(narrow, [(1, vec![1, 2]), (3, vec![3])]);
    assert_eq!((&changes.add[..], &changes.remove[..]), (&[4][..], &[2][..]));
    assert_eq!((changes.units_before.ipv4, changes.units_after.ipv4), (4, 5));
    let steps = [Step::Authorise(vec![1, 2, 3, 4]), Step::Revoke(vec![1, 2, 3])];
    assert_eq!(changes.order.steps, steps);
    assert_eq!((changes.order.peak.ipv4, changes.order.fits()), (8, true));
}

#[test]
fn where_all_at_once_is_too_much_rules_go_as_soon_as_they_may() {
    let office = || cidr("10.0.0.0/8");
    // The first is shut, the second narrowed to one, the third split.
    let before = [existing(1, 9, office()), existing(20, 29, office()), existing(30, 39, office())];
    let after =
        [proposed(20, 21, office()), proposed(30, 31, office()), proposed(38, 39, office())];
    let changes = turn(&before, &after, 4);
    let steps = [
        Step::Revoke(vec![0]),
        Step::Authorise(vec![0]),
        Step::Revoke(vec![1]),
        Step::Authorise(vec![1, 2]),
        Step::Revoke(vec![2]),
    ];
    assert_eq!(changes.order.steps, steps);
    let Budget { ipv4, .. } = changes.order.peak;
    assert_eq!((ipv4, changes.order.peak_of_all_first.ipv4), (4, 6));
    assert!(changes.order.fits() && !changes.order.is_all_first());
    let tight = turn(&before, &after, 3);
    assert_eq!((tight.order.fits(), tight.order.room().ipv4), (false, 1));
}

#[test]
fn an_account_that_is_not_said_is_no_difference() {
    let rule = existing(5, 5, Peer::group("123456789012/sg-1"));
    let same = turn(std::slice::from_ref(&rule), &[proposed(5, 5, Peer::group("sg-1"))], 60);
    assert!(same.is_empty() && same.keep.len() == 1);
    let other = turn(&[rule], &[proposed(5, 5, Peer::group("210987654321/sg-1"))], 60);
    assert_eq!((other.add.len(), other.remove.len()), (1, 1));
}

/// The rules of the group after each step, beginning with those that exist.
fn states(changes: &Changes) -> Vec<Vec<Rule>> {
    let mut states = vec![changes.existing.clone()];
    let mut revoked = Vec::new();
    let mut authorised = Vec::new();
    for step in &changes.order.steps {
        match step {
            Step::Authorise(places) => authorised.extend(places),
            Step::Revoke(places) => revoked.extend(places),
        }
        let old = (0..changes.existing.len()).filter(|at| !revoked.contains(at));
        let new = authorised.iter().map(|&at: &usize| changes.proposed[at].clone());
        states.push(old.map(|at| changes.existing[at].clone()).chain(new).collect());
    }
    states
}

fn sorted(rules: &[Rule]) -> Vec<(Allowed, Peer)> {
    let mut rules: Vec<_> = rules.iter().map(|rule| (rule.allowed, rule.peer.clone())).collect();
    rules.sort();
    rules
}

proptest! {
    #[test]
    fn nobody_is_blocked_in_between_and_the_proposal_is_reached(
        before in rules(6),
        after in rules(6),
        quota in 0_usize..14,
    ) {
        let ports = |rule: &Rule| match rule.allowed {
            Allowed::Ports { span, .. } => Some(proposed(span.from(), span.to(), rule.peer.clone())),
            _ => None,
        };
        let after: Vec<ProposedRule> = after.iter().filter_map(ports).collect();
        let changes = turn(&before, &after, quota);
        let states = states(&changes);
        prop_assert_eq!(sorted(states.last().unwrap()), sorted(&changes.proposed));
        for peer in peers() {
            for allowed in traffic() {
                let stays = lets_in(&before, &peer, allowed) && lets_in(&changes.proposed, &peer, allowed);
                for state in &states {
                    prop_assert!(!stays || lets_in(state, &peer, allowed), "{peer} {allowed}");
                }
            }
        }
        let lists = PrefixLists::default();
        for family in Family::ALL {
            let peak = states.iter().map(|state| lists.units(state).of(family)).max();
            prop_assert_eq!(peak, Some(changes.order.peak.of(family)));
        }
        let all_first = changes.order.peak_of_all_first;
        if all_first.ipv4 <= quota && all_first.ipv6 <= quota {
            prop_assert!(changes.order.is_all_first());
        }
        prop_assert!(changes.order.peak.ipv4 <= all_first.ipv4);
        for narrowed in &changes.narrow {
            let wider = &changes.existing[narrowed.existing];
            for &at in &narrowed.into {
                let rule = &changes.proposed[at];
                prop_assert!(is_inside(&rule.peer, &wider.peer) && wider.allowed.contains(rule.allowed));
            }
        }
    }
}
