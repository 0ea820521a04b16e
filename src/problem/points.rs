//! What the points of a line are: ports of a protocol, or IPv4 addresses.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::problem::ports::{Protocol, ProtocolError};

/// What the points of a group are.
///
/// The problem is the same for both: rules are ranges, and what is not used inside of one is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Points {
    /// Ports of a protocol.
    Ports(Protocol),
    /// IPv4 addresses, as numbers: 10.0.0.1 is 167,772,161.
    Addresses,
}

impl Points {
    /// All that there are.
    pub const ALL: [Self; 3] =
        [Self::Ports(Protocol::Tcp), Self::Ports(Protocol::Udp), Self::Addresses];

    /// The name in files and messages: `tcp`, `udp` or `ipv4`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ports(protocol) => protocol.name(),
            Self::Addresses => "ipv4",
        }
    }

    /// What one of them is called.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Ports(_) => "port",
            Self::Addresses => "address",
        }
    }

    /// The place among all that there are.
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Ports(Protocol::Tcp) => 0,
            Self::Ports(Protocol::Udp) => 1,
            Self::Addresses => 2,
        }
    }

    /// The protocol whose ports they are, if they are ports.
    #[must_use]
    pub fn protocol(self) -> Option<Protocol> {
        match self {
            Self::Ports(protocol) => Some(protocol),
            Self::Addresses => None,
        }
    }

    /// A range as people write it: `80`, `80-86`, or `10.0.0.0-10.0.0.9`.
    #[must_use]
    pub fn shown(self, from: u32, to: u32) -> String {
        let point = |point: u32| match self {
            Self::Ports(_) => point.to_string(),
            Self::Addresses => Ipv4Addr::from(point).to_string(),
        };
        if from == to { point(from) } else { format!("{}-{}", point(from), point(to)) }
    }
}

impl From<Protocol> for Points {
    fn from(protocol: Protocol) -> Self {
        Self::Ports(protocol)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Points {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self, ProtocolError> {
        if text == Self::Addresses.name() {
            return Ok(Self::Addresses);
        }
        text.parse().map(Self::Ports)
    }
}

impl TryFrom<String> for Points {
    type Error = ProtocolError;

    fn try_from(text: String) -> Result<Self, ProtocolError> {
        text.parse()
    }
}

impl From<Points> for String {
    fn from(points: Points) -> Self {
        points.name().to_owned()
    }
}
