//! What `solve` found for an instance.

use rangecover::groups::{Division, Solved};

/// An answer, shared out over security groups where that was asked.
pub(super) struct Answered {
    pub(super) solved: Solved,
    pub(super) division: Option<Division>,
}
