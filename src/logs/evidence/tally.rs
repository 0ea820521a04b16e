//! Plain counts: records by interface, protocol and port, and by zone where these are told.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::local_port::LocalPort;
use super::remotes::Remotes;

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

/// One record's port, and the address that connects with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contact {
    pub(super) count: Count,
    /// As a number, in the form that IPv6 has for IPv4.
    pub(super) remote: u128,
}

/// Records of one interface, by port and by the zone of the remote address.
pub(super) type Contacts = HashMap<LocalPort, Box<Remotes>, FixedState>;
