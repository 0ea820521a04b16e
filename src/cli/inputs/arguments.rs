//! What to read, as arguments.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::UNIX_EPOCH;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Args, ValueEnum};
use ipnet::IpNet;

use rangecover::logs::evidence::Judgement;
use rangecover::logs::flow::{ColumnName, ServicePort};
use rangecover::logs::inputs::{InputFormat, OtherSources};
use rangecover::problem::port_list::Entry;
use rangecover::problem::ports::Protocol;

use crate::cli::known_values::known;

/// What to read.
#[derive(Args)]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub(super) files: FileArgs,
    /// Which port of a flow-log record counts as used
    #[arg(long, value_enum, default_value = "service", hide_short_help = true, help_heading = READING)]
    pub(super) port: PortArg,
    #[command(flatten)]
    pub(super) sources: SourceArgs,
    #[command(flatten)]
    pub(super) records: RecordArgs,
    #[command(flatten)]
    pub(super) traffic: TrafficArgs,
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
}

/// What an audit reads: rules are judged by all accepted connections to services, and they tell
/// the sources apart.
#[derive(Args)]
pub(crate) struct LogArgs {
    #[command(flatten)]
    pub(super) files: FileArgs,
    #[command(flatten)]
    pub(super) records: RecordArgs,
    #[command(flatten)]
    pub(super) evidence: EvidenceArgs,
}

const READING: &str = "Reading";

/// What commands read that are about records.
pub(crate) const LOGS: &str = "Flow logs of any shape: files, folders, patterns, or - for stdin";

/// The inputs, and what they are.
#[derive(Args)]
#[command(next_help_heading = READING)]
pub(super) struct FileArgs {
    /// Port lists and flow logs: files, folders, patterns, or -; or ports: 443,8000-8100
    ///
    /// Files of every shape that flow logs have, folders with all that is in them, patterns such as
    /// `logs/*.gz`, - for standard input, or ports as they are where no file has that name:
    /// 443,8000-8100,udp/53.
    #[arg(required = true, value_name = "INPUT", help_heading = None)]
    pub(super) inputs: Vec<String>,
    /// What every input is, instead of recognising it
    #[arg(long, value_name = "KIND", value_parser = kinds_of_input(), hide_short_help = true)]
    pub(super) input_format: Option<InputFormat>,
    /// Fields of flow logs, overruling header lines: "version interface-id …"
    #[arg(long, value_name = "FIELDS", hide_short_help = true)]
    pub(super) log_format: Option<String>,
    /// A column of flow logs that is called something unusual: dstport=destinationport
    #[arg(long, value_name = "FIELD=NAME", value_delimiter = ',', hide_short_help = true)]
    pub(super) column: Vec<ColumnName>,
    /// Answer nothing when an input cannot be read, or not to the end, or has a malformed record
    #[arg(long, hide_short_help = true)]
    pub(super) strict: bool,
}

/// Who may connect.
#[derive(Args)]
#[command(next_help_heading = "Sources")]
pub(super) struct SourceArgs {
    /// Tell sources apart by the zones in this file, each with rules of its own
    #[arg(long, value_name = "FILE")]
    pub(super) zones: Option<PathBuf>,
    /// What becomes of connections from addresses in no zone
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "refuse",
        requires = "zones",
        hide_short_help = true
    )]
    pub(super) other_sources: OtherArg,
    /// The source of all rules, for what is exported: 10.0.0.0/8
    #[arg(long, value_name = "CIDR", value_parser = source, conflicts_with = "zones")]
    pub(super) source: Option<IpNet>,
}

const RECORDS: &str = "Records of flow logs";

/// Which records count.
#[derive(Args)]
#[command(next_help_heading = RECORDS)]
pub(super) struct RecordArgs {
    /// Only these interfaces
    #[arg(long, value_name = "ENI", value_delimiter = ',')]
    pub(super) interface: Vec<String>,
    /// Only these accounts
    #[arg(long, value_name = "ID", value_delimiter = ',', hide_short_help = true)]
    pub(super) account: Vec<String>,
    /// Only records that end at this time or later: 2026-01-05, 2026-01-05T10:00:00Z, or seconds
    #[arg(long, value_name = "TIME", value_parser = time, hide_short_help = true)]
    pub(super) since: Option<u32>,
    /// Only records that start before this time
    #[arg(long, value_name = "TIME", value_parser = time, hide_short_help = true)]
    pub(super) until: Option<u32>,
}

/// Which traffic counts.
#[derive(Args)]
#[command(next_help_heading = RECORDS)]
pub(super) struct TrafficArgs {
    /// Only these protocols, of port lists too; by name or number
    #[arg(long, value_delimiter = ',', value_parser = protocols(), hide_short_help = true)]
    pub(super) protocol: Vec<Protocol>,
    /// Which traffic counts
    #[arg(long, value_enum, default_value = "accept", hide_short_help = true)]
    pub(super) action: ActionArg,
}

/// What makes a service.
#[derive(Args)]
#[command(next_help_heading = "Services by evidence")]
pub(super) struct EvidenceArgs {
    /// Count these ports as services where they have records, whatever the evidence: udp/500,8443
    #[arg(long, value_name = "PORTS", value_delimiter = ',', hide_short_help = true)]
    pub(super) include: Vec<Entry>,
    /// Never count these ports
    #[arg(long, value_name = "PORTS", value_delimiter = ',', hide_short_help = true)]
    pub(super) exclude: Vec<Entry>,
    /// Distinct remote endpoints from which on fan-in alone makes a service
    #[arg(long, value_name = "N", default_value_t = Judgement::default().min_endpoints, hide_short_help = true)]
    pub(super) min_endpoints: u64,
    /// Records that a service has at least
    #[arg(long, value_name = "N", default_value_t = Judgement::default().min_flows, hide_short_help = true)]
    pub(super) min_flows: u64,
    /// Judge as if the logs had no tcp-flags
    #[arg(long, hide_short_help = true)]
    pub(super) ignore_flags: bool,
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
pub(super) enum ActionArg {
    /// Accepted traffic
    Accept,
    /// Rejected traffic
    Reject,
    /// Both
    All,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OtherArg {
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

/// The kinds of input, with what they are.
fn kinds_of_input() -> impl TypedValueParser<Value = InputFormat> {
    let kinds = InputFormat::all();
    let kinds = kinds.map(|kind| PossibleValue::new(kind.name()).help(kind.about()));
    known(InputFormat::from_str, kinds)
}

/// The protocols by name; their numbers are taken as well.
fn protocols() -> impl TypedValueParser<Value = Protocol> {
    known(Protocol::from_str, ["tcp", "udp"].map(PossibleValue::new))
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
