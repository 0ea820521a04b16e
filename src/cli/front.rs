//! `rangecover front`: the least open ports for every budget.

mod picture;
mod table;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use rayon::prelude::*;
use serde::Serialize;

use rangecover::present::chart::{self, Step};
use rangecover::present::export::{json, table::csv};
use rangecover::problem::instance::Group;
use rangecover::problem::points::Points;
use rangecover::problem::ports::Protocol;
use rangecover::problem::zones::Family;
use rangecover::solve::front::{FrontPoint, Tradeoff};

use super::args::{Job, LimitArgs, load};
use super::inputs::InputArgs;
use super::{Exit, examples, output, written};

/// Last budget that can be asked for: ports have fewer runs by far.
const MOST_BUDGETS: i64 = 1_000_000;

/// Draw the trade-off: the least open ports for every budget, each point proven
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover front datasets/flow-logs -o front.svg",
    "rangecover front ports.txt --up-to 20 --format csv",
    "rangecover front logs/ --zones zones.toml -o front.json",
]))]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Last budget to show [default: the least that opens nothing]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=MOST_BUDGETS), help_heading = None)]
    up_to: Option<u32>,
    /// The format of the table on stdout; text has selected budgets only
    #[arg(long, value_enum, default_value = "text", help_heading = "Output")]
    format: Format,
    /// Write the front to a file too: .svg or .png draw it, .csv or .json list it
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

/// What a file is to hold, by its ending.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileFormat {
    Svg,
    Png,
    Rows(Format),
}

fn file_format(path: &Path) -> anyhow::Result<FileFormat> {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    Ok(match ending.to_str() {
        Some("svg") => FileFormat::Svg,
        Some("png") => FileFormat::Png,
        Some("csv") => FileFormat::Rows(Format::Csv),
        Some("json") => FileFormat::Rows(Format::Json),
        _ => bail!("{}: the ending must be .svg, .png, .csv or .json", path.display()),
    })
}

/// One budget of one instance.
#[derive(Debug, Clone, Serialize)]
struct Row {
    input: Option<String>,
    interface: Option<String>,
    budget: usize,
    open_ports: u64,
    cost: u64,
    /// The convex bound; the cost itself is proven too.
    bound: u64,
    /// Whether the cost is on the convex bound.
    supported: bool,
    /// The quota whose budget it is, where sources are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<Family>,
}

/// A vertex of the front.
#[derive(Debug, Clone, Copy, Serialize)]
struct Vertex {
    budget: usize,
    cost: u64,
}

/// The front of one instance.
#[derive(Debug, Clone, Serialize)]
struct InstanceFront {
    input: Option<String>,
    interface: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota: Option<Family>,
    /// Like all budgets here, in units of the quota: one for each rule unless zones say otherwise.
    budget: usize,
    fewest_rules: usize,
    most_rules: usize,
    knee: Option<Vertex>,
    /// The corners of the convex bound.
    vertices: Vec<Vertex>,
    /// The budgets at which the cost falls, where budgets are units.
    #[serde(skip)]
    steps: Option<Vec<Step>>,
    /// The budget beyond which more is of no use, if the front goes so far.
    #[serde(skip)]
    end: Option<usize>,
    points: Vec<Row>,
    #[serde(skip)]
    weighted: bool,
    /// What is opened.
    #[serde(skip)]
    points_are: Points,
}

impl InstanceFront {
    /// What its budgets count, in the plural.
    fn units(&self) -> &'static str {
        if self.quota.is_some() { "units" } else { "rules" }
    }

    /// What rules open, in the plural.
    fn opened(&self) -> &'static str {
        if self.points_are == Points::Addresses { "open addresses" } else { "open ports" }
    }
}

/// The least budget with the cost of a given one: of a staircase, the last step.
fn useful(steps: Option<&[Step]>, budget: usize) -> Option<usize> {
    let Some(steps) = steps else { return Some(budget) };
    let after = steps.partition_point(|step| step.budget <= budget);
    Some(steps.get(after.checked_sub(1)?)?.budget)
}

/// A staircase of no more steps is shown whole in a table.
const FEW_STEPS: usize = 15;

/// The budgets whose covers are made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Those of a table for people.
    Selected,
    /// Those too that a chart shows.
    Drawn,
    /// All of them.
    Every,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let file = match &args.output {
        Some(path) => Some((path.as_path(), file_format(path)?)),
        None => None,
    };
    let wanted = match (args.format, file) {
        (Format::Csv | Format::Json, _) | (_, Some((_, FileFormat::Rows(_)))) => Wanted::Every,
        (Format::Text, Some(_)) => Wanted::Drawn,
        (Format::Text, None) => Wanted::Selected,
    };
    let up_to = args.up_to.map(|budget| budget as usize);
    let jobs = load(&args.inputs, &args.limits)?;
    let bar = output::progress("fronts");
    bar.set_length(jobs.list.len() as u64);
    let fronts: Vec<Vec<InstanceFront>> = jobs
        .list
        .into_par_iter()
        .map(|job| {
            let fronts = fronts(&job, up_to, wanted);
            bar.inc(1);
            fronts.with_context(|| job.source.name())
        })
        .collect::<anyhow::Result<_>>()?;
    let fronts: Vec<InstanceFront> = fronts.into_iter().flatten().collect();
    bar.finish_and_clear();
    if let Some((path, format)) = file {
        let bytes = match format {
            FileFormat::Svg => chart::svg(&picture::chart(&fronts, up_to))?,
            FileFormat::Png => chart::png(&picture::chart(&fronts, up_to))?,
            FileFormat::Rows(format) => written(&fronts, format, None)?,
        };
        output::write(Some(path), &bytes)?;
        written::say(Some(path));
    }
    output::write(None, &written(&fronts, args.format, output::columns(None))?)?;
    Ok(jobs.exit)
}

