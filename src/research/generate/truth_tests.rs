//! Tests of logs that are hard to classify, by reading their lines.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::addresses::twin;
use super::network::Network;
use super::{FlowLogOptions, Truth, flow_log, flow_log_with_truth, kind};
use crate::logs::evidence::Class;
use crate::problem::ports::Protocol;

const FIELDS: &str = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start \
                      action tcp-flags flow-direction pkt-srcaddr pkt-dstaddr type";

fn hard() -> FlowLogOptions {
    FlowLogOptions {
        n_interfaces: 9,
        n_records: 20_000,
        kind: kind("ephemeral").unwrap(),
        n_ports: 60,
        fields: FIELDS.parse().unwrap(),
        replies: true,
        calls_percent: 40,
        probes_percent: 15,
        long_percent: 10,
        loss_percent: 5,
        lonely_percent: 30,
        ipv6_percent: 20,
        ..FlowLogOptions::default()
    }
}

fn reusing() -> FlowLogOptions {
    FlowLogOptions { reuse_percent: 40, ..hard() }
}

fn log(seed: u64, options: &FlowLogOptions) -> (String, Truth) {
    let mut bytes = Vec::new();
    let truth = flow_log_with_truth(seed, options, &mut bytes).unwrap();
    (String::from_utf8(bytes).unwrap(), truth)
}

type Port<'a> = (&'a str, Protocol, u16);

/// A record of traffic with ports that was accepted.
#[derive(Debug)]
struct Line<'a> {
    values: Vec<&'a str>,
    egress: bool,
    local: Port<'a>,
    remote: (IpAddr, u16),
}

impl Line<'_> {
    fn flags(&self) -> u8 {
        self.values[10].parse().unwrap()
    }
}

fn lines<'a>(seed: u64, options: &FlowLogOptions, text: &'a str) -> Vec<Line<'a>> {
    let network = Network::new(seed, options).unwrap();
    let own = |id: &str, address: IpAddr| {
        let interface = network.interfaces.iter().find(|i| i.id == id).unwrap();
        let own = interface.endpoint(0).address;
        address == own || address == twin(own)
    };
    let mut lines = Vec::new();
    for line in text.lines().skip(1) {
        let values: Vec<&str> = line.split(' ').collect();
        let protocol = values[5].parse().ok().and_then(Protocol::from_number);
        let Some(protocol) = protocol.filter(|_| values[9] == "ACCEPT") else {
            continue;
        };
        let [src, dst] = [(1, 3), (2, 4)].map(|(address, port)| {
            (values[address].parse::<IpAddr>().unwrap(), values[port].parse::<u16>().unwrap())
        });
        let egress = own(values[0], src.0);
        assert_ne!(egress, own(values[0], dst.0), "{line}");
        assert_eq!(egress, values[11] == "egress", "{line}");
        let (local, remote) = if egress { (src, dst) } else { (dst, src) };
        lines.push(Line { local: (values[0], protocol, local.1), egress, remote, values });
    }
    lines
}

fn classes(truth: &Truth) -> BTreeMap<Port<'_>, Class> {
    truth.rows().map(|row| ((row.interface, row.protocol, row.port), row.class)).collect()
}

#[test]
fn the_truth_has_every_port_of_the_log_once_and_no_other() {
    let quiet = FlowLogOptions { n_records: 300, loss_percent: 60, ..hard() };
    let plain = FlowLogOptions { fields: FIELDS.parse().unwrap(), ..FlowLogOptions::default() };
    let unanswered = FlowLogOptions { replies: false, ..hard() };
    for (seed, options) in [(1, hard()), (2, quiet), (3, plain), (4, unanswered), (5, reusing())] {
        let (text, truth) = log(seed, &options);
        let ports: BTreeSet<_> = lines(seed, &options, &text).iter().map(|l| l.local).collect();
        let rows = truth.rows().map(|row| (row.interface, row.protocol, row.port));
        assert!(rows.eq(ports), "seed {seed}");
        assert_eq!(text.lines().count() as u64, options.n_records + 1);
    }
}

#[test]
fn the_truth_agrees_with_the_flags() {
    for options in [hard(), reusing()] {
        flags_agree(&options);
    }
}

