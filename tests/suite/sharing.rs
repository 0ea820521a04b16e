//! Laws of instances whose outer rules serve inner groups, and worked examples.

use std::time::Duration;

use proptest::prelude::*;
use rangecover::answer::{Answer, AnswerError, answer};
use rangecover::certificate::{BlockedRule, Certificate, Multiplier, Node, Tangent, Witness};
use rangecover::cover::Cover;
use rangecover::front::{FrontError, Tradeoff};
use rangecover::instance::{Budget, Group, Instance, InstanceError, Terms};
use rangecover::limits::{LimitSpec, Limits};
use rangecover::ports::{Protocol, Span};
use rangecover::solve::{Guarantee, SOLVERS, SolveError, Stop, default_solver, solver};
use rangecover::verify::{self, Violation};
use rangecover::zones::{Family, Quota};

use crate::instances::{larger_nested_instance, nested_instance};

fn answer_of(name: &str, instance: &Instance) -> Answer {
    answer(solver(name).unwrap(), instance, Stop::never()).unwrap()
}

/// The optimum that brute force finds; none if there is no cover.
fn optimum(instance: &Instance) -> Option<u64> {
    match answer_of("brute", instance) {
        Answer::Optimal { facts, .. } => Some(facts.cost),
        Answer::Infeasible { .. } => None,
        other => panic!("brute force is exact, and so is the tree of few runs: {other:?}"),
    }
}

fn on_its_own(instance: &Instance) -> Instance {
    let limits = instance.limits().clone();
    Instance::of_groups(instance.groups().iter().cloned(), instance.budget(), limits).unwrap()
}

/// A branch on a real hole, or on what may be none.
#[derive(Debug, Clone)]
enum Pick {
    Hole(usize, usize),
    Port(usize, u32),
    Leaf(Vec<(usize, u64, Vec<(usize, usize, usize, u64)>)>),
}

fn pick() -> impl Strategy<Value = Pick> {
    let window = (0..4_usize, 0..6_usize, 0..6_usize, 0..40_u64);
    let tangent = (0..3_usize, 0..60_u64, prop::collection::vec(window, 0..3));
    prop_oneof![
        4 => (0..4_usize, 0..6_usize).prop_map(|(group, hole)| Pick::Hole(group, hole)),
        1 => (0..4_usize, 0..130_u32).prop_map(|(group, port)| Pick::Port(group, port)),
        4 => prop::collection::vec(tangent, 0..3).prop_map(Pick::Leaf),
    ]
}

fn nodes(instance: &Instance, picks: &[Pick]) -> Vec<Node> {
    let groups = instance.groups();
    let window = |&(group, first, last, multiplier): &(usize, usize, usize, u64)| {
        let runs = groups[group % groups.len()].runs();
        let (first, last) = (first % runs.len(), last % runs.len());
        let rule = BlockedRule { group, from: runs[first].from(), to: runs[last].to() };
        Multiplier { rule, multiplier }
    };
    let node = |pick: &Pick| match pick {
        Pick::Hole(group, hole) => {
            let group = group % groups.len();
            let runs = groups[group].runs();
            Node::Branch { group, hole: runs[hole % runs.len()].to() + 1 }
        }
        &Pick::Port(group, hole) => Node::Branch { group, hole },
        Pick::Leaf(tangents) => {
            let tangents = tangents.iter().map(|(class, price, windows)| Tangent {
                class: *class,
                price: *price,
                windows: windows.iter().map(window).collect(),
            });
            Node::Leaf { tangents: tangents.collect() }
        }
    };
    picks.iter().map(node).collect()
}

