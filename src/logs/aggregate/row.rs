//! One row: what its records agree in, and their sums.

use std::io::{self, Write};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::logs::flow::{Bulk, Direction, Record, ServicePort, Status};
use crate::problem::ports::Protocol;

/// What the records of a row agree in, beside their interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tuple {
    status: Status,
    protocol: u8,
    dstport: Option<u16>,
    srcport: Option<u16>,
    srcaddr: Option<IpAddr>,
    dstaddr: Option<IpAddr>,
    pkt_srcaddr: Option<IpAddr>,
    pkt_dstaddr: Option<IpAddr>,
    tcp_flags: Option<u8>,
    direction: Option<Direction>,
    /// Whether packets and bytes are known.
    known: (bool, bool),
    /// What the size says, where the evidence looks at it: many, loaded, with data.
    bulk: (bool, bool, bool),
}

/// Sums over the records of a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sums {
    /// Records.
    pub count: u64,
    packets: u64,
    bytes: u64,
    /// The earliest that is known.
    start: Option<u32>,
    /// The latest that is known.
    end: Option<u32>,
}

/// A row, ordered by interface and what its records agree in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// The interface, or `-`.
    pub interface: Box<str>,
    /// What the records agree in.
    pub tuple: Tuple,
    /// Their sums.
    pub sums: Sums,
}

impl Tuple {
    /// What of a record stays, where this port of it counts.
    #[must_use]
    pub fn new(record: &Record<'_>, port: ServicePort) -> Self {
        let bare = Self::of_status(record.status);
        if matches!(record.status, Status::NoData | Status::SkipData) {
            return bare;
        }
        let bare = Self { protocol: record.protocol, ..bare };
        match port {
            ServicePort::Dst => Self { dstport: record.dstport, ..bare },
            ServicePort::Src => Self { srcport: record.srcport, ..bare },
            ServicePort::Service => Self {
                dstport: record.dstport,
                srcport: record.srcport,
                srcaddr: record.srcaddr,
                dstaddr: record.dstaddr,
                pkt_srcaddr: record.pkt_srcaddr,
                pkt_dstaddr: record.pkt_dstaddr,
                tcp_flags: record.tcp_flags,
                direction: record.direction,
                known: (record.packets.is_some(), record.bytes.is_some()),
                bulk: bulk(record),
                ..bare
            },
        }
    }

    fn of_status(status: Status) -> Self {
        Self {
            status,
            protocol: 0,
            dstport: None,
            srcport: None,
            srcaddr: None,
            dstaddr: None,
            pkt_srcaddr: None,
            pkt_dstaddr: None,
            tcp_flags: None,
            direction: None,
            known: (false, false),
            bulk: (false, false, false),
        }
    }
}

/// What the size of a record says. Other protocols than TCP send no resets.
fn bulk(record: &Record<'_>) -> (bool, bool, bool) {
    let (Some(packets), Some(bytes)) = (record.packets, record.bytes) else {
        return (false, false, false);
    };
    let is_v4 = record.srcaddr.is_some_and(|address| address.to_canonical().is_ipv4());
    let Bulk { many, loaded, has_data } = Bulk::new(packets, bytes, record.count, is_v4);
    match Protocol::from_number(record.protocol) {
        Some(Protocol::Tcp) => (many, loaded, has_data),
        Some(Protocol::Udp) => (false, false, has_data),
        None => (false, false, false),
    }
}

impl Sums {
    /// Those of one record.
    #[must_use]
    pub fn new(record: &Record<'_>, port: ServicePort) -> Self {
        let is_sized = port == ServicePort::Service;
        let size = |n: Option<u64>| n.filter(|_| is_sized).unwrap_or(0);
        Self {
            count: record.count.into(),
            packets: size(record.packets),
            bytes: size(record.bytes),
            start: record.start,
            end: record.end,
        }
    }

