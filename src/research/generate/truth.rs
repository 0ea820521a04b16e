//! What the ports of a generated log are.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write};

use super::network::Network;
use crate::logs::evidence::{Class, table};
use crate::problem::ports::Protocol;

/// What every port is that accepted tcp or udp traffic of a log has at its interface.
#[derive(Debug)]
pub struct Truth {
    /// Sorted.
    interfaces: Vec<String>,
    /// Sorted; the keys number the interfaces as they stand here.
    ports: Vec<(Key, Class)>,
}

/// A port in a [`Truth`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TruthRow<'a> {
    /// The interface's id.
    pub interface: &'a str,
    /// The protocol.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
    /// What it is.
    pub class: Class,
}

impl Truth {
    /// The ports by interface, then protocol (tcp before udp), then number.
    pub fn rows(&self) -> impl Iterator<Item = TruthRow<'_>> {
        self.ports.iter().map(|&(key, class)| TruthRow {
            interface: &self.interfaces[key.interface()],
            protocol: key.protocol(),
            port: key.port(),
            class,
        })
    }

    /// Writes the rows as CSV with the header `interface,protocol,port,class`.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write_csv(&self, out: impl Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        writeln!(out, "{}", table::COLUMNS[..table::NEEDED].join(","))?;
        for TruthRow { interface, protocol, port, class } in self.rows() {
            writeln!(out, "{interface},{protocol},{port},{class}")?;
        }
        out.flush()
    }
}

/// Interface, protocol and port in one number, in this order; small, since logs have millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key(u32);

impl Key {
    fn new(interface: u32, protocol: Protocol, port: u16) -> Self {
        let is_udp = u32::from(protocol == Protocol::Udp);
        Self(interface << 17 | is_udp << 16 | u32::from(port))
    }

    fn interface(self) -> usize {
        (self.0 >> 17) as usize
    }

    fn protocol(self) -> Protocol {
        if self.0 >> 16 & 1 == 0 { Protocol::Tcp } else { Protocol::Udp }
    }

    fn port(self) -> u16 {
        let [_, _, high, low] = self.0.to_be_bytes();
        u16::from_be_bytes([high, low])
    }
}

#[derive(Debug)]
struct Role {
    class: Class,
    is_written: bool,
}

/// What ports are used for so far: each for one thing only.
#[derive(Debug, Default)]
pub(super) struct Roles(HashMap<Key, Role>);

impl Roles {
    /// The services of a network.
    pub(super) fn of(network: &Network) -> Self {
        let mut roles = Self::default();
        for service in &network.services {
            roles.claim(service.interface, service.protocol, service.port, Class::Service);
        }
        roles
    }

    /// Takes a port for a use; false where it has another.
    pub(super) fn claim(
        &mut self,
        interface: u32,
        protocol: Protocol,
        port: u16,
        class: Class,
    ) -> bool {
        let new = Role { class, is_written: false };
        self.0.entry(Key::new(interface, protocol, port)).or_insert(new).class == class
    }

    /// Notes that the log has accepted traffic of a port.
    pub(super) fn note_written(&mut self, interface: u32, protocol: Protocol, port: u16) {
        if let Some(role) = self.0.get_mut(&Key::new(interface, protocol, port)) {
            role.is_written = true;
        }
    }

    /// The ports that the log has.
    pub(super) fn into_truth(self, network: &Network) -> Truth {
        let mut sorted: Vec<_> = network.interfaces.iter().zip(0_u32..).collect();
        sorted.sort_unstable_by_key(|(interface, _)| &interface.id);
        let mut ranks = vec![0; sorted.len()];
        for (rank, &(_, index)) in (0..).zip(&sorted) {
            ranks[index as usize] = rank;
        }
        let written = self.0.into_iter().filter(|(_, role)| role.is_written);
        let mut ports: Vec<_> = written
            .map(|(key, role)| {
                let rank = ranks[key.interface()];
                (Key::new(rank, key.protocol(), key.port()), role.class)
            })
            .collect();
        ports.sort_unstable_by_key(|&(key, _)| key);
        let interfaces = sorted.into_iter().map(|(interface, _)| interface.id.clone()).collect();
        Truth { interfaces, ports }
    }
}
