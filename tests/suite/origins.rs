//! Used ports by zone: the same whatever the order of records, and in agreement with their sums.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use rangecover::logs::evidence::{InterfaceTraffic, Judgement, Ledger, PortTraffic};
use rangecover::logs::flow::{Selection, ServicePort};
use rangecover::logs::inputs::{self, OtherSources, Reading, Source as Used};
use rangecover::logs::shapes::{Format, Source, shape};
use rangecover::problem::zones::Zones;
use rayon::ThreadPoolBuilder;

use crate::binary::Folder;

pub(crate) const ZONES: &str = r#"
[zones.office]
cidrs = ["203.0.113.0/24", "2001:db8:1::/48"]

[zones.vpc]
cidrs = ["10.0.0.0/8"]

[zones.app]
security_group = "sg-0123456789abcdef0"
addresses = ["10.0.5.7"]
"#;

fn zones() -> Zones {
    Zones::parse(ZONES).unwrap()
}

const HEADER: &str = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end \
                      flow-direction action\n";

/// One record, of few hosts in each zone and many in none.
fn record() -> impl Strategy<Value = String> {
    let address = prop_oneof![
        6 => Just("10.0.0.1".to_owned()),
        2 => (1..4).prop_map(|n| format!("203.0.113.{n}")),
        2 => (6..9).prop_map(|n| format!("10.0.5.{n}")),
        3 => (1..200).prop_map(|n| format!("198.51.100.{n}")),
        1 => (1..4).prop_map(|n| format!("2001:db8:{n}::1")),
    ];
    let port = || prop_oneof![0..3_u16, 40_000..40_003_u16];
    let direction = prop_oneof![4 => Just("-"), 1 => Just("ingress"), 1 => Just("egress")];
    let action = prop_oneof![6 => Just("ACCEPT"), 1 => Just("REJECT")];
    let others = (port(), port(), prop_oneof![Just(6), Just(17)], 1..30_u32, direction, action);
    ((0..2_u8, address.clone(), address), others).prop_map(
        |((interface, src, dst), (from, to, protocol, packets, way, action))| {
            let bytes = packets * 80;
            format!("eni-{interface} {src} {dst} {from} {to} {protocol} {packets} {bytes} 1 60 {way} {action}")
        },
    )
}

fn traffic(lines: &[String], port: ServicePort, zones: Option<Zones>) -> Vec<InterfaceTraffic> {
    let log = HEADER.to_owned() + &lines.join("\n");
    let selection = Selection { port, ..Selection::default() };
    let ledger = Ledger::with_zones(selection, zones.map(Arc::new));
    // Two halves of a log come together like any two logs.
    let (first, second) = lines.split_at(lines.len() / 2);
    for half in [first, second] {
        let half = HEADER.to_owned() + &half.join("\n");
        let source = Source { head: log.as_bytes(), stream: Box::new(half.as_bytes()), file: None };
        let read = shape("text").unwrap().read(source, &Format::default(), &ledger);
        assert_eq!(read.report.records.malformed, 0, "{:?}", read.report.malformed);
    }
    ledger.finish(&Judgement::default())
}

fn any_port() -> impl Strategy<Value = ServicePort> {
    prop_oneof![Just(ServicePort::Service), Just(ServicePort::Dst), Just(ServicePort::Src)]
}

/// Flows of a port by the address itself, where one end is plain to see.
fn remote_flows(lines: &[String], interface: &str, port: &PortTraffic) -> BTreeMap<IpAddr, u64> {
    let mut flows = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split(' ').collect();
        let is_of_port = cells[0] == interface
            && cells[4] == port.port.to_string()
            && cells[5] == port.protocol.number().to_string()
            && cells[11] == "ACCEPT";
        if is_of_port {
            *flows.entry(cells[1].parse().unwrap()).or_default() += 1;
        }
    }
    flows
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn neither_order_nor_threads_change_the_flows_of_zones(
        (lines, shuffled) in vec(record(), 0..150)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        port in any_port(),
        n_threads in 1..4_usize,
    ) {
        let pool = ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let one = format!("{:?}", traffic(&lines, port, Some(zones())));
        let other = pool.install(|| format!("{:?}", traffic(&shuffled, port, Some(zones()))));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn the_flows_of_zones_add_up_and_change_nothing_else(
        lines in vec(record(), 0..150),
        port in any_port(),
    ) {
        let mut apart = traffic(&lines, port, Some(zones()));
        for port in apart.iter_mut().flat_map(|interface| &mut interface.ports) {
            let known: u64 = port.origins().iter().map(|from| from.flows).sum();
            let others = port.others().map_or(0, rangecover::logs::evidence::Others::flows);
            prop_assert_eq!(known + others, port.flows);
            port.remotes = None;
        }
        prop_assert_eq!(format!("{apart:?}"), format!("{:?}", traffic(&lines, port, None)));
    }

    #[test]
    fn the_flows_of_zones_are_those_of_their_addresses(lines in vec(record(), 0..400)) {
        let zones = zones();
        for interface in traffic(&lines, ServicePort::Dst, Some(zones.clone())) {
            for port in &interface.ports {
                let flows = remote_flows(&lines, interface.interface.as_deref().unwrap(), port);
                let mut origins = BTreeMap::new();
                let mut others = BTreeMap::new();
                for (address, n) in flows {
                    match zones.origin(address) {
                        Some(origin) => *origins.entry(origin).or_default() += n,
                        None => *others.entry(address).or_default() += n,
                    }
                }
                let found = port.origins().iter().map(|from| (from.origin, from.flows)).collect();
                prop_assert_eq!(origins, found);
                let Some(found) = port.others() else {
                    prop_assert!(others.is_empty());
                    continue;
                };
                prop_assert_eq!(found.flows(), others.values().sum::<u64>());
                prop_assert_eq!(found.is_complete(), others.len() < 64);
                for (address, n) in found.addresses() {
                    prop_assert_eq!(others.get(&address), Some(&n));
                }
                if found.is_complete() {
                    prop_assert_eq!(found.count(), others.len() as u64);
                }
            }
        }
    }
}

