//! Port lists: ports and ranges as people write them.
//!
//! Entries stand one a line or separated by commas; a protocol may stand before or after the
//! ports (`443`, `80-86`, `udp/53`, `8000-8100/tcp`); `#` starts a comment. The same grammar serves
//! inputs, forbidden ports and weights.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::problem::ports::{N_PORTS, PortSet, Protocol, ProtocolError, Span};
use crate::problem::quote::quoted;

/// The used ports of each protocol of one interface.
pub type UsedPorts = BTreeMap<Protocol, PortSet>;

/// Ports or a range of them, of one protocol or of none in particular.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Entry {
    /// The protocol that was written beside the ports, if one was.
    pub protocol: Option<Protocol>,
    /// The ports, all below 65,536.
    pub span: Span,
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EntryError {
    /// A number above 65,535.
    #[error("port {0} is out of range; ports are 0 to 65535")]
    PortRange(String),
    /// Text where a port was expected.
    #[error("'{0}' is not a port or a range; write 443, 80-86, udp/53 or 8000-8100/tcp")]
    NotAPort(String),
    /// A range whose end is below its start.
    #[error("range {from}-{to} ends before it starts; write {to}-{from}")]
    Backward {
        /// First number as written.
        from: u32,
        /// Second number as written.
        to: u32,
    },
    /// A protocol without ports, or no protocol at all.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
}

/// An error in a list, with the number of its line, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{line}: {error}")]
pub struct LineError<E: std::error::Error> {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong there.
    pub error: E,
}

fn port(text: &str) -> Result<u32, EntryError> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(EntryError::NotAPort(quoted(text)));
    }
    match text.parse::<u32>() {
        Ok(port) if port < N_PORTS => Ok(port),
        _ => Err(EntryError::PortRange(quoted(text))),
    }
}

fn span(text: &str) -> Result<Span, EntryError> {
    if let Some((from, to)) = text.split_once('-') {
        let whole = |error| match error {
            EntryError::NotAPort(_) => EntryError::NotAPort(quoted(text.trim())),
            other => other,
        };
        let (from, to) = (port(from).map_err(whole)?, port(to).map_err(whole)?);
        Span::new(from, to).map_err(|_| EntryError::Backward { from, to })
    } else {
        port(text).map(Span::single)
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

impl FromStr for Entry {
    type Err = EntryError;

    fn from_str(text: &str) -> Result<Self, EntryError> {
        let text = text.trim();
        let (protocol, ports) = match text.split_once('/') {
            // 53/udp; a protocol may be a number too, and then it stands first.
            Some((ports, protocol)) if starts_with_digit(ports) && !starts_with_digit(protocol) => {
                (Some(protocol.trim().parse()?), ports)
            }
            Some((protocol, ports)) => (Some(protocol.trim().parse()?), ports),
            None => (None, text),
        };
        Ok(Self { protocol, span: span(ports)? })
    }
}

impl Entry {
    /// Whether the entry is about a protocol; one without any is about all.
    #[must_use]
    pub fn is_about(&self, protocol: Protocol) -> bool {
        self.protocol.is_none_or(|wanted| wanted == protocol)
    }

    /// Whether the entry names this port.
    #[must_use]
    pub fn names(&self, protocol: Protocol, port: u16) -> bool {
        self.is_about(protocol) && self.span.contains(port.into())
    }
}

/// The form that parsing reads back: `80`, `80-86` or `udp/53`.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(protocol) = self.protocol {
            write!(f, "{protocol}/")?;
        }
        self.span.fmt(f)
    }
}

impl TryFrom<String> for Entry {
    type Error = EntryError;

    fn try_from(text: String) -> Result<Self, EntryError> {
        text.parse()
    }
}

impl From<Entry> for String {
    fn from(entry: Entry) -> Self {
        entry.to_string()
    }
}

/// A line without its comment and surrounding space.
pub(crate) fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

/// The entries of one line, without its comment.
///
/// # Errors
/// The first entry that is not one.
pub fn parse_line(line: &str) -> Result<Vec<Entry>, EntryError> {
    let line = content(line);
    // A comma at the end is common in lists that were cut from a table.
    let line = line.strip_suffix(',').unwrap_or(line);
    if line.is_empty() {
        return Ok(Vec::new());
    }
    line.split(',').map(str::parse).collect()
}

