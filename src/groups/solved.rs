//! An instance, where it comes from, and its checked answer.

use crate::logs::inputs::Source;
use crate::problem::instance::{Budget, Instance};
use crate::problem::port_list::Entry;
use crate::solve::answer::Answer;

/// An instance with where it comes from and its checked answer.
#[derive(Debug, Clone)]
pub struct Solved {
    /// Where the used ports come from.
    pub source: Source,
    /// What was solved.
    pub instance: Instance,
    /// Units of the quotas that existing rules keep; the budget is what remains.
    pub reserve: Budget,
    /// Used ports that were taken out because they are forbidden.
    pub dropped: Vec<Entry>,
    /// The solver that was asked.
    pub solver: &'static str,
    /// What it answered.
    pub answer: Answer,
}
