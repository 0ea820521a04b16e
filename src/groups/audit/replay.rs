//! The records once more, against the rules: who is let in by those that exist and the proposed ones.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::groups::{Peer, Rule};
use crate::logs::evidence::is_forwarded;
use crate::logs::flow::{Direction, Record, Status};
use crate::problem::ports::{PortSet, Protocol};

use super::exposure::Ports;
use super::sources::Sources;
use super::world::{Interface, Verdict, World};

/// The name of records without an interface, as in the log.
pub(super) const NO_INTERFACE: &[u8] = b"-";

/// What a replay found: numbers of records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Replay {
    /// Accepted, to services.
    pub accepted: u64,
    /// Of these, what no proposed rule lets in.
    pub blocked: u64,
    /// Of the accepted ones, what only rules may let in of which it is not known who their sources
    /// are.
    pub perhaps: u64,
    /// Rejected, with ports.
    pub rejected: u64,
    /// Of these, what rules that exist let in: a network ACL refused it, or they are newer.
    pub rejected_let_in_today: u64,
    /// Of the rejected ones, what proposed rules let in.
    pub rejected_let_in_proposed: u64,
    /// Of these, what goes to ports that accepted connections from the source of the rule use, on
    /// some interface of its group: no choice of ports shuts it.
    pub rejected_to_used_ports: u64,
}

/// Takes records, from several threads.
#[derive(Debug)]
pub struct Replayer {
    gates: HashMap<Vec<u8>, Gate>,
    sources: Sources,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    accepted: AtomicU64,
    blocked: AtomicU64,
    perhaps: AtomicU64,
    rejected: AtomicU64,
    let_in_today: AtomicU64,
    let_in_proposed: AtomicU64,
    to_used_ports: AtomicU64,
}

/// The rules of an interface.
#[derive(Debug)]
struct Gate {
    addresses: Vec<IpAddr>,
    services: HashMap<Protocol, PortSet>,
    has_strangers: bool,
    existing: Vec<Rule>,
    proposed: Vec<Rule>,
    /// The ports that each source of the proposed rules uses, on all interfaces of the group.
    used: Vec<Arc<UsedBySource>>,
}

type UsedBySource = BTreeMap<Peer, Ports>;

impl Replayer {
    /// For the interfaces of a world; `proposed` has the rules of each group.
    #[must_use]
    pub fn new(world: &World, proposed: &[Vec<Rule>]) -> Arc<Self> {
        let used: Vec<_> =
            (0..world.groups.len()).map(|at| Arc::new(used(world, at, &proposed[at]))).collect();
        let gate = |interface: &Interface| {
            let name = interface.name.as_deref().map_or(NO_INTERFACE, str::as_bytes);
            let used = interface.groups.iter().map(|&at| Arc::clone(&used[at])).collect();
            (name.to_vec(), Gate::new(world, interface, proposed, used))
        };
        Arc::new(Self {
            gates: world.interfaces.iter().map(gate).collect(),
            sources: world.sources.clone(),
            counts: Counts::default(),
        })
    }

    /// Counts a record that comes in to an interface.
    pub fn add(&self, record: &Record<'_>) {
        let gate = self.gates.get(record.interface.unwrap_or(NO_INTERFACE));
        let (Some(gate), Some(protocol)) = (gate, Protocol::from_number(record.protocol)) else {
            return;
        };
        let (Some(port), Some(remote)) = (record.dstport, record.srcaddr) else { return };
        if !comes_in(record, &gate.addresses) {
            return;
        }
        let remote = remote.to_canonical();
        let judge = |rules: &[Rule]| gate.verdict(rules, &self.sources, (protocol, port), remote);
        let count = |counter: &AtomicU64| {
            counter.fetch_add(record.count.into(), Ordering::Relaxed);
        };
        let counts = &self.counts;
        match record.status {
            Status::Accepted if gate.serves(protocol, port) => {
                count(&counts.accepted);
                match judge(&gate.proposed) {
                    Verdict::Allowed => {}
                    Verdict::Perhaps => count(&counts.perhaps),
                    Verdict::Blocked => count(&counts.blocked),
                }
            }
            Status::Rejected => {
                count(&counts.rejected);
                if judge(&gate.existing) == Verdict::Allowed {
                    count(&counts.let_in_today);
                }
                if judge(&gate.proposed) == Verdict::Allowed {
                    count(&counts.let_in_proposed);
                    if gate.is_used(&self.sources, (protocol, port), remote) {
                        count(&counts.to_used_ports);
                    }
                }
            }
            _ => {}
        }
    }

