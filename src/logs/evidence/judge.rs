//! Which local ports are services.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use crate::problem::port_list::Entry;
use crate::problem::ports::Protocol;

use super::class::{Class, Decided};
use super::local_port::LocalPort;
use super::node::Findings;
use super::port::{EPHEMERAL, LOW_EPHEMERAL, PortEvidence, RemotePorts, rank};
use super::sample::Endpoint;
use super::traffic::PortTraffic;

/// Thresholds of the judgement, and what overrules it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Judgement {
    /// Distinct remote endpoints from which on fan-in alone makes a service.
    #[serde(skip_serializing_if = "is_default_endpoints")]
    pub min_endpoints: u64,
    /// Records that a service has at least.
    #[serde(skip_serializing_if = "is_one")]
    pub min_flows: u64,
    /// Ports with records that are services whatever the evidence says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Entry>,
    /// Ports that are none whatever the evidence says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<Entry>,
    /// Judge as if the log had no tcp-flags.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ignore_flags: bool,
}

/// One remote endpoint is what a client's port has; two are common for a client's port that is
/// used again. Three of which none has as many local ports have not been seen for a client.
const MIN_ENDPOINTS: u64 = 3;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_default_endpoints(n: &u64) -> bool {
    *n == MIN_ENDPOINTS
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(n: &u64) -> bool {
    *n == 1
}

impl Default for Judgement {
    fn default() -> Self {
        Self {
            min_endpoints: MIN_ENDPOINTS,
            min_flows: 1,
            include: Vec::new(),
            exclude: Vec::new(),
            ignore_flags: false,
        }
    }
}

type Verdict = (Class, Decided);

impl Judgement {
    fn overruled(&self, LocalPort { protocol, port }: LocalPort) -> Option<Verdict> {
        let has = |entries: &[Entry]| entries.iter().any(|entry| entry.names(protocol, port));
        // Whoever names a port on both sides wants it closed more than open.
        if has(&self.exclude) {
            Some((Class::Unknown, Decided::Exclude))
        } else if has(&self.include) {
            Some((Class::Service, Decided::Include))
        } else {
            None
        }
    }

    /// What a port is that counts because it stands in records.
    pub(super) fn of_counted(&self, key: LocalPort, flows: u64, decided: Decided) -> Verdict {
        match self.overruled(key) {
            Some(excluded @ (_, Decided::Exclude)) => excluded,
            _ if flows < self.min_flows => (Class::Unknown, Decided::MinFlows),
            _ => (Class::Used, decided),
        }
    }
}

/// Judges the ports of one interface.
pub(super) struct Judge<'a> {
    judgement: &'a Judgement,
    /// For each remote endpoint the number of local ports that it has.
    fan_out: HashMap<(Protocol, Endpoint), u64, FixedState>,
    /// Whether records to ports of the interface are in the log at all.
    has_inbound: bool,
    /// For each protocol whether its answers are in the log. A udp port may be the only one that
    /// is asked, so udp goes by all records.
    has_answers: [bool; Protocol::ALL.len()],
    /// First port from which the interface calls.
    first_ephemeral: u16,
}

impl<'a> Judge<'a> {
    pub(super) fn new(judgement: &'a Judgement, findings: &Findings) -> Self {
        let mut judge = Self {
            judgement,
            fan_out: HashMap::default(),
            has_inbound: false,
            has_answers: [false; Protocol::ALL.len()],
            first_ephemeral: EPHEMERAL,
        };
        let (mut tcp, mut all) = (Flows::default(), Flows::default());
        for (&LocalPort { protocol, .. }, evidence) in &findings.ports {
            for endpoint in evidence.endpoints.iter() {
                *judge.fan_out.entry((protocol, endpoint)).or_default() += 1;
            }
            all.add(evidence);
            if protocol == Protocol::Tcp {
                tcp.add(evidence);
            }
        }
        judge.has_inbound = all.inbound > 0;
        judge.has_answers[Protocol::Tcp as usize] = tcp.is_two_way();
        judge.has_answers[Protocol::Udp as usize] = all.is_two_way();
        if judge.calls_from_low_ports(findings) {
            judge.first_ephemeral = LOW_EPHEMERAL;
        }
        judge
    }

    /// Whether the interface calls from ports below 32768 as well, as gateways and load balancers
    /// do. Then such a port of its own says nothing; a few can be protocols that use one port on
    /// both sides.
    fn calls_from_low_ports(&self, findings: &Findings) -> bool {
        const LEAST: usize = 3;
        const ONE_IN: usize = 10;
        let client = |evidence: &PortEvidence, key: LocalPort| {
            let verdict = self
                .by_flags(key, evidence)
                .or_else(|| self.by_remote_services(key, evidence, self.votes(key, evidence)));
            verdict.is_some_and(|verdict| verdict.0 == Class::Client)
        };
        let clients = findings.ports.iter().filter(|&(&key, evidence)| client(evidence, key));
        let (mut n_low, mut n_all) = (0, 0);
        for (LocalPort { port, .. }, _) in clients {
            n_all += 1;
            n_low += usize::from((LOW_EPHEMERAL..EPHEMERAL).contains(port));
        }
        n_low >= LEAST && n_low * ONE_IN >= n_all
    }

