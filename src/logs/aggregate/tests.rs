use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::logs::evidence::{Judgement, Ledger, LogReport, table};
use crate::logs::flow::{Action, Selection};
use crate::logs::inputs::{Reading, read_log};
use crate::problem::ports::Protocol;
use crate::problem::zones::Zones;
use crate::research::generate::{Fields, FlowLogOptions, flow_log};

/// The rows of a log.
fn aggregated(log: &[u8], selection: &Selection, most_rows: usize) -> (Vec<u8>, Written) {
    let aggregate = Arc::new(Aggregate::with_most_rows(selection.port, most_rows));
    let sink = Arc::clone(&aggregate);
    let ledger = Ledger::sending(selection.clone(), Arc::new(move |record: &_| sink.add(record)));
    let reading = Reading { selection: selection.clone(), ..Reading::default() };
    let read = read_log("log", log, None, &reading, &ledger).unwrap();
    assert!(read.fault.is_none());
    drop(ledger);
    let mut out = Vec::new();
    let aggregate = Arc::try_unwrap(aggregate).unwrap();
    let written = aggregate.write(None, &mut out).unwrap();
    (out, written)
}

/// What `ports --format csv` writes, and what there is to say about the records.
fn ports(
    log: &[u8],
    reading: &Reading,
    zones: Option<&Arc<Zones>>,
) -> (String, Vec<(u64, u64)>, LogReport) {
    let ledger = Ledger::with_zones(reading.selection.clone(), zones.map(Arc::clone));
    let read = read_log("log", log, None, reading, &ledger).unwrap();
    assert!(read.fault.is_none());
    assert_eq!(read.report.records.malformed, 0, "{:?}", read.report.malformed);
    let interfaces = ledger.finish(&reading.judgement);
    let mut out = Vec::new();
    table::write_csv(&interfaces, zones.map(Arc::as_ref), &mut out).unwrap();
    let spans = interfaces.iter().map(|i| (i.span.records, i.span.skipdata)).collect();
    (String::from_utf8(out).unwrap(), spans, read.report)
}

/// What ports are judged by: each flag that makes sense for rows too.
fn readings(port: ServicePort) -> Vec<Reading> {
    let usual =
        Reading { selection: Selection { port, ..Selection::default() }, ..Reading::default() };
    let with = |change: &dyn Fn(&mut Reading)| {
        let mut reading = usual.clone();
        change(&mut reading);
        reading
    };
    vec![
        usual.clone(),
        with(&|r| r.selection.action = Action::All),
        with(&|r| r.selection.action = Action::Reject),
        with(&|r| r.selection.protocols = vec![Protocol::Udp]),
        with(&|r| r.selection.interfaces = vec!["eni-2".to_owned()]),
        with(&|r| r.judgement = Judgement { ignore_flags: true, ..Judgement::default() }),
        with(&|r| {
            r.judgement = Judgement { min_flows: 3, min_endpoints: 2, ..Judgement::default() };
        }),
    ]
}

fn zones() -> Arc<Zones> {
    let text =
        "[zones.office]\ncidrs = [\"10.0.0.0/30\"]\n[zones.lab]\ncidrs = [\"2001:db8::/32\"]\n";
    Arc::new(Zones::parse(text).unwrap())
}

/// Ports judged from the rows are those judged from the records.
fn check_law(log: &[u8]) {
    let zones = zones();
    for port in [ServicePort::Service, ServicePort::Dst, ServicePort::Src] {
        let selection = Selection { port, ..Selection::default() };
        let (rows, written) = aggregated(log, &selection, MOST_ROWS);
        for reading in readings(port) {
            let (expected, spans, report) = ports(log, &reading, None);
            let (found, found_spans, found_report) = ports(&rows, &reading, None);
            assert_eq!(found, expected, "{reading:?}\n{}", String::from_utf8_lossy(&rows));
            assert_eq!(found_spans, spans);
            assert_eq!(found_report.records, report.records);
            assert_eq!(found_report.without_ports, report.without_ports);
            assert_eq!(written.records, report.records.read);
            if port == ServicePort::Service {
                let expected = ports(log, &reading, Some(&zones)).0;
                assert_eq!(ports(&rows, &reading, Some(&zones)).0, expected);
            }
        }
    }
}

/// Records of few values, so that many agree, and of every size that makes a difference.
fn record() -> impl Strategy<Value = String> {
    let address = prop_oneof![
        Just("10.0.0.1"),
        Just("10.0.0.2"),
        Just("203.0.113.9"),
        Just("2001:db8::1"),
        Just("fd00::1")
    ];
    let packet = prop_oneof![4 => Just("-"), 1 => Just("203.0.113.77"), 1 => Just("10.0.0.9")];
    let port = prop_oneof![Just(0_u16), Just(53), Just(443), Just(33_000), Just(50_000)];
    let protocol = prop_oneof![4 => Just(6_u8), 2 => Just(17), 1 => Just(1)];
    let flags = prop_oneof![
        3 => Just("-"), 1 => Just("0"), 1 => Just("2"), 1 => Just("18"), 1 => Just("3"), 1 => Just("4")
    ];
    let size = (prop_oneof![Just(1_u64), Just(2), Just(4), Just(9)], 0_u64..90);
    let tail = prop_oneof![
        5 => Just("ACCEPT OK"), 2 => Just("REJECT OK"), 1 => Just("- NODATA"), 1 => Just("- SKIPDATA")
    ];
    let direction = prop_oneof![4 => Just("-"), 1 => Just("ingress"), 1 => Just("egress")];
    (
        (1_u8..4, address.clone(), address, packet.clone(), packet),
        (port.clone(), port, protocol, flags, direction),
        (size, any::<bool>(), 0_u32..20, 0_u32..9, tail),
    )
        .prop_map(|(hosts, call, rest)| {
            let (eni, src, dst, pkt_src, pkt_dst) = hosts;
            let (srcport, dstport, protocol, flags, direction) = call;
            let ((packets, each), is_sized, start, length, tail) = rest;
            let (packets, bytes) = if is_sized {
                (packets.to_string(), (packets * each).to_string())
            } else {
                ("-".to_owned(), "-".to_owned())
            };
            let end = start + length;
            if tail.starts_with('-') {
                return format!("eni-{eni} - - - - - - - - - - - {start} {end} {tail}\n");
            }
            format!(
                "eni-{eni} {src} {dst} {pkt_src} {pkt_dst} {srcport} {dstport} {protocol} {flags} \
                 {direction} {packets} {bytes} {start} {end} {tail}\n"
            )
        })
}

