//! `rangecover measure`: how much memory a solver takes, in a process of its own. Not for people.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, Read as _, Write as _};
use std::process::{self, Command, Stdio};
use std::thread;

use anyhow::{Context, bail};

use rangecover::problem::instance::Instance;
use rangecover::solve::{Solver, solve};

use crate::cli::args::{TimeArgs, solver_named};
use crate::cli::{Exit, output};

/// Solve the instance on the first line of standard input twice, and print the bytes that takes at most
#[derive(clap::Args)]
pub(crate) struct Args {
    #[arg(long, value_name = "NAME", value_parser = solver_named())]
    solver: &'static dyn Solver,
    #[command(flatten)]
    time: TimeArgs,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).context("standard input cannot be read")?;
    let instance: Instance =
        serde_json::from_str(&line).context("standard input is no instance")?;
    drop(line);
    // Whoever asks keeps it open, and nobody wants the answer once that is over.
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        process::exit(1);
    });
    // The pages of the program count as well; those that a first run reads are there in the second.
    drop(solve(args.solver, &instance, args.time.stop()));
    let before = reset_peak();
    drop(solve(args.solver, &instance, args.time.stop()));
    if let (Some(before), Some(after)) = (before, peak()) {
        output::write(None, format!("{}\n", after.saturating_sub(before)).as_bytes())?;
    }
    Ok(Exit::Answered)
}

/// Makes the most memory of the process so far what it takes now, and says how much that is.
///
/// proc(5): "5" written to `clear_refs` resets `VmHWM`, since Linux 4.0.
fn reset_peak() -> Option<u64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    peak()
}

/// The most memory of the process, in bytes; none where the system does not say.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// The memory that a solver takes at most beyond the instance; none where it cannot be told.
///
/// Linux counts pages in batches for each core: below some 256 KiB the number says little.
pub(super) fn measured(
    solver: &dyn Solver,
    instance: &Instance,
    time: &TimeArgs,
) -> anyhow::Result<Option<u64>> {
    let mut command = Command::new(env::current_exe()?);
    command.args(["measure", "--solver", solver.name()]).args(time.flags());
    // What is free again goes back to the system at once, so that it counts when it is taken again.
    for name in ["MALLOC_TRIM_THRESHOLD_", "MALLOC_TOP_PAD_"] {
        command.env(name, "0");
    }
    command.env("MALLOC_MMAP_THRESHOLD_", "65536");
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    // Ctrl-C is for this process alone, which ends the other by closing its standard input.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    let mut input = io::BufWriter::new(child.stdin.take().expect("it is a pipe"));
    let written = serde_json::to_writer(&mut input, instance).is_ok()
        && input.write_all(b"\n").is_ok()
        && input.flush().is_ok();
    let mut text = String::new();
    // Standard input is open until all is said: the process ends with this one.
    child.stdout.take().expect("it is a pipe").read_to_string(&mut text)?;
    let status = child.wait()?;
    drop(input);
    if !written || !status.success() {
        bail!("the process that measures it failed: {status}");
    }
    Ok(text.trim().parse().ok())
}
