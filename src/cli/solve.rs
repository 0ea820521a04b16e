//! `rangecover solve`: the rules for each instance.

use std::path::PathBuf;

use anyhow::{Context, bail};
use rayon::prelude::*;

use rangecover::groups::Solved;
use rangecover::groups::{Division, ProposalError};
use rangecover::logs::evidence::Records;
use rangecover::logs::inputs::Reading;
use rangecover::present::export::lines::USUAL_WIDTH;
use rangecover::present::export::{json, text, text_groups};
use rangecover::present::report::{AnswerRecord, Report};
use rangecover::solve::answer::answer;
use rangecover::solve::{Solver, default_solver};

use super::answered::Answered;
use super::args::{Job, Jobs, LimitArgs, SharingArgs, TimeArgs, load_for, solver_named};
use super::exit::{exit_of, print_error};
use super::inputs::InputArgs;
use super::names::keep;
use super::rules::{self, Format, GroupArgs, RuleFiles};
use super::{Exit, examples, output, written};

/// Find the rules that cover every used port and open the fewest others, with proof
///
/// Exit status: 0 answered, 1 error, 2 usage, 3 infeasible (proven), 4 no answer and no proof.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover solve datasets/flow-logs --max-rules 20",
    "rangecover solve 443,22,8080-8090 --max-rules 2 --max-open-ports 100",
    "rangecover solve logs/ --source 10.0.0.0/8 -o rules.tf",
]))]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    sharing: SharingArgs,
    /// The solver
    #[arg(
        long,
        value_name = "NAME",
        value_parser = solver_named(),
        default_value = default_solver().name(),
        help_heading = None,
    )]
    solver: &'static dyn Solver,
    #[command(flatten)]
    time: TimeArgs,
    /// The format [default: by the ending of -o, or text]
    #[arg(long, value_name = "FORMAT", value_parser = Format::names(), help_heading = "Output")]
    format: Option<String>,
    /// Write to this file, or the rules of each instance to a file in DIR/
    #[arg(short, long, value_name = "PATH", help_heading = "Output")]
    output: Option<PathBuf>,
    #[command(flatten)]
    groups: GroupArgs,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let format = Format::of(args.format.as_deref(), args.output.as_deref());
    args.groups.check(format, &args.limits);
    if matches!(format, Format::Rules(_)) && !args.inputs.names_sources() {
        bail!(ProposalError::NoSource);
    }
    let (shares, n_groups) = (args.sharing.share_outer, args.groups.allowed().unwrap_or(1));
    let jobs = load_for(&args.inputs, &args.limits, shares, n_groups)?;
    let Jobs { list, reading, records, mut exit } = jobs;
    let path = args.output.as_ref();
    let places = match format {
        Format::Rules(format) => {
            Some((format, RuleFiles::new(format, &args.groups, path, &args.inputs, &list)?))
        }
        Format::Text | Format::Json => {
            keep(path, &args.inputs, &list)?;
            None
        }
    };
    let mut answers = Vec::with_capacity(list.len());
    for (job, answered) in answer_all(list, args).into_iter().enumerate() {
        match answered {
            Ok(answered) => {
                exit = exit.max(exit_of(&answered.solved.answer));
                answers.push((job, answered));
            }
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
            }
        }
    }
    let path = path.map(PathBuf::as_path);
    match (format, places) {
        (Format::Rules(_), Some((format, places))) => {
            let source = reading.source;
            let written = rules::write(format, &args.groups, path, source, &places, &answers)?;
            exit = exit.max(written);
        }
        (Format::Json, _) => {
            output::write(path, &json(reading, records, &answers))?;
            written::say(path);
        }
        _ => {
            output::write_text(path, &text(answers, output::columns(path).unwrap_or(USUAL_WIDTH)))?;
            written::say(path);
        }
    }
    Ok(exit)
}

fn answer_all(list: Vec<Job>, args: &Args) -> Vec<anyhow::Result<Answered>> {
    let bar = output::progress("solving");
    bar.set_length(list.len() as u64);
    let answer = |job| {
        let answered = solve(job, args);
        bar.inc(1);
        answered
    };
    let answers = list.into_par_iter().map(answer).collect();
    bar.finish_and_clear();
    answers
}

fn text(answers: Vec<(usize, Answered)>, width: usize) -> Vec<u8> {
    let divided = answers.iter().map(|(_, Answered { solved, division })| (solved, division));
    let divided: Vec<_> =
        divided.filter_map(|(solved, division)| Some((solved, division.as_ref()?))).collect();
    if !divided.is_empty() {
        return text_groups::text(divided, width);
    }
    let solved: Vec<Solved> = answers.into_iter().map(|(_, answered)| answered.solved).collect();
    text::text(&solved, width)
}

fn json(reading: Reading, records: Option<Records>, answers: &[(usize, Answered)]) -> Vec<u8> {
    let record = |(_, answered): &(usize, Answered)| {
        let Answered { solved, division } = answered;
        if let Some(division) = division {
            rules::note_groups(answered, division);
        }
        let security_groups = division.as_ref().map(|division| division.record(solved));
        AnswerRecord { security_groups, ..solved.record() }
    };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    json::json(&Report { version, reading, records, answers: answers.iter().map(record).collect() })
}

fn solve(job: Job, args: &Args) -> anyhow::Result<Answered> {
    let Job { source, instance, reserve, dropped, quota } = job;
    let name = source.name();
    let stop = args.time.stop();
    let answer = answer(args.solver, &instance, stop).with_context(|| name.clone())?;
    let solved = Solved { source, instance, reserve, dropped, solver: args.solver.name(), answer };
    let divide =
        |n| Division::new(&solved, quota, n, args.time.stop()).with_context(|| name.clone());
    let division = args.groups.allowed().map(divide).transpose()?;
    Ok(Answered { solved, division })
}
