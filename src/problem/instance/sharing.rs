//! Groups that serve others: a port opened for an outer zone is open to the zones inside it too.
//!
//! By default each group has rules for all of its runs. Where groups are *shared*, a run of an
//! inner group is **served** when one rule of one outer group contains all of it. The rules of a
//! group go from the start of one of its runs to the end of one, as ever, and contain each of its
//! runs that is not served; they may contain served ones as well. Limits hold for each rule, and
//! costs and units are summed over the groups, as ever: a port is open in a rule when the rule's
//! own group does not use it. A group may end up without rules.

use super::{Instance, InstanceError, Used};
use crate::problem::zones::Origin;

impl Instance {
    /// The same instance where outer groups serve inner ones.
    ///
    /// For each group the groups that serve it, by index, the innermost first; of the same protocol.
    /// Groups beyond those that are listed have none.
    ///
    /// # Errors
    /// When that is no nesting: what serves a group has to be served by groups that serve it too.
    pub fn sharing(self, mut outer: Vec<Vec<usize>>) -> Result<Self, InstanceError> {
        let groups = &self.groups;
        outer.resize(groups.len(), Vec::new());
        let of = |group: usize| outer.get(group).map_or(&[][..], Vec::as_slice);
        let is_right = |group: usize| {
            of(group).iter().all(|&other| {
                groups.get(other).is_some_and(|g| g.points == groups[group].points)
                    && other != group
                    && of(other).iter().all(|further| of(group).contains(further))
            })
        };
        if let Some(group) = (0..groups.len()).find(|&group| !is_right(group)) {
            return Err(InstanceError::Outer { group: groups[group].name() });
        }
        Ok(Self { outer: Some(outer.into()), ..self })
    }

    /// The groups whose rules serve a group, the innermost first; none without sharing.
    #[must_use]
    pub fn outer(&self, group: usize) -> &[usize] {
        self.outer.as_ref().map_or(&[], |outer| &outer[group])
    }

    /// Whether outer groups were said to serve inner ones, be there any or not.
    #[must_use]
    pub fn shares_outer(&self) -> bool {
        self.outer.is_some()
    }

    /// Whether some group is served by another.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.outer.iter().flat_map(|outer| &**outer).any(|outer| !outer.is_empty())
    }
}

/// For each group of an instance of these ports the groups that serve it, given the origins whose
/// rules let in every address of an origin, the innermost first.
#[must_use]
pub fn outer_groups(used: &Used, outer: impl Fn(Origin) -> Vec<Origin>) -> Vec<Vec<usize>> {
    let keys: Vec<_> = used.iter().filter(|(_, ports)| !ports.is_empty()).map(|(k, _)| k).collect();
    let groups = keys.iter().map(|key| {
        let origins = key.origin.map(&outer).unwrap_or_default();
        let place = |origin: Origin| {
            keys.iter().position(|k| k.origin == Some(origin) && k.protocol == key.protocol)
        };
        origins.into_iter().filter_map(place).collect()
    });
    groups.collect()
}
