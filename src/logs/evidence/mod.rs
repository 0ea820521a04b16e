//! From records to the ports on which an interface offers a service, with the evidence.
//!
//! A record is one direction of a flow, and answers need no inbound rule, because security groups
//! are stateful. So the destination port of a record is not always a service's: the answer to a
//! call that the interface made itself goes to an ephemeral port of its own. Each local port of an
//! interface is *service*, *client*, *unanswered* or *unknown*; only services become rules.
//!
//! The local port is the one beside the interface's own address, which stands in each of its
//! records, or the one that flow-direction says. What decides, the strongest first:
//!
//! | word | what decides |
//! | --- | --- |
//! | `tcp-flags` | SYN-ACK from the port: service. SYN from it, or SYN-ACK to it: client. In a log without answers, SYN to it with data: service |
//! | `fan-in` | most of its remote endpoints have more local ports than it has endpoints: client. At least three (`--min-endpoints`) have fewer, and their ports differ and are mostly not lower: service |
//! | `answers` | asked and never answered, or by a few resets alone: unanswered. Sent and never answered: client |
//! | `one-way` | udp that never answers, but is sent ten packets or more per endpoint, in three records or more: service |
//! | `ranges` | all remote ports in a higher range than the local one (below 1024, below 32768, ephemeral): service; in a lower one: client |
//! | `start` | who sent first, where the ranges say nothing; it never makes a service of an ephemeral port |
//! | `nothing` | none of these, two that contradict each other, or bare SYNs in a log without answers: unknown |
//! | `own-address` | one remote address, and either may be the interface's: unknown |
//! | `include`, `exclude`, `min-flows` | overruled by flags of the command |
//!
//! What is kept are sums for each local port and at most 64 of its remote endpoints, so memory grows
//! with interfaces and ports, not with records, and the order of the records does not matter. Where
//! zones are told apart, each local port also has the flows of each zone that its remote addresses
//! are in, and at most 64 of those in none.

pub mod agreement;
mod class;
mod judge;
mod judged;
mod ledger;
mod local_port;
mod log_report;
mod node;
mod port;
mod remotes;
mod sample;
mod shards;
mod sighting;
pub mod table;
mod tally;
mod traffic;

pub use class::{Class, ClassError, Decided};
pub use judge::Judgement;
pub use ledger::{Interface, Ledger, Recorder, Sink};
pub use log_report::{LeftOut, LogReport, MalformedLine, Records};
pub use remotes::{OriginTraffic, Others, Remotes};
pub(crate) use sighting::is_forwarded;
pub use traffic::{InterfaceTraffic, PortTraffic, Span, Traffic};
