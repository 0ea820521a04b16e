//! What to read, as arguments, and what there is to say about it.

mod audit;
mod flags;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use ipnet::IpNet;

use rangecover::logs::evidence::Judgement;
use rangecover::logs::flow::{Action, ColumnName, Selection, ServicePort};
use rangecover::logs::inputs::{self, InputFormat, Inputs, OtherSources, Reading, Watch};
use rangecover::problem::port_list::Entry;
use rangecover::problem::ports::Protocol;
use rangecover::problem::zones::Zones;

use super::exit::print_error;
use super::{Exit, notes, output};

const STOPPED: &str = "stopped, as --strict asks, because not everything could be read";

/// What to read.
#[derive(Args)]
pub(crate) struct InputArgs {
    /// Port lists and VPC flow logs of any shape: files, folders, patterns, or - for stdin
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,
    /// Which port of a flow-log record counts as used
    #[arg(long, value_enum, default_value = "service")]
    port: PortArg,
    /// What every input is, instead of recognising it; --help lists the kinds
    #[arg(long, value_name = "KIND", long_help = format_help())]
    input_format: Option<InputFormat>,
    /// Fields of flow logs, overruling header lines: "version interface-id …"
    #[arg(long, value_name = "FIELDS")]
    log_format: Option<String>,
    /// A column of flow logs that is called something unusual: dstport=destinationport
    #[arg(long, value_name = "FIELD=NAME", value_delimiter = ',')]
    column: Vec<ColumnName>,
    /// Answer nothing when an input cannot be read, or not to the end, or has a malformed record
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    records: RecordArgs,
    #[command(flatten)]
    evidence: EvidenceArgs,
}

/// Who may connect.
#[derive(Args)]
#[command(next_help_heading = "Sources")]
struct SourceArgs {
    /// Tell the sources of connections apart by the zones in this file, each with rules of its own
    #[arg(long, value_name = "FILE")]
    zones: Option<PathBuf>,
    /// What becomes of connections from addresses in no zone
    #[arg(long, value_enum, value_name = "WHAT", default_value = "refuse", requires = "zones")]
    other_sources: OtherArg,
    /// The source of all rules, for what is exported: 10.0.0.0/8
    #[arg(long, value_name = "CIDR", value_parser = source, conflicts_with = "zones")]
    source: Option<IpNet>,
}

/// Which records count.
#[derive(Args)]
#[command(next_help_heading = "Records of flow logs")]
struct RecordArgs {
    /// Only these interfaces
    #[arg(long, value_name = "ENI", value_delimiter = ',')]
    interface: Vec<String>,
    /// Only these accounts
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    account: Vec<String>,
    /// Only these protocols, of port lists too
    #[arg(long, value_name = "tcp|udp", value_delimiter = ',')]
    protocol: Vec<Protocol>,
    /// Which traffic counts
    #[arg(long, value_enum, default_value = "accept")]
    action: ActionArg,
    /// Only records that end at this time or later: 2026-01-05, 2026-01-05T10:00:00Z, or seconds
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<u32>,
    /// Only records that start before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<u32>,
}

