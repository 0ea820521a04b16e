//! The arguments of each kind that can be generated.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, RangedU64ValueParser, TypedValueParser};

use rangecover::problem::ports::N_PORTS;
use rangecover::research::generate::{
    Fields, FlowLogOptions, KINDS, Kind, MAX_ADDRESSES, MAX_INTERFACES, MAX_ZONES, kind,
};

use crate::cli::examples;
use crate::cli::known_values::known;

#[derive(clap::Args)]
pub(super) struct PortSetArgs {
    /// Number of ports
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = n_ports())]
    pub(super) ports: u32,
}

#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover generate addresses",
    "rangecover generate addresses --addresses 5000 --seed 3",
    "rangecover generate addresses --addresses 200 -o clients.txt",
]))]
pub(super) struct AddressArgs {
    /// Number of addresses
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ADDRESSES)))]
    pub(super) addresses: u32,
}

#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover generate knapsack --seed 2",
    "rangecover generate knapsack --zone-count 5 --ports 6 -o used.csv",
    "rangecover generate knapsack --zones-output zones.toml -o used.csv",
]))]
pub(super) struct PolicyArgs {
    /// Number of ports of each zone
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = n_ports())]
    pub(super) ports: u32,
    /// Number of zones
    #[arg(long, alias = "groups", value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ZONES)))]
    pub(super) zone_count: u32,
    /// Write the zones of the table to this file
    // Elsewhere --zones is a file that is read.
    #[arg(long, alias = "zones", value_name = "FILE", help_heading = "Output")]
    pub(super) zones_output: Option<PathBuf>,
}

#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover generate flow-log --records 100000 -o flow.log",
    "rangecover generate flow-log --fields extended --replies --calls 30 --probes 5",
    "rangecover generate flow-log --interface-count 20 --truth truth.csv -o flow.log",
]))]
pub(super) struct FlowLogArgs {
    /// Number of ports of the largest interfaces
    #[arg(long, value_name = "N", default_value_t = FlowLogOptions::default().n_ports, value_parser = n_ports())]
    pub(super) ports: u32,
    /// Number of interfaces
    // Elsewhere --interfaces is a file.
    #[arg(long, alias = "interfaces", value_name = "N", default_value_t = FlowLogOptions::default().n_interfaces, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_INTERFACES)))]
    pub(super) interface_count: u32,
    /// Number of records
    #[arg(long, value_name = "N", default_value_t = FlowLogOptions::default().n_records)]
    pub(super) records: u64,
    /// The kind of port set that interfaces serve
    #[arg(long = "kind", value_name = "KIND", default_value = FlowLogOptions::default().kind.name, value_parser = served(), hide_short_help = true)]
    pub(super) served: &'static Kind,
    /// Log the answer to each request too, as real logs do
    #[arg(long, hide_short_help = true)]
    pub(super) replies: bool,
    /// The format: default, extended, or names of fields
    #[arg(long, value_name = "FIELDS", default_value = "default", value_parser = formats())]
    pub(super) fields: Fields,
    /// Of 100 requests, how many the interfaces send themselves, from ephemeral ports
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    pub(super) calls: u32,
    /// Of 100 calls by the interfaces, how many are from a port that called before
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    pub(super) reuse: u32,
    /// Of 100 requests, how many are scans that get through to closed ports
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    pub(super) probes: u32,
    /// Of 100 tcp calls, how many are long flows without flags
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    pub(super) long: u32,
    /// Of 100 records of traffic, how many are lost; the log still has all its records
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = most_percent(FlowLogOptions::MOST_LOSS))]
    pub(super) loss: u32,
    /// Of 100 services, how many only one client calls
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    pub(super) lonely: u32,
    /// Of 100 calls and probes, how many are made over IPv6
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    pub(super) ipv6: u32,
    /// Write to this file what each port of the log is: service, client or unanswered
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub(super) truth: Option<PathBuf>,
}

fn n_ports() -> impl TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(1..=i64::from(N_PORTS))
}

fn served() -> impl TypedValueParser<Value = &'static Kind> {
    let names = KINDS.iter().map(|kind| PossibleValue::new(kind.name).help(kind.about));
    PossibleValuesParser::new(names).try_map(|name| kind(&name))
}

fn formats() -> impl TypedValueParser<Value = Fields> {
    known(Fields::from_str, ["default", "extended"].map(PossibleValue::new))
}

fn percent() -> RangedU64ValueParser<u32> {
    most_percent(100)
}

fn most_percent(most: u32) -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(..=u64::from(most))
}
