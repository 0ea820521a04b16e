//! Where rules take different units, the best saving per unit first is not the best.

use rangecover::answer::{Answer, answer};
use rangecover::generate::knapsack;
use rangecover::instance::{Budget, Group, Instance, Terms};
use rangecover::limits::Limits;
use rangecover::port_list;
use rangecover::ports::Protocol;
use rangecover::solve::{Stop, solver};
use rangecover::zones::Quota;

/// The cost of a solver's answer, and whether it is proven to be the least.
fn cost(name: &str, instance: &Instance) -> (u64, bool) {
    match answer(solver(name).unwrap(), instance, Stop::never()).unwrap() {
        Answer::Optimal { facts, .. } => (facts.cost, true),
        Answer::Feasible { facts, bound, .. } => (facts.cost, facts.cost == bound),
        other => panic!("{name}: {other:?}"),
    }
}

fn group(zone: &str, units: u32, ports: &str) -> Group {
    let terms = Terms { zone: Some(zone.into()), quota: Quota::Ipv4, units, weight: 1 };
    let used = port_list::parse(ports).unwrap();
    Group::new(Protocol::Tcp, terms, used[&Protocol::Tcp].runs())
}

#[test]
fn the_best_saving_per_unit_is_not_the_best_of_all() {
    // Holes of 6, 10 and 10 ports take 1, 2 and 2 units to keep; 4 units beyond the least.
    let groups = [group("a", 1, "100,107"), group("b", 2, "200,211"), group("c", 2, "300,311")];
    let instance = Instance::of_groups(groups, Budget::from(5 + 4), Limits::default()).unwrap();
    for name in ["price", "dp", "ilp", "brute"] {
        assert_eq!(cost(name, &instance), (6, true), "{name}");
    }
    assert_eq!(cost("greedy", &instance), (10, false));
    // Every smaller hole than the first that does not fit is bridged.
    assert_eq!(cost("threshold", &instance).0, 6);
}

#[test]
fn greedy_is_worse_on_generated_policies() {
    let mut worse = 0;
    for seed in 1..=10 {
        let policy = knapsack(seed, 12, 20).unwrap();
        let least = policy.instance(0, Limits::default()).unwrap();
        let least = least.units(least.groups().iter().map(|_| 1)).ipv4;
        let instance = policy.instance(least + 400, Limits::default()).unwrap();
        let (best, proven) = cost("price", &instance);
        assert!(proven);
        assert_eq!(cost("dp", &instance), (best, true));
        let (greedy, _) = cost("greedy", &instance);
        worse += u32::from(greedy > best);
        println!("{seed}: {best} {greedy}");
    }
    assert!(worse >= 8, "greedy found the optimum {} times", 10 - worse);
}
