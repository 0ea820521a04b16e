//! `rangecover prove`: each answer as files that a checker which is not ours accepts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rayon::prelude::*;

use rangecover::present::export::opb::opb;
use rangecover::problem::model::Model;
use rangecover::problem::number::counted;
use rangecover::problem::quote::printable;
use rangecover::proof::proof;
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::default_solver;

use super::args::{Job, LimitArgs, TimeArgs, load};
use super::exit::exit_of;
use super::exit::print_error;
use super::inputs::InputArgs;
use super::model::MOST_TERMS;
use super::names::{keep, stems};
use super::{Exit, examples, output, written};

/// Write the model of each instance, and a proof of its optimum that VeriPB checks
///
/// `NAME.opb` and `NAME.pbp` in the folder; <https://crates.io/crates/veripb> is the checker.
///
/// Exit status: 0 proven, 1 error, 2 usage, 3 infeasible (proven), 4 not decided in the time.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover prove datasets/ports/four.txt --max-rules 2 -o proofs",
    "rangecover prove logs/ --interface eni-0847f778302ec7827 -o proofs",
    "rangecover prove 443,22,8080-8090 --max-rules 2 --max-open-ports 3 -o proofs",
]))]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    time: TimeArgs,
    /// The folder for the files; made if it is not there
    #[arg(short, long, value_name = "FOLDER", help_heading = "Output")]
    output: PathBuf,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let folder = &args.output;
    if folder.exists() && !folder.is_dir() {
        bail!("{} is not a folder; each instance takes two files: -o DIR", folder.display());
    }
    let jobs = load(&args.inputs, &args.limits)?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let bar = output::progress("proving");
    bar.set_length(jobs.list.len() as u64);
    for job in &jobs.list {
        job.note_dropped();
    }
    let stems = stems(&jobs.list);
    let paths: Vec<PathBuf> = stems.iter().flat_map(|stem| files(folder, stem)).collect();
    keep(&paths, &args.inputs, &jobs.list)?;
    let proven = jobs.list.par_iter().zip(stems).map(|(job, stem)| {
        let proven = prove(job, args, &stem);
        bar.inc(1);
        proven
    });
    let proven: Vec<anyhow::Result<Proven>> = proven.collect();
    bar.finish_and_clear();
    let mut exit = jobs.exit;
    let mut text = String::new();
    for proven in proven {
        match proven {
            Ok(Proven { line, end }) => {
                text.push_str(&line);
                exit = exit.max(end);
            }
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
            }
        }
    }
    output::write_text(None, text.as_bytes())?;
    // What could not be proven has none.
    written::say_files(folder, &paths);
    Ok(exit)
}

/// What was written.
struct Proven {
    line: String,
    end: Exit,
}

/// The files of an instance: its model and its proof.
fn files(folder: &Path, stem: &str) -> [PathBuf; 2] {
    ["opb", "pbp"].map(|ending| folder.join(format!("{stem}.{ending}")))
}

fn prove(job: &Job, args: &Args, stem: &str) -> anyhow::Result<Proven> {
    let Job { source, instance, .. } = job;
    let name = source.name();
    let [model_file, proof_file] = files(&args.output, stem);
    // Files of an earlier run would pass for those of this one.
    for path in [&model_file, &proof_file] {
        output::remove(path).with_context(|| format!("cannot replace {}", path.display()))?;
    }
    let model = Model::new(&name, instance).with_context(|| name.clone())?;
    if model.n_terms() > MOST_TERMS {
        let n_terms = model.n_terms();
        bail!(
            "{name}: the rows have {n_terms} terms, {MOST_TERMS} are written at most; `solve --format json` has a proof for `check`"
        );
    }
    let answer =
        answer(default_solver(), instance, args.time.stop()).with_context(|| name.clone())?;
    if matches!(answer, Answer::Feasible { .. } | Answer::Unknown) && args.time.is_limited() {
        let line = format!("{}: not decided within --time-limit\n", printable(&name));
        return Ok(Proven { line, end: Exit::Unanswered });
    }
    let proof = proof(&model, instance, &answer).with_context(|| name.clone())?;
    let model = opb(&model);
    // A model without a proof is the lesser evil, should the second fail.
    output::write(Some(&model_file), &model)?;
    output::write(Some(&proof_file), &proof)?;
    let what = match &answer {
        Answer::Infeasible { .. } => "infeasible".to_owned(),
        answer => format!("optimum {}", answer.bound().unwrap_or(0)),
    };
    let [model_size, proof_size] = [&model, &proof].map(|file| counted(file.len() as u64, "byte"));
    let [model_file, proof_file] = [&model_file, &proof_file].map(|file| quoted(file));
    let name = printable(&name);
    Ok(Proven {
        line: format!(
            "{name}: {what}; model {model_size}, proof {proof_size}; veripb {model_file} {proof_file}\n"
        ),
        end: exit_of(&answer),
    })
}

/// A path as a shell reads it, in one line.
fn quoted(path: &Path) -> String {
    let path = printable(&path.to_string_lossy());
    // A dash in front would be taken for a flag.
    let path = if path.starts_with('-') { format!("./{path}") } else { path };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/+@".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
