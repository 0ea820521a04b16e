//! Queries for flow logs, as text: nothing is asked here, so every build can show them.

mod flows;
mod interface;
mod partition;
mod sql;
mod table;

pub use flows::{FlowQuery, LEAST_ENDPOINTS, Rows, s3_place};
pub use interface::{InterfaceError, InterfaceId};
pub use partition::{PartitionError, Partitions};
pub use sql::{DatabaseName, Dialect, Identifier, NameError};
pub use table::{Columns, ColumnsError, OPTIONAL, Table};
