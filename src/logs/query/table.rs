//! A table of flow logs: its name, and what its columns are called.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::logs::flow::{ColumnName, Field};

use super::sql::{DatabaseName, Dialect, Identifier, NameError};

/// The columns of version 2 that a table has without more words, in the order of the results.
const BASIC: [Field; 12] = [
    Field::Interface,
    Field::Srcaddr,
    Field::Dstaddr,
    Field::Srcport,
    Field::Dstport,
    Field::Protocol,
    Field::Action,
    Field::LogStatus,
    Field::Packets,
    Field::Bytes,
    Field::Start,
    Field::End,
];

/// The columns that only some tables have, and that say more where there are any.
pub const OPTIONAL: [Field; 5] =
    [Field::Account, Field::PktSrcaddr, Field::PktDstaddr, Field::TcpFlags, Field::FlowDirection];

/// What the tables of AWS's older guides call their columns.
const OLD: [(Field, &str); 12] = [
    (Field::Account, "account"),
    (Field::Interface, "interfaceid"),
    (Field::Srcaddr, "sourceaddress"),
    (Field::Dstaddr, "destinationaddress"),
    (Field::Srcport, "sourceport"),
    (Field::Dstport, "destinationport"),
    (Field::Packets, "numpackets"),
    (Field::Bytes, "numbytes"),
    (Field::Start, "starttime"),
    (Field::End, "endtime"),
    (Field::LogStatus, "logstatus"),
    (Field::Action, "action"),
];

/// The fields of a table, with what their columns are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(BTreeMap<Field, Identifier>);

/// What is wrong with the columns of a table.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ColumnsError {
    /// A column whose name cannot be one.
    #[error("column {field}: {reason}")]
    Name {
        /// The field.
        field: &'static str,
        /// Why.
        reason: NameError,
    },
    /// A field that is no column of a table of flow logs.
    #[error("a table of flow logs has no column {0}; the query counts the records itself")]
    Count(&'static str),
    /// A field that is there anyway.
    #[error(
        "{0} is in every table; columns that only some have are account-id, pkt-srcaddr, pkt-dstaddr, tcp-flags and flow-direction"
    )]
    Basic(&'static str),
}

/// How a column is called in tables and results: `interface_id`.
pub(super) fn usual(field: Field) -> String {
    match field {
        Field::Count => "records".to_owned(),
        field => field.name().replace('-', "_"),
    }
}

impl Columns {
    /// The columns of version 2, and further ones, by their usual or their old names; a name given
    /// by hand comes before these, and says that the column is there.
    ///
    /// # Errors
    /// When a name cannot be one.
    pub fn new(old: bool, with: &[Field], by_hand: &[ColumnName]) -> Result<Self, ColumnsError> {
        if let Some(basic) = with.iter().find(|field| !OPTIONAL.contains(field)) {
            return Err(ColumnsError::Basic(basic.name()));
        }
        let mut columns = BTreeMap::new();
        for &field in BASIC.iter().chain(with) {
            let older = OLD.iter().find(|column| old && column.0 == field);
            let name = older.map_or_else(|| usual(field), |column| column.1.to_owned());
            columns.insert(field, named(field, &name)?);
        }
        for column in by_hand {
            if column.field == Field::Count {
                return Err(ColumnsError::Count(column.field.name()));
            }
            columns.insert(column.field, named(column.field, column.column())?);
        }
        Ok(Self(columns))
    }

    /// Whether the table has the field.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.0.contains_key(&field)
    }

    /// What the column of a field is called.
    pub(super) fn name(&self, field: Field) -> Option<&Identifier> {
        self.0.get(&field)
    }

    /// The columns that a table does not have, of those that are asked for.
    #[must_use]
    pub fn missing(&self, names: &[String]) -> Vec<String> {
        let is_there = |column: &str| names.iter().any(|name| name.eq_ignore_ascii_case(column));
        let columns = self.0.values().map(ToString::to_string);
        columns.filter(|column| !is_there(column)).collect()
    }
}

fn named(field: Field, name: &str) -> Result<Identifier, ColumnsError> {
    name.parse().map_err(|reason| ColumnsError::Name { field: field.name(), reason })
}

/// A table, by its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The database, or schema.
    pub database: DatabaseName,
    /// The table in it.
    pub name: Identifier,
}

impl Table {
    pub(super) fn quoted(&self, dialect: Dialect) -> String {
        let [database, name] = [self.database.to_string(), self.name.to_string()];
        format!("{}.{}", dialect.name(&database), dialect.name(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_usual_and_old_names() {
        let by_hand = ["dstport=ziel", "tcp-flags=flags"].map(|column| column.parse().unwrap());
        let columns = Columns::new(false, &[Field::FlowDirection], &by_hand).unwrap();
        let name = |field| columns.name(field).map(ToString::to_string);
        assert_eq!(name(Field::Interface).as_deref(), Some("interface_id"));
        assert_eq!(name(Field::Dstport).as_deref(), Some("ziel"));
        assert_eq!(name(Field::TcpFlags).as_deref(), Some("flags"));
        assert_eq!(name(Field::FlowDirection).as_deref(), Some("flow_direction"));
        assert!(!columns.has(Field::PktSrcaddr));
        let old = Columns::new(true, &[], &[]).unwrap();
        assert_eq!(old.name(Field::Start).map(ToString::to_string).as_deref(), Some("starttime"));
        assert_eq!(old.name(Field::Protocol).map(ToString::to_string).as_deref(), Some("protocol"));
        let names: Vec<String> = ["INTERFACEID", "protocol"].map(str::to_owned).into();
        assert_eq!(old.missing(&names).len(), 10);
    }

    #[test]
    fn columns_are_checked() {
        let error = |with: &[Field], column: &str| {
            let by_hand: Vec<ColumnName> = column.parse().into_iter().collect();
            Columns::new(false, with, &by_hand).unwrap_err().to_string()
        };
        let name = error(&[], "dstport=port\" FROM x --");
        assert!(name.starts_with("column dstport: 'port\" FROM x --' is no name"), "{name}");
        assert!(error(&[], "count=n").contains("no column count"));
        assert!(error(&[Field::Srcport], "").contains("srcport is in every table"));
    }
}
