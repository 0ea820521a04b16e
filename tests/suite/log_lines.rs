//! Random lines of flow logs, with what they say kept beside the text.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rangecover::logs::evidence::Records;
use rangecover::problem::port_list::UsedPorts;
use rangecover::problem::ports::{Protocol, Span};

/// The columns of the default format, version 2.
pub(crate) const DEFAULT: &[&str] = &[
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// A record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    interface: u8,
    srcport: u16,
    dstport: u16,
    protocol: u8,
    /// As action and log status.
    status: (&'static str, &'static str),
}

/// Any record of a few interfaces; ports are drawn so that some are next to each other.
pub(crate) fn line() -> impl Strategy<Value = Line> {
    let port = || prop_oneof![0..30_u16, any::<u16>()];
    let protocol = prop_oneof![4 => Just(6_u8), 2 => Just(17), 1 => any::<u8>()];
    let status = prop_oneof![
        5 => Just(("ACCEPT", "OK")),
        2 => Just(("REJECT", "OK")),
        1 => Just(("-", "NODATA")),
        1 => Just(("-", "SKIPDATA")),
    ];
    (0..4_u8, port(), port(), protocol, status).prop_map(
        |(interface, srcport, dstport, protocol, status)| Line {
            interface,
            srcport,
            dstport,
            protocol,
            status,
        },
    )
}

impl Line {
    fn has_traffic(self) -> bool {
        self.status.1 == "OK"
    }

    /// The line in a format with these columns.
    pub(crate) fn text(self, columns: &[&str]) -> String {
        let fields: Vec<String> = columns.iter().map(|column| self.field(column)).collect();
        fields.join(" ")
    }

    fn field(self, column: &str) -> String {
        match column {
            "version" => "2".to_owned(),
            "account-id" => "123456789012".to_owned(),
            "interface-id" => format!("eni-{}", self.interface),
            "start" | "end" => "1700000000".to_owned(),
            "action" => self.status.0.to_owned(),
            "log-status" => self.status.1.to_owned(),
            _ if !self.has_traffic() => "-".to_owned(),
            "srcaddr" | "dstaddr" => "10.0.0.1".to_owned(),
            "srcport" => self.srcport.to_string(),
            "dstport" => self.dstport.to_string(),
            "protocol" => self.protocol.to_string(),
            "packets" | "bytes" => "900".to_owned(),
            _ => "-".to_owned(),
        }
    }
}

/// A log of these lines, without a header.
pub(crate) fn render(lines: &[Line], columns: &[&str]) -> String {
    lines.iter().map(|line| line.text(columns) + "\n").collect()
}

/// What the lines say, without any reader.
pub(crate) fn expected(lines: &[Line]) -> (Records, BTreeMap<Option<String>, UsedPorts>) {
    let mut records = Records::default();
    let mut interfaces: BTreeMap<Option<String>, UsedPorts> = BTreeMap::new();
    for line in lines {
        records.read += 1;
        *match line.status {
            ("ACCEPT", _) => &mut records.accepted,
            ("REJECT", _) => &mut records.rejected,
            (_, "NODATA") => &mut records.nodata,
            _ => &mut records.skipdata,
        } += 1;
        let used = interfaces.entry(Some(format!("eni-{}", line.interface))).or_default();
        let protocol = match line.protocol {
            6 => Protocol::Tcp,
            17 => Protocol::Udp,
            _ => continue,
        };
        if line.status.0 == "ACCEPT" {
            let port = Span::single(u32::from(line.dstport));
            used.entry(protocol).or_default().insert_span(port);
        }
    }
    (records, interfaces)
}