    pub(super) fn port(&self, key: LocalPort, evidence: PortEvidence) -> PortTraffic {
        self.with(key, evidence, |evidence| self.verdict(key, evidence))
    }

    /// A port of either end of the only pair of addresses.
    pub(super) fn undecided(&self, key: LocalPort, evidence: PortEvidence) -> PortTraffic {
        self.with(key, evidence, |_| (Class::Unknown, Decided::OwnAddress))
    }

    fn with(
        &self,
        key: LocalPort,
        evidence: PortEvidence,
        verdict: impl FnOnce(&PortEvidence) -> Verdict,
    ) -> PortTraffic {
        let overruled = self.judgement.overruled(key);
        let (class, decided) = overruled.unwrap_or_else(|| verdict(&evidence));
        let first = evidence.first_in.min(evidence.first_out);
        PortTraffic {
            protocol: key.protocol,
            port: key.port,
            class,
            decided,
            endpoints: evidence.endpoints.count(),
            flows: u64::from(evidence.flows_in) + u64::from(evidence.flows_out),
            packets: evidence.packets,
            bytes: evidence.bytes,
            first: (first < u32::MAX).then_some(first),
            last: (evidence.last > 0).then_some(evidence.last),
            remotes: evidence.remotes,
        }
    }

    /// The strongest evidence first.
    fn verdict(&self, key: LocalPort, evidence: &PortEvidence) -> Verdict {
        let verdict = self.by_flags(key, evidence).unwrap_or_else(|| {
            let votes = self.votes(key, evidence);
            self.by_remote_services(key, evidence, votes)
                .or_else(|| self.by_silence(key, evidence))
                .or_else(|| self.by_knocks(key, evidence))
                .or_else(|| self.by_fan_in(key, evidence, votes))
                .or_else(|| self.by_numbers(key, evidence))
                .unwrap_or((Class::Unknown, Decided::Nothing))
        });
        let flows = u64::from(evidence.flows_in) + u64::from(evidence.flows_out);
        if verdict.0 == Class::Service && flows < self.judgement.min_flows {
            return (Class::Unknown, Decided::MinFlows);
        }
        verdict
    }

    /// Whether the port never answered, in a log that has answers. Data that came in and anything
    /// that went out make a connection, even if all that went out were acknowledgements.
    fn is_silent(&self, LocalPort { protocol, .. }: LocalPort, evidence: &PortEvidence) -> bool {
        let connected = evidence.carried && evidence.flows_out > 0;
        let answered = evidence.answered || connected;
        self.has_answers[protocol as usize] && evidence.flows_in > 0 && !answered
    }

    /// A SYN shows who opens a connection, a SYN-ACK who accepts it. Who only is asked may be a
    /// closed port, or a client's that a scanner has found.
    fn by_flags(&self, key: LocalPort, evidence: &PortEvidence) -> Option<Verdict> {
        if self.judgement.ignore_flags {
            return None;
        }
        let PortEvidence { asked, served, called, .. } = *evidence;
        if served != called {
            let class = if served > called { Class::Service } else { Class::Client };
            return Some((class, Decided::TcpFlags));
        }
        if !asked || served > 0 {
            return None;
        }
        if self.is_silent(key, evidence) {
            return Some((Class::Unanswered, Decided::Answers));
        }
        let one_way = !self.has_answers[key.protocol as usize];
        (one_way && evidence.carried).then_some((Class::Service, Decided::TcpFlags))
    }

    /// Local ports and remote endpoints are the two sides of a graph. A service has more remote
    /// endpoints than each of these has local ports; for a client's port it is the other way
    /// round.
    fn votes(&self, LocalPort { protocol, .. }: LocalPort, evidence: &PortEvidence) -> Votes {
        let fan_in = evidence.endpoints.count();
        let mut votes = Votes::default();
        for endpoint in evidence.endpoints.iter() {
            let fan_out = self.fan_out.get(&(protocol, endpoint)).copied().unwrap_or(0);
            votes.all += 1;
            votes.service += u64::from(fan_in > fan_out);
            votes.client += u64::from(fan_in < fan_out);
        }
        votes
    }

    /// The remote endpoints are services: other local ports call them too.
    fn by_remote_services(
        &self,
        key: LocalPort,
        evidence: &PortEvidence,
        votes: Votes,
    ) -> Option<Verdict> {
        if 2 * votes.client <= votes.all {
            return None;
        }
        // A scanner too has many local ports when it sends from one port only. Resets are no
        // calls, and to say that of silence the remote port has to look like a service's.
        let resets = evidence.flows_out > 0 && !evidence.answered;
        let remote_is_lower = remote_rank(evidence.remote.greatest) < self.rank(key.port);
        if self.is_silent(key, evidence) && (resets || !remote_is_lower) {
            return None;
        }
        Some((Class::Client, Decided::FanIn))
    }

