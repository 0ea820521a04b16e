//! Where records of all files and threads come together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use rayon::prelude::*;

use crate::logs::flow::{
    Detail, Malformed, Needs, Record, Selection, ServicePort, Status, interface_name,
};
use crate::problem::ports::Protocol;
use crate::problem::zones::Zones;

use super::judge::Judgement;
use super::local_port::LocalPort;
use super::log_report::LogReport;
use super::node::Node;
use super::shards::{Batches, Row, Shards};
use super::sighting::{Sighting, bits};
use super::tally::{Contact, Contacts, Count, Tally};
use super::traffic::{InterfaceTraffic, Span};

/// The name of records without an interface, as in the log.
const NO_INTERFACE: &str = "-";

/// Takes each record that is selected, from several threads.
pub type Sink = dyn Fn(&Record<'_>) + Send + Sync;

/// The records of many files, kept as sums by interface and port.
///
/// All sums are commutative, so neither the order of records nor the number of threads matters.
pub struct Ledger {
    selection: Selection,
    /// Who gets the records instead of the sums.
    sink: Option<Arc<Sink>>,
    names: Mutex<Names>,
    zones: Option<Arc<Zones>>,
    tallies: Shards<Tally>,
    contacts: Shards<Contacts>,
    nodes: Shards<Node>,
    /// What recorders leave behind, for the next one.
    desks: Mutex<Vec<Desk>>,
}

/// Interfaces by number.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<Box<str>, Interface, RandomState>,
    n_selected: u32,
}

/// An interface of one ledger, by number; none if it is not selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interface(Option<u32>);

/// What one thread keeps to itself.
#[derive(Debug, Default)]
struct Desk {
    names: HashMap<Box<[u8]>, Interface, RandomState>,
    tallies: Batches<Tally>,
    contacts: Batches<Contacts>,
    nodes: Batches<Node>,
    /// By number of the interface.
    spans: Vec<Span>,
}

/// Takes records, on one thread.
pub struct Recorder<'l> {
    ledger: &'l Ledger,
    desk: Desk,
    /// What there is to say about the records so far.
    pub report: LogReport,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ledger {
    /// An empty ledger of the records that are selected.
    #[must_use]
    pub fn new(selection: Selection) -> Self {
        Self::with_zones(selection, None)
    }

    /// The same, that also tells by zone where the connections of each port come from.
    #[must_use]
    pub fn with_zones(selection: Selection, zones: Option<Arc<Zones>>) -> Self {
        Self {
            selection,
            sink: None,
            names: Mutex::default(),
            tallies: Shards::new(None),
            contacts: Shards::new(zones.clone()),
            nodes: Shards::new(zones.clone()),
            zones,
            desks: Mutex::default(),
        }
    }

    /// One that keeps nothing and hands on each record of an interface, account and time that are
    /// selected, whatever became of its traffic.
    #[must_use]
    pub fn sending(selection: Selection, sink: Arc<Sink>) -> Self {
        Self { sink: Some(sink), ..Self::new(selection) }
    }

    /// Which records count.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// What a log has to say.
    #[must_use]
    pub fn needs(&self) -> Needs<'_> {
        Needs { selection: &self.selection, zones: self.zones.is_some() }
    }

    /// How much of each record is needed.
    #[must_use]
    pub fn detail(&self) -> Detail {
        match self.selection.port {
            ServicePort::Service => Detail::Evidence,
            ServicePort::Dst | ServicePort::Src if self.zones.is_some() => Detail::Addresses,
            ServicePort::Dst | ServicePort::Src => Detail::Ports,
        }
    }

    /// Something that takes records; as many as there are threads may be in use.
    #[must_use]
    pub fn recorder(&self) -> Recorder<'_> {
        let desk = locked(&self.desks).pop().unwrap_or_default();
        Recorder { ledger: self, desk, report: LogReport::default() }
    }

    /// What all records show of each interface, in order of its name.
    #[must_use]
    pub fn finish(self, judgement: &Judgement) -> Vec<InterfaceTraffic> {
        let desks = self.desks.into_inner().unwrap_or_else(PoisonError::into_inner);
        let names = self.names.into_inner().unwrap_or_else(PoisonError::into_inner);
        let n = names.n_selected as usize;
        let mut spans = vec![Span::default(); n];
        for mut desk in desks {
            self.tallies.flush(&mut desk.tallies);
            self.contacts.flush(&mut desk.contacts);
            self.nodes.flush(&mut desk.nodes);
            for (sum, span) in spans.iter_mut().zip(&desk.spans) {
                sum.merge(span);
            }
        }
        let mut sorted: Vec<(String, usize)> = names
            .numbers
            .into_iter()
            .filter_map(|(name, interface)| Some((name.into_string(), interface.0? as usize)))
            .filter(|&(_, number)| spans[number].records > 0)
            .collect();
        sorted.sort_unstable();
        let port = self.selection.port;
        match (port, self.zones) {
            (ServicePort::Service, _) => shown(sorted, &spans, self.nodes, |name, span, node| {
                InterfaceTraffic::judged(name, span, node, judgement)
            }),
            (_, Some(_)) => shown(sorted, &spans, self.contacts, |name, span, contacts| {
                let counts = contacts.into_iter();
                let counts = counts.map(|(local, from)| (local, from.flows(), Some(from)));
                InterfaceTraffic::counted(name, span, port, counts, judgement)
            }),
            (_, None) => shown(sorted, &spans, self.tallies, |name, span, tally| {
                let counts = tally.into_iter().map(|(local, flows)| (local, flows, None));
                InterfaceTraffic::counted(name, span, port, counts, judgement)
            }),
        }
    }
}

