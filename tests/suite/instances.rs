//! Random instances: small ones that brute force can decide, with every mixture of limits.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rangecover::instance::{Instance, InstanceError, drop_forbidden, from_anywhere, groups};
use rangecover::limits::{LimitSpec, Limits, WeightEntry};
use rangecover::port_list::{Entry, UsedPorts};
use rangecover::ports::{PortSet, Protocol, Span};

/// A set of a few runs with holes of a few ports.
pub(crate) fn few_runs(most: usize) -> impl Strategy<Value = PortSet> {
    (0..40_u32, vec((1..4_u32, 1..9_u32), 1..=most)).prop_map(|(first, lengths)| {
        let mut next = first;
        let mut ports = PortSet::new();
        for (run, hole) in lengths {
            ports.insert_span(Span::new(next, next + run - 1).unwrap());
            next += run + hole;
        }
        ports
    })
}

fn entry(protocol: Option<Protocol>, from: u32, len: u32) -> Entry {
    Entry { protocol, span: Span::new(from, from + len).unwrap() }
}

fn protocol() -> impl Strategy<Value = Option<Protocol>> {
    prop_oneof![Just(None), Just(Some(Protocol::Tcp)), Just(Some(Protocol::Udp))]
}

/// Any mixture of limits, forbidden ports and weights; forbidden used ports are left out later.
pub(crate) fn limits() -> impl Strategy<Value = LimitSpec> {
    let forbid = vec((protocol(), 0..130_u32, 0..3_u32), 0..3);
    let weights = vec((protocol(), 0..130_u32, 0..20_u32, 0..6_u32), 0..3);
    (
        option::of(0..30_u64),
        option::of(0..9_u64),
        option::of(4..40_u64),
        option::weighted(0.3, forbid),
        option::weighted(0.3, weights),
    )
        .prop_map(|(max_open_ports, max_hole, max_rule_width, forbid, weights)| LimitSpec {
            max_open_ports,
            max_hole,
            max_rule_width,
            forbid: forbid
                .unwrap_or_default()
                .into_iter()
                .map(|(protocol, from, len)| entry(protocol, from, len))
                .collect(),
            weights: weights
                .unwrap_or_default()
                .into_iter()
                .map(|(protocol, from, len, weight)| WeightEntry {
                    ports: entry(protocol, from, len),
                    weight,
                })
                .collect(),
        })
}

/// An instance of the used ports that are not forbidden.
fn plain(used: UsedPorts, budget: usize, limits: Limits) -> Result<Instance, InstanceError> {
    let mut used = from_anywhere(used);
    drop_forbidden(&mut used, &limits);
    Instance::of_groups(groups(&used, None), budget, limits)
}

/// An instance of one or two groups of at most `most` runs each.
pub(crate) fn instance(most: usize) -> impl Strategy<Value = Instance> {
    (few_runs(most), option::weighted(0.4, few_runs(most)), 0..2 * most, limits()).prop_map(
        |(tcp, udp, budget, spec)| {
            let limits = Limits::from(spec);
            let mut used = UsedPorts::from([(Protocol::Tcp, tcp)]);
            used.extend(udp.map(|udp| (Protocol::Udp, udp)));
            plain(used, budget, limits).expect("no run is wider than 4 ports")
        },
    )
}

/// Hundreds of ports in two groups, tight limits of every kind, and a budget near the fewest rules.
pub(crate) fn large_instance() -> impl Strategy<Value = Instance> {
    let ports = |most: u32| vec(0..20_000_u32, 1..most as usize);
    (
        ports(600),
        ports(200),
        option::of(50..2_000_u64),
        option::of(20..300_u64),
        option::of(100..3_000_u64),
        vec((protocol(), 0..20_000_u32, 0..50_u32), 0..6),
        vec((protocol(), 0..20_000_u32, 0..5_000_u32, 0..9_u32), 0..4),
        0..30_usize,
    )
        .prop_map(
            |(tcp, udp, max_open_ports, max_hole, max_rule_width, forbid, weights, more)| {
                let set =
                    |ports: Vec<u32>| ports.into_iter().map(Span::single).collect::<PortSet>();
                let limits = Limits::from(LimitSpec {
                    max_open_ports,
                    max_hole,
                    max_rule_width,
                    forbid: forbid.into_iter().map(|(p, from, len)| entry(p, from, len)).collect(),
                    weights: weights
                        .into_iter()
                        .map(|(p, from, len, weight)| WeightEntry {
                            ports: entry(p, from, len),
                            weight,
                        })
                        .collect(),
                });
                let used = UsedPorts::from([(Protocol::Tcp, set(tcp)), (Protocol::Udp, set(udp))]);
                let instance = plain(used, 0, limits).expect("no run is that wide");
                let fewest =
                    rangecover::solve::fewest_rules(&rangecover::line::Line::new(&instance));
                instance.with_budget(fewest + more)
            },
        )
}
