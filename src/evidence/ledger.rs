//! Where records of all files and threads come together.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use rayon::prelude::*;

use crate::flow::{Detail, Malformed, Record, Selection, ServicePort, Status, interface_name};
use crate::ports::Protocol;

use super::judge::Judgement;
use super::local_port::LocalPort;
use super::log_report::LogReport;
use super::node::Node;
use super::shards::{Batches, Shards};
use super::sighting::Sighting;
use super::tally::{Count, Tally};
use super::traffic::{InterfaceTraffic, Span};

/// The name of records without an interface, as in the log.
const NO_INTERFACE: &str = "-";

/// The records of many files, kept as sums by interface and port.
///
/// All sums are commutative, so neither the order of records nor the number of threads matters.
#[derive(Debug)]
pub struct Ledger {
    selection: Selection,
    names: Mutex<Names>,
    tallies: Shards<Tally>,
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
    nodes: Batches<Node>,
    /// By number of the interface.
    spans: Vec<Span>,
}

/// Takes records, on one thread.
#[derive(Debug)]
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
        Self {
            selection,
            names: Mutex::default(),
            tallies: Shards::default(),
            nodes: Shards::default(),
            desks: Mutex::default(),
        }
    }

    /// Which records count.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// How much of each record is needed.
    #[must_use]
    pub fn detail(&self) -> Detail {
        match self.selection.port {
            ServicePort::Service => Detail::Evidence,
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
        let service = self.selection.port == ServicePort::Service;
        let port = self.selection.port;
        let mut tallies = self.tallies.into_rows(if service { 0 } else { n });
        let mut nodes = self.nodes.into_rows(if service { n } else { 0 });
        let rows: Vec<_> = sorted
            .into_iter()
            .map(|(name, number)| {
                let node = nodes.get_mut(number).map(std::mem::take);
                let tally = tallies.get_mut(number).map(std::mem::take);
                (Some(name).filter(|name| name != NO_INTERFACE), number, node, tally)
            })
            .collect();
        rows.into_par_iter()
            .map(|(name, number, node, tally)| match (node, tally) {
                (Some(node), _) => InterfaceTraffic::judged(name, spans[number], node, judgement),
                (None, tally) => {
                    let tally = tally.unwrap_or_default();
                    InterfaceTraffic::counted(name, spans[number], port, &tally, judgement)
                }
            })
            .collect()
    }
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

    /// Which records count.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.ledger.selection
    }

    /// Counts a record, and what it says about a port when it is selected.
    ///
    /// # Errors
    /// When a record of a protocol with ports has none, or its interface has no printable name.
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
    /// When a record of a protocol with ports has none.
    pub fn add_of(&mut self, interface: Interface, record: &Record<'_>) -> Result<(), Malformed> {
        let selection = &self.ledger.selection;
        let protocol = Protocol::from_number(record.protocol);
        let traffic = matches!(record.status, Status::Accepted | Status::Rejected);
        if traffic && protocol.is_some() {
            check_ports(record, selection.port)?;
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
        self.desk.span(interface).add(record);
        let taken = selection.action.takes(record.status);
        let protocol = protocol.filter(|&protocol| taken && selection.takes_protocol(protocol));
        let port = match selection.port {
            ServicePort::Service => {
                if traffic {
                    let sighting = Sighting::new(record, interface, protocol);
                    self.ledger.nodes.add(&mut self.desk.nodes, sighting);
                }
                return Ok(());
            }
            ServicePort::Dst => record.dstport,
            ServicePort::Src => record.srcport,
        };
        if let (Some(protocol), Some(port)) = (protocol, port) {
            let port = LocalPort { protocol, port };
            let item = Count { interface, port, records: record.count };
            self.ledger.tallies.add(&mut self.desk.tallies, item);
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
