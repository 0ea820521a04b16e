//! Plain counts: records by interface, protocol and port.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::ports::Protocol;

/// One record's port.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count {
    /// Number of the interface.
    pub(super) interface: u32,
    pub(super) protocol: Protocol,
    pub(super) port: u16,
    pub(super) records: u32,
}

/// Records of one interface, by port.
pub(super) type Tally = HashMap<(Protocol, u16), u64, FixedState>;
