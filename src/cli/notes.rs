//! What people have to know about flow logs before they trust what comes of them.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use rangecover::logs::evidence::table::time;
use rangecover::logs::evidence::{Class, Decided, InterfaceTraffic, LeftOut, Span, Traffic};
use rangecover::logs::flow::ServicePort;
use rangecover::logs::inputs::{Inputs, Reading, name};
use rangecover::problem::number::{counted, duration, grouped, percent};
use rangecover::problem::ports::{PortSet, Protocol};

use super::output::note;
use super::purpose::Purpose;

/// Interfaces that are named before the rest is only counted.
const NAMED: usize = 3;

/// Says what was read, what of it does not count, and what it covers.
pub(crate) fn report(read: &Inputs, reading: &Reading, purpose: Purpose) {
    if read.lacking > 0 {
        let verb = if read.lacking == 1 { "it lacks" } else { "they lack" };
        let logs = counted(read.lacking, "flow log");
        note(&format!("{logs} left out, because {verb} columns (see above)"));
    }
    if let Some(traffic) = &read.traffic {
        records(traffic);
        left_out(traffic);
        window(traffic);
    } else if read.table_ports.is_empty() {
        return;
    }
    for wanted in &reading.selection.interfaces {
        let present =
            |source: &rangecover::logs::inputs::Source| source.interface.as_ref() == Some(wanted);
        if !read.sources.iter().any(present) && !read.refused.contains(&Some(wanted.clone())) {
            note(&format!("no record of interface {wanted}"));
        }
    }
    if let Some(traffic) = &read.traffic
        && reading.selection.port == ServicePort::Service
    {
        classes(traffic, purpose);
        doubts(traffic);
    }
    overrules(read, reading);
    if purpose == Purpose::Rules {
        zones(read);
    }
}

/// How many ports connections from each zone use.
fn zones(read: &Inputs) {
    let mut used: Vec<(String, u64)> = Vec::new();
    for source in &read.sources {
        let Some(zones) = &source.zones else { continue };
        // A zone has groups for each family, and ports that are used in both count once.
        let mut ports: BTreeMap<(u16, Protocol), PortSet> = BTreeMap::new();
        for (key, more) in &source.used {
            let Some(origin) = key.origin else { continue };
            ports.entry((origin.zone, key.protocol)).or_default().extend(more.runs());
        }
        for (number, zone) in zones.all().iter().enumerate() {
            let of_zone = ports.iter().filter(|((zone, _), _)| usize::from(*zone) == number);
            let n: u64 = of_zone.map(|(_, ports)| u64::from(ports.len())).sum();
            match used.iter_mut().find(|(name, _)| name == zone.name()) {
                Some((_, sum)) => *sum += n,
                None => used.push((zone.name().to_owned(), n)),
            }
        }
    }
    let counts: Vec<String> =
        used.iter().map(|(zone, n)| format!("{zone} {}", counted(*n, "port"))).collect();
    if !counts.is_empty() {
        note(&format!("zones: {}", counts.join(", ")));
    }
}

fn records(traffic: &Traffic) {
    let records = &traffic.report.records;
    note(&format!(
        "{}: {} accepted, {} rejected, {} NODATA, {} SKIPDATA ({}), {} malformed",
        counted(records.read, "flow-log record"),
        grouped(records.accepted),
        grouped(records.rejected),
        grouped(records.nodata),
        grouped(records.skipdata),
        percent(records.skipdata, records.read),
        grouped(records.malformed),
    ));
    for (protocol, &n) in &traffic.report.without_ports {
        note(&format!(
            "{} of protocol {protocol}, whose rules have no ports",
            counted(n, "accepted record"),
        ));
    }
}

fn left_out(traffic: &Traffic) {
    let left_out = traffic.report.left_out;
    let parts: Vec<String> = [
        (left_out.interface, "of other interfaces"),
        (left_out.account, "of other accounts"),
        (left_out.time, "of other times"),
    ]
    .into_iter()
    .filter(|&(n, _)| n > 0)
    .map(|(n, what)| format!("{} {what}", grouped(n)))
    .collect();
    if !parts.is_empty() {
        note(&format!("left out: {}", parts.join(", ")));
    }
}

