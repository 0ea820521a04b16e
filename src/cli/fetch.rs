//! `rangecover fetch`: records of flow logs from where AWS keeps them.

mod args;
mod athena;
#[cfg(feature = "aws")]
mod athena_rows;
#[cfg(feature = "aws")]
mod athena_run;
mod logs;
mod s3;

use super::{Exit, examples, written};

/// Fetch records of flow logs from AWS, aggregated, as the other commands read them
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover fetch athena --database logs --table vpc --since 2026-01-05 -o records.csv",
    "rangecover fetch logs --log-group flow-logs --since 2026-01-05 -o records.csv",
    "rangecover fetch s3 s3://my-logs/AWSLogs/ --since 2026-01-05 -o records.csv",
]))]
pub(crate) struct Args {
    #[command(subcommand)]
    from: Origin,
}

/// Where the records are.
#[derive(clap::Subcommand)]
enum Origin {
    Athena(athena::Args),
    Logs(logs::Args),
    S3(s3::Args),
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let (exit, written) = match &args.from {
        Origin::Athena(args) => (athena::run(args)?, args.written()),
        Origin::Logs(args) => (logs::run(args)?, args.written()),
        Origin::S3(args) => (s3::run(args)?, args.written()),
    };
    written::say(written);
    Ok(exit)
}