    /// Asked and never answered, or only by resets: a closed port. Sent and never answered: a
    /// call. Some udp services never answer, but are sent much.
    fn by_silence(&self, key: LocalPort, evidence: &PortEvidence) -> Option<Verdict> {
        /// A scan sends a packet or two from each endpoint, and does not go on.
        const PACKETS: u64 = 10;
        const RECORDS: u32 = 3;
        if self.is_silent(key, evidence) {
            let sustained = evidence.flows_in >= RECORDS
                && evidence.packets >= PACKETS * evidence.endpoints.count();
            return Some(if key.protocol == Protocol::Udp && sustained {
                (Class::Service, Decided::OneWay)
            } else {
                (Class::Unanswered, Decided::Answers)
            });
        }
        let unheard = evidence.flows_in == 0 && self.has_inbound;
        unheard.then_some((Class::Client, Decided::Answers))
    }

    /// Knocks alone, in a log without answers, show no service: the port may be closed.
    fn by_knocks(&self, key: LocalPort, evidence: &PortEvidence) -> Option<Verdict> {
        let one_way = !self.has_answers[key.protocol as usize] && evidence.flows_out == 0;
        let knocks = key.protocol == Protocol::Tcp && evidence.bytes > 0 && !evidence.carried;
        (one_way && knocks).then_some((Class::Unknown, Decided::Nothing))
    }

    fn by_fan_in(&self, key: LocalPort, evidence: &PortEvidence, votes: Votes) -> Option<Verdict> {
        if votes.service < self.judgement.min_endpoints || 2 * votes.service <= votes.all {
            return None;
        }
        let remote = &evidence.remote;
        let n_endpoints = evidence.endpoints.count();
        // The ports of callers differ. Few remote ports belong to services, as when a crawler calls
        // port 443 of many hosts from few ports of its own, or to a protocol that uses one port on
        // both sides.
        if 2 * remote.count() <= n_endpoints.min(RemotePorts::MOST) {
            let service = (remote.least > key.port).then_some(Class::Service);
            let client = (remote.greatest < key.port).then_some(Class::Client);
            return service.or(client).map(|class| (class, Decided::FanIn));
        }
        // Callers have ports like an ephemeral one, those who are called mostly lower ones: a port
        // that calls again and again has many endpoints too.
        let lower = remote.count_below(self.rank(key.port));
        if lower == remote.count() {
            return Some((Class::Client, Decided::Ranges));
        }
        let mostly_lower = 2 * lower >= remote.count();
        let asked_first = evidence.first_in < evidence.first_out;
        let few = n_endpoints < 2 * self.judgement.min_endpoints;
        let sent_first = evidence.first_out < evidence.first_in;
        let is_ephemeral = key.port >= self.first_ephemeral;
        if mostly_lower && !asked_first || is_ephemeral && few && sent_first {
            return None;
        }
        Some((Class::Service, Decided::FanIn))
    }

    /// Who sent first, and how the port numbers compare: hints that only count together or where the
    /// other is silent. Neither makes a service of a port in the ephemeral range.
    fn by_numbers(
        &self,
        LocalPort { port, .. }: LocalPort,
        evidence: &PortEvidence,
    ) -> Option<Verdict> {
        let PortEvidence { first_in, first_out, .. } = *evidence;
        let both = first_in < u32::MAX && first_out < u32::MAX;
        let start = match (both, first_in.cmp(&first_out)) {
            (true, std::cmp::Ordering::Less) => Some(Class::Service),
            (true, std::cmp::Ordering::Greater) => Some(Class::Client),
            _ => None,
        };
        let local = self.rank(port);
        let ranges = if remote_rank(evidence.remote.least) > local {
            Some(Class::Service)
        } else if remote_rank(evidence.remote.greatest) < local {
            Some(Class::Client)
        } else {
            None
        };
        let ephemeral = port >= self.first_ephemeral;
        match (ranges, start) {
            (Some(class), None) => Some((class, Decided::Ranges)),
            (Some(class), Some(hint)) if class == hint => Some((class, Decided::Ranges)),
            (None, Some(Class::Service)) if ephemeral => None,
            (None, Some(class)) => Some((class, Decided::Start)),
            _ => None,
        }
    }

    fn rank(&self, port: u16) -> usize {
        rank(port, self.first_ephemeral)
    }
}

fn remote_rank(port: u16) -> usize {
    rank(port, EPHEMERAL)
}

#[derive(Clone, Copy, Default)]
struct Votes {
    all: u64,
    service: u64,
    client: u64,
}

/// Records of many ports.
#[derive(Clone, Copy, Default)]
struct Flows {
    inbound: u64,
    outbound: u64,
}

impl Flows {
    fn add(&mut self, evidence: &PortEvidence) {
        self.inbound += u64::from(evidence.flows_in);
        self.outbound += u64::from(evidence.flows_out);
    }

    /// Whether both directions were recorded: not when a record or two went astray.
    fn is_two_way(self) -> bool {
        const ONE_IN: u64 = 20;
        self.outbound > 0 && self.outbound * ONE_IN >= self.inbound
    }
}
