//! What rules let in, in a normal form: for each source its ports, and what has no ports.
//!
//! A port that is open to a network is open to all networks inside of it. Prefix lists and security
//! groups are opaque: what they hold is not looked at. Networks that only together make up a wider
//! one do not count as that one.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::groups::{Allowed, Peer, Rule};
use crate::problem::ports::{Protocol, Span};

use super::spans::Spans;

/// What is let in from one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Ports, by the place of the protocol in [`Protocol::ALL`].
    ports: [Spans; 2],
    /// What has no ports, none inside of another.
    portless: BTreeSet<Allowed>,
}

/// What some rules let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    by_peer: BTreeMap<Peer, Traffic>,
    /// The lengths of the prefixes of its networks, so that few wider networks are looked for.
    lengths: BTreeSet<u8>,
}

fn place(protocol: Protocol) -> usize {
    match protocol {
        Protocol::Tcp => 0,
        Protocol::Udp => 1,
    }
}

impl Traffic {
    /// The ports of a protocol.
    #[must_use]
    pub fn ports(&self, protocol: Protocol) -> &Spans {
        &self.ports[place(protocol)]
    }

    /// What has no ports: ICMP, other protocols, and everything.
    #[must_use]
    pub fn portless(&self) -> &BTreeSet<Allowed> {
        &self.portless
    }

    fn insert(&mut self, allowed: Allowed) {
        for protocol in Protocol::ALL {
            self.ports[place(protocol)].extend(allowed.ports(protocol));
        }
        if !matches!(allowed, Allowed::Ports { .. })
            && !self.portless.iter().any(|wider| wider.contains(allowed))
        {
            self.portless.retain(|&narrower| !allowed.contains(narrower));
            self.portless.insert(allowed);
        }
    }

    fn extend(&mut self, other: &Self) {
        for protocol in Protocol::ALL {
            self.ports[place(protocol)].extend(other.ports(protocol).runs().iter().copied());
        }
        for &allowed in &other.portless {
            self.insert(allowed);
        }
    }

    /// Whether all that is let in by a rule is let in.
    #[must_use]
    pub fn allows(&self, allowed: Allowed) -> bool {
        match allowed {
            Allowed::Ports { protocol, span } => self.ports(protocol).covers(span),
            _ => self.portless.iter().any(|wider| wider.contains(allowed)),
        }
    }

    /// Whether everything of another is let in.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.ports.iter().zip(&other.ports).all(|(own, others)| own.contains(others))
            && other.portless.iter().all(|&allowed| self.allows(allowed))
    }

    /// The fewest rules that let in exactly this.
    pub fn rules(&self) -> impl Iterator<Item = Allowed> {
        let all = self.portless.contains(&Allowed::All);
        let of = |protocol| {
            let runs = self.ports(protocol).runs().iter();
            runs.map(move |&span| Allowed::Ports { protocol, span })
        };
        let ports = Protocol::ALL.into_iter().flat_map(of).filter(move |_| !all);
        ports.chain(self.portless.iter().copied())
    }
}

impl Access {
    /// What rules let in together.
    pub fn of<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> Self {
        let mut access = Self::default();
        for rule in rules {
            access.traffic_mut(&rule.peer).insert(rule.allowed);
        }
        access
    }

    fn traffic_mut(&mut self, peer: &Peer) -> &mut Traffic {
        if let Peer::Cidr(network) = peer {
            self.lengths.insert(network.prefix_len());
        }
        self.by_peer.entry(peer.clone()).or_default()
    }

    /// Lets in what another lets in as well.
    pub fn extend(&mut self, other: &Self) {
        for (peer, traffic) in &other.by_peer {
            self.traffic_mut(peer).extend(traffic);
        }
    }

    /// The sources that rules name, in order, each with what its own rules let in.
    #[must_use]
    pub fn by_peer(&self) -> &BTreeMap<Peer, Traffic> {
        &self.by_peer
    }

    /// Whether nothing is let in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_peer.is_empty()
    }

    /// What the rules for a source and for networks that contain it let in, each on its own.
    pub fn reaching<'a>(&'a self, peer: &'a Peer) -> impl Iterator<Item = (Peer, &'a Traffic)> {
        let own = (!matches!(peer, Peer::Cidr(_))).then(|| peer.clone());
        let lengths = self.lengths.iter().copied();
        let wider = lengths.filter_map(move |length| match peer {
            Peer::Cidr(network) => supernet(*network, length).map(Peer::Cidr),
            Peer::PrefixList { .. } | Peer::Group { .. } => None,
        });
        own.into_iter().chain(wider).filter_map(|peer| {
            let traffic = self.by_peer.get(&peer)?;
            Some((peer, traffic))
        })
    }

    /// All that is let in from every address of a source.
    #[must_use]
    pub fn for_peer(&self, peer: &Peer) -> Traffic {
        let mut traffic = Traffic::default();
        for (_, reaching) in self.reaching(peer) {
            traffic.extend(reaching);
        }
        traffic
    }

    /// Whether everything that a rule lets in is let in.
    #[must_use]
    pub fn allows(&self, peer: &Peer, allowed: Allowed) -> bool {
        self.reaching(peer).any(|(_, traffic)| traffic.allows(allowed))
            || self.for_peer(peer).allows(allowed)
    }

    /// Whether everything that another lets in is let in.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.by_peer.iter().all(|(peer, traffic)| {
            self.reaching(peer).any(|(_, reaching)| reaching.contains(traffic))
                || self.for_peer(peer).contains(traffic)
        })
    }

    /// The fewest rules with exactly these ports for each source; none where rules for wider
    /// networks let all of a range in.
    #[must_use]
    pub fn rules(&self) -> Vec<(Peer, Allowed)> {
        let mut rules = Vec::new();
        for (peer, traffic) in &self.by_peer {
            let mut wider = Traffic::default();
            for (other, reaching) in self.reaching(peer) {
                if other != *peer {
                    wider.extend(reaching);
                }
            }
            let needed = traffic.rules().filter(|&allowed| !wider.allows(allowed));
            rules.extend(needed.map(|allowed| (peer.clone(), allowed)));
        }
        rules
    }
}

/// The network of a prefix length that contains another, if the length is not longer.
pub(super) fn supernet(network: IpNet, length: u8) -> Option<IpNet> {
    if length > network.prefix_len() {
        return None;
    }
    IpNet::new(network.network(), length).ok().map(|wider| wider.trunc())
}

/// The ports that two ranges of rules share, or whatever else both let in: whether they overlap.
#[must_use]
pub fn overlap(one: Allowed, other: Allowed) -> bool {
    let ports =
        |protocol| -> Option<Span> { one.ports(protocol)?.intersection(other.ports(protocol)?) };
    let icmp = |a: Option<u8>, b: Option<u8>| a.is_none() || b.is_none() || a == b;
    match (one, other) {
        (Allowed::Icmp { v6, kind, code }, Allowed::Icmp { v6: other_v6, kind: k, code: c }) => {
            v6 == other_v6 && icmp(kind, k) && icmp(code, c)
        }
        _ => {
            Protocol::ALL.into_iter().any(|protocol| ports(protocol).is_some())
                || one.contains(other)
                || other.contains(one)
        }
    }
}
