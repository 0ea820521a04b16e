//! What the records of an interface show, port by port.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::logs::flow::{Record, Status};
use crate::problem::instance::{GroupKey, Used};
use crate::problem::port_list::UsedPorts;
use crate::problem::ports::Protocol;

use super::class::{Class, Decided};
use super::log_report::LogReport;
use super::remotes::{OriginTraffic, Others, Remotes};

/// What all flow logs together show.
#[derive(Debug, Default)]
pub struct Traffic {
    /// What there is to say about the records.
    pub report: LogReport,
    /// Each interface with a record that is selected, in order of its name.
    pub interfaces: Vec<InterfaceTraffic>,
}

/// The windows of an interface that were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Records that are selected.
    pub records: u64,
    /// Of these, windows of which records were lost.
    pub skipdata: u64,
    /// Earliest start, in seconds since 1970; above [`Span::end`] when no record has a time.
    pub start: u32,
    /// Latest end, in seconds since 1970.
    pub end: u32,
}

impl Default for Span {
    fn default() -> Self {
        Self { records: 0, skipdata: 0, start: u32::MAX, end: 0 }
    }
}

impl Span {
    pub(super) fn add(&mut self, record: &Record<'_>) {
        let count = u64::from(record.count);
        self.records += count;
        if record.status == Status::SkipData {
            self.skipdata += count;
        }
        self.start = self.start.min(record.start.unwrap_or(u32::MAX));
        self.end = self.end.max(record.end.unwrap_or(0));
    }

    /// Adds what other records cover.
    pub fn merge(&mut self, other: &Self) {
        self.records += other.records;
        self.skipdata += other.skipdata;
        self.start = self.start.min(other.start);
        self.end = self.end.max(other.end);
    }

    /// First and last second, if records have times.
    #[must_use]
    pub fn times(&self) -> Option<(u32, u32)> {
        (self.start <= self.end).then_some((self.start, self.end))
    }
}

/// What the records of an interface show.
#[derive(Debug, Clone)]
pub struct InterfaceTraffic {
    /// The interface, if the log names it.
    pub interface: Option<String>,
    /// What was recorded.
    pub span: Span,
    /// The interface's own addresses, as far as they can be told.
    pub addresses: Vec<IpAddr>,
    /// Each port with a record, tcp first, in order of the port.
    pub ports: Vec<PortTraffic>,
    /// Records of traffic that only passes through the interface, as in a NAT gateway.
    pub forwarded: u64,
    /// Records of which it cannot be told which port is the interface's.
    pub unplaced: u64,
}

/// What the records of a port show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortTraffic {
    /// The protocol.
    pub protocol: Protocol,
    /// The interface's own port, or the one that was asked for.
    pub port: u16,
    /// What the port is.
    pub class: Class,
    /// What decided that.
    pub decided: Decided,
    /// Distinct remote addresses and ports: exact below 64, then an estimate (relative error
    /// about 13 %); 0 where plain ports are counted.
    pub endpoints: u64,
    /// Records.
    pub flows: u64,
    /// Packets both ways.
    pub packets: u64,
    /// Bytes both ways.
    pub bytes: u64,
    /// First second, since 1970, if records have times.
    pub first: Option<u32>,
    /// Last second.
    pub last: Option<u32>,
    /// The remote addresses by zone, where these are told apart.
    pub remotes: Option<Box<Remotes>>,
}

impl PortTraffic {
    /// As many endpoints as this, or more, are an estimate.
    pub const COUNTED: u64 = 64;

    /// The zones that remote addresses are in, in order.
    #[must_use]
    pub fn origins(&self) -> &[OriginTraffic] {
        self.remotes.as_ref().map_or(&[], |remotes| remotes.origins())
    }

    /// The remote addresses in no zone, if there are any.
    #[must_use]
    pub fn others(&self) -> Option<&Others> {
        let others = self.remotes.as_ref().map(|remotes| remotes.others());
        others.filter(|others| !others.is_empty())
    }
}

impl InterfaceTraffic {
    /// How many ports there are of each class.
    #[must_use]
    pub fn classes(&self) -> BTreeMap<Class, u64> {
        let mut classes = BTreeMap::new();
        for port in &self.ports {
            *classes.entry(port.class).or_default() += 1;
        }
        classes
    }

    /// The ports that rules have to cover.
    #[must_use]
    pub fn used(&self) -> UsedPorts {
        let mut used = UsedPorts::new();
        for port in self.used_ports() {
            used.entry(port.protocol).or_default().insert(port.port);
        }
        used
    }

    /// The ports that rules have to cover for each origin; those of addresses in no zone are not
    /// among them.
    #[must_use]
    pub fn used_by_origin(&self) -> Used {
        let mut used = Used::new();
        for port in self.used_ports() {
            for from in port.origins() {
                let key = GroupKey { origin: Some(from.origin), protocol: port.protocol };
                used.entry(key).or_default().insert(port.port);
            }
        }
        used
    }

    /// What is shown of the ports that rules have to cover.
    pub fn used_ports(&self) -> impl Iterator<Item = &PortTraffic> {
        self.ports.iter().filter(|port| port.class.is_used())
    }
}
