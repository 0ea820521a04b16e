//! `rangecover fetch`: records of flow logs from where AWS keeps them.

mod args;
mod athena;

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
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    match &args.from {
        Origin::Athena(args) => athena::run(args),
    }
}
