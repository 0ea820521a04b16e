//! An instance as a file, so that another process can solve it.

use serde::{Deserialize, Serialize};

use super::{Budget, Group, Instance, InstanceError, Terms};
use crate::problem::limits::{LimitSpec, Limits};
use crate::problem::points::Points;
use crate::problem::ports::Span;
use crate::problem::zones::Quota;

/// What an instance is made of.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InstanceRecord {
    budget: Budget,
    limits: LimitSpec,
    groups: Vec<GroupRecord>,
    /// For each group those that serve it, where rules are shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outer: Option<Vec<Vec<usize>>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupRecord {
    points: Points,
    zone: Option<String>,
    quota: Quota,
    units: u32,
    weight: u32,
    runs: Vec<Span>,
}

impl From<Instance> for InstanceRecord {
    fn from(instance: Instance) -> Self {
        let group = |group: &Group| GroupRecord {
            points: group.points,
            zone: group.terms.zone.as_deref().map(str::to_owned),
            quota: group.terms.quota,
            units: group.terms.units,
            weight: group.terms.weight,
            runs: group.runs.clone(),
        };
        Self {
            budget: instance.budget,
            limits: instance.limits.spec().clone(),
            groups: instance.groups.iter().map(group).collect(),
            outer: instance.outer.map(|outer| outer.to_vec()),
        }
    }
}

impl TryFrom<InstanceRecord> for Instance {
    type Error = InstanceError;

    fn try_from(record: InstanceRecord) -> Result<Self, InstanceError> {
        let group = |GroupRecord { points, zone, quota, units, weight, runs }| {
            let terms = Terms { zone: zone.map(Into::into), quota, units, weight };
            Group::new(points, terms, runs)
        };
        let groups = record.groups.into_iter().map(group);
        let instance = Self::of_groups(groups, record.budget, Limits::from(record.limits))?;
        match record.outer {
            Some(outer) => instance.sharing(outer),
            None => Ok(instance),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::ports::Protocol;

    #[test]
    fn an_instance_comes_back_as_it_was() {
        let group = |zone: &str, runs: &[(u32, u32)]| {
            let terms = Terms { zone: Some(zone.into()), quota: Quota::Both, units: 3, weight: 2 };
            let runs = runs.iter().map(|&(from, to)| Span::new(from, to).unwrap()).collect();
            Group::new(Protocol::Udp, terms, runs)
        };
        let spec = LimitSpec { max_open_ports: Some(7), ..LimitSpec::default() };
        let groups = [group("outer", &[(1, 5), (9, 9)]), group("inner", &[(2, 3)])];
        let budget = Budget { ipv4: 8, ipv6: 9 };
        let alone = Instance::of_groups(groups, budget, Limits::from(spec)).unwrap();
        for instance in [alone.clone(), alone.sharing(vec![vec![], vec![0]]).unwrap()] {
            let text = serde_json::to_string(&instance).unwrap();
            assert_eq!(serde_json::from_str::<Instance>(&text).unwrap(), instance, "{text}");
            let overlapping = text.replace("\"from\":9", "\"from\":5");
            assert!(serde_json::from_str::<Instance>(&overlapping).is_err());
        }
    }
}
