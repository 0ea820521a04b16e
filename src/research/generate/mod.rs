//! Instances and flow logs from a seed.
//!
//! The same seed and options give the same bytes on every machine: what is drawn are fixed-width
//! integers of a `ChaCha` stream, and nothing is rounded.
//!
//! [`knapsack`] draws policies of zones whose rules take different units.
//! [`KINDS`] lists the kinds of port sets; [`flow_log`] surrounds them with traffic, and
//! [`flow_log_with_truth`] tells beside it which ports are services.

mod addresses;
mod allow_list;
mod calls;
mod dice;
mod draft;
mod endpoint;
mod fields;
mod flow_log;
mod kinds;
mod knapsack;
mod network;
mod options;
mod probes;
mod profiles;
mod record;
mod traffic;
mod traps;
mod truth;
#[cfg(test)]
mod truth_tests;

use std::io;

use thiserror::Error;

pub use allow_list::{MAX_ADDRESSES, address_list, addresses};
pub use fields::Fields;
pub use flow_log::{flow_log, flow_log_with_truth};
pub use kinds::{KINDS, Kind, kind, port_list, port_set};
pub use knapsack::{MAX_ZONE_PORTS, MAX_ZONES, Policy, knapsack};
pub use options::FlowLogOptions;
pub use truth::{Truth, TruthRow};

use crate::problem::ports::N_PORTS;

/// Most interfaces of one flow log.
pub const MAX_INTERFACES: u32 = 10_000;

/// What cannot be generated.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// A number of ports that no set has.
    #[error("cannot draw {0} ports; ask for 1 to {N_PORTS}")]
    PortCount(u32),
    /// A number of addresses that no list has.
    #[error("cannot draw {0} addresses; ask for 1 to {max}", max = allow_list::MAX_ADDRESSES)]
    AddressCount(u32),
    /// A policy that is empty or too large.
    #[error(
        "cannot make {zones} zones of {ports} ports; ask for 1 to {MAX_ZONES} zones of 1 to \
         {MAX_ZONE_PORTS}"
    )]
    PolicySize {
        /// Number of zones.
        zones: u32,
        /// Used ports of each.
        ports: u32,
    },
    /// A name that is none of [`KINDS`].
    #[error("'{0}' is not a kind of port set; use {names}", names = kinds::names())]
    UnknownKind(String),
    /// A number of interfaces that no log has.
    #[error("cannot make a log of {0} interfaces; ask for 1 to {MAX_INTERFACES}")]
    InterfaceCount(u32),
    /// Shares of records that leave no room for one another.
    #[error(
        "{reject} % REJECT, {nodata} % NODATA, {skipdata} % SKIPDATA, {calls} % calls and \
         {probes} % probes exceed 100 % together"
    )]
    Shares {
        /// Percent of rejected requests.
        reject: u32,
        /// Percent of records without traffic.
        nodata: u32,
        /// Percent of records about lost ones.
        skipdata: u32,
        /// Percent of calls by the interfaces.
        calls: u32,
        /// Percent of probes.
        probes: u32,
    },
    /// A percentage that is none, or that leaves nothing.
    #[error("{percent} % {what} is out of range; ask for 0 to {most}")]
    Percent {
        /// What there is so much of.
        what: &'static str,
        /// The percentage.
        percent: u32,
        /// The highest possible.
        most: u32,
    },
    /// A format with a field that is not known.
    #[error("'{0}' is not a field of a flow log; use default, extended or some of: {names}", names = fields::names())]
    UnknownField(String),
    /// A format that names a field twice.
    #[error("field '{0}' stands twice in the format; name it once")]
    RepeatedField(String),
    /// A format without fields.
    #[error("a format needs a field; use default, extended or some of: {names}", names = fields::names())]
    NoFields,
    /// The place to write to gave an error.
    #[error("cannot write the flow log")]
    Write(#[from] io::Error),
}
