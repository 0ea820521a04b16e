//! Budgets of quota units, and the groups whose rules take the same units.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::problem::zones::{Family, Quota};

use super::group::{Group, Terms};

/// The units that rules may take, `R`, for each quota.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Of the quota of IPv4 rules, or of the only one where families are not told apart.
    pub ipv4: usize,
    /// Of the quota of IPv6 rules.
    pub ipv6: usize,
}

impl From<usize> for Budget {
    /// For instances whose families are not told apart.
    fn from(ipv4: usize) -> Self {
        Self { ipv4, ipv6: 0 }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ipv4, ipv6 } = self;
        if *ipv6 == 0 { write!(f, "{ipv4}") } else { write!(f, "{ipv4} ipv4 + {ipv6} ipv6") }
    }
}

impl Budget {
    /// The units of the quota of a family.
    #[must_use]
    pub fn of(self, family: Family) -> usize {
        match family {
            Family::Ipv4 => self.ipv4,
            Family::Ipv6 => self.ipv6,
        }
    }

    /// The same with other units for a family.
    #[must_use]
    pub fn with(self, family: Family, units: usize) -> Self {
        match family {
            Family::Ipv4 => Self { ipv4: units, ..self },
            Family::Ipv6 => Self { ipv6: units, ..self },
        }
    }

    /// Adds the units that `n_rules` rules of a group take.
    pub fn add(&mut self, terms: &Terms, n_rules: usize) {
        self.add_units(terms.quota, (terms.units as usize).saturating_mul(n_rules));
    }

    /// Takes the units of a rule of a group away.
    pub(crate) fn remove(&mut self, terms: &Terms) {
        let mut rule = Self::default();
        rule.add(terms, 1);
        *self = self.less(rule);
    }

    /// Adds units to all quotas that count.
    pub fn add_units(&mut self, quota: Quota, units: usize) {
        for family in quota.families() {
            *self = self.with(family, self.of(family).saturating_add(units));
        }
    }

    /// These units and others.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            ipv4: self.ipv4.saturating_add(other.ipv4),
            ipv6: self.ipv6.saturating_add(other.ipv6),
        }
    }

    /// These units less others, at least 0.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            ipv4: self.ipv4.saturating_sub(other.ipv4),
            ipv6: self.ipv6.saturating_sub(other.ipv6),
        }
    }

    /// The smaller of these units and others, for each quota.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        Self { ipv4: self.ipv4.min(other.ipv4), ipv6: self.ipv6.min(other.ipv6) }
    }

    /// How many rules that take so many units fit into these.
    #[must_use]
    pub fn n_rules(self, quota: Quota, units: usize) -> usize {
        quota.families().map(|family| self.of(family) / units).min().unwrap_or(0)
    }

    /// The quota of which these units are more than there are, if there is one.
    #[must_use]
    pub fn exceeds(self, budget: Self) -> Option<Family> {
        Family::ALL.into_iter().find(|&family| self.of(family) > budget.of(family))
    }
}

/// Groups whose rules take the same units of the same quotas.
///
/// Their front is convex, as that of one group: the fronts of the groups merge by their steepest
/// steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// The quotas that each rule counts in.
    pub quota: Quota,
    /// The units of these quotas that each rule takes.
    pub units: u32,
    /// The groups, by index, in order.
    pub groups: Vec<usize>,
}

pub(super) fn classes(groups: &[Group]) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        let Terms { quota, units, .. } = group.terms;
        match classes.iter_mut().find(|class| (class.quota, class.units) == (quota, units)) {
            Some(class) => class.groups.push(i),
            None => classes.push(Class { quota, units, groups: vec![i] }),
        }
    }
    classes
}
