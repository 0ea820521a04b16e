//! Queries for flow logs, as text: nothing is asked here, so every build can show them.

mod bucket;
mod flows;
pub mod insights;
mod interface;
mod log_group;
mod partition;
mod sql;
mod table;

pub use bucket::{Days, Location, LocationError};
pub use flows::{FlowQuery, LEAST_ENDPOINTS, Rows, s3_place};
pub use interface::{InterfaceError, InterfaceId};
pub use log_group::{LogGroup, LogGroupError, MOST_LOG_GROUPS};
pub use partition::{PartitionError, Partitions};
pub use sql::{DatabaseName, Dialect, Identifier, NameError};
pub use table::{Columns, ColumnsError, OPTIONAL, Table};
