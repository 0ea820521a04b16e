//! Laws of the readers: what they make of any bytes, and what does not matter to them.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use rangecover::logs::evidence::{Judgement, Ledger, LogReport, Records};
use rangecover::logs::flow::{Detail, Layout, Record, Selection, ServicePort};
use rangecover::logs::inputs::{self, InputError, Inputs, Reading};
use rangecover::logs::shapes::{Format, Source, shape};
use rangecover::problem::instance::from_anywhere;
use rangecover::problem::port_list::{self, Entry, UsedPorts};
use rangecover::problem::ports::{PortSet, Protocol, Span};

use crate::binary::{Folder, gzip};
use crate::log_lines::{DEFAULT, Line, expected, line, render};

fn span() -> impl Strategy<Value = Span> {
    let small = (0..65_536_u32, 0..20_u32);
    let any = (0..65_536_u32, 0..65_536_u32);
    prop_oneof![4 => small, 1 => any].prop_map(|(from, len)| {
        Span::new(from, (from + len).min(65_535)).expect("it does not end before it starts")
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let protocol = prop_oneof![Just(None), Just(Some(Protocol::Tcp)), Just(Some(Protocol::Udp))];
    (protocol, span()).prop_map(|(protocol, span)| Entry { protocol, span })
}

fn used_ports() -> impl Strategy<Value = UsedPorts> {
    let ports = || vec(span(), 0..30).prop_map(|spans| spans.into_iter().collect::<PortSet>());
    (ports(), ports()).prop_map(|(tcp, udp)| {
        let mut used = UsedPorts::from([(Protocol::Tcp, tcp), (Protocol::Udp, udp)]);
        used.retain(|_, ports| !ports.is_empty());
        used
    })
}

/// Text of the characters that the grammar of port lists is made of.
fn almost_a_list() -> impl Strategy<Value = String> {
    "[0-9,/ #\\-\ntcpudUDP\u{e9}]{0,40}"
}

/// What a log in text shows when its destination ports count.
fn read_as(log: &[u8], selection: Selection) -> (LogReport, BTreeMap<Option<String>, UsedPorts>) {
    let ledger = Ledger::new(selection);
    let text = shape("text").expect("there is text");
    let source = Source { head: log, stream: Box::new(log), file: None };
    let reading = text.read(source, &Format::default(), &ledger);
    assert!(reading.fault.is_none(), "memory can be read");
    let interfaces = ledger.finish(&Judgement::default()).into_iter();
    (reading.report, interfaces.map(|i| (i.interface.clone(), i.used())).collect())
}

fn dst() -> Selection {
    Selection { port: ServicePort::Dst, ..Selection::default() }
}

/// What everything that reads a log makes of it.
fn facts(log: &[u8]) -> (Records, BTreeMap<Option<String>, UsedPorts>) {
    let (report, interfaces) = read_as(log, dst());
    (report.records, interfaces)
}

fn read_file(bytes: &[u8]) -> Result<Inputs, InputError> {
    let folder = Folder::new();
    let path = folder.write("input", bytes);
    let names = [path.to_str().expect("the path is UTF-8").to_owned()];
    let reading = Reading { selection: dst(), ..Reading::default() };
    let mut inputs = inputs::read(&names, &reading, &())?;
    match inputs.failures.pop() {
        Some(failure) => Err(failure),
        None => Ok(inputs),
    }
}

fn is_sum(records: Records) -> bool {
    let Records { read, accepted, rejected, nodata, skipdata, malformed } = records;
    read == accepted + rejected + nodata + skipdata + malformed
}

/// What may happen to a line on its way.
#[derive(Debug, Clone)]
enum Damage {
    Cut(Index),
    Byte(Index, u8),
    Field(Index, String),
    Without(Index),
    Longer(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        (any::<Index>(), "\\PC{0,8}").prop_map(|(at, text)| Damage::Field(at, text)),
        any::<Index>().prop_map(Damage::Without),
        (65_000..140_000_usize).prop_map(Damage::Longer),
    ]
}

fn damaged(line: &str, damage: &Damage) -> Vec<u8> {
    let mut fields: Vec<&str> = line.split(' ').collect();
    match damage {
        Damage::Cut(at) => line.as_bytes()[..at.index(line.len())].to_vec(),
        Damage::Byte(at, byte) => {
            let mut bytes = line.as_bytes().to_vec();
            bytes[at.index(line.len())] = *byte;
            bytes
        }
        Damage::Field(at, text) => {
            let at = at.index(fields.len());
            fields[at] = text;
            fields.join(" ").into_bytes()
        }
        Damage::Without(at) => {
            fields.remove(at.index(fields.len()));
            fields.join(" ").into_bytes()
        }
        Damage::Longer(n_bytes) => format!("{line} {}", "x".repeat(*n_bytes)).into_bytes(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_text_is_a_list_or_an_error(text in prop_oneof![any::<String>(), almost_a_list()]) {
        if let Err(error) = port_list::parse(&text) {
            prop_assert!((1..=text.lines().count()).contains(&error.line));
        }
        let _ = port_list::looks_like_list(&text);
        if let Ok(entry) = text.parse::<Entry>() {
            prop_assert_eq!(entry.to_string().parse(), Ok(entry));
        }
    }

    #[test]
    fn any_text_is_a_layout_or_an_error(text in any::<String>()) {
        let _ = Layout::is_header_line(&text, &[]);
        if let Ok(layout) = Layout::parse(&text, &[]) {
            Record::parse(text.as_bytes(), &layout, Detail::Evidence).ok();
            layout.require(ServicePort::Dst).ok();
            let _ = layout.assumptions();
        }
    }

    #[test]
    fn any_bytes_are_records_or_malformed(bytes in vec(any::<u8>(), 0..400)) {
        let (records, _) = facts(&bytes);
        prop_assert!(is_sum(records));
        let n_lines = bytes.split(|&b| b == b'\n').filter(|line| !line.trim_ascii().is_empty());
        prop_assert_eq!(records.read, n_lines.count() as u64);
    }

    #[test]
    fn printing_a_list_and_parsing_it_is_the_identity(used in used_ports()) {
        prop_assert_eq!(port_list::parse(&port_list::print(&used)), Ok(used));
    }

    #[test]
    fn printing_an_entry_and_parsing_it_is_the_identity(entry in entry()) {
        prop_assert_eq!(entry.to_string().parse(), Ok(entry));
    }

    #[test]
    fn a_list_holds_the_ports_that_are_written(entries in vec(entry(), 0..20), ends in any::<bool>()) {
        let mut ports: BTreeMap<Protocol, PortSet> = BTreeMap::new();
        let mut text = String::new();
        for (i, entry) in entries.iter().enumerate() {
            let protocol = entry.protocol.unwrap_or(Protocol::Tcp);
            ports.entry(protocol).or_default().insert_span(entry.span);
            text += &entry.to_string();
            text += [",", "\n", " # one\n", "\r\n", " , "][i % 5];
        }
        if ends {
            text += "\n# the end";
        }
        prop_assert_eq!(port_list::parse(&text), Ok(ports));
    }

    #[test]
    fn every_line_of_a_log_counts(lines in vec(line(), 0..40)) {
        prop_assert_eq!(facts(render(&lines, DEFAULT).as_bytes()), expected(&lines));
    }

    #[test]
    fn damage_to_a_line_costs_no_other_line(
        lines in vec((line(), proptest::option::weighted(0.3, damage())), 1..30),
    ) {
        let mut log = Vec::new();
        for (line, damage) in &lines {
            let text = line.text(DEFAULT);
            match damage {
                Some(damage) => log.extend(damaged(&text, damage)),
                None => log.extend(text.bytes()),
            }
            log.push(b'\n');
        }
        let whole: Vec<Line> =
            lines.iter().filter(|(_, damage)| damage.is_none()).map(|(line, _)| *line).collect();
        let (records, interfaces) = facts(&log);
        let (least, ports) = expected(&whole);
        prop_assert!(is_sum(records));
        prop_assert!(records.accepted >= least.accepted);
        prop_assert!(records.rejected >= least.rejected);
        prop_assert!(records.nodata >= least.nodata);
        prop_assert!(records.skipdata >= least.skipdata);
        for (interface, used) in ports {
            prop_assert!(interfaces.contains_key(&interface), "{:?}", interface);
            for run in used.iter().flat_map(|(p, ports)| ports.runs().into_iter().map(|r| (*p, r))) {
                let found = interfaces[&interface].get(&run.0);
                let has = |port: u32| found.is_some_and(|f| f.contains(u16::try_from(port).unwrap()));
                prop_assert!((run.1.from()..=run.1.to()).all(has));
            }
        }
    }

    #[test]
    fn the_order_of_lines_does_not_matter(
        (lines, shuffled) in vec(line(), 0..40)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
    ) {
        prop_assert_eq!(
            facts(render(&lines, DEFAULT).as_bytes()),
            facts(render(&shuffled, DEFAULT).as_bytes())
        );
    }

    #[test]
    fn white_space_does_not_matter(lines in vec(line(), 0..40)) {
        let log = render(&lines, DEFAULT);
        let expected = facts(log.as_bytes());
        for same in [
            log.replace('\n', "\r\n"),
            log.replace(' ', "  "),
            log.replace(' ', "\t"),
            log.replace('\n', "  \n\n \n"),
            log.trim_end().to_owned(),
        ] {
            prop_assert_eq!(facts(same.as_bytes()), expected.clone());
        }
    }

    #[test]
    fn a_header_again_does_not_matter(
        lines in vec(line(), 1..40),
        at in vec(any::<Index>(), 0..4),
    ) {
        let mut texts: Vec<String> = lines.iter().map(|line| line.text(DEFAULT)).collect();
        for at in at {
            texts.insert(at.index(texts.len()), DEFAULT.join(" "));
        }
        prop_assert_eq!(facts(texts.join("\n").as_bytes()), expected(&lines));
    }

    #[test]
    fn the_order_of_columns_does_not_matter(
        lines in vec(line(), 1..40),
        columns in Just(DEFAULT.to_vec()).prop_shuffle(),
        more in Just([DEFAULT, &["vpc-id", "ecs-task-id"]].concat()).prop_shuffle(),
    ) {
        let with_header = |columns: &[&str], lines: &[Line]| {
            format!("{}\n{}", columns.join(" "), render(lines, columns))
        };
        prop_assert_eq!(facts(with_header(&columns, &lines).as_bytes()), expected(&lines));
        // Each header holds from its line on.
        let (first, rest) = lines.split_at(lines.len() / 2);
        let log = with_header(&columns, first) + &with_header(&more, rest);
        prop_assert_eq!(facts(log.as_bytes()), expected(&lines));
    }

    #[test]
    fn a_selection_does_not_change_the_counts(lines in vec(line(), 0..40)) {
        let log = render(&lines, DEFAULT);
        let selection = Selection {
            port: ServicePort::Src,
            interfaces: vec!["eni-1".to_owned()],
            protocols: vec![Protocol::Udp],
            ..Selection::default()
        };
        let (report, interfaces) = read_as(log.as_bytes(), selection);
        prop_assert_eq!(report.records, expected(&lines).0);
        for (interface, used) in interfaces {
            prop_assert_eq!(interface.as_deref(), Some("eni-1"));
            prop_assert!(used.keys().all(|&protocol| protocol == Protocol::Udp));
        }
    }
}

/// Records between few hosts, so that own addresses are found, doubted and lost.
fn conversation() -> impl Strategy<Value = String> {
    let address = prop_oneof![
        6 => Just("10.0.0.1"), 2 => Just("203.0.113.2"), 2 => Just("10.0.0.3"),
        1 => Just("2001:db8::1"), 1 => Just("2001:db8::2"), 1 => Just("-"),
    ];
    let port = || prop_oneof![0..4_u16, 40_000..40_004_u16];
    let flags = prop_oneof![Just("0"), Just("2"), Just("18"), Just("4"), Just("-")];
    let direction = prop_oneof![4 => Just("-"), 1 => Just("ingress"), 1 => Just("egress")];
    let protocol = prop_oneof![3 => Just(6), 2 => Just(17), 1 => Just(1)];
    let action = prop_oneof![4 => Just("ACCEPT"), 1 => Just("REJECT")];
    let (other, packets) = (address.clone(), 1..30_u32);
    let rest = (protocol, packets, 0..4_u32, flags, direction, action);
    ((0..3_u8, address, other, port(), port()), rest).prop_map(
        |((interface, src, dst, from, to), (protocol, packets, start, flags, way, action))| {
            format!(
                "eni-{interface} {src} {dst} {from} {to} {protocol} {packets} {} {start} {} {flags} \
                 {way} {action}",
                packets * 40,
                start + 60
            )
        },
    )
}

const CONVERSATION: &str = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
                            start end tcp-flags flow-direction action\n";

/// Everything that evidence says, as text.
fn evidence(lines: &[String], judgement: &Judgement) -> String {
    let log = CONVERSATION.to_owned() + &lines.join("\n");
    let ledger = Ledger::new(Selection::default());
    let source = Source { head: log.as_bytes(), stream: Box::new(log.as_bytes()), file: None };
    let text = shape("text").expect("there is text");
    let reading = text.read(source, &Format::default(), &ledger);
    assert_eq!(reading.report.records.read, lines.len() as u64, "{:?}", reading.fault);
    format!("{:#?}", ledger.finish(judgement))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_order_of_records_does_not_change_the_evidence(
        (lines, shuffled) in vec(conversation(), 0..60)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        ignore_flags in any::<bool>(),
    ) {
        let judgement = Judgement { ignore_flags, ..Judgement::default() };
        prop_assert_eq!(evidence(&lines, &judgement), evidence(&shuffled, &judgement));
    }
}

proptest! {
    // These write files.
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_file_is_an_input_or_an_error(
        start in prop_oneof![
            Just(Vec::new()),
            Just(b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
            Just(b"\xef\xbb\xbf80\n".to_vec()),
            Just(b"interface-id dstport\n".to_vec()),
        ],
        bytes in vec(any::<u8>(), 0..300),
    ) {
        match read_file(&[start, bytes].concat()) {
            Ok(inputs) => {
                let records = inputs.traffic.map(|traffic| traffic.report.records);
                prop_assert!(is_sum(records.unwrap_or_default()));
            }
            Err(error) => prop_assert!(error.to_string().contains("input")),
        }
    }

    #[test]
    fn any_part_of_a_gzip_is_refused(lines in vec(line(), 1..20), at in any::<Index>()) {
        let whole = gzip(render(&lines, DEFAULT).as_bytes());
        prop_assert!(read_file(&whole[..at.index(whole.len())]).is_err());
    }

    #[test]
    fn gzip_and_plain_are_read_alike(lines in vec(line(), 1..40), at in any::<Index>()) {
        let log = render(&lines, DEFAULT);
        let plain = read_file(log.as_bytes()).unwrap();
        let (first, second) = log.as_bytes().split_at(at.index(log.len()));
        for packed in [gzip(log.as_bytes()), [gzip(first), gzip(second)].concat()] {
            let packed = read_file(&packed).unwrap();
            prop_assert_eq!(&packed.sources, &plain.sources);
            prop_assert_eq!(
                packed.traffic.as_ref().map(|traffic| traffic.report.records),
                Some(expected(&lines).0)
            );
        }
    }

    #[test]
    fn a_list_is_read_from_a_file_as_from_text(used in used_ports()) {
        let text = port_list::print(&used);
        match read_file(text.as_bytes()) {
            Ok(inputs) => {
                prop_assert_eq!(inputs.sources.len(), 1);
                prop_assert_eq!(&inputs.sources[0].used, &from_anywhere(used));
            }
            Err(error) => prop_assert!(used.is_empty(), "{}", error),
        }
    }
}
