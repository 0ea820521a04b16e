//! The table of ports as it is written.

use std::io;
use std::time::{Duration, UNIX_EPOCH};

use rayon::prelude::*;

use super::super::traffic::{InterfaceTraffic, PortTraffic};
use crate::problem::zones::Zones;

use super::{COLUMNS, TableRow, ZONE_COLUMNS};

/// The rows of what interfaces show.
pub fn rows_of(interfaces: &[InterfaceTraffic]) -> impl Iterator<Item = TableRow> {
    interfaces.iter().flat_map(|interface| {
        interface.ports.iter().map(|port| TableRow {
            interface: interface.interface.clone(),
            protocol: port.protocol,
            port: port.port,
            class: port.class,
        })
    })
}

/// Writes the table of what interfaces show; with zones it has a row for each zone of a port.
///
/// # Errors
/// Those of the writer.
pub fn write_csv(
    interfaces: &[InterfaceTraffic],
    zones: Option<&Zones>,
    mut out: impl io::Write,
) -> io::Result<()> {
    /// Interfaces whose rows are in memory as text at the same time.
    const AT_ONCE: usize = 64;
    let of_zones = if zones.is_some() { &ZONE_COLUMNS[..] } else { &[] };
    writeln!(out, "{}", [&COLUMNS[..], of_zones].concat().join(","))?;
    for part in interfaces.chunks(AT_ONCE) {
        let texts: Vec<csv::Result<Vec<u8>>> =
            part.par_iter().map(|interface| rows_as_csv(interface, zones)).collect();
        for text in texts {
            out.write_all(&text?)?;
        }
    }
    out.flush()
}

/// Writes the rows of an interface.
struct Writer<'a> {
    interface: &'a str,
    csv: csv::Writer<Vec<u8>>,
}

impl Writer<'_> {
    /// A row, of all records of a port or of those of a zone, with the zone and the family.
    fn row(
        &mut self,
        port: &PortTraffic,
        flows: u64,
        from: Option<(&str, &str)>,
    ) -> csv::Result<()> {
        let names = (port.protocol.name(), port.port, port.class.name(), port.decided.name());
        let counts = (port.endpoints, flows, port.packets, port.bytes);
        let times = (port.first.map(time), port.last.map(time));
        match from {
            Some(from) => self.csv.serialize((self.interface, names, counts, times, from)),
            None => self.csv.serialize((self.interface, names, counts, times)),
        }
    }
}

fn rows_as_csv(interface: &InterfaceTraffic, zones: Option<&Zones>) -> csv::Result<Vec<u8>> {
    let csv = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let name = interface.interface.as_deref().unwrap_or("-");
    let mut writer = Writer { interface: name, csv };
    for port in &interface.ports {
        let Some(zones) = zones else {
            writer.row(port, port.flows, None)?;
            continue;
        };
        for from in port.origins() {
            let name = zones.zone(from.origin).name();
            writer.row(port, from.flows, Some((name, from.origin.quota.name())))?;
        }
        if let Some(others) = port.others() {
            writer.row(port, others.flows(), Some(("", "")))?;
        }
    }
    writer.csv.into_inner().map_err(|error| error.into_error().into())
}

/// A time as people and programs read it: `2026-01-05T00:10:00Z`.
#[must_use]
pub fn time(seconds: u32) -> String {
    let time = UNIX_EPOCH + Duration::from_secs(seconds.into());
    humantime::format_rfc3339_seconds(time).to_string()
}