    /// What was found so far.
    #[must_use]
    pub fn found(&self) -> Replay {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counts = &self.counts;
        Replay {
            accepted: count(&counts.accepted),
            blocked: count(&counts.blocked),
            perhaps: count(&counts.perhaps),
            rejected: count(&counts.rejected),
            rejected_let_in_today: count(&counts.let_in_today),
            rejected_let_in_proposed: count(&counts.let_in_proposed),
            rejected_to_used_ports: count(&counts.to_used_ports),
        }
    }
}

/// The ports of services that each source of proposed rules uses, where the rules open them.
fn used(world: &World, group: usize, proposed: &[Rule]) -> UsedBySource {
    let mut used = UsedBySource::new();
    for rule in proposed {
        for client in world.carriers(group).flat_map(Interface::clients) {
            if world.lets_in(rule, client) == Verdict::Allowed {
                let ports = used.entry(rule.peer.clone()).or_default();
                ports.entry(client.protocol).or_default().insert(client.port);
            }
        }
    }
    used
}

/// Whether a record comes in to an interface with these addresses itself, by the same rules as
/// evidence.
pub(super) fn comes_in(record: &Record<'_>, own: &[IpAddr]) -> bool {
    let comes_in = match record.direction {
        Some(direction) => direction == Direction::Ingress,
        None => record.dstaddr.is_some_and(|to| own.contains(&to.to_canonical())),
    };
    comes_in && !is_forwarded(record.dstaddr, record.pkt_dstaddr)
}

impl Gate {
    fn new(
        world: &World,
        interface: &Interface,
        proposed: &[Vec<Rule>],
        used: Vec<Arc<UsedBySource>>,
    ) -> Self {
        let mut services: HashMap<Protocol, PortSet> = HashMap::new();
        for client in interface.clients() {
            services.entry(client.protocol).or_default().insert(client.port);
        }
        let all = |of: &dyn Fn(usize) -> Vec<Rule>| {
            let rules = interface.groups.iter().flat_map(|&group| of(group));
            rules
                .filter(|rule| Protocol::ALL.iter().any(|&p| rule.allowed.ports(p).is_some()))
                .collect()
        };
        Self {
            addresses: interface.addresses.clone(),
            services,
            has_strangers: !interface.strangers.is_empty(),
            existing: all(&|group| world.groups[group].rules.clone()),
            proposed: all(&|group| proposed[group].clone()),
            used,
        }
    }

    /// Whether somebody of a source of the proposed rules around an address uses a port.
    fn is_used(&self, sources: &Sources, (protocol, port): (Protocol, u16), of: IpAddr) -> bool {
        let by_source = self.used.iter().flat_map(|used| used.iter());
        let mut around = by_source.filter(|(peer, _)| sources.has(peer, of.into()));
        around.any(|(_, ports)| ports.get(&protocol).is_some_and(|ports| ports.contains(port)))
    }

    fn serves(&self, protocol: Protocol, port: u16) -> bool {
        self.services.get(&protocol).is_some_and(|ports| ports.contains(port))
    }

    fn verdict(
        &self,
        rules: &[Rule],
        sources: &Sources,
        (protocol, port): (Protocol, u16),
        remote: IpAddr,
    ) -> Verdict {
        let mut verdict = if self.has_strangers { Verdict::Perhaps } else { Verdict::Blocked };
        for rule in rules {
            let span = rule.allowed.ports(protocol);
            if !span.is_some_and(|span| span.contains(port.into())) {
                continue;
            }
            if sources.has(&rule.peer, remote.into()) {
                return Verdict::Allowed;
            }
            if !sources.knows(&rule.peer) {
                verdict = Verdict::Perhaps;
            }
        }
        verdict
    }
}
