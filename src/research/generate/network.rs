//! A private network: its interfaces and the services on them.

use std::net::{IpAddr, Ipv4Addr};

use super::addresses::client;
use super::dice::Dice;
use super::endpoint::Endpoint;
use super::{FlowLogOptions, GenerateError, port_set};
use crate::problem::ports::Protocol;

/// The account that owns everything.
pub(super) const ACCOUNT_ID: &str = "123456789012";
/// The region that everything stands in.
pub(super) const REGION: &str = "eu-west-1";

/// The stream of draws for only clients, apart from those of interfaces and traffic.
const ONLY_CLIENTS_STREAM: u64 = u64::MAX - 2;

/// Interfaces and what they serve.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) interfaces: Vec<VpcInterface>,
    /// In random order; never empty.
    pub(super) services: Vec<Service>,
    /// The interface that nobody talks to, if there is one.
    pub(super) idle: Option<u32>,
}

/// An elastic network interface.
#[derive(Debug)]
pub(super) struct VpcInterface {
    /// Its place in the network.
    pub(super) index: u32,
    pub(super) id: String,
    pub(super) vpc_id: String,
    pub(super) subnet_id: String,
    pub(super) instance_id: String,
    pub(super) az_id: &'static str,
    address: Ipv4Addr,
}

/// What an interface belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    Linux,
    Windows,
    NatGateway,
}

impl Host {
    /// First and last port that calls are made from.
    pub(super) fn ephemeral_ports(self) -> (u16, u16) {
        match self {
            Self::Linux => (32_768, 60_999),
            Self::Windows => (49_152, 65_535),
            Self::NatGateway => (1_024, 65_535),
        }
    }
}

impl VpcInterface {
    /// What makes calls from it.
    pub(super) fn host(&self) -> Host {
        match self.index {
            index if index % 8 == 4 => Host::NatGateway,
            index if index % 3 == 2 => Host::Windows,
            _ => Host::Linux,
        }
    }

    pub(super) fn endpoint(&self, port: u16) -> Endpoint {
        Endpoint { address: self.address.into(), port }
    }

    /// A private host that uses this interface as its gateway.
    pub(super) fn host_behind(&self, nth: u32) -> IpAddr {
        let [first, second, _, _] = self.address.octets();
        // A subnet beyond those of the interfaces.
        let low = (3 << 12) + ((self.index / 8 % 16) << 8) + 4 + nth;
        let [_, _, third, fourth] = low.to_be_bytes();
        Ipv4Addr::new(first, second, third, fourth).into()
    }
}

/// A port that an interface serves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    pub(super) interface: u32,
    pub(super) protocol: Protocol,
    pub(super) port: u16,
    /// Where others never call.
    pub(super) only_client: Option<OnlyClient>,
}

/// The one host that calls a service.
#[derive(Debug, Clone, Copy)]
pub(super) struct OnlyClient {
    /// The port is that of the only connection, if there is just one.
    pub(super) endpoint: Endpoint,
    pub(super) one_flow: bool,
    pub(super) ipv6: bool,
}

impl Network {
    /// The network of a seed.
    ///
    /// Interfaces depend on the seed and their number alone: logs of one seed that differ in ports
    /// or format are about the same interfaces.
    pub(super) fn new(seed: u64, options: &FlowLogOptions) -> Result<Self, GenerateError> {
        let mut dice = Dice::new(seed, 0);
        let vpc = Vpc::new(&mut dice);
        let mut network = Self {
            interfaces: Vec::new(),
            services: Vec::new(),
            idle: (options.n_interfaces > 3 && options.nodata_percent > 0)
                .then(|| options.n_interfaces - 1),
        };
        for index in 0..options.n_interfaces {
            let mut dice = Dice::new(seed, 1 + u64::from(index));
            network.interfaces.push(vpc.interface(index, &mut dice));
            if network.idle != Some(index) {
                network.add_services(index, options, &mut dice)?;
            }
        }
        dice.shuffle(&mut network.services);
        network.draw_only_clients(seed, options);
        Ok(network)
    }

    fn draw_only_clients(&mut self, seed: u64, options: &FlowLogOptions) {
        if options.lonely_percent == 0 {
            return;
        }
        let mut dice = Dice::new(seed, ONLY_CLIENTS_STREAM);
        for service in &mut self.services {
            service.only_client = dice.chance(options.lonely_percent).then(|| OnlyClient {
                endpoint: client(&mut dice, service.port),
                one_flow: dice.chance(50),
                ipv6: dice.chance(options.ipv6_percent),
            });
        }
    }

    fn add_services(
        &mut self,
        interface: u32,
        options: &FlowLogOptions,
        dice: &mut Dice,
    ) -> Result<(), GenerateError> {
        // Large and small interfaces, and udp beside tcp on every second one.
        let n_ports = (options.n_ports >> (interface % 4)).max(1);
        let udp_percent = if interface % 2 == 1 { 25 } else { 0 };
        let ports = port_set(options.kind, dice.number(), n_ports)?;
        for port in ports.runs().iter().flat_map(|run| run.from()..=run.to()) {
            let udp = dice.chance(udp_percent);
            self.services.push(Service {
                interface,
                protocol: if udp { Protocol::Udp } else { Protocol::Tcp },
                port: u16::try_from(port).expect("ports have 16 bits"),
                only_client: None,
            });
        }
        Ok(())
    }
}

struct Vpc {
    id: String,
    subnet_ids: [String; 3],
    octet: u8,
}

impl Vpc {
    fn new(dice: &mut Dice) -> Self {
        Self {
            id: id("vpc", dice),
            subnet_ids: [0; 3].map(|_| id("subnet", dice)),
            octet: u8::try_from(dice.below(100)).expect("less than 100"),
        }
    }

    fn interface(&self, index: u32, dice: &mut Dice) -> VpcInterface {
        let (zone, nth) = (index % 3, index / 3);
        let az_id = ["euw1-az1", "euw1-az2", "euw1-az3"][zone as usize];
        // The first four addresses of a subnet are reserved. A zone has room for 4,000 interfaces.
        let low = (zone << 12) + ((nth / 250) << 8) + 4 + nth % 250;
        let [_, _, third, fourth] = low.to_be_bytes();
        VpcInterface {
            index,
            id: id("eni", dice),
            vpc_id: self.id.clone(),
            subnet_id: self.subnet_ids[zone as usize].clone(),
            instance_id: id("i", dice),
            az_id,
            address: Ipv4Addr::new(10, self.octet, third, fourth),
        }
    }
}

/// A resource id: 17 hexadecimal digits, the first one 0 as they are today.
fn id(prefix: &str, dice: &mut Dice) -> String {
    format!("{prefix}-0{:016x}", dice.number())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::research::generate::MAX_INTERFACES;
    use crate::research::generate::addresses::twin;

    #[test]
    fn no_two_interfaces_have_an_address() {
        let options = FlowLogOptions {
            n_interfaces: MAX_INTERFACES,
            n_ports: 1,
            ..FlowLogOptions::default()
        };
        let network = Network::new(1, &options).unwrap();
        let hosts: Vec<_> = network.interfaces.iter().map(|i| i.endpoint(0).address).collect();
        let unique: BTreeSet<_> = hosts.iter().copied().collect();
        assert_eq!(unique.len(), hosts.len());
        let twins: BTreeSet<_> = hosts.iter().map(|&host| twin(host)).collect();
        assert_eq!(twins.len(), hosts.len());
        assert!(network.interfaces.iter().all(|i| !unique.contains(&i.host_behind(19))));
    }
}
