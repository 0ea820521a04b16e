//! Address lists: IPv4 addresses, CIDRs and ranges as people write them.
//!
//! Entries stand one a line or separated by commas (`10.0.0.1`, `10.1.0.0/16`,
//! `10.0.0.1-10.0.0.9`); `#` starts a comment. An address list is an instance whose points are
//! addresses: rules are ranges of them, and an open address is one that no entry names.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use thiserror::Error;

use crate::problem::port_list::{LineError, content};
use crate::problem::ports::Span;
use crate::problem::quote::quoted;

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Text where an address was expected.
    #[error("'{0}' is not an IPv4 address; write 10.0.0.1, 10.1.0.0/16 or 10.0.0.1-10.0.0.9")]
    NotAnAddress(String),
    /// A CIDR whose address is not the first of its network.
    #[error("{cidr} has host bits; write {network}")]
    HostBits {
        /// As written.
        cidr: Ipv4Net,
        /// The network that it is in.
        network: Ipv4Net,
    },
    /// A range whose end is below its start.
    #[error("range {from}-{to} ends before it starts; write {to}-{from}")]
    Backward {
        /// First address as written.
        from: Ipv4Addr,
        /// Second address as written.
        to: Ipv4Addr,
    },
}

/// The runs of the addresses of a list: maximal, in order.
///
/// # Errors
/// The first bad line.
pub fn parse(text: &str) -> Result<Vec<Span>, LineError<AddressError>> {
    let mut spans = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let line = content(line);
        let line = line.strip_suffix(',').unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        for text in line.split(',') {
            spans.push(entry(text.trim()).map_err(|error| LineError { line: i + 1, error })?);
        }
    }
    Ok(runs(spans))
}

fn entry(text: &str) -> Result<Span, AddressError> {
    let not = || AddressError::NotAnAddress(quoted(text));
    if text.contains('/') {
        let cidr: Ipv4Net = text.parse().map_err(|_| not())?;
        let network = cidr.trunc();
        if network != cidr {
            return Err(AddressError::HostBits { cidr, network });
        }
        return Span::new(cidr.network().into(), cidr.broadcast().into()).map_err(|_| not());
    }
    if let Some((from, to)) = text.split_once('-') {
        let address = |text: &str| text.trim().parse::<Ipv4Addr>().map_err(|_| not());
        let (from, to) = (address(from)?, address(to)?);
        return Span::new(from.into(), to.into()).map_err(|_| AddressError::Backward { from, to });
    }
    text.parse::<Ipv4Addr>().map(|address| Span::single(address.into())).map_err(|_| not())
}

/// Spans in any order as maximal runs.
#[must_use]
pub fn runs(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    spans.dedup_by(|next, run| {
        let touches = next.from() <= run.to().saturating_add(1);
        if touches && next.to() > run.to() {
            *run = Span::over(*run, *next);
        }
        touches
    });
    spans
}

/// Whether a text is a list of addresses rather than of ports: its first entry is one.
#[must_use]
pub fn looks_like_list(text: &str) -> bool {
    let first = text.lines().map(content).find(|line| !line.is_empty());
    let entries = first.map(|line| line.strip_suffix(',').unwrap_or(line));
    entries.is_some_and(|line| {
        line.split(',').all(|text| {
            let text = text.trim();
            // A bad range or CIDR is an error of a list, so only its first address decides.
            let first = text.split(['/', '-']).next().unwrap_or_default().trim();
            !text.contains(char::is_whitespace) && first.parse::<Ipv4Addr>().is_ok()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(u32, u32)> {
        parse(text).unwrap().iter().map(|run| (run.from(), run.to())).collect()
    }

    #[test]
    fn entries_merge_to_runs() {
        let text =
            "# allow\n10.0.0.4/30, 10.0.0.9\n10.0.0.8,\n\n0.0.0.0-0.0.0.2 # first\n10.0.0.5\n";
        assert_eq!(shown(text), [(0, 2), (0x0a00_0004, 0x0a00_0009)]);
        assert_eq!(shown("0.0.0.0/0\n255.255.255.255"), [(0, u32::MAX)]);
        assert_eq!(
            shown("255.255.255.255,255.255.255.253"),
            [(u32::MAX - 2, u32::MAX - 2), (u32::MAX, u32::MAX)]
        );
    }

    #[test]
    fn errors_say_what_would_be_right() {
        for (text, message) in [
            (
                "10.0.0.256",
                "1: '10.0.0.256' is not an IPv4 address; write 10.0.0.1, 10.1.0.0/16 or 10.0.0.1-10.0.0.9",
            ),
            ("10.0.0.1\n10.0.0.1/8", "2: 10.0.0.1/8 has host bits; write 10.0.0.0/8"),
            (
                "10.0.0.9-10.0.0.1",
                "1: range 10.0.0.9-10.0.0.1 ends before it starts; write 10.0.0.1-10.0.0.9",
            ),
            (
                "10.0.0.0/33",
                "1: '10.0.0.0/33' is not an IPv4 address; write 10.0.0.1, 10.1.0.0/16 or 10.0.0.1-10.0.0.9",
            ),
            (
                "2001:db8::1",
                "1: '2001:db8::1' is not an IPv4 address; write 10.0.0.1, 10.1.0.0/16 or 10.0.0.1-10.0.0.9",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn lists_are_told_from_other_texts() {
        for text in ["10.0.0.1", "# x\n10.0.0.0/8, 10.0.0.1", "10.0.0.1-10.0.0.9", "10.0.0.1/99"] {
            assert!(looks_like_list(text), "{text}");
        }
        for text in
            ["", "443", "10.0.0.1 10.0.0.2 443", "2 123 eni-1 10.0.0.1", "10.0.0", "1.2.3.4:80"]
        {
            assert!(!looks_like_list(text), "{text}");
        }
    }
}
