//! What became of the traffic of a record.

use serde::{Deserialize, Serialize};

/// What became of the traffic of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Status {
    /// Security group and network ACL allowed it.
    Accepted,
    /// One of the two refused it.
    Rejected,
    /// There was no traffic in the window.
    NoData,
    /// Records were lost.
    SkipData,
}
