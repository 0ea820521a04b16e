//! From zones as written to zones, or to the first thing that is wrong.

use std::collections::{HashMap, HashSet};

use ipnet::IpNet;

use super::error::ZoneError;
use super::family::Family;
use super::kind::kind;
use super::nesting::{Clash, Nesting};
use super::network;
use super::ranges;
use super::spec::ZoneSpec;
use super::zone::{Kind, Zone};
use crate::problem::quote::quoted;

use super::fault::{Checked, Fault, Place};
use super::spec::MAX_WEIGHT;

/// How much there may be.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) zones: usize,
    /// CIDRs of one family in one zone of CIDRs.
    pub(super) cidrs: usize,
}

impl Bounds {
    /// What a file may have.
    #[cfg(feature = "logs")]
    pub(super) const FILE: Self = Self { zones: 1_000, cidrs: super::spec::MAX_UNITS as usize };
    /// What zones may have that were extended: listed addresses can be any number.
    pub(super) const EXTENDED: Self = Self { zones: u16::MAX as usize, cidrs: usize::MAX };
}

/// The zones, with how they are nested.
pub(super) fn zones(specs: &[ZoneSpec], bounds: Bounds) -> Result<(Vec<Zone>, Nesting), Fault> {
    if specs.is_empty() {
        return Err(Fault { zone: None, place: Place::Name, error: ZoneError::NoZones });
    }
    let (count, most) = (specs.len(), bounds.zones);
    if count > most {
        let error = ZoneError::TooManyZones { count, most };
        return Err(Fault { zone: Some(most), place: Place::Name, error });
    }
    let check = |(i, spec)| {
        zone(spec, bounds).map_err(|(place, error)| Fault { zone: Some(i), place, error })
    };
    let zones = specs.iter().enumerate().map(check).collect::<Result<Vec<_>, _>>()?;
    all_different(&zones)?;
    let nesting = Nesting::of(&zones).map_err(|clash| fault(&clash, specs, &zones))?;
    Ok((zones, nesting))
}

fn zone(spec: &ZoneSpec, bounds: Bounds) -> Checked<Zone> {
    name(&spec.name)?;
    let kind = kind(spec)?;
    let networks = match kind {
        Kind::Any => Family::ALL.map(ranges::everything).to_vec(),
        _ => networks(spec)?,
    };
    let family = match &kind {
        Kind::PrefixList { max_entries, .. } => Some(entries(spec, &networks, *max_entries)?),
        _ => None,
    };
    match &kind {
        Kind::Cidrs => cidrs(&networks, bounds)?,
        Kind::AwsPrefixList { id, .. } if networks.is_empty() => {
            let error = ZoneError::NoAddresses { id: id.clone(), keys: "cidrs" };
            return Err((Place::Key("prefix_list"), error));
        }
        Kind::SecurityGroup { id } if networks.is_empty() => {
            let error = ZoneError::NoAddresses { id: id.clone(), keys: "addresses or cidrs" };
            return Err((Place::Key("security_group"), error));
        }
        _ => {}
    }
    Ok(Zone { name: spec.name.clone(), kind, networks, family, weight: weight(spec)? })
}

fn name(name: &str) -> Checked<()> {
    let first = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let rest = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if first && rest && name.len() <= 64 {
        return Ok(());
    }
    Err((Place::Name, ZoneError::Name(quoted(name))))
}

/// What is written as `cidrs`, then what is written as `addresses`.
fn networks(spec: &ZoneSpec) -> Checked<Vec<IpNet>> {
    let cidrs = spec.cidrs.iter().flatten().enumerate();
    let cidrs = cidrs.map(|(i, text)| (Place::Cidr(i), network::cidr(text)));
    let addresses = spec.addresses.iter().flatten().enumerate();
    let addresses = addresses.map(|(i, text)| (Place::Address(i), network::address(text)));
    let mut seen = HashSet::new();
    let all = cidrs.chain(addresses).map(|(place, network)| {
        let network = network.map_err(|error| (place, error))?;
        if !seen.insert(network) {
            return Err((place, ZoneError::Twice(network)));
        }
        Ok(network)
    });
    all.collect()
}

