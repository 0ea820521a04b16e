//! Who a rule lets in.

use std::fmt;

use ipnet::IpNet;

use crate::problem::zones::{Family, Quota};

/// The source of a rule, as AWS names it: exactly one for each rule.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// The addresses of a network.
    Cidr(IpNet),
    /// Those that a prefix list holds.
    PrefixList {
        /// Its id, `pl-…`.
        id: String,
    },
    /// The interfaces of a security group.
    Group {
        /// Its id, `sg-…`.
        id: String,
        /// The account that owns it, where that is said.
        account: Option<String>,
    },
}

impl Peer {
    /// The security group of an id with or without its account: `123456789012/sg-…`.
    #[must_use]
    pub fn group(id: &str) -> Self {
        match id.split_once('/') {
            Some((account, id)) => {
                Self::Group { id: id.to_owned(), account: Some(account.to_owned()) }
            }
            None => Self::Group { id: id.to_owned(), account: None },
        }
    }

    /// The quotas that a rule for it counts in, where its kind says so: a prefix list has one family
    /// if it is a customer's, and counts in both if it is AWS's.
    #[must_use]
    pub fn quota(&self) -> Option<Quota> {
        match self {
            Self::Cidr(network) => Some(Family::from(*network).into()),
            Self::PrefixList { .. } => None,
            Self::Group { .. } => Some(Quota::Both),
        }
    }

    /// Whether it is every address of a family.
    #[must_use]
    pub fn is_world(&self) -> bool {
        matches!(self, Self::Cidr(network) if network.prefix_len() == 0)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cidr(network) => write!(f, "{network}"),
            Self::PrefixList { id } | Self::Group { id, account: None } => f.write_str(id),
            Self::Group { id, account: Some(account) } => write!(f, "{account}/{id}"),
        }
    }
}