/// What a table shows of interfaces, by name and number.
fn shown<R: Row>(
    interfaces: Vec<(String, usize)>,
    spans: &[Span],
    table: Shards<R>,
    show: impl Fn(Option<String>, Span, R) -> InterfaceTraffic + Sync,
) -> Vec<InterfaceTraffic> {
    let mut rows = table.into_rows(spans.len());
    let rows: Vec<_> = interfaces
        .into_iter()
        .map(|(name, number)| {
            let name = Some(name).filter(|name| name != NO_INTERFACE);
            (name, spans[number], std::mem::take(&mut rows[number]))
        })
        .collect();
    rows.into_par_iter().map(|(name, span, row)| show(name, span, row)).collect()
}

impl Drop for Recorder<'_> {
    fn drop(&mut self) {
        locked(&self.ledger.desks).push(std::mem::take(&mut self.desk));
    }
}

impl Recorder<'_> {
    /// How much of each record is needed.
    #[must_use]
    pub fn detail(&self) -> Detail {
        self.ledger.detail()
    }

    /// What a log has to say.
    #[must_use]
    pub fn needs(&self) -> Needs<'_> {
        self.ledger.needs()
    }

    /// Counts a record, and what it says about a port when it is selected.
    ///
    /// # Errors
    /// When a record of a protocol with ports has none, or with zones no remote address, or its
    /// interface has no printable name.
    pub fn add(&mut self, record: &Record<'_>) -> Result<(), Malformed> {
        let interface = self.interface(record.interface)?;
        self.add_of(interface, record)
    }

    /// The interface of this name, for [`Recorder::add_of`].
    ///
    /// # Errors
    /// When the name is not printable.
    pub fn interface(&mut self, name: Option<&[u8]>) -> Result<Interface, Malformed> {
        self.desk.interface(name, self.ledger)
    }

    /// As [`Recorder::add`], for a reader that knows the interface of the record already.
    ///
    /// # Errors
    /// When a record of a protocol with ports has none, or with zones no remote address.
    pub fn add_of(&mut self, interface: Interface, record: &Record<'_>) -> Result<(), Malformed> {
        let selection = &self.ledger.selection;
        let protocol = Protocol::from_number(record.protocol);
        let traffic = matches!(record.status, Status::Accepted | Status::Rejected);
        if traffic && protocol.is_some() {
            check_ports(record, selection.port)?;
            if self.ledger.zones.is_some() {
                check_addresses(record, selection.port)?;
            }
        }
        self.count(record, protocol);
        let count = u64::from(record.count);
        let left_out = &mut self.report.left_out;
        let Interface(Some(interface)) = interface else {
            left_out.interface += count;
            return Ok(());
        };
        if !selection.takes_account(record.account) {
            left_out.account += count;
            return Ok(());
        }
        if !selection.takes_window(record.start, record.end) {
            left_out.time += count;
            return Ok(());
        }
        if let Some(sink) = &self.ledger.sink {
            sink(record);
            return Ok(());
        }
        self.desk.span(interface).add(record);
        let taken = selection.action.takes(record.status);
        let protocol = protocol.filter(|&protocol| taken && selection.takes_protocol(protocol));
        let (port, remote) = match selection.port {
            ServicePort::Service => {
                if traffic {
                    let sighting = Sighting::new(record, interface, protocol);
                    self.ledger.nodes.add(&mut self.desk.nodes, sighting);
                }
                return Ok(());
            }
            ServicePort::Dst => (record.dstport, record.srcaddr),
            ServicePort::Src => (record.srcport, record.dstaddr),
        };
        if let (Some(protocol), Some(port)) = (protocol, port) {
            let port = LocalPort { protocol, port };
            let count = Count { interface, port, records: record.count };
            if self.ledger.zones.is_some() {
                let contact = Contact { count, remote: remote.map_or(0, bits) };
                self.ledger.contacts.add(&mut self.desk.contacts, contact);
            } else {
                self.ledger.tallies.add(&mut self.desk.tallies, count);
            }
        }
        Ok(())
    }

    fn count(&mut self, record: &Record<'_>, protocol: Option<Protocol>) {
        let count = u64::from(record.count);
        let records = &mut self.report.records;
        records.read += count;
        *match record.status {
            Status::Accepted => &mut records.accepted,
            Status::Rejected => &mut records.rejected,
            Status::NoData => &mut records.nodata,
            Status::SkipData => &mut records.skipdata,
        } += count;
        if record.status == Status::Accepted && protocol.is_none() {
            *self.report.without_ports.entry(record.protocol).or_default() += count;
        }
    }
}

