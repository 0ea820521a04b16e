//! Clients that no rule lets in, one by one.
//!
//! Evidence only says in which known network a client is, and that may be a wide one whose rules are
//! for other ports. A rule for such a client has to name its own address, so records are read once
//! more for these.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use ipnet::IpNet;

use crate::logs::flow::{Record, Status};
use crate::problem::ports::Protocol;

use super::replay::{NO_INTERFACE, comes_in};
use super::sources::Sources;
use super::world::{Contact, Crowd, Verdict, World};

/// The most addresses that are told apart for one port and network.
const MOST: usize = 64;

/// Whose addresses are looked for: those of a network that connect to a port of an interface, which
/// is named by its place.
type Wanted = (usize, Protocol, u16, IpNet);

/// The addresses, each with its records and its last second.
type Found = BTreeMap<Wanted, BTreeMap<IpAddr, (u64, Option<u32>)>>;

/// Takes records, from several threads.
#[derive(Debug)]
pub struct Strays {
    wanted: HashSet<Wanted>,
    sources: Sources,
    /// The places of the interfaces and their own addresses.
    interfaces: HashMap<Vec<u8>, (usize, Vec<IpAddr>)>,
    found: Mutex<Found>,
}

/// Whether a contact is of a wider network than one address.
pub(super) fn is_wide(contact: &Contact) -> bool {
    contact.network.prefix_len() < contact.network.max_prefix_len()
}

impl Strays {
    /// Those of a world; none where every client is let in, or known by its address.
    #[must_use]
    pub fn of(world: &World) -> Option<Self> {
        let mut wanted = HashSet::new();
        let mut interfaces = HashMap::new();
        for (at, interface) in world.interfaces.iter().enumerate() {
            let name = interface.name.as_deref().map_or(NO_INTERFACE, str::as_bytes).to_vec();
            for client in interface.clients().filter(|client| is_wide(client)) {
                if world.verdict(interface, client).0 == Verdict::Blocked {
                    wanted.insert((at, client.protocol, client.port, client.network));
                }
            }
            interfaces.insert(name, (at, interface.addresses.clone()));
        }
        let sources = world.sources.clone();
        let strays = Self { wanted, sources, interfaces, found: Mutex::default() };
        (!strays.wanted.is_empty()).then_some(strays)
    }

    /// Takes a record.
    pub fn add(&self, record: &Record<'_>) {
        let name = record.interface.unwrap_or(NO_INTERFACE);
        let Some((at, own)) = self.interfaces.get(name) else { return };
        let protocol = Protocol::from_number(record.protocol);
        let (Some(protocol), Some(port), Some(remote)) = (protocol, record.dstport, record.srcaddr)
        else {
            return;
        };
        if record.status != Status::Accepted || !comes_in(record, own) {
            return;
        }
        let remote = remote.to_canonical();
        let zones = self.sources.zones();
        let Some(zone) = zones.origin(remote).map(|origin| zones.zone(origin)) else { return };
        let keys = zone.networks().iter().map(|&network| (*at, protocol, port, network));
        let Some(key) = keys.into_iter().find(|key| self.wanted.contains(key)) else { return };
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let addresses = found.entry(key).or_default();
        if addresses.len() <= MOST || addresses.contains_key(&remote) {
            let (flows, last) = addresses.entry(remote).or_default();
            *flows = flows.saturating_add(record.count.into());
            *last = (*last).max(record.end);
        }
    }
}

impl World {
    /// Puts the addresses of strays in the place of their networks; where these are too many, they
    /// are a crowd.
    pub fn tell_apart(&mut self, strays: &Strays) {
        let found =
            std::mem::take(&mut *strays.found.lock().unwrap_or_else(PoisonError::into_inner));
        for ((at, protocol, port, network), addresses) in found {
            let interface = &mut self.interfaces[at];
            let is_it = |contact: &Contact| {
                (contact.protocol, contact.port, contact.network) == (protocol, port, network)
            };
            let Some(place) = interface.contacts.iter().position(is_it) else { continue };
            if addresses.len() > MOST {
                interface.crowds.push(Crowd { protocol, port, addresses: addresses.len() as u64 });
                continue;
            }
            let of = interface.contacts[place];
            let contacts = addresses.into_iter().map(|(address, (flows, last))| Contact {
                network: address.into(),
                flows,
                last,
                ..of
            });
            let contacts: Vec<Contact> = contacts.collect();
            interface.contacts.splice(place..=place, contacts);
        }
    }
}
