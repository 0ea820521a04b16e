//! Random instances: small ones that brute force can decide, with every mixture of limits.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rangecover::problem::instance::{
    Budget, Group, GroupKey, Instance, InstanceError, Terms, Used, drop_forbidden, from_anywhere,
    groups,
};
use rangecover::problem::limits::{LimitSpec, Limits, WeightEntry};
use rangecover::problem::line::Line;
use rangecover::problem::port_list::{Entry, UsedPorts};
use rangecover::problem::ports::{PortSet, Protocol, Span};
use rangecover::problem::zones::{Origin, Quota};
use rangecover::solve::least_budget;

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

/// What the rules of a group count for: few units, so that they fit often.
fn terms() -> impl Strategy<Value = (Protocol, Quota, u32, u32)> {
    let protocol = prop_oneof![Just(Protocol::Tcp), Just(Protocol::Udp)];
    let quota = prop_oneof![3 => Just(Quota::Ipv4), 1 => Just(Quota::Ipv6), 1 => Just(Quota::Both)];
    (protocol, quota, 1..8_u32, prop_oneof![3 => Just(1_u32), 1 => 0..4_u32])
}

/// Groups from zones whose rules take different units.
fn zoned(
    groups: Vec<(PortSet, (Protocol, Quota, u32, u32))>,
    budget: Budget,
    limits: Limits,
) -> Instance {
    let key = |zone: usize, protocol, quota| {
        let zone = u16::try_from(zone).unwrap();
        GroupKey { origin: Some(Origin { zone, quota }), protocol }
    };
    let with_keys = groups.into_iter().enumerate();
    let with_keys = with_keys.map(|(i, (ports, (protocol, quota, units, weight)))| {
        let terms = Terms { zone: Some(format!("z{i}").into()), quota, units, weight };
        (key(i, protocol, quota), ports, terms)
    });
    let with_keys: Vec<_> = with_keys.collect();
    let mut used: Used = with_keys.iter().map(|(key, ports, _)| (*key, ports.clone())).collect();
    drop_forbidden(&mut used, &limits);
    let groups = with_keys
        .iter()
        .map(|(key, _, terms)| Group::new(key.protocol, terms.clone(), used[key].runs()));
    Instance::of_groups(groups, budget, limits).expect("no run is that wide")
}

/// An instance of up to four groups of different units, with at most 12 holes.
pub(crate) fn zoned_instance() -> impl Strategy<Value = Instance> {
    let groups = vec((few_runs(4), terms()), 1..=4);
    // Most budgets are near what the groups need at least.
    (groups, 0..40_usize, 0..20_usize, limits()).prop_map(|(groups, ipv4, ipv6, spec)| {
        zoned(groups, Budget { ipv4, ipv6 }, Limits::from(spec))
    })
}

/// Zones of one protocol nested in a chain, and one zone beside them, by the used ports of each.
fn nested(
    chain: Vec<(PortSet, (Protocol, Quota, u32, u32))>,
    beside: (PortSet, (Protocol, Quota, u32, u32)),
    budget: Budget,
    limits: Limits,
) -> Instance {
    let n_nested = chain.len();
    let chain =
        chain.into_iter().map(|(ports, terms)| (ports, (Protocol::Tcp, terms.1, terms.2, terms.3)));
    let instance = zoned(chain.chain([beside]).collect(), budget, limits);
    // Zones come in order, and those without ports are left out.
    let level = |group: &Group| group.terms().zone.as_deref()?.strip_prefix('z')?.parse().ok();
    let levels: Vec<usize> = instance.groups().iter().filter_map(level).collect();
    let outer = levels.iter().map(|&level| {
        let further = (0..levels.len()).rev().filter(|&o| level < n_nested && levels[o] < level);
        further.collect()
    });
    let outer = outer.collect();
    instance.sharing(outer).expect("a chain is nested")
}

/// A shared instance that brute force can decide: two or three nested zones and one beside them.
pub(crate) fn nested_instance() -> impl Strategy<Value = Instance> {
    let units = |(protocol, quota, units, weight)| (protocol, quota, 1 + units % 4, weight);
    let chain = vec((few_runs(4), terms().prop_map(units)), 2..=3);
    let beside = (few_runs(2), terms().prop_map(units));
    // Most budgets are near the least that works without sharing, on either side.
    let near = || (0..4_usize, 0..8_usize);
    (chain, beside, near(), near(), limits())
        .prop_map(|(chain, beside, ipv4, ipv6, spec)| {
            let instance = nested(chain, beside, Budget::default(), Limits::from(spec));
            let least = least_budget(&Line::new(&instance), &instance);
            let near =
                |least: usize, (less, more): (usize, usize)| least.saturating_sub(less) + more;
            let (ipv4, ipv6) = (near(least.ipv4, ipv4), near(least.ipv6, ipv6));
            instance.with_budget(Budget { ipv4, ipv6 })
        })
        // Forbidden ports may leave nothing of a zone.
        .prop_filter("no zone serves another", Instance::is_shared)
}

/// A shared instance of about 30 runs in nested zones, and a budget near the least without sharing.
pub(crate) fn larger_nested_instance() -> impl Strategy<Value = Instance> {
    let set = |ports: Vec<u32>| ports.into_iter().map(Span::single).collect::<PortSet>();
    let ports = move || vec(0..300_u32, 5..15).prop_map(set);
    let units = |(protocol, quota, units, weight)| (protocol, quota, 1 + units % 3, 1 + weight);
    let group = move || (ports(), terms().prop_map(units));
    (vec(group(), 2..=3), group(), option::of(10..80_u64), 0..12_usize, 0..6_usize).prop_map(
        |(chain, beside, max_open_ports, more_ipv4, more_ipv6)| {
            let spec = LimitSpec { max_open_ports, ..LimitSpec::default() };
            let instance = nested(chain, beside, Budget::default(), Limits::from(spec));
            let least = least_budget(&Line::new(&instance), &instance);
            let (ipv4, ipv6) = (least.ipv4 + more_ipv4, least.ipv6 + more_ipv6);
            instance.with_budget(Budget { ipv4, ipv6 })
        },
    )
}

/// Any small instance: of one class or of several.
pub(crate) fn any_instance() -> impl Strategy<Value = Instance> {
    prop_oneof![instance(6), zoned_instance()]
}

/// Hundreds of ports in groups of different units, and budgets near the least.
pub(crate) fn large_zoned_instance() -> impl Strategy<Value = Instance> {
    let ports = vec(0..3_000_u32, 1..150);
    let set = |ports: Vec<u32>| ports.into_iter().map(Span::single).collect::<PortSet>();
    let groups = vec((ports.prop_map(set), terms()), 2..=5);
    (groups, option::of(10..400_u64), option::of(5..100_u64), 0..120_usize, 0..60_usize).prop_map(
        |(groups, max_open_ports, max_hole, more_ipv4, more_ipv6)| {
            let spec = LimitSpec { max_open_ports, max_hole, ..LimitSpec::default() };
            let instance = zoned(groups, Budget::default(), Limits::from(spec));
            let least = least_budget(&Line::new(&instance), &instance);
            let (ipv4, ipv6) = (least.ipv4 + more_ipv4, least.ipv6 + more_ipv6);
            instance.with_budget(Budget { ipv4, ipv6 })
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
                let fewest = rangecover::solve::fewest_rules(
                    &rangecover::problem::line::Line::new(&instance),
                );
                instance.with_budget(fewest + more)
            },
        )
}
