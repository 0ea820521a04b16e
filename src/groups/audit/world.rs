//! Groups, interfaces and what flow logs show of them, joined.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::groups::{Allowed, Rule, SecurityGroup};
use crate::logs::evidence::{Class, InterfaceTraffic, PortTraffic, Span};
use crate::problem::ports::Protocol;

use super::{Attachments, PrefixLists, Sources};

/// What there is to be audited.
#[derive(Debug)]
pub struct World {
    /// The groups.
    pub groups: Vec<SecurityGroup>,
    /// What rules for prefix lists count for.
    pub lists: PrefixLists,
    /// Who the sources of the rules are.
    pub sources: Sources,
    /// The interfaces with records whose groups are known, in order of the name.
    pub interfaces: Vec<Interface>,
    /// Accepted records of protocols whose rules have no ports, by IANA number.
    pub without_ports: BTreeMap<u8, u64>,
    /// Interfaces with records whose groups are not known.
    pub unattached: Vec<String>,
    /// For each group the interfaces that carry it and have no record.
    pub silent: Vec<Vec<String>>,
    /// All interfaces with their groups, where these are known.
    pub attachments: Option<Attachments>,
}

/// An interface with records.
#[derive(Debug, Clone)]
pub struct Interface {
    /// Its name, if the log has one.
    pub name: Option<String>,
    /// Its groups by their places, in order.
    pub groups: Vec<usize>,
    /// Groups that it carries and of which nothing else is known.
    pub strangers: Vec<String>,
    /// What was recorded of it, and when.
    pub span: Span,
    /// Its own addresses, as far as records tell.
    pub addresses: Vec<IpAddr>,
    /// Who connects to which port.
    pub contacts: Vec<Contact>,
    /// Services with more clients in no known source than are kept of a port.
    pub crowds: Vec<Crowd>,
    /// How many ports there are of each class.
    pub classes: BTreeMap<Class, u64>,
}

/// Records of a port with addresses of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// The protocol.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
    /// What the port is.
    pub class: Class,
    /// The smallest known network around the addresses, or an address that is in none.
    pub network: IpNet,
    /// Records of both directions.
    pub flows: u64,
    /// Last second, since 1970, if records have times.
    pub last: Option<u32>,
}

/// Many addresses in no known source that connect to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crowd {
    /// The protocol.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
    /// How many addresses, about.
    pub addresses: u64,
}

/// Whether rules let a connection in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They do.
    Allowed,
    /// They may: it is not known who all of their sources are.
    Perhaps,
    /// They do not.
    Blocked,
}

impl World {
    /// Groups of which no interface is known yet.
    #[must_use]
    pub fn new(groups: Vec<SecurityGroup>, lists: PrefixLists, sources: Sources) -> Self {
        Self {
            silent: vec![Vec::new(); groups.len()],
            groups,
            lists,
            sources,
            interfaces: Vec::new(),
            without_ports: BTreeMap::new(),
            unattached: Vec::new(),
            attachments: None,
        }
    }

    /// Adds what flow logs show of interfaces; without attachments each carries all groups.
    pub fn join(&mut self, traffic: &[InterfaceTraffic], attachments: Option<&Attachments>) {
        let places: BTreeMap<&str, usize> =
            self.groups.iter().enumerate().map(|(i, group)| (group.id.as_str(), i)).collect();
        for seen in traffic {
            let (mut groups, mut strangers) = (Vec::new(), Vec::new());
            if let Some(attachments) = attachments {
                let known = seen.interface.as_ref().and_then(|id| attachments.interfaces.get(id));
                let Some(known) = known else {
                    self.unattached.push(seen.interface.clone().unwrap_or_else(|| "-".to_owned()));
                    continue;
                };
                for id in &known.groups {
                    match places.get(id.as_str()) {
                        Some(&place) => groups.push(place),
                        None => strangers.push(id.clone()),
                    }
                }
            } else {
                groups.extend(0..self.groups.len());
            }
            self.interfaces.push(Interface::new(seen, groups, strangers, &self.sources));
        }
        let is_seen = |id: &str| traffic.iter().any(|seen| seen.interface.as_deref() == Some(id));
        for (group, silent) in self.groups.iter().zip(&mut self.silent) {
            let carriers = attachments.into_iter().flat_map(|all| all.of_group(&group.id));
            silent.extend(carriers.filter(|id| !is_seen(id)).map(str::to_owned));
        }
        self.attachments = attachments.cloned();
    }

