//! A cover: the rules that a solver proposes.

use crate::problem::ports::Span;

/// The rules of each group of an instance, in the order of its groups.
///
/// A cover is a proposal: only [`crate::verify::cover`] says that it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// For each group its rules, disjoint and in order.
    pub groups: Vec<Vec<Span>>,
}

impl Cover {
    /// No rules for any of so many groups.
    #[must_use]
    pub fn without_rules(n_groups: usize) -> Self {
        Self { groups: vec![Vec::new(); n_groups] }
    }

    /// Whether one rule of a group contains a span.
    #[must_use]
    pub fn contains(&self, group: usize, span: Span) -> bool {
        let rules = &self.groups[group];
        let next = rules.partition_point(|rule| rule.to() < span.to());
        rules.get(next).is_some_and(|rule| rule.from() <= span.from())
    }

    /// Number of rules in all groups.
    #[must_use]
    pub fn n_rules(&self) -> usize {
        self.groups.iter().map(Vec::len).sum()
    }
}