/// The same nodes with leaves after them, as many as their branches need.
fn completed(mut nodes: Vec<Node>) -> Vec<Node> {
    let mut open = 1_usize;
    let mut whole = Vec::new();
    for node in nodes.drain(..) {
        if open == 0 {
            break;
        }
        open = if matches!(node, Node::Branch { .. }) { open + 1 } else { open - 1 };
        whole.push(node);
    }
    whole.extend((0..open).map(|_| Node::Leaf { tangents: Vec::new() }));
    whole
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn exact_solvers_agree_with_brute_force_on_shared_instances(instance in nested_instance()) {
        let best = optimum(&instance);
        for name in ["price", "ilp"] {
            match answer_of(name, &instance) {
                Answer::Optimal { facts, .. } => prop_assert_eq!(Some(facts.cost), best, "{}", name),
                Answer::Infeasible { .. } => prop_assert_eq!(None, best, "{}", name),
                other => prop_assert!(false, "{} answered {:?}", name, other),
            }
        }
    }

    #[test]
    fn sharing_never_costs_more(instance in nested_instance()) {
        let shared = optimum(&instance);
        if let Some(alone) = optimum(&on_its_own(&instance)) {
            prop_assert!(shared.is_some_and(|shared| shared <= alone));
        }
    }

    #[test]
    fn every_other_solver_has_covers_of_shared_instances(instance in nested_instance()) {
        let best = optimum(&instance);
        for solver in SOLVERS {
            match answer(*solver, &instance, Stop::never()) {
                Ok(Answer::Optimal { facts, .. }) => prop_assert_eq!(Some(facts.cost), best),
                Ok(Answer::Feasible { facts, bound, .. }) => {
                    prop_assert_eq!(Some(bound), best);
                    prop_assert!(facts.cost >= bound);
                }
                Ok(Answer::Infeasible { .. }) => {
                    prop_assert_eq!(best, None);
                    prop_assert_eq!(solver.guarantee(), Guarantee::Exact);
                }
                Ok(Answer::Unknown) => {}
                Err(AnswerError::Solve(SolveError::Shared { solver })) => {
                    prop_assert!(solver.ends_with("-lp"));
                }
                Err(error) => prop_assert!(false, "{}: {}", solver.name(), error),
            }
        }
    }

    #[test]
    fn no_tree_proves_more_than_the_optimum(
        instance in nested_instance(),
        picks in prop::collection::vec(pick(), 0..12),
    ) {
        let best = optimum(&instance).unwrap_or(u64::MAX);
        let nodes = nodes(&instance, &picks);
        for tree in [nodes.clone(), completed(nodes)] {
            let witness = Witness { tree: tree.clone(), ..Witness::default() };
            prop_assert!(verify::witness(&instance, &witness).is_err() || best == u64::MAX);
            let certificate = Certificate { tree, ..Certificate::default() };
            if let Ok(bound) = verify::bound(&instance, &certificate) {
                prop_assert!(bound <= best);
            }
        }
    }

    #[test]
    fn a_corrupted_tree_never_proves_more(
        instance in nested_instance(),
        change in -3_i64..=3,
        at in any::<prop::sample::Index>(),
        swap in any::<[prop::sample::Index; 2]>(),
    ) {
        let Answer::Optimal { facts, certificate, .. } = answer_of("price", &instance) else {
            return Ok(());
        };
        let mut changed = certificate.clone();
        let values = changed.tree.iter_mut().filter_map(|node| match node {
            Node::Leaf { tangents } => Some(tangents),
            Node::Branch { .. } => None,
        });
        let values = values.flatten().flat_map(|tangent| {
            let windows = tangent.windows.iter_mut().map(|window| &mut window.multiplier);
            windows.chain([&mut tangent.price])
        });
        let mut values: Vec<&mut u64> = values.collect();
        if !values.is_empty() {
            let at = at.index(values.len());
            *values[at] = values[at].saturating_add_signed(change);
        }
        prop_assert!(verify::bound(&instance, &changed).unwrap() <= facts.cost);
        let mut changed = certificate;
        let [a, b] = swap.map(|index| index.index(changed.tree.len()));
        changed.tree.swap(a, b);
        if let Ok(bound) = verify::bound(&instance, &changed) {
            prop_assert!(bound <= facts.cost);
        }
        changed.tree.truncate(a);
        if let Ok(bound) = verify::bound(&instance, &changed) {
            prop_assert!(bound <= facts.cost);
        }
    }

    #[test]
    fn out_of_time_a_shared_instance_has_a_cover_with_a_bound(instance in nested_instance()) {
        let best = optimum(&instance);
        let alone = optimum(&on_its_own(&instance));
        for name in ["price", "dp", "ilp", "brute"] {
            match answer(solver(name).unwrap(), &instance, Stop::after(Duration::ZERO)).unwrap() {
                Answer::Optimal { facts, .. } => prop_assert_eq!(Some(facts.cost), best),
                Answer::Feasible { facts, bound, .. } => {
                    prop_assert!(bound <= best.unwrap() && best.unwrap() <= facts.cost);
                }
                Answer::Infeasible { .. } => prop_assert_eq!(best, None),
                Answer::Unknown => prop_assert_eq!(alone, None, "{}", name),
            }
        }
    }

    #[test]
    fn repairs_of_shared_instances_work(instance in nested_instance()) {
        if let Answer::Infeasible { repairs, .. } = answer_of("price", &instance) {
            let ipv6 = repairs.max_rules_ipv6.unwrap_or(0);
            let budget = Budget { ipv4: repairs.max_rules, ipv6 };
            prop_assert!(optimum(&instance.with_budget(budget)).is_some());
            prop_assert!(repairs.reason.is_some());
        }
    }

    #[test]
    fn a_cover_without_a_rule_is_one_only_if_the_rest_serves(
        instance in nested_instance(),
        at in any::<[prop::sample::Index; 2]>(),
    ) {
        // Says again, port by port, what the checker says of rules.
        if let Answer::Optimal { mut cover, .. } = answer_of("price", &instance) {
            let group = at[0].index(cover.groups.len());
            if !cover.groups[group].is_empty() {
                let rule = at[1].index(cover.groups[group].len());
                cover.groups[group].remove(rule);
            }
            let is_cover = verify::cover(&instance, &cover).is_ok();
            prop_assert_eq!(is_cover, covers(&instance, &cover));
        }
    }
}

