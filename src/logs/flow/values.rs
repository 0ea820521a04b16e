//! The values of a record's fields, and the record that they make.

use std::net::IpAddr;

use super::field::{Field, N_FIELDS};
use super::record::{Detail, Direction, Malformed, Record, TCP, printable, wrong};
use super::status::Status;
use super::{address, number};

const UDP: u8 = 17;
const ICMP: u8 = 1;

/// The values of a record's fields as text.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a>([&'a [u8]; N_FIELDS]);

/// The value of a column that the log does not have.
const ABSENT: &[u8] = b"";
/// The value of a field that does not apply.
const NONE: &[u8] = b"-";

impl Default for Values<'_> {
    fn default() -> Self {
        Self([ABSENT; N_FIELDS])
    }
}

impl<'a> Values<'a> {
    /// Sets a field; no text at all means that the field does not apply.
    pub fn set(&mut self, field: Field, value: &'a [u8]) {
        self.0[field as usize] = if value.is_empty() { NONE } else { value };
    }

    fn get(&self, field: Field) -> &'a [u8] {
        self.0[field as usize]
    }

    /// The record that these values make.
    ///
    /// # Errors
    /// When a field that is read has a value that it cannot have.
    pub fn record(&self, detail: Detail) -> Result<Record<'a>, Malformed> {
        let status = self.status()?;
        let mut record = Record {
            interface: Some(self.get(Field::Interface)).filter(|id| !matches!(*id, NONE | ABSENT)),
            account: self.id(Field::Account, "an account id of 12 digits")?,
            status,
            protocol: self.protocol(status)?,
            srcport: self.number(Field::Srcport, "a port, 0 to 65535")?,
            dstport: self.number(Field::Dstport, "a port, 0 to 65535")?,
            start: self.time(Field::Start)?,
            end: self.time(Field::End)?,
            count: self.number(Field::Count, "a number of records")?.unwrap_or(1),
            ..Record::default()
        };
        if detail != Detail::Ports {
            record.srcaddr = self.address(Field::Srcaddr)?;
            record.dstaddr = self.address(Field::Dstaddr)?;
        }
        if detail == Detail::Evidence {
            record.pkt_srcaddr = self.address(Field::PktSrcaddr)?;
            record.pkt_dstaddr = self.address(Field::PktDstaddr)?;
            record.packets = self.number(Field::Packets, "a number of packets")?;
            record.bytes = self.number(Field::Bytes, "a number of bytes")?;
            record.tcp_flags = self.number(Field::TcpFlags, "a bitmask, 0 to 255")?;
            record.direction = self.direction()?;
        }
        Ok(record)
    }

    /// A whole number without sign; none where the field does not apply.
    fn number<T: TryFrom<u64>>(
        &self,
        field: Field,
        expected: &'static str,
    ) -> Result<Option<T>, Malformed> {
        let value = self.get(field);
        if value == NONE || value == ABSENT {
            return Ok(None);
        }
        let number = number::whole(value).and_then(|n| T::try_from(n).ok()).map(Some);
        number.ok_or_else(|| wrong(field, value, expected))
    }

    fn time(&self, field: Field) -> Result<Option<u32>, Malformed> {
        let value = self.get(field);
        if value == NONE || value == ABSENT {
            return Ok(None);
        }
        let time = number::time(value).map(Some);
        time.ok_or_else(|| wrong(field, value, "a time in seconds since 1970"))
    }

    fn address(&self, field: Field) -> Result<Option<IpAddr>, Malformed> {
        match self.get(field) {
            ABSENT | NONE => Ok(None),
            text => address::parse(text)
                .map(Some)
                .ok_or_else(|| wrong(field, text, "an IPv4 or IPv6 address")),
        }
    }

    fn direction(&self) -> Result<Option<Direction>, Malformed> {
        match self.get(Field::FlowDirection) {
            ABSENT | NONE => Ok(None),
            b"ingress" => Ok(Some(Direction::Ingress)),
            b"egress" => Ok(Some(Direction::Egress)),
            other => Err(wrong(Field::FlowDirection, other, "ingress or egress")),
        }
    }

    fn protocol(&self, status: Status) -> Result<u8, Malformed> {
        let expected = "a protocol number, 0 to 255";
        match self.get(Field::Protocol) {
            ABSENT => Ok(TCP),
            NONE if matches!(status, Status::NoData | Status::SkipData) => Ok(0),
            NONE => Err(wrong(Field::Protocol, NONE, expected)),
            name if name.eq_ignore_ascii_case(b"tcp") => Ok(TCP),
            name if name.eq_ignore_ascii_case(b"udp") => Ok(UDP),
            name if name.eq_ignore_ascii_case(b"icmp") => Ok(ICMP),
            _ => self.number(Field::Protocol, expected).map(Option::unwrap_or_default),
        }
    }

    fn status(&self) -> Result<Status, Malformed> {
        match (self.get(Field::LogStatus), self.get(Field::Action)) {
            (b"OK" | ABSENT, b"ACCEPT" | ABSENT) => Ok(Status::Accepted),
            (b"OK" | ABSENT, b"REJECT") => Ok(Status::Rejected),
            (b"NODATA", _) => Ok(Status::NoData),
            (b"SKIPDATA", _) => Ok(Status::SkipData),
            (b"OK" | ABSENT, action) => Err(wrong(Field::Action, action, "ACCEPT or REJECT")),
            (status, _) => Err(wrong(Field::LogStatus, status, "OK, NODATA or SKIPDATA")),
        }
    }

    fn id(&self, field: Field, expected: &'static str) -> Result<Option<&'a str>, Malformed> {
        match self.get(field) {
            NONE | ABSENT => Ok(None),
            id => printable(id).map(Some).ok_or_else(|| wrong(field, id, expected)),
        }
    }
}