fn check_ports(record: &Record<'_>, port: ServicePort) -> Result<(), Malformed> {
    let missing = match port {
        ServicePort::Service | ServicePort::Dst if record.dstport.is_none() => "dstport",
        ServicePort::Service | ServicePort::Src if record.srcport.is_none() => "srcport",
        _ => return Ok(()),
    };
    let expected = "a port, 0 to 65535";
    Err(Malformed::Field { field: missing, value: "-".to_owned(), expected })
}

/// Checks that it can be told from which zone a record is.
fn check_addresses(record: &Record<'_>, port: ServicePort) -> Result<(), Malformed> {
    let missing = match port {
        ServicePort::Service | ServicePort::Dst if record.srcaddr.is_none() => "srcaddr",
        ServicePort::Service | ServicePort::Src if record.dstaddr.is_none() => "dstaddr",
        _ => return Ok(()),
    };
    let expected = "an IPv4 or IPv6 address, which --zones needs";
    Err(Malformed::Field { field: missing, value: "-".to_owned(), expected })
}

impl Desk {
    /// The number of an interface; none if it is not selected.
    fn interface(&mut self, name: Option<&[u8]>, ledger: &Ledger) -> Result<Interface, Malformed> {
        let key = name.unwrap_or(NO_INTERFACE.as_bytes());
        if let Some(&interface) = self.names.get(key) {
            return Ok(interface);
        }
        let name = name.map(interface_name).transpose()?;
        let mut names = locked(&ledger.names);
        let interface =
            names.numbers.get(name.unwrap_or(NO_INTERFACE)).copied().unwrap_or_else(|| {
                let number = ledger.selection.takes_interface(name).then_some(names.n_selected);
                names.n_selected += u32::from(number.is_some());
                names.numbers.insert(name.unwrap_or(NO_INTERFACE).into(), Interface(number));
                Interface(number)
            });
        self.names.insert(key.into(), interface);
        Ok(interface)
    }

    fn span(&mut self, interface: u32) -> &mut Span {
        let at = interface as usize;
        if at >= self.spans.len() {
            self.spans.resize(at + 1, Span::default());
        }
        &mut self.spans[at]
    }
}
