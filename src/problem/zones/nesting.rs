//! Which zone is inside which, and the smallest zone with an address.
//!
//! Zones are painted on the line of all addresses, large ones first and smaller ones over them. If
//! all zones so far are nested or apart, the next one fits exactly if one zone, or none, has all
//! the ground that it is painted on; that zone is the smallest that contains it. For `n` CIDRs,
//! `O(n log n)`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::family::Family;
use super::ranges::{self, Range};
use super::zone::Zone;

/// Zones of which neither is inside the other, by their numbers, the lower one first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Clash {
    pub(super) family: Family,
    pub(super) zones: [usize; 2],
    /// A network of each, of which one contains the other; none if all addresses are the same.
    pub(super) networks: Option<[usize; 2]>,
}

/// The smallest zone of each address, and the smallest zone around each zone.
#[derive(Debug, Clone, Default)]
pub(super) struct Nesting {
    ipv4: Steps<u32>,
    ipv6: Steps<u128>,
    /// By family and zone.
    around: [Vec<Option<u16>>; Family::ALL.len()],
}

impl Nesting {
    /// The nesting of zones, of which there are at most 65,536.
    pub(super) fn of(zones: &[Zone]) -> Result<Self, Clash> {
        let ipv4 = Painting::of(zones, Family::Ipv4)?;
        let ipv6 = Painting::of(zones, Family::Ipv6)?;
        Ok(Self {
            ipv4: ipv4.steps(u32::MAX),
            ipv6: ipv6.steps(u128::MAX),
            around: [ipv4.around, ipv6.around],
        })
    }

    /// The smallest zone with this address, and the family that it counts in.
    pub(super) fn smallest(&self, address: IpAddr) -> Option<(u16, Family)> {
        match address.to_canonical() {
            IpAddr::V4(address) => Some((self.ipv4.at(address.to_bits())?, Family::Ipv4)),
            IpAddr::V6(address) => Some((self.ipv6.at(address.to_bits())?, Family::Ipv6)),
        }
    }

    /// The zones that contain all addresses of a zone in a family, the smallest first.
    pub(super) fn around(&self, zone: u16, family: Family) -> impl Iterator<Item = u16> {
        let around = &self.around[family as usize];
        let next = |zone: &u16| around.get(usize::from(*zone)).copied().flatten();
        std::iter::successors(next(&zone), next)
    }
}

/// The zone of each address: from each start on, until the next one.
#[derive(Debug, Clone, Default)]
struct Steps<T> {
    starts: Vec<T>,
    zones: Vec<Option<u16>>,
}

impl<T: Copy + Ord> Steps<T> {
    fn at(&self, address: T) -> Option<u16> {
        let after = self.starts.partition_point(|start| *start <= address);
        self.zones[after.checked_sub(1)?]
    }
}

/// A piece of the line that one zone has, up to this address.
struct Piece {
    last: u128,
    zone: u16,
}

/// The line of all addresses of a family.
struct Painting {
    /// By the first address.
    pieces: BTreeMap<u128, Piece>,
    around: Vec<Option<u16>>,
}

impl Painting {
    fn of(zones: &[Zone], family: Family) -> Result<Self, Clash> {
        let mut painting = Self { pieces: BTreeMap::new(), around: vec![None; zones.len()] };
        let union = |zone: &Zone| ranges::union(&zone.networks, family);
        let mut order: Vec<(u16, Vec<Range>)> =
            (0..=u16::MAX).zip(zones.iter().map(union)).collect();
        let size = |ranges: &Vec<Range>| ranges::size_less_one(ranges);
        order.sort_by_cached_key(|(_, ranges)| Reverse(size(ranges)));
        // Of the zones on one piece of ground, the last one painted is the smallest.
        let mut sizes = vec![0; zones.len()];
        for (zone, ranges) in &order {
            sizes[usize::from(*zone)] = size(ranges);
            let Ok(ground) = painting.ground(ranges) else {
                return Err(painting.clash(zones, family, *zone, ranges, &sizes));
            };
            if let Some(outer) = ground
                && sizes[usize::from(outer)] == sizes[usize::from(*zone)]
            {
                return Err(Clash { family, zones: sorted(outer, *zone), networks: None });
            }
            painting.around[usize::from(*zone)] = ground;
            for range in ranges {
                painting.paint(*range, *zone, ground);
            }
        }
        Ok(painting)
    }

