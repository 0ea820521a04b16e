//! Whole fronts, and runs from a bitmap.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rangecover::problem::instance::Instance;
use rangecover::problem::limits::{LimitSpec, Limits};
use rangecover::problem::line::Line;
use rangecover::problem::ports::Protocol;
use rangecover::research::generate::{kind, port_set};
use rangecover::solve::front::Front;

fn fronts(c: &mut Criterion) {
    let mut group = c.benchmark_group("front");
    for (kind_name, n, max_open_ports) in [
        ("uniform", 1_000, None),
        ("uniform", 30_000, None),
        ("uniform", 1_000, Some(200)),
        ("uniform", 30_000, Some(200)),
        ("clustered", 30_000, Some(200)),
    ] {
        let ports = port_set(kind(kind_name).unwrap(), 1, n).unwrap();
        let limits = Limits::from(LimitSpec { max_open_ports, ..LimitSpec::default() });
        let instance = Instance::new([(Protocol::Tcp, ports.runs())], 60, limits).unwrap();
        let limit =
            max_open_ports.map_or("unlimited".to_owned(), |most| format!("max_open_{most}"));
        group.throughput(Throughput::Elements(u64::from(n)));
        group.bench_function(BenchmarkId::new(format!("{kind_name}/{limit}"), n), |b| {
            b.iter(|| Front::new(&Line::new(black_box(&instance))));
        });
    }
    group.finish();
}

fn runs(c: &mut Criterion) {
    let mut group = c.benchmark_group("runs");
    for n in [200, 1_000, 30_000, 65_536] {
        let ports = port_set(kind("uniform").unwrap(), 1, n).unwrap();
        group.throughput(Throughput::Elements(u64::from(n)));
        group.bench_function(BenchmarkId::new("bitmap", n), |b| {
            b.iter(|| black_box(&ports).runs());
        });
    }
    group.finish();
}

criterion_group!(benches, fronts, runs);
criterion_main!(benches);
