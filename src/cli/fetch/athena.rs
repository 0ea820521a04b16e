//! `rangecover fetch athena`: an aggregating query of a table of flow logs.

use super::super::Exit;
use super::args::{PlaceArgs, WhatArgs};

/// Fetch records from a table of Athena
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    what: WhatArgs,
    #[command(flatten)]
    place: PlaceArgs,
}

#[cfg(feature = "aws")]
pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let Args { what: _, place } = args;
    place.connect()?;
    anyhow::bail!("the query is not there yet")
}

#[cfg(not(feature = "aws"))]
pub(crate) fn run(_: &Args) -> anyhow::Result<Exit> {
    Err(super::args::unavailable())
}
