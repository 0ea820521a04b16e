//! A private network: its interfaces and the services on them.

use std::net::Ipv4Addr;

use super::dice::Dice;
use super::{FlowLogOptions, GenerateError, port_set};
use crate::ports::Protocol;

/// The account that owns everything.
pub(super) const ACCOUNT_ID: &str = "123456789012";
/// The region that everything stands in.
pub(super) const REGION: &str = "eu-west-1";

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
    pub(super) id: String,
    pub(super) vpc_id: String,
    pub(super) subnet_id: String,
    pub(super) instance_id: String,
    pub(super) az_id: &'static str,
    pub(super) address: Ipv4Addr,
}

/// A port that an interface serves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Service {
    pub(super) interface: u32,
    pub(super) protocol: Protocol,
    pub(super) port: u16,
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
        Ok(network)
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
        // The first four addresses of a subnet are reserved.
        let low = (zone << 12) + ((nth / 250) << 8) + 4 + nth % 250;
        let [_, _, third, fourth] = low.to_be_bytes();
        VpcInterface {
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
