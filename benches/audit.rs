//! Which security groups could be one: few groups exactly, many by a heuristic with a bound.

use std::hint::black_box;

use chacha20::ChaCha8Rng;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rand::RngExt;
use rand::SeedableRng;
use rangecover::groups::audit::{Attachment, Attachments, PrefixLists, Quotas, relations};
use rangecover::groups::consolidate::consolidate;
use rangecover::groups::{Allowed, Peer, Rule, SecurityGroup};
use rangecover::problem::instance::Budget;
use rangecover::problem::ports::{Protocol, Span};

const SEED: u64 = 1;
/// Rules of each group.
const N_RULES: usize = 8;
const QUOTA: Budget = Budget { ipv4: 60, ipv6: 60 };

/// Groups of one network with ranges for a few sources, each group on an interface of its own, and
/// every fourth interface with the next group as well.
fn groups(n: usize) -> (Vec<SecurityGroup>, Attachments) {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let sources = ["10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "203.0.113.0/24"];
    let mut rule = || {
        let from = random.random_range(0..200) * 100;
        let span = Span::new(from, from + random.random_range(0..100));
        let source = sources[random.random_range(0..sources.len())];
        Rule {
            id: None,
            allowed: Allowed::Ports { protocol: Protocol::Tcp, span: span.expect("in order") },
            peer: Peer::Cidr(source.parse().expect("a network")),
            description: None,
        }
    };
    let id = |group: usize| format!("sg-{group:08x}");
    let groups = (0..n).map(|group| {
        let rules = (0..N_RULES).map(|_| rule()).collect();
        SecurityGroup { id: id(group), name: None, vpc: None, rules }
    });
    let groups: Vec<SecurityGroup> = groups.collect();
    let attachment = |group: usize| {
        let next = (group.is_multiple_of(4)).then(|| id((group + 1) % n));
        let groups = [id(group)].into_iter().chain(next).collect();
        (format!("eni-{group:08x}"), Attachment { groups, ..Attachment::default() })
    };
    (groups, Attachments { interfaces: (0..n).map(attachment).collect() })
}

fn merging(c: &mut Criterion) {
    let lists = PrefixLists::default();
    let mut bench = c.benchmark_group("groups");
    bench.sample_size(10);
    for n in [12, 100, 1_000] {
        let (groups, attachments) = groups(n);
        bench.throughput(Throughput::Elements(n as u64));
        bench.bench_function(BenchmarkId::new("relations", n), |b| {
            let quotas = Quotas::default();
            b.iter(|| black_box(relations(&groups, Some(&attachments), &lists, &quotas)));
        });
        bench.bench_function(BenchmarkId::new("consolidate", n), |b| {
            b.iter(|| black_box(consolidate(&groups, &attachments, &lists, QUOTA)));
        });
    }
    bench.finish();
}

criterion_group!(benches, merging);
criterion_main!(benches);
