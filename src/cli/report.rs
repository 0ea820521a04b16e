//! `rangecover report`: measured results as tables and charts.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use anyhow::{Context, bail};
use clap::ValueEnum;

use rangecover::present::chart::{graph_svg, profile_graph, scaling_graph};
use rangecover::present::export::document::{self, Document, Figure};
use rangecover::present::export::results::{self as sections, PROFILE, has_section, scaling_name};
use rangecover::present::export::{html, json, markdown};
use rangecover::research::results::{Choices, Record, Statistics, mean, read};

use super::exit::print_error;
use super::{Exit, examples, output, usage, written};

/// Report measured results: gaps, mean times and their ratios, performance profile, scaling
///
/// Nothing is solved: the rows are those of `rangecover compare --format csv`, or of any tool that
/// writes the same columns. All files are read together. Rows are about the same instance where
/// `instance`, `limits` and `budget` are the same and no known size or seed differs, and of the
/// same solver where `solver`, `version`, `commit` and `machine` are; of several such rows the one
/// with the most repeats counts, or else the first. Covers that a checker refused are no best known
/// values. Claims that contradict one another are reported, with status 1.
#[derive(clap::Args)]
#[command(after_long_help = examples(&[
    "rangecover report benches/record/data-sets.csv",
    "rangecover report results.csv peers.csv -o report.html",
    "rangecover report results.csv --solvers price,dp --baseline price -o report.md",
]))]
pub(crate) struct Args {
    /// Results as CSV, with at least the columns instance, solver and outcome; - for stdin
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,
    /// Only rows of these solvers; best known values are then the best of theirs
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    solvers: Vec<String>,
    /// Compare times with those of this solver [default: price if it is there, else the fastest]
    #[arg(long, value_name = "NAME")]
    baseline: Option<String>,
    /// Shift of the geometric mean of times, in milliseconds: what is far below counts as alike
    #[arg(long, value_name = "MS", default_value_t = mean::SHIFT, value_parser = shift)]
    shift: f64,
    /// How the report is written [default: by the ending of the file, text on stdout]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write to this file: .txt, .md (charts as .svg beside it), .html (charts inside) or .json
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Html,
    Json,
}

fn shift(text: &str) -> Result<f64, String> {
    let shift = text.parse().ok().filter(|shift: &f64| shift.is_finite() && *shift > 0.0);
    shift.ok_or_else(|| "a number of milliseconds above 0 is expected".to_owned())
}

impl Args {
    /// The format by the ending of the file, by the flag where that says nothing.
    fn format(&self) -> anyhow::Result<Format> {
        let Some(path) = self.file() else { return Ok(self.format.unwrap_or(Format::Text)) };
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let by_ending = match ending.to_str() {
            Some("txt") => Some(Format::Text),
            Some("md" | "markdown") => Some(Format::Markdown),
            Some("html" | "htm") => Some(Format::Html),
            Some("json") => Some(Format::Json),
            _ => None,
        };
        match (by_ending, self.format) {
            (Some(one), Some(other)) if one != other => {
                usage(format!("{} does not end as --format says", path.display()))
            }
            (Some(format), _) | (None, Some(format)) => Ok(format),
            (None, None) => bail!(
                "{}: the ending must be .txt, .md, .html or .json, or --format say what it is",
                path.display()
            ),
        }
    }

    /// The file, where the output is not stdout.
    fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Exit> {
    let format = args.format()?;
    if let Some(path) = args.file() {
        check_folder(path)?;
    }
    let mut records = Vec::new();
    for path in &args.results {
        records.extend(read_file(path)?);
    }
    let records = selected(records, &args.solvers)?;
    let choices = Choices { baseline: args.baseline.clone(), shift: args.shift };
    let statistics = Statistics::new(records, &choices).context("--baseline")?;
    match format {
        Format::Json => {
            let version = env!("CARGO_PKG_VERSION");
            let report = JsonReport { version, statistics: &statistics };
            output::write(args.file(), &json::json(&report))?;
        }
        Format::Text => {
            let document = sections::document(&statistics, &[]);
            output::write(
                args.file(),
                document::text(&document, output::columns(args.file())).as_bytes(),
            )?;
        }
        Format::Html => {
            let document = sections::document(&statistics, &figures(&statistics)?);
            output::write(args.file(), html::html(&document).as_bytes())?;
        }
        Format::Markdown => {
            let document = sections::document(&statistics, &figures(&statistics)?);
            write_markdown(args.file(), &document)?;
        }
    }
    written::say(args.file());
    for contradiction in &statistics.contradictions {
        print_error(&anyhow::anyhow!("{contradiction}"));
    }
    Ok(if statistics.contradictions.is_empty() { Exit::Answered } else { Exit::Failed })
}

/// Fails where the folder of a file to be written is missing, before any chart beside it fails.
fn check_folder(path: &Path) -> anyhow::Result<()> {
    match path.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => {
            bail!("cannot write {}: {} is no folder", path.display(), folder.display())
        }
        _ => Ok(()),
    }
}

fn read_file(path: &Path) -> anyhow::Result<Vec<Record>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).context("stdin")?;
        return Ok(read("stdin", &bytes)?);
    }
    let name = path.display().to_string();
    let bytes = fs::read(path).with_context(|| name.clone())?;
    Ok(read(&name, &bytes)?)
}

/// The rows of some solvers, or all.
fn selected(records: Vec<Record>, solvers: &[String]) -> anyhow::Result<Vec<Record>> {
    if solvers.is_empty() {
        return Ok(records);
    }
    if let Some(name) = solvers.iter().find(|name| records.iter().all(|row| row.solver != **name)) {
        let mut known: Vec<&str> = records.iter().map(|row| row.solver.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        bail!("no results of the solver '{name}'; there are those of {}", known.join(", "));
    }
    Ok(records.into_iter().filter(|row| solvers.contains(&row.solver)).collect())
}

/// All statistics, and what made them.
#[derive(serde::Serialize)]
struct JsonReport<'a> {
    version: &'static str,
    #[serde(flatten)]
    statistics: &'a Statistics,
}

fn figures(statistics: &Statistics) -> anyhow::Result<Vec<Figure>> {
    let scaling = statistics.scaling.iter().filter(|scaling| has_section(scaling));
    let scaling =
        scaling.filter_map(|of| Some((scaling_name(of.size), scaling_graph(statistics, of)?)));
    let profile = profile_graph(statistics).map(|graph| (PROFILE, graph));
    let figure = |(name, graph)| Ok(Figure { name, svg: graph_svg(&graph)?, caption: graph.title });
    profile.into_iter().chain(scaling).map(figure).collect()
}

/// Writes the charts beside the text, and then the text that shows them.
fn write_markdown(file: Option<&Path>, document: &Document) -> anyhow::Result<()> {
    // Beside a pipe or a device is no place for files.
    let file_beside = file.filter(|path| !path.exists() || path.is_file());
    let Some(path) = file_beside else {
        return output::write(file, markdown::markdown(document, |_| None).as_bytes());
    };
    let name = |figure: &Figure| {
        let mut name = OsString::from(path.file_stem().unwrap_or_default());
        name.push(format!("-{}.svg", figure.name));
        name
    };
    for figure in document.figures() {
        output::write(Some(&path.with_file_name(name(figure))), &figure.svg)?;
    }
    let image = |figure: &Figure| Some(name(figure).to_string_lossy().into_owned());
    output::write(file, markdown::markdown(document, image).as_bytes())
}
