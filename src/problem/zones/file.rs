//! Zones out of TOML, with the line of everything that can be wrong.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::error::{ZoneError, ZonesError};
use super::fault::{Fault, Place};
use super::spec::ZoneSpec;
use crate::problem::quote::{printable, quoted};

type Key<'i> = Spanned<DeString<'i>>;
type Value<'i> = Spanned<DeValue<'i>>;

/// The lines of a text, by where they end.
struct LineEnds(Vec<usize>);

impl LineEnds {
    fn of(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The line of a place in the text, from 1.
    fn line(&self, span: &Range<usize>) -> usize {
        self.0.partition_point(|&end| end < span.start) + 1
    }

    fn error(&self, span: &Range<usize>, error: ZoneError) -> ZonesError {
        ZonesError { line: self.line(span), error }
    }
}

/// Where the parts of a zone are.
struct ZoneLines {
    name: usize,
    keys: Vec<(String, usize)>,
    cidrs: Vec<usize>,
    addresses: Vec<usize>,
}

/// Where the parts of all zones are.
pub(super) struct Lines(Vec<ZoneLines>);

impl Lines {
    /// The line of each zone's name.
    pub(super) fn names(&self) -> Vec<usize> {
        self.0.iter().map(|zone| zone.name).collect()
    }

    /// An error with its line.
    pub(super) fn place(&self, Fault { zone, place, error }: Fault) -> ZonesError {
        let line = zone.and_then(|i| self.0.get(i)).map_or(1, |zone| match place {
            Place::Name => zone.name,
            Place::Key(key) => {
                let found = zone.keys.iter().find(|(name, _)| name == key);
                found.map_or(zone.name, |&(_, line)| line)
            }
            Place::Cidr(i) => zone.cidrs.get(i).copied().unwrap_or(zone.name),
            Place::Address(i) => zone.addresses.get(i).copied().unwrap_or(zone.name),
        });
        ZonesError { line, error }
    }
}

/// Reads a whole file.
pub(super) fn read(text: &str) -> Result<(Vec<ZoneSpec>, Lines), ZonesError> {
    let ends = LineEnds::of(text);
    let file = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(text.len()..text.len());
        ends.error(&span, ZoneError::Syntax(printable(error.message())))
    })?;
    let mut specs = Vec::new();
    let mut lines = Vec::new();
    for (key, value) in in_order(file.get_ref()) {
        if key.get_ref() != "zones" {
            let error = ZoneError::UnknownTable(quoted(key.get_ref()));
            return Err(ends.error(&key.span(), error));
        }
        for (name, value) in in_order(table(&ends, key, value)?) {
            let (spec, places) = zone(&ends, name, value)?;
            specs.push(spec);
            lines.push(places);
        }
    }
    Ok((specs, Lines(lines)))
}

/// The entries of a table as the file has them; the table itself is sorted by name.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Key<'i>, &'t Value<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

fn zone(
    ends: &LineEnds,
    name: &Key<'_>,
    value: &Value<'_>,
) -> Result<(ZoneSpec, ZoneLines), ZonesError> {
    let mut spec = ZoneSpec { name: name.get_ref().to_string(), ..ZoneSpec::default() };
    let mut lines = ZoneLines {
        name: ends.line(&name.span()),
        keys: Vec::new(),
        cidrs: Vec::new(),
        addresses: Vec::new(),
    };
    for (key, value) in in_order(table(ends, name, value)?) {
        lines.keys.push((key.get_ref().to_string(), ends.line(&key.span())));
        match key.get_ref().as_ref() {
            "any" => spec.any = Some(truth(ends, key, value)?),
            "prefix_list" => spec.prefix_list = Some(string(ends, key, value)?),
            "security_group" => spec.security_group = Some(string(ends, key, value)?),
            "family" => spec.family = Some(string(ends, key, value)?),
            "max_entries" => spec.max_entries = Some(whole(ends, key, value)?),
            "units" => spec.units = Some(whole(ends, key, value)?),
            "weight" => spec.weight = Some(whole(ends, key, value)?),
            "cidrs" => spec.cidrs = Some(strings(ends, key, value, &mut lines.cidrs)?),
            "addresses" => {
                spec.addresses = Some(strings(ends, key, value, &mut lines.addresses)?);
            }
            other => return Err(ends.error(&key.span(), ZoneError::UnknownKey(quoted(other)))),
        }
    }
    Ok((spec, lines))
}

fn wrong_type(ends: &LineEnds, key: &Key<'_>, at: &Value<'_>, takes: &'static str) -> ZonesError {
    ends.error(&at.span(), ZoneError::Type { key: quoted(key.get_ref()), takes })
}

fn table<'t, 'i>(
    ends: &LineEnds,
    key: &Key<'i>,
    value: &'t Value<'i>,
) -> Result<&'t DeTable<'i>, ZonesError> {
    let wrong = || wrong_type(ends, key, value, "a table");
    value.get_ref().as_table().ok_or_else(wrong)
}

fn truth(ends: &LineEnds, key: &Key<'_>, value: &Value<'_>) -> Result<bool, ZonesError> {
    value.get_ref().as_bool().ok_or_else(|| wrong_type(ends, key, value, "true"))
}

fn string(ends: &LineEnds, key: &Key<'_>, value: &Value<'_>) -> Result<String, ZonesError> {
    let wrong = || wrong_type(ends, key, value, "a string");
    value.get_ref().as_str().map(str::to_owned).ok_or_else(wrong)
}

fn whole(ends: &LineEnds, key: &Key<'_>, value: &Value<'_>) -> Result<i64, ZonesError> {
    let number = value.get_ref().as_integer();
    number
        .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok())
        .ok_or_else(|| wrong_type(ends, key, value, "a small whole number"))
}

fn strings(
    ends: &LineEnds,
    key: &Key<'_>,
    value: &Value<'_>,
    lines: &mut Vec<usize>,
) -> Result<Vec<String>, ZonesError> {
    let takes = "a list of strings";
    let list: &DeArray<'_> =
        value.get_ref().as_array().ok_or_else(|| wrong_type(ends, key, value, takes))?;
    let text = |item: &Value<'_>| {
        lines.push(ends.line(&item.span()));
        let wrong = || wrong_type(ends, key, item, takes);
        item.get_ref().as_str().map(str::to_owned).ok_or_else(wrong)
    };
    list.iter().map(text).collect()
}
