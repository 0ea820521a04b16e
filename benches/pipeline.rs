//! Many interfaces at once, and the reading of flow logs.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rangecover::logs::aggregate::Aggregate;
use rangecover::logs::evidence::{Judgement, Ledger};
use rangecover::logs::flow::{Selection, ServicePort};
use rangecover::logs::shapes::{Format, Source, shape};
use rangecover::problem::instance::Instance;
use rangecover::problem::limits::Limits;
use rangecover::problem::ports::{PortSet, Protocol};
use rangecover::research::generate::{FlowLogOptions, flow_log, kind, port_set};
use rangecover::solve::answer::answer;
use rangecover::solve::{Stop, default_solver};
use rayon::prelude::*;

const N_INTERFACES: u32 = 10_000;
const N_PORTS: u32 = 200;

fn interfaces(c: &mut Criterion) {
    let uniform = kind("uniform").unwrap();
    let ports: Vec<PortSet> =
        (0..N_INTERFACES).map(|seed| port_set(uniform, seed.into(), N_PORTS).unwrap()).collect();
    let mut group = c.benchmark_group("interfaces");
    group.sample_size(10);
    group.throughput(Throughput::Elements(N_INTERFACES.into()));
    for n_threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        group.bench_function(BenchmarkId::new("threads", n_threads), |b| {
            b.iter(|| {
                pool.install(|| {
                    ports.par_iter().for_each(|ports| {
                        let runs = [(Protocol::Tcp, ports.runs())];
                        let instance = Instance::new(runs, 60, Limits::default()).unwrap();
                        black_box(answer(default_solver(), &instance, Stop::never()).unwrap());
                    });
                });
            });
        });
    }
    group.finish();
}

/// Reads a log of which neither the disk nor the number of threads matters.
fn read(log: &[u8], port: ServicePort) {
    let ledger = Ledger::new(Selection { port, ..Selection::default() });
    let source = Source { head: log, stream: Box::new(log), file: None };
    let reading = shape("text").unwrap().read(source, &Format::default(), &ledger);
    assert!(reading.fault.is_none());
    black_box(ledger.finish(&Judgement::default()));
}

fn reading(c: &mut Criterion) {
    let options = FlowLogOptions {
        n_records: 200_000,
        replies: true,
        calls_percent: 20,
        probes_percent: 3,
        ..FlowLogOptions::default()
    };
    let mut log = Vec::new();
    flow_log(1, &options, &mut log).unwrap();
    let mut group = c.benchmark_group("read");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(log.len() as u64));
    for n_threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        for (what, port) in [("ports", ServicePort::Dst), ("evidence", ServicePort::Service)] {
            group.bench_function(BenchmarkId::new(what, n_threads), |b| {
                b.iter(|| pool.install(|| read(&log, port)));
            });
        }
        group.bench_function(BenchmarkId::new("aggregate", n_threads), |b| {
            b.iter(|| pool.install(|| aggregate(&log)));
        });
    }
    group.finish();
}

/// Reads a log into aggregated rows, and writes these.
fn aggregate(log: &[u8]) {
    let rows = Arc::new(Aggregate::new(ServicePort::Service));
    let sink = Arc::clone(&rows);
    let ledger =
        Ledger::sending(Selection::default(), Arc::new(move |record: &_| sink.add(record)));
    let source = Source { head: log, stream: Box::new(log), file: None };
    let reading = shape("text").unwrap().read(source, &Format::default(), &ledger);
    assert!(reading.fault.is_none());
    drop(ledger);
    let rows = Arc::into_inner(rows).unwrap();
    black_box(rows.write(None, &mut std::io::sink()).unwrap());
}

criterion_group!(benches, interfaces, reading);
criterion_main!(benches);
