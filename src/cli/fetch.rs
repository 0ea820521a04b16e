//! `rangecover fetch`: records of flow logs from where AWS keeps them.

mod args;
mod athena;
mod logs;
mod s3;

use super::Exit;

/// Fetch records of flow logs from AWS, aggregated, as the other commands read them
///
/// Example: `rangecover fetch athena --database logs --table vpc --output-location s3://results/ -o records.csv`
#[derive(clap::Args)]
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
    match &args.from {
        Origin::Athena(args) => athena::run(args),
        Origin::Logs(args) => logs::run(args),
        Origin::S3(args) => s3::run(args),
    }
}
