//! `rangecover fetch logs`: aggregating queries of CloudWatch Logs Insights.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, anyhow};

use rangecover::logs::flow::Layout;
use rangecover::logs::query::insights::InsightsQuery;
use rangecover::logs::query::{LogGroup, MOST_LOG_GROUPS};

use super::super::inputs::PortArg;
use super::super::{Exit, examples, output, usage};
use super::args::{PlaceArgs, RECORDS, WhatArgs, check_window};

/// Fetch records from log groups of CloudWatch, by Logs Insights
///
/// AWS charges for the bytes that it scans, which are all of the time from --since to --until.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover fetch logs --log-group grp1 --since 2026-01-05 -o records.csv",
    "rangecover fetch logs --log-group grp1 --interface eni-1234567890 --since 2026-01-05",
    "rangecover fetch logs --log-group grp1 --since 2026-01-05 --print-query",
]))]
pub(crate) struct Args {
    /// A log group, by its name or its ARN; may be given again
    #[arg(long, required = true, visible_alias = "logGroup", value_name = "GROUP")]
    log_group: Vec<LogGroup>,
    /// Fields of the records, where the flow log has a format of its own: "version interface-id …"
    #[arg(long, value_name = "FIELDS", help_heading = RECORDS)]
    log_format: Option<String>,
    /// Which port of a record counts; with dst or src nothing else is fetched
    #[arg(long, value_enum, default_value = "service", help_heading = RECORDS)]
    port: PortArg,
    /// Stop the query and give up after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    #[command(flatten)]
    what: WhatArgs,
    #[command(flatten)]
    place: PlaceArgs,
}

impl Args {
    /// The file that is written.
    pub(crate) fn written(&self) -> Option<&Path> {
        self.what.output.as_deref()
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    if args.log_group.len() > MOST_LOG_GROUPS {
        usage(format!("one query asks at most {MOST_LOG_GROUPS} log groups"));
    }
    let query = query(args)?;
    if args.what.print_query {
        output::write(args.what.output.as_deref(), query.text().as_bytes())?;
        return Ok(Exit::Answered);
    }
    fetch(args, &query)
}

fn query(args: &Args) -> anyhow::Result<InsightsQuery> {
    let WhatArgs { since, until, interface, limit, .. } = &args.what;
    let Some(since) = *since else {
        usage("give --since: AWS charges for all that was logged since then")
    };
    let until = until.unwrap_or_else(now);
    check_window(Some(since), Some(until));
    let layout = match &args.log_format {
        Some(fields) => {
            Layout::parse(fields, &[]).map_err(|e| anyhow!(e).context("--log-format"))?
        }
        None => Layout::default(),
    };
    let query = InsightsQuery::new(layout, args.port.into(), (since, until));
    let mut query = query.context("--log-format")?;
    query.interfaces.clone_from(interface);
    query.limit = *limit;
    Ok(query)
}

fn now() -> u32 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    u32::try_from(now).unwrap_or(u32::MAX)
}

#[cfg(not(feature = "aws"))]
fn fetch(_: &Args, _: &InsightsQuery) -> anyhow::Result<Exit> {
    Err(super::args::unavailable())
}

#[cfg(feature = "aws")]
fn fetch(args: &Args, query: &InsightsQuery) -> anyhow::Result<Exit> {
    use rangecover::aws::insights::{Question, ask};
    use rangecover::logs::aggregate::Aggregate;

    let path = args.what.output.as_deref();
    output::check_writable(path)?;
    let aws = args.place.connect()?;
    let aggregate = Aggregate::new(query.port);
    let patience = std::time::Duration::from_secs(args.timeout);
    let question = Question { query, groups: &args.log_group, patience };
    let spinner = output::steps();
    let asked = ask(&aws, &question, &mut |record| aggregate.add(record), &|asked, seconds| {
        spinner.set_message(format!(
            "query {}, {} s of log events, {} rows so far",
            asked.queries + 1,
            seconds.to - seconds.from + 1,
            asked.rows
        ));
    })?;
    spinner.finish_and_clear();
    let mut written = rangecover::logs::aggregate::Written::default();
    output::stream(path, |out| {
        written = aggregate.write(args.what.limit, out)?;
        Ok(())
    })?;
    Ok(told::report(&asked, written, args))
}

#[cfg(feature = "aws")]
mod told {
    //! What there is to say about an answer.

    use anyhow::anyhow;

    use rangecover::aws::insights::Asked;
    use rangecover::logs::aggregate::Written;
    use rangecover::problem::number::{counted, grouped};

    use super::super::super::exit::print_error;
    use super::super::super::{Exit, output};
    use super::super::args::about_rows;
    use super::Args;

    pub(super) fn report(asked: &Asked, written: Written, args: &Args) -> Exit {
        let mut exit = Exit::Answered;
        let queries = counted(asked.queries, "query");
        let bytes = output::bytes(asked.bytes_scanned);
        output::note(&format!("{queries}, which scanned {bytes}"));
        about_rows(written, asked.is_cut);
        if written.rows == 0 && args.log_format.is_none() {
            output::note(
                "no record of the default format; a flow log with a format of its own needs --log-format",
            );
        }
        if let (n @ 1.., Some(first)) = &asked.malformed {
            output::note(&format!(
                "{} that are no records, the first: {first}",
                counted(*n, "row")
            ));
        }
        if let Some(first) = asked.full.first() {
            exit = Exit::Failed;
            print_error(&anyhow!(
                "{} with more than {} rows each, the first {}: their records are not all there; ask for fewer by --interface, or by --port dst",
                counted(asked.full.len() as u64, "second"),
                grouped(rangecover::logs::query::insights::MOST_ROWS as u64),
                first.from,
            ));
        }
        exit
    }
}
