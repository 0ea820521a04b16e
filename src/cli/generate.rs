//! `rangecover generate`: port sets and flow logs from a seed.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, RangedU64ValueParser};

use rangecover::problem::ports::N_PORTS;
use rangecover::research::generate::{
    Fields, FlowLogOptions, KINDS, Kind, MAX_ADDRESSES, MAX_INTERFACES, MAX_ZONES, address_list,
    flow_log, flow_log_with_truth, kind, knapsack, port_list,
};

use super::{Exit, output, usage};

/// The kinds that are no port sets.
const ADDRESSES: &str = "addresses";
const FLOW_LOG: &str = "flow-log";
pub(crate) const KNAPSACK: &str = "knapsack";

/// Generate port sets and flow logs: the same bytes for the same seed everywhere
///
/// Example: `rangecover generate uniform --ports 1000 --seed 1`
#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(value_parser = kinds(), help = "What to generate", long_help = kind_help())]
    kind: String,
    /// The seed
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Number of ports [default: 1000]; of each zone [default: 20]; of the largest interfaces of a flow log [default: 200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(N_PORTS)))]
    ports: Option<u32>,
    /// Number of addresses of a list of them [default: 1000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ADDRESSES)))]
    addresses: Option<u32>,
    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    policy: Option<PolicyArgs>,
    #[command(flatten)]
    log: Option<LogArgs>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Policies of zones")]
#[group(multiple = true)]
struct PolicyArgs {
    /// Number of zones [default: 12]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_ZONES)))]
    groups: Option<u32>,
    /// Write the zones of the table to this file
    #[arg(long, value_name = "FILE")]
    zones: Option<PathBuf>,
}

#[derive(clap::Args)]
#[command(next_help_heading = "Flow logs")]
#[group(multiple = true)]
struct LogArgs {
    /// Number of interfaces [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_INTERFACES)))]
    interfaces: Option<u32>,
    /// Number of records [default: 10000]
    #[arg(long, value_name = "N")]
    records: Option<u64>,
    /// The kind of port set that interfaces serve [default: application]
    #[arg(long = "kind", value_name = "KIND", value_parser = kind)]
    served: Option<&'static Kind>,
    /// Log the answer to each request too, as real logs do
    #[arg(long)]
    replies: bool,
    /// The format: default, extended, or names of fields [default: default]
    #[arg(long, value_name = "FIELDS")]
    fields: Option<Fields>,
    /// Of 100 requests, how many the interfaces send themselves, from ephemeral ports [default: 0]
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    calls: Option<u32>,
    /// Of 100 calls by the interfaces, how many are from a port that called before [default: 0]
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    reuse: Option<u32>,
    /// Of 100 requests, how many are scans that get through to closed ports [default: 0]
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    probes: Option<u32>,
    /// Of 100 tcp calls, how many are long flows without flags [default: 0]
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    long: Option<u32>,
    /// Of 100 records of traffic, how many are lost; the log still has all its records [default: 0]
    #[arg(long, value_name = "PERCENT", value_parser = most_percent(FlowLogOptions::MOST_LOSS))]
    loss: Option<u32>,
    /// Of 100 services, how many only one client calls [default: 0]
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    lonely: Option<u32>,
    /// Of 100 calls and probes, how many are made over IPv6 [default: 0]
    #[arg(long, value_name = "PERCENT", value_parser = percent())]
    ipv6: Option<u32>,
    /// Write to this file what each port of the log is: service, client or unanswered
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

fn percent() -> RangedU64ValueParser<u32> {
    most_percent(100)
}

fn most_percent(most: u32) -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(..=u64::from(most))
}

fn kinds() -> PossibleValuesParser {
    let names = KINDS.iter().map(|kind| kind.name).chain([ADDRESSES, KNAPSACK, FLOW_LOG]);
    PossibleValuesParser::new(names.collect::<Vec<_>>())
}

fn kind_help() -> String {
    let mut text = "What to generate:".to_owned();
    for kind in KINDS {
        text = format!("{text}\n- {}: {}", kind.name, kind.about);
    }
    text + "\n- addresses: a list of IPv4 addresses, half of them in a few networks\
            \n- knapsack: a table of ports by zone, whose rules take different units, with its zones\
            \n- flow-log: a VPC flow log of a small network"
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    args.check().unwrap_or_else(|error| usage(error));
    let path = args.output.as_deref();
    if args.kind == FLOW_LOG {
        let truth = args.log.as_ref().and_then(|log| log.truth.as_deref());
        write_log(args.seed, &options(args), path, truth)?;
        return Ok(Exit::Answered);
    }
    let zones = args.policy.as_ref().and_then(|policy| policy.zones.as_deref());
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
        self.output.is_some()
            || self.policy.as_ref().is_some_and(|policy| policy.zones.is_some())
            || self.log.as_ref().is_some_and(|log| log.truth.is_some())
    }

    /// Says which option is not one of the kind.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.kind != FLOW_LOG && self.log.is_some() {
            return Err(format!("only {FLOW_LOG} takes options of flow logs"));
        }
        if self.kind != KNAPSACK && self.policy.is_some() {
            return Err(format!("only {KNAPSACK} takes options of policies"));
        }
        if self.kind != ADDRESSES && self.addresses.is_some() {
            return Err(format!("only {ADDRESSES} takes a number of addresses"));
        }
        if self.kind == ADDRESSES && self.ports.is_some() {
            return Err(format!("{ADDRESSES} takes no number of ports; pass --addresses"));
        }
        Ok(())
    }

    /// Makes it, in memory.
    pub(crate) fn generate(&self) -> anyhow::Result<Generated> {
        if self.kind == FLOW_LOG {
            let mut input = Vec::new();
            flow_log(self.seed, &options(self), &mut input)?;
            return Ok(Generated { input, zones: None });
        }
        if self.kind == KNAPSACK {
            let n_groups = self.policy.as_ref().and_then(|policy| policy.groups).unwrap_or(12);
            let policy = knapsack(self.seed, n_groups, self.ports.unwrap_or(20))?;
            let (input, zones) = (policy.table_csv().into_bytes(), Some(policy.zones_toml()));
            return Ok(Generated { input, zones });
        }
        if self.kind == ADDRESSES {
            let list = address_list(self.seed, self.addresses.unwrap_or(1_000))?;
            return Ok(Generated { input: list.into_bytes(), zones: None });
        }
        let list = port_list(kind(&self.kind)?, self.seed, self.ports.unwrap_or(1_000))?;
        Ok(Generated { input: list.into_bytes(), zones: None })
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

fn options(args: &Args) -> FlowLogOptions {
    let mut options = FlowLogOptions::default();
    options.n_ports = args.ports.unwrap_or(options.n_ports);
    if let Some(log) = &args.log {
        options.n_interfaces = log.interfaces.unwrap_or(options.n_interfaces);
        options.n_records = log.records.unwrap_or(options.n_records);
        options.kind = log.served.unwrap_or(options.kind);
        options.replies = log.replies;
        options.fields = log.fields.clone().unwrap_or_default();
        options.calls_percent = log.calls.unwrap_or(0);
        options.reuse_percent = log.reuse.unwrap_or(0);
        options.probes_percent = log.probes.unwrap_or(0);
        options.long_percent = log.long.unwrap_or(0);
        options.loss_percent = log.loss.unwrap_or(0);
        options.lonely_percent = log.lonely.unwrap_or(0);
        options.ipv6_percent = log.ipv6.unwrap_or(0);
    }
    options
}
