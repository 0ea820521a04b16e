//! What the records of one local port say.

use crate::problem::zones::Zones;

use super::remotes::Remotes;
use super::sample::{Sample, endpoint};
use super::sighting::Sighting;

/// Sums over the records of a local port.
///
/// They do not depend on the order of the records, and their size does not depend on how many there
/// are. There may be millions of ports, so they are small.
#[derive(Debug, Clone)]
pub(super) struct PortEvidence {
    /// Records to the port.
    pub(super) flows_in: u32,
    /// Records from the port.
    pub(super) flows_out: u32,
    /// Packets both ways.
    pub(super) packets: u64,
    /// Bytes both ways.
    pub(super) bytes: u64,
    /// Earliest start of a record to the port, in seconds since 1970; `u32::MAX` without any.
    pub(super) first_in: u32,
    /// Earliest start of a record from the port.
    pub(super) first_out: u32,
    /// Latest end of a record; 0 without any.
    pub(super) last: u32,
    /// Records in which the port accepts a connection.
    pub(super) served: u32,
    /// Records in which the port opens a connection, or has one accepted.
    pub(super) called: u32,
    /// Whether a remote host opened a connection to the port in some record.
    pub(super) asked: bool,
    /// Whether anything but resets went out.
    pub(super) answered: bool,
    /// Whether more came in than what opens a connection.
    pub(super) carried: bool,
    /// The remote endpoints.
    pub(super) endpoints: Sample,
    /// Their ports.
    pub(super) remote: RemotePorts,
    /// The remote addresses by zone, where these are told apart.
    pub(super) remotes: Option<Box<Remotes>>,
}

impl Default for PortEvidence {
    fn default() -> Self {
        Self {
            flows_in: 0,
            flows_out: 0,
            packets: 0,
            bytes: 0,
            first_in: u32::MAX,
            first_out: u32::MAX,
            last: 0,
            served: 0,
            called: 0,
            asked: false,
            answered: false,
            carried: false,
            endpoints: Sample::default(),
            remote: RemotePorts::default(),
            remotes: None,
        }
    }
}

/// First port from which Linux calls; Windows calls from 49152 on.
pub(super) const EPHEMERAL: u16 = 32_768;
/// First port from which load balancers and NAT gateways call.
pub(super) const LOW_EPHEMERAL: u16 = 1_024;

/// What port numbers alone suggest: the lower the rank, the more likely a service's.
pub(super) fn rank(port: u16, first_ephemeral: u16) -> usize {
    usize::from(port >= LOW_EPHEMERAL) + usize::from(port >= first_ephemeral)
}

/// The least and the greatest of some ports, and about how many different ones there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct RemotePorts {
    pub(super) least: u16,
    pub(super) greatest: u16,
    /// For each rank a bit for each port, by its hash.
    bits: [u32; 3],
}

impl Default for RemotePorts {
    fn default() -> Self {
        Self { least: u16::MAX, greatest: 0, bits: [0; 3] }
    }
}

impl RemotePorts {
    /// So many different ports can be told from more.
    pub(super) const MOST: u64 = u32::BITS as u64;

    fn add(&mut self, port: u16) {
        self.least = self.least.min(port);
        self.greatest = self.greatest.max(port);
        // Fibonacci hashing: the top bits of a product with 2³² / φ.
        self.bits[rank(port, EPHEMERAL)] |= 1 << (u32::from(port).wrapping_mul(0x9e37_79b9) >> 27);
    }

    fn merge(&mut self, other: Self) {
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        for (bits, more) in self.bits.iter_mut().zip(other.bits) {
            *bits |= more;
        }
    }

    /// How many different ports there are at least.
    pub(super) fn count(self) -> u64 {
        self.count_below(self.bits.len())
    }

    /// The same, of ports with a rank below this one.
    pub(super) fn count_below(self, rank: usize) -> u64 {
        self.bits[..rank].iter().map(|bits| u64::from(bits.count_ones())).sum()
    }
}

const SYN: u8 = 2;
const ACK: u8 = 16;

/// What the flags of a record say about who opened the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// The source opens a connection.
    Asks,
    /// The source accepts one.
    Accepts,
    /// Nothing.
    Unseen,
}

/// A SYN-ACK has both bits; a record with only ACKs has none of the two.
fn opening(tcp_flags: u8) -> Opening {
    match (tcp_flags & SYN != 0, tcp_flags & ACK != 0) {
        (true, false) => Opening::Asks,
        (true, true) => Opening::Accepts,
        (false, _) => Opening::Unseen,
    }
}

impl PortEvidence {
    /// A record to the port.
    pub(super) fn add_inbound(&mut self, record: &Sighting, zones: Option<&Zones>) {
        self.add_sums(record, record.src, record.srcport);
        self.add_remote(record, record.src, zones);
        add(&mut self.flows_in, record.count);
        self.first_in = self.first_in.min(record.start);
        self.carried |= record.is_more_than_a_knock();
        match opening(record.tcp_flags) {
            Opening::Asks => self.asked = true,
            Opening::Accepts => add(&mut self.called, record.count),
            Opening::Unseen => {}
        }
    }

    /// A record from the port.
    pub(super) fn add_outbound(&mut self, record: &Sighting, zones: Option<&Zones>) {
        self.add_sums(record, record.dst, record.dstport);
        self.add_remote(record, record.dst, zones);
        add(&mut self.flows_out, record.count);
        self.first_out = self.first_out.min(record.start);
        self.answered |= !record.is_reset();
        match opening(record.tcp_flags) {
            Opening::Asks => add(&mut self.called, record.count),
            Opening::Accepts => add(&mut self.served, record.count),
            Opening::Unseen => {}
        }
    }

    fn add_sums(&mut self, record: &Sighting, address: u128, port: u16) {
        self.packets = self.packets.saturating_add(record.packets);
        self.bytes = self.bytes.saturating_add(record.bytes);
        self.last = self.last.max(record.end);
        self.endpoints.insert(endpoint(address, port));
        self.remote.add(port);
    }

    fn add_remote(&mut self, record: &Sighting, address: u128, zones: Option<&Zones>) {
        if let Some(zones) = zones {
            self.remotes.get_or_insert_default().add(zones, address, record.count, record.end);
        }
    }

    /// Adds what other records of the port say.
    pub(super) fn merge(&mut self, other: &Self) {
        add(&mut self.flows_in, other.flows_in);
        add(&mut self.flows_out, other.flows_out);
        self.packets = self.packets.saturating_add(other.packets);
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.first_in = self.first_in.min(other.first_in);
        self.first_out = self.first_out.min(other.first_out);
        self.last = self.last.max(other.last);
        add(&mut self.served, other.served);
        add(&mut self.called, other.called);
        self.asked |= other.asked;
        self.answered |= other.answered;
        self.carried |= other.carried;
        self.endpoints.merge(&other.endpoints);
        self.remote.merge(other.remote);
        if let Some(more) = &other.remotes {
            self.remotes.get_or_insert_default().merge(more);
        }
    }
}

fn add(sum: &mut u32, count: u32) {
    *sum = sum.saturating_add(count);
}