/// The used ports of a whole list; no protocol means tcp.
///
/// # Errors
/// The first bad entry, with its line.
pub fn parse(text: &str) -> Result<UsedPorts, LineError<EntryError>> {
    let mut used = UsedPorts::new();
    for (i, line) in text.lines().enumerate() {
        let entries = parse_line(line).map_err(|error| LineError { line: i + 1, error })?;
        for entry in entries {
            let protocol = entry.protocol.unwrap_or(Protocol::Tcp);
            used.entry(protocol).or_default().insert_span(entry.span);
        }
    }
    Ok(used)
}

/// A list that [`parse`] reads back, one run a line.
#[must_use]
pub fn print(used: &UsedPorts) -> String {
    let mut text = String::new();
    for (&protocol, ports) in used {
        for run in ports.runs() {
            writeln!(text, "{protocol}/{run}").expect("a string takes everything");
        }
    }
    text
}

/// Whether the first line with content has the form of a list, valid or not.
///
/// Used to tell lists from other files in a folder: `70000` is a bad list, `hello` is none.
#[must_use]
pub fn looks_like_list(text: &str) -> bool {
    let Some(first) = text.lines().map(content).find(|line| !line.is_empty()) else {
        return false;
    };
    first.split(',').all(|entry| {
        let mut sides = entry.trim().split('/');
        let number = |part: &str| {
            let part = part.trim();
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
        };
        let numeric = |part: &str| match part.split_once('-') {
            Some((from, to)) => number(from) && number(to),
            None => number(part),
        };
        let protocol = |part: &str| part.trim().parse::<Protocol>().is_ok();
        match (sides.next(), sides.next(), sides.next()) {
            (Some(ports), None, _) => numeric(ports) || ports.is_empty(),
            (Some(a), Some(b), None) => numeric(a) && protocol(b) || protocol(a) && numeric(b),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Result<String, String> {
        text.parse::<Entry>().map(|e| e.to_string()).map_err(|e| e.to_string())
    }

    #[test]
    fn entries_in_every_form() {
        for (text, printed) in [
            ("443", "443"),
            ("80-86", "80-86"),
            (" 80 - 86 ", "80-86"),
            ("udp/53", "udp/53"),
            ("8000-8100/TCP", "tcp/8000-8100"),
            ("17/53", "udp/53"),
            ("0-65535", "0-65535"),
        ] {
            assert_eq!(entry(text), Ok(printed.to_owned()), "{text}");
        }
    }

    #[test]
    fn errors_say_what_would_be_right() {
        for (text, message) in [
            ("70000", "port 70000 is out of range; ports are 0 to 65535"),
            ("86-80", "range 86-80 ends before it starts; write 80-86"),
            ("icmp/8", "'icmp' is not a protocol with ports; use tcp or udp"),
            ("99999999999", "port 99999999999 is out of range; ports are 0 to 65535"),
            ("-5", "'-5' is not a port or a range; write 443, 80-86, udp/53 or 8000-8100/tcp"),
            ("+80", "'+80' is not a port or a range; write 443, 80-86, udp/53 or 8000-8100/tcp"),
            ("", "'' is not a port or a range; write 443, 80-86, udp/53 or 8000-8100/tcp"),
        ] {
            assert_eq!(entry(text), Err(message.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_list_names_the_line() {
        let error = parse("80 # web\n\n22, x\n").unwrap_err();
        assert!(error.to_string().starts_with("3: 'x' is not a port"));
    }

    #[test]
    fn lists_are_told_from_other_text() {
        for text in ["# c\n80,81", "70000", "udp/53", "80 - 90 # x"] {
            assert!(looks_like_list(text), "{text}");
        }
        for text in
            ["", "# only", "hello", "{\"a\": 1}", "2 123 eni-1 - -", "1.2.3.4", "2024-01-01"]
        {
            assert!(!looks_like_list(text), "{text}");
        }
    }
}
