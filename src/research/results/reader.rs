//! Reading the CSV of results: columns in any order, unknown ones ignored.

use std::sync::Arc;

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use super::{Outcome, Place, ReadError, Record};
use crate::problem::quote::quoted;

/// Reads all rows of a file, which errors call by its name.
///
/// # Errors
/// When there are no rows, a column that is needed is missing, or a cell is not what its column
/// holds.
pub fn read(name: &str, bytes: &[u8]) -> Result<Vec<Record>, ReadError> {
    let file: Arc<str> = name.into();
    // Bytes that are no UTF-8 are an error of the row, so that its line is known.
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut rows = reader.records();
    let Some(header) = rows.next() else { return Err(ReadError::Empty { file: name.to_owned() }) };
    let header = header.map_err(|error| broken(&file, bytes, error))?;
    let columns = Columns::new(&header, &Place { file: Arc::clone(&file), line: 1 })?;
    let mut records = Vec::new();
    for row in rows {
        let row = row.map_err(|error| broken(&file, bytes, error))?;
        let line = row.position().map_or(0, |position| line(bytes, position));
        records.push(columns.record(&row, Place { file: Arc::clone(&file), line })?);
    }
    if records.is_empty() {
        return Err(ReadError::NoRows { file: name.to_owned() });
    }
    Ok(records)
}

/// The line of a row: the csv crate's position is before the blank lines that it skips.
fn line(bytes: &[u8], position: &csv::Position) -> u64 {
    let at = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = bytes.get(at..).unwrap_or_default();
    let blank = rest.iter().take_while(|&&byte| matches!(byte, b'\r' | b'\n'));
    position.line() + blank.filter(|&&byte| byte == b'\n').count() as u64
}

fn broken(file: &Arc<str>, bytes: &[u8], error: csv::Error) -> ReadError {
    let place = |position: Option<csv::Position>| {
        let line = position.map_or(0, |position| line(bytes, &position));
        Place { file: Arc::clone(file), line }
    };
    match error.into_kind() {
        ErrorKind::UnequalLengths { pos, expected_len, len } => ReadError::Row {
            place: place(pos),
            problem: format!("{len} cells; the header has {expected_len}"),
        },
        ErrorKind::Utf8 { pos, .. } => {
            ReadError::Row { place: place(pos), problem: "not UTF-8; text is expected".to_owned() }
        }
        other => ReadError::Row { place: place(None), problem: format!("{other:?}") },
    }
}

/// The columns that are read. The rest of the schema is for people and other tools.
const NAMES: [&str; 20] = [
    "instance",
    "solver",
    "outcome",
    "family",
    "limits",
    "n_ports",
    "n_runs",
    "n_groups",
    "budget",
    "cost",
    "bound",
    "gap",
    "verified",
    "milliseconds",
    "repeats",
    "memory_bytes",
    "version",
    "commit",
    "seed",
    "machine",
];
const N_NEEDED: usize = 3;

