//! `rangecover completions`: shell completions.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit, examples, output};

/// Print completions for a shell
///
/// Write them where the shell looks for them; bash looks into
/// `~/.local/share/bash-completion/completions/rangecover`.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover completions bash",
    "rangecover completions zsh",
    "rangecover completions fish",
]))]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rangecover", &mut bytes);
    output::write(None, &bytes)?;
    Ok(Exit::Answered)
}
