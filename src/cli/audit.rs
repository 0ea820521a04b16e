//! `rangecover audit`: security groups that exist, against what flow logs show.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;

use rangecover::groups::audit::{
    Attachments, Findings, Instead, PrefixLists, Replay, Replayer, Sources, Strays, World, findings,
};
use rangecover::groups::{DescribeError, Peer, SecurityGroup, security_groups};
use rangecover::logs::evidence::{Sink, Traffic};
use rangecover::logs::flow::Record;
use rangecover::logs::inputs::{self, Reading};
use rangecover::present::export::{
    audit, audit_json, changes_cli, changes_terraform, document, json, markdown,
};
use rangecover::problem::number::counted;

use super::args::LimitArgs;
use super::inputs::{LOGS, LogArgs};
use super::{Exit, examples, output, written};

/// Names that are shown before the rest is only counted.
const NAMED: usize = 3;

/// Judge the rules of security groups by flow logs, and propose what would do
///
/// The files are what AWS prints:
/// `aws ec2 describe-security-groups > groups.json` and
/// `aws ec2 describe-network-interfaces > interfaces.json`.
///
/// Exit status: 0 audited, 1 error, 2 usage, 3 no rules for some group within the limits (proven).
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover audit --security-groups groups.json --interfaces interfaces.json logs/",
    "rangecover audit --security-groups group.json logs/ --max-rules 40 -o review.md",
    "rangecover audit --security-groups groups.json --interfaces interfaces.json logs/ -o changes.tf",
]))]
#[command(mut_arg("inputs", |arg| arg.help(LOGS).long_help(None)))]
#[command(mut_arg("max_rules", |arg| arg.help("The most IPv4 rules of each group")))]
#[command(mut_arg("max_rules_ipv6", |arg| arg.help("The most IPv6 rules of each group")))]
pub(crate) struct Args {
    /// The groups, from `aws ec2 describe-security-groups` or `describe-security-group-rules`
    #[arg(long, value_name = "FILE")]
    security_groups: PathBuf,
    /// The interfaces, from `aws ec2 describe-network-interfaces`; one group needs none
    #[arg(long, value_name = "FILE")]
    interfaces: Option<PathBuf>,
    /// What prefix lists count, from `aws ec2 describe-managed-prefix-lists`; 1 without it
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    prefix_lists: Option<PathBuf>,
    #[command(flatten)]
    inputs: LogArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// The format [default: by the ending of -o, or text]
    #[arg(long, value_enum, help_heading = "Output")]
    format: Option<Format>,
    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// With everything that was found
    Json,
    /// For a review
    Markdown,
    /// The changes, as commands of the AWS CLI
    Cli,
    /// The changes, as resources and imports, with commands for what is to go
    Terraform,
}

impl Format {
    /// The endings of its files.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["txt"],
            Self::Json => &["json"],
            Self::Markdown => &["md", "markdown"],
            Self::Cli => &["sh"],
            Self::Terraform => &["tf"],
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let path = args.output.as_deref();
    let format = written::value_format(args.format, path, Format::endings);
    let bounds = args.limits.bounds()?;
    let (groups, attachments, lists) = described(args)?;
    let sources = Sources::of(&groups, attachments.as_ref())
        .ok_or_else(|| anyhow!("more than 65,535 sources cannot be told apart"))?;
    let (read, reading, exit) = args.inputs.read_for_audit(sources.zones())?;
    let Some(traffic) = read.traffic else {
        bail!("no flow log among the inputs, so nothing to judge rules by");
    };
    let mut world = World::new(groups, lists, sources);
    world.without_ports.clone_from(&traffic.report.without_ports);
    world.join(&traffic.interfaces, attachments.as_ref());
    if world.interfaces.is_empty() {
        return Err(nothing_audited(&world));
    }
    tell_strays_apart(args, &reading, &mut world);
    notes(&world, &traffic, attachments.as_ref());
    let found = findings(&world, &bounds)?;
    let replay = replay(args, &reading, &world, &found);
    match format.unwrap_or(Format::Text) {
        Format::Text => {
            let document = audit::document(&world, &found, replay.as_ref());
            output::write_text(path, document::text(&document, output::columns(path)).as_bytes())?;
        }
        Format::Markdown => {
            let document = audit::document(&world, &found, replay.as_ref());
            output::write(path, markdown::markdown(&document, |_| None).as_bytes())?;
        }
        Format::Json => {
            let records = Some(traffic.report.records);
            output::write(path, &json::json(&audit_json::record(&world, &found, replay, records)))?;
        }
        Format::Cli => output::write(path, &scripts(&world, &found)?)?,
        Format::Terraform => output::write(path, &resources(&world, &found)?)?,
    }
    written::say(path);
    Ok(exit.max(exit_of(&found)))
}

