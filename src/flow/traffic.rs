//! What flow logs show: counts of records, and the used ports of each interface.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::port_list::UsedPorts;
use crate::ports::{PortSet, Protocol, Span};

use super::record::{Malformed, Record, Status};

/// Malformed lines that are kept for the report, of each file.
const SHOWN: usize = 3;

/// Which port of a record is the service's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServicePort {
    /// The destination port of every accepted record.
    #[default]
    Dst,
    /// The source port of every accepted record.
    Src,
}

/// Which records count, and which port of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// The port that counts.
    pub port: ServicePort,
    /// Only these interfaces; all if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<String>,
    /// Only these protocols; all if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protocols: Vec<Protocol>,
}

impl Selection {
    /// Whether the interface counts; one without a name only when none is asked for.
    #[must_use]
    pub fn takes_interface(&self, interface: Option<&str>) -> bool {
        self.interfaces.is_empty()
            || interface.is_some_and(|id| self.interfaces.iter().any(|wanted| wanted == id))
    }

    /// Whether the protocol counts.
    #[must_use]
    pub fn takes_protocol(&self, protocol: Protocol) -> bool {
        self.protocols.is_empty() || self.protocols.contains(&protocol)
    }
}

/// How many records there were of each kind, before any selection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Records {
    /// All records; the sum of the others.
    pub read: u64,
    /// Accepted traffic.
    pub accepted: u64,
    /// Rejected traffic.
    pub rejected: u64,
    /// Windows without traffic.
    pub nodata: u64,
    /// Windows of which records were lost.
    pub skipdata: u64,
    /// Lines that are no records.
    pub malformed: u64,
}

/// A line that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedLine {
    /// Line number in its file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: Malformed,
}

/// What some flow logs show.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// Records of each kind.
    pub records: Records,
    /// The first malformed lines.
    pub malformed: Vec<MalformedLine>,
    /// Columns that were missing, and what was taken instead.
    pub assumptions: Vec<&'static str>,
    /// Accepted records of protocols whose rules have no ports, by IANA number.
    pub without_ports: BTreeMap<u8, u64>,
    /// By interface; `-` stands for none, as in the log. Sets of ports, not bitmaps of 8 KiB:
    /// most of many interfaces use few ports.
    ports: HashMap<String, [HashSet<u16>; Protocol::ALL.len()]>,
}

const NO_INTERFACE: &str = "-";

impl Traffic {
    /// Counts a line that is no record.
    pub fn add_malformed(&mut self, line: u64, reason: Malformed) {
        self.records.read += 1;
        self.records.malformed += 1;
        if self.malformed.len() < SHOWN {
            self.malformed.push(MalformedLine { line, reason });
        }
    }

    /// Counts a record, and its port as used when it was accepted and is selected.
    ///
    /// # Errors
    /// When an accepted record of a protocol with ports has none.
    pub fn add(&mut self, record: &Record<'_>, selection: &Selection) -> Result<(), Malformed> {
        let port = match selection.port {
            ServicePort::Dst => ("dstport", record.dstport),
            ServicePort::Src => ("srcport", record.srcport),
        };
        let protocol = Protocol::from_number(record.protocol);
        let accepted = record.status == Status::Accepted;
        if accepted && protocol.is_some() && port.1.is_none() {
            return Err(Malformed::Field {
                field: port.0,
                value: "-".to_owned(),
                expected: "a port, 0 to 65535",
            });
        }
        self.records.read += 1;
        *match record.status {
            Status::Accepted => &mut self.records.accepted,
            Status::Rejected => &mut self.records.rejected,
            Status::NoData => &mut self.records.nodata,
            Status::SkipData => &mut self.records.skipdata,
        } += 1;
        if accepted && protocol.is_none() {
            *self.without_ports.entry(record.protocol).or_default() += 1;
        }
        if !selection.takes_interface(record.interface) {
            return Ok(());
        }
        let interface = record.interface.unwrap_or(NO_INTERFACE);
        if !self.ports.contains_key(interface) {
            self.ports.insert(interface.to_owned(), Default::default());
        }
        if let (true, Some(protocol), (_, Some(port))) = (accepted, protocol, port)
            && selection.takes_protocol(protocol)
            && let Some(ports) = self.ports.get_mut(interface)
        {
            ports[protocol as usize].insert(port);
        }
        Ok(())
    }

    /// Adds what another log shows.
    pub fn merge(&mut self, other: Self) {
        let (sum, more) = (&mut self.records, other.records);
        sum.read += more.read;
        sum.accepted += more.accepted;
        sum.rejected += more.rejected;
        sum.nodata += more.nodata;
        sum.skipdata += more.skipdata;
        sum.malformed += more.malformed;
        for (protocol, n) in other.without_ports {
            *self.without_ports.entry(protocol).or_default() += n;
        }
        for (interface, ports) in other.ports {
            let known = self.ports.entry(interface).or_default();
            for (known, ports) in known.iter_mut().zip(ports) {
                known.extend(ports);
            }
        }
    }

    /// The used ports of each interface with a record, in order of its name.
    #[must_use]
    pub fn interfaces(&self) -> BTreeMap<Option<String>, UsedPorts> {
        let used = |ports: &[HashSet<u16>; Protocol::ALL.len()]| -> UsedPorts {
            let sets = Protocol::ALL.into_iter().zip(ports);
            sets.filter(|(_, ports)| !ports.is_empty())
                .map(|(protocol, ports)| {
                    let spans = ports.iter().map(|&port| Span::single(u32::from(port)));
                    (protocol, spans.collect::<PortSet>())
                })
                .collect()
        };
        let interfaces = self.ports.iter();
        interfaces
            .map(|(interface, ports)| {
                let named = interface != NO_INTERFACE;
                (named.then(|| interface.clone()), used(ports))
            })
            .collect()
    }
}
