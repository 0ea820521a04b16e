//! Policies whose rules take different units, and are hard to fit into a quota.
//!
//! What a rule saves is its units and a constant, times eight, and sometimes one more: the strongly
//! correlated instances of Pisinger, "Where are the hard knapsack problems?", 2005. Taking the best
//! saving per unit first then prefers rules of few units, although the larger ones fill the quota.

use std::fmt::Write as _;

use super::GenerateError;
use super::dice::Dice;
use crate::problem::instance::{Budget, Group, Instance, InstanceError, Terms};
use crate::problem::limits::Limits;
use crate::problem::ports::{Protocol, Span};
use crate::problem::zones::Quota;

/// Most zones of a policy.
pub const MAX_ZONES: u32 = 200;
/// Most ports of a zone: holes are up to 169 ports, and there are 65,536.
pub const MAX_ZONE_PORTS: u32 = 300;
/// Most units of a rule.
const MAX_UNITS: u32 = 20;
/// Ports of the largest hole.
const LARGEST_HOLE: u32 = 8 * (MAX_UNITS + 1) + 1;

const _: () = assert!(MAX_ZONE_PORTS * (LARGEST_HOLE + 1) < crate::problem::ports::N_PORTS);

/// A policy: zones, and the ports that each of them uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    seed: u64,
    zones: Vec<PolicyZone>,
}

/// A zone: rules take a unit for each CIDR, or for each entry that a prefix list may have.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PolicyZone {
    name: String,
    units: u32,
    ports: Vec<u32>,
}

/// Draws a policy of zones with so many used ports each.
///
/// # Errors
/// When there are none, or more than [`MAX_ZONES`] or [`MAX_ZONE_PORTS`].
pub fn knapsack(seed: u64, n_zones: u32, n_ports: u32) -> Result<Policy, GenerateError> {
    if !(1..=MAX_ZONES).contains(&n_zones) || !(1..=MAX_ZONE_PORTS).contains(&n_ports) {
        return Err(GenerateError::PolicySize { zones: n_zones, ports: n_ports });
    }
    let zone = |i: u32| {
        let mut dice = Dice::new(seed, i.into());
        let units = dice.between(1, MAX_UNITS);
        let mut port = dice.between(1, 400);
        let mut ports = vec![port];
        for _ in 1..n_ports {
            port += 1 + 8 * (units + 1) + dice.below(2);
            ports.push(port);
        }
        PolicyZone { name: format!("zone-{:03}", i + 1), units, ports }
    };
    Ok(Policy { seed, zones: (0..n_zones).map(zone).collect() })
}

impl Policy {
    /// The zones as a file for `--zones`.
    #[must_use]
    pub fn zones_toml(&self) -> String {
        let mut text = format!("# {}\n", self.command());
        for (i, PolicyZone { name, units, .. }) in self.zones.iter().enumerate() {
            let line = if i % 2 == 0 {
                // Blocks with a gap between them, which cannot be written as fewer.
                let cidr = |nth: u32| format!("\"10.{i}.{}.0/24\"", 2 * nth);
                format!("cidrs = [{}]", (0..*units).map(cidr).collect::<Vec<_>>().join(", "))
            } else {
                let list = format!("prefix_list = \"pl-{i:017x}\"\nmax_entries = {units}");
                format!("{list}\ncidrs = [\"10.{i}.0.0/24\"]")
            };
            write!(text, "\n[zones.{name}]\n{line}\n").expect("a string takes everything");
        }
        text
    }

    /// The ports as a table that is read with `--zones`.
    #[must_use]
    pub fn table_csv(&self) -> String {
        let mut text = "interface,protocol,port,class,zone,family\n".to_owned();
        for zone in &self.zones {
            for port in &zone.ports {
                let interface = format!("eni-{:017x}", self.seed);
                writeln!(text, "{interface},tcp,{port},service,{},ipv4", zone.name)
                    .expect("a string takes everything");
            }
        }
        text
    }

    fn command(&self) -> String {
        let (n_zones, n_ports) = (self.zones.len(), self.zones[0].ports.len());
        format!(
            "rangecover generate knapsack --seed {} --groups {n_zones} --ports {n_ports}",
            self.seed
        )
    }

    /// The instance of the policy.
    ///
    /// # Errors
    /// Those of [`Instance::of_groups`].
    pub fn instance(&self, ipv4: usize, limits: Limits) -> Result<Instance, InstanceError> {
        let group = |zone: &PolicyZone| {
            let terms = Terms {
                zone: Some(zone.name.as_str().into()),
                quota: Quota::Ipv4,
                units: zone.units,
                weight: 1,
            };
            let runs = zone.ports.iter().map(|&port| Span::single(port)).collect();
            Group::new(Protocol::Tcp, terms, runs)
        };
        Instance::of_groups(self.zones.iter().map(group), Budget::from(ipv4), limits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_policy_has_only_ports() {
        for seed in 0..20 {
            let policy = knapsack(seed, 30, MAX_ZONE_PORTS).unwrap();
            let largest = policy.zones.iter().flat_map(|zone| &zone.ports).max();
            assert!(largest < Some(&crate::problem::ports::N_PORTS));
        }
        assert!(knapsack(1, 0, 5).is_err() && knapsack(1, 5, MAX_ZONE_PORTS + 1).is_err());
    }
}
