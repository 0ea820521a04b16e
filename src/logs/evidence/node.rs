//! The evidence of one interface: its own address, and its ports.

use std::collections::HashMap;
use std::net::IpAddr;

use foldhash::fast::FixedState;

use crate::logs::flow::Direction;
use crate::problem::zones::Zones;

use super::local_port::LocalPort;
use super::port::PortEvidence;
use super::sighting::{Sighting, address, is_private};

/// Evidence by local port.
pub(super) type Ports = HashMap<LocalPort, PortEvidence, FixedState>;

/// What the records of an interface said.
#[derive(Debug, Default)]
pub(super) struct Node {
    v4: Family,
    v6: Family,
    /// From records that say themselves which way they go.
    directed: Side,
    /// Records without addresses and direction.
    unplaced: u64,
}

/// The records of one address family.
#[derive(Debug, Default)]
struct Family {
    /// All of them, accepted or not.
    records: u64,
    own: Own,
}

/// The own address of an interface, and what follows from it.
///
/// The own address is in each record of the interface, as source or as destination. So it is in
/// the intersection of all of them, whatever their order: two addresses at first, one as soon as
/// there is a second remote host. Until then both are tried.
#[derive(Debug, Default)]
enum Own {
    #[default]
    Unseen,
    /// All records so far are between these two.
    Pair([Candidate; 2]),
    Known(Candidate),
    /// There is no address in all of the records.
    Scattered,
}

/// An address that may be the interface's, with what its records say if it is.
#[derive(Debug)]
struct Candidate {
    address: u128,
    side: Side,
}

/// What the records of an interface say of its own side.
#[derive(Debug, Default)]
struct Side {
    ports: Ports,
    /// Records of traffic on its way through the interface.
    forwarded: u64,
}

/// What a node says at the end.
#[derive(Debug)]
pub(super) struct Findings {
    /// The own addresses that were found.
    pub(super) addresses: Vec<IpAddr>,
    pub(super) ports: Ports,
    /// Ports of either end of a pair, disjoint from the others.
    pub(super) undecided: Ports,
    pub(super) forwarded: u64,
    /// Records of which it is not known which port is the interface's.
    pub(super) unplaced: u64,
}

impl Node {
    /// Adds a record; with zones the remote address is looked up.
    pub(super) fn add(&mut self, record: &Sighting, zones: Option<&Zones>) {
        if let Some(direction) = record.direction {
            self.directed.add(record, direction, zones);
        } else if record.has_addresses() {
            let family = if record.is_v4() { &mut self.v4 } else { &mut self.v6 };
            family.records += u64::from(record.count);
            family.own.narrow(record.src, record.dst);
            family.own.add(record, zones);
        } else if record.protocol.is_some() {
            self.unplaced += u64::from(record.count);
        }
    }

    pub(super) fn finish(self) -> Findings {
        let mut findings = Findings {
            addresses: Vec::new(),
            ports: self.directed.ports,
            undecided: Ports::default(),
            forwarded: self.directed.forwarded,
            unplaced: self.unplaced,
        };
        for family in [self.v4, self.v6] {
            match family.own.decided() {
                Own::Unseen => {}
                Own::Known(own) => {
                    findings.addresses.push(address(own.address));
                    findings.forwarded += own.side.forwarded;
                    merge(&mut findings.ports, own.side.ports);
                }
                Own::Pair(ends) => {
                    for end in ends {
                        merge(&mut findings.undecided, end.side.ports);
                    }
                }
                Own::Scattered => findings.unplaced += family.records,
            }
        }
        let known = &findings.ports;
        findings.undecided.retain(|key, _| !known.contains_key(key));
        findings
    }
}

impl Own {
    /// Takes a record's addresses into the intersection.
    fn narrow(&mut self, src: u128, dst: u128) {
        let among = |own: &Candidate| own.address == src || own.address == dst;
        match self {
            Self::Known(own) if among(own) => return,
            Self::Pair([first, second]) if among(first) && among(second) => return,
            _ => {}
        }
        *self = match std::mem::take(self) {
            Self::Unseen if src == dst => Self::Known(src.into()),
            Self::Unseen => Self::Pair([src.into(), dst.into()]),
            Self::Pair([own, _] | [_, own]) if among(&own) => Self::Known(own),
            _ => Self::Scattered,
        };
    }

    /// Adds a record to the port at each end that may be the interface's.
    fn add(&mut self, record: &Sighting, zones: Option<&Zones>) {
        match self {
            Self::Pair(ends) => ends.iter_mut().for_each(|own| own.add(record, zones)),
            Self::Known(own) => own.add(record, zones),
            Self::Unseen | Self::Scattered => {}
        }
    }

    /// The address of an interface is a private one, so a pair with one private address is decided.
    fn decided(self) -> Self {
        match self {
            Self::Pair([first, second]) => {
                match [&first, &second].map(|own| is_private(address(own.address))) {
                    [true, false] => Self::Known(first),
                    [false, true] => Self::Known(second),
                    _ => Self::Pair([first, second]),
                }
            }
            other => other,
        }
    }
}

impl From<u128> for Candidate {
    fn from(address: u128) -> Self {
        Self { address, side: Side::default() }
    }
}

impl Candidate {
    fn add(&mut self, record: &Sighting, zones: Option<&Zones>) {
        if record.dst == self.address {
            self.side.add(record, Direction::Ingress, zones);
        }
        if record.src == self.address {
            self.side.add(record, Direction::Egress, zones);
        }
    }
}

impl Side {
    fn add(&mut self, record: &Sighting, direction: Direction, zones: Option<&Zones>) {
        let (forwarded, port) = match direction {
            Direction::Ingress => (record.dst_forwarded, record.dstport),
            Direction::Egress => (record.src_forwarded, record.srcport),
        };
        if forwarded {
            self.forwarded += u64::from(record.count);
        } else if let Some(protocol) = record.protocol {
            let evidence = self.ports.entry(LocalPort { protocol, port }).or_default();
            match direction {
                Direction::Ingress => evidence.add_inbound(record, zones),
                Direction::Egress => evidence.add_outbound(record, zones),
            }
        }
    }
}

fn merge(ports: &mut Ports, others: Ports) {
    if ports.is_empty() {
        *ports = others;
        return;
    }
    for (key, evidence) in others {
        ports.entry(key).or_default().merge(&evidence);
    }
}
