//! `rangecover model`: the integer program of each instance, for other solvers.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;

use rangecover::present::export::{lp::lp, mps::mps, opb::opb};
use rangecover::problem::model::Model;
use rangecover::problem::program::{Formulation, Program};

use super::args::{Job, LimitArgs, load};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::names::{keep, stems};
use super::{Exit, output, usage};

/// Most terms in the rows of a model: files of up to a gigabyte, and twice that in memory.
pub(super) const MOST_TERMS: usize = 50_000_000;

/// Write the integer program of each instance to files that other solvers read
///
/// Example: `rangecover model datasets/ports/four.txt --format opb`
///
/// The objective's value is the cost. Numbers are exact, also beyond 2^53, where most solvers of LP
/// and MPS round.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// How the models are written
    #[arg(long, value_enum)]
    format: Format,
    /// The variables and rows of LP and MPS
    #[arg(long, value_enum, default_value = "window")]
    formulation: FormulationArg,
    /// Leave out that variables are integral, in LP and MPS
    #[arg(long)]
    relax: bool,
    /// Write to this file instead of stdout; of several instances one file each, to this folder/
    #[arg(short, long, value_name = "FILE|FOLDER/")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Pseudo-Boolean, as in the competitions, for solvers and proof checkers
    Opb,
    /// The LP format of CPLEX
    Lp,
    /// MPS in free format
    Mps,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormulationArg {
    /// Which holes are kept; all holes of a window in its row
    Window,
    /// How many holes are kept up to each one; two terms a row
    Prefix,
}

impl From<FormulationArg> for Formulation {
    fn from(arg: FormulationArg) -> Self {
        match arg {
            FormulationArg::Window => Self::Window,
            FormulationArg::Prefix => Self::Prefix,
        }
    }
}

impl Format {
    /// The ending of file names.
    fn ending(self) -> &'static str {
        match self {
            Self::Opb => "opb",
            Self::Lp => "lp",
            Self::Mps => "mps",
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if args.format == Format::Opb && args.formulation == FormulationArg::Prefix {
        usage("OPB has variables of 0 and 1 only, and prefix sums are larger; write --format lp");
    }
    if args.format == Format::Opb && args.relax {
        usage("OPB has variables of 0 and 1 only; for --relax write --format lp");
    }
    let jobs = load(&args.inputs, &args.limits)?;
    let mut exit = jobs.exit;
    for job in &jobs.list {
        job.note_dropped();
    }
    let Some(folder) = args.output.as_deref().filter(|path| is_folder(path)) else {
        return match &jobs.list[..] {
            [] => Ok(exit),
            [job] => {
                keep(&args.output, &args.inputs, &jobs.list)?;
                output::write(args.output.as_deref(), &model(job, args)?).map(|()| exit)
            }
            jobs => bail!("these are {} instances; name a folder for them: -o DIR/", jobs.len()),
        };
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let ending = args.format.ending();
    let paths = stems(&jobs.list).into_iter().map(|stem| folder.join(format!("{stem}.{ending}")));
    let paths: Vec<PathBuf> = paths.collect();
    keep(&paths, &args.inputs, &jobs.list)?;
    for (job, path) in jobs.list.iter().zip(&paths) {
        match model(job, args) {
            Ok(bytes) => output::write(Some(path), &bytes)?,
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

/// Whether a path is written as a folder, or is one.
pub(super) fn is_folder(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(std::path::is_separator) || path.is_dir()
}

fn model(job: &Job, args: &Args) -> anyhow::Result<Vec<u8>> {
    let name = job.source.name();
    let model = Model::new(&name, &job.instance).with_context(|| name.clone())?;
    let program =
        Program { model: &model, formulation: args.formulation.into(), relaxed: args.relax };
    let n_terms = program.n_terms();
    if n_terms > MOST_TERMS {
        let instead = match args.format {
            Format::Opb => "--format lp --formulation prefix",
            Format::Lp | Format::Mps => "--formulation prefix",
        };
        bail!(
            "{name}: the rows have {n_terms} terms, {MOST_TERMS} are written at most; {instead} has few"
        );
    }
    Ok(match args.format {
        Format::Opb => opb(&model),
        Format::Lp => lp(&program),
        Format::Mps => mps(&program),
    })
}
