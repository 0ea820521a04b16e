//! The fields of a flow log, and formats made of them.

use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::str::FromStr;

use super::GenerateError;
use super::network::{ACCOUNT_ID, REGION};
use super::record::{Content, Record, Traffic};

const DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol \
                       packets bytes start end action log-status";
const EXTENDED: &str = "version interface-id srcaddr dstaddr srcport dstport protocol tcp-flags \
                        packets bytes start end action log-status flow-direction";

enum Value<'a> {
    Text(&'a str),
    Number(u64),
    Address(IpAddr),
    Absent,
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Address(address) => address.fmt(f),
            Self::Absent => f.write_str("-"),
        }
    }
}

struct Field {
    name: &'static str,
    /// The format version that brought the field.
    version: u8,
    value: for<'a> fn(&Record<'a>) -> Value<'a>,
}

const fn field(
    name: &'static str,
    version: u8,
    value: for<'a> fn(&Record<'a>) -> Value<'a>,
) -> Field {
    Field { name, version, value }
}

/// A value that only records of traffic have.
fn traffic<'a>(record: &Record<'a>, value: impl FnOnce(&Traffic) -> Value<'a>) -> Value<'a> {
    match &record.content {
        Content::Traffic(traffic) => value(traffic),
        Content::NoData | Content::SkipData => Value::Absent,
    }
}

/// The fields of versions 2 to 5, except `version` itself, which depends on the others
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>).
static FIELDS: &[Field] = &[
    field("account-id", 2, |_| Value::Text(ACCOUNT_ID)),
    field("interface-id", 2, |r| Value::Text(&r.interface.id)),
    field("srcaddr", 2, |r| traffic(r, |t| Value::Address(t.src.address))),
    field("dstaddr", 2, |r| traffic(r, |t| Value::Address(t.dst.address))),
    field("srcport", 2, |r| traffic(r, |t| Value::Number(t.src.port.into()))),
    field("dstport", 2, |r| traffic(r, |t| Value::Number(t.dst.port.into()))),
    field("protocol", 2, |r| traffic(r, |t| Value::Number(t.protocol.into()))),
    field("packets", 2, |r| traffic(r, |t| Value::Number(t.packets.into()))),
    field("bytes", 2, |r| traffic(r, |t| Value::Number(t.bytes.into()))),
    field("start", 2, |r| Value::Number(r.start)),
    field("end", 2, |r| Value::Number(r.end)),
    field("action", 2, |r| {
        traffic(r, |t| Value::Text(if t.accepted { "ACCEPT" } else { "REJECT" }))
    }),
    field("log-status", 2, |r| {
        Value::Text(match r.content {
            Content::Traffic(_) => "OK",
            Content::NoData => "NODATA",
            Content::SkipData => "SKIPDATA",
        })
    }),
    field("vpc-id", 3, |r| Value::Text(&r.interface.vpc_id)),
    field("subnet-id", 3, |r| Value::Text(&r.interface.subnet_id)),
    field("instance-id", 3, |r| Value::Text(&r.interface.instance_id)),
    field("tcp-flags", 3, |r| traffic(r, |t| Value::Number(t.tcp_flags.into()))),
    field("type", 3, |r| traffic(r, |t| Value::Text(family(t)))),
    field("pkt-srcaddr", 3, |r| traffic(r, |t| Value::Address(t.packet_src()))),
    field("pkt-dstaddr", 3, |r| traffic(r, |t| Value::Address(t.packet_dst()))),
    field("region", 4, |_| Value::Text(REGION)),
    field("az-id", 4, |r| Value::Text(r.interface.az_id)),
    field("sublocation-type", 4, |_| Value::Absent),
    field("sublocation-id", 4, |_| Value::Absent),
    field("pkt-src-aws-service", 5, |_| Value::Absent),
    field("pkt-dst-aws-service", 5, |_| Value::Absent),
    field("flow-direction", 5, |r| {
        traffic(r, |t| Value::Text(if t.ingress { "ingress" } else { "egress" }))
    }),
    field("traffic-path", 5, |r| traffic(r, |t| path(t).map_or(Value::Absent, Value::Number))),
];

