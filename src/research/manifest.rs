//! A manifest of data sets: instances whose best value and best bound are known.
//!
//! It is CSV with a row for each data set. A data set is a file below the folder of the manifest,
//! or what a `rangecover generate` command prints; the flags make an instance of it. Whoever
//! solves it can tell by the checksum that it is the same data, and by value and bound that
//! nothing contradicts what is known.

mod digest;
mod error;
mod known;

use std::collections::HashMap;
use std::path::{Component, Path};

use csv::StringRecord;

use crate::problem::port_list::LineError;
use crate::problem::quote::quoted;

pub use digest::{Digest, DigestError};
pub use error::ManifestError;
pub use known::{Contradiction, Known, Size};

/// The columns, in the order in which they are best written; any order is read.
pub const COLUMNS: [&str; 13] = [
    "name",
    "family",
    "input",
    "generate",
    "flags",
    "n_ports",
    "n_runs",
    "n_groups",
    "outcome",
    "value",
    "bound",
    "proven_by",
    "sha256",
];

/// The words that start every command of the column `generate`.
const GENERATE: [&str; 2] = ["rangecover", "generate"];

/// A data set: an instance, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    /// The line of its row, from 1.
    pub line: usize,
    /// The name, which no other data set has; fit for a file.
    pub name: String,
    /// What it has in common with others.
    pub family: String,
    /// Where the used ports are.
    pub origin: Origin,
    /// The arguments that make an instance of it.
    pub flags: Vec<String>,
    /// How large the instance is.
    pub size: Size,
    /// What is known of its covers.
    pub known: Known,
    /// Who proved the bound.
    pub proven_by: String,
    /// The checksum of the data.
    pub digest: Digest,
}

/// Where the used ports of a data set are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a file or a folder, by its path below the folder of the manifest.
    Input(String),
    /// In what a command prints: these are its arguments after `rangecover generate`.
    Generate(Vec<String>),
}

/// The data sets of a manifest, in its order.
///
/// # Errors
/// The first line that is wrong.
pub fn parse(text: &str) -> Result<Vec<DataSet>, LineError<ManifestError>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| not_csv(&error))?;
    let columns = columns(header).map_err(|error| LineError { line: 1, error })?;
    let mut sets = Vec::new();
    let mut lines: HashMap<String, usize> = HashMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| not_csv(&error))?;
        let line = record.position().map_or(0, |at| usize::try_from(at.line()).unwrap_or(0));
        let set = Row { record: &record, columns: &columns }.data_set(line);
        let set = set.map_err(|error| LineError { line, error })?;
        if let Some(first) = lines.insert(set.name.clone(), line) {
            let error = ManifestError::RepeatedName { name: set.name, first };
            return Err(LineError { line, error });
        }
        sets.push(set);
    }
    Ok(sets)
}

fn not_csv(error: &csv::Error) -> LineError<ManifestError> {
    let line = error.position().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
    let error = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            ManifestError::Cells { expected: *expected_len, found: *len }
        }
        _ => ManifestError::Csv(quoted(&error.to_string())),
    };
    LineError { line, error }
}

/// The place of each column in the rows.
fn columns(header: &StringRecord) -> Result<HashMap<&'static str, usize>, ManifestError> {
    let mut places = HashMap::new();
    for (at, name) in header.iter().enumerate() {
        let known = COLUMNS.into_iter().find(|column| *column == name);
        let column = known.ok_or_else(|| ManifestError::UnknownColumn(quoted(name)))?;
        if places.insert(column, at).is_some() {
            return Err(ManifestError::RepeatedColumn(column));
        }
    }
    match COLUMNS.into_iter().find(|column| !places.contains_key(column)) {
        Some(missing) => Err(ManifestError::MissingColumn(missing)),
        None => Ok(places),
    }
}

/// A row with the places of its columns.
struct Row<'a> {
    record: &'a StringRecord,
    columns: &'a HashMap<&'static str, usize>,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        self.record.get(self.columns[column]).unwrap_or_default().trim()
    }

    fn words(&self, column: &str) -> Vec<String> {
        self.cell(column).split_whitespace().map(str::to_owned).collect()
    }

    fn number(&self, column: &'static str) -> Result<u64, ManifestError> {
        let cell = self.cell(column);
        cell.parse().map_err(|_| ManifestError::Number { column, text: quoted(cell) })
    }

    fn data_set(&self, line: usize) -> Result<DataSet, ManifestError> {
        Ok(DataSet {
            line,
            name: name(self.cell("name"))?,
            family: name(self.cell("family"))?,
            origin: self.origin()?,
            flags: self.words("flags"),
            size: Size {
                n_ports: self.number("n_ports")?,
                n_runs: self.number("n_runs")?,
                n_groups: self.number("n_groups")?,
            },
            known: self.known()?,
            proven_by: self.cell("proven_by").to_owned(),
            digest: self.cell("sha256").parse()?,
        })
    }

    fn origin(&self) -> Result<Origin, ManifestError> {
        let (input, generate) = (self.cell("input"), self.words("generate"));
        match (input.is_empty(), generate.is_empty()) {
            (true, true) => Err(ManifestError::NoOrigin),
            (false, false) => Err(ManifestError::TwoOrigins),
            (false, true) => {
                let is_below = |part: Component<'_>| matches!(part, Component::Normal(_));
                if Path::new(input).components().all(is_below) {
                    Ok(Origin::Input(input.to_owned()))
                } else {
                    Err(ManifestError::Input(quoted(input)))
                }
            }
            (true, false) => match generate.split_at_checked(GENERATE.len()) {
                Some((words, args)) if *words == GENERATE => Ok(Origin::Generate(args.to_vec())),
                _ => Err(ManifestError::Generate(quoted(self.cell("generate")))),
            },
        }
    }

    fn value_and_bound(&self) -> Result<(u64, u64), ManifestError> {
        Ok((self.number("value")?, self.number("bound")?))
    }

    fn known(&self) -> Result<Known, ManifestError> {
        match self.cell("outcome") {
            "optimal" => match self.value_and_bound()? {
                (value, bound) if value == bound => Ok(Known::Cover { value, bound }),
                (value, bound) => Err(ManifestError::NotOptimal { value, bound }),
            },
            "feasible" => match self.value_and_bound()? {
                (value, bound) if value > bound => Ok(Known::Cover { value, bound }),
                (value, bound) => Err(ManifestError::NoGap { value, bound }),
            },
            "infeasible" if self.cell("value").is_empty() && self.cell("bound").is_empty() => {
                Ok(Known::Infeasible)
            }
            "infeasible" => Err(ManifestError::ValueOfNone),
            other => Err(ManifestError::Outcome(quoted(other))),
        }
    }
}

/// A name that can be that of a file, on any system.
fn name(text: &str) -> Result<String, ManifestError> {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !text.is_empty() && text.chars().all(is_fit) {
        Ok(text.to_owned())
    } else {
        Err(ManifestError::Name(quoted(text)))
    }
}

#[cfg(test)]
mod tests;
