//! Who talks to a network, and what the log keeps of it.

use std::net::Ipv4Addr;

use super::FlowLogOptions;
use super::dice::{Dice, count};
use super::fields::{Content, Endpoint, Record, Traffic};
use super::network::{Network, Service};
use crate::ports::Protocol;

/// The networks that clients have, as address and number of host bits.
///
/// The public ones are those of RFC 5737, so that no log names a real host.
const CLIENT_NETWORKS: [(Ipv4Addr, u32); 6] = [
    (Ipv4Addr::new(203, 0, 113, 0), 8),
    (Ipv4Addr::new(198, 51, 100, 0), 8),
    (Ipv4Addr::new(192, 0, 2, 0), 8),
    (Ipv4Addr::new(10, 200, 0, 0), 12),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 10),
];

/// Where scanners knock most.
const SCANNED: [u16; 12] = [22, 23, 445, 1433, 2323, 3306, 3389, 5060, 5900, 6379, 8080, 8888];

const ICMP: u8 = 1;
const SYN: u8 = 2;
const SYN_ACK: u8 = 18;
const FIN: u8 = 1;

/// Draws one record after the other.
#[derive(Debug)]
pub(super) struct TrafficSource<'a> {
    network: &'a Network,
    options: &'a FlowLogOptions,
    dice: Dice,
    /// Services that were called so far, in the order of the network.
    n_called: u32,
}

impl<'a> TrafficSource<'a> {
    pub(super) fn new(network: &'a Network, options: &'a FlowLogOptions, dice: Dice) -> Self {
        Self { network, options, dice, n_called: 0 }
    }

    /// A record of the minute that starts at `minute`.
    pub(super) fn record(&mut self, minute: u64) -> Record<'a> {
        let nodata = self.options.nodata_percent;
        let skipdata = nodata + self.options.skipdata_percent;
        let reject = skipdata + self.options.reject_percent;
        let percent = self.dice.below(100);
        let (interface, content) = if percent < nodata {
            (self.quiet_interface(), Content::NoData)
        } else if percent < skipdata {
            (self.busy_interface(), Content::SkipData)
        } else if percent < reject {
            self.scan()
        } else if self.dice.chance(2) {
            self.ping()
        } else {
            self.call()
        };
        let start = minute + u64::from(self.dice.below(20));
        Record {
            interface: &self.network.interfaces[interface as usize],
            start,
            end: start + u64::from(self.dice.between(10, 59)),
            content,
        }
    }

    /// The answer to a record, unless nothing answers it.
    pub(super) fn answer(&mut self, record: &Record<'a>) -> Option<Record<'a>> {
        let Content::Traffic(request) = &record.content else {
            return None;
        };
        if !request.accepted {
            return None;
        }
        let packets = request.packets + self.dice.below(4);
        let size = if request.protocol == ICMP { 84 } else { self.dice.between(60, 1_400) };
        let answer = Traffic {
            src: request.dst,
            dst: request.src,
            // A request with SYN is answered by SYN-ACK; FIN and no flags at all are mirrored.
            tcp_flags: if request.tcp_flags & SYN == 0 {
                request.tcp_flags
            } else {
                request.tcp_flags | SYN_ACK
            },
            packets,
            bytes: packets * size,
            ingress: false,
            ..request.clone()
        };
        Some(Record { content: Content::Traffic(answer), ..*record })
    }

    /// A client calls a service: each service once, then some more often than others.
    fn call(&mut self) -> (u32, Content) {
        let services = &self.network.services;
        let nth = if self.n_called < count(services) {
            self.n_called += 1;
            self.n_called - 1
        } else {
            let limit = self.dice.below(count(services)) + 1;
            self.dice.below(limit)
        };
        let service = services[nth as usize];
        let tcp_flags = match service.protocol {
            Protocol::Udp => 0,
            // Most connections begin and end in one window; a few only go on in it.
            Protocol::Tcp => self.dice.pick(&[SYN | FIN, SYN | FIN, SYN | FIN, SYN, 0]),
        };
        let packets = self.dice.between(2, 40);
        let bytes = packets * self.dice.between(52, 700);
        let src = self.client(service);
        let request = Traffic {
            tcp_flags,
            packets,
            bytes,
            ..self.inbound(src, service.interface, service.port, service.protocol.number())
        };
        (service.interface, Content::Traffic(request))
    }

    /// A stranger knocks at a port and is turned away.
    fn scan(&mut self) -> (u32, Content) {
        let interface = self.busy_interface();
        let port = if self.dice.chance(50) {
            self.dice.pick(&SCANNED)
        } else {
            self.dice.port(1, u16::MAX)
        };
        let network = self.dice.below(3);
        let src = Endpoint { address: self.host(network), port: self.dice.port(1_024, u16::MAX) };
        let scan = Traffic {
            tcp_flags: SYN,
            accepted: false,
            ..self.inbound(src, interface, port, Protocol::Tcp.number())
        };
        (interface, Content::Traffic(scan))
    }

    /// A host sends echo requests, which have no ports.
    fn ping(&mut self) -> (u32, Content) {
        let interface = self.busy_interface();
        let network = self.dice.below(count(&CLIENT_NETWORKS));
        let src = Endpoint { address: self.host(network), port: 0 };
        let packets = self.dice.between(1, 5);
        let ping =
            Traffic { packets, bytes: packets * 84, ..self.inbound(src, interface, 0, ICMP) };
        (interface, Content::Traffic(ping))
    }

    /// A single accepted packet to an interface.
    fn inbound(&self, src: Endpoint, interface: u32, port: u16, protocol: u8) -> Traffic {
        Traffic {
            src,
            dst: Endpoint { address: self.network.interfaces[interface as usize].address, port },
            protocol,
            tcp_flags: 0,
            packets: 1,
            bytes: 40,
            accepted: true,
            ingress: true,
        }
    }

    /// A client of a service: from the network that mostly uses it, or from any.
    fn client(&mut self, service: Service) -> Endpoint {
        let n_networks = count(&CLIENT_NETWORKS);
        let network = if self.dice.chance(75) {
            u32::from(service.port) % n_networks
        } else {
            self.dice.below(n_networks)
        };
        let address = self.host(network);
        // Linux, Windows, and clients behind a NAT gateway.
        let port = match self.dice.below(10) {
            0..=5 => self.dice.port(32_768, 60_999),
            6..=8 => self.dice.port(49_152, 65_535),
            _ => self.dice.port(1_024, 65_535),
        };
        Endpoint { address, port }
    }

    /// A host of a client network; neither the first nor the last address is one.
    fn host(&mut self, network: u32) -> Ipv4Addr {
        let (address, host_bits) = CLIENT_NETWORKS[network as usize];
        let host = self.dice.between(1, (1 << host_bits) - 2);
        Ipv4Addr::from_bits(address.to_bits() + host)
    }

    /// An interface that has traffic.
    fn busy_interface(&mut self) -> u32 {
        let n_idle = u32::from(self.network.idle.is_some());
        self.dice.below(count(&self.network.interfaces) - n_idle)
    }

    /// An interface that had no traffic for a while; the idle one more often than others.
    fn quiet_interface(&mut self) -> u32 {
        match self.network.idle {
            Some(idle) if self.dice.chance(60) => idle,
            _ => self.busy_interface(),
        }
    }
}
