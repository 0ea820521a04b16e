//! `rangecover ports`: the ports of each interface, with the evidence.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use clap::builder::{PossibleValue, TypedValueParser};
use serde::Serialize;

use rangecover::logs::evidence::agreement::compare;
use rangecover::logs::evidence::{Class, InterfaceTraffic, table as port_table};
use rangecover::present::export::{json, ports, table};
use rangecover::problem::number::grouped;

use super::inputs::{InputArgs, LOGS};
use super::known_values::known;
use super::{Exit, examples, output, written};

/// List the ports of each interface in flow logs: service or client, and the evidence
///
/// What is written with --format csv is an input of the other commands, so a person can edit the
/// classes in between; ports of class service count.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover ports datasets/flow-logs --class service,unknown",
    "rangecover ports logs/ --interface eni-0847f778302ec7827 -o ports.csv",
    "rangecover ports logs/ --against truth.csv",
]))]
#[command(mut_arg("inputs", |arg| arg.help(LOGS).long_help(None)))]
pub(crate) struct Args {
    #[command(flatten)]
    inputs: InputArgs,
    /// Only ports of these classes
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = classes(), help_heading = None)]
    class: Vec<Class>,
    /// Compare with the classes in this table (CSV): precision and recall instead of ports
    #[arg(long, value_name = "FILE", help_heading = None)]
    against: Option<PathBuf>,
    /// The format [default: by the ending of -o, or text]
    ///
    /// Text only counts the ports of clients.
    #[arg(long, value_enum, help_heading = "Output")]
    format: Option<Format>,
    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

fn classes() -> impl TypedValueParser<Value = Class> {
    known(Class::from_str, Class::ALL.map(|class| PossibleValue::new(class.name())))
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Csv,
    Json,
}

impl Format {
    /// The endings of its files.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["txt"],
            Self::Csv => &["csv"],
            Self::Json => &["json"],
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let path = args.output.as_deref();
    let format = written::value_format(args.format, path, Format::endings);
    let format = format.unwrap_or(Format::Text);
    let (read, reading, exit) = args.inputs.read_for_ports()?;
    let Some(traffic) = read.traffic else {
        bail!("no flow log among the inputs, so no evidence");
    };
    let mut interfaces = traffic.interfaces;
    let zones = reading.told_apart();
    let zones = zones.as_ref();
    if let Some(truth) = &args.against {
        agreement(truth, &interfaces, format, path)?;
        written::say(path);
        return Ok(exit);
    }
    if !args.class.is_empty() {
        for interface in &mut interfaces {
            interface.ports.retain(|port| args.class.contains(&port.class));
        }
    }
    match format {
        Format::Text => {
            output::write_text(
                path,
                &ports::text(&interfaces, zones, !args.class.is_empty(), output::columns(path)),
            )?;
        }
        Format::Csv => {
            output::stream(path, |out| Ok(port_table::write_csv(&interfaces, zones, out)?))?;
        }
        Format::Json => {
            let record = |interface| ports::InterfaceRecord::new(interface, zones);
            let records: Vec<_> = interfaces.iter().map(record).collect();
            output::write(path, &json::json(&records))?;
        }
    }
    written::say(path);
    Ok(exit)
}

/// How one class was found.
#[derive(Debug, Serialize)]
struct Row {
    class: &'static str,
    in_file: u64,
    found: u64,
    both: u64,
    precision: Option<f64>,
    recall: Option<f64>,
}

fn agreement(
    truth: &Path,
    interfaces: &[InterfaceTraffic],
    format: Format,
    path: Option<&Path>,
) -> anyhow::Result<()> {
    let place = truth.display();
    let text = fs::read_to_string(truth).with_context(|| place.to_string())?;
    let truth = port_table::rows(&text).map_err(|error| anyhow!("{place}:{error}"))?;
    let found: Vec<_> = port_table::rows_of(interfaces).collect();
    let rows: Vec<Row> = compare(&truth, &found)
        .into_iter()
        .map(|(class, agreement)| Row {
            class: class.name(),
            in_file: agreement.in_truth,
            found: agreement.found,
            both: agreement.both,
            precision: agreement.precision(),
            recall: agreement.recall(),
        })
        .collect();
    match format {
        Format::Text => {
            let share = |share: Option<f64>| share.map_or("-".to_owned(), |s| format!("{s:.4}"));
            let cells = rows.iter().map(|row| {
                vec![
                    row.class.to_owned(),
                    grouped(row.in_file),
                    grouped(row.found),
                    grouped(row.both),
                    share(row.precision),
                    share(row.recall),
                ]
            });
            let head = ["class", "in the file", "found", "both", "precision", "recall"];
            output::write_text(
                path,
                table::table(&head, &cells.collect::<Vec<_>>(), output::columns(path)).as_bytes(),
            )
        }
        Format::Csv => output::write(path, &table::csv(&rows)?),
        Format::Json => output::write(path, &json::json(&rows)),
    }
}
