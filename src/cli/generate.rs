//! `rangecover generate`: port sets and flow logs from a seed.

pub(crate) mod kinds;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::builder::{PossibleValue, PossibleValuesParser, RangedU64ValueParser, TypedValueParser};

use rangecover::problem::ports::N_PORTS;
use rangecover::research::generate::{
    Fields, FlowLogOptions, KINDS, Kind, MAX_ADDRESSES, MAX_INTERFACES, MAX_ZONES, address_list,
    flow_log, flow_log_with_truth, kind, knapsack, port_list,
};

use super::known_values::known;
use super::{Exit, examples, output, usage, written};
use kinds::KindArgs;

/// Generate port sets and flow logs: the same bytes for the same seed everywhere
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover generate uniform --ports 1000 --seed 1",
    "rangecover generate flow-log --records 100000 --replies -o flow.log",
    "rangecover generate knapsack --seed 2 --zones-output zones.toml -o used.csv",
]))]
pub(crate) struct Args {
    /// The seed
    #[arg(long, global = true, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Write to this file instead of stdout
    #[arg(short, long, global = true, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    #[command(subcommand)]
    kind: KindArgs,
}

#[derive(clap::Args)]
struct PortSetArgs {
    /// Number of ports
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = n_ports())]
    ports: u32,
}

#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover generate addresses",
    "rangecover generate addresses --addresses 5000 --seed 3",
    "rangecover generate addresses --addresses 200 -o clients.txt",
]))]
struct AddressArgs {
    /// Number of addresses
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ADDRESSES)))]
    addresses: u32,
}

#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover generate knapsack --seed 2",
    "rangecover generate knapsack --zone-count 5 --ports 6 -o used.csv",
    "rangecover generate knapsack --zones-output zones.toml -o used.csv",
]))]
struct PolicyArgs {
    /// Number of ports of each zone
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = n_ports())]
    ports: u32,
    /// Number of zones
    #[arg(long, alias = "groups", value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ZONES)))]
    zone_count: u32,
    /// Write the zones of the table to this file
    // Elsewhere --zones is a file that is read.
    #[arg(long, alias = "zones", value_name = "FILE", help_heading = "Output")]
    zones_output: Option<PathBuf>,
}

#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover generate flow-log --records 100000 -o flow.log",
    "rangecover generate flow-log --fields extended --replies --calls 30 --probes 5",
    "rangecover generate flow-log --interface-count 20 --truth truth.csv -o flow.log",
]))]
struct FlowLogArgs {
    /// Number of ports of the largest interfaces
    #[arg(long, value_name = "N", default_value_t = FlowLogOptions::default().n_ports, value_parser = n_ports())]
    ports: u32,
    /// Number of interfaces
    // Elsewhere --interfaces is a file.
    #[arg(long, alias = "interfaces", value_name = "N", default_value_t = FlowLogOptions::default().n_interfaces, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_INTERFACES)))]
    interface_count: u32,
    /// Number of records
    #[arg(long, value_name = "N", default_value_t = FlowLogOptions::default().n_records)]
    records: u64,
    /// The kind of port set that interfaces serve
    #[arg(long = "kind", value_name = "KIND", default_value = FlowLogOptions::default().kind.name, value_parser = served(), hide_short_help = true)]
    served: &'static Kind,
    /// Log the answer to each request too, as real logs do
    #[arg(long, hide_short_help = true)]
    replies: bool,
    /// The format: default, extended, or names of fields
    #[arg(long, value_name = "FIELDS", default_value = "default", value_parser = formats())]
    fields: Fields,
    /// Of 100 requests, how many the interfaces send themselves, from ephemeral ports
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    calls: u32,
    /// Of 100 calls by the interfaces, how many are from a port that called before
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    reuse: u32,
    /// Of 100 requests, how many are scans that get through to closed ports
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    probes: u32,
    /// Of 100 tcp calls, how many are long flows without flags
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    long: u32,
    /// Of 100 records of traffic, how many are lost; the log still has all its records
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = most_percent(FlowLogOptions::MOST_LOSS))]
    loss: u32,
    /// Of 100 services, how many only one client calls
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    lonely: u32,
    /// Of 100 calls and probes, how many are made over IPv6
    #[arg(long, value_name = "PERCENT", hide_short_help = true, default_value_t = 0, value_parser = percent())]
    ipv6: u32,
    /// Write to this file what each port of the log is: service, client or unanswered
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    truth: Option<PathBuf>,
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

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let path = args.output.as_deref();
    if let KindArgs::FlowLog(log) = &args.kind {
        write_log(args.seed, &options(log), path, log.truth.as_deref())?;
        written::say(path);
        written::say(log.truth.as_deref());
        return Ok(Exit::Answered);
    }
    let zones = args.zones_output();
    if zones.is_some_and(|zones| zones == path.unwrap_or(Path::new("-"))) {
        usage("the table and its zones go to the same place; give one of them another file");
    }
    let generated = args.generate()?;
    // Neither is left without the other.
    output::check_writable(path)?;
    if let (Some(path), Some(text)) = (zones, generated.zones) {
        output::write(Some(path), text.as_bytes())?;
    }
    output::write(path, &generated.input)?;
    written::say(path);
    written::say(zones);
    Ok(Exit::Answered)
}

