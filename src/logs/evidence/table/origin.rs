//! The cells of a table that say where connections come from: a zone and a family.

use crate::problem::quote::quoted;
use crate::problem::zones::{Family, Origin, Quota, Zone, Zones};

use super::TableError;

/// The zones that rows name.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    /// All zones.
    pub zones: &'a Zones,
    /// Whether rows without a zone are of that of all addresses of their family.
    pub any: bool,
}

/// Where the connections of a row come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stated {
    /// A zone.
    Zone(Origin),
    /// No zone; the family, if it is said.
    NoZone(Option<Quota>),
}

impl Naming<'_> {
    /// What the two cells of a row mean.
    pub(super) fn stated(self, zone: &str, family: &str) -> Result<Stated, TableError> {
        // A dash is no interface in the same table, and no zone can be called so.
        if zone.is_empty() || zone == "-" {
            let family = Some(family).filter(|family| !family.is_empty());
            return Ok(Stated::NoZone(family.map(quota).transpose()?));
        }
        let number = self.zones.all().iter().position(|known| known.name() == zone);
        let number = number.and_then(|number| u16::try_from(number).ok());
        let number = number.ok_or_else(|| TableError::Zone {
            zone: quoted(zone),
            known: names(self.zones.all().iter().map(Zone::name)),
        })?;
        self.origin(number, quota(family)?).map(Stated::Zone)
    }

    /// The origin of a used row; none if it is of no zone.
    pub(super) fn origin_of(self, stated: Stated) -> Result<Option<Origin>, TableError> {
        match stated {
            Stated::Zone(origin) => Ok(Some(origin)),
            Stated::NoZone(_) if !self.any => Ok(None),
            Stated::NoZone(quota) => {
                let is_said = |family: &Family| quota == Some((*family).into());
                let family = Family::ALL.into_iter().find(is_said);
                family.map(|family| self.zones.everywhere(family)).ok_or(TableError::NoFamily)
            }
        }
    }

    fn origin(self, number: u16, quota: Quota) -> Result<Origin, TableError> {
        let origin = Origin { zone: number, quota };
        let zone = self.zones.zone(origin);
        if quotas(zone).any(|known| known == quota) {
            return Ok(origin);
        }
        let known = names(quotas(zone).map(Quota::name));
        Err(TableError::NotOfZone { zone: quoted(zone.name()), family: quota.name(), known })
    }
}

fn quota(text: &str) -> Result<Quota, TableError> {
    let quotas = [Quota::Ipv4, Quota::Ipv6, Quota::Both];
    let quota = quotas.into_iter().find(|quota| quota.name() == text);
    quota.ok_or_else(|| TableError::Family(quoted(text)))
}

/// The quotas that rules of a zone can count in.
fn quotas(zone: &Zone) -> impl Iterator<Item = Quota> + '_ {
    // A reference counts in both, whoever stands behind it.
    let is_of = |family: &Family| zone.quota(*family) == Quota::Both || zone.has(*family);
    let of_families = Family::ALL.into_iter().filter(is_of);
    let mut quotas: Vec<Quota> = of_families.map(|family| zone.quota(family)).collect();
    quotas.dedup();
    quotas.into_iter()
}

/// A list for a message, at its start.
fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 8;
    let names: Vec<&str> = names.collect();
    let mut text = names[..names.len().min(SHOWN)].join(", ");
    if names.len() > SHOWN {
        text += ", …";
    }
    text
}
