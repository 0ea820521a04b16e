//! A zone as it is written, before anything is known to be right.

use serde::{Deserialize, Serialize};

use super::zone::{Kind, Zone};

/// The most rules on a network interface: those of a group times its groups.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
pub const MAX_UNITS: u32 = 1_000;

/// The largest weight; costs of any instance stay far from overflow.
pub(super) const MAX_WEIGHT: u32 = 1_000_000;

/// The keys of a zone in a file.
pub(super) const KEYS: [&str; 9] = [
    "cidrs",
    "addresses",
    "any",
    "prefix_list",
    "max_entries",
    "units",
    "family",
    "security_group",
    "weight",
];

/// A zone with the keys of the file, and its name beside them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneSpec {
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) any: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) prefix_list: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max_entries: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) units: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) family: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) security_group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cidrs: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) addresses: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) weight: Option<i64>,
}

impl From<&Zone> for ZoneSpec {
    fn from(zone: &Zone) -> Self {
        let cidrs = zone.networks.iter().map(ToString::to_string).collect();
        let mut spec = Self {
            name: zone.name.clone(),
            cidrs: Some(cidrs),
            family: zone.family.map(|family| family.to_string()),
            weight: Some(zone.weight.into()),
            ..Self::default()
        };
        match &zone.kind {
            Kind::Cidrs => {}
            Kind::Any => (spec.any, spec.cidrs) = (Some(true), None),
            Kind::PrefixList { id, max_entries } => {
                spec.prefix_list = Some(id.clone());
                spec.max_entries = Some((*max_entries).into());
            }
            Kind::AwsPrefixList { id, units } => {
                spec.prefix_list = Some(id.clone());
                spec.units = Some((*units).into());
            }
            Kind::SecurityGroup { id } => spec.security_group = Some(id.clone()),
        }
        spec
    }
}
