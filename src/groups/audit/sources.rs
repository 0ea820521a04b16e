//! Who the sources of rules are, as far as networks and interfaces tell.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use crate::groups::{Peer, SecurityGroup};
use crate::problem::zones::Zones;

use super::Attachments;

/// The sources of all rules of some groups.
///
/// A prefix list, a group of another account, and a group of which no interface is known stand for
/// addresses that are not known: whether they let somebody in is not judged.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    zones: Zones,
    /// The addresses behind each group that rules refer to, where they are known.
    behind: BTreeMap<String, BTreeSet<IpAddr>>,
}

impl Sources {
    /// The sources of these groups; none if they are more than can be told apart.
    #[must_use]
    pub fn of(groups: &[SecurityGroup], attachments: Option<&Attachments>) -> Option<Self> {
        let mut networks = BTreeSet::new();
        let mut behind = BTreeMap::new();
        for rule in groups.iter().flat_map(|group| &group.rules) {
            match (&rule.peer, attachments) {
                (Peer::Cidr(network), _) => {
                    networks.insert(*network);
                }
                (Peer::Group { id, account: None }, Some(attachments)) => {
                    let addresses = behind
                        .entry(id.clone())
                        .or_insert_with(|| attachments.addresses_of_group(id));
                    networks.extend(addresses.iter().copied().map(IpNet::from));
                }
                _ => {}
            }
        }
        Some(Self { zones: Zones::of_networks(&networks)?, behind })
    }

    /// A zone for each network and for each address behind a group.
    #[must_use]
    pub fn zones(&self) -> &Zones {
        &self.zones
    }

    /// Whether it is known who a source is.
    #[must_use]
    pub fn knows(&self, peer: &Peer) -> bool {
        match peer {
            Peer::Cidr(_) => true,
            Peer::PrefixList { .. } => false,
            Peer::Group { id, account } => {
                account.is_none() && self.behind.get(id).is_some_and(|of| !of.is_empty())
            }
        }
    }

    /// Whether all of a network is known to be of a source.
    #[must_use]
    pub fn has(&self, peer: &Peer, network: IpNet) -> bool {
        match peer {
            Peer::Cidr(outer) => outer.contains(&network),
            Peer::PrefixList { .. } => false,
            Peer::Group { id, .. } => {
                let addresses = self.behind.get(id).filter(|_| self.knows(peer));
                let is_address = network.prefix_len() == network.max_prefix_len();
                is_address && addresses.is_some_and(|known| known.contains(&network.addr()))
            }
        }
    }
}
