//! `rangecover generate`: port sets and flow logs from a seed.

mod arguments;
pub(crate) mod kinds;

use std::path::{Path, PathBuf};

use rangecover::research::generate::{
    FlowLogOptions, address_list, flow_log, flow_log_with_truth, knapsack, port_list,
};

use super::{Exit, examples, output, usage, written};
use arguments::FlowLogArgs;
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
