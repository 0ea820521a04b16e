//! A record on its way to the evidence, without text.

use std::net::IpAddr;

use crate::logs::flow::{Bulk, Direction, Record};
use crate::problem::ports::Protocol;

/// What the evidence needs of a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sighting {
    /// Source address, 0 where it is not known; see [`bits`].
    pub(super) src: u128,
    /// Destination address, 0 where it is not known.
    pub(super) dst: u128,
    pub(super) packets: u64,
    pub(super) bytes: u64,
    /// Number of the interface.
    pub(super) interface: u32,
    /// `u32::MAX` where it is not known.
    pub(super) start: u32,
    /// 0 where it is not known.
    pub(super) end: u32,
    pub(super) count: u32,
    pub(super) srcport: u16,
    pub(super) dstport: u16,
    pub(super) tcp_flags: u8,
    /// None for records that say something about the interface's address, but not about a port.
    pub(super) protocol: Option<Protocol>,
    pub(super) direction: Option<Direction>,
    /// The source in the packets is another one than that of the interface that sends.
    pub(super) src_forwarded: bool,
    /// The same for the destination.
    pub(super) dst_forwarded: bool,
    /// Whether packets and bytes are known.
    pub(super) sized: bool,
}

impl Sighting {
    /// A record of an interface; `protocol` is none where its ports do not count.
    pub(super) fn new(record: &Record<'_>, interface: u32, protocol: Option<Protocol>) -> Self {
        Self {
            src: record.srcaddr.map_or(0, bits),
            dst: record.dstaddr.map_or(0, bits),
            packets: record.packets.unwrap_or(0),
            bytes: record.bytes.unwrap_or(0),
            interface,
            start: record.start.unwrap_or(u32::MAX),
            end: record.end.unwrap_or(0),
            count: record.count,
            srcport: record.srcport.unwrap_or(0),
            dstport: record.dstport.unwrap_or(0),
            tcp_flags: record.tcp_flags.unwrap_or(0),
            protocol,
            direction: record.direction,
            src_forwarded: is_forwarded(record.srcaddr, record.pkt_srcaddr),
            dst_forwarded: is_forwarded(record.dstaddr, record.pkt_dstaddr),
            sized: record.packets.is_some() && record.bytes.is_some(),
        }
    }

    /// Whether both addresses are known.
    pub(super) fn has_addresses(&self) -> bool {
        self.src != 0 && self.dst != 0
    }

    /// Whether the addresses are IPv4 ones.
    pub(super) fn is_v4(&self) -> bool {
        is_v4(self.src)
    }

    /// Whether all that was sent are a few segments without options and data: the resets of a
    /// closed port. A SYN-ACK has options, so it is larger.
    pub(super) fn is_reset(&self) -> bool {
        const FIN: u8 = 1;
        const ACCEPTS: u8 = 18;
        self.protocol == Some(Protocol::Tcp)
            && self.sized
            && self.tcp_flags & ACCEPTS != ACCEPTS
            && self.tcp_flags & FIN == 0
            && self.bulk().is_few_bare_segments()
    }

    /// Whether what came is more than a host sends before it is answered: segments with data, or
    /// the end of a connection.
    pub(super) fn is_more_than_a_knock(&self) -> bool {
        const SYN_AND_FIN: u8 = 3;
        self.sized && self.bulk().has_data || self.tcp_flags & SYN_AND_FIN == SYN_AND_FIN
    }

    fn bulk(&self) -> Bulk {
        Bulk::new(self.packets, self.bytes, self.count, self.is_v4())
    }
}

/// An address as a number; IPv4 in the form that IPv6 has for it.
pub(super) fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address of a number.
pub(super) fn address(bits: u128) -> IpAddr {
    IpAddr::V6(bits.into()).to_canonical()
}

pub(super) fn is_v4(bits: u128) -> bool {
    bits >> 32 == 0xffff
}

/// Whether an address belongs to a private network, as those of interfaces do: RFC 1918, and the
/// shared space of RFC 6598 that VPCs may use too.
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [a, b, ..] = address.octets();
            address.is_private() || a == 100 && b & 0xc0 == 64
        }
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// Whether the packets of an interface with a private address carry a public one instead: then
/// they are not its own but on their way through it, as in a NAT gateway. A secondary address of
/// the interface is private too.
pub(crate) fn is_forwarded(interface: Option<IpAddr>, packet: Option<IpAddr>) -> bool {
    match (interface, packet) {
        (Some(interface), Some(packet)) => is_private(interface) && !is_private(packet),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[test]
    fn addresses_are_numbers_and_back() {
        for text in ["10.0.0.1", "203.0.113.255", "2001:db8::1", "fd00::1"] {
            let original = ip(text).unwrap();
            assert_eq!(address(bits(original)), original);
            assert_eq!(is_v4(bits(original)), original.is_ipv4());
        }
    }

    #[test]
    fn what_passes_a_gateway_is_told_from_a_secondary_address() {
        assert!(is_forwarded(ip("10.0.0.220"), ip("203.0.113.5")));
        assert!(!is_forwarded(ip("10.0.0.220"), ip("10.0.0.7")));
        assert!(!is_forwarded(ip("10.0.0.220"), ip("100.64.0.7")));
        assert!(!is_forwarded(ip("203.0.113.5"), ip("203.0.113.5")));
        assert!(!is_forwarded(ip("10.0.0.220"), None));
    }
}
