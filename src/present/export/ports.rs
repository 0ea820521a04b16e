//! Ports with their evidence, for people and for programs.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::logs::evidence::table::time;
use crate::logs::evidence::{Class, InterfaceTraffic, PortTraffic};
use crate::logs::inputs::name;
use crate::problem::number::{counted, duration, grouped};
use crate::problem::zones::Zones;

use super::lines::Lines;
use super::table::table;

/// An interface as JSON.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the traffic, by name")]
pub struct InterfaceRecord {
    pub interface: Option<String>,
    /// The interface's own addresses, as far as they can be told.
    pub addresses: Vec<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub records: u64,
    pub skipdata: u64,
    pub forwarded: u64,
    pub unplaced: u64,
    pub ports: Vec<PortRecord>,
}

/// A port as JSON.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the traffic, by name")]
pub struct PortRecord {
    pub protocol: &'static str,
    pub port: u16,
    pub class: &'static str,
    pub decided_by: &'static str,
    pub endpoints: u64,
    pub flows: u64,
    pub packets: u64,
    pub bytes: u64,
    pub first_seen: Option<String>,
    pub last_seen: Option<String>,
    /// By zone, where zones are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<Vec<OriginRecord>>,
}

/// The records of a port with the addresses of a zone, as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct OriginRecord {
    /// The zone, none for addresses in no zone.
    pub zone: Option<String>,
    /// The family whose rules let them in, or both of them.
    pub family: Option<&'static str>,
    /// Records.
    pub flows: u64,
}

impl InterfaceRecord {
    /// What the records of an interface show; with zones by these.
    #[must_use]
    pub fn new(traffic: &InterfaceTraffic, zones: Option<&Zones>) -> Self {
        let times = traffic.span.times();
        Self {
            interface: traffic.interface.clone(),
            addresses: traffic.addresses.iter().map(ToString::to_string).collect(),
            from: times.map(|(start, _)| time(start)),
            to: times.map(|(_, end)| time(end)),
            records: traffic.span.records,
            skipdata: traffic.span.skipdata,
            forwarded: traffic.forwarded,
            unplaced: traffic.unplaced,
            ports: traffic.ports.iter().map(|port| PortRecord::new(port, zones)).collect(),
        }
    }
}

impl PortRecord {
    /// What the records of a port show; with zones by these.
    #[must_use]
    pub fn new(port: &PortTraffic, zones: Option<&Zones>) -> Self {
        Self {
            protocol: port.protocol.name(),
            port: port.port,
            class: port.class.name(),
            decided_by: port.decided.name(),
            endpoints: port.endpoints,
            flows: port.flows,
            packets: port.packets,
            bytes: port.bytes,
            first_seen: port.first.map(time),
            last_seen: port.last.map(time),
            origins: zones.map(|zones| origins(port, zones)),
        }
    }
}

fn origins(port: &PortTraffic, zones: &Zones) -> Vec<OriginRecord> {
    let known = port.origins().iter().map(|from| OriginRecord {
        zone: Some(zones.zone(from.origin).name().to_owned()),
        family: Some(from.origin.quota.name()),
        flows: from.flows,
    });
    let others = port.others();
    let others = others.map(|o| OriginRecord { zone: None, family: None, flows: o.flows() });
    known.chain(others).collect()
}

const STRING: &str = "a string takes everything";

/// Every interface with its ports. Ports of clients are many and of no use for rules: unless some
/// class is asked for, they are only counted.
#[must_use]
pub fn text(
    interfaces: &[InterfaceTraffic],
    zones: Option<&Zones>,
    all: bool,
    width: Option<usize>,
) -> Vec<u8> {
    let blocks: Vec<String> =
        interfaces.iter().map(|interface| block(interface, zones, all, width)).collect();
    blocks.join("\n").into_bytes()
}

fn block(
    traffic: &InterfaceTraffic,
    zones: Option<&Zones>,
    all: bool,
    width: Option<usize>,
) -> String {
    let bold = Style::new().bold();
    let name = name(None, traffic.interface.as_deref());
    let mut lines = Lines::new(width.unwrap_or(usize::MAX));
    lines.sentence(0, &format!("{name}: {}", facts(traffic)), &name, bold);
    let mut text = lines.into_text();
    let listed = |port: &&PortTraffic| all || port.class != Class::Client;
    let ports = traffic.ports.iter().filter(listed);
    let rows: Vec<Vec<String>> = ports.map(|port| row(port, zones)).collect();
    if !rows.is_empty() {
        let mut head = vec![
            "port",
            "class",
            "decided by",
            "endpoints",
            "flows",
            "packets",
            "bytes",
            "first seen",
            "last seen",
        ];
        head.extend(zones.map(|_| "zones"));
        text += &coloured(&table(&head, &rows, width));
    }
    let hidden = (traffic.ports.len() - rows.len()) as u64;
    if hidden > 0 {
        writeln!(text, " and {} (--class client lists them)", counted(hidden, "client port"))
            .expect(STRING);
    }
    text
}

fn facts(traffic: &InterfaceTraffic) -> String {
    let mut facts: Vec<String> = traffic.addresses.iter().map(ToString::to_string).collect();
    facts.push(counted(traffic.span.records, "record"));
    if let Some((start, end)) = traffic.span.times() {
        facts.push(format!("{} to {} ({})", time(start), time(end), duration(end - start)));
    }
    for (n, what) in [
        (traffic.span.skipdata, "SKIPDATA"),
        (traffic.forwarded, "forwarded"),
        (traffic.unplaced, "without a known side"),
    ] {
        if n > 0 {
            facts.push(format!("{} {what}", grouped(n)));
        }
    }
    facts.join(", ")
}

fn row(port: &PortTraffic, zones: Option<&Zones>) -> Vec<String> {
    let mut row = vec![
        format!("{}/{}", port.protocol, port.port),
        port.class.name().to_owned(),
        port.decided.name().to_owned(),
        endpoints(port.endpoints),
        grouped(port.flows),
        grouped(port.packets),
        grouped(port.bytes),
        port.first.map(time).unwrap_or_default(),
        port.last.map(time).unwrap_or_default(),
    ];
    row.extend(zones.map(|zones| zone_names(port, zones)));
    row
}

/// The number of endpoints; one that is estimated is marked.
fn endpoints(n: u64) -> String {
    let mark = if n < PortTraffic::COUNTED { "" } else { "~" };
    format!("{mark}{}", grouped(n))
}

/// The zones that connect with a port, each once, and a question mark for addresses in none.
fn zone_names(port: &PortTraffic, zones: &Zones) -> String {
    let names = port.origins().iter().map(|from| zones.zone(from.origin).name());
    let mut names: Vec<&str> = names.collect();
    // A zone stands twice where both families connect.
    names.dedup();
    names.extend(port.others().map(|_| "?"));
    names.join(", ")
}

/// Lines of services stand out, whatever their place in the table.
fn coloured(table: &str) -> String {
    let style = AnsiColor::Green.on_default();
    let mut text = String::new();
    for line in table.lines() {
        let is_used = line
            .split_whitespace()
            .nth(1)
            .is_some_and(|class| class.parse().is_ok_and(Class::is_used));
        if is_used {
            writeln!(text, "{style}{line}{style:#}").expect(STRING);
        } else {
            writeln!(text, "{line}").expect(STRING);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_marked() {
        assert_eq!([1, 63, 64, 1_861].map(endpoints), ["1", "63", "~64", "~1,861"]);
    }
}
