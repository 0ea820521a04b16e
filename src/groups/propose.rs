//! From a checked answer to the rules that AWS is to be given.

use ipnet::IpNet;
use thiserror::Error;

use crate::groups::Solved;
use crate::problem::instance::{Group, Terms};
use crate::problem::points::Points;
use crate::problem::ports::{Protocol, Span};
use crate::problem::zones::{Family, Kind, Quota, Zone, Zones};
use crate::solve::record::{OutcomeName, RuleRecord, rule_records};

use super::{Allowed, Peer, Rule};

/// The rules of one interface or port list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// One for each range of ports and zone, in order of the groups.
    pub rules: Vec<ProposedRule>,
}

/// A range of ports with all of its sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedRule {
    /// The protocol.
    pub protocol: Protocol,
    /// The ports.
    pub span: Span,
    /// How many of them are used.
    pub used_ports: u64,
    /// How many of them are not.
    pub open_ports: u64,
    /// The zone of the sources, where zones are told apart.
    pub zone: Option<String>,
    /// Who may connect, at least one; each is a rule of its own to AWS.
    pub peers: Vec<Peer>,
    /// The quotas that each source counts in.
    pub quota: Quota,
    /// The units of these quotas that each source takes.
    pub units_per_peer: u32,
}

impl ProposedRule {
    /// A rule of a group of used ports for one source; none if its points are no ports.
    pub(crate) fn of_record(record: &RuleRecord, group: &Group, peer: &Peer) -> Option<Self> {
        let terms = group.terms();
        Some(Self {
            protocol: group.points().protocol()?,
            span: record.span,
            used_ports: record.span.len() - record.open_ports,
            open_ports: record.open_ports,
            zone: terms.zone.as_deref().map(str::to_owned),
            peers: vec![peer.clone()],
            quota: terms.quota,
            units_per_peer: terms.units,
        })
    }

    /// As AWS has it: a rule for each source, with the same description.
    pub fn rules(&self, description: &str) -> impl Iterator<Item = Rule> {
        let allowed = Allowed::Ports { protocol: self.protocol, span: self.span };
        self.peers.iter().map(move |peer| Rule {
            id: None,
            allowed,
            peer: peer.clone(),
            description: Some(description.to_owned()),
        })
    }

    /// The units that it takes of each quota that it counts in.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units_per_peer as usize * self.peers.len()
    }
}

/// Why an answer has no rules that AWS could be given.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProposalError {
    /// Nothing says who may connect.
    #[error(
        "nothing says who may connect, and the whole world is not assumed: give --zones FILE or --source CIDR, say --source 10.0.0.0/8"
    )]
    NoSource,
    /// Its points are no ports.
    #[error("a list of addresses has no rules of a security group; give ports or flow logs")]
    Addresses,
    /// There is no cover.
    #[error("there are no rules to write: {0}")]
    NoCover(&'static str),
}

/// The rules of an answer, from the zones of their groups or else from one source.
///
/// # Errors
/// When there is no cover, no source, or no port.
pub fn propose(solved: &Solved, source: Option<IpNet>) -> Result<Proposal, ProposalError> {
    let outcome = OutcomeName::of(&solved.answer);
    let (cover, _) = solved.answer.cover().ok_or(ProposalError::NoCover(outcome.name()))?;
    let mut rules = Vec::new();
    for (group, spans) in solved.instance.groups().iter().zip(&cover.groups) {
        let Points::Ports(protocol) = group.points() else {
            return Err(ProposalError::Addresses);
        };
        let terms = group.terms();
        let zone = terms.zone.as_deref();
        let (peers, quota) = if let Some(peers) = sources_of(solved.source.zones.as_deref(), terms)
        {
            (peers, terms.quota)
        } else {
            let peer = Peer::Cidr(source.ok_or(ProposalError::NoSource)?);
            let quota = peer.quota().unwrap_or(terms.quota);
            (vec![peer], quota)
        };
        let units_per_peer = terms.units / u32::try_from(peers.len()).unwrap_or(1).max(1);
        for record in rule_records(group.runs(), spans) {
            rules.push(ProposedRule {
                protocol,
                span: record.span,
                used_ports: record.span.len() - record.open_ports,
                open_ports: record.open_ports,
                zone: zone.map(str::to_owned),
                peers: peers.clone(),
                quota,
                units_per_peer,
            });
        }
    }
    Ok(Proposal { rules })
}

