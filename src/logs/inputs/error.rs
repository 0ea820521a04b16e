//! Why inputs could not be read.

use std::io;

use thiserror::Error;

use crate::logs::evidence::LogReport;
use crate::logs::evidence::table::TableError;
use crate::logs::flow::LayoutError;
use crate::logs::shapes::Fault;
use crate::problem::address_list::AddressError;
use crate::problem::port_list::{EntryError, LineError};

use super::unzoned::Unzoned;

/// An input that could not be read.
#[derive(Debug, Error)]
#[error("{input}{separator}{reason}", separator = if matches!(reason, Reason::Entry(_) | Reason::Address(_) | Reason::Table(_)) { ":" } else { ": " })]
pub struct InputError {
    /// The input.
    pub input: String,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with an input.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say what the cases are")]
pub enum Reason {
    #[error("{0}")]
    Open(io::Error),
    #[error("{error}, and {}", not_ports(.as_ports.as_ref()))]
    Missing { error: io::Error, as_ports: Option<EntryError> },
    #[error("{0}; the file is damaged or cut off")]
    Read(io::Error),
    #[error(transparent)]
    Log(Fault),
    #[error("matches no file")]
    NoMatch,
    #[error("not a pattern: {0}")]
    Pattern(#[from] glob::PatternError),
    #[error("no port and no record in it")]
    Empty,
    #[error("none of its records is valid; {}", first_malformed(.0))]
    AllMalformed(Box<LogReport>),
    #[error(
        "neither a port list (such as 443 or 80-86) nor an address list (such as 10.0.0.0/8) nor a flow log; its first line is '{0}'. A flow log without a header line needs --log-format"
    )]
    Unknown(String),
    #[error(
        "neither a port list (such as 443 or 80-86) nor an address list (such as 10.0.0.0/8) nor a flow log; its first line is '{0}'. None of its first lines is a record in the fields of --log-format; --input-format text reads it all the same"
    )]
    Unfit(String),
    #[error("binary, so neither a list nor a flow log")]
    Binary,
    #[error("{0}")]
    Entry(#[from] LineError<EntryError>),
    #[error("{0}")]
    Address(#[from] LineError<AddressError>),
    #[error("{0}; by its header the file is taken for a table of ports")]
    Table(#[from] LineError<TableError>),
    #[error("not a flow log but a list or a table of ports")]
    NoLog,
    #[error("not UTF-8, so not a list or table of ports")]
    NotText,
    #[error(transparent)]
    Layout(#[from] LayoutError),
    #[error(
        "{0} does not say who connects, which --zones needs; give a flow log, or a table of ports with the columns zone and family"
    )]
    NoSources(&'static str),
    #[error("{0}; add a zone that they are in, or pass --other-sources ignore, any or list")]
    Unzoned(Box<Unzoned>),
    #[error(
        "{0}: too many to list each as a source, which takes a unit of the budget; add a zone that they are in, or pass --other-sources ignore or any"
    )]
    TooMany(Box<Unzoned>),
    #[error(
        "{0}: a table does not say which, so they cannot be listed; add a zone to these rows, or pass --other-sources ignore or any"
    )]
    NotNamed(Box<Unzoned>),
}

/// Why the name of a missing file is not taken for ports.
fn not_ports(error: Option<&EntryError>) -> String {
    error.map_or_else(|| "not ports such as 443,8000-8100,udp/53".to_owned(), ToString::to_string)
}

fn first_malformed(report: &LogReport) -> String {
    let first = report.malformed.first();
    first.map_or(String::new(), |first| format!("line {}: {}", first.line, first.reason))
}

impl Reason {
    /// Whether the input could be read, and only where connections come from is not known.
    #[must_use]
    pub fn is_about_sources(&self) -> bool {
        matches!(self, Self::Unzoned(_) | Self::TooMany(_) | Self::NotNamed(_))
    }

    pub(super) fn at(self, input: &str) -> InputError {
        InputError { input: input.to_owned(), reason: self }
    }
}