fn family(traffic: &Traffic) -> &'static str {
    if traffic.src.address.is_ipv6() { "IPv6" } else { "IPv4" }
}

/// The way out, if any: 8 is an internet gateway, 1 another resource in the network.
fn path(traffic: &Traffic) -> Option<u64> {
    match (traffic.ingress, traffic.far_end) {
        (true, _) => None,
        (false, None) => Some(8),
        (false, Some(_)) => Some(1),
    }
}

/// The names of all fields, for messages.
pub(super) fn names() -> String {
    let names = FIELDS.iter().map(|field| field.name);
    let names: Vec<_> = ["version"].into_iter().chain(names).collect();
    names.join(" ")
}

/// The fields of a log, in order.
///
/// Parsed from `default`, `extended` (version 5 with tcp-flags and flow-direction) or the names of
/// fields with spaces between them.
#[derive(Clone)]
pub struct Fields {
    /// `None` stands for `version`.
    columns: Vec<Option<&'static Field>>,
}

impl Default for Fields {
    fn default() -> Self {
        DEFAULT.parse().expect("a valid format")
    }
}

impl FromStr for Fields {
    type Err = GenerateError;

    fn from_str(text: &str) -> Result<Self, GenerateError> {
        let names = match text.trim() {
            "default" => DEFAULT,
            "extended" => EXTENDED,
            names => names,
        };
        let mut columns: Vec<Option<&'static Field>> = Vec::new();
        for (i, name) in names.split_whitespace().enumerate() {
            if names.split_whitespace().take(i).any(|other| other == name) {
                return Err(GenerateError::RepeatedField(name.to_owned()));
            }
            let known = FIELDS.iter().find(|field| field.name == name);
            if known.is_none() && name != "version" {
                return Err(GenerateError::UnknownField(name.to_owned()));
            }
            columns.push(known);
        }
        if columns.is_empty() {
            return Err(GenerateError::NoFields);
        }
        Ok(Self { columns })
    }
}

/// The format as a header names it.
impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, column) in self.columns.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            write!(f, "{space}{}", column.map_or("version", |field| field.name))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fields({self})")
    }
}

impl Fields {
    /// The version that records of this format carry: the highest of its fields.
    fn version(&self) -> u8 {
        let versions = self.columns.iter().flatten().map(|field| field.version);
        versions.max().unwrap_or(2)
    }

    /// Appends a record as a line.
    pub(super) fn push_line(&self, text: &mut String, record: &Record<'_>) {
        for (i, column) in self.columns.iter().enumerate() {
            if i > 0 {
                text.push(' ');
            }
            let value = column.map_or_else(
                || Value::Number(self.version().into()),
                |field| (field.value)(record),
            );
            write!(text, "{value}").expect("a string takes everything");
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_carries_its_highest_version() {
        for (format, version) in [
            ("default", 2),
            ("extended", 5),
            ("version srcport tcp-flags", 3),
            ("region version", 4),
            ("version", 2),
        ] {
            let fields: Fields = format.parse().unwrap();
            assert_eq!(fields.version(), version, "{format}");
            assert_eq!(
                fields.to_string().parse::<Fields>().unwrap().to_string(),
                fields.to_string()
            );
        }
    }

    #[test]
    fn errors_name_the_field() {
        let error = |text: &str| text.parse::<Fields>().unwrap_err().to_string();
        assert!(
            error("version dst-port").starts_with("'dst-port' is not a field of a flow log; use")
        );
        assert_eq!(
            error("version start start"),
            "field 'start' stands twice in the format; name it once"
        );
        assert!(error(" ").starts_with("a format needs a field; use default, extended"));
    }
}
