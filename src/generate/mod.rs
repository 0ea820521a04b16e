//! Instances and flow logs from a seed.
//!
//! The same seed and options give the same bytes on every machine: what is drawn are fixed-width
//! integers of a `ChaCha` stream, and nothing is rounded.
//!
//! [`KINDS`] lists the kinds of port sets; [`flow_log`] surrounds them with traffic.

mod dice;
mod draft;
mod fields;
mod flow_log;
mod kinds;
mod network;
mod traffic;

use std::io;

use thiserror::Error;

pub use fields::Fields;
pub use flow_log::{FlowLogOptions, flow_log};
pub use kinds::{KINDS, Kind, kind, port_list, port_set};

use crate::ports::N_PORTS;

/// Most interfaces of one flow log.
pub const MAX_INTERFACES: u32 = 1_000;

/// What cannot be generated.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// A number of ports that no set has.
    #[error("cannot draw {0} ports; ask for 1 to {N_PORTS}")]
    PortCount(u32),
    /// A name that is none of [`KINDS`].
    #[error("'{0}' is not a kind of port set; use {names}", names = kinds::names())]
    UnknownKind(String),
    /// A number of interfaces that no log has.
    #[error("cannot make a log of {0} interfaces; ask for 1 to {MAX_INTERFACES}")]
    InterfaceCount(u32),
    /// Shares of records that leave no room for one another.
    #[error("{reject} % REJECT, {nodata} % NODATA and {skipdata} % SKIPDATA exceed 100 % together")]
    Shares {
        /// Percent of rejected records.
        reject: u32,
        /// Percent of records without traffic.
        nodata: u32,
        /// Percent of records about lost ones.
        skipdata: u32,
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
