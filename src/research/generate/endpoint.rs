//! An end of a connection.

use std::net::IpAddr;

/// An address and a port.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endpoint {
    pub(super) address: IpAddr,
    pub(super) port: u16,
}
