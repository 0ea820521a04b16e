//! Which interfaces carry which security groups.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A network interface, as far as security groups are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// The ids of its groups, in order.
    pub groups: Vec<String>,
    /// Its own addresses, without repetition, in order of the file.
    pub addresses: Vec<IpAddr>,
    /// The network that it belongs to, `vpc-…`, where that is said.
    pub vpc: Option<String>,
}

/// Network interfaces by id, `eni-…`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachments {
    /// In order of the id.
    pub interfaces: BTreeMap<String, Attachment>,
}

impl Attachments {
    /// The ids of the interfaces that carry a group, in order.
    pub fn of_group<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a str> {
        let carries = move |attachment: &Attachment| attachment.groups.iter().any(|id| id == group);
        let interfaces = self.interfaces.iter();
        interfaces.filter_map(move |(id, attachment)| carries(attachment).then_some(id.as_str()))
    }

    /// The addresses that stand behind a reference to a group.
    #[must_use]
    pub fn addresses_of_group(&self, group: &str) -> BTreeSet<IpAddr> {
        let interfaces = self.of_group(group).filter_map(|id| self.interfaces.get(id));
        interfaces.flat_map(|attachment| attachment.addresses.iter().copied()).collect()
    }

    /// The ids of all groups that some interface carries, in order.
    #[must_use]
    pub fn groups(&self) -> BTreeSet<&str> {
        let groups = self.interfaces.values().flat_map(|attachment| &attachment.groups);
        groups.map(String::as_str).collect()
    }
}
