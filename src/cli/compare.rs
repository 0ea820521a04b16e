//! `rangecover compare`: solvers beside each other.

mod instances;
mod machine;
mod manifest;
pub(crate) mod memory;
mod row;
mod sheet;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

use rangecover::problem::instance::Instance;
use rangecover::research::manifest::Contradiction;
use rangecover::research::results::mean::median;
use rangecover::solve::answer::{Answer, checked};
use rangecover::solve::{Outcome, SolveError, Solver, solve};

use super::args::{LimitArgs, SharingArgs, TimeArgs, load_for, solver_named};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::{Exit, examples, output, signals, usage, written};
use instances::{Inputs, Instances};
use manifest::{Manifest, ManifestArgs};
use row::{Case, Passing, Row};
use sheet::{Format, Shape, Sheet};

/// A first run of more milliseconds than this counts: warming up is next to nothing of it.
const WARM: f64 = 100.0;

/// Seconds for each data set and solver of a manifest, where nothing else is said.
const MANIFEST_SECONDS: u64 = 10;

const MEASURING: &str = "Measuring";

/// Compare solvers: rules, open ports, optimality gap, time, memory
///
/// Solvers run one after the other, so that their times can be compared; the time is that of the
/// solver alone, without the check. With --manifest, an answer that contradicts what the manifest
/// says of the data set is an error, and a proof that there is no cover, where the manifest says
/// so, is an answer: exit status 0. Each solver then stops after 10 seconds on each data set, unless
/// --time-limit says otherwise; `--time-limit none` lifts that.
///
/// Rows are written as they come. A file has its name once it is whole; until then, and after
/// Ctrl-C or worse, the rows so far are in FILE.partial beside it, over which the next run writes.
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

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let path = args.output.as_deref();
    let format = written::value_format(args.format, path, Format::endings);
    let format = format.unwrap_or(Format::Text);
    output::check_writable(path)?;
    let exit = match &args.manifest.manifest {
        Some(path) => {
            let manifest = Manifest::read(path, &args.manifest)?;
            if args.time.is_unsaid() {
                output::note(&format!(
                    "each solver stops after {MANIFEST_SECONDS} s on each data set; \
                     --time-limit none lifts that"
                ));
            }
            rows(&manifest, args, format, Exit::Answered)
        }
        None if args.manifest.selects() => usage("only --manifest has families and instances"),
        None => {
            let jobs = load_for(&args.inputs, &args.limits, args.sharing.share_outer, 1)?;
            let exit = jobs.exit;
            let limits = args.limits.flags_and(&args.sharing, args.inputs.flags());
            rows(&Inputs { jobs, limits }, args, format, exit)
        }
    }?;
    written::say(path);
    Ok(exit)
}

impl Args {
    /// How long a solver may take.
    fn time(&self) -> TimeArgs {
        if self.manifest.manifest.is_some() && self.time.is_unsaid() {
            return TimeArgs::within(Duration::from_secs(MANIFEST_SECONDS));
        }
        self.time.clone()
    }
}

/// Writes the rows, and tells how it all ended. What fails does not keep the rest from being compared.
fn rows(
    instances: &dyn Instances,
    args: &Args,
    format: Format,
    mut exit: Exit,
) -> anyhow::Result<Exit> {
    let solvers = each_once(&args.solvers);
    let n_rows = instances.len() * solvers.len();
    let bar = output::progress("comparing");
    bar.set_length(n_rows as u64);
    // Rows may go to the terminal that the bar is on.
    let sheet = bar.suspend(|| opened(instances, &solvers, args, format))?;
    let sheet = Arc::new(Mutex::new(sheet));
    let _interrupted = {
        let (sheet, bar) = (Arc::clone(&sheet), bar.clone());
        signals::on_signal(move || interrupt(&sheet, &bar, n_rows))
    };
    for index in 0..instances.len() {
        bar.set_message(instances.name(index));
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
            bar.set_message(format!("{}, {}", case.instance, solver.name()));
            let check = |answer: &Answer| instances.check(index, answer);
            let (row, answered) = compare(&case, &instance, solver, args, &check);
            if answered == Exit::Failed {
                exit = Exit::Failed;
            }
            let mut sheet = sheet.lock().unwrap_or_else(PoisonError::into_inner);
            bar.suspend(|| sheet.push(&row))?;
            best = best.min(answered);
            bar.inc(1);
        }
        exit = exit.max(best);
    }
    bar.finish_and_clear();
    sheet.lock().unwrap_or_else(PoisonError::into_inner).finish()?;
    Ok(exit)
}

/// What the rows are written to.
fn opened(
    instances: &dyn Instances,
    solvers: &[&'static dyn Solver],
    args: &Args,
    format: Format,
) -> anyhow::Result<Sheet> {
    let longest = |names: &mut dyn Iterator<Item = usize>| names.max().unwrap_or(0);
    let shape = Shape {
        instance: longest(&mut (0..instances.len()).map(|i| instances.name(i).chars().count())),
        solver: longest(&mut solvers.iter().map(|solver| solver.name().len())),
        with_units: instances.with_zones(),
        with_times: !args.no_times,
        with_memory: args.memory,
    };
    Sheet::new(
        output::Growing::open(args.output.as_deref())?,
        format,
        &shape,
        output::columns(args.output.as_deref()),
    )
}

/// Ends the rows before a signal ends the process.
fn interrupt(sheet: &Mutex<Sheet>, bar: &indicatif::ProgressBar, n_planned: usize) {
    // A reader that takes no row keeps nobody waiting.
    for _ in 0..50 {
        let mut sheet = match sheet.try_lock() {
            Ok(sheet) => sheet,
            Err(TryLockError::Poisoned(sheet)) => sheet.into_inner(),
            Err(TryLockError::WouldBlock) => {
                thread::sleep(Duration::from_millis(20));
                continue;
            }
        };
        bar.finish_and_clear();
        output::note(&sheet.interrupt(n_planned));
        // No row comes after the end.
        std::mem::forget(sheet);
        return;
    }
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
        Ok(outcome) => checked(solver.name(), instance, outcome, args.time().stop())
            .map_err(anyhow::Error::from),
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
        let stop = args.time().stop();
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
    match memory::measured(solver, instance, &args.time()) {
        Ok(bytes) => bytes,
        Err(error) => {
            output::note(&format!("{place}: its memory could not be measured: {error}"));
            None
        }
    }
}
