use proptest::prelude::*;

use super::Access;
use super::small::{lets_in, peers, rule, rules, traffic};
use crate::groups::{Allowed, Rule};

/// Whether all that a rule lets in is let in, its ports one after the other.
fn lets_in_all(rules: &[Rule], inner: &Rule) -> bool {
    let lets_in = |allowed| lets_in(rules, &inner.peer, allowed);
    match inner.allowed {
        Allowed::Ports { .. } => {
            traffic().into_iter().filter(|&port| inner.allowed.contains(port)).all(lets_in)
        }
        portless => lets_in(portless),
    }
}

proptest! {
    #[test]
    fn what_is_let_in_is_what_some_rule_lets_in(rules in rules(8), inner in rule()) {
        let access = Access::of(&rules);
        prop_assert_eq!(access.allows(&inner.peer, inner.allowed), lets_in_all(&rules, &inner));
    }

    #[test]
    fn a_group_contains_another_if_it_lets_in_all_of_its_rules(one in rules(8), other in rules(4)) {
        let contains = Access::of(&one).contains(&Access::of(&other));
        prop_assert_eq!(contains, other.iter().all(|rule| lets_in_all(&one, rule)));
    }

    #[test]
    fn the_normal_form_lets_in_the_same_with_no_more_rules(rules in rules(8)) {
        let access = Access::of(&rules);
        let normal: Vec<Rule> = access
            .rules()
            .into_iter()
            .map(|(peer, allowed)| Rule { id: None, allowed, peer, description: None })
            .collect();
        prop_assert!(normal.len() <= rules.len());
        let again = Access::of(&normal);
        prop_assert!(again.contains(&access) && access.contains(&again));
        prop_assert_eq!(again.rules(), access.rules());
        for peer in peers() {
            for allowed in traffic() {
                prop_assert_eq!(
                    lets_in(&normal, &peer, allowed),
                    lets_in(&rules, &peer, allowed)
                );
            }
        }
    }

    #[test]
    fn the_order_of_rules_does_not_matter(one in rules(6), other in rules(6)) {
        let both: Vec<Rule> = other.iter().chain(&one).cloned().collect();
        let mut access = Access::of(&one);
        access.extend(&Access::of(&other));
        prop_assert_eq!(access, Access::of(&both));
    }
}