/// Checks what a prefix list of one's own holds, and returns its family.
fn entries(spec: &ZoneSpec, networks: &[IpNet], max_entries: u32) -> Checked<Family> {
    let stated = spec.family.as_deref().map(|family| match family {
        "ipv4" => Ok(Family::Ipv4),
        "ipv6" => Ok(Family::Ipv6),
        other => Err((Place::Key("family"), ZoneError::NotAFamily(quoted(other)))),
    });
    let first = networks.first().map(|&network| Family::from(network));
    let Some(family) = stated.transpose()?.or(first) else {
        let id = quoted(spec.prefix_list.as_deref().unwrap_or_default());
        let error = ZoneError::NoAddresses { id, keys: "cidrs, or state its family" };
        return Err((Place::Key("prefix_list"), error));
    };
    if let Some(i) = networks.iter().position(|&network| Family::from(network) != family) {
        return Err((Place::Cidr(i), ZoneError::OtherFamily { cidr: networks[i], family }));
    }
    let count = networks.len();
    if count > max_entries as usize {
        return Err((Place::Key("max_entries"), ZoneError::TooManyEntries { count, max_entries }));
    }
    Ok(family)
}

/// Checks how many CIDRs there are.
fn cidrs(networks: &[IpNet], bounds: Bounds) -> Checked<()> {
    if networks.is_empty() {
        return Err((Place::Key("cidrs"), ZoneError::NoCidrs));
    }
    for family in Family::ALL {
        let count = networks.iter().filter(|&&network| Family::from(network) == family).count();
        if count > bounds.cidrs {
            return Err((Place::Key("cidrs"), ZoneError::TooManyCidrs { count, family }));
        }
    }
    Ok(())
}

fn weight(spec: &ZoneSpec) -> Checked<u32> {
    let Some(weight) = spec.weight else {
        return Ok(1);
    };
    let checked = u32::try_from(weight).ok().filter(|&weight| weight <= MAX_WEIGHT);
    checked.ok_or_else(|| (Place::Key("weight"), ZoneError::Weight(weight.to_string())))
}

/// Checks that no two zones have the same name or are the same reference.
fn all_different(zones: &[Zone]) -> Result<(), Fault> {
    let mut names = HashSet::new();
    let mut sources = HashMap::new();
    for (i, zone) in zones.iter().enumerate() {
        let fault = |place, error| Fault { zone: Some(i), place, error };
        if !names.insert(&zone.name) {
            return Err(fault(Place::Name, ZoneError::SameName(zone.name.clone())));
        }
        let (key, id) = match &zone.kind {
            Kind::Cidrs => continue,
            Kind::Any => ("any", "any"),
            Kind::PrefixList { id, .. } | Kind::AwsPrefixList { id, .. } => {
                ("prefix_list", id.as_str())
            }
            Kind::SecurityGroup { id } => ("security_group", id.as_str()),
        };
        if let Some(earlier) = sources.insert(id, &zone.name) {
            let (earlier, later) = (earlier.clone(), zone.name.clone());
            let error = match zone.kind {
                Kind::Any => ZoneError::TwoAny { earlier, later },
                _ => ZoneError::SameId { earlier, later, id: id.to_owned() },
            };
            return Err(fault(Place::Key(key), error));
        }
    }
    Ok(())
}

fn fault(clash: &Clash, specs: &[ZoneSpec], zones: &[Zone]) -> Fault {
    let &Clash { family, zones: [first, second], networks } = clash;
    let (earlier, later) = (zones[first].name.clone(), zones[second].name.clone());
    let Some([in_first, in_second]) = networks else {
        let error = ZoneError::SameAddresses { earlier, later, family };
        return Fault { zone: Some(second), place: Place::Name, error };
    };
    let cidrs = specs[second].cidrs.as_ref().map_or(0, Vec::len);
    let place = match in_second.checked_sub(cidrs) {
        None => Place::Cidr(in_second),
        Some(address) => Place::Address(address),
    };
    let error = ZoneError::Overlap {
        earlier,
        later,
        cidrs: Box::new([zones[first].networks[in_first], zones[second].networks[in_second]]),
        family,
    };
    Fault { zone: Some(second), place, error }
}
