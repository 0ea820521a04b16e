//! Addresses of hosts outside the network; none is a real host's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::dice::{Dice, count};
use super::endpoint::Endpoint;

/// The networks that hosts have, as address and number of host bits: the public ones of RFC 5737,
/// then private ones.
const NETWORKS: [(Ipv4Addr, u32); 6] = [
    (Ipv4Addr::new(203, 0, 113, 0), 8),
    (Ipv4Addr::new(198, 51, 100, 0), 8),
    (Ipv4Addr::new(192, 0, 2, 0), 8),
    (Ipv4Addr::new(10, 200, 0, 0), 12),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 10),
];
const N_PUBLIC: u32 = 3;

/// Shared address space (RFC 6598): nobody's on the internet, and large.
const STRANGERS: (Ipv4Addr, u32) = (Ipv4Addr::new(100, 64, 0, 0), 22);

/// Any host.
pub(super) fn host(dice: &mut Dice) -> IpAddr {
    let network = dice.below(count(&NETWORKS));
    host_of(dice, network)
}

/// A host on the internet.
pub(super) fn public_host(dice: &mut Dice) -> IpAddr {
    let network = dice.below(N_PUBLIC);
    host_of(dice, network)
}

/// A host in a private network.
pub(super) fn private_host(dice: &mut Dice) -> IpAddr {
    let network = dice.between(N_PUBLIC, count(&NETWORKS) - 1);
    host_of(dice, network)
}

/// A host on the internet that no other number has, among the first four million.
pub(super) fn stranger(nth: u32) -> IpAddr {
    let (address, host_bits) = STRANGERS;
    // An odd factor permutes the hosts, so that neighbours in time are none in addresses.
    let host = nth.wrapping_mul(2_654_435_769) % (1 << host_bits);
    Ipv4Addr::from_bits(address.to_bits() + host).into()
}

/// A client of a service: from the network that mostly uses it, or from any.
pub(super) fn client(dice: &mut Dice, service_port: u16) -> Endpoint {
    let n_networks = count(&NETWORKS);
    let network =
        if dice.chance(75) { u32::from(service_port) % n_networks } else { dice.below(n_networks) };
    let address = host_of(dice, network);
    Endpoint { address, port: client_port(dice) }
}

/// The port that a client calls from.
pub(super) fn client_port(dice: &mut Dice) -> u16 {
    // Linux, Windows, and clients behind a NAT gateway.
    match dice.below(10) {
        0..=5 => dice.port(32_768, 60_999),
        6..=8 => dice.port(49_152, 65_535),
        _ => dice.port(1_024, 65_535),
    }
}

/// A host of a network; neither the first nor the last address is one.
fn host_of(dice: &mut Dice, network: u32) -> IpAddr {
    let (address, host_bits) = NETWORKS[network as usize];
    let host = dice.between(1, (1 << host_bits) - 2);
    Ipv4Addr::from_bits(address.to_bits() + host).into()
}

/// The IPv6 address of a host: of the documentation prefix, a subnet for each 256 IPv4 addresses.
pub(super) fn twin(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            let site = u16::from_be_bytes([a, b]);
            Ipv6Addr::new(0x2001, 0xdb8, site, c.into(), 0, 0, 0, d.into()).into()
        }
        IpAddr::V6(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn strangers_do_not_come_back() {
        let hosts: BTreeSet<_> = (0..100_000).map(stranger).collect();
        assert_eq!(hosts.len(), 100_000);
        let twins: BTreeSet<_> = hosts.iter().map(|&host| twin(host)).collect();
        assert_eq!(twins.len(), 100_000);
    }

    #[test]
    fn a_twin_is_an_address_for_documentation() {
        let address = "10.31.16.4".parse().unwrap();
        assert_eq!(twin(address).to_string(), "2001:db8:a1f:10::4");
    }
}
