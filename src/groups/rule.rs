//! Rules of security groups, and what they allow.

use std::fmt;

use crate::problem::ports::{Protocol, Span};

use super::Peer;

/// The traffic that a rule allows from its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Allowed {
    /// Ports of a protocol.
    Ports {
        /// The protocol.
        protocol: Protocol,
        /// The ports.
        span: Span,
    },
    /// ICMP; type and code are none where all of them are allowed.
    Icmp {
        /// Whether it is ICMP for IPv6.
        v6: bool,
        /// The type.
        kind: Option<u8>,
        /// The code.
        code: Option<u8>,
    },
    /// Another protocol, by its IANA number.
    Protocol(u8),
    /// Everything: protocol -1.
    All,
}

impl Allowed {
    /// The ports of a protocol that are allowed, if there are any.
    #[must_use]
    pub fn ports(self, of: Protocol) -> Option<Span> {
        match self {
            Self::Ports { protocol, span } => (protocol == of).then_some(span),
            Self::All => Some(Span::ALL_PORTS),
            Self::Icmp { .. } | Self::Protocol(_) => None,
        }
    }

    /// Protocol and ports as AWS names them; for ICMP these are type and code, -1 for all of them.
    ///
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>
    #[must_use]
    pub fn named(self) -> (String, Option<[i64; 2]>) {
        match self {
            Self::Ports { protocol, span } => {
                (protocol.name().to_owned(), Some([span.from().into(), span.to().into()]))
            }
            Self::Icmp { v6, kind, code } => {
                let number = |number: Option<u8>| number.map_or(-1, i64::from);
                let name = if v6 { "icmpv6" } else { "icmp" };
                (name.to_owned(), Some([number(kind), number(code)]))
            }
            Self::Protocol(number) => (number.to_string(), None),
            Self::All => ("-1".to_owned(), None),
        }
    }

    /// Whether everything that another rule allows is allowed by this one.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (
                Self::Ports { protocol, span },
                Self::Ports { protocol: other_protocol, span: other },
            ) => protocol == other_protocol && span.intersection(other) == Some(other),
            (
                Self::Icmp { v6, kind, code },
                Self::Icmp { v6: other_v6, kind: other_kind, code: other_code },
            ) => {
                v6 == other_v6
                    && (kind.is_none() || kind == other_kind)
                    && (code.is_none() || code == other_code)
            }
            (one, other) => one == other,
        }
    }
}

/// `tcp/80-86`, `icmp/8/0`, `protocol 47` or `all traffic`.
impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ports { protocol, span } => write!(f, "{protocol}/{span}"),
            Self::Icmp { v6, kind, code } => {
                f.write_str(if *v6 { "icmpv6" } else { "icmp" })?;
                for number in [kind, code].into_iter().flatten() {
                    write!(f, "/{number}")?;
                }
                Ok(())
            }
            Self::Protocol(number) => write!(f, "protocol {number}"),
            Self::All => f.write_str("all traffic"),
        }
    }
}

/// An inbound rule: AWS counts each of these once, but for prefix lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id, `sgr-…`, where it exists already and that is said.
    pub id: Option<String>,
    /// What it allows.
    pub allowed: Allowed,
    /// From whom.
    pub peer: Peer,
    /// What people wrote about it.
    pub description: Option<String>,
}

/// A security group with its inbound rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its id, `sg-…`.
    pub id: String,
    /// Its name, where that is said.
    pub name: Option<String>,
    /// The network that it belongs to, `vpc-…`, where that is said.
    pub vpc: Option<String>,
    /// Its inbound rules, in order.
    pub rules: Vec<Rule>,
}
