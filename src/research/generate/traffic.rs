//! Who talks to a network, and what the log keeps of it.

use super::FlowLogOptions;
use super::addresses::{client, client_port, host, public_host};
use super::calls::Remotes;
use super::dice::{Dice, count};
use super::endpoint::Endpoint;
use super::network::{Network, Service, VpcInterface};
use super::probes::scanners;
use super::record::{Answered, Content, FIN, ICMP, Record, SYN, SYN_ACK, Shape, Traffic};
use super::truth::{Roles, Truth};
use crate::problem::ports::Protocol;

/// Where scanners knock most.
const SCANNED: [u16; 12] = [22, 23, 445, 1433, 2323, 3306, 3389, 5060, 5900, 6379, 8080, 8888];

/// Draws of a port before all of an interface count as taken.
pub(super) const TRIES: u32 = 64;

/// The stream of draws for traffic, apart from those of the interfaces.
const TRAFFIC_STREAM: u64 = u64::MAX;

/// Draws one record after the other.
#[derive(Debug)]
pub(super) struct TrafficSource<'a> {
    pub(super) network: &'a Network,
    pub(super) options: &'a FlowLogOptions,
    pub(super) dice: Dice,
    /// Services that were called so far, in the order of the network.
    n_called: u32,
    /// What each port is used for, so that none is used for two things.
    pub(super) roles: Roles,
    pub(super) remotes: Remotes,
    /// Scanners that always knock from the same port.
    pub(super) scanners: Vec<Endpoint>,
}

impl<'a> TrafficSource<'a> {
    /// `roles` has the services in it where anything else uses ports.
    pub(super) fn new(
        seed: u64,
        network: &'a Network,
        options: &'a FlowLogOptions,
        roles: Roles,
    ) -> Self {
        Self {
            network,
            options,
            dice: Dice::new(seed, TRAFFIC_STREAM),
            n_called: 0,
            roles,
            remotes: Remotes::new(seed, options),
            scanners: scanners(seed),
        }
    }

