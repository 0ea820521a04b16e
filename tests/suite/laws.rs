//! Laws that hold for every instance.

use proptest::prelude::*;
use rangecover::problem::certificate::{BlockedRule, Certificate, Multiplier, Tangent, Witness};
use rangecover::problem::instance::{Budget, Instance};
use rangecover::problem::line::Line;
use rangecover::problem::zones::Family;
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::front::{Front, Tradeoff};
use rangecover::solve::{
    Guarantee, Outcome, SOLVERS, Stop, default_solver, fewest_rules, least_costs, solve, solver,
};
use rangecover::verify;

use crate::instances::{any_instance, instance, large_instance, large_zoned_instance};

fn exact_cost(name: &str, instance: &Instance) -> Option<u64> {
    match answer(solver(name).unwrap(), instance, Stop::never()).unwrap() {
        Answer::Optimal { facts, .. } => Some(facts.cost),
        Answer::Infeasible { .. } => None,
        other => panic!("{name} is exact but answered {other:?}"),
    }
}

/// The exact solvers, without the relaxations where these have no integral optimum.
fn exact_solvers(instance: &Instance) -> impl Iterator<Item = &'static str> {
    let is_integral = instance.classes().len() <= 1;
    let exact = SOLVERS.iter().filter(|solver| solver.guarantee() == Guarantee::Exact);
    exact.map(|solver| solver.name()).filter(move |name| is_integral || !name.ends_with("-lp"))
}

/// Every IPv4 budget up to one that is more than enough.
fn budgets(instance: &Instance) -> impl Iterator<Item = usize> {
    let all = instance.units_of_all_runs();
    0..=all.ipv4 + 1
}

/// Any certificate whatever, over the ports of small instances.
fn any_certificate() -> impl Strategy<Value = Certificate> {
    let window = (0..3_usize, 0..130_u32, 0..130_u32, prop_oneof![0..40_u64, any::<u64>()]);
    let windows = prop::collection::vec(window, 0..4);
    let tangent = (0..5_usize, prop_oneof![0..60_u64, any::<u64>()], windows);
    let tangent = tangent.prop_map(|(class, price, windows)| Tangent {
        class,
        price,
        windows: windows
            .into_iter()
            .map(|(group, from, to, multiplier)| Multiplier {
                rule: BlockedRule { group, from, to },
                multiplier,
            })
            .collect(),
    });
    prop::collection::vec(tangent, 0..4).prop_map(Certificate::from)
}

