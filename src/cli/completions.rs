//! `rangecover completions`: shell completions.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit, output};

/// Print completions for a shell.
///
/// Example: `rangecover completions bash > ~/.local/share/bash-completion/completions/rangecover`
#[derive(clap::Args)]
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
