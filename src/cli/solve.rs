//! `rangecover solve`: the rules for each instance.

use std::path::PathBuf;

use clap::ValueEnum;
use rayon::prelude::*;

use anyhow::Context;
use rangecover::answer::{Answer, answer};
use rangecover::export::{json, text};
use rangecover::report::{Report, Solved};
use rangecover::solve::{Solver, default_solver};

use super::args::{Job, LimitArgs, TimeArgs, load, solver_help, solver_named};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::{Exit, output};

/// Find the rules that cover every used port and open the fewest others, with proof
///
/// Example: `rangecover solve datasets/flow-logs --max-rules 20`
///
/// Exit status: 0 answered, 1 error, 2 usage, 3 infeasible (proven), 4 no answer and no proof.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[arg(
        long,
        value_name = "NAME",
        value_parser = solver_named,
        default_value = default_solver().name(),
        hide_default_value = true,
        help = "The solver, proven by default; --help lists them",
        long_help = solver_help(),
    )]
    solver: &'static dyn Solver,
    #[command(flatten)]
    time: TimeArgs,
    /// How the answers are written
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
    /// With everything that proves the answers; `check` reads it
    Json,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let jobs = load(&args.inputs, &args.limits)?;
    let bar = output::progress("solving");
    bar.set_length(jobs.list.len() as u64);
    let solved: Vec<anyhow::Result<Solved>> = jobs
        .list
        .into_par_iter()
        .map(|job| {
            let solved = solve(job, args);
            bar.inc(1);
            solved
        })
        .collect();
    bar.finish_and_clear();
    let mut exit = jobs.exit;
    let mut answers = Vec::with_capacity(solved.len());
    for solved in solved {
        match solved {
            Ok(solved) => {
                exit = exit.max(exit_of(&solved.answer));
                answers.push(solved);
            }
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
            }
        }
    }
    let path = args.output.as_deref();
    match args.format {
        Format::Text => output::write_text(path, &text::text(&answers))?,
        Format::Json => {
            let report = Report {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                reading: jobs.reading,
                records: jobs.records,
                answers: answers.iter().map(Solved::record).collect(),
            };
            output::write(path, &json::json(&report))?;
        }
    }
    Ok(exit)
}

fn solve(job: Job, args: &Args) -> anyhow::Result<Solved> {
    let Job { source, instance, reserve, dropped } = job;
    let answer = answer(args.solver, &instance, args.time.stop()).with_context(|| source.name())?;
    Ok(Solved { source, instance, reserve, dropped, solver: args.solver.name(), answer })
}

/// What an answer means for the exit status.
pub(crate) fn exit_of(answer: &Answer) -> Exit {
    match answer {
        Answer::Optimal { .. } | Answer::Feasible { .. } => Exit::Answered,
        Answer::Infeasible { .. } => Exit::Infeasible,
        Answer::Unknown => Exit::Unanswered,
    }
}
