//! A port set in the making.

use super::dice::Dice;
use crate::problem::ports::PortSet;

/// Ports so far, and how many are wanted.
#[derive(Debug)]
pub(super) struct Draft {
    ports: PortSet,
    n_ports: u32,
    wanted: u32,
}

impl Draft {
    pub(super) fn new(wanted: u32) -> Self {
        Self { ports: PortSet::new(), n_ports: 0, wanted }
    }

    /// The number of ports in the end.
    pub(super) fn wanted(&self) -> u32 {
        self.wanted
    }

    /// Whether at least this percent of the ports is there.
    pub(super) fn has_percent(&self, percent: u32) -> bool {
        self.n_ports * 100 >= self.wanted * percent
    }

    pub(super) fn is_full(&self) -> bool {
        self.n_ports == self.wanted
    }

    /// Adds a port, unless the set is full or the number is no port.
    pub(super) fn add(&mut self, port: u32) {
        let Ok(port) = u16::try_from(port) else {
            return;
        };
        if !self.is_full() && !self.ports.contains(port) {
            self.ports.insert(port);
            self.n_ports += 1;
        }
    }

    /// The set with as many ports as wanted; what is missing is drawn from everywhere.
    pub(super) fn finish(mut self, dice: &mut Dice) -> PortSet {
        while !self.is_full() {
            self.add(dice.between(0, u16::MAX.into()));
        }
        self.ports
    }
}
