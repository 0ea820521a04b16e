//! Names and values as they stand in SQL, so that none can end where it should not.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::problem::quote::quoted;

/// Longest name of a column or a table that Glue has.
const LONGEST: usize = 255;

/// The name of a column or a table: letters, digits and underscores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier(String);

/// The name of a database or catalog, which may have dashes too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseName(String);

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// Not the name of a column or a table.
    #[error("'{0}' is no name of a column or table; use letters, digits and _, at most 255")]
    Identifier(String),
    /// Not the name of a database.
    #[error("'{0}' is no name of a database; use letters, digits, _ and -, at most 255")]
    Database(String),
}

fn is_name(text: &str, is_extra: impl Fn(u8) -> bool) -> bool {
    let is_fit = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || is_extra(b);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_fit)
}

impl FromStr for Identifier {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = is_name(text, |_| false).then(|| Self(text.to_owned()));
        name.ok_or_else(|| NameError::Identifier(quoted(text)))
    }
}

impl FromStr for DatabaseName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = is_name(text, |b| b == b'-').then(|| Self(text.to_owned()));
        name.ok_or_else(|| NameError::Database(quoted(text)))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DatabaseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How names are quoted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// As Athena (Trino), `DuckDB` and the standard do.
    #[default]
    Standard,
    /// As Spark does.
    Spark,
}

impl Dialect {
    /// A name in quotes, so that it may be a reserved word, as `end` is.
    /// <https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html>
    #[must_use]
    pub fn name(self, name: &str) -> String {
        let quote = match self {
            Self::Standard => '"',
            Self::Spark => '`',
        };
        // Names are checked, and quoted as if they were not.
        let doubled = name.replace(quote, &format!("{quote}{quote}"));
        format!("{quote}{doubled}{quote}")
    }
}

/// A value as a string, which is doubled where it has a quote.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_quotes() {
        for name in ["vpc_flow_logs", "2026", "A", &"x".repeat(255)] {
            assert_eq!(name.parse::<Identifier>().unwrap().to_string(), name);
        }
        assert!("my-logs".parse::<DatabaseName>().is_ok());
        let long = "x".repeat(256);
        for name in ["", "a b", "a\"", "a`", "a.b", "a;", "ä", "a\0", "a-b", &long] {
            assert!(name.parse::<Identifier>().is_err(), "{name}");
        }
        for name in ["", "a b", "a\"b", "a.b", &long] {
            assert!(name.parse::<DatabaseName>().is_err(), "{name}");
        }
    }

    #[test]
    fn quotes_are_doubled() {
        assert_eq!(Dialect::Standard.name("a\"b"), "\"a\"\"b\"");
        assert_eq!(Dialect::Spark.name("a`b"), "`a``b`");
        assert_eq!(text("a'b"), "'a''b'");
    }
}
