//! Limits, solvers and times as arguments, and the instances that they make of the inputs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use rangecover::groups::audit::Bounds;
use rangecover::logs::evidence::Records;
use rangecover::logs::inputs::{Reading, Source};
use rangecover::problem::instance::{
    Budget, Instance, drop_forbidden, group_of_addresses, groups, outer_groups,
};
use rangecover::problem::limits::{LimitSpec, Limits, WeightEntry, parse_weights};
use rangecover::problem::port_list::Entry;
use rangecover::problem::zones::Family;
use rangecover::solve::{SOLVERS, Solver, Stop, solver};

use super::exit::print_error;
use super::inputs::InputArgs;
use super::{Exit, output, usage};

/// What AWS allows of each family.
const DEFAULT_QUOTA: usize = 60;

/// The budget, and what a rule may do.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// The budget: most rules, or units of IPv4 with --zones
    #[arg(long, value_name = "N", default_value_t = DEFAULT_QUOTA)]
    max_rules: usize,
    /// The units that IPv6 rules may take, with --zones
    #[arg(long, value_name = "N", default_value_t = DEFAULT_QUOTA, hide_short_help = true)]
    max_rules_ipv6: usize,
    /// Units of the budget that existing rules keep
    #[arg(long, value_name = "N", default_value_t = 0, hide_short_help = true)]
    reserve: usize,
    /// Units of the IPv6 budget that existing rules keep
    #[arg(long, value_name = "N", default_value_t = 0, hide_short_help = true)]
    reserve_ipv6: usize,
    /// A rule opens at most this many unused ports
    #[arg(long, value_name = "N")]
    max_open_ports: Option<u64>,
    /// A rule bridges no hole of more unused ports in a row than this
    #[arg(long, value_name = "N", hide_short_help = true)]
    max_hole: Option<u64>,
    /// A rule spans at most this many ports
    #[arg(long, value_name = "N", hide_short_help = true)]
    max_rule_width: Option<u64>,
    /// Never open these ports: 22,3389,udp/53; no protocol means every protocol
    #[arg(long, value_name = "PORTS", value_delimiter = ',')]
    forbid: Vec<Entry>,
    /// Take forbidden ports out of the used ones instead of refusing them
    #[arg(long, hide_short_help = true)]
    drop_forbidden: bool,
    /// What opening a port costs: lines PORTS WEIGHT; 1 where nothing is said
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    weights: Option<PathBuf>,
}

/// Whether rules of one zone serve others.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct SharingArgs {
    /// Let the rules of outer zones serve the zones inside them, with --zones
    #[arg(long, requires = "zones", hide_short_help = true)]
    pub(crate) share_outer: bool,
}

/// How long a solver may take.
#[derive(Args, Clone)]
pub(crate) struct TimeArgs {
    /// Stop each instance after this time, with the best known
    ///
    /// A proven bound comes with it. `none` lifts a limit that is there by default.
    #[arg(long, help_heading = None, value_name = "SECONDS|none", value_parser = time_limit)]
    time_limit: Option<TimeLimit>,
}

/// A time, or none at all.
#[derive(Clone, Copy)]
enum TimeLimit {
    None,
    After(Duration),
}

fn time_limit(text: &str) -> Result<TimeLimit, String> {
    if text == "none" {
        return Ok(TimeLimit::None);
    }
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map(TimeLimit::After).map_err(|error| error.to_string())
}

impl TimeArgs {
    /// The arguments as they are written.
    pub(crate) fn flags(&self) -> Vec<String> {
        let limit = self.limit().into_iter();
        limit
            .flat_map(|limit| ["--time-limit".to_owned(), limit.as_secs_f64().to_string()])
            .collect()
    }

    /// The limit, if there is one.
    fn limit(&self) -> Option<Duration> {
        self.time_limit.and_then(|limit| match limit {
            TimeLimit::After(limit) => Some(limit),
            TimeLimit::None => None,
        })
    }

    /// Whether nothing is said of a limit.
    pub(crate) fn is_unsaid(&self) -> bool {
        self.time_limit.is_none()
    }

    /// These, with a limit.
    pub(crate) fn within(limit: Duration) -> Self {
        Self { time_limit: Some(TimeLimit::After(limit)) }
    }

    /// Whether there is a limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit().is_some()
    }

    /// A stop that counts from now.
    pub(crate) fn stop(&self) -> Stop {
        self.limit().map_or_else(Stop::never, Stop::after)
    }
}

/// The solvers of the registry, each with what it is.
pub(crate) fn solver_names() -> impl Iterator<Item = PossibleValue> {
    SOLVERS.iter().map(|solver| PossibleValue::new(solver.name()).help(solver.about()))
}

