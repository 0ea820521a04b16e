//! One record of a flow log.

use thiserror::Error;

use super::layout::Layout;

/// Longest interface id that is believed; AWS's own have 21 characters.
const LONGEST_INTERFACE: usize = 128;

/// What became of the traffic of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Security group and network ACL allowed it.
    Accepted,
    /// One of the two refused it.
    Rejected,
    /// There was no traffic in the window.
    NoData,
    /// Records were lost.
    SkipData,
}

/// The fields of a record that decide about used ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The interface, if the log names it.
    pub interface: Option<&'a str>,
    /// What became of the traffic.
    pub status: Status,
    /// IANA number of the protocol, for accepted and rejected traffic; tcp where the log has no
    /// such column.
    pub protocol: u8,
    /// Source port, where the field applies.
    pub srcport: Option<u16>,
    /// Destination port, where the field applies.
    pub dstport: Option<u16>,
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
}

fn wrong(field: &'static str, value: &[u8], expected: &'static str) -> Malformed {
    const SHOWN: usize = 40;
    let shown = &value[..value.len().min(SHOWN)];
    Malformed::Field { field, value: shown.escape_ascii().to_string(), expected }
}

/// A decimal number without sign; `-` where the field does not apply.
fn number<T: TryFrom<u32>>(
    field: &'static str,
    value: &[u8],
    expected: &'static str,
) -> Result<Option<T>, Malformed> {
    if value == b"-" {
        return Ok(None);
    }
    let digits = value.iter().try_fold(0_u32, |sum, &b| {
        let digit = b.is_ascii_digit().then(|| u32::from(b - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    });
    let number = digits.and_then(|n| T::try_from(n).ok()).map(Some);
    number.ok_or_else(|| wrong(field, value, expected))
}

impl<'a> Record<'a> {
    /// The record in a line, fields separated by white space.
    ///
    /// # Errors
    /// When the line has another number of fields than the layout, or a field that matters has a
    /// value that it cannot have.
    pub fn parse(line: &'a [u8], layout: &Layout) -> Result<Self, Malformed> {
        let mut interface: &[u8] = b"-";
        let mut srcport: &[u8] = b"-";
        let mut dstport: &[u8] = b"-";
        let mut protocol: &[u8] = b"6";
        let mut action: &[u8] = b"ACCEPT";
        let mut log_status: &[u8] = b"OK";
        let mut found = 0;
        let fields = line.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty());
        for field in fields {
            for (column, value) in [
                (layout.interface, &mut interface),
                (layout.srcport, &mut srcport),
                (layout.dstport, &mut dstport),
                (layout.protocol, &mut protocol),
                (layout.action, &mut action),
                (layout.log_status, &mut log_status),
            ] {
                if column == Some(found) {
                    *value = field;
                }
            }
            found += 1;
        }
        if found != layout.n_fields {
            return Err(Malformed::FieldCount { found, expected: layout.n_fields });
        }
        let status = status(log_status, action)?;
        let carries_traffic = matches!(status, Status::Accepted | Status::Rejected);
        let protocol = number("protocol", protocol, "a protocol number, 0 to 255")?;
        let port = "a port, 0 to 65535";
        Ok(Self {
            interface: self::interface(interface)?,
            status,
            protocol: match protocol {
                Some(protocol) => protocol,
                None if carries_traffic => {
                    return Err(wrong("protocol", b"-", "a protocol number, 0 to 255"));
                }
                None => 0,
            },
            srcport: number("srcport", srcport, port)?,
            dstport: number("dstport", dstport, port)?,
        })
    }
}

fn status(log_status: &[u8], action: &[u8]) -> Result<Status, Malformed> {
    match (log_status, action) {
        (b"NODATA", _) => Ok(Status::NoData),
        (b"SKIPDATA", _) => Ok(Status::SkipData),
        (b"OK", b"ACCEPT") => Ok(Status::Accepted),
        (b"OK", b"REJECT") => Ok(Status::Rejected),
        (b"OK", _) => Err(wrong("action", action, "ACCEPT or REJECT")),
        _ => Err(wrong("log-status", log_status, "OK, NODATA or SKIPDATA")),
    }
}

fn interface(id: &[u8]) -> Result<Option<&str>, Malformed> {
    let printable = id.len() <= LONGEST_INTERFACE && id.iter().all(u8::is_ascii_graphic);
    match std::str::from_utf8(id) {
        Ok("-") => Ok(None),
        Ok(id) if printable => Ok(Some(id)),
        _ => Err(wrong("interface-id", id, "an interface id such as eni-0123456789abcdef0")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: &str = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 50000 443 6 20 4249 1418530010 1418530070 ACCEPT OK";

    fn parse(line: &str) -> Result<Record<'_>, String> {
        Record::parse(line.as_bytes(), &Layout::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_record_of_the_default_format() {
        let expected = Record {
            interface: Some("eni-1"),
            status: Status::Accepted,
            protocol: 6,
            srcport: Some(50_000),
            dstport: Some(443),
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
            (OK.replace(" 6 ", " 256 "), "protocol '256' is not a protocol number, 0 to 255"),
            (OK.replace(" 6 ", " - "), "protocol '-' is not a protocol number, 0 to 255"),
            (OK.replace("ACCEPT", "-"), "action '-' is not ACCEPT or REJECT"),
            (OK.replace(" OK", " ok"), "log-status 'ok' is not OK, NODATA or SKIPDATA"),
            (OK.replace(" OK", ""), "13 fields, the format has 14"),
            (format!("{OK} more"), "15 fields, the format has 14"),
            (
                OK.replace("eni-1", "eni-\u{1b}[2J"),
                "interface-id 'eni-\\x1b[2J' is not an interface id such as eni-0123456789abcdef0",
            ),
        ] {
            assert_eq!(parse(&line), Err(message.to_owned()), "{line}");
        }
    }
}