    /// The pieces on which a range lies, from the last one.
    fn pieces_under(&self, (from, to): Range) -> impl Iterator<Item = (u128, &Piece)> {
        let up_to = self.pieces.range(..=to).rev().map(|(&first, piece)| (first, piece));
        up_to.take_while(move |(_, piece)| piece.last >= from)
    }

    /// The zone that has all ground under these ranges, or none; an error if it is not one.
    fn ground(&self, ranges: &[Range]) -> Result<Option<u16>, Uneven> {
        let mut found = None;
        for &range in ranges {
            let ground = match self.pieces_under(range).next() {
                None => None,
                Some((first, piece)) if first <= range.0 && range.1 <= piece.last => {
                    Some(piece.zone)
                }
                Some(_) => return Err(Uneven),
            };
            if *found.get_or_insert(ground) != ground {
                return Err(Uneven);
            }
        }
        Ok(found.flatten())
    }

    /// The zone that uneven ground clashes with, and where.
    ///
    /// The smallest zone on that ground: if it contained the new one, it would show everywhere.
    fn clash(
        &self,
        zones: &[Zone],
        family: Family,
        zone: u16,
        ranges: &[Range],
        sizes: &[u128],
    ) -> Clash {
        let under = ranges.iter().flat_map(|&range| {
            self.pieces_under(range).map(move |(first, piece)| (piece.zone, first.max(range.0)))
        });
        let smallest = under.min_by_key(|&(other, _)| (sizes[usize::from(other)], Reverse(other)));
        let (other, address) = smallest.unwrap_or((zone, 0));
        let zones_in_order = sorted(other, zone);
        let has = |network: ipnet::IpNet| {
            let (from, to) = ranges::range(network);
            Family::from(network) == family && (from..=to).contains(&address)
        };
        let networks = zones_in_order.map(|zone| {
            let position = zones[zone].networks.iter().position(|&network| has(network));
            position.unwrap_or_default()
        });
        Clash { family, zones: zones_in_order, networks: Some(networks) }
    }

    /// Gives a range to a zone; all of its ground is of one zone, or of none.
    fn paint(&mut self, (from, to): Range, zone: u16, ground: Option<u16>) {
        if let Some(outer) = ground
            && let Some((&first, piece)) = self.pieces.range_mut(..=from).next_back()
        {
            let last = piece.last;
            // A piece that starts here is replaced below.
            piece.last = from.saturating_sub(1).max(first);
            if to < last {
                self.pieces.insert(to + 1, Piece { last, zone: outer });
            }
        }
        self.pieces.insert(from, Piece { last: to, zone });
    }

    fn steps<T: TryFrom<u128>>(&self, last: T) -> Steps<T>
    where
        u128: From<T>,
    {
        let mut steps = Steps { starts: Vec::new(), zones: Vec::new() };
        let mut push = |start: u128, zone| {
            if let Ok(start) = T::try_from(start) {
                steps.starts.push(start);
                steps.zones.push(zone);
            }
        };
        let mut next = Some(0);
        for (&first, piece) in &self.pieces {
            if let Some(gap) = next.filter(|&next| next < first) {
                push(gap, None);
            }
            push(first, Some(piece.zone));
            next = piece.last.checked_add(1);
        }
        let last = u128::from(last);
        if let Some(gap) = next.filter(|&next| next <= last) {
            push(gap, None);
        }
        steps
    }
}

/// Ground of several zones, or of one in part.
struct Uneven;

fn sorted(a: u16, b: u16) -> [usize; 2] {
    [usize::from(a.min(b)), usize::from(a.max(b))]
}
