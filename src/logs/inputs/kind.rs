//! What a file is, told by its content.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::logs::evidence::table;
use crate::logs::shapes::{Format, SHAPES, Shape, shape};
use crate::problem::address_list;
use crate::problem::port_list;
use crate::problem::quote::quoted;

use super::Reason;

/// The kinds of input.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum InputFormat {
    /// A list of ports and ranges.
    Ports,
    /// A list of IPv4 addresses, CIDRs and ranges.
    Addresses,
    /// The table of ports with evidence that `rangecover ports` writes as CSV.
    Table,
    /// A VPC flow log.
    Log(&'static dyn Shape),
}

impl InputFormat {
    /// All kinds, flow logs in the order in which they are tried.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Ports, Self::Addresses, Self::Table]
            .into_iter()
            .chain(SHAPES.iter().map(|&shape| Self::Log(shape)))
    }

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ports => "ports",
            Self::Addresses => "addresses",
            Self::Table => "table",
            Self::Log(shape) => shape.name(),
        }
    }

    /// What it is, in a line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Ports => "a list of ports and ranges",
            Self::Addresses => "a list of IPv4 addresses, CIDRs and ranges",
            Self::Table => "ports with evidence, as `rangecover ports --format csv` writes them",
            Self::Log(shape) => shape.about(),
        }
    }
}

impl fmt::Display for InputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for InputFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for InputFormat {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for InputFormat {}

/// A word that is no kind of input.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is not a kind of input; use {known}", known = known())]
pub struct InputFormatError(String);

fn known() -> String {
    InputFormat::all().map(InputFormat::name).collect::<Vec<_>>().join(", ")
}

impl FromStr for InputFormat {
    type Err = InputFormatError;

    fn from_str(text: &str) -> Result<Self, InputFormatError> {
        match text {
            "ports" => Ok(Self::Ports),
            "addresses" => Ok(Self::Addresses),
            "table" => Ok(Self::Table),
            // The first version's name for text.
            "flow-log" => {
                shape("text").map(Self::Log).ok_or_else(|| InputFormatError(quoted(text)))
            }
            _ => shape(text).map(Self::Log).ok_or_else(|| InputFormatError(quoted(text))),
        }
    }
}

impl TryFrom<String> for InputFormat {
    type Error = InputFormatError;

    fn try_from(text: String) -> Result<Self, InputFormatError> {
        text.parse()
    }
}

impl From<InputFormat> for String {
    fn from(format: InputFormat) -> Self {
        format.name().to_owned()
    }
}

/// Whether bytes are no text of any kind: a zero, or more than a tenth of what no text has. UTF-16
/// has zeros as well, but begins with its mark.
fn is_binary(head: &[u8]) -> bool {
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return false;
    }
    let text = String::from_utf8_lossy(head);
    let is_odd = |c: char| c == char::REPLACEMENT_CHARACTER || c.is_control() && !c.is_whitespace();
    let n_odd = text.chars().filter(|&c| is_odd(c)).count();
    head.contains(&0) || n_odd * 10 > text.chars().count()
}

/// Tells what a file is from its first bytes.
pub(super) fn recognise(
    head: &[u8],
    forced: Option<InputFormat>,
    format: &Format,
) -> Result<InputFormat, Reason> {
    if head.trim_ascii().is_empty() {
        return Err(Reason::Empty);
    }
    if let Some(forced) = forced {
        return Ok(forced);
    }
    let text = String::from_utf8_lossy(head);
    // Empty rows of a spreadsheet could begin a list, so tables come first.
    if table::looks_like_table(&text) {
        return Ok(InputFormat::Table);
    }
    if port_list::looks_like_list(&text) {
        return Ok(InputFormat::Ports);
    }
    if address_list::looks_like_list(&text) {
        return Ok(InputFormat::Addresses);
    }
    if let Some(&shape) = SHAPES.iter().find(|shape| shape.recognises(head, format)) {
        return Ok(InputFormat::Log(shape));
    }
    if text.lines().all(|line| port_list::content(line).is_empty()) {
        return Err(Reason::Empty);
    }
    if is_binary(head) {
        return Err(Reason::Binary);
    }
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    let first = quoted(first.unwrap_or_default());
    Err(match format.log_format {
        Some(_) => Reason::Unfit(first),
        None => Reason::Unknown(first),
    })
}
