//! `rangecover fetch s3`: flow logs among the objects of a bucket.

use std::path::Path;

use rangecover::logs::flow::Selection;
use rangecover::logs::query::Location;

use super::super::inputs::PortArg;
use super::super::{Exit, examples, output};
use super::args::{PlaceArgs, RECORDS, WhatArgs, check_window};

/// Fetch records from flow logs in a bucket: text or Parquet, in plain or Hive folders
///
/// With --since and --until only folders and objects of these days are looked at, an hour more on
/// both sides, since objects are named by when they were delivered.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover fetch s3 s3://my-logs/AWSLogs/ --since 2026-01-05 --until 2026-01-06 --list",
    "rangecover fetch s3 s3://my-logs/AWSLogs/ -o records.csv",
    "rangecover fetch s3 s3://my-logs/AWSLogs/ --account 123456789012 --limit 1000",
]))]
pub(crate) struct Args {
    /// Where the objects are: `s3://BUCKET/PREFIX`
    #[arg(value_name = "LOCATION")]
    location: Location,
    /// Only list the objects that would be read, as CSV, with their bytes
    #[arg(long)]
    list: bool,
    /// Which port of a record counts; with dst or src nothing else is kept
    #[arg(long, value_enum, default_value = "service", help_heading = RECORDS)]
    port: PortArg,
    /// Only these accounts
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = RECORDS)]
    account: Vec<String>,
    /// Fields of flow logs without a header line, overruling those of header lines
    #[arg(long, value_name = "FIELDS", hide_short_help = true, help_heading = RECORDS)]
    log_format: Option<String>,
    /// Objects that are read at once
    #[arg(long, value_name = "N", default_value_t = 4, hide_short_help = true, value_parser = clap::value_parser!(u8).range(1..=64))]
    at_once: u8,
    /// Pay for the requests, where the owner of the bucket does not
    #[arg(long, hide_short_help = true)]
    request_payer: bool,
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
    check_window(args.what.since, args.what.until);
    if args.what.print_query {
        let Location { bucket, .. } = &args.location;
        let text = format!(
            "s3:ListBucket on {}\ns3:GetObject on s3://{bucket}/ and the key of each flow log\n",
            args.location
        );
        output::write(args.what.output.as_deref(), text.as_bytes())?;
        return Ok(Exit::Answered);
    }
    fetch(args)
}

/// Which records are kept.
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "nothing is fetched"))]
fn selection(args: &Args) -> Selection {
    Selection {
        port: args.port.into(),
        interfaces: args.what.interface.iter().map(ToString::to_string).collect(),
        accounts: args.account.clone(),
        since: args.what.since,
        until: args.what.until,
        ..Selection::default()
    }
}

#[cfg(not(feature = "aws"))]
fn fetch(_: &Args) -> anyhow::Result<Exit> {
    Err(super::args::unavailable())
}

#[cfg(feature = "aws")]
fn fetch(args: &Args) -> anyhow::Result<Exit> {
    use rangecover::aws::bucket::Bucket;
    use rangecover::logs::query::Days;

    let path = args.what.output.as_deref();
    output::check_writable(path)?;
    let aws = args.place.connect()?;
    let Location { bucket, prefix } = &args.location;
    let bucket = Bucket::new(&aws, bucket, args.request_payer);
    let days = Days { since: args.what.since, until: args.what.until };
    let objects = bucket.list(prefix, days)?;
    if objects.is_empty() {
        let of_days = if days.are_some() { " of this time" } else { "" };
        anyhow::bail!("no object{of_days} below {}", args.location);
    }
    if args.list { objects::list(&objects, path) } else { objects::read(args, &bucket, &objects) }
}

#[cfg(feature = "aws")]
mod objects {
    //! What is done with the objects.

    use std::path::Path;
    use std::sync::Arc;

    use anyhow::anyhow;

    use rangecover::aws::bucket::{Bucket, Object};
    use rangecover::aws::flow_logs::{self, Outcome};
    use rangecover::logs::aggregate::{Aggregate, Written};
    use rangecover::logs::evidence::{Ledger, LogReport};
    use rangecover::logs::inputs::{InputError, Reading, Reason};
    use rangecover::problem::number::counted;

    use super::super::super::exit::print_error;
    use super::super::super::{Exit, output};
    use super::super::args::about_rows;
    use super::{Args, selection};

    /// Objects of which something is said each; of more there is a count.
    const SHOWN: usize = 5;

    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    fn size(objects: &[Object]) -> String {
        output::bytes(objects.iter().map(|object| object.size).sum::<u64>() as f64)
    }

