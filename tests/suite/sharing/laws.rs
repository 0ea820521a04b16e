//! Laws of shared instances.

use std::time::Duration;

use proptest::prelude::*;
use rangecover::problem::certificate::{
    BlockedRule, Certificate, Multiplier, Node, Tangent, Toll, Tolls, Witness,
};
use rangecover::problem::cover::Cover;
use rangecover::problem::instance::{Budget, Instance};
use rangecover::problem::ports::Span;
use rangecover::solve::answer::{Answer, AnswerError, answer};
use rangecover::solve::{Guarantee, SOLVERS, SolveError, Stop, solver};
use rangecover::verify;

use super::{answer_of, on_its_own};
use crate::instances::{larger_nested_instance, nested_instance};

/// The optimum that brute force finds; none if there is no cover.
fn optimum(instance: &Instance) -> Option<u64> {
    match answer_of("brute", instance) {
        Answer::Optimal { facts, .. } => Some(facts.cost),
        Answer::Infeasible { .. } => None,
        other => panic!("brute force is exact, and so is the tree of few runs: {other:?}"),
    }
}

/// A group, the first and the last run, and a multiplier.
type Window = (usize, usize, usize, u64);

/// A branch on a real hole, or on what may be none.
#[derive(Debug, Clone)]
enum Pick {
    Hole(usize, usize),
    Port(usize, u32),
    Leaf(Vec<(usize, u64, Vec<Window>)>),
    /// A scale, prices of units, and tolls of runs for holes.
    Tolls(u32, [u64; 2], Vec<(usize, usize, usize, usize, u64)>),
}

fn pick() -> impl Strategy<Value = Pick> {
    let window = (0..4_usize, 0..6_usize, 0..6_usize, 0..40_u64);
    let tangent = (0..3_usize, 0..60_u64, prop::collection::vec(window, 0..3));
    let toll = (0..4_usize, 0..6_usize, 0..4_usize, 0..6_usize, 0..30_u64);
    let tolls = (1..4_u32, any::<[u8; 2]>(), prop::collection::vec(toll, 0..6));
    let large = prop_oneof![9 => Just(1), 1 => Just(u64::MAX / 255)];
    prop_oneof![
        4 => (tolls, large).prop_map(|((scale, units, tolls), large)| {
            Pick::Tolls(scale, units.map(|price| u64::from(price) * large), tolls)
        }),
        4 => (0..4_usize, 0..6_usize).prop_map(|(group, hole)| Pick::Hole(group, hole)),
        1 => (0..4_usize, 0..130_u32).prop_map(|(group, port)| Pick::Port(group, port)),
        4 => prop::collection::vec(tangent, 0..3).prop_map(Pick::Leaf),
    ]
}

/// A toll of a real run for a hole that may be in its way.
fn toll(
    instance: &Instance,
    (group, run, outer, hole, toll): (usize, usize, usize, usize, u64),
) -> Option<Toll> {
    let groups = instance.groups();
    let group = group % groups.len();
    let all = instance.outer(group);
    let outer = *all.get(outer % all.len().max(1))?;
    let [inner, around] = [group, outer].map(|group| groups[group].runs());
    let run = inner[run % inner.len()];
    // Near the run, or it would be refused too often.
    let before = around.iter().filter(|r| r.to() < run.to()).count().checked_sub(1 + hole % 2)?;
    Some(Toll { group, run: run.from(), outer, hole: around[before].to() + 1, toll })
}

fn nodes(instance: &Instance, picks: &[Pick]) -> Vec<Node> {
    let groups = instance.groups();
    let window = |&(group, first, last, multiplier): &Window| {
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
        Pick::Tolls(scale, [ipv4, ipv6], tolls) => {
            let tolls = tolls.iter().filter_map(|&pick| toll(instance, pick)).collect();
            let (scale, ipv4, ipv6) = (*scale, *ipv4, *ipv6);
            let tolls = Some(Tolls { scale, ipv4, ipv6, tolls });
            Node::Leaf { tangents: Vec::new(), tolls }
        }
        Pick::Leaf(tangents) => {
            let tangents = tangents.iter().map(|(class, price, windows)| Tangent {
                class: *class,
                price: *price,
                windows: windows.iter().map(window).collect(),
            });
            Node::Leaf { tangents: tangents.collect(), tolls: None }
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
    whole.extend((0..open).map(|_| Node::Leaf { tangents: Vec::new(), tolls: None }));
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
        let mut values: Vec<&mut u64> = Vec::new();
        for node in &mut changed.tree {
            let Node::Leaf { tangents, tolls } = node else { continue };
            for Tangent { price, windows, .. } in tangents {
                values.push(price);
                values.extend(windows.iter_mut().map(|window| &mut window.multiplier));
            }
            if let Some(Tolls { ipv4, ipv6, tolls, .. }) = tolls {
                values.extend([ipv4, ipv6]);
                values.extend(tolls.iter_mut().map(|toll| &mut toll.toll));
            }
        }
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
        if let Answer::Optimal { facts, .. } = &engine
            && let Answer::Optimal { facts: price, .. } = answer_of("price", &instance)
        {
            prop_assert_eq!(price.cost, facts.cost);
        }
    }
}
