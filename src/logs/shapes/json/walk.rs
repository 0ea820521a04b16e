//! The way through a JSON document to its rows.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::logs::flow::Malformed;
use crate::problem::quote::quoted;

use super::reader::RowReader;
use super::row::Row;

/// The results of a query of Logs Insights.
const RESULTS: &str = "results";

/// Names of the lists that hold events or rows.
const LISTS: [&str; 3] = ["events", "logEvents", RESULTS];

/// Whether a name is that of a list of events or rows.
pub(super) fn is_list(name: &[u8]) -> bool {
    LISTS.iter().any(|list| list.as_bytes() == name)
}

/// Takes the rows and messages of documents.
pub(super) struct Events<'a> {
    pub(super) rows: RowReader<'a>,
    row: Row,
}

impl<'a> Events<'a> {
    pub(super) fn new(rows: RowReader<'a>) -> Self {
        Self { rows, row: Row::default() }
    }

    /// Takes the rows of the value that comes next.
    pub(super) fn at(&mut self, place: Place) -> Walk<'_, 'a> {
        Walk { events: self, place }
    }

    fn add_malformed(&mut self) {
        let reason = "neither an event nor an object with fields".to_owned();
        self.rows.add_malformed(Malformed::Other(reason));
    }
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// By itself: a document, or a list of rows.
    Document,
    /// In a list of rows.
    Row,
}

/// What an object says about the list of events in it.
#[derive(Debug, Default)]
struct Envelope {
    has_list: bool,
    has_results: bool,
    /// A message of `CloudWatch` to whom it sends logs.
    is_control: bool,
    /// How a query stands, unless it is complete.
    status: Option<String>,
}

impl Envelope {
    /// Looks at a value beside the list.
    fn look(&mut self, row: &Row) {
        match row.name() {
            "messageType" => self.is_control = row.value() == b"CONTROL_MESSAGE",
            "status" => {
                let status = String::from_utf8_lossy(row.value());
                self.status = (status != "Complete").then(|| quoted(&status));
            }
            _ => {}
        }
    }
}

/// Takes the rows of a value.
pub(super) struct Walk<'e, 'a> {
    events: &'e mut Events<'a>,
    place: Place,
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("events or rows")
    }

    /// A list of rows; within one, a row of pairs as Logs Insights has them.
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let events = self.events;
        if self.place == Place::Document {
            while list.next_element_seed(events.at(Place::Row))?.is_some() {}
            return Ok(());
        }
        events.row.clear();
        while list.next_element_seed(Text::new(&mut events.row, Role::Pair))?.is_some() {}
        events.rows.add(&events.row);
        Ok(())
    }

    /// A row, or an object with a list of them.
    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let events = self.events;
        let mark = events.rows.mark();
        let mut envelope = Envelope::default();
        events.row.clear();
        while object.next_key_seed(Text::new(&mut events.row, Role::Name))?.is_some() {
            if is_list(events.row.name().as_bytes()) {
                envelope.has_list = true;
                envelope.has_results |= events.row.name() == RESULTS;
                object.next_value_seed(events.at(Place::Document))?;
                events.row.clear();
            } else {
                object.next_value_seed(Text::new(&mut events.row, Role::Value))?;
                envelope.look(&events.row);
                events.row.end_cell();
            }
        }
        if envelope.is_control {
            events.rows.forget_malformed(mark);
        } else if !envelope.has_list {
            events.rows.add(&events.row);
        }
        if let Some(status) = envelope.status.filter(|_| envelope.has_results) {
            events.rows.recorder.report.add_note(format!(
                "the query's status is '{status}', so its results are not complete"
            ));
        }
        Ok(())
    }

    fn visit_str<E: Error>(self, message: &str) -> Result<(), E> {
        self.events.rows.add_message(message.as_bytes());
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.events.add_malformed();
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.events.add_malformed();
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.events.add_malformed();
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.events.add_malformed();
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// What a value is to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Name,
    Value,
    /// A cell as Logs Insights has it: `{"field": "srcPort", "value": "443"}`.
    Pair,
    /// Nothing: it is passed over.
    Nothing,
}

/// Writes a value into a row, as text.
struct Text<'r> {
    row: &'r mut Row,
    role: Role,
}

impl<'r> Text<'r> {
    fn new(row: &'r mut Row, role: Role) -> Self {
        Self { row, role }
    }

    fn at(&mut self, role: Role) -> Text<'_> {
        Text { row: self.row, role }
    }

    fn set_number(self, number: impl fmt::Display) {
        if self.role == Role::Value {
            self.row.set_number(number);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        let Self { row, role } = self;
        value.deserialize_any(Text { row, role })?;
        if role == Role::Pair {
            row.end_cell();
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Text<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match self.role {
            Role::Name => self.row.set_name(text),
            Role::Value => self.row.set_value(text.as_bytes()),
            Role::Pair | Role::Nothing => {}
        }
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.set_number(number);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.set_number(number);
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.set_number(number);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.set_number(value);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.role == Role::Value {
            self.row.set_value(b"");
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(self.at(Role::Nothing))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        if self.role != Role::Pair {
            while object.next_key_seed(self.at(Role::Nothing))?.is_some() {
                object.next_value_seed(self.at(Role::Nothing))?;
            }
            return Ok(());
        }
        while let Some(key) = object.next_key::<String>()? {
            let role = match key.as_str() {
                "field" => Role::Name,
                "value" => Role::Value,
                _ => Role::Nothing,
            };
            object.next_value_seed(self.at(role))?;
        }
        Ok(())
    }
}
