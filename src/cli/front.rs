//! `rangecover front`: the least open ports for every budget.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use rayon::prelude::*;
use serde::Serialize;

use rangecover::chart::{self, Chart, Curve};
use rangecover::export::number::grouped;
use rangecover::export::{json, table};
use rangecover::front::{FrontPoint, Tradeoff};
use rangecover::inputs::name;
use rangecover::zones::Family;

use super::args::{Job, LimitArgs, load};
use super::inputs::InputArgs;
use super::{Exit, output};

/// Last budget that can be asked for: ports have fewer runs by far.
const MOST_BUDGETS: i64 = 1_000_000;

/// Draw the trade-off: the least open ports for every budget, each point proven
///
/// Example: `rangecover front datasets/flow-logs -o front.svg`
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// Last budget to show [default: the least that opens nothing]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=MOST_BUDGETS))]
    up_to: Option<u32>,
    /// How the table on stdout is written: text has selected budgets, the others have all
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write the front to this file too: .svg or .png draw it, .csv and .json list every budget
    #[arg(short, long, value_name = "FILE")]
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
        Some("png") if cfg!(feature = "png") => FileFormat::Png,
        Some("png") => {
            bail!("{}: this build has no PNG (cargo feature png); use .svg", path.display())
        }
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
    /// The budgets at which the cost falls.
    #[serde(skip)]
    drops: Vec<Vertex>,
    points: Vec<Row>,
    #[serde(skip)]
    weighted: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let file = match &args.output {
        Some(path) => Some((path.as_path(), file_format(path)?)),
        None => None,
    };
    let rows = |format| matches!(format, Format::Csv | Format::Json);
    let every_budget =
        rows(args.format) || file.is_some_and(|(_, f)| matches!(f, FileFormat::Rows(_)));
    let up_to = args.up_to.map(|budget| budget as usize);
    let jobs = load(&args.inputs, &args.limits)?;
    let bar = output::progress("fronts");
    bar.set_length(jobs.list.len() as u64);
    let fronts: Vec<Vec<InstanceFront>> = jobs
        .list
        .into_par_iter()
        .map(|job| {
            let fronts = fronts(&job, up_to, every_budget);
            bar.inc(1);
            fronts.with_context(|| job.source.name())
        })
        .collect::<anyhow::Result<_>>()?;
    let fronts: Vec<InstanceFront> = fronts.into_iter().flatten().collect();
    bar.finish_and_clear();
    if let Some((path, format)) = file {
        let bytes = match format {
            FileFormat::Svg => chart::svg(&draw(&fronts, up_to))?,
            FileFormat::Png => png(&draw(&fronts, up_to))?,
            FileFormat::Rows(format) => written(&fronts, format)?,
        };
        output::write(Some(path), &bytes)?;
    }
    output::write(None, &written(&fronts, args.format)?)?;
    Ok(jobs.exit)
}

#[cfg(feature = "png")]
fn png(chart: &Chart) -> anyhow::Result<Vec<u8>> {
    Ok(chart::png(chart)?)
}

#[cfg(not(feature = "png"))]
fn png(_: &Chart) -> anyhow::Result<Vec<u8>> {
    bail!("this build has no PNG")
}

/// Budgets that a table for people shows: 1, 2, 3, 5, 7, 10, 15, 20, 30, … .
fn ladder(last: usize) -> impl Iterator<Item = usize> {
    let decades = std::iter::successors(Some(1_usize), |decade| decade.checked_mul(10));
    decades
        .flat_map(|decade| [10, 15, 20, 30, 50, 70].map(|step| decade.saturating_mul(step) / 10))
        .take_while(move |&budget| budget < last)
}

/// The front of each quota that rules of the instance count in, while the other is held fixed.
fn fronts(
    job: &Job,
    up_to: Option<usize>,
    every_budget: bool,
) -> anyhow::Result<Vec<InstanceFront>> {
    let Job { source, instance, .. } = job;
    let has_zones = source.zones.is_some();
    let counts = |family: &Family| instance.counts_in(*family);
    let mut families: Vec<Family> = Family::ALL.into_iter().filter(counts).collect();
    if families.is_empty() {
        families.push(Family::Ipv4);
    }
    let front = |family| front(job, family, has_zones.then_some(family), up_to, every_budget);
    families.into_iter().map(front).collect()
}

