//! Groups: used ports of one protocol and source, and what their rules count for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::problem::limits::Limits;
use crate::problem::points::Points;
use crate::problem::port_list::UsedPorts;
use crate::problem::ports::{PortSet, Protocol, Span};
use crate::problem::zones::{Origin, Quota, Zones};

use super::relaxed::Relaxed;

/// What tells groups apart: where connections come from, if that is told, and the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// Where connections come from; none where sources are not told apart.
    pub origin: Option<Origin>,
    /// The protocol.
    pub protocol: Protocol,
}

/// The used ports of each group of one interface.
pub type Used = BTreeMap<GroupKey, PortSet>;

/// The group of addresses with these runs, whose sources are not told apart.
#[must_use]
pub fn group_of_addresses(runs: Vec<Span>) -> Group {
    Group::new(Points::Addresses, Terms::default(), runs)
}

/// The groups of used ports, with what their zones count for.
pub fn groups<'a>(used: &'a Used, zones: Option<&'a Zones>) -> impl Iterator<Item = Group> + 'a {
    used.iter().map(move |(&GroupKey { origin, protocol }, ports)| {
        let terms = match (origin, zones) {
            (Some(origin), Some(zones)) => Terms::of(origin, zones),
            _ => Terms::default(),
        };
        Group::new(protocol, terms, ports.runs())
    })
}

/// Used ports whose sources are not told apart.
#[must_use]
pub fn from_anywhere(used: UsedPorts) -> Used {
    let group = |(protocol, ports)| (GroupKey { origin: None, protocol }, ports);
    used.into_iter().map(group).collect()
}

/// What the rules of a group count for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Terms {
    /// The name of the zone that connections come from; none where sources are not told apart.
    pub zone: Option<Arc<str>>,
    /// The quotas that each rule counts in.
    pub quota: Quota,
    /// The units of these quotas that each rule takes, `q_g`; at least 1.
    pub units: u32,
    /// What opening a port costs, as a multiple of the weight of the port.
    pub weight: u32,
}

impl Default for Terms {
    /// Those of a rule with a single source.
    fn default() -> Self {
        Self { zone: None, quota: Quota::Ipv4, units: 1, weight: 1 }
    }
}

impl Terms {
    /// The terms of a zone's rules.
    #[must_use]
    pub fn of(origin: Origin, zones: &Zones) -> Self {
        let zone = zones.zone(origin);
        Self {
            zone: Some(zone.name().into()),
            quota: origin.quota,
            units: zone.units(origin.quota),
            weight: zone.weight(),
        }
    }
}

/// The used ports of one protocol from one source, as runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub(super) points: Points,
    pub(super) terms: Terms,
    pub(super) runs: Vec<Span>,
    /// In relaxations only.
    pub(super) relaxed: Option<Box<Relaxed>>,
}

impl Group {
    /// A group of runs.
    #[must_use]
    pub fn new(points: impl Into<Points>, terms: Terms, runs: Vec<Span>) -> Self {
        Self { points: points.into(), terms, runs, relaxed: None }
    }

    /// What its points are: the ports of a protocol, or addresses.
    #[must_use]
    pub fn points(&self) -> Points {
        self.points
    }

    /// What its rules count for.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The name for people: the protocol, after the zone and the family where these are told apart.
    #[must_use]
    pub fn name(&self) -> String {
        match self.zone_and_family() {
            source if source.is_empty() => self.points.to_string(),
            source => format!("{source} {}", self.points),
        }
    }

    /// The zone, and the family where rules are for one; empty where sources are not told apart.
    #[must_use]
    pub fn zone_and_family(&self) -> String {
        match (self.terms.zone.as_deref(), self.terms.quota) {
            (None, _) => String::new(),
            (Some(zone), Quota::Both) => zone.to_owned(),
            (Some(zone), quota) => format!("{zone} {quota}"),
        }
    }

    /// The maximal blocks of used ports in order, at least one.
    #[must_use]
    pub fn runs(&self) -> &[Span] {
        &self.runs
    }

    /// Number of used ports.
    #[must_use]
    pub fn n_used_ports(&self) -> u64 {
        self.runs.iter().map(|run| run.len()).sum()
    }

    /// What it has beside its runs, in a relaxation.
    pub(crate) fn relaxed(&self) -> Option<&Relaxed> {
        self.relaxed.as_deref()
    }

    /// What opening the ports of a hole costs, `c_i`.
    #[must_use]
    pub fn cost(&self, limits: &Limits, hole: Span) -> u64 {
        limits.weights(self.points).cost(hole).saturating_mul(self.terms.weight.into())
    }

    /// Whether opening any port costs 1.
    #[must_use]
    pub fn costs_one(&self, limits: &Limits) -> bool {
        self.terms.weight == 1 && limits.weights(self.points).are_one()
    }

    /// The blocks of unused ports between the runs, in order.
    pub fn holes(&self) -> impl Iterator<Item = Span> + '_ {
        self.runs.windows(2).filter_map(|pair| pair[0].hole_before(pair[1]))
    }
}
