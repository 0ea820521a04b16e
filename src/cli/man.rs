//! `rangecover man`: man pages.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::{Cli, Exit, examples, output, written};

/// Print the man page, or write those of all commands to a folder
///
/// The folder gets `rangecover.1`, and for each command a page such as `rangecover-solve.1`.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover man",
    "rangecover man -o man1/",
    "rangecover man --output /usr/local/share/man/man1",
]))]
pub(crate) struct Args {
    /// Write the pages of all commands to this folder; made if it is not there
    #[arg(short, long, value_name = "FOLDER", help_heading = "Output")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &args.output else {
        output::write(None, &page(command)?)?;
        return Ok(Exit::Answered);
    };
    if folder.exists() && !folder.is_dir() {
        bail!("{} is not a folder; each command has a page of its own: -o DIR/", folder.display());
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut files = Vec::new();
    for command in and_below(&command) {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let file = folder.join(format!("{name}.1"));
        output::write(Some(&file), &page(command.clone())?)?;
        files.push(file);
    }
    written::say_files(folder, &files);
    Ok(Exit::Answered)
}

/// A command, and all below it that people are to know.
fn and_below(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|below| !below.is_hide_set());
    [command].into_iter().chain(below.flat_map(and_below)).collect()
}

fn page(command: Command) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // A page explains what the short help leaves out as well.
    let command = command.mut_args(|arg| arg.hide_short_help(false));
    Man::new(command).render(&mut bytes)?;
    Ok(bytes)
}
