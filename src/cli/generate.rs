//! `rangecover generate`: port sets and flow logs from a seed.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;

use rangecover::generate::{
    Fields, FlowLogOptions, KINDS, Kind, MAX_INTERFACES, flow_log, kind, port_list,
};
use rangecover::ports::N_PORTS;

use super::{Exit, output, usage};

/// The kind that is no port set.
const FLOW_LOG: &str = "flow-log";

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
    /// Number of ports [default: 1000]; in a flow log, of the largest interfaces [default: 200]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(N_PORTS)))]
    ports: Option<u32>,
    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    log: Option<LogArgs>,
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
}

fn kinds() -> PossibleValuesParser {
    let names = KINDS.iter().map(|kind| kind.name).chain([FLOW_LOG]);
    PossibleValuesParser::new(names.collect::<Vec<_>>())
}

fn kind_help() -> String {
    let mut text = "What to generate:".to_owned();
    for kind in KINDS {
        text = format!("{text}\n- {}: {}", kind.name, kind.about);
    }
    text + "\n- flow-log: a VPC flow log of a small network"
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let path = args.output.as_deref();
    if args.kind == FLOW_LOG {
        let options = options(args);
        output::stream(path, |out| Ok(flow_log(args.seed, &options, out)?))?;
    } else if args.log.is_some() {
        usage(format!("only {FLOW_LOG} takes options of flow logs"));
    } else {
        let list = port_list(kind(&args.kind)?, args.seed, args.ports.unwrap_or(1_000))?;
        output::write(path, list.as_bytes())?;
    }
    Ok(Exit::Answered)
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
    }
    options
}
