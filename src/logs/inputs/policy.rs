//! Zones of sources, and what becomes of addresses in none.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::logs::evidence::InterfaceTraffic;
use crate::logs::evidence::table::{Naming, TableInterface};
use crate::problem::instance::{GroupKey, Used};
use crate::problem::number::grouped;
use crate::problem::zones::Zones;

use super::Reason;
use super::unzoned::Unzoned;

/// What becomes of connections from addresses in no zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OtherSources {
    /// The interface is not answered.
    #[default]
    Refuse,
    /// They are left out.
    Ignore,
    /// They are of a zone of all addresses.
    Any,
    /// Each is a source of its own.
    List,
}

impl OtherSources {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How sources are told apart.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) zones: Arc<Zones>,
    pub(super) others: OtherSources,
}

/// Used ports by origin, with what the origins mean.
#[derive(Debug)]
pub(super) struct Settled {
    pub(super) used: Used,
    pub(super) zones: Option<Arc<Zones>>,
    /// What was left out.
    pub(super) note: Option<String>,
}

impl Settled {
    /// Used ports whose sources are not told apart.
    pub(super) fn anyone(used: Used) -> Self {
        Self { used, zones: None, note: None }
    }
}

impl Policy {
    /// The policy of these zones, with one more where all addresses are to have one.
    pub(super) fn new(zones: Zones, others: OtherSources) -> Self {
        let zones = if others == OtherSources::Any { zones.with_any() } else { zones };
        Self { zones: Arc::new(zones), others }
    }

    /// What the rows of tables name; those that name no zone may be of that of all addresses.
    pub(super) fn naming(&self) -> Naming<'_> {
        Naming { zones: &self.zones, any: self.others == OtherSources::Any }
    }

    /// The used ports of an interface in flow logs.
    pub(super) fn of_traffic(&self, interface: &InterfaceTraffic) -> Result<Settled, Reason> {
        let used = interface.used_by_origin();
        match Unzoned::of_traffic(interface) {
            Some(unzoned) if self.others == OtherSources::List => {
                self.listed(interface, used, unzoned)
            }
            unzoned => self.settled(used, unzoned),
        }
    }

    /// The used ports of an interface in a table.
    pub(super) fn of_table(&self, interface: &TableInterface) -> Result<Settled, Reason> {
        let used = interface.used.clone();
        match Unzoned::of_table(interface) {
            Some(unzoned) if self.others == OtherSources::List => {
                Err(Reason::NotNamed(unzoned.into()))
            }
            unzoned => self.settled(used, unzoned),
        }
    }

    fn settled(&self, used: Used, unzoned: Option<Unzoned>) -> Result<Settled, Reason> {
        let note = match unzoned {
            None => None,
            Some(unzoned) if self.others == OtherSources::Ignore => {
                let covered = match unzoned.n_only {
                    0 => "no port is left out, since others connect to each".to_owned(),
                    1 => "1 port that nobody else connects to is not covered".to_owned(),
                    n => {
                        format!("{} ports that nobody else connects to are not covered", grouped(n))
                    }
                };
                Some(format!("{unzoned} are ignored; {covered}"))
            }
            Some(unzoned) => return Err(Reason::Unzoned(unzoned.into())),
        };
        Ok(Settled { used, zones: Some(Arc::clone(&self.zones)), note })
    }

    /// With each address in no zone as a source.
    fn listed(
        &self,
        interface: &InterfaceTraffic,
        mut used: Used,
        unzoned: Unzoned,
    ) -> Result<Settled, Reason> {
        if !unzoned.is_exact {
            return Err(Reason::TooMany(unzoned.into()));
        }
        let others = || interface.used_ports().filter_map(|port| Some((port, port.others()?)));
        let addresses: BTreeSet<IpAddr> = others()
            .flat_map(|(_, others)| others.addresses())
            .map(|(address, _)| address)
            .collect();
        let addresses: Vec<IpAddr> = addresses.into_iter().collect();
        let zones = self.zones.with_listed(&addresses);
        for (port, others) in others() {
            for (address, _) in others.addresses() {
                // It has a zone of its own now, unless there were as many zones as there can be.
                let Some(origin) = zones.origin(address) else {
                    return Err(Reason::TooMany(unzoned.into()));
                };
                let key = GroupKey { origin: Some(origin), protocol: port.protocol };
                used.entry(key).or_default().insert(port.port);
            }
        }
        Ok(Settled { used, zones: Some(Arc::new(zones)), note: None })
    }
}
