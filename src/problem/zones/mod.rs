//! Zones: the sources that rules let in, by name, and what each counts for in the quotas.
//!
//! A file of zones is TOML, one table for each, in any order:
//!
//! ```toml
//! [zones.office]
//! cidrs = ["203.0.113.0/24", "198.51.100.0/24", "2001:db8:1::/48"]
//! weight = 2                               # optional; 1 if left out
//!
//! [zones.partners]                         # a prefix list of one's own
//! prefix_list = "pl-0123456789abcdef0"
//! max_entries = 20
//! cidrs = ["192.0.2.0/24"]                 # what it holds; or family = "ipv6" if it is empty
//!
//! [zones.cdn]                              # a prefix list of AWS
//! prefix_list = "pl-3b927c52"
//! units = 55                               # its weight
//! cidrs = ["120.52.22.96/27"]              # what it holds
//!
//! [zones.app]
//! security_group = "sg-0123456789abcdef0"  # or 123456789012/sg-… in a peered network
//! addresses = ["10.0.1.7"]                 # what stands for it in the logs; or cidrs, or both
//!
//! [zones.world]
//! any = true                               # 0.0.0.0/0 and ::/0
//! weight = 10
//! ```
//!
//! # What a rule takes
//!
//! A security group has a quota of rules for IPv4 and one of the same size for IPv6. One range of
//! ports, opened for a zone, takes from them:
//!
//! | zone | units | of the quota for |
//! | --- | --- | --- |
//! | `cidrs` | one for each CIDR of the family, as written | that family |
//! | `any` | 1 | the family |
//! | `prefix_list` with `max_entries` | the most entries that it may have | the list's family |
//! | `prefix_list` with `units` | its weight: 55 for `CloudFront`, 1 for S3 | both at once |
//! | `security_group` | 1 | both at once |
//!
//! Source: <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>. At most 1,000
//! rules work on one network interface, so no zone may take more. [`Zones::hints`] finds CIDRs
//! that could be fewer.
//!
//! # Nesting
//!
//! In each family, any two zones are apart or one is inside the other; an address belongs to the
//! smallest zone that has it. A rule for an outer zone lets in the zones inside it as well
//! ([`Zones::outer`]). Zones that overlap in part, or have the same addresses, are errors.
//!
//! # Weights
//!
//! Opening an unused port costs 1, times what the port weighs, times what the zone weighs. With
//! weights of 1, a port opened to the world costs no more than one opened to a subnet. The weight
//! of a zone says how many ports one would rather open for a zone of weight 1 than one port for
//! this: say 1 for a subnet or an office, 3 to 10 for partners, 10 to 100 for the world. Small
//! whole numbers will do, as only their ratios matter. With a weight of 0 opening ports is free for
//! the zone, and nothing but limits on rules keeps its ports closed.

mod check;
mod error;
mod extend;
mod family;
mod fault;
#[cfg(feature = "logs")]
mod file;
mod hints;
mod kind;
mod nesting;
mod network;
mod ranges;
mod spec;
mod zone;

use std::net::IpAddr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use check::Bounds;
use nesting::Nesting;
pub use spec::MAX_UNITS;
use spec::ZoneSpec;

pub use error::{ZoneError, ZonesError};
pub use family::{Family, Quota};
pub use hints::Hint;
#[cfg(feature = "logs")]
pub(crate) use kind::is_id;
pub use zone::{Kind, Zone};

/// Where connections come from: a zone, and the quotas that its rules count in.
///
/// The rules of a zone of CIDRs are for one family each, those of a referenced security group for
/// both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The zone, by its place in the file, from 0.
    pub zone: u16,
    /// What its rules count in.
    pub quota: Quota,
}

/// All zones of a policy: any two are apart, or one is inside the other.
#[derive(Debug, Clone, Default)]
pub struct Zones {
    all: Vec<Zone>,
    nesting: Nesting,
    /// The line of each zone; zones that were not read from a file have none.
    lines: Vec<usize>,
}

impl Zones {
    /// The zones of a file.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line.
    #[cfg(feature = "logs")]
    pub fn parse(text: &str) -> Result<Self, ZonesError> {
        let (specs, lines) = file::read(text)?;
        let (all, nesting) =
            check::zones(&specs, Bounds::FILE).map_err(|fault| lines.place(fault))?;
        Ok(Self { all, nesting, lines: lines.names() })
    }

    /// The zones, in order of the file.
    #[must_use]
    pub fn all(&self) -> &[Zone] {
        &self.all
    }

    /// The zone of an origin.
    #[must_use]
    pub fn zone(&self, origin: Origin) -> &Zone {
        &self.all[usize::from(origin.zone)]
    }

    /// Where a connection from this address comes from: the smallest zone with it.
    #[must_use]
    pub fn origin(&self, address: IpAddr) -> Option<Origin> {
        let (zone, family) = self.nesting.smallest(address)?;
        Some(self.origin_of(zone, family))
    }

    /// Where connections come from whose address is not told: the zone with every address of the
    /// family, if there is one.
    #[must_use]
    pub fn everywhere(&self, family: Family) -> Option<Origin> {
        let is_all = |zone: &Zone| ranges::are_everything(&zone.networks, family);
        let number = self.all.iter().position(is_all)?;
        Some(self.origin_of(u16::try_from(number).ok()?, family))
    }

    /// The origins whose rules let in every address of this one, the innermost first.
    ///
    /// An origin that counts in both quotas has addresses of both families, and others inside one
    /// family only: it has outer ones only where all its addresses are of one family.
    #[must_use]
    pub fn outer(&self, origin: Origin) -> Vec<Origin> {
        let Some(zone) = self.all.get(usize::from(origin.zone)) else {
            return Vec::new();
        };
        let counts = |family: &Family| origin.quota.counts_in(*family) && zone.has(*family);
        let families: Vec<Family> = Family::ALL.into_iter().filter(counts).collect();
        let [family] = families[..] else {
            return Vec::new();
        };
        let around = self.nesting.around(origin.zone, family);
        around.map(|zone| self.origin_of(zone, family)).collect()
    }

    fn origin_of(&self, zone: u16, family: Family) -> Origin {
        Origin { zone, quota: self.all[usize::from(zone)].quota(family) }
    }
}

/// The same zones in the same order, wherever they were read.
impl PartialEq for Zones {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Zones {}

/// A list of tables with the keys of the file, and `name` beside them.
impl Serialize for Zones {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.all.iter().map(ZoneSpec::from))
    }
}

/// Everything is checked as in a file, but for how many listed addresses there are.
impl<'de> Deserialize<'de> for Zones {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let specs = Vec::<ZoneSpec>::deserialize(deserializer)?;
        let (all, nesting) = check::zones(&specs, Bounds::EXTENDED).map_err(|fault| {
            let spec = fault.zone.and_then(|i| specs.get(i));
            de::Error::custom(match spec {
                Some(spec) => {
                    format!("zone '{}': {}", crate::problem::quote::quoted(&spec.name), fault.error)
                }
                None => fault.error.to_string(),
            })
        })?;
        Ok(Self { all, nesting, lines: Vec::new() })
    }
}