/// A certificate of windows that exist: each from the start of a run to the end of another.
fn windows_of(instance: &Instance, picks: &[(usize, usize, usize, u64)]) -> Vec<Multiplier> {
    let groups = instance.groups();
    let window = |&(group, first, last, multiplier): &(usize, usize, usize, u64)| {
        let group = group % groups.len().max(1);
        let runs = groups.get(group)?.runs();
        let (first, last) = (first % runs.len(), last % runs.len());
        let rule = BlockedRule { group, from: runs[first].from(), to: runs[last].to() };
        Some(Multiplier { rule, multiplier })
    };
    picks.iter().filter_map(window).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn exact_solvers_agree_with_brute_force(instance in any_instance()) {
        let best = exact_cost("brute", &instance);
        for name in exact_solvers(&instance) {
            prop_assert_eq!(exact_cost(name, &instance), best, "{}", name);
        }
    }

    #[test]
    fn with_budget_enough_nothing_is_open(instance in any_instance(), all in any::<bool>()) {
        let enough = instance.units_of_all_runs();
        let most = Budget { ipv4: usize::MAX, ipv6: usize::MAX };
        let instance = instance.with_budget(if all { most } else { enough });
        for name in exact_solvers(&instance) {
            prop_assert_eq!(exact_cost(name, &instance), Some(0), "{}", name);
        }
        for solver in SOLVERS.iter().filter(|s| s.guarantee() == Guarantee::Heuristic) {
            let answer = answer(*solver, &instance, Stop::never()).unwrap();
            prop_assert_eq!(answer.cover().map(|(_, facts)| facts.cost), Some(0), "{}", solver.name());
        }
    }

    #[test]
    fn heuristics_never_beat_the_optimum(instance in any_instance()) {
        let best = exact_cost("price", &instance);
        for solver in SOLVERS.iter().filter(|s| s.guarantee() == Guarantee::Heuristic) {
            // The checker has accepted the cover and the bound of what comes back.
            match answer(*solver, &instance, Stop::never()).unwrap() {
                Answer::Optimal { facts, .. } => prop_assert_eq!(Some(facts.cost), best),
                Answer::Feasible { facts, bound, .. } => {
                    prop_assert_eq!(Some(bound), best);
                    prop_assert!(facts.cost >= bound);
                }
                Answer::Unknown => {}
                Answer::Infeasible { .. } => prop_assert!(false, "a heuristic excludes nothing"),
            }
        }
    }

    #[test]
    fn cost_never_grows_with_the_budget_and_falls_ever_slower(instance in instance(6)) {
        let costs: Vec<Option<u64>> = (0..=instance.n_runs() + 1)
            .map(|budget| exact_cost("brute", &instance.with_budget(budget)))
            .collect();
        let fewest = costs.iter().position(Option::is_some).unwrap();
        let costs: Vec<u64> = costs[fewest..].iter().map(|cost| cost.unwrap()).collect();
        for pair in costs.windows(2) {
            prop_assert!(pair[0] >= pair[1]);
        }
        for triple in costs.windows(3) {
            prop_assert!(triple[0] - triple[1] >= triple[1] - triple[2], "{:?}", costs);
        }
    }

    #[test]
    fn the_front_has_the_cost_of_every_budget(instance in instance(6)) {
        let line = Line::new(&instance);
        let front = Front::new(&line);
        prop_assert_eq!(front.most_rules(), instance.n_runs());
        for budget in 0..=instance.n_runs() + 1 {
            let best = exact_cost("brute", &instance.with_budget(budget));
            prop_assert_eq!(front.cost(budget), best, "budget {}", budget);
        }
        let savings: Vec<u64> = front.edges().iter().map(|edge| edge.saving).collect();
        prop_assert!(savings.is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn the_trade_off_has_the_cost_of_every_budget(instance in any_instance()) {
        let trade_off = Tradeoff::new(&instance, Family::Ipv4, None).unwrap();
        let held = instance.budget().with(Family::Ipv6, trade_off.held());
        prop_assert!(trade_off.held() >= instance.budget().ipv6);
        let instance = instance.with_budget(held);
        let best: Vec<Option<u64>> = budgets(&instance)
            .map(|ipv4| exact_cost("brute", &instance.with_budget(instance.budget().with(Family::Ipv4, ipv4))))
            .collect();
        for (budget, &cost) in best.iter().enumerate() {
            prop_assert_eq!(trade_off.cost(budget), cost, "budget {}", budget);
            let bound = trade_off.bound(budget);
            prop_assert!(bound <= cost);
            prop_assert!(!trade_off.is_supported(budget) || bound == cost);
        }
        // The bound is convex, and all of its corners are points of the front.
        let vertices = trade_off.vertices();
        for &(budget, cost) in vertices {
            prop_assert_eq!(best[budget], Some(cost));
            prop_assert!(trade_off.is_supported(budget));
        }
        for corner in vertices.windows(3) {
            let [(a, x), (b, y), (c, z)] = [corner[0], corner[1], corner[2]];
            prop_assert!((x - y) * (c - b) as u64 > (y - z) * (b - a) as u64);
        }
        // Points come with covers that the checker has accepted, and proven to be the best.
        let points = trade_off
            .points(0..=trade_off.last_budget(), |point| (point.budget, point.facts.cost))
            .unwrap();
        prop_assert_eq!(points.len(), trade_off.last_budget() + 1 - trade_off.least_budget());
        for &(budget, cost) in &points {
            prop_assert_eq!(best[budget], Some(cost));
        }
        let falls = trade_off.drops();
        prop_assert_eq!(falls.first().map(|fall| fall.0), points.first().map(|point| point.0));
        prop_assert_eq!(falls.last().map(|fall| fall.1), points.last().map(|point| point.1));
    }

    #[test]
    fn repairs_are_the_least_that_work(instance in any_instance()) {
        if let Answer::Infeasible { repairs, .. } =
            answer(default_solver(), &instance, Stop::never()).unwrap()
        {
            let feasible = |instance: &Instance| exact_cost("brute", instance).is_some();
            let ipv6 = repairs.max_rules_ipv6.unwrap_or(0);
            let least = Budget { ipv4: repairs.max_rules, ipv6 };
            prop_assert!(feasible(&instance.with_budget(least)));
            for family in Family::ALL.into_iter().filter(|&family| least.of(family) > 0) {
                let less = least.with(family, least.of(family) - 1);
                prop_assert!(!feasible(&instance.with_budget(less)));
            }
            let with_most = |most: Option<u64>| {
                let limits = instance.limits().with_max_open_ports(most);
                let groups = instance.groups().iter().cloned();
                Instance::of_groups(groups, instance.budget(), limits).unwrap()
            };
            if let Some(most) = repairs.max_open_ports {
                prop_assert!(feasible(&with_most(Some(most))));
                prop_assert!(most == 0 || !feasible(&with_most(Some(most - 1))));
            } else {
                prop_assert!(!feasible(&with_most(None)));
                prop_assert!(repairs.reason.is_some());
            }
        }
    }

    #[test]
    fn no_certificate_proves_more_than_the_optimum(
        instance in any_instance(),
        certificate in any_certificate(),
        prices in prop::collection::vec((0..4_usize, 0..60_u64), 0..6),
        picks in prop::collection::vec((0..2_usize, 0..6_usize, 0..6_usize, 0..40_u64), 0..5),
    ) {
        if let Some(best) = exact_cost("brute", &instance) {
            if let Ok(bound) = verify::bound(&instance, &certificate) {
                prop_assert!(bound <= best);
            }
            let n_classes = instance.classes().len().max(1);
            let tangents = prices.iter().map(|&(class, price)| {
                let class = class % n_classes;
                let windows = windows_of(&instance, &picks).into_iter().filter(|window| {
                    instance.classes()[class].groups.contains(&window.rule.group)
                });
                Tangent { class, price, windows: windows.collect() }
            });
            let real = Certificate::from(tangents.collect::<Vec<_>>());
            if let Ok(bound) = verify::bound(&instance, &real) {
                prop_assert!(bound <= best);
            }
        }
    }

    #[test]
    fn a_corrupted_certificate_never_proves_more(
        instance in any_instance(),
        change in -3_i64..=3,
        at in any::<prop::sample::Index>(),
    ) {
        if let Answer::Optimal { facts, mut certificate, .. } =
            answer(default_solver(), &instance, Stop::never()).unwrap()
        {
            let values = certificate.tangents.iter_mut().flat_map(|tangent| {
                let windows = tangent.windows.iter_mut().map(|window| &mut window.multiplier);
                windows.chain([&mut tangent.price])
            });
            let mut values: Vec<&mut u64> = values.collect();
            if !values.is_empty() {
                let at = at.index(values.len());
                *values[at] = values[at].saturating_add_signed(change);
            }
            prop_assert!(verify::bound(&instance, &certificate).unwrap() <= facts.cost);
        }
    }

    #[test]
    fn no_witness_excludes_a_cover_that_exists(
        instance in any_instance(),
        picks in prop::collection::vec((0..2_usize, 0..6_usize, 0..6_usize, 0..2_u64), 0..8),
    ) {
        let windows = windows_of(&instance, &picks).into_iter().map(|w| w.rule).collect();
        if verify::witness(&instance, &Witness { windows, tree: Vec::new() }).is_ok() {
            prop_assert_eq!(exact_cost("brute", &instance), None);
        }
    }

    #[test]
    fn a_witness_without_one_of_its_windows_is_refused(instance in instance(6)) {
        if let Answer::Infeasible { mut witness, .. } =
            answer(default_solver(), &instance, Stop::never()).unwrap()
        {
            prop_assert_eq!(verify::witness(&instance, &witness), Ok(()));
            if witness.windows.pop().is_some() {
                prop_assert!(verify::witness(&instance, &witness).is_err());
            }
        }
    }

    #[test]
    fn out_of_time_the_answer_is_a_cover_with_a_bound(instance in any_instance()) {
        let best = exact_cost("brute", &instance);
        let stop = Stop::after(std::time::Duration::ZERO);
        for name in ["price", "dp"] {
            match answer(solver(name).unwrap(), &instance, stop).unwrap() {
                Answer::Optimal { facts, .. } => prop_assert_eq!(Some(facts.cost), best),
                Answer::Feasible { facts, bound, .. } => {
                    prop_assert!(bound <= best.unwrap() && best.unwrap() <= facts.cost);
                }
                Answer::Infeasible { .. } => prop_assert_eq!(best, None),
                Answer::Unknown => prop_assert!(false, "the sweep finds a cover if there is one"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn exact_solvers_agree_on_large_instances(instance in large_instance()) {
        let line = Line::new(&instance);
        let best = exact_cost("price", &instance);
        prop_assert_eq!(exact_cost("dp", &instance), best);
        prop_assert_eq!(exact_cost("ilp-lp", &instance), best);
        let front = Front::new(&line);
        prop_assert_eq!(front.cost(instance.budget().ipv4), best);
        prop_assert_eq!(front.fewest_rules(), fewest_rules(&line));
        let most = front.fewest_rules() + 40;
        for (k, cost) in (1..).zip(least_costs(&line, most)) {
            prop_assert_eq!(front.cost(k), cost, "{} rules", k);
        }
    }

    #[test]
    fn exact_solvers_agree_where_rules_take_different_units(instance in large_zoned_instance()) {
        let best = exact_cost("price", &instance);
        prop_assert_eq!(exact_cost("dp", &instance), best);
        let budget = instance.budget().ipv4;
        let trade_off = Tradeoff::new(&instance, Family::Ipv4, Some(budget)).unwrap();
        prop_assert_eq!(trade_off.cost(budget), best);
        for point in trade_off.points([trade_off.least_budget(), budget], Clone::clone).unwrap() {
            prop_assert_eq!(trade_off.cost(point.budget), Some(point.facts.cost));
        }
    }
}

#[test]
fn every_solver_answers_an_instance_without_ports() {
    let instance = Instance::new([], 0, rangecover::problem::limits::Limits::default()).unwrap();
    for solver in SOLVERS {
        let outcome = solve(*solver, &instance, Stop::never()).unwrap();
        assert!(matches!(outcome, Outcome::Optimal { .. }), "{}", solver.name());
    }
}

#[test]
fn names_in_the_registry_are_distinct_and_found() {
    for (i, one) in SOLVERS.iter().enumerate() {
        assert!(SOLVERS[..i].iter().all(|other| other.name() != one.name()));
        assert_eq!(solver(one.name()).unwrap().name(), one.name());
    }
    assert!(solver("none").is_none());
}
