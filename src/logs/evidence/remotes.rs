//! Who a port is connected with: flows from each zone, and a sample of who is in none.

use std::net::IpAddr;

use crate::problem::zones::{Origin, Zones};

use super::sample::address_hash;
use super::sighting::address;

/// Addresses in no zone that are kept of a port: below that they are all there are.
const KEPT: usize = 64;

/// The records of a port by the remote address.
///
/// All of it is sums and least elements, so neither the order of records nor their parts matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remotes {
    /// In order of the origin.
    origins: Vec<OriginTraffic>,
    others: Others,
}

/// The records of a port with the addresses of one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OriginTraffic {
    /// The zone, and what its rules count in.
    pub origin: Origin,
    /// Records.
    pub flows: u64,
    /// Last second, since 1970; 0 where records have no times, or plain ports are counted.
    pub last: u32,
}

/// Records with addresses in no zone, and a sample of these.
///
/// The sample has the addresses with the least hashes, as that of endpoints does. An address that
/// is in it at the end was never out of it before, so the records of each are all there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Others {
    flows: u64,
    /// In order of the hash.
    kept: Vec<Kept>,
}

/// In order of the hash, and of the address where two share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kept {
    hash: u64,
    flows: u64,
    address: u128,
}

impl Remotes {
    /// Adds records with a remote address; as a number, in the form that IPv6 has for IPv4.
    pub(super) fn add(&mut self, zones: &Zones, remote: u128, flows: u32, last: u32) {
        match zones.origin(address(remote)) {
            Some(origin) => self.add_origin(OriginTraffic { origin, flows: flows.into(), last }),
            None => self.others.add(remote, flows.into()),
        }
    }

    /// Adds what other records of the port say.
    pub(super) fn merge(&mut self, other: &Self) {
        for &more in &other.origins {
            self.add_origin(more);
        }
        self.others.merge(&other.others);
    }

    fn add_origin(&mut self, more: OriginTraffic) {
        match self.origins.binary_search_by_key(&more.origin, |known| known.origin) {
            Ok(at) => {
                let known = &mut self.origins[at];
                known.flows = known.flows.saturating_add(more.flows);
                known.last = known.last.max(more.last);
            }
            Err(at) => self.origins.insert(at, more),
        }
    }

    /// The zones that remote addresses are in, in order.
    #[must_use]
    pub fn origins(&self) -> &[OriginTraffic] {
        &self.origins
    }

    /// The remote addresses in no zone.
    #[must_use]
    pub fn others(&self) -> &Others {
        &self.others
    }

    /// All records.
    pub(super) fn flows(&self) -> u64 {
        let origins = self.origins.iter().map(|known| known.flows);
        origins.fold(self.others.flows, u64::saturating_add)
    }
}

impl Others {
    fn add(&mut self, address: u128, flows: u64) {
        self.flows = self.flows.saturating_add(flows);
        self.keep(Kept { hash: address_hash(address), flows, address });
    }

    /// Adds what other records say, of this port or of another.
    pub fn merge(&mut self, other: &Self) {
        self.flows = self.flows.saturating_add(other.flows);
        for &more in &other.kept {
            self.keep(more);
        }
    }

    fn keep(&mut self, more: Kept) {
        let key = |kept: &Kept| (kept.hash, kept.address);
        match self.kept.binary_search_by_key(&key(&more), key) {
            Ok(at) => {
                let flows = &mut self.kept[at].flows;
                *flows = flows.saturating_add(more.flows);
            }
            Err(KEPT) => {}
            Err(at) => {
                self.kept.truncate(KEPT - 1);
                self.kept.insert(at, more);
            }
        }
    }

    /// Records.
    #[must_use]
    pub fn flows(&self) -> u64 {
        self.flows
    }

    /// Whether there is no such address.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Whether the addresses that are kept are all there are.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.kept.len() < KEPT
    }

    /// How many distinct addresses there are: exact if they are complete, else an estimate with a
    /// relative error of about 13 %.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self.kept.last() {
            Some(last) if !self.is_complete() => {
                let estimate = ((KEPT as u128 - 1) << 64) / (u128::from(last.hash) + 1);
                u64::try_from(estimate).unwrap_or(u64::MAX).max(KEPT as u64)
            }
            _ => self.kept.len() as u64,
        }
    }

    /// The addresses that are kept, each with its records: all, or a sample of them.
    pub fn addresses(&self) -> impl Iterator<Item = (IpAddr, u64)> + '_ {
        self.kept.iter().map(|kept| (address(kept.address), kept.flows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn others(numbers: impl Iterator<Item = u32>) -> Others {
        let mut others = Others::default();
        for n in numbers {
            others.add(n.into(), 1);
        }
        others
    }

    #[test]
    fn few_are_counted_exactly_and_many_are_estimated() {
        for n in 0..64 {
            let others = others((0..n).chain((0..n).rev()));
            assert!(others.is_complete());
            assert_eq!((others.count(), others.flows()), (n.into(), 2 * u64::from(n)));
        }
        for n in [64, 200, 5_000, 300_000] {
            let others = others(0..n);
            assert!(!others.is_complete());
            let error = others.count().abs_diff(n.into());
            assert!(error * 2 < u64::from(n), "{n}: off by {error}");
            assert_eq!((others.flows(), others.addresses().count()), (n.into(), KEPT));
        }
    }

    #[test]
    fn neither_order_nor_parts_matter() {
        for n in [1, 5, 63, 64, 65, 1_000] {
            let whole = others((0..n).chain(0..n / 2));
            assert_eq!(others((0..n / 2).chain((0..n).rev())), whole);
            let mut merged = others((0..n).step_by(2));
            merged.merge(&others((1..n).step_by(2)));
            merged.merge(&others(0..n / 2));
            assert_eq!(merged, whole);
        }
    }

    #[test]
    fn flows_add_up_by_zone() {
        let zones = Zones::parse(
            "[zones.office]\ncidrs = [\"10.0.0.0/8\"]\n[zones.lab]\ncidrs = [\"2001:db8::/32\"]\n",
        )
        .unwrap();
        let bits = |text: &str| match text.parse().unwrap() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
            IpAddr::V6(v6) => v6.to_bits(),
        };
        let mut remotes = Remotes::default();
        for text in ["10.1.2.3", "2001:db8::7", "10.1.2.4", "192.0.2.1", "2001:db9::1"] {
            remotes.add(&zones, bits(text), 2, 7);
        }
        let flows: Vec<_> =
            remotes.origins().iter().map(|o| (o.origin.zone, o.flows, o.last)).collect();
        assert_eq!(flows, [(0, 4, 7), (1, 2, 7)]);
        assert_eq!((remotes.others().count(), remotes.flows()), (2, 10));
    }
}
