//! `rangecover model`: the integer program of each instance, for other solvers.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::ValueEnum;

use rangecover::present::export::{lp::lp, mps::mps, opb::opb};
use rangecover::problem::model::Model;
use rangecover::problem::program::{Formulation, Program};

use super::args::{Job, LimitArgs, load};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::names::{keep, stems};
use super::{Exit, examples, output, usage, written};

/// Most terms in the rows of a model: files of up to a gigabyte, and twice that in memory.
pub(super) const MOST_TERMS: usize = 50_000_000;

/// Write the integer program of each instance to files that other solvers read
///
/// The objective's value is the cost. Numbers are exact, also beyond 2^53, where most solvers of LP
/// and MPS round.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover model datasets/ports/four.txt --format opb",
    "rangecover model ports.txt --max-rules 20 --formulation prefix -o ports.lp",
    "rangecover model lists/ --format mps -o models/",
]))]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// The format [default: by the ending of -o]
    #[arg(long, value_enum, required_unless_present = "output", help_heading = "Output")]
    format: Option<Format>,
    /// The variables and rows of LP and MPS
    #[arg(long, value_enum, default_value = "window", help_heading = None)]
    formulation: FormulationArg,
    /// Leave out that variables are integral, in LP and MPS
    #[arg(long, help_heading = None)]
    relax: bool,
    /// Write to this file, or each instance to a file in DIR/
    #[arg(short, long, value_name = "PATH", help_heading = "Output")]
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
    /// The endings of its files.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Opb => &["opb"],
            Self::Lp => &["lp"],
            Self::Mps => &["mps"],
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let path = args.output.as_deref();
    let Some(format) = written::value_format(args.format, path, Format::endings) else {
        usage("the file does not end in .opb, .lp or .mps; say by --format what to write")
    };
    if format == Format::Opb && args.formulation == FormulationArg::Prefix {
        usage("OPB has variables of 0 and 1 only, and prefix sums are larger; write --format lp");
    }
    if format == Format::Opb && args.relax {
        usage("OPB has variables of 0 and 1 only; for --relax write --format lp");
    }
    let jobs = load(&args.inputs, &args.limits)?;
    let mut exit = jobs.exit;
    for job in &jobs.list {
        job.note_dropped();
    }
    let Some(folder) = path.filter(|path| output::is_folder(path)) else {
        return match &jobs.list[..] {
            [] => Ok(exit),
            [job] => {
                keep(&args.output, &args.inputs, &jobs.list)?;
                output::write(path, &model(job, format, args)?)?;
                written::say(path);
                Ok(exit)
            }
            jobs => bail!("these are {} instances; name a folder for them: -o DIR/", jobs.len()),
        };
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let ending = format.endings()[0];
    let paths = stems(&jobs.list).into_iter().map(|stem| folder.join(format!("{stem}.{ending}")));
    let paths: Vec<PathBuf> = paths.collect();
    keep(&paths, &args.inputs, &jobs.list)?;
    let mut written = Vec::new();
    for (job, path) in jobs.list.iter().zip(&paths) {
        match model(job, format, args) {
            Ok(bytes) => {
                output::write(Some(path), &bytes)?;
                written.push(path.clone());
            }
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
            }
        }
    }
    written::say_files(folder, &written);
    Ok(exit)
}

fn model(job: &Job, format: Format, args: &Args) -> anyhow::Result<Vec<u8>> {
    let name = job.source.name();
    let model = Model::new(&name, &job.instance).with_context(|| name.clone())?;
    let program =
        Program { model: &model, formulation: args.formulation.into(), relaxed: args.relax };
    let n_terms = program.n_terms();
    if n_terms > MOST_TERMS {
        let instead = match format {
            Format::Opb => "--format lp --formulation prefix",
            Format::Lp | Format::Mps => "--formulation prefix",
        };
        bail!(
            "{name}: the rows have {n_terms} terms, {MOST_TERMS} are written at most; {instead} has few"
        );
    }
    Ok(match format {
        Format::Opb => opb(&model),
        Format::Lp => lp(&program),
        Format::Mps => mps(&program),
    })
}
