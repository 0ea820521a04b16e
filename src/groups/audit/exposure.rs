//! What each interface lets in, and what of it nobody uses.

use std::collections::BTreeMap;

use crate::groups::{Peer, Rule};
use crate::problem::ports::{PortSet, Protocol, Span};

use super::world::{Contact, Interface, Verdict, World};

/// Ports of both protocols.
pub type Ports = BTreeMap<Protocol, PortSet>;

/// What rules let in to an interface, and what of it nobody uses.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// Ports that are open to somebody, and used by nobody.
    pub unused: Ports,
    /// Ports that are open to a source, and that nobody of this source uses.
    pub unused_by_source: Vec<(Peer, Ports)>,
    /// Ports that are open to everybody.
    pub open_to_world: Ports,
}

/// What rules let in to an interface.
pub fn exposure<'a>(
    world: &World,
    interface: &Interface,
    rules: impl IntoIterator<Item = &'a Rule>,
) -> Exposure {
    let mut by_source: BTreeMap<&Peer, Ports> = BTreeMap::new();
    for rule in rules {
        for protocol in Protocol::ALL {
            if let Some(span) = rule.allowed.ports(protocol) {
                let ports = by_source.entry(&rule.peer).or_default();
                ports.entry(protocol).or_default().insert_span(span);
            }
        }
    }
    let (mut unused, mut open_to_world) = (Ports::new(), Ports::new());
    for (peer, ports) in &by_source {
        extend(&mut unused, ports);
        if peer.is_world() {
            extend(&mut open_to_world, ports);
        }
    }
    for client in interface.clients() {
        remove(&mut unused, client);
        for (peer, ports) in &mut by_source {
            if world.sources.has(peer, client.network) {
                remove(ports, client);
            }
        }
    }
    by_source.retain(|_, ports| count(ports) > 0);
    let unused_by_source = by_source.into_iter().map(|(peer, of)| (peer.clone(), of)).collect();
    Exposure { unused, unused_by_source, open_to_world }
}

/// Ports of an interface that are services.
#[must_use]
pub fn services(interface: &Interface) -> Ports {
    let mut services = Ports::new();
    for client in interface.clients() {
        services.entry(client.protocol).or_default().insert(client.port);
    }
    services
}

/// Those who connect to services and of whom the groups of the interface say this.
#[must_use]
pub fn clients_with(world: &World, interface: &Interface, verdict: Verdict) -> Vec<Contact> {
    let is = |client: &&Contact| world.verdict(interface, client).0 == verdict;
    interface.clients().filter(is).copied().collect()
}

fn extend(ports: &mut Ports, more: &Ports) {
    for (&protocol, more) in more {
        ports.entry(protocol).or_default().extend(more.runs());
    }
}

fn remove(ports: &mut Ports, client: &Contact) {
    if let Some(ports) = ports.get_mut(&client.protocol) {
        ports.remove_span(Span::single(client.port.into()));
    }
}

/// How many ports there are.
#[must_use]
pub fn count(ports: &Ports) -> u64 {
    ports.values().map(|ports| u64::from(ports.len())).sum()
}
