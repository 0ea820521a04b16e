//! What rules count for in the quotas of their group.

use std::collections::BTreeMap;

use crate::groups::{Peer, Rule};
use crate::problem::instance::Budget;
use crate::problem::zones::Quota;

/// What a rule for a prefix list counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrefixList {
    /// The quotas: that of its family if it is a customer's, both if it is AWS's.
    pub quota: Quota,
    /// The most entries of a customer's, the weight of one of AWS.
    pub units: u32,
}

impl Default for PrefixList {
    /// One of which nothing is known.
    fn default() -> Self {
        Self { quota: Quota::Both, units: 1 }
    }
}

/// Prefix lists by id, `pl-…`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrefixLists {
    /// In order of the id.
    pub lists: BTreeMap<String, PrefixList>,
}

impl PrefixLists {
    /// The quotas that a rule for this source counts in, and the units of each that it takes; a list
    /// that is not known counts 1 in both.
    #[must_use]
    pub fn units_of(&self, peer: &Peer) -> (Quota, u32) {
        match (peer, peer.quota()) {
            (Peer::PrefixList { id }, _) => {
                let PrefixList { quota, units } = self.lists.get(id).copied().unwrap_or_default();
                (quota, units)
            }
            (_, quota) => (quota.unwrap_or(Quota::Both), 1),
        }
    }

    /// The units that rules take together.
    #[must_use]
    pub fn units<'a>(&self, rules: impl IntoIterator<Item = &'a Rule>) -> Budget {
        let mut sum = Budget::default();
        for rule in rules {
            let (quota, units) = self.units_of(&rule.peer);
            sum.add_units(quota, units as usize);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::Allowed;

    #[test]
    fn each_source_counts_in_the_quotas_of_its_kind() {
        let rule = |peer| Rule { id: None, allowed: Allowed::All, peer, description: None };
        let list = |id: &str| Peer::PrefixList { id: id.to_owned() };
        let known = PrefixList { quota: Quota::Ipv6, units: 20 };
        let lists = PrefixLists { lists: [("pl-1".to_owned(), known)].into() };
        let rules = [
            rule(Peer::Cidr("10.0.0.0/8".parse().unwrap())),
            rule(Peer::Cidr("::/0".parse().unwrap())),
            rule(Peer::group("123456789012/sg-1")),
            rule(list("pl-1")),
            rule(list("pl-2")),
        ];
        assert_eq!(lists.units(&rules), Budget { ipv4: 3, ipv6: 23 });
    }
}
