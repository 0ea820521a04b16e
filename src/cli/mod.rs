//! The command line: one file per subcommand, each with its arguments and `run`.
//!
//! In: arguments. Out: what is printed and written, and the exit status. It may use all wings, and
//! nothing else reads arguments, prints or writes files. To read in this order: `args` and `inputs`
//! (what commands have in common), `output`, then a command.

mod answered;
mod args;
mod audit;
mod check;
mod compare;
mod completions;
mod exit;
mod fetch;
mod front;
mod generate;
mod inputs;
mod known_values;
mod man;
mod model;
mod names;
mod notes;
mod output;
mod place;
mod ports;
mod prove;
mod purpose;
mod report;
mod rules;
mod signals;
mod solve;
#[cfg(test)]
mod tests;
mod written;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

pub(crate) use exit::Exit;

/// Far beyond any gain: idle threads cost time to start and to wake.
const MOST_THREADS: i64 = 1_024;

/// Exact port-range rules for security groups: the fewest open ports for any rule budget, proven.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_long_help = examples(&[
    "rangecover solve datasets/flow-logs --max-rules 12",
    "rangecover front datasets/flow-logs -o front.svg",
    "rangecover audit --security-groups groups.json --interfaces interfaces.json logs/",
]))]
struct Cli {
    /// Threads for interfaces and files; no influence on the output [default: all cores]
    #[arg(long, global = true, hide_short_help = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST_THREADS))]
    threads: Option<u16>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Solve(solve::Args),
    Front(front::Args),
    Compare(compare::Args),
    Report(report::Args),
    Check(check::Args),
    Ports(ports::Args),
    Fetch(fetch::Args),
    Audit(audit::Args),
    Model(model::Args),
    Prove(prove::Args),
    Generate(generate::Args),
    Completions(completions::Args),
    Man(man::Args),
    #[command(hide = true)]
    Measure(compare::memory::Args),
}

/// Runs the command line; usage errors exit by themselves, with status 2.
pub(crate) fn run() -> anyhow::Result<Exit> {
    let cli = Cli::parse();
    if let Some(threads) = cli.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global()?;
    }
    match cli.command {
        Command::Solve(args) => solve::run(&args),
        Command::Front(args) => front::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Ports(args) => ports::run(&args),
        Command::Fetch(args) => fetch::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Model(args) => model::run(&args),
        Command::Prove(args) => prove::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        Command::Measure(args) => compare::memory::run(&args),
    }
}

/// Lines to try, at the end of the long help of a command.
fn examples(lines: &[&str]) -> String {
    lines.iter().fold("Examples:".to_owned(), |text, line| text + "\n  " + line)
}

/// Ends the command for a combination of flags that makes no sense, with status 2.
fn usage(message: impl std::fmt::Display) -> ! {
    Cli::command().error(ErrorKind::ArgumentConflict, message).exit()
}
