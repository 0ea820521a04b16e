//! Small shared instances that can be worked by hand, and trees that are none.

use rangecover::problem::certificate::{Certificate, Node, Toll, Tolls, Witness};
use rangecover::problem::cover::Cover;
use rangecover::problem::instance::{Group, Instance, InstanceError, Terms};
use rangecover::problem::limits::{LimitSpec, Limits};
use rangecover::problem::ports::{Protocol, Span};
use rangecover::problem::zones::{Family, Quota};
use rangecover::solve::answer::Answer;
use rangecover::solve::front::{FrontError, Tradeoff};
use rangecover::verify::{self, Violation};

use super::{answer_of, on_its_own};

fn group(zone: &str, units: u32, runs: &[(u32, u32)]) -> Group {
    let terms = Terms { zone: Some(zone.into()), quota: Quota::Ipv4, units, weight: 1 };
    let runs = runs.iter().map(|&(from, to)| Span::new(from, to).unwrap()).collect();
    Group::new(Protocol::Tcp, terms, runs)
}

/// A subnet inside a network: 80, 100 and 443 for the network, 90 and 443-444 for the subnet.
fn subnet(budget: usize, spec: LimitSpec) -> Instance {
    let groups = [
        group("network", 1, &[(80, 80), (100, 100), (443, 443)]),
        group("subnet", 1, &[(90, 90), (443, 444)]),
    ];
    let instance = Instance::of_groups(groups, budget, Limits::from(spec)).unwrap();
    instance.sharing(vec![vec![], vec![0]]).unwrap()
}

fn rules(answer: &Answer) -> Vec<Vec<String>> {
    let (cover, _) = answer.cover().unwrap();
    let group = |rules: &Vec<Span>| rules.iter().map(ToString::to_string).collect();
    cover.groups.iter().map(group).collect()
}

#[test]
fn a_bridged_hole_of_the_outer_zone_serves_the_inner_one() {
    let best = |budget| answer_of("price", &subnet(budget, LimitSpec::default()));
    // A rule for each run.
    assert_eq!(rules(&best(5)), [vec!["80", "100", "443"], vec!["90", "443-444"]]);
    // Alone, the best is 19 open ports; the same open ports serve 90.
    assert_eq!(rules(&best(3)), [vec!["80-100", "443"], vec!["443-444"]]);
    assert_eq!(best(3).bound(), Some(19));
    assert_eq!(rules(&best(2)), [vec!["80-443"], vec!["443-444"]]);
    assert!(matches!(best(1), Answer::Infeasible { .. }));
}

#[test]
fn sharing_makes_a_budget_do_that_is_too_small_without() {
    let groups = [group("any", 1, &[(1, 100)]), group("office", 1, &[(50, 60)])];
    let instance = Instance::of_groups(groups, 1, Limits::default()).unwrap();
    assert!(matches!(answer_of("price", &instance), Answer::Infeasible { .. }));
    let shared = instance.sharing(vec![vec![], vec![0]]).unwrap();
    for name in ["price", "ilp", "brute"] {
        assert_eq!(rules(&answer_of(name, &shared)), [vec!["1-100"], vec![]], "{name}");
    }
    assert_eq!(answer_of("dp", &shared), Answer::Unknown);
}

#[test]
fn a_zone_between_is_served_with_the_one_inside_it() {
    let groups = [
        group("any", 1, &[(1, 100)]),
        group("network", 1, &[(50, 60)]),
        group("subnet", 1, &[(55, 56)]),
    ];
    let instance = Instance::of_groups(groups, 1, Limits::default()).unwrap();
    let shared = instance.sharing(vec![vec![], vec![0], vec![1, 0]]).unwrap();
    assert_eq!(rules(&answer_of("price", &shared)), [vec!["1-100"], vec![], vec![]]);
}

#[test]
fn limits_decide_which_outer_rules_serve() {
    let spec = LimitSpec { max_open_ports: Some(18), ..LimitSpec::default() };
    let answer = answer_of("price", &subnet(4, spec.clone()));
    assert!(matches!(answer, Answer::Infeasible { .. }));
    let answer = answer_of("price", &subnet(5, spec));
    assert_eq!(rules(&answer), [vec!["80", "100", "443"], vec!["90", "443-444"]]);
}

