//! Zones whose rules take different units: a knapsack of convex fronts.
//!
//! Every answer is certified and checked. `hard` instances have a gap that a price per unit does
//! not close; there `price` stands beside other exact solvers.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rangecover::problem::instance::{Budget, Group, Instance, Terms};
use rangecover::problem::limits::{LimitSpec, Limits};
use rangecover::problem::line::Line;
use rangecover::problem::ports::Protocol;
use rangecover::problem::zones::Quota;
use rangecover::research::generate::{kind, knapsack, port_set};
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::{Stop, default_solver, least_budget, solve, solver};

/// Groups of random ports whose rules take from 1 to `most_units` units: 55 are what the largest
/// prefix list of AWS takes.
fn groups(n_groups: u32, n_ports: u32, most_units: u32, max_open_ports: Option<u64>) -> Instance {
    let limits = Limits::from(LimitSpec { max_open_ports, ..LimitSpec::default() });
    let groups = (0..n_groups).map(|i| {
        let ports = port_set(kind("uniform").unwrap(), u64::from(i), n_ports).unwrap();
        let terms = Terms {
            zone: Some(format!("zone-{i}").into()),
            quota: Quota::Ipv4,
            units: 1 + i * 7 % most_units,
            weight: 1,
        };
        Group::new(Protocol::Tcp, terms, ports.runs())
    });
    Instance::of_groups(groups, Budget::default(), limits).unwrap()
}

fn least(instance: &Instance) -> usize {
    least_budget(&Line::new(instance), instance).ipv4
}

fn certified(c: &mut Criterion) {
    let mut group = c.benchmark_group("zones");
    group.sample_size(10);
    let plain = groups(200, 5_000, 55, None);
    let limited = groups(200, 5_000, 55, Some(200));
    let small = groups(10, 200, 5, None);
    for (name, instance, budget) in [
        ("200x5000", &plain, 2 * least(&plain)),
        ("200x5000/max_open_200", &limited, least(&limited) + 10_000),
        ("10x200", &small, 60),
    ] {
        let instance = instance.with_budget(budget);
        let n_ports: u64 = instance.groups().iter().map(Group::n_used_ports).sum();
        group.throughput(Throughput::Elements(n_ports));
        group.bench_with_input(BenchmarkId::new("answer", name), &instance, |b, instance| {
            b.iter(|| {
                let answer = answer(default_solver(), black_box(instance), Stop::never()).unwrap();
                assert!(matches!(answer, Answer::Optimal { .. }));
            });
        });
    }
    group.finish();
}

/// Solvers beside each other, the solver alone; `HiGHS` with its feature.
fn hard(c: &mut Criterion) {
    let mut group = c.benchmark_group("hard");
    group.sample_size(10);
    for (n_zones, n_ports, more, names) in [
        (12, 20, 400, &["price", "dp", "greedy", "ilp-highs"][..]),
        (50, 50, 2_000, &["price", "dp", "greedy", "ilp-highs"]),
        (200, 300, 20_000, &["price", "dp", "greedy"]),
    ] {
        let policy = knapsack(1, n_zones, n_ports).unwrap();
        let instance = policy.instance(0, Limits::default()).unwrap();
        let instance = instance.with_budget(least(&instance) + more);
        group.throughput(Throughput::Elements(u64::from(n_zones * n_ports)));
        for solver in names.iter().filter_map(|name| solver(name)) {
            let id = BenchmarkId::new(solver.name(), format!("{n_zones}x{n_ports}"));
            group.bench_with_input(id, &instance, |b, instance| {
                b.iter(|| solve(solver, black_box(instance), Stop::never()).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, certified, hard);
criterion_main!(benches);
