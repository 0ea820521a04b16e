//! Rows of columns as records.

use std::net::IpAddr;

use crate::logs::evidence::{Interface, Recorder};
use crate::logs::flow::{Detail, Direction, Field, Malformed, Record, Status, Values};

use super::column::{Column, NO_NUMBER};
use super::words::Meaning;

/// Number of fields.
const N_FIELDS: usize = Field::Count as usize + 1;

/// Something unusual about a row: it has to be read as text, where all rules about values are.
struct Odd;

/// The columns of a row group, at the same rows.
pub(super) struct Rows {
    columns: [Option<Column>; N_FIELDS],
    fields: Vec<Field>,
    /// The values of a row as text, in order of `fields`.
    texts: Vec<Vec<u8>>,
    detail: Detail,
}

impl Rows {
    pub(super) fn new(columns: Vec<(Field, Column)>, detail: Detail) -> Self {
        let fields: Vec<Field> = columns.iter().map(|column| column.0).collect();
        let texts = vec![Vec::new(); fields.len()];
        let mut by_field = [const { None }; N_FIELDS];
        for (field, column) in columns {
            by_field[field as usize] = Some(column);
        }
        Self { columns: by_field, fields, texts, detail }
    }

    /// Reads the next `n` rows of all columns.
    pub(super) fn read(&mut self, n: usize) -> parquet::errors::Result<()> {
        self.columns.iter_mut().flatten().try_for_each(|column| column.read(n))
    }

    /// Hands the record of a row to the recorder.
    pub(super) fn add(&mut self, row: usize, recorder: &mut Recorder<'_>) -> Result<(), Malformed> {
        if let Ok(record) = self.record(row) {
            let interface = self.interface(row, recorder)?;
            return recorder.add_of(interface, &record);
        }
        for (field, text) in self.fields.iter().zip(&mut self.texts) {
            text.clear();
            if let Some(column) = &self.columns[*field as usize] {
                column.text(row, text);
            }
        }
        let mut values = Values::default();
        for (field, text) in self.fields.iter().zip(&self.texts) {
            values.set(*field, text);
        }
        recorder.add(&values.record(self.detail)?)
    }

    fn record(&self, row: usize) -> Result<Record<'_>, Odd> {
        let status = self.status(row)?;
        let mut record = Record {
            interface: self.id(Field::Interface, row)?.map(str::as_bytes),
            account: self.id(Field::Account, row)?,
            status,
            srcport: self.number(Field::Srcport, row)?,
            dstport: self.number(Field::Dstport, row)?,
            start: self.number(Field::Start, row)?,
            end: self.number(Field::End, row)?,
            count: self.number(Field::Count, row)?.unwrap_or(1),
            ..Record::default()
        };
        if self.has(Field::Protocol) {
            record.protocol = match self.number(Field::Protocol, row)? {
                None if matches!(status, Status::NoData | Status::SkipData) => 0,
                protocol => protocol.ok_or(Odd)?,
            };
        }
        if self.detail != Detail::Ports {
            record.srcaddr = self.address(Field::Srcaddr, row)?;
            record.dstaddr = self.address(Field::Dstaddr, row)?;
        }
        if self.detail == Detail::Evidence {
            record.pkt_srcaddr = self.address(Field::PktSrcaddr, row)?;
            record.pkt_dstaddr = self.address(Field::PktDstaddr, row)?;
            record.packets = self.number(Field::Packets, row)?;
            record.bytes = self.number(Field::Bytes, row)?;
            record.tcp_flags = self.number(Field::TcpFlags, row)?;
            record.direction = self.direction(row)?;
        }
        Ok(record)
    }

    fn has(&self, field: Field) -> bool {
        self.columns[field as usize].is_some()
    }

    fn number<T: TryFrom<i64>>(&self, field: Field, row: usize) -> Result<Option<T>, Odd> {
        let Some(column) = &self.columns[field as usize] else { return Ok(None) };
        match *column.numbers.get(row).ok_or(Odd)? {
            NO_NUMBER => Ok(None),
            number => T::try_from(number).map(Some).map_err(|_| Odd),
        }
    }

    fn meaning(&self, field: Field, row: usize) -> Result<&Meaning, Odd> {
        match &self.columns[field as usize] {
            Some(column) => column.word(row).map(|word| &word.meaning).ok_or(Odd),
            None => Ok(&Meaning::None),
        }
    }

    fn status(&self, row: usize) -> Result<Status, Odd> {
        let word = |field| match self.meaning(field, row)? {
            Meaning::Status(status) => Ok(*status),
            // A missing column is taken for one that always says so; a missing value is a fault.
            _ if !self.has(field) => Ok(Status::Accepted),
            _ => Err(Odd),
        };
        match word(Field::LogStatus)? {
            Status::Accepted => word(Field::Action),
            status => Ok(status),
        }
    }

    fn id(&self, field: Field, row: usize) -> Result<Option<&str>, Odd> {
        match self.meaning(field, row)? {
            Meaning::None => Ok(None),
            Meaning::Id(id, _) => Ok(Some(id)),
            _ => Err(Odd),
        }
    }

    /// The interface of a row, which is looked up once for each name.
    fn interface(&self, row: usize, recorder: &mut Recorder<'_>) -> Result<Interface, Malformed> {
        let Ok(Meaning::Id(name, known)) = self.meaning(Field::Interface, row) else {
            return recorder.interface(None);
        };
        if let Some(interface) = known.get() {
            return Ok(interface);
        }
        let interface = recorder.interface(Some(name.as_bytes()))?;
        known.set(Some(interface));
        Ok(interface)
    }

    fn address(&self, field: Field, row: usize) -> Result<Option<IpAddr>, Odd> {
        match self.meaning(field, row)? {
            Meaning::None => Ok(None),
            Meaning::Address(address) => Ok(Some(*address)),
            _ => Err(Odd),
        }
    }

    fn direction(&self, row: usize) -> Result<Option<Direction>, Odd> {
        match self.meaning(Field::FlowDirection, row)? {
            Meaning::None => Ok(None),
            Meaning::Direction(direction) => Ok(Some(*direction)),
            _ => Err(Odd),
        }
    }
}
