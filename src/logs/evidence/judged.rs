//! From the evidence of an interface, or plain counts, to what its ports are.

use crate::logs::flow::ServicePort;

use super::class::Decided;
use super::judge::{Judge, Judgement};
use super::local_port::LocalPort;
use super::node::Node;
use super::remotes::Remotes;
use super::traffic::{InterfaceTraffic, PortTraffic, Span};

impl InterfaceTraffic {
    /// What the evidence of an interface says.
    pub(super) fn judged(
        interface: Option<String>,
        span: Span,
        node: Node,
        judgement: &Judgement,
    ) -> Self {
        let findings = node.finish();
        let judge = Judge::new(judgement, &findings);
        let mut ports: Vec<PortTraffic> =
            findings.ports.into_iter().map(|(key, evidence)| judge.port(key, evidence)).collect();
        let undecided = findings.undecided.into_iter();
        ports.extend(undecided.map(|(key, evidence)| judge.undecided(key, evidence)));
        drop(judge);
        ports.sort_unstable_by_key(|port| (port.protocol, port.port));
        Self {
            interface,
            span,
            addresses: findings.addresses,
            ports,
            forwarded: findings.forwarded,
            unplaced: findings.unplaced,
        }
    }

    /// Every port that was asked for.
    pub(super) fn counted(
        interface: Option<String>,
        span: Span,
        port: ServicePort,
        counts: impl Iterator<Item = (LocalPort, u64, Option<Box<Remotes>>)>,
        judgement: &Judgement,
    ) -> Self {
        let decided = if port == ServicePort::Src { Decided::Srcport } else { Decided::Dstport };
        let mut ports: Vec<PortTraffic> = counts
            .map(|(local, flows, remotes)| {
                let (class, decided) = judgement.of_counted(local, flows, decided);
                PortTraffic {
                    protocol: local.protocol,
                    port: local.port,
                    class,
                    decided,
                    endpoints: 0,
                    flows,
                    packets: 0,
                    bytes: 0,
                    first: None,
                    last: None,
                    remotes,
                }
            })
            .collect();
        ports.sort_unstable_by_key(|port| (port.protocol, port.port));
        Self { interface, span, addresses: Vec::new(), ports, forwarded: 0, unplaced: 0 }
    }
}