/// What makes a service.
#[derive(Args)]
#[command(next_help_heading = "Services by evidence")]
struct EvidenceArgs {
    /// Count these ports as services where they have records, whatever the evidence: udp/500,8443
    #[arg(long, value_name = "PORTS", value_delimiter = ',')]
    include: Vec<Entry>,
    /// Never count these ports
    #[arg(long, value_name = "PORTS", value_delimiter = ',')]
    exclude: Vec<Entry>,
    /// Distinct remote endpoints from which on fan-in alone makes a service
    #[arg(long, value_name = "N", default_value_t = Judgement::default().min_endpoints)]
    min_endpoints: u64,
    /// Records that a service has at least
    #[arg(long, value_name = "N", default_value_t = Judgement::default().min_flows)]
    min_flows: u64,
    /// Judge as if the logs had no tcp-flags
    #[arg(long)]
    ignore_flags: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PortArg {
    /// The interface's own port, where the evidence says that it offers a service
    Service,
    /// The destination port of every record
    Dst,
    /// The source port of every record
    Src,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ActionArg {
    /// Accepted traffic
    Accept,
    /// Rejected traffic
    Reject,
    /// Both
    All,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OtherArg {
    /// An interface with such connections to its used ports is an error
    Refuse,
    /// They are left out, and counted
    Ignore,
    /// They are of a zone 'any', whose rules let everybody in
    Any,
    /// Each of these addresses is a source of a zone 'others', as long as they are few
    List,
}

impl From<PortArg> for ServicePort {
    fn from(arg: PortArg) -> Self {
        match arg {
            PortArg::Service => Self::Service,
            PortArg::Dst => Self::Dst,
            PortArg::Src => Self::Src,
        }
    }
}

impl From<OtherArg> for OtherSources {
    fn from(arg: OtherArg) -> Self {
        match arg {
            OtherArg::Refuse => Self::Refuse,
            OtherArg::Ignore => Self::Ignore,
            OtherArg::Any => Self::Any,
            OtherArg::List => Self::List,
        }
    }
}

fn format_help() -> String {
    let mut text = "What every input is, instead of recognising it:".to_owned();
    for format in InputFormat::all() {
        text = format!("{text}\n- {format}: {}", format.about());
    }
    text
}

/// A network without host bits.
fn source(text: &str) -> Result<IpNet, String> {
    let network: IpNet = text.parse().map_err(|_| {
        "not a network in CIDR notation, such as 10.0.0.0/8, 192.0.2.7/32 or 2001:db8::/32"
            .to_owned()
    })?;
    let whole = network.trunc();
    if network == whole {
        Ok(network)
    } else {
        Err(format!("host bits are set; the network is {whole}"))
    }
}

/// The zones in a file.
fn zones(path: &Path) -> anyhow::Result<Zones> {
    let place = path.display();
    let text = fs::read_to_string(path).with_context(|| place.to_string())?;
    Zones::parse(&text).map_err(|error| anyhow!("{place}:{error}"))
}

/// A time in seconds since 1970, or as people write it.
pub(crate) fn time(text: &str) -> Result<u32, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let date_only = text.len() == "2026-01-05".len();
    let whole = if date_only { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let time = humantime::parse_rfc3339_weak(&whole).map_err(|error| {
        format!("{error}; write 2026-01-05, 2026-01-05T10:00:00Z (UTC), or seconds since 1970")
    })?;
    let since = time.duration_since(UNIX_EPOCH).map_err(|_| "before 1970".to_owned())?;
    u32::try_from(since.as_secs()).map_err(|_| "after 2106".to_owned())
}

impl InputArgs {
    /// How the inputs are to be read; reads the file of zones.
    fn reading(&self) -> anyhow::Result<Reading> {
        let Self { records, evidence, sources, .. } = self;
        Ok(Reading {
            selection: Selection {
                port: self.port.into(),
                action: match records.action {
                    ActionArg::Accept => Action::Accept,
                    ActionArg::Reject => Action::Reject,
                    ActionArg::All => Action::All,
                },
                interfaces: records.interface.clone(),
                accounts: records.account.clone(),
                protocols: records.protocol.clone(),
                since: records.since,
                until: records.until,
            },
            judgement: Judgement {
                min_endpoints: evidence.min_endpoints,
                min_flows: evidence.min_flows,
                include: evidence.include.clone(),
                exclude: evidence.exclude.clone(),
                ignore_flags: evidence.ignore_flags,
            },
            input_format: self.input_format,
            log_format: self.log_format.clone(),
            columns: self.column.clone(),
            zones: sources.zones.as_deref().map(zones).transpose()?,
            other_sources: sources.other_sources.into(),
            source: sources.source,
        })
    }

    /// The inputs as they were named.
    pub(crate) fn names(&self) -> &[String] {
        &self.inputs
    }

    /// Reads the inputs and reports on stderr what was read, and what could not be.
    pub(crate) fn read(&self) -> anyhow::Result<(Inputs, Reading, Exit)> {
        self.read_for(Purpose::Rules)
    }

    /// As [`InputArgs::read`], for the command that lists the ports.
    pub(crate) fn read_for_ports(&self) -> anyhow::Result<(Inputs, Reading, Exit)> {
        self.read_for(Purpose::Ports)
    }

    /// Reads the inputs without a word; what goes wrong first is the error.
    pub(crate) fn read_quietly(&self) -> anyhow::Result<(Inputs, Reading)> {
        let reading = self.reading()?;
        let mut read = inputs::read(&self.inputs, &reading, &())?;
        if !read.failures.is_empty() {
            return Err(read.failures.remove(0).into());
        }
        self.check_strictly(&read)?;
        select(&mut read, &reading.selection);
        Ok((read, reading))
    }

    /// Whether anything says who may connect.
    pub(crate) fn say_who(&self) -> bool {
        self.sources.zones.is_some() || self.sources.source.is_some()
    }

    /// How many inputs are given.
    pub(crate) fn n_inputs(&self) -> usize {
        self.inputs.len()
    }

    /// The files that the arguments name beside the inputs, whose paths count from `root`.
    pub(crate) fn files_from(&mut self, root: &Path) -> Option<&Path> {
        let path = self.sources.zones.as_mut()?;
        *path = root.join(&*path);
        Some(path)
    }

    fn read_for(&self, purpose: Purpose) -> anyhow::Result<(Inputs, Reading, Exit)> {
        let reading = self.reading()?;
        if let (Some(path), Some(zones)) = (&self.sources.zones, &reading.zones) {
            // What may be better about them.
            for hint in zones.hints() {
                output::note(&format!("{}:{hint}", path.display()));
            }
        }
        let (read, exit) = read_for(purpose, &self.inputs, &reading)?;
        if self.strict && exit == Exit::Failed {
            bail!(STOPPED);
        }
        self.check_strictly(&read)?;
        Ok((read, reading, exit))
    }

    /// With `--strict`, refuses inputs that could not be read to the end, record by record.
    fn check_strictly(&self, read: &Inputs) -> anyhow::Result<()> {
        let malformed = read.traffic.as_ref().map_or(0, |t| t.report.records.malformed);
        if self.strict && (malformed > 0 || read.lacking > 0) {
            bail!(STOPPED);
        }
        Ok(())
    }
}

/// What inputs are read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Rules of used ports.
    Rules,
    /// A list of the ports.
    Ports,
    /// An audit of rules that exist.
    Audit,
}

/// Follows the reading with a bar.
struct Bar(indicatif::ProgressBar);

impl Watch for Bar {
    fn found(&self, bytes: u64) {
        self.0.set_length(bytes);
        self.0.enable_steady_tick(Duration::from_millis(200));
    }

    fn read(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

/// Reads inputs and reports on stderr what was read. An input that fails is an error that does
/// not keep the others from being used.
pub(crate) fn read(names: &[String], reading: &Reading) -> anyhow::Result<(Inputs, Exit)> {
    read_for(Purpose::Rules, names, reading)
}

fn read_for(
    purpose: Purpose,
    names: &[String],
    reading: &Reading,
) -> anyhow::Result<(Inputs, Exit)> {
    let bar = Bar(output::progress_of_bytes("reading"));
    let mut read = inputs::read(names, reading, &bar)?;
    bar.0.finish_and_clear();
    let mut exit = Exit::Answered;
    for note in &read.notes {
        output::note(&format!("{}: {}", note.input, note.text));
    }
    for failure in read.failures.drain(..) {
        match purpose {
            // Whoever asks for the ports wants to see who connects to them.
            Purpose::Ports if failure.reason.is_about_sources() => {
                output::note(&failure.to_string());
            }
            // What no rule lets in is a finding.
            Purpose::Audit if failure.reason.is_about_sources() => {}
            _ => {
                exit = Exit::Failed;
                print_error(&anyhow!(failure));
            }
        }
    }
    let selection = &reading.selection;
    select(&mut read, selection);
    notes::report(&read, reading, purpose);
    let are_refused = !read.refused.is_empty();
    if read.sources.is_empty() && !(purpose != Purpose::Rules && are_refused) {
        if are_refused {
            bail!("nothing to do: no interface is left");
        }
        let selecting = selecting(selection);
        if selecting.is_empty() || read.traffic.is_none() && read.table_ports.is_empty() {
            bail!("nothing could be read");
        }
        bail!("nothing to do: no input has anything that {} selects", selecting.join(", "));
    }
    Ok((read, exit))
}

/// Leaves the protocols that are not selected out, of port lists too.
fn select(read: &mut Inputs, selection: &Selection) {
    for source in &mut read.sources {
        source.used.retain(|&key, _| selection.takes_protocol(key.protocol));
    }
}

/// The flags that select, as far as they are given.
fn selecting(selection: &Selection) -> Vec<&'static str> {
    let named = [
        (!selection.interfaces.is_empty(), "--interface"),
        (!selection.protocols.is_empty(), "--protocol"),
    ];
    let named = named.into_iter().filter_map(|(given, flag)| given.then_some(flag));
    named.chain(selection.flags_of_records()).collect()
}
