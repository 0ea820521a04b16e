//! Calls that the interfaces themselves make.

use std::net::IpAddr;

use super::FlowLogOptions;
use super::addresses::{private_host, public_host, stranger};
use super::dice::{Dice, count};
use super::endpoint::Endpoint;
use super::network::Host;
use super::record::Traffic;
use super::traffic::{TRIES, TrafficSource};
use crate::logs::evidence::Class;
use crate::problem::ports::Protocol::{self, Tcp, Udp};

const HTTPS: u16 = 443;
const NTP: u16 = 123;

/// The streams of draws for what interfaces call begin here, apart from those of the interfaces.
const REMOTES_STREAM: u64 = 1 << 32;

/// Services of hosts that are called just once, where ports are reused.
const STRANGE: [(Protocol, u16); 5] = [(Tcp, HTTPS), (Tcp, HTTPS), (Tcp, 80), (Tcp, 25), (Udp, 53)];
/// Services on the internet, the frequent ones several times.
const PUBLIC: [u16; 10] = [443, 443, 443, 443, 80, 80, 8_443, 25, 587, 993];
/// Services in private networks.
const PRIVATE: [u16; 8] = [5_432, 5_432, 6_379, 6_379, 9_092, 3_306, 27_017, 8_443];

/// A service elsewhere.
#[derive(Debug, Clone, Copy)]
struct Remote {
    protocol: Protocol,
    endpoint: Endpoint,
}

/// What the interfaces call.
#[derive(Debug)]
pub(super) struct Remotes {
    /// For each interface what it calls again and again, the most frequent first.
    pools: Vec<Vec<Remote>>,
    /// Hosts so far that were called just once.
    n_strangers: u32,
    /// For each interface the ephemeral ports it called from over tcp and udp, the first one
    /// first; empty where ports are not reused.
    called_from: Vec<[Vec<u16>; 2]>,
}

impl Remotes {
    /// A pool for each interface, if interfaces call at all.
    ///
    /// Like an interface, its pool depends on the seed and its number alone.
    pub(super) fn new(seed: u64, options: &FlowLogOptions) -> Self {
        let n_pools = if options.calls_percent > 0 { options.n_interfaces } else { 0 };
        let pool = |index| pool(&mut Dice::new(seed, REMOTES_STREAM + u64::from(index)));
        let n_callers = if options.reuse_percent > 0 { n_pools } else { 0 };
        Self {
            pools: (0..n_pools).map(pool).collect(),
            n_strangers: 0,
            called_from: (0..n_callers).map(|_| Default::default()).collect(),
        }
    }

    fn called_from(&mut self, interface: u32, protocol: Protocol) -> Option<&mut Vec<u16>> {
        let both = self.called_from.get_mut(interface as usize)?;
        Some(&mut both[usize::from(protocol == Udp)])
    }
}

fn pool(dice: &mut Dice) -> Vec<Remote> {
    let remote = |protocol, address: IpAddr, port| {
        let endpoint = Endpoint { address, port };
        Remote { protocol, endpoint }
    };
    let mut pool = vec![
        remote(Tcp, public_host(dice), HTTPS),
        remote(Udp, private_host(dice), 53),
        remote(Udp, public_host(dice), NTP),
    ];
    for _ in 0..dice.between(4, 11) {
        pool.push(if dice.chance(50) {
            remote(Tcp, public_host(dice), dice.pick(&PUBLIC))
        } else {
            remote(Tcp, private_host(dice), dice.pick(&PRIVATE))
        });
    }
    pool
}