fn window(traffic: &Traffic) {
    if traffic.interfaces.is_empty() {
        let LeftOut { interface, account, time } = traffic.report.left_out;
        let is_selected = interface + account + time > 0;
        let why = if is_selected { "all records were left out" } else { "no record is valid" };
        note(&format!("no interface is left: {why}"));
        return;
    }
    let mut all = Span::default();
    for interface in &traffic.interfaces {
        all.merge(&interface.span);
    }
    let interfaces = counted(traffic.interfaces.len() as u64, "interface");
    let Some((start, end)) = all.times() else {
        note(&format!("{interfaces}; the records have no times, so what they cover is not known"));
        return;
    };
    let covered = duration(end - start);
    note(&format!("{interfaces}, from {} to {} ({covered})", time(start), time(end)));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    if u64::from(end) > now {
        let late = |i: &&InterfaceTraffic| u64::from(i.span.end) > now && i.span.times().is_some();
        named(traffic, late, "has records of times to come; is a clock wrong?");
    }
}

fn classes(traffic: &Traffic, purpose: Purpose) {
    let mut classes: BTreeMap<Class, u64> = BTreeMap::new();
    for (class, n) in traffic.interfaces.iter().flat_map(InterfaceTraffic::classes) {
        *classes.entry(class).or_default() += n;
    }
    let counts: Vec<String> =
        classes.iter().map(|(class, &n)| format!("{} {class}", grouped(n))).collect();
    if !counts.is_empty() {
        let hint = match purpose {
            Purpose::Rules | Purpose::Audit => " (`rangecover ports` lists them)",
            Purpose::Ports => "",
        };
        note(&format!("ports: {}{hint}", counts.join(", ")));
    }
}

fn doubts(traffic: &Traffic) {
    let pair = |interface: &&InterfaceTraffic| {
        interface.ports.iter().any(|port| port.decided == Decided::OwnAddress)
    };
    named(
        traffic,
        pair,
        "talks with one address only, and either may be its own; ports of this traffic are unknown",
    );
    let unplaced = |interface: &InterfaceTraffic, so: &str| {
        format!(
            "has no address that stands in all of its {}; of {} of them it is not known which \
             port is its own, {so}; a log with flow-direction tells",
            counted(interface.span.records, "record"),
            grouped(interface.unplaced),
        )
    };
    let is_lost = |interface: &InterfaceTraffic| interface.ports.is_empty();
    told(
        traffic,
        |interface| interface.unplaced > 0 && is_lost(interface),
        |interface| unplaced(interface, "and no rule can be derived from them"),
    );
    told(
        traffic,
        |interface| interface.unplaced > 0 && !is_lost(interface),
        |interface| unplaced(interface, "so they count for no port"),
    );
    named(
        traffic,
        |interface| interface.forwarded > 0,
        "forwards traffic, as a gateway does; that traffic uses none of its ports",
    );
}

/// Says something of the interfaces that it holds for.
fn named(traffic: &Traffic, holds: impl Fn(&&InterfaceTraffic) -> bool, text: &str) {
    told(traffic, holds, |_| text.to_owned());
}

/// As [`named`], with words of each interface's own.
fn told(
    traffic: &Traffic,
    holds: impl Fn(&&InterfaceTraffic) -> bool,
    text: impl Fn(&InterfaceTraffic) -> String,
) {
    let mut interfaces = traffic.interfaces.iter().filter(holds);
    for interface in interfaces.by_ref().take(NAMED) {
        note(&format!("{} {}", name(None, interface.interface.as_deref()), text(interface)));
    }
    let more = interfaces.count() as u64;
    if more > 0 {
        note(&format!("{} more of this kind", counted(more, "interface")));
    }
}

fn overrules(read: &Inputs, reading: &Reading) {
    let interfaces = read.traffic.iter().flat_map(|traffic| &traffic.interfaces);
    for entry in reading.judgement.include.iter().chain(&reading.judgement.exclude) {
        let in_logs = interfaces
            .clone()
            .flat_map(|interface| &interface.ports)
            .any(|port| entry.names(port.protocol, port.port));
        let in_tables = read.table_ports.iter().any(|(&protocol, ports)| {
            entry.is_about(protocol)
                && ports.runs().into_iter().any(|run| run.intersection(entry.span).is_some())
        });
        if !in_logs && !in_tables {
            note(&format!("{entry} is overruled, but no port of it has records"));
        }
    }
}
