//! A cover: the rules that a solver proposes.

use crate::ports::Span;

/// The rules of each group of an instance, in the order of its groups.
///
/// A cover is a proposal: only [`crate::verify::cover`] says that it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// For each group its rules, disjoint and in order.
    pub groups: Vec<Vec<Span>>,
}

impl Cover {
    /// Number of rules in all groups.
    #[must_use]
    pub fn n_rules(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }
}