impl TrafficSource<'_> {
    /// An interface calls a service elsewhere, if it has a port left to call from.
    pub(super) fn call_out(&mut self) -> Option<(u32, Traffic)> {
        let interface = self.busy_interface();
        let remote = self.remote(interface);
        let is_gateway = self.interface(interface).host() == Host::NatGateway;
        if is_gateway && self.dice.chance(50) && self.passes_on(interface, remote) {
            return Some((interface, self.call_through(interface, remote)));
        }
        let port = self.local_port(interface, remote)?;
        let src = self.interface(interface).endpoint(port);
        let shape = self.shape(remote.protocol);
        let call = Traffic {
            ingress: false,
            ..Traffic::inbound(src, remote.endpoint, remote.protocol.number())
        };
        let call = call.shaped(&shape);
        // A NAT gateway translates IPv4 alone.
        let ipv6 = !is_gateway && self.is_over_ipv6();
        Some((interface, if ipv6 { call.over_ipv6() } else { call }))
    }

    /// What an interface calls this time.
    fn remote(&mut self, interface: u32) -> Remote {
        let reuses = self.options.reuse_percent > 0;
        let strangers = if reuses { 40 } else { 15 };
        match self.dice.below(100) {
            percent if percent < strangers => {
                let address = stranger(self.remotes.n_strangers);
                self.remotes.n_strangers = self.remotes.n_strangers.wrapping_add(1);
                let (protocol, port) = if reuses { self.dice.pick(&STRANGE) } else { (Tcp, HTTPS) };
                Remote { protocol, endpoint: Endpoint { address, port } }
            }
            percent if percent < strangers + 10 => {
                let known = self.known_remote(interface);
                // gRPC, passive FTP, and RPC of Windows: ports as a client has them too.
                let port = match self.dice.below(3) {
                    0 => 50_051,
                    1 => self.dice.port(40_000, 40_100),
                    _ => self.dice.port(49_152, 65_535),
                };
                Remote { protocol: Tcp, endpoint: Endpoint { port, ..known.endpoint } }
            }
            _ => self.known_remote(interface),
        }
    }

    fn known_remote(&mut self, interface: u32) -> Remote {
        let n_remotes = count(&self.remotes.pools[interface as usize]);
        let nth = self.often_a_low_number(n_remotes);
        self.remotes.pools[interface as usize][nth as usize]
    }

    /// A port to call from that the interface uses for nothing else but calls.
    fn local_port(&mut self, interface: u32, remote: Remote) -> Option<u16> {
        let protocol = remote.protocol;
        if let Some(port) = self.reused_port(interface, protocol) {
            return Some(port);
        }
        let is_time = protocol == Udp && remote.endpoint.port == NTP;
        // Daemons ask for the time from the port of the time service itself.
        if is_time
            && self.dice.chance(50)
            && self.roles.claim(interface, protocol, NTP, Class::Client)
        {
            return Some(NTP);
        }
        let (from, to) = self.interface(interface).host().ephemeral_ports();
        let port = (0..TRIES).find_map(|_| {
            let port = self.dice.port(from, to);
            self.roles.claim(interface, protocol, port, Class::Client).then_some(port)
        })?;
        if let Some(ports) = self.remotes.called_from(interface, protocol)
            && !ports.contains(&port)
        {
            ports.push(port);
        }
        Some(port)
    }

    /// A port that the interface called from before, if this call takes one again.
    fn reused_port(&mut self, interface: u32, protocol: Protocol) -> Option<u16> {
        let reuse = self.options.reuse_percent;
        if reuse == 0 || !self.dice.chance(reuse) {
            return None;
        }
        let ports = self.remotes.called_from(interface, protocol)?;
        if ports.is_empty() {
            return None;
        }
        // Crawlers and resolvers: a few ports are reused all the time.
        let n_ports = if self.dice.chance(5) { count(ports).min(3) } else { count(ports) };
        Some(ports[self.dice.below(n_ports) as usize])
    }

    /// Whether a gateway takes packets for this remote port: not where it calls from that port.
    fn passes_on(&mut self, interface: u32, remote: Remote) -> bool {
        self.roles.claim(interface, remote.protocol, remote.endpoint.port, Class::Service)
    }

    /// A private host calls a service elsewhere through a gateway: the private side of it.
    ///
    /// The log names the gateway's own address with the far end's port, and only `pkt-dstaddr`
    /// tells the far end.
    fn call_through(&mut self, interface: u32, remote: Remote) -> Traffic {
        let shape = self.shape(remote.protocol);
        let gateway = self.interface(interface);
        let nth = self.dice.below(20);
        let src =
            Endpoint { address: gateway.host_behind(nth), port: self.dice.port(32_768, 60_999) };
        let dst = gateway.endpoint(remote.endpoint.port);
        let call = Traffic::inbound(src, dst, remote.protocol.number()).shaped(&shape);
        Traffic { far_end: Some(remote.endpoint.address), ..call }
    }
}
