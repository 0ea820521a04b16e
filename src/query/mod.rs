//! Queries for flow logs, as text: nothing is asked here, so every build can show them.

mod bucket;
pub mod insights;
mod interface;
mod log_group;

pub use bucket::{Days, Location, LocationError};
pub use interface::{InterfaceError, InterfaceId};
pub use log_group::{LogGroup, LogGroupError, MOST_LOG_GROUPS};