#[test]
fn served_runs_inside_rules_are_not_open() {
    // The subnet's rule over 90 and 443-444 contains 100-442, which the network's rule serves.
    let groups = [
        group("network", 1, &[(100, 442)]),
        group("subnet", 2, &[(90, 95), (100, 442), (450, 460)]),
    ];
    let instance = Instance::of_groups(groups, 3, Limits::default()).unwrap();
    let shared = instance.sharing(vec![vec![], vec![0]]).unwrap();
    let answer = answer_of("price", &shared);
    assert_eq!(rules(&answer), [vec!["100-442"], vec!["90-460"]]);
    assert_eq!(answer.cover().unwrap().1.open_ports, 4 + 7);
}

#[test]
fn a_run_that_nobody_serves_is_named() {
    let instance = subnet(5, LimitSpec::default());
    let span = |from, to| Span::new(from, to).unwrap();
    let cover = |network: &[Span], subnet: &[Span]| Cover {
        groups: vec![network.to_vec(), subnet.to_vec()],
    };
    let network = [span(80, 80), span(100, 100), span(443, 443)];
    let refused = |cover: &Cover| verify::cover(&instance, cover).unwrap_err().to_string();
    let message = refused(&cover(&network, &[span(443, 444)]));
    assert_eq!(
        message,
        "rule subnet ipv4 tcp/443-444 does not start at the first used port not yet covered, 90"
    );
    let bridged = [span(80, 100), span(443, 443)];
    assert!(verify::cover(&instance, &cover(&bridged, &[span(443, 444)])).is_ok());
    let message = refused(&cover(&bridged, &[]));
    assert_eq!(message, "used port subnet ipv4 tcp/443 is in no rule");
    let message = refused(&cover(&network[1..], &[span(90, 90), span(443, 444)]));
    assert!(message.contains("does not start at the first used port"), "{message}");
}

#[test]
fn trees_that_are_none_are_refused() {
    let instance = subnet(3, LimitSpec::default());
    let leaf = || Node::Leaf { tangents: Vec::new(), tolls: None };
    let bound = |instance: &Instance, tree: Vec<Node>| {
        verify::bound(instance, &Certificate { tree, ..Certificate::default() })
    };
    let branch = |group, hole| Node::Branch { group, hole };
    assert_eq!(bound(&instance, vec![branch(0, 81), leaf(), leaf()]), Ok(0));
    for tree in [vec![branch(0, 81), leaf()], vec![leaf(), leaf()]] {
        let nodes = tree.len();
        assert_eq!(bound(&instance, tree), Err(Violation::Tree { nodes }));
    }
    for (group, hole) in [(0, 80), (0, 82), (0, 444), (0, 0), (2, 81), (1, 445)] {
        let refused = Err(Violation::NoHole { node: 0, group, hole });
        assert_eq!(bound(&instance, vec![branch(group, hole), leaf(), leaf()]), refused);
    }
    let twice = vec![branch(0, 81), branch(0, 81), leaf(), leaf(), leaf()];
    let refused = Err(Violation::NoHole { node: 1, group: 0, hole: 81 });
    assert_eq!(bound(&instance, twice), refused);
    let refused = Err(Violation::NotShared);
    assert_eq!(bound(&on_its_own(&instance), vec![leaf()]), refused);
    let witness = Witness { tree: vec![leaf()], ..Witness::default() };
    assert_eq!(verify::witness(&instance, &witness), Err(Violation::NotExcluded(0)));
}