/// Where the columns are.
struct Columns(Vec<(&'static str, usize)>);

impl Columns {
    fn new(header: &StringRecord, place: &Place) -> Result<Self, ReadError> {
        let mut columns = Vec::new();
        for (i, name) in NAMES.into_iter().enumerate() {
            let is_it = |cell: &str| cell.trim_start_matches('\u{FEFF}').trim() == name;
            let mut found = header.iter().enumerate().filter(|(_, cell)| is_it(cell));
            match (found.next(), found.next()) {
                (Some((at, _)), None) => columns.push((name, at)),
                (Some(_), Some(_)) => {
                    return Err(ReadError::TwoColumns { place: place.clone(), column: name });
                }
                (None, _) if i < N_NEEDED => {
                    return Err(ReadError::NoColumn { place: place.clone(), column: name });
                }
                (None, _) => {}
            }
        }
        Ok(Self(columns))
    }

    fn record(&self, row: &StringRecord, place: Place) -> Result<Record, ReadError> {
        let cells = Cells { columns: self, row, place: &place };
        Ok(Record {
            instance: cells.needed("instance", "a name")?,
            family: cells.text("family"),
            limits: cells.text("limits"),
            n_ports: cells.number("n_ports")?,
            n_runs: cells.number("n_runs")?,
            n_groups: cells.number("n_groups")?,
            budget: cells.number("budget")?,
            solver: cells.needed("solver", "a name")?,
            outcome: cells.outcome()?,
            cost: cells.number("cost")?,
            bound: cells.number("bound")?,
            gap: cells.number("gap")?,
            verified: cells.truth("verified")?,
            milliseconds: cells.milliseconds()?,
            repeats: cells.number("repeats")?,
            memory_bytes: cells.number("memory_bytes")?,
            version: cells.text("version"),
            commit: cells.text("commit"),
            seed: cells.text("seed"),
            machine: cells.text("machine"),
            place,
        })
    }
}

const OUTCOMES: &str = "one of optimal, feasible, infeasible, unknown, refused and failed";

/// The cells of a row by the names of their columns.
struct Cells<'a> {
    columns: &'a Columns,
    row: &'a StringRecord,
    place: &'a Place,
}

impl Cells<'_> {
    /// A cell that is there and not empty.
    fn cell(&self, column: &str) -> Option<&str> {
        let &(_, at) = self.columns.0.iter().find(|(name, _)| *name == column)?;
        self.row.get(at).map(str::trim).filter(|cell| !cell.is_empty())
    }

    fn text(&self, column: &str) -> Option<String> {
        self.cell(column).map(str::to_owned)
    }

    fn refuse(&self, column: &'static str, expected: &'static str) -> ReadError {
        let cell = quoted(self.cell(column).unwrap_or_default());
        ReadError::Cell { place: self.place.clone(), column, cell, expected }
    }

    fn needed(&self, column: &'static str, what: &'static str) -> Result<String, ReadError> {
        self.text(column).ok_or_else(|| self.refuse(column, what))
    }

    fn outcome(&self) -> Result<Outcome, ReadError> {
        let named = self.cell("outcome").and_then(Outcome::named);
        named.ok_or_else(|| self.refuse("outcome", OUTCOMES))
    }

    /// A whole number; Python writes some of them as `12.0`.
    fn number(&self, column: &'static str) -> Result<Option<u64>, ReadError> {
        let Some(cell) = self.cell(column) else { return Ok(None) };
        let whole = cell.split_once('.').filter(|(_, rest)| rest.bytes().all(|b| b == b'0'));
        let digits = whole.map_or(cell, |(whole, _)| whole);
        let plain = digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse().ok().filter(|_| plain);
        number.map(Some).ok_or_else(|| self.refuse(column, "a whole number below 2^64"))
    }

    fn milliseconds(&self) -> Result<Option<f64>, ReadError> {
        const COLUMN: &str = "milliseconds";
        let Some(cell) = self.cell(COLUMN) else { return Ok(None) };
        let number = cell.parse().ok().filter(|ms: &f64| ms.is_finite() && *ms >= 0.0);
        number.map(Some).ok_or_else(|| self.refuse(COLUMN, "a number of at least 0"))
    }

    fn truth(&self, column: &'static str) -> Result<Option<bool>, ReadError> {
        match self.cell(column) {
            None => Ok(None),
            Some(cell) if cell.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(cell) if cell.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(self.refuse(column, "true or false")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &[u8]) -> String {
        read("a.csv", text).unwrap_err().to_string()
    }

    #[test]
    fn columns_come_in_any_order_and_strangers_are_ignored() {
        let text = "\u{FEFF}outcome,colour, solver ,instance,cost,milliseconds,verified\n\
                    feasible,red,greedy,\"a,b\",12.0,0.25,True\n\noptimal,,price,c,,,\n";
        let records = read("a.csv", text.as_bytes()).unwrap();
        assert_eq!(records.len(), 2);
        let first = &records[0];
        assert_eq!((first.instance.as_str(), first.cost), ("a,b", Some(12)));
        assert_eq!((first.milliseconds, first.verified), (Some(0.25), Some(true)));
        assert_eq!(first.place.to_string(), "a.csv:2");
        assert_eq!((records[1].place.line, records[1].cost), (4, None));
        assert_eq!(records[1].outcome, Outcome::Optimal);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let head = "instance,solver,outcome,cost,milliseconds,verified\n";
        let row = |row: &str| failure(format!("{head}a,b,optimal,1,1,true\n{row}\n").as_bytes());
        assert!(failure(b"").starts_with("a.csv: empty"));
        assert!(failure(head.as_bytes()).starts_with("a.csv: a header without rows"));
        assert!(failure(b"instance,outcome\na,optimal\n").contains("a.csv:1: no column `solver`"));
        let twice = failure(b"instance,solver,outcome,solver\na,b,optimal,c\n");
        assert_eq!(twice, "a.csv:1: the column `solver` stands there twice");
        assert!(row("a,b,best,1,1,true").contains("a.csv:3: outcome is 'best'; one of optimal,"));
        assert!(row("a,b,,1,1,true").contains("outcome is ''"));
        assert!(row(",b,optimal,1,1,true").contains("instance is ''; a name"));
        for cost in ["x", "-1", "+1", "1.5", "1e3", "99999999999999999999", ".0x", "NaN"] {
            let message = row(&format!("a,b,optimal,{cost},1,true"));
            assert!(message.starts_with("a.csv:3: cost is '"), "{cost}: {message}");
        }
        for time in ["-1", "inf", "NaN", "1 ms"] {
            let message = row(&format!("a,b,optimal,1,{time},true"));
            assert!(message.starts_with("a.csv:3: milliseconds is '"), "{time}: {message}");
        }
        assert!(
            row("a,b,optimal,1,1,yes").ends_with("verified is 'yes'; true or false is expected")
        );
        assert_eq!(row("a,b,optimal"), "a.csv:3: 3 cells; the header has 6");
        let bytes = [head.as_bytes(), b"a,\xFF,optimal,1,1,true\n"].concat();
        assert_eq!(failure(&bytes), "a.csv:2: not UTF-8; text is expected");
    }
}
