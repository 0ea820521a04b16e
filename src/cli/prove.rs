//! `rangecover prove`: each answer as files that a checker which is not ours accepts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rayon::prelude::*;

use rangecover::answer::{Answer, answer};
use rangecover::export::number::counted;
use rangecover::export::opb::opb;
use rangecover::model::Model;
use rangecover::proof::proof;
use rangecover::quote::printable;
use rangecover::solve::{Stop, default_solver};

use super::args::{Job, LimitArgs, load};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::model::MOST_TERMS;
use super::names::stems;
use super::solve::exit_of;
use super::{Exit, output};

/// Write the model of each instance, and a proof of its optimum that VeriPB checks
///
/// Example: `rangecover prove datasets/ports/four.txt --max-rules 2 -o proofs`
///
/// `NAME.opb` and `NAME.pbp` in the folder; <https://crates.io/crates/veripb> is the checker.
///
/// Exit status: 0 proven, 1 error, 2 usage, 3 infeasible (proven).
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// The folder for the files; made if it is not there
    #[arg(short, long, value_name = "FOLDER")]
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
    let stems = stems(&jobs.list);
    let proven = jobs.list.par_iter().zip(stems).map(|(job, stem)| {
        let proven = prove(job, folder, &stem);
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
    Ok(exit)
}

/// What was written.
struct Proven {
    line: String,
    end: Exit,
}

fn prove(job: &Job, folder: &Path, stem: &str) -> anyhow::Result<Proven> {
    let Job { source, instance, .. } = job;
    let name = source.name();
    let model = Model::new(&name, instance).with_context(|| name.clone())?;
    if model.n_terms() > MOST_TERMS {
        let n_terms = model.n_terms();
        bail!("{name}: the rows have {n_terms} terms, {MOST_TERMS} are written at most");
    }
    let answer = answer(default_solver(), instance, Stop::never()).with_context(|| name.clone())?;
    let proof = proof(&model, instance, &answer).with_context(|| name.clone())?;
    let file = |ending: &str| folder.join(format!("{stem}.{ending}"));
    let (model_file, proof_file) = (file("opb"), file("pbp"));
    let model = opb(&model);
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

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let path = path.to_string_lossy();
    // A dash in front would be taken for a flag.
    let path = if path.starts_with('-') { format!("./{path}") } else { path.into_owned() };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/+@".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
