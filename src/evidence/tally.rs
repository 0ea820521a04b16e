//! Plain counts: records by interface, protocol and port.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::local_port::LocalPort;

/// One record's port.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    /// Number of the interface.
    pub(super) interface: u32,
    pub(super) port: LocalPort,
    pub(super) records: u32,
}

/// Records of one interface, by port.
pub(super) type Tally = HashMap<LocalPort, u64, FixedState>;
