//! How inputs are to be read.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::logs::evidence::Judgement;
use crate::logs::flow::{ColumnName, Selection};
use crate::problem::zones::Zones;

use super::kind::InputFormat;
use super::policy::{OtherSources, Policy};

/// How inputs are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// Which records of flow logs count.
    #[serde(flatten)]
    pub selection: Selection,
    /// Which of their ports are services.
    #[serde(flatten)]
    pub judgement: Judgement,
    /// What every input is, where that is not to be recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_format: Option<InputFormat>,
    /// The fields of flow logs without a header line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<String>,
    /// Columns of flow logs that are called something unusual.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnName>,
    /// By which sources are told apart, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zones: Option<Zones>,
    /// What becomes of addresses in no zone.
    #[serde(skip_serializing_if = "OtherSources::is_default")]
    pub other_sources: OtherSources,
    /// The source of all connections, where there is one; it is only named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<IpNet>,
}

impl Reading {
    /// The zones by which sources are told apart, with the one that is added for all others.
    #[must_use]
    pub fn told_apart(&self) -> Option<Zones> {
        let policy = Policy::new(self.zones.clone()?, self.other_sources);
        Some((*policy.zones).clone())
    }
}