/// What the files say.
fn described(
    args: &Args,
) -> anyhow::Result<(Vec<SecurityGroup>, Option<Attachments>, PrefixLists)> {
    let path = args.security_groups.as_path();
    let described = parsed(path, security_groups)?;
    for note in &described.notes {
        output::note(&format!("{}: {note}", path.display()));
    }
    let groups = described.groups;
    if groups.is_empty() {
        bail!("{}: no security group in it, so nothing to audit", path.display());
    }
    let attachments = args.interfaces.as_deref().map(|path| parsed(path, Attachments::parse));
    let attachments = attachments.transpose()?;
    if attachments.is_none() {
        if groups.len() > 1 {
            bail!(
                "{} has {} and nothing says which interface carries which; give --interfaces FILE, \
                 from `aws ec2 describe-network-interfaces > interfaces.json`",
                path.display(),
                counted(groups.len() as u64, "group"),
            );
        }
        output::note(&format!("without --interfaces, each carries {}", groups[0].id));
    }
    let lists = args.prefix_lists.as_deref().map(|path| parsed(path, PrefixLists::parse));
    let lists = lists.transpose()?.unwrap_or_default();
    let peers = groups.iter().flat_map(|group| &group.rules).map(|rule| &rule.peer);
    let mut unknown: Vec<&str> = peers
        .filter_map(|peer| match peer {
            Peer::PrefixList { id } if !lists.lists.contains_key(id) => Some(id.as_str()),
            _ => None,
        })
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    if !unknown.is_empty() {
        output::note(&format!(
            "taken to count 1 in both quotas, as --prefix-lists does not tell: {}",
            few(&unknown)
        ));
    }
    Ok((groups, attachments, lists))
}

fn parsed<T>(path: &Path, parse: impl Fn(&str) -> Result<T, DescribeError>) -> anyhow::Result<T> {
    let place = path.display();
    let bytes = fs::read(path).with_context(|| place.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| {
        anyhow!(
            "{place}: not text in UTF-8, so not as the AWS CLI prints it; `>` of an old PowerShell \
             writes UTF-16"
        )
    })?;
    parse(&text).map_err(|error| anyhow!("{place}:{error}"))
}

/// What is not joined.
fn notes(world: &World, traffic: &Traffic, attachments: Option<&Attachments>) {
    if !world.unattached.is_empty() {
        output::note(&format!(
            "{} with records not in --interfaces, so not audited: {}",
            counted(world.unattached.len() as u64, "interface"),
            few(&world.unattached),
        ));
    }
    let seen =
        |id: &&String| traffic.interfaces.iter().any(|seen| seen.interface.as_ref() == Some(*id));
    let all = attachments.into_iter().flat_map(|all| all.interfaces.keys());
    let silent: Vec<&String> = all.filter(|id| !seen(id)).collect();
    if !silent.is_empty() {
        output::note(&format!(
            "{} without records: {}",
            counted(silent.len() as u64, "interface"),
            few(&silent),
        ));
    }
    let strangers = world.interfaces.iter().flat_map(|interface| &interface.strangers);
    let mut strangers: Vec<&String> = strangers.collect();
    strangers.sort_unstable();
    strangers.dedup();
    if !strangers.is_empty() {
        output::note(&format!(
            "not in --security-groups, although interfaces carry them: {}",
            few(&strangers)
        ));
    }
}