    /// A record of the minute that starts at `minute`.
    pub(super) fn record(&mut self, minute: u64) -> Record<'a> {
        let nodata = self.options.nodata_percent;
        let skipdata = nodata + self.options.skipdata_percent;
        let percent = self.dice.below(100);
        let (interface, content) = if percent < nodata {
            (self.quiet_interface(), Content::NoData)
        } else if percent < skipdata {
            (self.busy_interface(), Content::SkipData)
        } else {
            let (interface, request) = self.request(percent - skipdata);
            (interface, Content::Traffic(request))
        };
        let start = minute + u64::from(self.dice.below(20));
        Record {
            interface: &self.network.interfaces[interface as usize],
            start,
            end: start + u64::from(self.dice.between(10, 59)),
            content,
        }
    }

    /// A request, of the kind that has the percentage.
    fn request(&mut self, percent: u32) -> (u32, Traffic) {
        let reject = self.options.reject_percent;
        let calls = reject + self.options.calls_percent;
        let probes = calls + self.options.probes_percent;
        let special = if percent < reject {
            Some(self.scan())
        } else if percent < calls {
            self.call_out()
        } else if percent < probes {
            self.probe()
        } else {
            self.dice.chance(2).then(|| self.ping())
        };
        // Interfaces whose ports are all taken are called instead.
        special.unwrap_or_else(|| self.call())
    }

    /// The answer to a record, unless nothing answers it.
    pub(super) fn answer(&mut self, record: &Record<'a>) -> Option<Record<'a>> {
        let Content::Traffic(request) = &record.content else {
            return None;
        };
        let answer = match request.answered {
            Answered::Usual => self.usual_answer(request),
            Answered::Reset => request.reset(),
            Answered::Never => return None,
        };
        let late = self.options.is_hard() && self.dice.chance(20);
        let start = record.start + u64::from(late);
        Some(Record { start, content: Content::Traffic(answer), ..*record })
    }

    fn usual_answer(&mut self, request: &Traffic) -> Traffic {
        let packets = request.packets + self.dice.below(4);
        let size = if request.protocol == ICMP { 84 } else { self.dice.between(60, 1_400) };
        Traffic {
            // A request with SYN is answered by SYN-ACK; FIN and no flags at all are mirrored.
            tcp_flags: if request.tcp_flags & SYN == 0 {
                request.tcp_flags
            } else {
                request.tcp_flags | SYN_ACK
            },
            packets,
            bytes: packets * (size + request.header_growth()),
            ..request.reversed()
        }
    }

    /// Whether a record gets to the log and is not lost on the way; if so, its port is noted.
    pub(super) fn is_kept(&mut self, record: &Record<'_>) -> bool {
        let loss = self.options.loss_percent;
        if loss > 0 && matches!(record.content, Content::Traffic(_)) && self.dice.chance(loss) {
            return false;
        }
        if let Some((protocol, port)) = record.local_port() {
            self.roles.note_written(record.interface.index, protocol, port);
        }
        true
    }

    /// What the ports of all records are that were kept.
    pub(super) fn into_truth(self) -> Truth {
        self.roles.into_truth(self.network)
    }

    /// A client calls a service: each service once, then some more often than others.
    fn call(&mut self) -> (u32, Traffic) {
        let services = &self.network.services;
        let is_first = self.n_called < count(services);
        let nth = if is_first {
            self.n_called += 1;
            self.n_called - 1
        } else {
            self.often_a_low_number(count(services))
        };
        let service = services[nth as usize];
        let mut shape = self.shape(service.protocol);
        if service.only_client.is_some_and(|only| only.one_flow) {
            // One connection: it begins in its first record and does not end.
            shape.tcp_flags &= if is_first { SYN } else { 0 };
        }
        let (src, ipv6) = self.client(service);
        let dst = self.interface(service.interface).endpoint(service.port);
        let request = Traffic::inbound(src, dst, service.protocol.number()).shaped(&shape);
        (service.interface, if ipv6 { request.over_ipv6() } else { request })
    }

    /// A client of a service, and whether it comes over IPv6.
    fn client(&mut self, service: Service) -> (Endpoint, bool) {
        match service.only_client {
            None => (client(&mut self.dice, service.port), self.is_over_ipv6()),
            Some(only) if only.one_flow => (only.endpoint, only.ipv6),
            Some(only) => {
                let port = client_port(&mut self.dice);
                (Endpoint { port, ..only.endpoint }, only.ipv6)
            }
        }
    }

    /// Flags and size of a call.
    pub(super) fn shape(&mut self, protocol: Protocol) -> Shape {
        let mut tcp_flags = match protocol {
            Protocol::Udp => 0,
            // Most connections begin and end in one window; a few only go on in it.
            Protocol::Tcp => self.dice.pick(&[SYN | FIN, SYN | FIN, SYN | FIN, SYN, 0]),
        };
        let mut packets = self.dice.between(2, 40);
        let long = self.options.long_percent;
        if long > 0 && protocol == Protocol::Tcp && self.dice.chance(long) {
            tcp_flags = 0;
            packets = self.dice.between(200, 20_000);
        }
        Shape { tcp_flags, packets, bytes: packets * self.dice.between(52, 700) }
    }

    /// A stranger knocks at a port and is turned away.
    fn scan(&mut self) -> (u32, Traffic) {
        let interface = self.busy_interface();
        let port = if self.dice.chance(50) {
            self.dice.pick(&SCANNED)
        } else {
            self.dice.port(1, u16::MAX)
        };
        let address = public_host(&mut self.dice);
        let src = Endpoint { address, port: self.dice.port(1_024, u16::MAX) };
        let dst = self.interface(interface).endpoint(port);
        let scan = Traffic {
            tcp_flags: SYN,
            accepted: false,
            answered: Answered::Never,
            ..Traffic::inbound(src, dst, Protocol::Tcp.number())
        };
        (interface, scan)
    }

    /// A host sends echo requests, which have no ports.
    fn ping(&mut self) -> (u32, Traffic) {
        let interface = self.busy_interface();
        let src = Endpoint { address: host(&mut self.dice), port: 0 };
        let packets = self.dice.between(1, 5);
        let dst = self.interface(interface).endpoint(0);
        (interface, Traffic { packets, bytes: packets * 84, ..Traffic::inbound(src, dst, ICMP) })
    }

    pub(super) fn interface(&self, index: u32) -> &'a VpcInterface {
        &self.network.interfaces[index as usize]
    }

    pub(super) fn is_over_ipv6(&mut self) -> bool {
        let percent = self.options.ipv6_percent;
        percent > 0 && self.dice.chance(percent)
    }

    /// A number less than `n`, the lower the more often.
    pub(super) fn often_a_low_number(&mut self, n: u32) -> u32 {
        let limit = self.dice.below(n) + 1;
        self.dice.below(limit)
    }

    /// An interface that has traffic.
    pub(super) fn busy_interface(&mut self) -> u32 {
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
