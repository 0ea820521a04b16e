//! VPC flow logs: their fields, the layout of a log, and its records.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html> has the fields.

mod address;
mod bulk;
mod field;
mod layout;
mod line;
mod number;
mod record;
mod selection;
mod space;
mod status;
mod values;

pub use bulk::Bulk;
pub use field::{ColumnError, ColumnName, Field};
pub use layout::{Layout, LayoutError};
pub use record::{Detail, Direction, Malformed, Record, interface_name};
pub use selection::{Action, Needs, Selection, ServicePort};
pub use status::Status;
pub use values::Values;
