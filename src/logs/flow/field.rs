//! The fields of a record that matter, and the names that they have in different places.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::problem::quote::quoted;

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the fields")]
pub enum Field {
    Account,
    Interface,
    Srcaddr,
    Dstaddr,
    Srcport,
    Dstport,
    Protocol,
    Packets,
    Bytes,
    Start,
    End,
    Action,
    LogStatus,
    TcpFlags,
    PktSrcaddr,
    PktDstaddr,
    FlowDirection,
    /// How many records a row stands for, where a query has aggregated them.
    Count,
}

/// Number of fields.
pub(super) const N_FIELDS: usize = FIELDS.len();

/// Each field with its name in AWS's format strings, and what else it is called: by the tables of
/// older Athena guides, and by queries that aggregate.
const FIELDS: [(Field, &str, &[&str]); 18] = [
    (Field::Account, "account-id", &["account"]),
    (Field::Interface, "interface-id", &["interface"]),
    (Field::Srcaddr, "srcaddr", &["sourceaddress"]),
    (Field::Dstaddr, "dstaddr", &["destinationaddress"]),
    (Field::Srcport, "srcport", &["sourceport"]),
    (Field::Dstport, "dstport", &["destinationport"]),
    (Field::Protocol, "protocol", &[]),
    (Field::Packets, "packets", &["numpackets", "sumpackets", "totalpackets"]),
    (Field::Bytes, "bytes", &["numbytes", "sumbytes", "totalbytes"]),
    (Field::Start, "start", &["starttime", "minstart", "minstarttime"]),
    (Field::End, "end", &["endtime", "maxend", "maxendtime"]),
    (Field::Action, "action", &[]),
    (Field::LogStatus, "log-status", &[]),
    (Field::TcpFlags, "tcp-flags", &[]),
    (Field::PktSrcaddr, "pkt-srcaddr", &[]),
    (Field::PktDstaddr, "pkt-dstaddr", &[]),
    (Field::FlowDirection, "flow-direction", &[]),
    (Field::Count, "count", &["records", "flows", "numrecords", "numflows", "cnt"]),
];

/// Other fields that AWS documents: they tell a header from other text.
const OTHERS: [&str; 21] = [
    "version",
    "vpcid",
    "subnetid",
    "instanceid",
    "type",
    "region",
    "azid",
    "sublocationtype",
    "sublocationid",
    "pktsrcawsservice",
    "pktdstawsservice",
    "trafficpath",
    "ecsclustername",
    "ecsclusterarn",
    "ecsserviceid",
    "ecstaskid",
    "ecstaskarn",
    "rejectreason",
    "resourceid",
    "encryptionstatus",
    "date",
];

/// A name as all spellings of it: `interface-id`, `interface_id`, `interfaceId`, `${interface-id}`.
fn plain(name: &str) -> String {
    plain_chars(name).collect()
}

fn plain_chars(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase())
}

impl Field {
    /// The name in AWS's format strings.
    #[must_use]
    pub fn name(self) -> &'static str {
        FIELDS[self as usize].1
    }

    /// The field of this name, in any spelling and of any source.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = plain(name);
        let is = |field: &&(Self, &str, &[&str])| {
            plain_chars(field.1).eq(name.chars()) || field.2.contains(&name.as_str())
        };
        FIELDS.iter().find(is).map(|field| field.0)
    }

    /// Whether a name is one that AWS documents.
    pub(crate) fn is_documented(name: &str) -> bool {
        Self::named(name).is_some() || OTHERS.contains(&plain(name).as_str())
    }
}

/// A column that is called something that nobody foresaw: `dstport=destinationport`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ColumnName {
    /// What the column holds.
    pub field: Field,
    name: String,
}

/// What is wrong with a column's name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ColumnError {
    /// Not of the form.
    #[error("'{0}' names no column; write FIELD=COLUMN, such as dstport=destinationport")]
    Form(String),
    /// No such field.
    #[error("'{name}' is not a field; use one of {known}", known = known())]
    Field {
        /// What stands in its place.
        name: String,
    },
}

fn known() -> String {
    FIELDS.map(|field| field.1).join(", ")
}

impl ColumnName {
    /// The column's name as given.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.name
    }

    /// Whether a header means this column.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name == name || plain(&self.name) == plain(name) && !plain(name).is_empty()
    }
}

impl FromStr for ColumnName {
    type Err = ColumnError;

    fn from_str(text: &str) -> Result<Self, ColumnError> {
        let (field, name) = text
            .split_once('=')
            .filter(|(_, name)| !name.trim().is_empty())
            .ok_or_else(|| ColumnError::Form(quoted(text)))?;
        let field =
            Field::named(field).ok_or_else(|| ColumnError::Field { name: quoted(field) })?;
        Ok(Self { field, name: name.trim().to_owned() })
    }
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.field.name(), self.name)
    }
}

impl TryFrom<String> for ColumnName {
    type Error = ColumnError;

    fn try_from(text: String) -> Result<Self, ColumnError> {
        text.parse()
    }
}

impl From<ColumnName> for String {
    fn from(column: ColumnName) -> Self {
        column.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_in_their_order() {
        for (i, (field, name, _)) in FIELDS.iter().enumerate() {
            assert_eq!(*field as usize, i);
            assert_eq!(field.name(), *name);
            assert_eq!(Field::named(name), Some(*field));
        }
    }

    #[test]
    fn a_field_has_many_names() {
        for (name, field) in [
            ("interface_id", Field::Interface),
            ("interfaceId", Field::Interface),
            ("${interface-id}", Field::Interface),
            ("destinationaddress", Field::Dstaddr),
            ("dstPort", Field::Dstport),
            ("count(*)", Field::Count),
            ("sum(bytes)", Field::Bytes),
            ("min(start)", Field::Start),
            ("logStatus", Field::LogStatus),
        ] {
            assert_eq!(Field::named(name), Some(field), "{name}");
        }
        assert_eq!(Field::named("vpc-id"), None);
        assert!(Field::is_documented("vpc-id"));
    }

    #[test]
    fn a_column_is_named_by_hand() {
        let column: ColumnName = "dstport=Ziel Port".parse().unwrap();
        assert!(column.is("Ziel Port") && column.is("ziel_port") && !column.is("port"));
        assert_eq!(column.to_string().parse(), Ok(column));
        let error = |text: &str| text.parse::<ColumnName>().unwrap_err().to_string();
        assert!(error("dstport").starts_with("'dstport' names no column; write FIELD=COLUMN"));
        assert!(error("port=x").starts_with("'port' is not a field; use one of account-id,"));
    }
}
