//! One record of a flow log.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::field::Field;
use super::status::Status;

/// Longest interface or account id that is believed; AWS's own have 21 characters.
const LONGEST_ID: usize = 128;

/// TCP, as the protocol field has it.
pub(super) const TCP: u8 = 6;

/// Which way the traffic of a record goes, seen from the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// To the interface.
    Ingress,
    /// From the interface.
    Egress,
}

/// How much of a record is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Interface, status, protocol, ports and window.
    Ports,
    /// The same, and between which addresses.
    Addresses,
    /// Everything that says who offers a service.
    Evidence,
}

/// A record, whatever the shape in which it came.
///
/// A field that does not apply, or that the log does not have, is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The interface, if the log names it: as it stands there, since a recorder looks at each name
    /// once only, with [`interface_name`].
    pub interface: Option<&'a [u8]>,
    /// The account of the interface, by id.
    pub account: Option<&'a str>,
    /// What became of the traffic.
    pub status: Status,
    /// IANA number of the protocol, for accepted and rejected traffic; tcp where the log has no
    /// such column.
    pub protocol: u8,
    /// Source address: the interface's primary one if it sends.
    pub srcaddr: Option<IpAddr>,
    /// Destination address: the interface's primary one if it receives.
    pub dstaddr: Option<IpAddr>,
    /// Source address in the packets: differs for secondary addresses and forwarded traffic.
    pub pkt_srcaddr: Option<IpAddr>,
    /// Destination address in the packets.
    pub pkt_dstaddr: Option<IpAddr>,
    /// Source port.
    pub srcport: Option<u16>,
    /// Destination port.
    pub dstport: Option<u16>,
    /// Packets in the window.
    pub packets: Option<u64>,
    /// Bytes in the window, headers of the network layer included.
    pub bytes: Option<u64>,
    /// When the first packet of the window was seen, in seconds since 1970.
    pub start: Option<u32>,
    /// When the last one was, in seconds since 1970.
    pub end: Option<u32>,
    /// The flags of all packets of the window together: FIN 1, SYN 2, RST 4, SYN-ACK 18.
    pub tcp_flags: Option<u8>,
    /// Which way the traffic goes.
    pub direction: Option<Direction>,
    /// How many records this one stands for; 1 unless a query has aggregated them.
    pub count: u32,
}

impl Default for Record<'_> {
    /// An accepted record of which nothing else is known.
    fn default() -> Self {
        Self {
            interface: None,
            account: None,
            status: Status::Accepted,
            protocol: TCP,
            srcaddr: None,
            dstaddr: None,
            pkt_srcaddr: None,
            pkt_dstaddr: None,
            srcport: None,
            dstport: None,
            packets: None,
            bytes: None,
            start: None,
            end: None,
            tcp_flags: None,
            direction: None,
            count: 1,
        }
    }
}

/// Why a line is not a record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Malformed {
    /// More or fewer fields than the format has.
    #[error("{found} fields, the format has {expected}")]
    FieldCount {
        /// Fields of the line.
        found: usize,
        /// Fields of the format.
        expected: usize,
    },
    /// A field whose value is none that it may have.
    #[error("{field} '{value}' is not {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// Its value, shortened.
        value: String,
        /// What it would have to be.
        expected: &'static str,
    },
    /// A line beyond every record's length.
    #[error("the line is longer than {0} bytes")]
    TooLong(usize),
    /// What stands where a record was expected.
    #[error("{0}")]
    Other(String),
}

pub(super) fn wrong(field: Field, value: &[u8], expected: &'static str) -> Malformed {
    const SHOWN: usize = 40;
    let shown = &value[..value.len().min(SHOWN)];
    Malformed::Field { field: field.name(), value: shown.escape_ascii().to_string(), expected }
}

pub(super) fn printable(id: &[u8]) -> Option<&str> {
    let printable = id.len() <= LONGEST_ID && id.iter().all(u8::is_ascii_graphic);
    std::str::from_utf8(id).ok().filter(|_| printable)
}

