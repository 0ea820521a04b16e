//! Zones: the sources that rules let in, by name, and what each counts for in the quotas.

mod family;
mod zone;

use std::net::IpAddr;

pub use family::{Family, Quota};
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Zones {
    zones: Vec<Zone>,
}

impl Zones {
    /// The zones, in order of the file.
    #[must_use]
    pub fn all(&self) -> &[Zone] {
        &self.zones
    }

    /// The zone of an origin.
    #[must_use]
    pub fn zone(&self, origin: Origin) -> &Zone {
        &self.zones[usize::from(origin.zone)]
    }

    /// Where a connection from this address comes from: the smallest zone with it.
    #[must_use]
    pub fn origin(&self, address: IpAddr) -> Option<Origin> {
        let number = self.zones.iter().rposition(|zone| zone.has(address))?;
        let family = if address.is_ipv4() { Family::Ipv4 } else { Family::Ipv6 };
        let quota = self.zones[number].quota(family);
        Some(Origin { zone: u16::try_from(number).ok()?, quota })
    }
}