/// Budgets that a table for people shows: 1, 2, 3, 5, 7, 10, 15, 20, 30, … .
fn ladder(last: usize) -> impl Iterator<Item = usize> {
    let decades = std::iter::successors(Some(1_usize), |decade| decade.checked_mul(10));
    decades
        .flat_map(|decade| [10, 15, 20, 30, 50, 70].map(|step| decade.saturating_mul(step) / 10))
        .take_while(move |&budget| budget < last)
}

/// The front of each quota that rules of the instance count in, while the other is held fixed.
fn fronts(job: &Job, up_to: Option<usize>, wanted: Wanted) -> anyhow::Result<Vec<InstanceFront>> {
    let Job { source, instance, .. } = job;
    let has_zones = source.zones.is_some();
    let mut families: Vec<Family> = instance.families().collect();
    if families.is_empty() {
        families.push(Family::Ipv4);
    }
    let front = |family| front(job, family, has_zones.then_some(family), up_to, wanted);
    families.into_iter().map(front).collect()
}

/// The budgets of a table for people, and those of a chart.
fn selected(
    trade_off: &Tradeoff,
    steps: Option<&[Step]>,
    (in_force, last): (usize, usize),
    wanted: Wanted,
) -> Vec<usize> {
    let useful = |budget| useful(steps, budget);
    // Every vertex is checked, since the chart draws it; of a staircase every step.
    let mut budgets: Vec<usize> = trade_off.vertices().iter().map(|vertex| vertex.0).collect();
    let drawn = steps.filter(|steps| wanted == Wanted::Drawn || steps.len() <= FEW_STEPS);
    let drawn = drawn.into_iter().flatten();
    budgets.extend(drawn.map(|step| step.budget));
    budgets.extend(ladder(last).chain([in_force, last]).filter_map(useful));
    budgets.extend([in_force, last]);
    budgets.sort_unstable();
    budgets.dedup();
    let most = trade_off.last_budget();
    let in_force = [Some(in_force), useful(in_force)];
    budgets.retain(|&b| b <= last || b <= most && in_force.contains(&Some(b)));
    budgets
}

fn front(
    job: &Job,
    family: Family,
    quota: Option<Family>,
    up_to: Option<usize>,
    wanted: Wanted,
) -> anyhow::Result<InstanceFront> {
    let Job { source, instance, .. } = job;
    let in_force = instance.budget().of(family);
    let trade_off = Tradeoff::new(instance, family, up_to)?;
    let other = family.other();
    if trade_off.held() > instance.budget().of(other) {
        let (source, held, title) = (source.name(), trade_off.held(), other.title());
        output::note(&format!(
            "{source}: the front is for {held} {title} units, the least that are enough"
        ));
    }
    let (fewest, most) = (trade_off.least_budget(), trade_off.most_budget());
    let last = up_to.unwrap_or(most);
    let fall = |(budget, cost)| Step { budget, cost, supported: trade_off.is_supported(budget) };
    let steps = quota.map(|_| trade_off.drops().into_iter().map(fall).collect::<Vec<_>>());
    let budgets = match wanted {
        Wanted::Every => (fewest..=last).collect(),
        _ => selected(&trade_off, steps.as_deref(), (in_force, last), wanted),
    };
    let row = |point: &FrontPoint| Row {
        input: source.input.clone(),
        interface: source.interface.clone(),
        budget: point.budget,
        open_ports: point.facts.open_ports,
        cost: point.facts.cost,
        bound: trade_off.bound(point.budget).unwrap_or(0),
        supported: trade_off.is_supported(point.budget),
        quota,
    };
    let vertex = |(budget, cost)| Vertex { budget, cost };
    Ok(InstanceFront {
        input: source.input.clone(),
        interface: source.interface.clone(),
        quota,
        budget: in_force,
        fewest_rules: fewest,
        most_rules: most,
        knee: trade_off.knee().map(vertex),
        vertices: trade_off.vertices().iter().copied().map(vertex).collect(),
        end: useful(steps.as_deref(), most).filter(|_| trade_off.last_budget() >= most),
        steps,
        points: trade_off.points(budgets, row)?,
        points_are: instance.groups().first().map_or(Protocol::Tcp.into(), Group::points),
        weighted: !instance.limits().spec().weights.is_empty()
            || instance.groups().iter().any(|group| group.terms().weight != 1),
    })
}

fn written(
    fronts: &[InstanceFront],
    format: Format,
    width: Option<usize>,
) -> anyhow::Result<Vec<u8>> {
    Ok(match format {
        Format::Text => table::text(fronts, width).into_bytes(),
        Format::Csv => {
            let rows: Vec<Row> = fronts.iter().flat_map(|front| front.points.clone()).collect();
            csv(&rows)?
        }
        Format::Json => json::json(&serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "fronts": fronts,
        })),
    })
}