#[test]
fn a_tree_as_deep_as_there_are_holes_is_read_and_walked() {
    let ports: Vec<(u32, u32)> = (0..20_000).map(|i| (3 * i, 3 * i)).collect();
    let groups = [group("any", 1, &ports), group("office", 1, &[(1, 1)])];
    let instance = Instance::of_groups(groups, 20_001, Limits::default()).unwrap();
    let shared = instance.sharing(vec![vec![], vec![0]]).unwrap();
    // Only the first few: a leaf takes time.
    let depth = 150;
    let branches = (0..depth).map(|i| Node::Branch { group: 0, hole: 3 * i + 1 });
    let leaves = (0..=depth).map(|_| Node::Leaf { tangents: Vec::new(), tolls: None });
    let certificate = Certificate { tree: branches.chain(leaves).collect(), ..Default::default() };
    let text = serde_json::to_string(&certificate).unwrap();
    let read: Certificate = serde_json::from_str(&text).unwrap();
    assert_eq!(read, certificate);
    assert!(verify::bound(&shared, &read).is_ok());
}

#[test]
fn what_is_no_nesting_is_refused() {
    let one = |zone: &str| group(zone, 1, &[(1, 1)]);
    let udp = Group::new(Protocol::Udp, Terms::default(), vec![Span::single(1)]);
    let groups = [one("a"), one("b"), one("c"), udp];
    let instance = Instance::of_groups(groups, 9, Limits::default()).unwrap();
    for outer in [
        vec![vec![0]],
        vec![vec![4]],
        vec![vec![3]],
        vec![vec![1], vec![0]],
        vec![vec![1], vec![2]],
    ] {
        let refused = instance.clone().sharing(outer);
        assert!(matches!(refused, Err(InstanceError::Outer { .. })));
    }
    let shared = instance.clone().sharing(vec![vec![1, 2], vec![2]]).unwrap();
    assert_eq!((shared.outer(0), shared.outer(3)), (&[1, 2][..], &[][..]));
    assert!(shared.is_shared() && shared.shares_outer());
    let alone = instance.sharing(Vec::new()).unwrap();
    assert!(!alone.is_shared() && alone.shares_outer());
}

#[test]
fn fronts_are_for_groups_on_their_own() {
    let instance = subnet(3, LimitSpec::default());
    let refused = Tradeoff::new(&instance, Family::Ipv4, None).err();
    assert_eq!(refused, Some(FrontError::Shared));
}

#[test]
fn the_default_solver_says_how_far_its_tree_goes() {
    let Answer::Optimal { certificate, .. } = answer_of("price", &subnet(3, LimitSpec::default()))
    else {
        panic!("two groups of three runs are decided");
    };
    assert!(!certificate.tree.is_empty() && certificate.tangents.is_empty());
}

#[test]
fn tolls_settle_a_hole_with_the_runs_in_it() {
    let instance = subnet(3, LimitSpec::default());
    let bound = |tolls: Tolls| {
        let leaf = Node::Leaf { tangents: Vec::new(), tolls: Some(tolls) };
        verify::bound(&instance, &Certificate { tree: vec![leaf], ..Certificate::default() })
    };
    let toll = |toll| Toll { group: 1, run: 90, outer: 0, hole: 81, toll };
    // The network pays 30 for its three rules, or 20 and 19 less 8 for two: 30. The subnet pays 8
    // for the run at 90 and 10 for the one at 443. Three units cost 30.
    let tolls = Tolls { scale: 1, ipv4: 10, ipv6: 0, tolls: vec![toll(8)] };
    assert_eq!(bound(tolls.clone()), Ok(30 + 8 + 10 - 30));
    assert_eq!(bound(Tolls { tolls: vec![toll(9)], ..tolls.clone() }), Ok(19));
    assert_eq!(bound(Tolls { tolls: vec![toll(99)], ..tolls.clone() }), Ok(0));
    assert_eq!(bound(Tolls { scale: 0, ..tolls.clone() }), Err(Violation::NoScale));
    for wrong in [
        Toll { run: 91, ..toll(1) },
        Toll { run: 443, ..toll(1) },
        Toll { hole: 101, ..toll(1) },
        Toll { hole: 80, ..toll(1) },
        Toll { outer: 1, ..toll(1) },
        Toll { outer: 7, ..toll(1) },
        Toll { group: 0, ..toll(1) },
        Toll { group: 7, ..toll(1) },
    ] {
        let tolls = Tolls { tolls: vec![wrong], ..tolls.clone() };
        assert_eq!(bound(tolls), Err(Violation::NoWay(wrong)));
    }
}