/// What the rules of a group name where it has a zone.
pub(super) fn sources_of(zones: Option<&Zones>, terms: &Terms) -> Option<Vec<Peer>> {
    let zone = terms.zone.as_deref()?;
    let mut zones = zones?.all().iter();
    zones.find(|known: &&Zone| known.name() == zone).map(|zone| peers(zone, terms.quota))
}

/// What the rules of a zone name, for the quotas that they count in.
fn peers(zone: &Zone, quota: Quota) -> Vec<Peer> {
    match zone.kind() {
        Kind::Cidrs | Kind::Any => {
            let networks = zone.networks().iter().copied();
            let counts = |network: &IpNet| quota.counts_in(Family::from(*network));
            networks.filter(counts).map(Peer::Cidr).collect()
        }
        Kind::PrefixList { id, .. } | Kind::AwsPrefixList { id, .. } => {
            vec![Peer::PrefixList { id: id.clone() }]
        }
        Kind::SecurityGroup { id } => vec![Peer::group(id)],
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::logs::inputs::Source;
    use crate::problem::instance::{Budget, GroupKey, Instance, Used, from_anywhere, groups};
    use crate::problem::limits::Limits;
    use crate::problem::port_list;
    use crate::solve::answer::answer;
    use crate::solve::{Stop, default_solver};

    /// An answer for used ports within 60 rules.
    fn solved(used: Used, zones: Option<Zones>) -> Solved {
        let zones = zones.map(Arc::new);
        let groups = groups(&used, zones.as_deref());
        let budget = Budget { ipv4: 60, ipv6: 60 };
        let instance = Instance::of_groups(groups, budget, Arc::new(Limits::default())).unwrap();
        let answer = answer(default_solver(), &instance, Stop::never()).unwrap();
        let addresses = Vec::new();
        let source = Source { input: None, interface: None, used, addresses, zones, seen: None };
        Solved {
            source,
            instance,
            reserve: Budget::default(),
            dropped: Vec::new(),
            solver: default_solver().name(),
            answer,
        }
    }

    #[test]
    fn the_world_is_never_assumed() {
        let solved = solved(from_anywhere(port_list::parse("22, 80-82").unwrap()), None);
        assert_eq!(propose(&solved, None), Err(ProposalError::NoSource));
        let proposal = propose(&solved, Some("10.0.0.0/8".parse().unwrap())).unwrap();
        let shown = proposal.rules.iter().map(|rule| (rule.span.to_string(), rule.used_ports));
        assert_eq!(shown.collect::<Vec<_>>(), [("22".to_owned(), 1), ("80-82".to_owned(), 3)]);
    }

    #[test]
    fn each_zone_names_its_own_sources_in_each_family() {
        let zones = Zones::parse(
            "[zones.office]\ncidrs = [\"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.0/24\"]\n\
             [zones.lists]\nprefix_list = \"pl-0123456789abcdef0\"\nmax_entries = 7\n\
             cidrs = [\"198.51.100.0/24\"]\n\
             [zones.app]\nsecurity_group = \"123456789012/sg-0123456789abcdef0\"\n\
             addresses = [\"203.0.113.7\"]\n",
        )
        .unwrap();
        let mut used = Used::new();
        for address in ["10.1.1.1", "2001:db8::1", "198.51.100.1", "203.0.113.7"] {
            let origin = zones.origin(address.parse().unwrap());
            let key = GroupKey { origin, protocol: Protocol::Tcp };
            used.entry(key).or_default().insert(443);
        }
        let proposal = propose(&solved(used, Some(zones)), None).unwrap();
        let shown = proposal.rules.iter().map(|rule| {
            let peers: Vec<String> = rule.peers.iter().map(ToString::to_string).collect();
            (peers.join(" "), rule.quota.name(), rule.units())
        });
        let expected = [
            ("10.0.0.0/8 192.0.2.0/24", "ipv4", 2),
            ("2001:db8::/32", "ipv6", 1),
            ("pl-0123456789abcdef0", "ipv4", 7),
            ("123456789012/sg-0123456789abcdef0", "both", 1),
        ];
        let expected = expected.map(|(peers, quota, units)| (peers.to_owned(), quota, units));
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }
}