/// The name of a solver of the registry.
pub(crate) fn solver_named() -> impl TypedValueParser<Value = &'static dyn Solver> {
    let named = PossibleValuesParser::new(solver_names());
    named.map(|name| solver(&name).expect("the registry has named it"))
}

impl LimitArgs {
    fn spec(&self) -> anyhow::Result<LimitSpec> {
        Ok(LimitSpec {
            max_open_ports: self.max_open_ports,
            max_hole: self.max_hole,
            max_rule_width: self.max_rule_width,
            forbid: self.forbid.clone(),
            weights: match &self.weights {
                Some(path) => weights(path)?,
                None => Vec::new(),
            },
        })
    }

    /// What the reserve leaves of each quota of so many security groups; more than that is an error.
    fn budget(&self, n_groups: usize) -> Result<Budget, String> {
        let less = |quota: usize, reserve: usize, suffix: &str| {
            let times = if n_groups > 1 { format!(" times {n_groups}") } else { String::new() };
            quota.saturating_mul(n_groups).checked_sub(reserve).ok_or_else(|| {
                format!(
                    "--reserve{suffix} {reserve} is more than --max-rules{suffix} {quota}{times}"
                )
            })
        };
        Ok(Budget {
            ipv4: less(self.max_rules, self.reserve, "")?,
            ipv6: less(self.max_rules_ipv6, self.reserve_ipv6, "-ipv6")?,
        })
    }

    /// The units of each quota of one security group.
    pub(crate) fn quota(&self) -> Budget {
        Budget { ipv4: self.max_rules, ipv6: self.max_rules_ipv6 }
    }

    /// What proposed rules may be, in an audit.
    pub(crate) fn bounds(&self) -> anyhow::Result<Bounds> {
        Ok(Bounds {
            quota: self.budget(1).unwrap_or_else(|error| usage(error)),
            reserve: self.reserve(),
            limits: Arc::new(Limits::from(self.spec()?)),
            drop_forbidden: self.drop_forbidden,
        })
    }

    fn reserve(&self) -> Budget {
        Budget { ipv4: self.reserve, ipv6: self.reserve_ipv6 }
    }

    /// The files that the arguments name, whose paths count from `root`.
    pub(crate) fn files_from(&mut self, root: &Path) -> Option<&Path> {
        let path = self.weights.as_mut()?;
        *path = root.join(&*path);
        Some(path)
    }

    /// As [`LimitArgs::flags`], with those of reading after them.
    pub(crate) fn flags_and(
        &self,
        sharing: &SharingArgs,
        reading: impl IntoIterator<Item = String>,
    ) -> String {
        let shares = sharing.share_outer.then(|| "--share-outer".to_owned());
        let all: Vec<String> = [self.flags()].into_iter().chain(shares).chain(reading).collect();
        all.join(" ")
    }

    /// The arguments as they are written: the budget, and whatever else is not left as it is.
    fn flags(&self) -> String {
        let Self { max_rules, max_rules_ipv6, reserve, reserve_ipv6, .. } = self;
        let mut flags = format!("--max-rules {max_rules}");
        let mut flag = |given: bool, text: String| {
            if given {
                flags.push(' ');
                flags.push_str(&text);
            }
        };
        flag(*max_rules_ipv6 != DEFAULT_QUOTA, format!("--max-rules-ipv6 {max_rules_ipv6}"));
        flag(*reserve > 0, format!("--reserve {reserve}"));
        flag(*reserve_ipv6 > 0, format!("--reserve-ipv6 {reserve_ipv6}"));
        for (name, most) in [
            ("max-open-ports", self.max_open_ports),
            ("max-hole", self.max_hole),
            ("max-rule-width", self.max_rule_width),
        ] {
            flag(most.is_some(), format!("--{name} {}", most.unwrap_or_default()));
        }
        let forbidden: Vec<String> = self.forbid.iter().map(ToString::to_string).collect();
        flag(!forbidden.is_empty(), format!("--forbid {}", forbidden.join(",")));
        flag(self.drop_forbidden, "--drop-forbidden".to_owned());
        if let Some(path) = &self.weights {
            flag(true, format!("--weights {}", path.display()));
        }
        flags
    }
}

fn weights(path: &Path) -> anyhow::Result<Vec<WeightEntry>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    parse_weights(&text).map_err(|error| anyhow!("{}:{error}", path.display()))
}

/// One instance to be answered.
pub(crate) struct Job {
    /// Where its ports come from.
    pub(crate) source: Source,
    /// What is to be solved.
    pub(crate) instance: Instance,
    /// Units of the quotas that existing rules keep.
    pub(crate) reserve: Budget,
    /// Used ports that were taken out.
    pub(crate) dropped: Vec<Entry>,
    /// The units of each quota of one security group.
    pub(crate) quota: Budget,
}

