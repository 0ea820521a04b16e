//! Which records count, and which port of them.

use serde::{Deserialize, Serialize};

use crate::problem::ports::Protocol;

use super::status::Status;

/// Which port of a record counts as used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ServicePort {
    /// The interface's own port, where the evidence says that it offers a service there.
    #[default]
    Service,
    /// The destination port of every record.
    Dst,
    /// The source port of every record.
    Src,
}

/// Which records count by what became of their traffic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Accepted traffic.
    #[default]
    Accept,
    /// Rejected traffic.
    Reject,
    /// Both.
    All,
}

impl Action {
    /// Whether records of this status count.
    #[must_use]
    pub fn takes(self, status: Status) -> bool {
        match status {
            Status::Accepted => self != Self::Reject,
            Status::Rejected => self != Self::Accept,
            Status::NoData | Status::SkipData => false,
        }
    }
}

/// What a log has to say: by what records are selected, and where connections come from.
#[derive(Debug, Clone, Copy)]
pub struct Needs<'a> {
    /// Which records count.
    pub selection: &'a Selection,
    /// Whether zones are told apart, so that remote addresses matter.
    pub zones: bool,
}

/// Which records count, and which port of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// The port that counts.
    pub port: ServicePort,
    /// What became of the traffic.
    #[serde(skip_serializing_if = "is_default")]
    pub action: Action,
    /// Only these interfaces; all if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interfaces: Vec<String>,
    /// Only these accounts, by id; all if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// Only these protocols; all if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protocols: Vec<Protocol>,
    /// Only records that end at this time or later, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<u32>,
    /// Only records that start before this time, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<u32>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Selection {
    /// Whether the interface counts; one without a name only when none is asked for.
    #[must_use]
    pub fn takes_interface(&self, interface: Option<&str>) -> bool {
        self.interfaces.is_empty()
            || interface.is_some_and(|id| self.interfaces.iter().any(|wanted| wanted == id))
    }

    /// Whether the protocol counts.
    #[must_use]
    pub fn takes_protocol(&self, protocol: Protocol) -> bool {
        self.protocols.is_empty() || self.protocols.contains(&protocol)
    }

    /// Whether the account counts; whoever stores ids as numbers has lost their leading zeros.
    #[must_use]
    pub fn takes_account(&self, account: Option<&str>) -> bool {
        let is =
            |id: &str, wanted: &str| id.trim_start_matches('0') == wanted.trim_start_matches('0');
        self.accounts.is_empty()
            || account.is_some_and(|id| self.accounts.iter().any(|wanted| is(id, wanted)))
    }

    /// Whether a window counts; one without times only when none are asked for.
    #[must_use]
    pub fn takes_window(&self, start: Option<u32>, end: Option<u32>) -> bool {
        self.since.is_none_or(|since| end.is_some_and(|end| end >= since))
            && self.until.is_none_or(|until| start.is_some_and(|start| start < until))
    }

    /// The flags of the command line that leave records out by what only a record says, as far as
    /// they are given.
    pub fn flags_of_records(&self) -> impl Iterator<Item = &'static str> {
        [
            (!self.accounts.is_empty(), "--account"),
            (self.action != Action::default(), "--action"),
            (self.since.is_some(), "--since"),
            (self.until.is_some(), "--until"),
        ]
        .into_iter()
        .filter_map(|(is_given, flag)| is_given.then_some(flag))
    }

    /// Whether records are selected by their time.
    #[must_use]
    pub fn by_time(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}
