//! What a line of a flow log says, before it is text.

use std::net::IpAddr;

use super::addresses::twin;
use super::endpoint::Endpoint;
use super::network::VpcInterface;
use crate::problem::ports::Protocol;

pub(super) const ICMP: u8 = 1;
pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const SYN_ACK: u8 = 18;

/// What a header of IPv6 is longer than one of IPv4.
const LONGER_HEADER: u32 = 20;

/// One line of a flow log.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) interface: &'a VpcInterface,
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) content: Content,
}

impl Record<'_> {
    /// The port of the interface itself, where accepted traffic has ports.
    pub(super) fn local_port(&self) -> Option<(Protocol, u16)> {
        let Content::Traffic(traffic) = &self.content else {
            return None;
        };
        let local = if traffic.ingress { traffic.dst } else { traffic.src };
        let protocol = Protocol::from_number(traffic.protocol)?;
        traffic.accepted.then_some((protocol, local.port))
    }
}

/// What a record tells about its window.
#[derive(Debug)]
pub(super) enum Content {
    Traffic(Traffic),
    NoData,
    SkipData,
}

/// One direction of a flow.
#[derive(Debug, Clone)]
pub(super) struct Traffic {
    pub(super) src: Endpoint,
    pub(super) dst: Endpoint,
    /// The host at the other end, where the interface only passes packets on.
    pub(super) far_end: Option<IpAddr>,
    pub(super) protocol: u8,
    pub(super) tcp_flags: u8,
    pub(super) packets: u32,
    pub(super) bytes: u32,
    pub(super) accepted: bool,
    pub(super) ingress: bool,
    pub(super) answered: Answered,
}

/// What comes back for a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answered {
    /// Somebody listens, and talks.
    Usual,
    /// Nobody listens, and the host says so.
    Reset,
    Never,
}

/// Flags and size of a request.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) tcp_flags: u8,
    pub(super) packets: u32,
    pub(super) bytes: u32,
}

impl Traffic {
    /// A single accepted packet to an interface.
    pub(super) fn inbound(src: Endpoint, dst: Endpoint, protocol: u8) -> Self {
        Self {
            src,
            dst,
            far_end: None,
            protocol,
            tcp_flags: 0,
            packets: 1,
            bytes: 40,
            accepted: true,
            ingress: true,
            answered: Answered::Usual,
        }
    }

    pub(super) fn shaped(self, shape: &Shape) -> Self {
        let Shape { tcp_flags, packets, bytes } = *shape;
        Self { tcp_flags, packets, bytes, ..self }
    }

    /// The packets that go back, as many and as long.
    pub(super) fn reversed(&self) -> Self {
        Self { src: self.dst, dst: self.src, ingress: !self.ingress, ..self.clone() }
    }

    /// The packet by which a host says that a port is closed.
    pub(super) fn reset(&self) -> Self {
        let bytes = 40 + self.header_growth();
        Self { tcp_flags: RST, packets: 1, bytes, ..self.reversed() }
    }

    /// The bytes by which each packet is longer than one of IPv4.
    pub(super) fn header_growth(&self) -> u32 {
        if self.src.address.is_ipv6() { LONGER_HEADER } else { 0 }
    }

    /// The same between the IPv6 addresses of both hosts.
    pub(super) fn over_ipv6(mut self) -> Self {
        for address in [&mut self.src.address, &mut self.dst.address] {
            *address = twin(*address);
        }
        self.bytes += self.packets * LONGER_HEADER;
        self
    }

    /// Where the packets really come from.
    pub(super) fn packet_src(&self) -> IpAddr {
        self.far_end.filter(|_| !self.ingress).unwrap_or(self.src.address)
    }

    /// Where the packets really go to.
    pub(super) fn packet_dst(&self) -> IpAddr {
        self.far_end.filter(|_| self.ingress).unwrap_or(self.dst.address)
    }
}
