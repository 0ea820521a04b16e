//! `rangecover compare`: solvers beside each other.

mod machine;
mod manifest;
pub(crate) mod memory;
mod row;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::ValueEnum;

use rangecover::answer::{Answer, checked};
use rangecover::export::{json, table};
use rangecover::instance::Instance;
use rangecover::solve::{Outcome, SolveError, Solver, solve};

use super::args::{Job, Jobs, LimitArgs, TimeArgs, load, solver_help, solver_named};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::solve::exit_of;
use super::{Exit, output, usage};
use manifest::{Manifest, ManifestArgs};
use row::{Case, Passing, Row};

/// Compare solvers: rules, open ports, optimality gap, time, memory
///
/// Solvers run one after the other, so that their times can be compared; the time is that of the
/// solver alone, without the check. With --manifest, an answer that contradicts what the manifest
/// says of the data set is an error.
///
/// Example: `rangecover compare datasets/ports --solvers threshold,greedy,price`
#[derive(clap::Args)]
#[command(mut_arg("inputs", |arg| arg.required(false).required_unless_present("manifest")))]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    manifest: ManifestArgs,
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
    /// Run each solver this often, and give the median time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    repeats: u32,
    /// Measure the memory of each solver too, in a process of its own (Linux)
    #[arg(long)]
    memory: bool,
    /// What the rows say of the machine, instead of its processor and system
    #[arg(long, value_name = "TEXT", conflicts_with = "no_times")]
    machine: Option<String>,
    /// Leave times, memory, commit and machine out, so that the same input gives the same output
    #[arg(long, conflicts_with_all = ["memory", "repeats"])]
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
    /// For people
    Text,
    /// One row for each instance and solver, with everything that tells what was measured
    Csv,
    /// The same as a list of objects
    Json,
}

/// What there is to compare on, in order.
trait Instances {
    /// How many there are.
    fn len(&self) -> usize;
    /// One of them, with what rows say of it.
    fn get(&self, index: usize) -> anyhow::Result<(Case, Instance)>;
    /// Compares an answer with what is known of one.
    fn check(&self, index: usize, answer: &Answer) -> anyhow::Result<()>;
}

/// The instances that inputs make.
struct Inputs<'a> {
    jobs: Jobs,
    limits: &'a LimitArgs,
}

impl Instances for Inputs<'_> {
    fn len(&self) -> usize {
        self.jobs.list.len()
    }

    fn get(&self, index: usize) -> anyhow::Result<(Case, Instance)> {
        let Job { source, instance, .. } = &self.jobs.list[index];
        let case = Case::new(source.name(), self.limits.flags(), instance, source.zones.is_some());
        Ok((case, instance.clone()))
    }

    fn check(&self, _: usize, _: &Answer) -> anyhow::Result<()> {
        Ok(())
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let (rows, exit) = match &args.manifest.manifest {
        Some(path) => rows(&Manifest::read(path, &args.manifest)?, args, Exit::Answered),
        None if args.manifest.selects() => usage("only --manifest has families and instances"),
        None => {
            let jobs = load(&args.inputs, &args.limits)?;
            let exit = jobs.exit;
            rows(&Inputs { jobs, limits: &args.limits }, args, exit)
        }
    };
    let path = args.output.as_deref();
    match args.format {
        Format::Text => output::write(path, row::text(&rows).as_bytes())?,
        Format::Csv => output::write(path, &table::csv(&rows)?)?,
        Format::Json => output::write(path, &json::json(&rows))?,
    }
    Ok(exit)
}

/// The rows, and how it all ended. What fails does not keep the rest from being compared.
fn rows(instances: &dyn Instances, args: &Args, mut exit: Exit) -> (Vec<Row>, Exit) {
    let bar = output::progress("comparing");
    bar.set_length((instances.len() * args.solvers.len()) as u64);
    let mut rows = Vec::new();
    for index in 0..instances.len() {
        let (case, instance) = match instances.get(index) {
            Ok(found) => found,
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
                continue;
            }
        };
        // An instance is answered when some solver answers it.
        let mut best = Exit::Unanswered;
        for &solver in &args.solvers {
            let check = |answer: &Answer| instances.check(index, answer);
            let (row, answered) = compare(&case, &instance, solver, args, &check);
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
    (rows, exit)
}

fn compare(
    case: &Case,
    instance: &Instance,
    solver: &'static dyn Solver,
    args: &Args,
    check: &dyn Fn(&Answer) -> anyhow::Result<()>,
) -> (Row, Exit) {
    let place = || format!("{}, {}", case.instance, solver.name());
    let mut row = measurable(Row::new(case, solver.name(), "refused"), args);
    let (outcome, milliseconds) = timed(solver, instance, args);
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
        Ok(outcome) => {
            checked(solver.name(), instance, outcome, args.time.stop()).map_err(Into::into)
        }
    };
    if !args.no_times {
        row.milliseconds = Passing::Cell(Some(milliseconds));
        row.repeats = Passing::Cell(Some(args.repeats));
    }
    let answer = checked.and_then(|answer| check(&answer).map(|()| answer)).with_context(place);
    match answer {
        Ok(answer) => {
            if args.memory {
                row.memory_bytes = Passing::Cell(memory_of(solver, instance, args, &place()));
            }
            (row.answered(&answer), exit_of(&answer))
        }
        Err(error) => {
            print_error(&error);
            row.outcome = "failed";
            (row, Exit::Failed)
        }
    }
}

/// A row with the columns of what is measured, and what tells measurements apart.
fn measurable(row: Row, args: &Args) -> Row {
    if args.no_times {
        return row;
    }
    Row {
        milliseconds: Passing::Cell(None),
        repeats: Passing::Cell(None),
        memory_bytes: Passing::Cell(None),
        commit: Passing::Cell(machine::commit()),
        machine: Passing::Cell(Some(args.machine.clone().unwrap_or_else(machine::machine))),
        ..row
    }
}

/// What a solver says the first time, and the median of its times.
fn timed(
    solver: &dyn Solver,
    instance: &Instance,
    args: &Args,
) -> (Result<Outcome, SolveError>, f64) {
    let run = || {
        let stop = args.time.stop();
        let started = Instant::now();
        let outcome = solve(solver, instance, stop);
        (outcome, started.elapsed().as_secs_f64() * 1e3)
    };
    let (first, milliseconds) = run();
    let mut times = vec![milliseconds];
    if first.is_ok() {
        times.extend((1..args.repeats).map(|_| run().1));
    }
    times.sort_by(f64::total_cmp);
    let middle = times.len() / 2;
    let median = if times.len() % 2 == 1 {
        times[middle]
    } else {
        f64::midpoint(times[middle - 1], times[middle])
    };
    (first, median)
}

fn memory_of(solver: &dyn Solver, instance: &Instance, args: &Args, place: &str) -> Option<u64> {
    match memory::measured(solver, instance, &args.time) {
        Ok(bytes) => bytes,
        Err(error) => {
            output::note(&format!("{place}: its memory could not be measured: {error}"));
            None
        }
    }
}
