//! Which column of a flow log holds which field.

use thiserror::Error;

use super::traffic::ServicePort;

/// The fields of the default format, version 2, in order.
const DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol \
                       packets bytes start end action log-status";

/// Fields that AWS documents; a header may name others too.
const KNOWN: &[&str] = &[
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "vpc-id",
    "subnet-id",
    "instance-id",
    "tcp-flags",
    "type",
    "pkt-srcaddr",
    "pkt-dstaddr",
    "region",
    "az-id",
    "flow-direction",
    "traffic-path",
];

/// Names that have to be known before a line counts as a header.
const HEADER_NAMES: usize = 2;

/// The columns that matter, by their place in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub(super) n_fields: usize,
    pub(super) interface: Option<usize>,
    pub(super) srcport: Option<usize>,
    pub(super) dstport: Option<usize>,
    pub(super) protocol: Option<usize>,
    pub(super) action: Option<usize>,
    pub(super) log_status: Option<usize>,
    /// Header lines do not change it.
    pub(super) fixed: bool,
}

/// Why a list of fields is no layout.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// A field that stands twice.
    #[error("field '{0}' stands twice in the log format")]
    Twice(String),
    /// No column with the ports that count.
    #[error("the log has no {0} column, so its used ports cannot be told")]
    NoPort(&'static str),
}

fn normalised(name: &str) -> String {
    let name = name.strip_prefix("${").and_then(|name| name.strip_suffix('}')).unwrap_or(name);
    name.to_ascii_lowercase().replace('_', "-")
}

impl Default for Layout {
    /// The default format, version 2.
    fn default() -> Self {
        Self::parse(DEFAULT).expect("the default fields are distinct")
    }
}

impl Layout {
    /// The layout that a header line or a log format names: `version interface-id …`, also as
    /// `${version} ${interface-id} …`.
    ///
    /// # Errors
    /// When a field stands twice.
    pub fn parse(fields: &str) -> Result<Self, LayoutError> {
        let names: Vec<String> = fields.split_ascii_whitespace().map(normalised).collect();
        for (i, name) in names.iter().enumerate() {
            if names[..i].contains(name) {
                return Err(LayoutError::Twice(name.clone()));
            }
        }
        let find = |wanted: &str| names.iter().position(|name| name == wanted);
        Ok(Self {
            n_fields: names.len(),
            interface: find("interface-id"),
            srcport: find("srcport"),
            dstport: find("dstport"),
            protocol: find("protocol"),
            action: find("action"),
            log_status: find("log-status"),
            fixed: false,
        })
    }

    /// The same layout, which overrules every header line.
    #[must_use]
    pub fn fixed(self) -> Self {
        Self { fixed: true, ..self }
    }

    /// Whether a line names fields instead of holding a record.
    #[must_use]
    pub fn is_header(line: &str) -> bool {
        let mut known = 0;
        for name in line.split_ascii_whitespace().map(normalised) {
            let like_a_name = name.starts_with(|c: char| c.is_ascii_lowercase())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            if !like_a_name {
                return false;
            }
            known += usize::from(KNOWN.contains(&name.as_str()));
        }
        known >= HEADER_NAMES
    }

    /// Checks that there is a column with the ports that count.
    ///
    /// # Errors
    /// When there is none.
    pub fn require(&self, port: ServicePort) -> Result<(), LayoutError> {
        match port {
            ServicePort::Dst => self.dstport.ok_or(LayoutError::NoPort("dstport")),
            ServicePort::Src => self.srcport.ok_or(LayoutError::NoPort("srcport")),
        }
        .map(|_| ())
    }

    /// The columns that logs usually have and this one does not, and what is taken instead.
    pub fn assumptions(&self) -> impl Iterator<Item = &'static str> {
        [
            (self.action, "no action column: every record counts as ACCEPT"),
            (self.log_status, "no log-status column: every record counts as OK"),
            (self.protocol, "no protocol column: every port counts as tcp"),
            (self.interface, "no interface-id column: all records count as one interface"),
        ]
        .into_iter()
        .filter_map(|(column, note)| column.is_none().then_some(note))
    }
}
