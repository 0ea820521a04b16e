//! Bounds where outer rules serve inner groups: the least over all cases of a tree.
//!
//! A hole is bridged or it is kept, so every cover is in one of the two cases of a branch, whatever
//! the hole. In a leaf's case, no cover costs less than its
//! [relaxation](crate::problem::instance::relaxation) and the holes that are bridged for good; where these
//! break a limit, or the fewest rules of the relaxation the budget, there is no cover at all. A
//! wrong tree has weaker bounds, never false ones. [Tolls](super::tolls) may prove more of a leaf.

use crate::problem::certificate::{Node, Tangent, Tolls};
use crate::problem::instance::Instance;
use crate::problem::instance::relaxation::{Choice, Choices, Service};

use super::hole::find;
use super::violation::Violation;
use super::{Checker, tolls};

/// What is left to do on the way through a tree.
enum Step {
    /// Read a node.
    Node,
    /// Decide on a hole of a group, or take that back.
    Decide(usize, usize, Choice),
}

/// The bound that a tree proves; the largest number if no case has a cover.
///
/// A tree without nodes stands for the one leaf that has these tangents.
pub(super) fn bound(
    instance: &Instance,
    tree: &[Node],
    tangents: &[Tangent],
) -> Result<u64, Violation> {
    if !instance.is_shared() {
        return Err(Violation::NotShared);
    }
    let service = Service::new(instance);
    let mut choices = Choices::all(instance, Choice::Undecided);
    if tree.is_empty() {
        return leaf(&service, &choices, tangents, None);
    }
    let uneven = Violation::Tree { nodes: tree.len() };
    let mut nodes = tree.iter().enumerate();
    let mut least = u64::MAX;
    // A stack of its own: a file may hold a tree of any depth.
    let mut steps = vec![Step::Node];
    while let Some(step) = steps.pop() {
        match step {
            Step::Decide(group, hole, choice) => choices.set(group, hole, choice),
            Step::Node => match nodes.next() {
                Some((_, Node::Leaf { tangents, tolls })) => {
                    least = least.min(leaf(&service, &choices, tangents, tolls.as_ref())?);
                }
                Some((node, &Node::Branch { group, hole })) => {
                    let found = find(instance, group, hole)
                        .filter(|&found| choices.of(group, found) == Choice::Undecided);
                    let found = found.ok_or(Violation::NoHole { node, group, hole })?;
                    steps.push(Step::Decide(group, found, Choice::Undecided));
                    for choice in [Choice::Kept, Choice::Bridged] {
                        steps.push(Step::Node);
                        steps.push(Step::Decide(group, found, choice));
                    }
                }
                None => return Err(uneven),
            },
        }
    }
    if nodes.next().is_some() { Err(uneven) } else { Ok(least) }
}

/// The bound that tangents and tolls prove under some choices.
pub(crate) fn leaf(
    service: &Service<'_>,
    choices: &Choices,
    tangents: &[Tangent],
    tolls: Option<&Tolls>,
) -> Result<u64, Violation> {
    let Some(relaxation) = service.relax(choices) else {
        return Ok(u64::MAX);
    };
    let checker = Checker::new(&relaxation.instance);
    let budget = relaxation.instance.budget();
    if checker.least_budget().exceeds(budget).is_some() {
        return Ok(u64::MAX);
    }
    let bound = checker.bounds(tangents)?.at(budget).saturating_add(relaxation.base);
    match tolls {
        Some(given) => Ok(bound.max(tolls::bound(service, choices, given)?)),
        None => Ok(bound),
    }
}
