//! A port of an interface.

use std::hash::{Hash, Hasher};

use crate::problem::ports::Protocol;

/// A protocol and a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LocalPort {
    pub(super) protocol: Protocol,
    pub(super) port: u16,
}

/// In one step: tables are asked for each record.
impl Hash for LocalPort {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(u32::from(self.protocol.number()) << 16 | u32::from(self.port));
    }
}
