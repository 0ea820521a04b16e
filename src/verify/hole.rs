//! Holes by their first port.

use crate::problem::instance::Instance;

/// The hole of a group that starts at a port.
pub(super) fn find(instance: &Instance, group: usize, hole: u32) -> Option<usize> {
    let runs = instance.groups().get(group)?.runs();
    let last = hole.checked_sub(1)?;
    let found = runs.binary_search_by_key(&last, |run| run.to()).ok()?;
    (found + 1 < runs.len()).then_some(found)
}
