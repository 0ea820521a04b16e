//! What can be wrong with a file of results.

use thiserror::Error;

use super::Place;

/// Why a file of results is not read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// Not even a header.
    #[error(
        "{file}: empty; a header and rows are expected, as `rangecover compare --format csv` writes them"
    )]
    Empty {
        /// The file.
        file: String,
    },
    /// A header and nothing else.
    #[error("{file}: a header without rows; there is nothing to report")]
    NoRows {
        /// The file.
        file: String,
    },
    /// A column that no report can do without.
    #[error(
        "{place}: no column `{column}`; the header must have `instance`, `solver` and `outcome`"
    )]
    NoColumn {
        /// The header.
        place: Place,
        /// What is missing.
        column: &'static str,
    },
    /// Which of them counts?
    #[error("{place}: the column `{column}` stands there twice")]
    TwoColumns {
        /// The header.
        place: Place,
        /// The name.
        column: &'static str,
    },
    /// A cell with something else.
    #[error("{place}: {column} is '{cell}'; {expected} is expected")]
    Cell {
        /// The row.
        place: Place,
        /// The column.
        column: &'static str,
        /// What stands there, shortened.
        cell: String,
        /// What would be right.
        expected: &'static str,
    },
    /// A row of another length, or what is no text.
    #[error("{place}: {problem}")]
    Row {
        /// The row.
        place: Place,
        /// What is wrong.
        problem: String,
    },
}