/// Why there is no interface to audit.
fn nothing_audited(world: &World) -> anyhow::Error {
    match world.unattached.len() as u64 {
        0 => anyhow!("no interface is audited: the flow logs have no record of any"),
        n => anyhow!(
            "no interface is audited: --interfaces has none of the {} with records ({}); give the \
             interfaces and the flow logs of the same account and region",
            counted(n, "interface"),
            few(&world.unattached),
        ),
    }
}

/// The first few names, and how many more there are.
fn few(names: &[impl AsRef<str>]) -> String {
    let mut text: Vec<&str> = names.iter().take(NAMED).map(AsRef::as_ref).collect();
    let more = format!("and {} more", names.len().saturating_sub(NAMED));
    if names.len() > NAMED {
        text.push(&more);
    }
    text.join(", ")
}

/// Reads the records once more; none where that cannot be done.
fn replay(args: &Args, reading: &Reading, world: &World, found: &Findings) -> Option<Replay> {
    let replayer = Replayer::new(world, &found.proposed);
    let sink = Arc::clone(&replayer);
    let sink = Arc::new(move |record: &Record<'_>| sink.add(record));
    match read_again(args, reading, sink) {
        Ok(()) => Some(replayer.found()),
        Err(error) => {
            output::note(&format!("no replay: {error}"));
            None
        }
    }
}

/// Reads the records once more for the addresses of clients that no rule lets in.
fn tell_strays_apart(args: &Args, reading: &Reading, world: &mut World) {
    let Some(strays) = Strays::of(world).map(Arc::new) else { return };
    let sink = Arc::clone(&strays);
    let sink = Arc::new(move |record: &Record<'_>| sink.add(record));
    match read_again(args, reading, sink) {
        Ok(()) => world.tell_apart(&strays),
        Err(error) => output::note(&format!(
            "clients that no rule lets in are only known by their networks, and no rules are \
             proposed for them: {error}"
        )),
    }
}

fn read_again(args: &Args, reading: &Reading, sink: Arc<Sink>) -> anyhow::Result<()> {
    if !args.inputs.are_files() {
        bail!("standard input and pipes cannot be read twice");
    }
    let reading = Reading { zones: None, ..reading.clone() };
    inputs::send_records(args.inputs.names(), &reading, &(), sink)?;
    Ok(())
}

/// The scripts of all groups that change.
fn scripts(world: &World, found: &Findings) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (group, changes) in world.groups.iter().zip(&found.changes) {
        if let Some(changes) = changes.as_ref().filter(|changes| !changes.is_empty()) {
            bytes.extend(changes_cli::script(changes, &group.id)?);
        }
    }
    Ok(bytes)
}

/// The proposed rules of all groups, those without a change among them: what is left out of the
/// next file Terraform destroys.
fn resources(world: &World, found: &Findings) -> anyhow::Result<Vec<u8>> {
    let groups = world.groups.iter().zip(&found.changes);
    let changed =
        groups.filter_map(|(group, changes)| Some((group.id.as_str(), changes.as_ref()?)));
    Ok(changes_terraform::file(changed)?)
}

/// What the proposals mean for the exit status.
fn exit_of(found: &Findings) -> Exit {
    let ends = found.proposals.iter().map(|proposal| match proposal.instead {
        Instead::Rules { .. } | Instead::NotJudged => Exit::Answered,
        Instead::Infeasible { .. } => Exit::Infeasible,
        Instead::Undecided => Exit::Unanswered,
    });
    ends.max().unwrap_or(Exit::Answered)
}
