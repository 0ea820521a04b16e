//! Queries for flow logs, as text: nothing is asked here, so every build can show them.

mod interface;

pub use interface::{InterfaceError, InterfaceId};
