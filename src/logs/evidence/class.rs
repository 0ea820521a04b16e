//! What a port is, and what decided that.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::problem::quote::quoted;

/// What a local port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The interface offers a service there.
    Service,
    /// The interface calls from there.
    Client,
    /// It was asked for a service and did not answer.
    Unanswered,
    /// The evidence does not say.
    Unknown,
    /// It is used; who offers the service was not asked.
    Used,
}

impl Class {
    /// All classes, in the order of lists.
    pub const ALL: [Self; 5] =
        [Self::Service, Self::Used, Self::Client, Self::Unanswered, Self::Unknown];

    /// The word in files and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Client => "client",
            Self::Unanswered => "unanswered",
            Self::Unknown => "unknown",
            Self::Used => "used",
        }
    }

    /// Whether rules have to cover such ports.
    #[must_use]
    pub fn is_used(self) -> bool {
        matches!(self, Self::Service | Self::Used)
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that is not a class.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is not a class; use service, client, unanswered, unknown or used")]
pub struct ClassError(String);

impl FromStr for Class {
    type Err = ClassError;

    fn from_str(text: &str) -> Result<Self, ClassError> {
        let class = Self::ALL.into_iter().find(|class| class.name() == text);
        class.ok_or_else(|| ClassError(quoted(text)))
    }
}

/// What decided about the class of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decided {
    /// Who sent the SYN, and who the SYN-ACK.
    TcpFlags,
    /// How many remote endpoints the port has, and how many local ports each of these has.
    FanIn,
    /// Whether the port answered.
    Answers,
    /// Much was sent to the port, and udp needs no answer.
    OneWay,
    /// Who sent first.
    Start,
    /// The range of the port and that of the remote ones.
    Ranges,
    /// Nothing: each kind of evidence is absent or contradicted by another.
    Nothing,
    /// Nothing: there is one remote address, and either may be the interface's.
    OwnAddress,
    /// `--min-flows`.
    MinFlows,
    /// `--include`.
    Include,
    /// `--exclude`.
    Exclude,
    /// It is the destination port of records.
    Dstport,
    /// It is the source port of records.
    Srcport,
}

impl Decided {
    /// The word in files and tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TcpFlags => "tcp-flags",
            Self::FanIn => "fan-in",
            Self::Answers => "answers",
            Self::OneWay => "one-way",
            Self::Start => "start",
            Self::Ranges => "ranges",
            Self::Nothing => "nothing",
            Self::OwnAddress => "own-address",
            Self::MinFlows => "min-flows",
            Self::Include => "include",
            Self::Exclude => "exclude",
            Self::Dstport => "dstport",
            Self::Srcport => "srcport",
        }
    }
}

impl fmt::Display for Decided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
