//! `rangecover compare`: solvers beside each other.

mod machine;
mod manifest;
pub(crate) mod memory;
mod row;

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::ValueEnum;

use rangecover::present::export::{json, table};
use rangecover::problem::instance::Instance;
use rangecover::research::manifest::Contradiction;
use rangecover::research::results::mean::median;
use rangecover::solve::answer::{Answer, checked};
use rangecover::solve::{Outcome, SolveError, Solver, solve};

use super::args::{Job, Jobs, LimitArgs, SharingArgs, TimeArgs, load_for, solver_named};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::solve::exit_of;
use super::{Exit, examples, output, usage, written};
use manifest::{Manifest, ManifestArgs};
use row::{Case, Passing, Row};

/// A first run of more milliseconds than this counts: warming up is next to nothing of it.
const WARM: f64 = 100.0;

const MEASURING: &str = "Measuring";

/// Compare solvers: rules, open ports, optimality gap, time, memory
///
/// Solvers run one after the other, so that their times can be compared; the time is that of the
/// solver alone, without the check. With --manifest, an answer that contradicts what the manifest
/// says of the data set is an error, and a proof that there is no cover, where the manifest says
/// so, is an answer: exit status 0.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover compare datasets/ports --solvers threshold,greedy,price",
    "rangecover compare ports.txt --repeats 5 --memory -o results.csv",
    "rangecover compare --manifest datasets/index.csv --family greedy-trap --time-limit 10",
]))]
#[command(mut_arg("inputs", |arg| arg.required(false).required_unless_present("manifest")))]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    sharing: SharingArgs,
    #[command(flatten)]
    manifest: ManifestArgs,
    /// The solvers
    #[arg(
        long,
        value_name = "NAMES",
        value_parser = solver_named(),
        value_delimiter = ',',
        default_value = "threshold,greedy,dp,price,ilp",
        help_heading = None,
    )]
    solvers: Vec<&'static dyn Solver>,
    #[command(flatten)]
    time: TimeArgs,
    /// Run each solver this often, and give the median time
    ///
    /// A run before these is not counted, as it pays for warming up; one that takes more than 100 ms
    /// is the first of these instead.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), hide_short_help = true, help_heading = MEASURING)]
    repeats: u32,
    /// Measure the memory of each solver too, in a process of its own (Linux)
    #[arg(long, hide_short_help = true, help_heading = MEASURING)]
    memory: bool,
    /// What the rows say of the machine, instead of its processor and system
    #[arg(long, value_name = "TEXT", conflicts_with = "no_times", hide_short_help = true, help_heading = MEASURING)]
    machine: Option<String>,
    /// Leave times, memory, commit and machine out, so that the same input gives the same output
    #[arg(long, conflicts_with_all = ["memory", "repeats"], help_heading = MEASURING, hide_short_help = true)]
    no_times: bool,
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
    /// One row for each instance and solver, with everything that tells what was measured
    Csv,
    /// The same as a list of objects
    Json,
}

impl Format {
    /// The endings of its files.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["txt"],
            Self::Csv => &["csv"],
            Self::Json => &["json"],
        }
    }
}

/// What there is to compare on, in order.
trait Instances {
    /// How many there are.
    fn len(&self) -> usize;
    /// One of them, with what rows say of it.
    fn get(&self, index: usize) -> anyhow::Result<(Case, Instance)>;
    /// Compares an answer with what is known of one, and says what it means for the exit status.
    fn check(&self, index: usize, answer: &Answer) -> anyhow::Result<Exit>;
}

/// The instances that inputs make.
struct Inputs {
    jobs: Jobs,
    /// As flags, with those of reading.
    limits: String,
}

impl Instances for Inputs {
    fn len(&self) -> usize {
        self.jobs.list.len()
    }

    fn get(&self, index: usize) -> anyhow::Result<(Case, Instance)> {
        let Job { source, instance, .. } = &self.jobs.list[index];
        let case = Case::new(source.name(), self.limits.clone(), instance, source.zones.is_some());
        Ok((case, instance.clone()))
    }

