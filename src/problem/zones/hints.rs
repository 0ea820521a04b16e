//! CIDRs that could be fewer, as every rule of their zone takes a unit for each.

use std::fmt;

use ipnet::IpNet;

use super::Zones;
use super::family::Family;
use super::zone::{Kind, Zone};

/// How many merges a hint shows.
const EXAMPLES: usize = 3;

/// CIDRs of a zone that fewer could stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The line of the zone, from 1, where it was read from a file.
    pub line: Option<usize>,
    /// The name of the zone.
    pub zone: String,
    /// The family of the CIDRs.
    pub family: Family,
    /// How many CIDRs there are.
    pub written: usize,
    /// How many would do.
    pub needed: usize,
    /// What could be written instead, and what for.
    pub text: String,
}

impl Hint {
    /// How many units each rule of the zone would take less.
    #[must_use]
    pub fn saved(&self) -> usize {
        self.written - self.needed
    }
}

/// `ZONE: text`, after `LINE: ` where the line is known.
impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "{line}: ")?;
        }
        write!(f, "{}: {}", self.zone, self.text)
    }
}

impl Zones {
    /// Where zones of CIDRs could be written with fewer.
    #[must_use]
    pub fn hints(&self) -> Vec<Hint> {
        let of_zone = |(i, zone)| {
            let line = self.lines.get(i).copied();
            Family::ALL.into_iter().filter_map(move |family| hint(zone, family, line))
        };
        self.all.iter().enumerate().flat_map(of_zone).collect()
    }
}

fn hint(zone: &Zone, family: Family, line: Option<usize>) -> Option<Hint> {
    if zone.kind != Kind::Cidrs {
        return None;
    }
    let of_family = zone.networks.iter().filter(|&&network| Family::from(network) == family);
    let mut networks: Vec<IpNet> = of_family.copied().collect();
    networks.sort_unstable();
    let blocks = IpNet::aggregate(&networks);
    let (written, needed) = (networks.len(), blocks.len());
    if needed >= written {
        return None;
    }
    let merges: Vec<String> = merges(&networks, &blocks).collect();
    let what = if let [merge] = &merges[..] {
        merge.clone()
    } else {
        let more = if merges.len() > EXAMPLES { "; …" } else { "" };
        let examples = merges[..merges.len().min(EXAMPLES)].join("; ");
        format!("{written} {family} CIDRs could be {needed} ({examples}{more})")
    };
    let units = match written - needed {
        1 => "one unit".to_owned(),
        n => format!("{n} units"),
    };
    let text = format!("{what}: {units} less for each rule");
    Some(Hint { line, zone: zone.name.clone(), family, written, needed, text })
}

/// What the blocks with several CIDRs are made of; both lists are sorted.
fn merges(networks: &[IpNet], blocks: &[IpNet]) -> impl Iterator<Item = String> {
    let mut rest = networks;
    blocks.iter().filter_map(move |block| {
        let (parts, after) = rest.split_at(rest.partition_point(|part| block.contains(part)));
        rest = after;
        match parts {
            [] | [_] => None,
            [first, second] if first == block => Some(format!("{block} contains {second}")),
            [first, others @ ..] if first == block => {
                Some(format!("{block} contains {} others", others.len()))
            }
            [first, second] => Some(format!("{first} and {second} are {block}")),
            parts => Some(format!("{} CIDRs are {block}", parts.len())),
        }
    })
}