/// Whether each run is inside a rule of its own group, or of an outer one.
fn covers(instance: &Instance, cover: &Cover) -> bool {
    instance.groups().iter().enumerate().all(|(i, group)| {
        let by = |run: Span| {
            let groups = instance.outer(i).iter().chain([&i]);
            let mut rules = groups.flat_map(|&group| &cover.groups[group]);
            rules.any(|rule| (run.from()..=run.to()).all(|port| rule.contains(port)))
        };
        group.runs().iter().all(|&run| by(run))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_tree_and_the_integer_program_agree(instance in larger_nested_instance()) {
        let engine = solver("ilp").unwrap();
        let engine = answer(engine, &instance, Stop::after(Duration::from_secs(20))).unwrap();
        let best = engine.cover().map(|(_, facts)| facts.cost);
        match answer_of("price", &instance) {
            Answer::Optimal { facts, .. } => prop_assert!(best.is_none_or(|best| best >= facts.cost)),
            Answer::Feasible { facts, bound, .. } => {
                prop_assert!(bound <= facts.cost);
                prop_assert!(best.is_none_or(|best| bound <= best));
            }
            other => prop_assert!(false, "there is a cover without sharing: {:?}", other),
        }
        if let Answer::Optimal { facts, .. } = &engine {
            if let Answer::Optimal { facts: price, .. } = answer_of("price", &instance) {
                prop_assert_eq!(price.cost, facts.cost);
            }
        }
    }
}

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
    let leaf = || Node::Leaf { tangents: Vec::new() };
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
    let leaves = (0..=depth).map(|_| Node::Leaf { tangents: Vec::new() });
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
    let Answer::Optimal { certificate, .. } =
        answer(default_solver(), &subnet(3, LimitSpec::default()), Stop::never()).unwrap()
    else {
        panic!("two groups of three runs are decided");
    };
    assert!(!certificate.tree.is_empty() && certificate.tangents.is_empty());
}
