//! Scans that the security group let through, of ports where nobody listens.

use super::addresses::public_host;
use super::dice::Dice;
use super::endpoint::Endpoint;
use super::record::{Answered, SYN, Traffic};
use super::traffic::{TRIES, TrafficSource};
use crate::logs::evidence::Class;
use crate::problem::ports::Protocol;

/// Where many scanners knock, also in the ephemeral ranges.
const PROBED: [u16; 12] =
    [22, 23, 445, 3_389, 5_900, 8_080, 8_888, 37_215, 49_152, 52_869, 55_555, 60_001];

/// The stream of draws for scanners, apart from those of interfaces and traffic.
const SCANNERS_STREAM: u64 = u64::MAX - 1;

/// Scanners that knock at many ports, always from one.
pub(super) fn scanners(seed: u64) -> Vec<Endpoint> {
    let mut dice = Dice::new(seed, SCANNERS_STREAM);
    let scanner = |_| {
        let address = public_host(&mut dice);
        Endpoint { address, port: dice.port(1_024, u16::MAX) }
    };
    (0..8).map(scanner).collect()
}

impl TrafficSource<'_> {
    /// A scanner knocks at a closed port, if the interface has one left.
    pub(super) fn probe(&mut self) -> Option<(u32, Traffic)> {
        let interface = self.busy_interface();
        let port = self.closed_port(interface)?;
        let src = if self.dice.chance(50) {
            self.dice.pick(&self.scanners)
        } else {
            let address = public_host(&mut self.dice);
            Endpoint { address, port: self.dice.port(1_024, u16::MAX) }
        };
        let dst = self.interface(interface).endpoint(port);
        let probe = Traffic {
            tcp_flags: SYN,
            bytes: self.dice.pick(&[40, 44, 52, 60]),
            answered: if self.dice.below(3) < 2 { Answered::Reset } else { Answered::Never },
            ..Traffic::inbound(src, dst, Protocol::Tcp.number())
        };
        Some((interface, if self.is_over_ipv6() { probe.over_ipv6() } else { probe }))
    }

    fn closed_port(&mut self, interface: u32) -> Option<u16> {
        (0..TRIES).find_map(|_| {
            let port = if self.dice.chance(40) {
                self.dice.pick(&PROBED)
            } else {
                self.dice.port(1, u16::MAX)
            };
            let is_closed = self.roles.claim(interface, Protocol::Tcp, port, Class::Unanswered);
            is_closed.then_some(port)
        })
    }
}