/// What a command makes.
pub(crate) struct Generated {
    /// What it prints.
    pub(crate) input: Vec<u8>,
    /// The zones that this is read with.
    pub(crate) zones: Option<String>,
}

impl Args {
    /// The seed.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Whether some of it is to be written to a file.
    pub(crate) fn writes_files(&self) -> bool {
        let truth = match &self.kind {
            KindArgs::FlowLog(log) => log.truth.as_deref(),
            _ => None,
        };
        self.output.is_some() || self.zones_output().is_some() || truth.is_some()
    }

    fn zones_output(&self) -> Option<&Path> {
        match &self.kind {
            KindArgs::Knapsack(policy) => policy.zones_output.as_deref(),
            _ => None,
        }
    }

    /// Makes it, in memory.
    pub(crate) fn generate(&self) -> anyhow::Result<Generated> {
        let mut zones = None;
        let input = match &self.kind {
            KindArgs::PortSet(kind, set) => port_list(kind, self.seed, set.ports)?.into_bytes(),
            KindArgs::Addresses(list) => address_list(self.seed, list.addresses)?.into_bytes(),
            KindArgs::Knapsack(policy) => {
                let policy = knapsack(self.seed, policy.zone_count, policy.ports)?;
                zones = Some(policy.zones_toml());
                policy.table_csv().into_bytes()
            }
            KindArgs::FlowLog(log) => {
                let mut input = Vec::new();
                flow_log(self.seed, &options(log), &mut input)?;
                input
            }
        };
        Ok(Generated { input, zones })
    }
}

fn write_log(
    seed: u64,
    options: &FlowLogOptions,
    path: Option<&Path>,
    truth_path: Option<&Path>,
) -> anyhow::Result<()> {
    let Some(truth_path) = truth_path else {
        return output::stream(path, |out| Ok(flow_log(seed, options, out)?));
    };
    if truth_path == path.unwrap_or(Path::new("-")) {
        usage("the log and its truth go to the same place; give --output or --truth another file");
    }
    let mut truth = None;
    output::stream(path, |out| {
        truth = Some(flow_log_with_truth(seed, options, out)?);
        Ok(())
    })?;
    let truth = truth.expect("the log is written");
    output::stream(Some(truth_path), |out| Ok(truth.write_csv(out)?))
}

fn options(log: &FlowLogArgs) -> FlowLogOptions {
    FlowLogOptions {
        n_ports: log.ports,
        n_interfaces: log.interface_count,
        n_records: log.records,
        kind: log.served,
        replies: log.replies,
        fields: log.fields.clone(),
        calls_percent: log.calls,
        reuse_percent: log.reuse,
        probes_percent: log.probes,
        long_percent: log.long,
        loss_percent: log.loss,
        lonely_percent: log.lonely,
        ipv6_percent: log.ipv6,
        ..FlowLogOptions::default()
    }
}