const HEADER: &str = "interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol \
                      tcp-flags flow-direction packets bytes start end action log-status\n";

fn log_of(records: &[String]) -> Vec<u8> {
    format!("{HEADER}{}", records.concat()).into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn ports_of_rows_are_those_of_records(records in proptest::collection::vec(record(), 1..200)) {
        check_law(&log_of(&records));
    }

    #[test]
    fn rows_depend_neither_on_order_nor_on_memory_nor_on_parts(
        records in proptest::collection::vec(record(), 1..300),
        cut in any::<prop::sample::Index>(),
    ) {
        let selection = Selection::default();
        let (rows, written) = aggregated(&log_of(&records), &selection, MOST_ROWS);
        let mut turned = records.clone();
        turned.reverse();
        prop_assert_eq!(&aggregated(&log_of(&turned), &selection, 16).0, &rows);
        // Rows of parts of a log are records themselves.
        let (first, second) = records.split_at(cut.index(records.len()));
        let parts = [first, second].map(|part| match part {
            [] => Vec::new(),
            part => aggregated(&log_of(part), &selection, 16).0,
        });
        let again = aggregated(&parts.concat(), &selection, MOST_ROWS);
        prop_assert_eq!(&again.0, &rows);
        prop_assert_eq!(again.1, written);
    }
}

#[test]
fn ports_of_a_generated_log() {
    for fields in ["default", "extended"] {
        let options = FlowLogOptions {
            n_records: 6_000,
            n_ports: 40,
            replies: true,
            calls_percent: 30,
            probes_percent: 10,
            long_percent: 20,
            ipv6_percent: 10,
            fields: fields.parse::<Fields>().unwrap(),
            ..FlowLogOptions::default()
        };
        let mut log = Vec::new();
        flow_log(7, &options, &mut log).unwrap();
        check_law(&log);
    }
}

/// Sizes that say something each, and nothing in their sum: a reset and more than resets, data and
/// many bare segments.
#[test]
fn sizes_that_say_different_things_are_not_added_up() {
    let line = |call: &str, size: &str| format!("eni-1 {call} 6 - - {size} 1 2 ACCEPT OK\n");
    let mut records = vec![
        line("203.0.113.9 10.0.0.1 - - 50000 443", "9 900"),
        line("10.0.0.1 203.0.113.9 - - 443 50000", "9 900"),
    ];
    let (to, from) = ("203.0.113.9 10.0.0.1 - - 50001 8080", "10.0.0.1 203.0.113.9 - - 8080 50001");
    let (to_2, from_2) =
        ("203.0.113.9 10.0.0.1 - - 50002 8081", "10.0.0.1 203.0.113.9 - - 8081 50002");
    records.extend([line(to, "1 40"), line(from, "1 40"), line(from, "4 160")]);
    records.extend([line(to_2, "1 1000"), line(to_2, "100 4000"), line(from_2, "1 40")]);
    let log = log_of(&records);
    check_law(&log);
    let (_, written) = aggregated(&log, &Selection::default(), MOST_ROWS);
    assert_eq!(written.rows, 8);
    // What they are because of that.
    let usual = Reading::default();
    let (ports, ..) = ports(&log, &usual, None);
    for port in ["8080", "8081"] {
        let row = ports.lines().find(|row| row.contains(port)).unwrap();
        assert!(!row.contains("unanswered"), "{row}");
    }
}

#[test]
fn many_runs_are_merged() {
    let records: Vec<String> = (0..6_000_u32)
        .map(|i| {
            let port = i % 3_000;
            format!("eni-1 10.0.0.1 10.0.0.2 - - {port} 443 6 - - 1 40 {i} {i} ACCEPT OK\n")
        })
        .collect();
    let selection = Selection::default();
    let (rows, written) = aggregated(&log_of(&records), &selection, MOST_ROWS);
    assert_eq!((written.rows, written.records), (3_000, 6_000));
    assert_eq!(aggregated(&log_of(&records), &selection, 320).0, rows);
}

#[test]
fn a_limit_says_what_it_left_out_and_counts_fit() {
    let aggregate = Aggregate::new(ServicePort::Dst);
    for port in [443, 80, 22] {
        let record = Record { dstport: Some(port), count: u32::MAX, ..Record::default() };
        aggregate.add(&record);
        aggregate.add(&record);
    }
    let mut out = Vec::new();
    let written = aggregate.write(Some(1), &mut out).unwrap();
    let records = 2 * u64::from(u32::MAX);
    assert_eq!(written, Written { rows: 1, records, left_out: 2 });
    let expected = "interface_id,protocol,dstport,action,log_status,count,start,end\n\
                    -,6,22,ACCEPT,OK,4294967295,,\n-,6,22,ACCEPT,OK,4294967295,,\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
