//! Who connects to a service, as JSON.

use serde::Serialize;

use crate::groups::audit::Contact;
use crate::logs::evidence::table::time;
use crate::problem::ports::Protocol;

/// Who connects to a service.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the audit, by name")]
pub struct ContactRecord {
    pub protocol: Protocol,
    pub port: u16,
    pub source: String,
    /// Records of both directions.
    pub flows: u64,
    pub last_seen: Option<String>,
}

impl ContactRecord {
    pub(super) fn new(contact: &Contact) -> Self {
        let Contact { protocol, port, network, flows, last, .. } = *contact;
        let source = network.to_string();
        Self { protocol, port, source, flows, last_seen: last.map(time) }
    }
}
