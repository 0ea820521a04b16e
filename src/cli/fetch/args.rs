//! Arguments of all that is fetched: where, and what.

use std::path::PathBuf;

use clap::Args;

use rangecover::logs::query::InterfaceId;

use super::super::inputs::time;
use super::super::usage;

/// Where AWS is, and as whom it is asked.
#[derive(Args)]
#[command(next_help_heading = "AWS")]
pub(crate) struct PlaceArgs {
    /// The region [default: that of the environment, or of the profile]
    #[arg(long, value_name = "REGION", hide_short_help = true)]
    region: Option<String>,
    /// A profile of the AWS configuration [default: that of the environment]
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    profile: Option<String>,
    /// Ask here instead of AWS: a private endpoint, or a test server
    #[arg(long, value_name = "URL", hide_short_help = true)]
    endpoint_url: Option<String>,
}

pub(crate) const RECORDS: &str = "Records";

/// Which records, and where they go.
#[derive(Args)]
#[command(next_help_heading = RECORDS)]
pub(crate) struct WhatArgs {
    /// Only these interfaces
    #[arg(long, visible_alias = "eni", value_name = "ENI", value_delimiter = ',')]
    pub(crate) interface: Vec<InterfaceId>,
    /// Only records that end at this time or later: 2026-01-05, 2026-01-05T10:00:00Z, or seconds
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) since: Option<u32>,
    /// Only records that start before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<u32>,
    /// Write at most this many records, and say when there are more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_RECORDS))]
    pub(crate) limit: Option<u64>,
    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Show what AWS would be asked, and stop; needs no credentials
    #[arg(long, help_heading = "Output")]
    pub(crate) print_query: bool,
}

/// Far beyond what fits into a file; one more is still a number for every query language.
const MOST_RECORDS: u64 = i32::MAX as u64 - 1;

#[cfg(feature = "aws")]
impl PlaceArgs {
    /// A connection to AWS.
    pub(crate) fn connect(&self) -> anyhow::Result<rangecover::aws::Aws> {
        let Self { region, profile, endpoint_url } = self;
        let place = rangecover::aws::Place {
            region: region.clone(),
            profile: profile.clone(),
            endpoint_url: endpoint_url.clone(),
        };
        Ok(rangecover::aws::Aws::new(&place)?)
    }
}

/// Ends the command where no time lies between two times.
pub(super) fn check_window(since: Option<u32>, until: Option<u32>) {
    if since.zip(until).is_some_and(|(since, until)| since >= until) {
        usage("--until is not after --since, so no record is asked for");
    }
}

/// What a build says that has nothing to ask AWS with.
#[cfg(not(feature = "aws"))]
pub(crate) fn unavailable() -> anyhow::Error {
    anyhow::anyhow!(
        "this build cannot ask AWS; build it with `cargo build --release --features aws`"
    )
}

/// What is said where nothing was found.
#[cfg(feature = "aws")]
pub(super) const NO_RECORD: &str =
    "no record fits; check --interface, --since and --until, and where they are looked for";

/// Says what was written, and whether that is not all.
#[cfg(feature = "aws")]
pub(crate) fn about_rows(written: rangecover::logs::aggregate::Written, is_cut: bool) {
    use rangecover::problem::number::{counted, grouped};

    use super::super::output;

    let rangecover::logs::aggregate::Written { rows, records, left_out } = written;
    let records = counted(records, "record");
    output::note(&format!("{} written, of {records}", counted(rows, "aggregated row")));
    if rows == 0 {
        output::note(NO_RECORD);
    }
    if is_cut {
        output::note("there are more: --limit has cut the answer");
    } else if left_out > 0 {
        output::note(&format!("--limit has left {} more out", grouped(left_out)));
    }
}