fn flags_agree(options: &FlowLogOptions) {
    let (text, truth) = log(5, options);
    let classes = classes(&truth);
    let mut n_seen = BTreeMap::new();
    for line in lines(5, options, &text) {
        let class = classes[&line.local];
        match (line.egress, line.flags()) {
            (false, 2 | 3) => assert_ne!(class, Class::Client, "{line:?}"),
            (true, 2 | 3) | (false, 18 | 19) => assert_eq!(class, Class::Client, "{line:?}"),
            (true, 18 | 19) => assert_eq!(class, Class::Service, "{line:?}"),
            (true, 4) => assert_eq!(class, Class::Unanswered, "{line:?}"),
            (_, flags) => assert_eq!(flags, 0, "{line:?}"),
        }
        *n_seen.entry((class.to_string(), line.flags())).or_insert(0) += 1;
    }
    for (class, flags) in [("service", 0), ("client", 0), ("client", 3), ("unanswered", 4)] {
        assert!(n_seen[&(class.to_owned(), flags)] > 100, "{n_seen:?}");
    }
}

#[test]
fn reused_ports_call_many_hosts_at_few_ports() {
    let options = FlowLogOptions { n_interfaces: 1, reuse_percent: 60, ..reusing() };
    let (text, truth) = log(15, &options);
    let classes = classes(&truth);
    let mut remotes = BTreeMap::<_, BTreeSet<_>>::new();
    for line in lines(15, &options, &text) {
        // Time daemons call from one port anyway.
        if classes[&line.local] == Class::Client && line.local.2 != 123 {
            remotes.entry(line.local).or_default().insert(line.remote);
        }
    }
    let n_low = |protocol, n_remotes| {
        let is_low = |remotes: &BTreeSet<(_, u16)>| remotes.iter().all(|r| r.1 < 10_000);
        let ports = remotes.iter().filter(|(local, _)| local.1 == protocol);
        ports.filter(|(_, remotes)| remotes.len() >= n_remotes && is_low(remotes)).count()
    };
    assert!(n_low(Protocol::Tcp, 3) > 50 && n_low(Protocol::Udp, 3) > 20);
    let busy: Vec<_> = remotes.values().filter(|remotes| remotes.len() >= 24).collect();
    assert!(busy.len() >= 3, "{busy:?}");
    for remotes in busy {
        let ports: BTreeSet<_> = remotes.iter().map(|remote| remote.1).collect();
        assert!(ports.len() * 2 < remotes.len(), "{remotes:?}");
    }
}