    /// What was recorded of some interfaces together, and when.
    #[must_use]
    pub fn span<'a>(interfaces: impl IntoIterator<Item = &'a Interface>) -> Span {
        let mut span = Span::default();
        for interface in interfaces {
            span.merge(&interface.span);
        }
        span
    }

    /// The interfaces with records that carry a group.
    pub fn carriers(&self, group: usize) -> impl Iterator<Item = &Interface> {
        self.interfaces.iter().filter(move |interface| interface.groups.contains(&group))
    }

    /// Earliest start and latest end of the records of a group's interfaces.
    #[must_use]
    pub fn window(&self, group: usize) -> Option<(u32, u32)> {
        Self::span(self.carriers(group)).times()
    }

    /// Whether it can be told from records whether a rule is used: it has ports, and its source is
    /// known.
    #[must_use]
    pub fn judges(&self, rule: &Rule) -> bool {
        let has_ports = matches!(rule.allowed, Allowed::Ports { .. } | Allowed::All);
        has_ports && self.sources.knows(&rule.peer)
    }

    /// The rules of a group of which it can be told, in order.
    #[must_use]
    pub fn judged_rules(&self, group: usize) -> Vec<Rule> {
        let rules = self.groups[group].rules.iter();
        rules.filter(|rule| self.judges(rule)).cloned().collect()
    }

    /// Whether a rule lets a contact in.
    #[must_use]
    pub fn lets_in(&self, rule: &Rule, contact: &Contact) -> Verdict {
        let ports = rule.allowed.ports(contact.protocol);
        if !ports.is_some_and(|span| span.contains(contact.port.into())) {
            Verdict::Blocked
        } else if !self.sources.knows(&rule.peer) {
            Verdict::Perhaps
        } else if self.sources.has(&rule.peer, contact.network) {
            Verdict::Allowed
        } else {
            Verdict::Blocked
        }
    }

    /// Whether the groups of an interface let a contact in, and the first that does.
    #[must_use]
    pub fn verdict(&self, interface: &Interface, contact: &Contact) -> (Verdict, Option<usize>) {
        let mut verdict =
            if interface.strangers.is_empty() { Verdict::Blocked } else { Verdict::Perhaps };
        for &group in &interface.groups {
            for rule in &self.groups[group].rules {
                match self.lets_in(rule, contact) {
                    Verdict::Allowed => return (Verdict::Allowed, Some(group)),
                    Verdict::Perhaps => verdict = Verdict::Perhaps,
                    Verdict::Blocked => {}
                }
            }
        }
        (verdict, None)
    }
}

impl Interface {
    fn new(
        seen: &InterfaceTraffic,
        groups: Vec<usize>,
        strangers: Vec<String>,
        sources: &Sources,
    ) -> Self {
        let mut interface = Self {
            name: seen.interface.clone(),
            groups,
            strangers,
            span: seen.span,
            addresses: seen.addresses.clone(),
            contacts: Vec::new(),
            crowds: Vec::new(),
            classes: seen.classes(),
        };
        for port in &seen.ports {
            interface.add(port, sources);
        }
        interface
    }

    fn add(&mut self, seen: &PortTraffic, sources: &Sources) {
        let PortTraffic { protocol, port, class, .. } = *seen;
        for from in seen.origins() {
            let last = Some(from.last).filter(|&last| last > 0);
            let networks = sources.zones().zone(from.origin).networks().iter();
            let contact =
                |&network| Contact { protocol, port, class, network, flows: from.flows, last };
            self.contacts.extend(networks.map(contact));
        }
        let Some(others) = seen.others() else { return };
        for (address, flows) in others.addresses() {
            let network = address.into();
            let last = seen.last;
            self.contacts.push(Contact { protocol, port, class, network, flows, last });
        }
        if class.is_used() && !others.is_complete() {
            self.crowds.push(Crowd { protocol, port, addresses: others.count() });
        }
    }

    /// Those who connect to services.
    pub fn clients(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.iter().filter(|contact| contact.class.is_used())
    }

    /// The name for people.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or("interface not named")
    }
}