    fn check(&self, _: usize, answer: &Answer) -> anyhow::Result<Exit> {
        Ok(exit_of(answer))
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let path = args.output.as_deref();
    let format = written::value_format(args.format, path, Format::endings);
    output::check_writable(path)?;
    let (rows, exit) = match &args.manifest.manifest {
        Some(path) => rows(&Manifest::read(path, &args.manifest)?, args, Exit::Answered),
        None if args.manifest.selects() => usage("only --manifest has families and instances"),
        None => {
            let jobs = load_for(&args.inputs, &args.limits, args.sharing.share_outer, 1)?;
            let exit = jobs.exit;
            let limits = args.limits.flags_and(&args.sharing, args.inputs.flags());
            rows(&Inputs { jobs, limits }, args, exit)
        }
    };
    match format.unwrap_or(Format::Text) {
        Format::Text => output::write(path, row::text(&rows).as_bytes())?,
        Format::Csv => output::write(path, &table::csv(&rows)?)?,
        Format::Json => output::write(path, &json::json(&rows))?,
    }
    written::say(path);
    Ok(exit)
}

/// The rows, and how it all ended. What fails does not keep the rest from being compared.
fn rows(instances: &dyn Instances, args: &Args, mut exit: Exit) -> (Vec<Row>, Exit) {
    let solvers = each_once(&args.solvers);
    let bar = output::progress("comparing");
    bar.set_length((instances.len() * solvers.len()) as u64);
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
        for &solver in &solvers {
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

/// The solvers as they are named, none twice.
fn each_once(named: &[&'static dyn Solver]) -> Vec<&'static dyn Solver> {
    let mut seen = HashSet::new();
    named.iter().copied().filter(|solver| seen.insert(solver.name())).collect()
}

fn compare(
    case: &Case,
    instance: &Instance,
    solver: &'static dyn Solver,
    args: &Args,
    check: &dyn Fn(&Answer) -> anyhow::Result<Exit>,
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
            checked(solver.name(), instance, outcome, args.time.stop()).map_err(anyhow::Error::from)
        }
    };
    if !args.no_times {
        row.milliseconds = Passing::Cell(milliseconds);
        row.repeats = Passing::Cell(Some(args.repeats));
    }
    let answer = match checked {
        Ok(answer) => answer,
        Err(error) => return failed(row, &error.context(place())),
    };
    let exit = match check(&answer).with_context(place) {
        Ok(exit) => exit,
        Err(error) if error.downcast_ref().is_some_and(Contradiction::is_progress) => {
            print_error(&error);
            Exit::Failed
        }
        Err(error) => return failed(row, &error),
    };
    if args.memory {
        row.memory_bytes = Passing::Cell(memory_of(solver, instance, args, &place()));
    }
    (row.answered(&answer), exit)
}

fn failed(row: Row, error: &anyhow::Error) -> (Row, Exit) {
    print_error(error);
    (Row { outcome: "failed", ..row }, Exit::Failed)
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
        machine: Passing::Cell(Some(
            args.machine.clone().unwrap_or_else(|| machine::machine().to_owned()),
        )),
        ..row
    }
}

/// What a solver says the first time, and the median of its times.
///
/// A short first run is not counted: it is the one that pays for cold memory and caches.
fn timed(
    solver: &dyn Solver,
    instance: &Instance,
    args: &Args,
) -> (Result<Outcome, SolveError>, Option<f64>) {
    let run = || {
        let stop = args.time.stop();
        let started = Instant::now();
        let outcome = solve(solver, instance, stop);
        (outcome, started.elapsed().as_secs_f64() * 1e3)
    };
    let (first, milliseconds) = run();
    let counts = milliseconds > WARM || first.is_err() || args.no_times;
    let mut times: Vec<f64> = counts.then_some(milliseconds).into_iter().collect();
    if first.is_ok() {
        let more = args.repeats.saturating_sub(counts.into());
        times.extend((0..more).map(|_| run().1));
    }
    (first, median(times))
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
