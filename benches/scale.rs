//! Large inputs: ten million IPv4 addresses, and a hundred thousand interfaces.
//!
//! Answers are certified and checked; an answer that is not proven stops the run. What memory an
//! answer takes is printed beside its time, where the system tells (Linux).

use std::fs;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rangecover::problem::address_list;
use rangecover::problem::instance::{Instance, group_of_addresses};
use rangecover::problem::limits::{LimitSpec, Limits};
use rangecover::problem::line::Line;
use rangecover::problem::ports::{Protocol, Span};
use rangecover::research::generate::{addresses, kind, port_set};
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::front::Front;
use rangecover::solve::{Stop, default_solver, fewest_rules};
use rayon::prelude::*;

const N_INTERFACES: u32 = 100_000;

fn pool(n_threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
}

fn open_at_most(max_open_ports: u64) -> Limits {
    LimitSpec { max_open_ports: Some(max_open_ports), ..LimitSpec::default() }.into()
}

fn proven(instance: &Instance) {
    let answer = answer(default_solver(), black_box(instance), Stop::never()).unwrap();
    assert!(matches!(answer, Answer::Optimal { .. }));
}

/// The most memory that the process has held since it was last reset, in bytes.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

/// Says what an answer takes for each point, the instance included.
fn tell_memory(instance: &Instance, n_points: u32, n_threads: usize) {
    if fs::write("/proc/self/clear_refs", "5").is_ok() {
        pool(n_threads).install(|| proven(instance));
        let bytes = peak().map_or(0, |bytes| bytes / u64::from(n_points));
        eprintln!("{n_points} addresses on {n_threads} threads: {bytes} bytes for each");
    }
}

/// `n` addresses, 10,000 open ones a rule at most, 1.1 times the fewest rules.
fn allow_list(n_addresses: u32) -> Instance {
    let spans = addresses(1, n_addresses).unwrap().into_iter().map(Span::single).collect();
    let mut runs = address_list::runs(spans);
    runs.shrink_to_fit();
    let instance =
        Instance::of_groups([group_of_addresses(runs)], 1, open_at_most(10_000)).unwrap();
    let fewest = fewest_rules(&Line::new(&instance));
    instance.with_budget(fewest * 11 / 10)
}

fn of_addresses(c: &mut Criterion) {
    let mut group = c.benchmark_group("addresses");
    group.sample_size(10);
    // The largest first: what the allocator keeps of earlier work would count as memory of later.
    for n_addresses in [10_000_000, 1_000_000] {
        let instance = allow_list(n_addresses);
        group.throughput(Throughput::Elements(n_addresses.into()));
        for n_threads in [1, 2] {
            if n_addresses == 10_000_000 {
                tell_memory(&instance, n_addresses, n_threads);
            }
            let pool = pool(n_threads);
            let id = BenchmarkId::new(format!("threads-{n_threads}"), n_addresses);
            group.bench_function(id, |b| b.iter(|| pool.install(|| proven(&instance))));
        }
    }
    group.finish();
}

/// 50 to 500 uniform ports of each interface.
fn interfaces() -> Vec<Vec<Span>> {
    let uniform = kind("uniform").unwrap();
    let runs = |i: u32| port_set(uniform, i.into(), 50 + i * 7 % 451).unwrap().runs();
    (0..N_INTERFACES).into_par_iter().map(runs).collect()
}

fn of_interfaces(c: &mut Criterion) {
    let all = interfaces();
    let mut group = c.benchmark_group("interfaces-100k");
    group.sample_size(10);
    group.throughput(Throughput::Elements(N_INTERFACES.into()));
    for (what, limits) in [("plain", Limits::default()), ("max_open_200", open_at_most(200))] {
        let limits = std::sync::Arc::new(limits);
        let instance = |runs: &Vec<Span>| {
            let runs = [(Protocol::Tcp, runs.clone())];
            Instance::new(runs, 1, std::sync::Arc::clone(&limits)).unwrap()
        };
        for n_threads in [1, 2] {
            let pool = pool(n_threads);
            group.bench_function(BenchmarkId::new(format!("answers/{what}"), n_threads), |b| {
                b.iter(|| {
                    pool.install(|| {
                        all.par_iter().for_each(|runs| {
                            // 60 rules, or what there has to be at least.
                            let instance = instance(runs);
                            let fewest = fewest_rules(&Line::new(&instance));
                            proven(&instance.with_budget(fewest.max(60)));
                        });
                    });
                });
            });
            group.bench_function(BenchmarkId::new(format!("fronts/{what}"), n_threads), |b| {
                b.iter(|| {
                    pool.install(|| {
                        all.par_iter().for_each(|runs| {
                            black_box(Front::new(&Line::new(&instance(runs))));
                        });
                    });
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, of_addresses, of_interfaces);
criterion_main!(benches);
