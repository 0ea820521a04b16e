//! Networks as ranges of numbers, alike for both families.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

use super::family::Family;

/// The first and the last address.
pub(super) type Range = (u128, u128);

/// The last address of a family; the first one is 0.
pub(super) fn last(family: Family) -> u128 {
    match family {
        Family::Ipv4 => u32::MAX.into(),
        Family::Ipv6 => u128::MAX,
    }
}

/// The network of every address of a family.
pub(super) fn everything(family: Family) -> IpNet {
    match family {
        Family::Ipv4 => IpNet::V4(ipnet::Ipv4Net::default()),
        Family::Ipv6 => IpNet::V6(ipnet::Ipv6Net::default()),
    }
}

/// The addresses of a network.
pub(super) fn range(network: IpNet) -> Range {
    (number(network.network()), number(network.broadcast()))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => Ipv6Addr::to_bits(address),
    }
}

/// Whether networks have every address of a family.
pub(super) fn are_everything(networks: &[IpNet], family: Family) -> bool {
    union(networks, family) == [(0, last(family))]
}

/// The addresses of all networks of a family: apart, as few ranges as there can be, in order.
pub(super) fn union(networks: &[IpNet], of: Family) -> Vec<Range> {
    let of_family = networks.iter().filter(|&&network| Family::from(network) == of);
    let mut ranges: Vec<Range> = of_family.map(|&network| range(network)).collect();
    ranges.sort_unstable();
    let mut union: Vec<Range> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match union.last_mut() {
            Some((_, end)) if from <= end.saturating_add(1) => *end = to.max(*end),
            _ => union.push((from, to)),
        }
    }
    union
}

/// How many addresses there are besides one, as all of IPv6 has one more than a number can say.
pub(super) fn size_less_one(union: &[Range]) -> u128 {
    let sizes = union.iter().map(|(from, to)| to - from);
    sizes.reduce(|sum, size| sum + 1 + size).unwrap_or_default()
}
