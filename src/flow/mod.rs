//! VPC flow logs: from records to the used ports of each interface.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html> has the fields.

mod layout;
mod record;
mod text;
mod traffic;

pub use layout::{Layout, LayoutError};
pub use record::{Malformed, Record, Status};
pub use text::read;
pub use traffic::{MalformedLine, Records, Selection, ServicePort, Traffic};
