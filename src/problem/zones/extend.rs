//! The same zones with one more, for connections from elsewhere.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Zones;
use super::family::Family;
use super::nesting::Nesting;
use super::ranges;
use super::zone::{Kind, Zone};

impl Zones {
    /// A zone for each of these networks, in order and without repetition, named as it is written;
    /// none if they are more than there can be zones.
    #[must_use]
    pub fn of_networks(networks: &BTreeSet<IpNet>) -> Option<Self> {
        let zone = |&network: &IpNet| Zone {
            name: network.to_string(),
            kind: Kind::Cidrs,
            networks: vec![network],
            family: None,
            weight: 1,
        };
        let all: Vec<Zone> = networks.iter().map(zone).collect();
        // Of two networks, one is inside the other or they are apart.
        let nesting = u16::try_from(all.len()).is_ok().then(|| Nesting::of(&all).ok())??;
        Some(Self { all, nesting, lines: Vec::new() })
    }

    /// The same with a last zone of every address, `any`, if none has every address.
    ///
    /// Where a zone has every address of one family already, the last zone has those of the other.
    #[must_use]
    pub fn with_any(&self) -> Self {
        let open = |&family: &Family| self.everywhere(family).is_none();
        let families: Vec<Family> = Family::ALL.into_iter().filter(open).collect();
        let kind = if families.len() == Family::ALL.len() { Kind::Any } else { Kind::Cidrs };
        let networks = families.into_iter().map(ranges::everything).collect();
        self.with("any", kind, networks)
    }

    /// The same with a last zone, `others`, of those addresses that no zone has.
    ///
    /// Each is a CIDR of its own, in order; without any, there is no such zone.
    #[must_use]
    pub fn with_listed(&self, addresses: &[IpAddr]) -> Self {
        let canonical = addresses.iter().map(IpAddr::to_canonical);
        let new: BTreeSet<IpAddr> =
            canonical.filter(|&address| self.origin(address).is_none()).collect();
        self.with("others", Kind::Cidrs, new.into_iter().map(IpNet::from).collect())
    }

    fn with(&self, name: &str, kind: Kind, networks: Vec<IpNet>) -> Self {
        if networks.is_empty() || self.all.len() >= usize::from(u16::MAX) {
            return self.clone();
        }
        let mut all = self.all.clone();
        all.push(Zone { name: self.free_name(name), kind, networks, family: None, weight: 1 });
        match Nesting::of(&all) {
            Ok(nesting) => Self { all, nesting, lines: self.lines.clone() },
            // Cannot be: the new zone is around all others, or apart from them.
            Err(_) => self.clone(),
        }
    }

    /// The name, with a number if a zone has it already.
    fn free_name(&self, name: &str) -> String {
        let taken = |name: &str| self.all.iter().any(|zone| zone.name == name);
        let mut free = name.to_owned();
        let mut number = 2;
        while taken(&free) {
            free = format!("{name}-{number}");
            number += 1;
        }
        free
    }
}