/// The used ports of each source: `eni-1: office ipv4 tcp/443`.
fn used(folder: &Folder, file: &str, reading: &Reading) -> Vec<String> {
    let path = folder.path().join(file).to_str().unwrap().to_owned();
    let read = inputs::read(&[path], reading, &()).unwrap();
    assert!(read.failures.is_empty(), "{:?}", read.failures);
    read.sources.iter().map(line).collect()
}

fn line(source: &Used) -> String {
    let mut line = format!("{}:", source.interface.as_deref().unwrap_or("-"));
    for (key, ports) in &source.used {
        let zone = key.origin.map_or("anyone".to_owned(), |origin| {
            let zone = source.zones.as_ref().unwrap().zone(origin);
            format!("{} {}", zone.name(), origin.quota)
        });
        for run in ports.runs() {
            write!(line, " {zone} {}/{run};", key.protocol).unwrap();
        }
    }
    line
}

fn reading(port: ServicePort, other_sources: OtherSources) -> Reading {
    let selection = Selection { port, ..Selection::default() };
    Reading { selection, zones: Some(zones()), other_sources, ..Reading::default() }
}

/// Four clients of a port of the interface, each call with its answer.
pub(crate) fn calls(port: u16, clients: &[&str]) -> String {
    let mut log = String::new();
    for (i, client) in clients.iter().enumerate() {
        let own = if client.contains(':') { "2001:db8:ff::1" } else { "10.0.0.1" };
        let from = 50_001 + i;
        writeln!(log, "2 123456789012 eni-1 {client} {own} {from} {port} 6 9 900 1767571200 1767571260 ACCEPT OK").unwrap();
        writeln!(log, "2 123456789012 eni-1 {own} {client} {port} {from} 6 9 9000 1767571200 1767571260 ACCEPT OK").unwrap();
    }
    log
}

fn log() -> String {
    calls(443, &["203.0.113.1", "203.0.113.2", "203.0.113.3"])
        + &calls(443, &["2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::3"])
        + &calls(22, &["10.0.5.7", "10.0.5.8", "10.0.6.1"])
}

#[test]
fn a_port_is_used_from_the_zones_that_connect_to_it() {
    let folder = Folder::with(&[("a.log", &log())]);
    let expected =
        "eni-1: office ipv4 tcp/443; office ipv6 tcp/443; vpc ipv4 tcp/22; app both tcp/22;";
    assert_eq!(
        used(&folder, "a.log", &reading(ServicePort::Service, OtherSources::Refuse)),
        [expected]
    );
    let any = Reading { zones: None, ..reading(ServicePort::Service, OtherSources::Refuse) };
    assert_eq!(used(&folder, "a.log", &any), ["eni-1: anyone tcp/22; anyone tcp/443;"]);
}

#[test]
fn where_one_port_counts_the_other_side_is_the_remote_one() {
    let call = "2 1 eni-1 203.0.113.1 10.0.0.1 50001 443 6 9 900 1 60 ACCEPT OK\n";
    let folder = Folder::with(&[("a.log", call)]);
    let by = |port| used(&folder, "a.log", &reading(port, OtherSources::Refuse));
    assert_eq!(by(ServicePort::Dst), ["eni-1: office ipv4 tcp/443;"]);
    assert_eq!(by(ServicePort::Src), ["eni-1: vpc ipv4 tcp/50001;"]);
}

#[test]
fn others_are_a_zone_at_the_end_where_they_are_to_be() {
    let strangers = ["198.51.100.1", "198.51.100.2", "2001:db8:9::1", "203.0.113.9"];
    let folder = Folder::with(&[("a.log", &(log() + &calls(8443, &strangers)))]);
    let by = |others| used(&folder, "a.log", &reading(ServicePort::Dst, others));
    let with = |zone: &str| {
        let own = by(OtherSources::Ignore).concat();
        assert!(own.contains("office ipv4 tcp/443; office ipv4 tcp/8443;"), "{own}");
        let line = by(if zone == "any" { OtherSources::Any } else { OtherSources::List }).concat();
        assert!(line.contains(&format!("{zone} ipv4 tcp/8443; {zone} ipv6 tcp/8443;")), "{line}");
        line
    };
    with("any");
    with("others");
    let path = folder.path().join("a.log").to_str().unwrap().to_owned();
    let reading = reading(ServicePort::Dst, OtherSources::List);
    let read = inputs::read(&[path], &reading, &()).unwrap();
    let last = read.sources[0].zones.as_ref().unwrap().all().last().unwrap().networks().to_vec();
    let listed: Vec<String> = last.iter().map(ToString::to_string).collect();
    assert!(listed.contains(&"198.51.100.1/32".to_owned()), "{listed:?}");
    assert!(listed.contains(&"2001:db8:9::1/128".to_owned()), "{listed:?}");
}

#[test]
fn how_inputs_were_read_is_written_and_read_back() {
    let reading = Reading {
        zones: Some(zones()),
        other_sources: OtherSources::List,
        source: Some("10.0.0.0/8".parse().unwrap()),
        ..Reading::default()
    };
    let text = serde_json::to_string(&reading).unwrap();
    assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), reading, "{text}");
    let usual = serde_json::to_string(&Reading::default()).unwrap();
    assert!(!usual.contains("zones") && !usual.contains("source"), "{usual}");
}
