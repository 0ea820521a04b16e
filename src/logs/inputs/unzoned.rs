//! Who connects from no zone, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;

use crate::logs::evidence::table::TableInterface;
use crate::logs::evidence::{InterfaceTraffic, Others};
use crate::problem::number::{counted, grouped};
use crate::problem::port_list::{Entry, UsedPorts};

/// Connections to used ports of an interface from addresses in no zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unzoned {
    /// The addresses, all or a sample of them, by network.
    networks: BTreeMap<IpNet, u64>,
    /// How many addresses there are; none where that is not known.
    count: Option<u64>,
    /// Whether that is exact.
    pub(super) is_exact: bool,
    /// The ports that they connect to.
    ports: UsedPorts,
    /// How many of these nobody else connects to.
    pub(super) n_only: u64,
}

impl Unzoned {
    /// Those of an interface, if there are any.
    pub(super) fn of_traffic(interface: &InterfaceTraffic) -> Option<Self> {
        let mut unzoned = Self::default();
        let mut all = Others::default();
        let mut addresses = BTreeSet::new();
        let mut are_complete = true;
        for port in interface.used_ports() {
            let Some(others) = port.others() else { continue };
            unzoned.ports.entry(port.protocol).or_default().insert(port.port);
            unzoned.n_only += u64::from(port.origins().is_empty());
            all.merge(others);
            are_complete &= others.is_complete();
            addresses.extend(others.addresses().map(|(address, _)| address));
        }
        if !are_complete {
            // Of all ports together: the samples of each weigh them differently.
            addresses = all.addresses().map(|(address, _)| address).collect();
        }
        unzoned.is_exact = are_complete;
        unzoned.count = Some(if are_complete { addresses.len() as u64 } else { all.count() });
        for address in addresses {
            *unzoned.networks.entry(network(address)).or_default() += 1;
        }
        (!unzoned.ports.is_empty()).then_some(unzoned)
    }

    /// Those of an interface in a table, if there are any.
    pub(super) fn of_table(interface: &TableInterface) -> Option<Self> {
        let ports = interface.others.clone();
        let n_only = ports.iter().map(|(&protocol, others)| {
            let of_protocol = interface.used.iter().filter(|(key, _)| key.protocol == protocol);
            let mut only = others.clone();
            for run in of_protocol.flat_map(|(_, ports)| ports.runs()) {
                only.remove_span(run);
            }
            only.runs().iter().map(|run| run.len()).sum::<u64>()
        });
        let n_only = n_only.sum();
        (!ports.is_empty()).then(|| Self { ports, n_only, ..Self::default() })
    }
}

/// The network that an address is named by, where there are many.
fn network(address: IpAddr) -> IpNet {
    const V4: u8 = 24;
    const V6: u8 = 48;
    let length = if address.is_ipv4() { V4 } else { V6 };
    IpNet::new(address, length).map_or_else(|_| address.into(), |network| network.trunc())
}

/// Connections from 3 addresses in no zone (198.51.100.0/24: 3) to 1 port (tcp/443).
impl fmt::Display for Unzoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NETWORKS: usize = 4;
        const PORTS: usize = 5;
        let about = if self.is_exact { "" } else { "about " };
        let addresses = match self.count {
            Some(1) => "1 address".to_owned(),
            Some(n) => format!("{about}{} addresses", grouped(n)),
            None => "addresses".to_owned(),
        };
        write!(f, "connections from {addresses} in no zone")?;
        let mut networks: Vec<(&IpNet, &u64)> = self.networks.iter().collect();
        networks.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
        let (shown, hidden) = networks.split_at(networks.len().min(NETWORKS));
        if self.is_exact {
            let named: Vec<String> =
                shown.iter().map(|(network, n)| format!("{network}: {n}")).collect();
            write!(f, " ({})", and_more(&named, hidden.len() as u64, "network"))?;
        } else if !shown.is_empty() {
            let named: Vec<String> = shown.iter().map(|(network, _)| network.to_string()).collect();
            write!(f, " (such as in {})", named.join(", "))?;
        }
        let entries: Vec<Entry> = entries(&self.ports).collect();
        let n_ports = |entries: &[Entry]| entries.iter().map(|entry| entry.span.len()).sum();
        let (shown, hidden) = entries.split_at(entries.len().min(PORTS));
        let names: Vec<String> = shown.iter().map(ToString::to_string).collect();
        let shown = and_more(&names, n_ports(hidden), "port");
        write!(f, " to {} ({shown})", counted(n_ports(&entries), "port"))
    }
}

/// The ports as ranges, in order.
fn entries(ports: &UsedPorts) -> impl Iterator<Item = Entry> + '_ {
    ports.iter().flat_map(|(&protocol, ports)| {
        let runs = ports.runs().into_iter();
        runs.map(move |span| Entry { protocol: Some(protocol), span })
    })
}

/// A list of which the rest is only counted.
fn and_more(shown: &[String], hidden: u64, what: &str) -> String {
    let text = shown.join(", ");
    if hidden > 0 {
        format!("{text} and {} more {what}{}", grouped(hidden), if hidden == 1 { "" } else { "s" })
    } else {
        text
    }
}
