//! What the checker found a cover to be.

use crate::problem::instance::Budget;

/// What the checker found a cover to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Number of rules.
    pub n_rules: usize,
    /// Units that the rules take of each quota.
    pub units: Budget,
    /// Unused ports inside rules.
    pub open_ports: u64,
    /// Sum of the weights of the open ports.
    pub cost: u64,
}
