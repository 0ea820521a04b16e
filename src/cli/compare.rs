//! `rangecover compare`: solvers beside each other.

use std::path::PathBuf;
use std::time::Instant;

use clap::ValueEnum;
use serde::Serialize;

use rangecover::answer::{Answer, checked};
use rangecover::export::number::grouped;
use rangecover::export::{json, table};
use rangecover::inputs::name;
use rangecover::report::OutcomeName;
use rangecover::solve::{SolveError, Solver, solve};

use super::args::{Job, LimitArgs, TimeArgs, load, solver_help, solver_named};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::solve::exit_of;
use super::{Exit, output};

/// Compare solvers: rules, open ports, optimality gap, time
///
/// Solvers run one after the other, so that their times can be compared; the time is that of the
/// solver alone, without the check.
///
/// Example: `rangecover compare datasets/ports --solvers threshold,greedy,price`
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[arg(
        long,
        value_name = "NAMES",
        value_parser = solver_named,
        value_delimiter = ',',
        default_value = "threshold,greedy,dp,price,ilp",
        help = "The solvers; --help lists them",
        long_help = solver_help(),
    )]
    solvers: Vec<&'static dyn Solver>,
    #[command(flatten)]
    time: TimeArgs,
    /// Leave the times out, so that the same input gives the same output
    #[arg(long)]
    no_times: bool,
    /// How the rows are written
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

/// What one solver did with one instance.
#[derive(Debug, Clone, Serialize)]
struct Row {
    input: Option<String>,
    interface: Option<String>,
    solver: &'static str,
    /// As in answers; `refused` for an instance beyond what the solver takes, `failed` for a defect.
    outcome: &'static str,
    n_rules: Option<usize>,
    /// Units of the IPv4 quota; a column with zones only.
    #[expect(clippy::option_option, reason = "no column, or an empty cell")]
    #[serde(skip_serializing_if = "Option::is_none")]
    units: Option<Option<usize>>,
    /// Units of the IPv6 quota, likewise.
    #[expect(clippy::option_option, reason = "no column, or an empty cell")]
    #[serde(skip_serializing_if = "Option::is_none")]
    units_ipv6: Option<Option<usize>>,
    open_ports: Option<u64>,
    cost: Option<u64>,
    bound: Option<u64>,
    /// Cost less bound.
    gap: Option<u64>,
    verified: bool,
    /// Wall time of the solver, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<f64>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let jobs = load(&args.inputs, &args.limits)?;
    let bar = output::progress("comparing");
    bar.set_length((jobs.list.len() * args.solvers.len()) as u64);
    let mut rows = Vec::new();
    let mut exit = jobs.exit;
    for job in &jobs.list {
        // An instance is answered when some solver answers it.
        let mut best = Exit::Unanswered;
        for &solver in &args.solvers {
            let (row, answered) = compare(job, solver, args);
            if answered == Exit::Failed {
                exit = Exit::Failed;
            }
            rows.push(row);
            best = best.min(answered);
            bar.inc(1);
        }
        exit = exit.max(best);
    }
    bar.finish_and_clear();
    let path = args.output.as_deref();
    match args.format {
        Format::Text => output::write(path, text(&rows).as_bytes())?,
        Format::Csv => output::write(path, &table::csv(&rows)?)?,
        Format::Json => output::write(path, &json::json(&rows))?,
    }
    Ok(exit)
}

fn compare(job: &Job, solver: &'static dyn Solver, args: &Args) -> (Row, Exit) {
    let mut row = Row {
        input: job.source.input.clone(),
        interface: job.source.interface.clone(),
        solver: solver.name(),
        outcome: "refused",
        n_rules: None,
        units: job.source.zones.as_ref().map(|_| None),
        units_ipv6: job.source.zones.as_ref().map(|_| None),
        open_ports: None,
        cost: None,
        bound: None,
        gap: None,
        verified: false,
        milliseconds: None,
    };
    let stop = args.time.stop();
    let started = Instant::now();
    let outcome = solve(solver, &job.instance, stop);
    let elapsed = started.elapsed();
    let place = || format!("{}, {}", job.source.name(), solver.name());
    let checked = match outcome {
        Err(
            error @ (SolveError::TooLarge { .. }
            | SolveError::Fractional { .. }
            | SolveError::Shared { .. }),
        ) => {
            output::note(&format!("{}: {error}", place()));
            return (row, Exit::Unanswered);
        }
        Err(error) => Err(error.into()),
        Ok(outcome) => checked(solver.name(), &job.instance, outcome, stop),
    };
    if !args.no_times {
        row.milliseconds = Some(elapsed.as_secs_f64() * 1e3);
    }
    let answer = match checked {
        Ok(answer) => answer,
        Err(error) => {
            print_error(&anyhow::Error::from(error).context(place()));
            row.outcome = "failed";
            return (row, Exit::Failed);
        }
    };
    row.outcome = OutcomeName::of(&answer).name();
    row.verified = answer != Answer::Unknown;
    row.bound = answer.bound();
    if let Some((_, facts)) = answer.cover() {
        row.n_rules = Some(facts.n_rules);
        row.units = row.units.map(|_| Some(facts.units.ipv4));
        row.units_ipv6 = row.units_ipv6.map(|_| Some(facts.units.ipv6));
        row.open_ports = Some(facts.open_ports);
        row.cost = Some(facts.cost);
        row.gap = row.bound.map(|bound| facts.cost - bound);
    }
    (row, exit_of(&answer))
}

fn text(rows: &[Row]) -> String {
    let shown = |n: Option<u64>| n.map(grouped).unwrap_or_default();
    let count = |n: Option<usize>| shown(n.map(|n| n as u64));
    let with_times = rows.iter().any(|row| row.milliseconds.is_some());
    let with_units = rows.iter().any(|row| row.units.is_some());
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let mut cells = vec![
                name(row.input.as_deref(), row.interface.as_deref()),
                row.solver.to_owned(),
                row.outcome.to_owned(),
                count(row.n_rules),
            ];
            if with_units {
                cells.push(count(row.units.flatten()));
                cells.push(count(row.units_ipv6.flatten()));
            }
            cells.extend([row.open_ports, row.cost, row.bound, row.gap].map(shown));
            cells.push(if row.verified { "yes" } else { "no" }.to_owned());
            if with_times {
                // A solver that refuses the instance has none.
                cells.push(row.milliseconds.map(|ms| format!("{ms:.3}")).unwrap_or_default());
            }
            cells
        })
        .collect();
    let mut head = vec!["instance", "solver", "outcome", "rules"];
    if with_units {
        head.extend(["IPv4 units", "IPv6 units"]);
    }
    head.extend(["open ports", "cost", "bound", "gap", "verified"]);
    if with_times {
        head.push("ms");
    }
    table::table(&head, &cells)
}