/// The name of an interface in a record.
///
/// # Errors
/// When it is not printable, or longer than any name.
pub fn interface_name(id: &[u8]) -> Result<&str, Malformed> {
    let expected = "an interface id such as eni-0123456789abcdef0";
    printable(id).ok_or_else(|| wrong(Field::Interface, id, expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::flow::Layout;

    const OK: &str = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 50000 443 6 20 4249 1418530010 1418530070 ACCEPT OK";

    fn parse(line: &str) -> Result<Record<'_>, String> {
        Record::parse(line.as_bytes(), &Layout::default(), Detail::Evidence)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_record_of_the_default_format() {
        let expected = Record {
            interface: Some(b"eni-1"),
            account: Some("123456789012"),
            srcaddr: Some([10, 0, 0, 1].into()),
            dstaddr: Some([10, 0, 0, 2].into()),
            srcport: Some(50_000),
            dstport: Some(443),
            packets: Some(20),
            bytes: Some(4_249),
            start: Some(1_418_530_010),
            end: Some(1_418_530_070),
            ..Record::default()
        };
        assert_eq!(parse(OK), Ok(expected));
        assert_eq!(parse(&OK.replace(' ', "  ")), Ok(expected));
        assert_eq!(parse(&format!("{OK}\r")), Ok(expected));
        let status = |line: &str| parse(line).map(|record| record.status);
        assert_eq!(status(&OK.replace("ACCEPT", "REJECT")), Ok(Status::Rejected));
        assert_eq!(status("2 123456789012 eni-1 - - - - - - - 1 2 - NODATA"), Ok(Status::NoData));
        assert_eq!(
            status("2 123456789012 eni-1 - - - - - - - 1 2 - SKIPDATA"),
            Ok(Status::SkipData)
        );
    }

    #[test]
    fn damage_is_named() {
        for (line, message) in [
            (OK.replace(" 443 ", " 70000 "), "dstport '70000' is not a port, 0 to 65535"),
            (OK.replace(" 443 ", " 44x "), "dstport '44x' is not a port, 0 to 65535"),
            (OK.replace(" 443 ", " -1 "), "dstport '-1' is not a port, 0 to 65535"),
            (OK.replace("10.0.0.1", "10.0.0"), "srcaddr '10.0.0' is not an IPv4 or IPv6 address"),
            (OK.replace(" 20 ", " 2e9 "), "packets '2e9' is not a number of packets"),
            (OK.replace(" 443 ", " 443.5 "), "dstport '443.5' is not a port, 0 to 65535"),
            (
                OK.replace("1418530010", "9999999999"),
                "start '9999999999' is not a time in seconds since 1970",
            ),
            (
                OK.replace("1418530010", "99999999999999"),
                "start '99999999999999' is not a time in seconds since 1970",
            ),
            (OK.replace(" 6 ", " 256 "), "protocol '256' is not a protocol number, 0 to 255"),
            (OK.replace(" 6 ", " - "), "protocol '-' is not a protocol number, 0 to 255"),
            (OK.replace("ACCEPT", "-"), "action '-' is not ACCEPT or REJECT"),
            (OK.replace(" OK", " ok"), "log-status 'ok' is not OK, NODATA or SKIPDATA"),
            (OK.replace(" OK", ""), "13 fields, the format has 14"),
            (format!("{OK} more"), "15 fields, the format has 14"),
        ] {
            assert_eq!(parse(&line), Err(message.to_owned()), "{line}");
        }
    }

    #[test]
    fn numbers_as_tables_write_them() {
        let expected = parse(OK);
        let floats = OK.replace(" 443 6 20 4249 ", " 443.0 6.0 20.0 4249.00 ");
        assert_eq!(parse(&floats.replace("50000", "50000.0")), expected);
        assert_eq!(parse(&OK.replace("1418530010", "1418530010123")), expected);
        assert_eq!(parse(&OK.replace("1418530010", "2014-12-14T04:06:50Z")), expected);
    }

    #[test]
    fn names_are_printable() {
        assert_eq!(interface_name(b"eni-1"), Ok("eni-1"));
        let error = interface_name(b"eni-\x1b[2J").unwrap_err().to_string();
        let expected =
            "interface-id 'eni-\\x1b[2J' is not an interface id such as eni-0123456789abcdef0";
        assert_eq!(error, expected);
        assert!(interface_name(&[b'x'; 129]).is_err());
    }
}