impl Job {
    /// Says which used ports were taken out, where what is written does not.
    pub(crate) fn note_dropped(&self) {
        if !self.dropped.is_empty() {
            let dropped: Vec<String> = self.dropped.iter().map(ToString::to_string).collect();
            output::note(&format!("{}: dropped {}", self.source.name(), dropped.join(", ")));
        }
    }
}

/// All instances of a command.
pub(crate) struct Jobs {
    /// The instances, in order.
    pub(crate) list: Vec<Job>,
    /// How the inputs were read.
    pub(crate) reading: Reading,
    /// Records of the flow logs.
    pub(crate) records: Option<Records>,
    /// Whether all inputs made instances.
    pub(crate) exit: Exit,
}

/// Reads the inputs, reports on stderr what was read, and makes the instances.
pub(crate) fn load(inputs: &InputArgs, limits: &LimitArgs) -> anyhow::Result<Jobs> {
    load_for(inputs, limits, false, 1)
}

/// As [`load`], with rules that may serve inner zones, and the budget of so many security groups
/// together.
pub(crate) fn load_for(
    inputs: &InputArgs,
    limits: &LimitArgs,
    share_outer: bool,
    n_groups: usize,
) -> anyhow::Result<Jobs> {
    let budget = limits.budget(n_groups).unwrap_or_else(|error| usage(error));
    let limit = Arc::new(Limits::from(limits.spec()?));
    let (read, reading, mut exit) = inputs.read()?;
    let mut jobs = Vec::new();
    for source in read.sources {
        match job_within(source, &reading, &limit, (budget, limits, share_outer)) {
            Ok(job) => jobs.push(job),
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
            }
        }
    }
    let records = read.traffic.map(|traffic| traffic.report.records);
    Ok(Jobs { list: jobs, reading, records, exit })
}

/// Reads inputs that make one instance, without a word about what was read.
pub(crate) fn load_one(
    inputs: &InputArgs,
    limits: &LimitArgs,
    sharing: &SharingArgs,
) -> anyhow::Result<Job> {
    let budget = limits.budget(1).map_err(|error| anyhow!(error))?;
    let limit = Arc::new(Limits::from(limits.spec()?));
    let (mut read, reading) = inputs.read_quietly()?;
    let source = match read.sources.len() {
        1 => read.sources.remove(0),
        n => bail!("the input makes {n} instances; narrow it down to one by --interface"),
    };
    job_within(source, &reading, &limit, (budget, limits, sharing.share_outer))
}

/// Makes an instance within what the arguments say.
fn job_within(
    source: Source,
    reading: &Reading,
    limit: &Arc<Limits>,
    (budget, limits, share_outer): (Budget, &LimitArgs, bool),
) -> anyhow::Result<Job> {
    let selection = &reading.selection;
    let selects = !selection.protocols.is_empty() || !selection.interfaces.is_empty();
    if selects && !source.addresses.is_empty() {
        let reason = "--protocol and --interface are about ports and flow logs, and this is a list \
                      of addresses";
        return Err(anyhow!(reason).context(source.name()));
    }
    // Without zones there is one quota only: that of the one source.
    let quota = reading.source.map_or(Family::Ipv4, Family::from);
    let in_force = |units: Budget| match source.zones {
        Some(_) => units,
        None => units.of(quota).into(),
    };
    let [budget, reserve, quota] = [budget, limits.reserve(), limits.quota()].map(in_force);
    let job = job(source, limit, budget, limits.drop_forbidden, share_outer)?;
    Ok(Job { reserve, quota, ..job })
}

/// Makes an instance of used ports.
pub(crate) fn job(
    mut source: Source,
    limits: &Arc<Limits>,
    budget: impl Into<Budget>,
    drop: bool,
    share_outer: bool,
) -> anyhow::Result<Job> {
    let budget = budget.into();
    let dropped = if drop { drop_forbidden(&mut source.used, limits) } else { Vec::new() };
    let addresses = std::mem::take(&mut source.addresses);
    let spec = limits.spec();
    let about_ports = !spec.forbid.is_empty() || !spec.weights.is_empty();
    if about_ports && !addresses.is_empty() {
        let reason = "--forbid and --weights are about ports, and this is a list of addresses";
        return Err(anyhow!(reason).context(source.name()));
    }
    let addresses = (!addresses.is_empty()).then(|| group_of_addresses(addresses));
    let groups = groups(&source.used, source.zones.as_deref()).chain(addresses);
    let mut instance =
        Instance::of_groups(groups, budget, Arc::clone(limits)).with_context(|| source.name())?;
    if share_outer {
        let outer = source
            .zones
            .as_deref()
            .map(|zones| outer_groups(&source.used, |origin| zones.outer(origin)));
        instance = instance.sharing(outer.unwrap_or_default()).with_context(|| source.name())?;
    }
    Ok(Job { source, instance, reserve: Budget::default(), dropped, quota: budget })
}