fn front(
    job: &Job,
    family: Family,
    quota: Option<Family>,
    up_to: Option<usize>,
    every_budget: bool,
) -> anyhow::Result<InstanceFront> {
    let Job { source, instance, .. } = job;
    let in_force = instance.budget().of(family);
    let trade_off = Tradeoff::new(instance, family, up_to.map(|up_to| up_to.max(in_force)))?;
    let (least, most) = (trade_off.least_budget(), trade_off.most_budget());
    let last = up_to.unwrap_or(most);
    let budgets: Vec<usize> = if every_budget {
        (least..=last).collect()
    } else {
        // Every vertex is checked, since the chart draws it.
        let mut budgets: Vec<usize> = trade_off.vertices().iter().map(|vertex| vertex.0).collect();
        budgets.extend(ladder(last).chain([in_force, last]));
        budgets.sort_unstable();
        budgets.dedup();
        budgets.retain(|&b| b <= last || b == in_force && b <= most);
        budgets
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
        fewest_rules: least,
        most_rules: most,
        knee: trade_off.knee().map(vertex),
        vertices: trade_off.vertices().iter().copied().map(vertex).collect(),
        drops: trade_off.drops().into_iter().map(vertex).collect(),
        points: trade_off.points(budgets, row)?,
        weighted: !instance.limits().spec().weights.is_empty()
            || instance.groups().iter().any(|group| group.terms().weight != 1),
    })
}

fn written(fronts: &[InstanceFront], format: Format) -> anyhow::Result<Vec<u8>> {
    Ok(match format {
        Format::Text => text(fronts).into_bytes(),
        Format::Csv => {
            let rows: Vec<Row> = fronts.iter().flat_map(|front| front.points.clone()).collect();
            table::csv(&rows)?
        }
        Format::Json => json::json(&serde_json::json!({
            "version": env!("CARGO_PKG_VERSION"),
            "fronts": fronts,
        })),
    })
}

/// A block for each instance: selected budgets, and what the special ones are.
fn text(fronts: &[InstanceFront]) -> String {
    let blocks: Vec<String> = fronts.iter().map(block).collect();
    blocks.join("\n")
}

fn block(front: &InstanceFront) -> String {
    let name = name(front.input.as_deref(), front.interface.as_deref());
    let knee = front.knee.map(|knee| knee.budget);
    let shown: Vec<usize> =
        ladder(usize::MAX / 100).take_while(|&b| b <= front.most_rules).collect();
    let marks = |budget: usize| {
        let marks = [
            (budget == front.fewest_rules, "fewest rules"),
            (Some(budget) == knee, "knee"),
            (budget == front.budget, "budget"),
            (budget == front.most_rules, "opens nothing"),
        ];
        let marks: Vec<&str> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
        marks.join(", ")
    };
    let rows: Vec<Vec<String>> = front
        .points
        .iter()
        .filter(|row| !marks(row.budget).is_empty() || shown.binary_search(&row.budget).is_ok())
        .map(|row| {
            let mut cells = vec![grouped(row.budget as u64), grouped(row.open_ports)];
            if front.weighted {
                cells.push(grouped(row.cost));
            }
            cells.push(marks(row.budget));
            cells
        })
        .collect();
    let mut head = vec!["rules", "open ports"];
    if front.weighted {
        head.push("cost");
    }
    head.push("");
    let infeasible = if front.budget < front.fewest_rules {
        format!(", so the budget of {} is infeasible", grouped(front.budget as u64))
    } else {
        String::new()
    };
    format!(
        "{name}: at least {} of {} rules needed{infeasible}\n{}",
        grouped(front.fewest_rules as u64),
        grouped(front.most_rules as u64),
        table::table(&head, &rows)
    )
}

/// A list's file name, unless another list in another folder has the same: charts have little room.
fn short_name<'a>(fronts: &[InstanceFront], front: &'a InstanceFront) -> Option<&'a str> {
    fn file(input: &str) -> &str {
        input.rsplit('/').next().unwrap_or(input)
    }
    let input = front.input.as_deref()?;
    let namesakes = fronts.iter().filter_map(|other| other.input.as_deref());
    let n_namesakes = namesakes.filter(|other| file(other) == file(input)).count();
    Some(if n_namesakes == 1 { file(input) } else { input })
}

fn draw(fronts: &[InstanceFront], up_to: Option<usize>) -> Chart {
    let weighted = fronts.iter().any(|front| front.weighted);
    // An interface without used ports has nothing to trade; it is drawn only where no other is.
    let nothing_to_trade = fronts.iter().all(|front| front.most_rules == 0);
    Chart {
        title: "Open ports against rules".to_owned(),
        y_label: if weighted { "cost of open ports" } else { "open ports" }.to_owned(),
        up_to,
        curves: fronts
            .iter()
            .filter(|front| front.most_rules > 0 || nothing_to_trade)
            .map(|front| Curve {
                name: name(short_name(fronts, front), front.interface.as_deref()),
                vertices: front.vertices.iter().map(|v| (v.budget, v.cost)).collect(),
                knee: front.knee.map(|v| (v.budget, v.cost)),
                budget: front.budget,
            })
            .collect(),
    }
}
