//! Rules in small universes, for tests against brute force.

use proptest::prelude::*;

use crate::groups::{Allowed, Peer, Rule};
use crate::problem::ports::{Protocol, Span};

/// The ports of the universe, all of UDP.
pub(super) const PORTS: std::ops::Range<u32> = 0..12;

/// Networks inside of each other, a prefix list, and two groups.
pub(in crate::groups) fn peers() -> Vec<Peer> {
    let networks = ["10.0.0.0/30", "10.0.0.0/31", "10.0.0.1/32", "10.0.0.2/31", "2001:db8::/127"];
    let networks = networks.map(|network| Peer::Cidr(network.parse().unwrap()));
    let others = [Peer::PrefixList { id: "pl-1".to_owned() }, Peer::group("sg-1")];
    networks.into_iter().chain(others).collect()
}

/// Whether an address of one source is an address of the other one.
pub(in crate::groups) fn is_inside(inner: &Peer, outer: &Peer) -> bool {
    match (inner, outer) {
        (Peer::Cidr(inner), Peer::Cidr(outer)) => outer.contains(inner),
        _ => inner == outer,
    }
}

fn allowed() -> impl Strategy<Value = Allowed> {
    let span = (PORTS, 0_u32..5).prop_map(|(from, n)| {
        let span = Span::new(from, (from + n).min(PORTS.end - 1)).unwrap();
        Allowed::Ports { protocol: Protocol::Udp, span }
    });
    let number = prop_oneof![Just(None), (0_u8..2).prop_map(Some)];
    let icmp = (number.clone(), number).prop_map(|(kind, code)| Allowed::Icmp {
        v6: false,
        kind,
        code: kind.and(code),
    });
    prop_oneof![12 => span, 2 => icmp, 1 => Just(Allowed::Protocol(47)), 1 => Just(Allowed::All)]
}

pub(in crate::groups) fn rule() -> impl Strategy<Value = Rule> {
    let peer = prop::sample::select(peers());
    (allowed(), peer).prop_map(|(allowed, peer)| Rule {
        id: None,
        allowed,
        peer,
        description: None,
    })
}

pub(in crate::groups) fn rules(most: usize) -> impl Strategy<Value = Vec<Rule>> {
    prop::collection::vec(rule(), 0..=most)
}

/// Everything that can be let in, each as narrow as can be.
pub(in crate::groups) fn traffic() -> Vec<Allowed> {
    let protocol = Protocol::Udp;
    let ports = PORTS.map(|port| Allowed::Ports { protocol, span: Span::single(port) });
    let icmp = [(0, 0), (0, 1), (1, 0), (1, 1), (9, 9)];
    let icmp =
        icmp.map(|(kind, code)| Allowed::Icmp { v6: false, kind: Some(kind), code: Some(code) });
    ports.chain(icmp).chain([Allowed::Protocol(47), Allowed::Protocol(50)]).collect()
}

/// Whether some rule lets in traffic from all of a source.
pub(in crate::groups) fn lets_in<'a>(
    rules: impl IntoIterator<Item = &'a Rule>,
    peer: &Peer,
    allowed: Allowed,
) -> bool {
    rules.into_iter().any(|rule| is_inside(peer, &rule.peer) && rule.allowed.contains(allowed))
}
