//! Solvers beside each other on random port sets, and the parts of a certified answer.
//!
//! Limits as in the published comparison: `max_open_ports` 200 and a budget of 1.1 times the
//! fewest rules ("tight"), so that neither sorting nor a threshold finds the optimum.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rangecover::problem::instance::Instance;
use rangecover::problem::limits::{LimitSpec, Limits};
use rangecover::problem::line::Line;
use rangecover::problem::ports::Protocol;
use rangecover::research::generate::{kind, port_set};
use rangecover::solve::answer::answer;
use rangecover::solve::{Stop, default_solver, fewest_rules, solve, solver};
use rangecover::verify;

/// `n` ports drawn uniformly, at most 200 open ports a rule, 1.1 times the fewest rules.
fn tight(n: u32) -> Instance {
    let ports = port_set(kind("uniform").unwrap(), 1, n).unwrap();
    let limits = Limits::from(LimitSpec { max_open_ports: Some(200), ..LimitSpec::default() });
    let instance = Instance::new([(Protocol::Tcp, ports.runs())], 1, limits).unwrap();
    let fewest = fewest_rules(&Line::new(&instance));
    instance.with_budget(fewest * 11 / 10)
}

fn certified(c: &mut Criterion) {
    let mut group = c.benchmark_group("certified");
    for n in [1_000, 5_000, 30_000] {
        let instance = tight(n);
        group.throughput(Throughput::Elements(u64::from(n)));
        group.bench_with_input(BenchmarkId::new("answer", n), &instance, |b, instance| {
            b.iter(|| answer(default_solver(), black_box(instance), Stop::never()).unwrap());
        });
        group.bench_with_input(BenchmarkId::new("line", n), &instance, |b, instance| {
            b.iter(|| Line::new(black_box(instance)));
        });
        let rangecover::solve::answer::Answer::Optimal { cover, certificate, .. } =
            answer(default_solver(), &instance, Stop::never()).unwrap()
        else {
            panic!("price proves its answers");
        };
        group.bench_with_input(BenchmarkId::new("check", n), &instance, |b, instance| {
            b.iter(|| {
                let facts = verify::cover(black_box(instance), &cover).unwrap();
                assert_eq!(verify::bound(instance, &certificate).unwrap(), facts.cost);
            });
        });
    }
    group.finish();
}

fn peers(c: &mut Criterion) {
    let mut group = c.benchmark_group("peers");
    group.sample_size(10);
    for (n, names) in [
        (1_000, &["threshold", "greedy", "dp", "price", "ilp", "ilp-lp"][..]),
        (5_000, &["threshold", "greedy", "dp", "price", "ilp-lp"]),
        (30_000, &["threshold", "greedy", "dp", "price"]),
    ] {
        let instance = tight(n);
        group.throughput(Throughput::Elements(u64::from(n)));
        let highs = ["ilp-highs", "ilp-highs-lp"].iter().filter(|name| solver(name).is_some());
        for name in names.iter().chain(highs) {
            let solver = solver(name).unwrap();
            group.bench_with_input(BenchmarkId::new(*name, n), &instance, |b, instance| {
                b.iter(|| solve(solver, black_box(instance), Stop::never()).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, certified, peers);
criterion_main!(benches);