    /// Adds those of more records.
    pub fn add(&mut self, more: &Self) {
        self.count = self.count.saturating_add(more.count);
        self.packets = self.packets.saturating_add(more.packets);
        self.bytes = self.bytes.saturating_add(more.bytes);
        self.start = self.start.into_iter().chain(more.start).min();
        self.end = self.end.max(more.end);
    }

    /// The sums in equal parts, each of no more records than a reader takes for one row.
    fn parts(self) -> impl Iterator<Item = Self> {
        let n_parts = self.count.div_ceil(u32::MAX.into()).max(1);
        (0..n_parts).map(move |i| {
            let part = |n: u64| {
                let up_to = |i: u64| u128::from(n) * u128::from(i) / u128::from(n_parts);
                u64::try_from(up_to(i + 1) - up_to(i)).unwrap_or(u64::MAX)
            };
            Self {
                count: part(self.count),
                packets: part(self.packets),
                bytes: part(self.bytes),
                ..self
            }
        })
    }
}

/// Columns, by the names in which flow logs and their readers have them.
const ALL: [&str; 17] = [
    "interface_id",
    "protocol",
    "srcaddr",
    "dstaddr",
    "pkt_srcaddr",
    "pkt_dstaddr",
    "srcport",
    "dstport",
    "tcp_flags",
    "flow_direction",
    "action",
    "log_status",
    "count",
    "packets",
    "bytes",
    "start",
    "end",
];

/// Whether rows in which this port counts have a column.
fn has_column(port: ServicePort, column: &str) -> bool {
    const PLAIN: [&str; 7] =
        ["interface_id", "protocol", "action", "log_status", "count", "start", "end"];
    match port {
        ServicePort::Service => true,
        ServicePort::Dst => PLAIN.contains(&column) || column == "dstport",
        ServicePort::Src => PLAIN.contains(&column) || column == "srcport",
    }
}

/// Rows as comma-separated values.
pub(super) struct Lines<'o> {
    port: ServicePort,
    writer: csv::Writer<&'o mut dyn Write>,
}

impl<'o> Lines<'o> {
    /// Writes the header.
    pub(super) fn new(port: ServicePort, out: &'o mut dyn Write) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(ALL.iter().filter(|column| has_column(port, column)))?;
        Ok(Self { port, writer })
    }

    pub(super) fn write(&mut self, row: &Row) -> io::Result<()> {
        for sums in row.sums.parts() {
            let cells = ALL.iter().zip(cells(&row.interface, &row.tuple, &sums));
            let cells = cells.filter(|(column, _)| has_column(self.port, column));
            self.writer.write_record(cells.map(|(_, cell)| cell))?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The cells of a row; those of what is not known are empty.
fn cells(interface: &str, tuple: &Tuple, sums: &Sums) -> [String; ALL.len()] {
    fn shown(value: Option<impl ToString>) -> String {
        value.map_or_else(String::new, |value| value.to_string())
    }
    let (action, status) = match tuple.status {
        Status::Accepted => ("ACCEPT", "OK"),
        Status::Rejected => ("REJECT", "OK"),
        Status::NoData => ("-", "NODATA"),
        Status::SkipData => ("-", "SKIPDATA"),
    };
    let is_traffic = status == "OK";
    let direction = tuple.direction.map(|direction| match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    });
    [
        interface.to_owned(),
        shown(is_traffic.then_some(tuple.protocol)),
        shown(tuple.srcaddr),
        shown(tuple.dstaddr),
        shown(tuple.pkt_srcaddr),
        shown(tuple.pkt_dstaddr),
        shown(tuple.srcport),
        shown(tuple.dstport),
        shown(tuple.tcp_flags),
        shown(direction),
        action.to_owned(),
        status.to_owned(),
        sums.count.to_string(),
        shown(tuple.known.0.then_some(sums.packets)),
        shown(tuple.known.1.then_some(sums.bytes)),
        shown(sums.start),
        shown(sums.end),
    ]
}