    /// Writes the keys, so that one sees the cost first.
    pub(super) fn list(objects: &[Object], path: Option<&Path>) -> anyhow::Result<Exit> {
        output::stream(path, |out| {
            let mut rows = csv::Writer::from_writer(out);
            rows.write_record(["key", "bytes"])?;
            for Object { key, size } in objects {
                rows.write_record([key, &size.to_string()])?;
            }
            Ok(rows.flush()?)
        })?;
        let n = counted(objects.len() as u64, "object");
        output::note(&format!("{n} with {}", size(objects)));
        Ok(Exit::Answered)
    }

    /// Reads the objects, and writes their records.
    pub(super) fn read(
        args: &Args,
        bucket: &Bucket<'_>,
        objects: &[Object],
    ) -> anyhow::Result<Exit> {
        let selection = selection(args);
        let aggregate = Arc::new(Aggregate::new(selection.port));
        let sink = Arc::clone(&aggregate);
        let ledger =
            Ledger::sending(selection.clone(), Arc::new(move |record: &_| sink.add(record)));
        let log_format = args.log_format.clone();
        let reading = Reading { selection, log_format, ..Reading::default() };
        let bar = output::progress_of_bytes("fetching");
        bar.set_length(objects.iter().map(|object| object.size).sum());
        let told = |bytes| bar.inc(bytes);
        let at_once = args.at_once.into();
        let outcomes = flow_logs::read(bucket, objects, &reading, &ledger, at_once, &told);
        bar.finish_and_clear();
        drop(ledger);
        let mut summary = Summary::default();
        for (object, outcome) in objects.iter().zip(outcomes) {
            summary.add(&format!("s3://{}/{}", bucket.name(), object.key), outcome);
        }
        let aggregate =
            Arc::into_inner(aggregate).ok_or_else(|| anyhow!("records are still read"))?;
        let mut written = Written::default();
        output::stream(args.what.output.as_deref(), |out| {
            written = aggregate.write(args.what.limit, out)?;
            Ok(())
        })?;
        output::note(&format!("{} with {}", counted(summary.n_logs, "flow log"), size(objects)));
        about_rows(written, false);
        Ok(summary.finish())
    }

    /// What came of all objects.
    #[derive(Default)]
    struct Summary {
        n_logs: u64,
        n_skipped: u64,
        n_not_tried: u64,
        failures: Vec<anyhow::Error>,
        notes: Vec<String>,
        report: LogReport,
    }

    impl Summary {
        fn add(&mut self, name: &str, outcome: Outcome) {
            match outcome {
                Outcome::Read(read) => {
                    self.n_logs += 1;
                    if let Some(fault) = read.fault {
                        let input = name.to_owned();
                        let fault = InputError { input, reason: Reason::Log(fault) };
                        self.failures.push(fault.into());
                    }
                    if let Some(first) = read.report.malformed.first() {
                        let n = counted(read.report.records.malformed, "malformed record");
                        let line = first.line;
                        self.notes
                            .push(format!("{name}: {n}, first line {line}: {}", first.reason));
                    }
                    self.report.append(read.report, 0);
                }
                Outcome::NoLog(error) => {
                    self.n_skipped += 1;
                    self.notes.push(format!("{}: skipped: {}", error.input, error.reason));
                }
                Outcome::Failed(error) => self.failures.push(error.into()),
                Outcome::NotTried => self.n_not_tried += 1,
            }
        }

        fn finish(self) -> Exit {
            for assumption in &self.report.assumptions {
                output::note(assumption);
            }
            self.notes.iter().take(SHOWN).for_each(|note| output::note(note));
            let more = self.notes.len().saturating_sub(SHOWN) as u64;
            if more > 0 {
                output::note(&format!("{} more of this kind", counted(more, "note")));
            }
            if self.n_skipped > 0 {
                let n = counted(self.n_skipped, "object");
                output::note(&format!("{n} skipped: no flow logs"));
            }
            self.failures.iter().take(SHOWN).for_each(print_error);
            let more = self.failures.len().saturating_sub(SHOWN) as u64 + self.n_not_tried;
            if more > 0 {
                print_error(&anyhow!("{} more could not be read", counted(more, "object")));
            }
            if !self.failures.is_empty() {
                return Exit::Failed;
            }
            if self.n_logs == 0 {
                print_error(&anyhow!("no flow log among the objects"));
                return Exit::Failed;
            }
            Exit::Answered
        }
    }
}
