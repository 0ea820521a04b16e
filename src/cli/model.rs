//! `rangecover model`: the integer program of each instance, for other solvers.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;

use rangecover::export::opb::opb;
use rangecover::model::Model;

use super::args::{Job, LimitArgs, load};
use super::exit::print_error;
use super::inputs::InputArgs;
use super::names::stems;
use super::{Exit, output};

/// Write the integer program of each instance to files that other solvers read
///
/// Example: `rangecover model datasets/ports/four.txt --format opb`
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    #[command(flatten)]
    limits: LimitArgs,
    /// How the models are written
    #[arg(long, value_enum)]
    format: Format,
    /// Write to this file instead of stdout; of several instances one file each, to this folder/
    #[arg(short, long, value_name = "FILE|FOLDER/")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Pseudo-Boolean, of the competitions
    Opb,
}

impl Format {
    /// The ending of file names.
    fn ending(self) -> &'static str {
        match self {
            Self::Opb => "opb",
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let jobs = load(&args.inputs, &args.limits)?;
    let mut exit = jobs.exit;
    let Some(folder) = args.output.as_deref().filter(|path| is_folder(path)) else {
        return match &jobs.list[..] {
            [] => Ok(exit),
            [job] => output::write(args.output.as_deref(), &model(job, args)?).map(|()| exit),
            jobs => bail!("these are {} instances; name a folder for them: -o DIR/", jobs.len()),
        };
    };
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for (job, stem) in jobs.list.iter().zip(stems(&jobs.list)) {
        let path = folder.join(format!("{stem}.{}", args.format.ending()));
        match model(job, args) {
            Ok(bytes) => output::write(Some(&path), &bytes)?,
            Err(error) => {
                print_error(&error);
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

/// Whether a path is written as a folder, or is one.
fn is_folder(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(std::path::is_separator) || path.is_dir()
}

fn model(job: &Job, args: &Args) -> anyhow::Result<Vec<u8>> {
    let name = job.source.name();
    let model = Model::new(&name, &job.instance).with_context(|| name)?;
    Ok(match args.format {
        Format::Opb => opb(&model),
    })
}
