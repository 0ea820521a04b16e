//! One zone.

use ipnet::IpNet;

use super::family::{Family, Quota};

/// What a rule names as its source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The CIDRs themselves.
    Cidrs,
    /// Every address.
    Any,
    /// A prefix list of one's own, which counts as many entries as it may have.
    PrefixList {
        /// Its id.
        id: String,
        /// The most entries that it may have.
        max_entries: u32,
    },
    /// A prefix list of AWS, which counts its weight in both families.
    AwsPrefixList {
        /// Its id.
        id: String,
        /// Its weight.
        units: u32,
    },
    /// A referenced security group, which counts as one rule in both families.
    SecurityGroup {
        /// Its id.
        id: String,
    },
}

/// A source with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// As written; what stands for a reference in the logs.
    pub(super) networks: Vec<IpNet>,
    /// That of a prefix list of one's own.
    pub(super) family: Option<Family>,
    pub(super) weight: u32,
}

impl Zone {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its rules name as their source.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Its networks as written, or those that stand for it in the logs.
    ///
    /// Of every address, these are `0.0.0.0/0` and `::/0`.
    #[must_use]
    pub fn networks(&self) -> &[IpNet] {
        &self.networks
    }

    /// What opening a port for it costs, as a multiple.
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// The quotas that its rules for hosts of a family count in.
    #[must_use]
    pub fn quota(&self, family: Family) -> Quota {
        match self.kind {
            Kind::Cidrs | Kind::Any | Kind::PrefixList { .. } => family.into(),
            Kind::AwsPrefixList { .. } | Kind::SecurityGroup { .. } => Quota::Both,
        }
    }

    /// How many units one of its rules takes of each quota that it counts in; at least 1.
    #[must_use]
    pub fn units(&self, quota: Quota) -> u32 {
        match self.kind {
            Kind::Cidrs => {
                let counts = |&&network: &&IpNet| quota.counts_in(Family::from(network));
                let count = self.networks.iter().filter(counts).count();
                u32::try_from(count).unwrap_or(u32::MAX).max(1)
            }
            Kind::Any | Kind::SecurityGroup { .. } => 1,
            Kind::PrefixList { max_entries, .. } => max_entries,
            Kind::AwsPrefixList { units, .. } => units,
        }
    }

    /// Whether it has addresses of a family, so that its rules are of use there.
    #[must_use]
    pub fn has(&self, family: Family) -> bool {
        self.networks.iter().any(|&network| Family::from(network) == family)
    }
}
