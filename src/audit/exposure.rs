//! What each interface lets in, and what of it nobody uses.

use std::collections::BTreeMap;

use crate::ports::{PortSet, Protocol, Span};
use crate::security_group::{Peer, Rule};

use super::world::{Contact, Crowd, Interface, Verdict, World};

/// Ports of both protocols.
pub type Ports = BTreeMap<Protocol, PortSet>;

/// What is found of an interface.
#[derive(Debug, Clone)]
pub struct InterfaceFinding {
    /// How many of its ports are services.
    pub services: u64,
    /// Who connects to services and is let in by no rule.
    pub blocked: Vec<Contact>,
    /// Who may be let in, by rules of which it is not known who their sources are.
    pub perhaps: Vec<Contact>,
    /// Services with more such addresses than are kept.
    pub crowds: Vec<Crowd>,
    /// Ports that are open to somebody, and used by nobody.
    pub unused: Ports,
    /// Ports that are open to a source, and that nobody of this source uses.
    pub unused_by_source: Vec<(Peer, Ports)>,
    /// Ports that are open to everybody.
    pub open_to_world: Ports,
}

/// What is found of an interface under rules that exist, or are proposed.
pub fn interface_finding<'a>(
    world: &World,
    interface: &Interface,
    rules: impl Iterator<Item = &'a Rule>,
) -> InterfaceFinding {
    let mut by_source: BTreeMap<&Peer, Ports> = BTreeMap::new();
    for rule in rules {
        let ports = by_source.entry(&rule.peer).or_default();
        for protocol in Protocol::ALL {
            if let Some(span) = rule.allowed.ports(protocol) {
                ports.entry(protocol).or_default().insert_span(span);
            }
        }
    }
    let mut unused = Ports::new();
    let mut open_to_world = Ports::new();
    for (peer, ports) in &by_source {
        extend(&mut unused, ports);
        if peer.is_world() {
            extend(&mut open_to_world, ports);
        }
    }
    let mut services = Ports::new();
    for client in interface.clients() {
        let port = Span::single(client.port.into());
        services.entry(client.protocol).or_default().insert_span(port);
        remove(&mut unused, client);
        for (peer, ports) in &mut by_source {
            if world.sources.has(peer, client.network) {
                remove(ports, client);
            }
        }
    }
    let judged = |wanted: Verdict| {
        let is = |client: &&Contact| world.verdict(interface, client).0 == wanted;
        interface.clients().filter(is).copied().collect()
    };
    by_source.retain(|_, ports| count(ports) > 0);
    InterfaceFinding {
        services: count(&services),
        blocked: judged(Verdict::Blocked),
        perhaps: judged(Verdict::Perhaps),
        crowds: interface.crowds.clone(),
        unused,
        unused_by_source: by_source.into_iter().map(|(peer, of)| (peer.clone(), of)).collect(),
        open_to_world,
    }
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
