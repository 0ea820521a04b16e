//! What is wrong with a row of a manifest.

use thiserror::Error;

use super::{COLUMNS, DigestError};

/// What is wrong with a row, or with the header.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(missing_docs, reason = "the messages say what the cases are")]
pub enum ManifestError {
    #[error("not CSV: {0}")]
    Csv(String),
    #[error("{found} cells, the header has {expected}")]
    Cells { expected: u64, found: u64 },
    #[error("'{0}' is no column of a manifest; there are {columns}", columns = COLUMNS.join(", "))]
    UnknownColumn(String),
    #[error("column '{0}' is missing; there are {columns}", columns = COLUMNS.join(", "))]
    MissingColumn(&'static str),
    #[error("column '{0}' stands twice; keep one")]
    RepeatedColumn(&'static str),
    #[error("'{0}' is no name; use letters, digits and -")]
    Name(String),
    #[error("'{name}' is the name of line {first} too; choose another")]
    RepeatedName { name: String, first: usize },
    #[error("neither input nor generate is given; give one of them")]
    NoOrigin,
    #[error("both input and generate are given; give one of them")]
    TwoOrigins,
    #[error(
        "input '{0}' is not below the folder of the manifest; write a path such as ports/a.txt"
    )]
    Input(String),
    #[error("'{0}' is no generator; write rangecover generate KIND …")]
    Generate(String),
    #[error("{column} '{text}' is not a whole number")]
    Number { column: &'static str, text: String },
    #[error("'{0}' is no outcome; use optimal, feasible or infeasible")]
    Outcome(String),
    #[error("the outcome is optimal, and value {value} is not bound {bound}")]
    NotOptimal { value: u64, bound: u64 },
    #[error("the outcome is feasible, and value {value} is not above bound {bound}")]
    NoGap { value: u64, bound: u64 },
    #[error("the outcome is infeasible, so value and bound stay empty")]
    ValueOfNone,
    #[error(transparent)]
    Digest(#[from] DigestError),
}