#[test]
fn logs_without_reuse_keep_their_bytes() {
    // FNV-1a
    let hash = |text: &str| {
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    assert_eq!(hash(&log(16, &hard()).0), 12_482_487_769_555_637_768);
    assert_ne!(log(16, &hard()).0, log(16, &reusing()).0);
    // Where interfaces do not call, they reuse nothing.
    let silent = |options| log(16, &FlowLogOptions { calls_percent: 0, ..options }).0;
    assert_eq!(silent(hard()), silent(reusing()));
}

#[test]
fn every_service_of_the_network_is_in_the_truth_and_ports_are_far_from_plain() {
    let options = FlowLogOptions { loss_percent: 0, ..hard() };
    let (_, truth) = log(6, &options);
    let is_high = |port: u16| port >= 32_768;
    let n = |class, high| {
        truth.rows().filter(|row| row.class == class && is_high(row.port) == high).count()
    };
    let network = Network::new(6, &options).unwrap();
    assert!(n(Class::Service, true) + n(Class::Service, false) >= network.services.len());
    assert!(n(Class::Service, true) > 100);
    // A gateway calls from low ports too.
    assert!(n(Class::Client, false) > 100);
    assert!(n(Class::Unanswered, true) > 100);
}

#[test]
fn a_closed_port_says_so_in_one_packet_or_not_at_all() {
    let options = FlowLogOptions { loss_percent: 0, ..hard() };
    let (text, truth) = log(7, &options);
    let classes = classes(&truth);
    let is_closed = |line: &&Line<'_>| classes[&line.local] == Class::Unanswered;
    let (mut n_probes, mut n_resets) = (0, 0);
    let mut scanners = BTreeMap::<_, BTreeSet<_>>::new();
    for line in lines(7, &options, &text).iter().filter(is_closed) {
        assert_eq!(line.values[6], "1");
        let longer = if line.remote.0.is_ipv6() { 20 } else { 0 };
        let bytes = line.values[7].parse::<u32>().unwrap() - longer;
        if line.egress {
            assert_eq!((line.flags(), bytes), (4, 40));
            n_resets += 1;
        } else {
            assert!(line.flags() == 2 && (40..=60).contains(&bytes));
            n_probes += 1;
        }
        scanners.entry(line.remote).or_default().insert(line.local.2);
    }
    assert!((60..73).contains(&(n_resets * 100 / n_probes)), "{n_resets} of {n_probes}");
    assert!(scanners.values().filter(|ports| ports.len() > 20).count() >= 8);
}

#[test]
fn a_lonely_service_has_one_client() {
    let options = FlowLogOptions { lonely_percent: 100, n_records: 40_000, ..hard() };
    let (text, _) = log(8, &options);
    let network = Network::new(8, &options).unwrap();
    let mut clients = BTreeMap::<_, BTreeSet<_>>::new();
    let lines = lines(8, &options, &text);
    for line in &lines {
        clients.entry(line.local).or_default().insert(line.remote);
    }
    let (mut n_single, mut n_services) = (0, 0);
    for service in &network.services {
        let interface = &network.interfaces[service.interface as usize];
        // A gateway's private hosts may use the port too.
        let Some(remotes) = clients
            .get(&(interface.id.as_str(), service.protocol, service.port))
            .filter(|_| interface.index != 4)
        else {
            continue;
        };
        assert_eq!(remotes.iter().map(|remote| remote.0).collect::<BTreeSet<_>>().len(), 1);
        n_services += 1;
        n_single += usize::from(remotes.len() == 1);
    }
    assert!(n_services > 100);
    assert!((30..70).contains(&(n_single * 100 / n_services)), "{n_single} of {n_services}");
}

#[test]
fn answers_do_not_come_before_their_request() {
    let options = FlowLogOptions { loss_percent: 0, ..hard() };
    let (text, truth) = log(9, &options);
    let classes = classes(&truth);
    let start = |line: &Line<'_>| line.values[8].parse::<usize>().unwrap();
    let mut n_late = [0, 0];
    for pair in lines(9, &options, &text).windows(2) {
        let is_same_flow = pair[0].local == pair[1].local && pair[0].remote == pair[1].remote;
        let is_request = pair[0].egress == (classes[&pair[0].local] == Class::Client);
        if is_request && is_same_flow && pair[0].egress != pair[1].egress {
            n_late[start(&pair[1]) - start(&pair[0])] += 1;
        }
    }
    assert!((15..25).contains(&(n_late[1] * 100 / (n_late[0] + n_late[1]))), "{n_late:?}");
}

#[test]
fn only_a_gateway_passes_packets_on() {
    let options = hard();
    let (text, truth) = log(10, &options);
    let classes = classes(&truth);
    let network = Network::new(10, &options).unwrap();
    let (mut n_there, mut n_back) = (0, 0);
    for line in lines(10, &options, &text) {
        let v = &line.values;
        if v[1] == v[12] && v[2] == v[13] {
            continue;
        }
        assert_eq!(v[0], network.interfaces[4].id);
        assert_eq!(classes[&line.local], Class::Service);
        // The far end stands where the log names the gateway.
        assert!(if line.egress { v[2] == v[13] } else { v[1] == v[12] }, "{line:?}");
        n_there += u32::from(!line.egress);
        n_back += u32::from(line.egress);
    }
    assert!(n_there > 100 && n_back > 100, "{n_there} {n_back}");
}

#[test]
fn both_families_are_in_the_log() {
    let options = hard();
    let (text, _) = log(11, &options);
    let lines = lines(11, &options, &text);
    let is_ipv6 = |line: &Line<'_>| line.remote.0.is_ipv6();
    for line in &lines {
        assert_eq!(line.values[14], if is_ipv6(line) { "IPv6" } else { "IPv4" });
        assert_eq!(line.values[1].contains(':'), line.values[2].contains(':'));
    }
    let percent = lines.iter().filter(|line| is_ipv6(line)).count() * 100 / lines.len();
    assert!((15..25).contains(&percent), "{percent}");
}

#[test]
fn the_seed_decides_log_and_truth_and_the_truth_does_not_change_the_log() {
    let csv = |truth: &Truth| {
        let mut bytes = Vec::new();
        truth.write_csv(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let (text, truth) = log(12, &hard());
    let (again, same_truth) = log(12, &hard());
    assert!(text == again && csv(&truth) == csv(&same_truth));
    assert_ne!(text, log(13, &hard()).0);
    assert!(csv(&truth).starts_with("interface,protocol,port,class\neni-0"));
    for options in [hard(), FlowLogOptions::default()] {
        let mut without = Vec::new();
        flow_log(12, &options, &mut without).unwrap();
        assert!(without == log(12, &options).0.into_bytes());
    }
}

#[test]
fn an_interface_that_serves_every_port_calls_from_none() {
    let options = FlowLogOptions {
        n_interfaces: 1,
        n_records: 2_000,
        n_ports: 65_536,
        replies: false,
        ..hard()
    };
    let (_, truth) = log(14, &options);
    // It serves tcp alone.
    assert!(
        truth.rows().all(|row| (row.protocol == Protocol::Tcp) == (row.class == Class::Service))
    );
}
