//! Asks Athena, and writes what it answers.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::process;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};

use rangecover::aws::{Athena, AwsError, Finished, QueryError, TableColumns, Workplace};
use rangecover::logs::flow::Field;
use rangecover::logs::query::{Columns, OPTIONAL};
use rangecover::problem::number::grouped;

use super::super::{Exit, output};
use super::athena::{Args, ResultsArg};
use super::athena_rows::Rows;

const PRICES: &str = "https://aws.amazon.com/athena/pricing/";

impl Args {
    pub(super) fn ask(&self) -> anyhow::Result<Exit> {
        let path = self.what.output.as_deref();
        let folder = path.filter(|_| self.query.unload);
        match folder {
            Some(folder) => check_folder(folder)?,
            None => output::check_writable(path)?,
        }
        let aws = self.place.connect()?;
        let athena = Athena::new(&aws);
        let place = Workplace {
            catalog: self.table.catalog.to_string(),
            database: self.table.database.to_string(),
            workgroup: self.query.workgroup.clone(),
            output_location: self.query.output_location.clone(),
        };
        let query = self.query(&self.optional_columns(&athena, &place)?)?;
        let token = token();
        let statement = self.statement(&query, &token);
        let finished = self.finish(&athena, &statement, &place, &token)?;
        output::note(&format!(
            "query {}: {} bytes scanned, which Athena charges for: {PRICES}",
            finished.id,
            grouped(finished.scanned),
        ));
        match folder {
            Some(folder) => fetch_files(&athena, &finished, folder)?,
            None => output::stream(path, |out| self.write_rows(&athena, &finished, out))?,
        }
        Ok(Exit::Answered)
    }

    fn finish(
        &self,
        athena: &Athena<'_>,
        statement: &str,
        place: &Workplace,
        token: &str,
    ) -> Result<Finished, QueryError> {
        let timeout = self.query.timeout.map(|seconds| Duration::from_secs(seconds.into()));
        let waiting = output::steps();
        let watch = |state: &str, scanned: u64| {
            waiting.set_message(format!("{state}, {} bytes scanned", grouped(scanned)));
        };
        let finished = athena.run(statement, place, token, timeout, &watch);
        waiting.finish_and_clear();
        finished
    }

    /// The optional columns that are told, or that Athena says the table has.
    fn optional_columns(
        &self,
        athena: &Athena<'_>,
        place: &Workplace,
    ) -> anyhow::Result<Vec<Field>> {
        if self.table.with.is_some() {
            self.note_scan();
            return Ok(self.told());
        }
        let table = match athena.columns(place, &self.table.table.to_string()) {
            Ok(table) => table,
            // Whoever may not ask for the columns may ask for the rows all the same.
            Err(QueryError::Aws { reason: reason @ AwsError::Permission { .. }, .. }) => {
                self.note_scan();
                output::note(&format!(
                    "{reason}; only the columns of version 2 are asked for, --with names others"
                ));
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        self.note_partitions(&table);
        self.found(&table)
    }

    /// The optional columns of a table, which has those that every table has.
    fn found(&self, table: &TableColumns) -> anyhow::Result<Vec<Field>> {
        let columns =
            |with: &[Field]| Columns::new(self.table.old_columns, with, &self.table.column);
        let missing = columns(&[])?.missing(&table.names);
        if !missing.is_empty() {
            let is_old = Columns::new(true, &[], &[])?.missing(&table.names).is_empty();
            let advice = if is_old { "--old-columns" } else { "--column FIELD=NAME" };
            bail!(
                "table {}.{} has no column {}; it has {}; give {advice}",
                self.table.database,
                self.table.table,
                missing.join(", "),
                table.names.join(", ")
            );
        }
        let is_there = |field: &Field| {
            columns(&[*field]).is_ok_and(|columns| columns.missing(&table.names).is_empty())
        };
        let found: Vec<Field> = OPTIONAL.into_iter().filter(is_there).collect();
        let names: Vec<&str> = found.iter().map(|field| field.name()).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        output::note(&format!("columns of the table beyond version 2 that are used: {names}"));
        Ok(found)
    }

    fn note_partitions(&self, table: &TableColumns) {
        if self.table.partition.is_empty() && !table.partitions.is_empty() {
            output::note(&format!(
                "the table is partitioned by {}: without --partition all of it is scanned, and paid for",
                table.partitions.join(", ")
            ));
        } else {
            self.note_scan();
        }
    }

    /// Writes the rows of a query as CSV.
    fn write_rows(
        &self,
        athena: &Athena<'_>,
        finished: &Finished,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let mut rows = Rows::new(out, self.what.limit);
        match self.query.results {
            ResultsArg::Pages => athena.pages(&finished.id, |names, page| {
                rows.name(names.iter().map(String::as_str))?;
                for row in page {
                    rows.add(row.iter().map(|cell| cell.as_deref().unwrap_or_default()))?;
                }
                anyhow::Ok(!rows.is_cut())
            })?,
            ResultsArg::Object => {
                let object = finished.object.as_deref().context("Athena names no result object")?;
                let mut file = tempfile::tempfile()?;
                athena.fetch_object(object, &mut file)?;
                file.seek(SeekFrom::Start(0))?;
                rows.copy(file).with_context(|| format!("result object {object}"))?;
            }
        }
        rows.finish()
    }
}

/// A folder that is empty, or not there yet: what is fetched stands for itself.
fn check_folder(folder: &Path) -> anyhow::Result<()> {
    let place = || format!("cannot write to {}", folder.display());
    fs::create_dir_all(folder).with_context(place)?;
    let mut files = fs::read_dir(folder).with_context(place)?;
    if files.next().is_some() {
        bail!("cannot write to {}: it is not empty", folder.display());
    }
    Ok(())
}

/// Fetches the files that a query has written.
fn fetch_files(athena: &Athena<'_>, finished: &Finished, folder: &Path) -> anyhow::Result<()> {
    let manifest = finished.manifest.as_deref().context("Athena names no files")?;
    let mut names = Vec::new();
    athena.fetch_object(manifest, &mut names)?;
    let names = String::from_utf8(names).with_context(|| manifest.to_owned())?;
    let names: Vec<&str> = names.lines().map(str::trim).filter(|name| !name.is_empty()).collect();
    for (i, name) in names.iter().enumerate() {
        let path = folder.join(format!("{i:05}.parquet"));
        output::stream(Some(&path), |out| Ok(athena.fetch_object(name, out)?))?;
    }
    if names.is_empty() {
        output::note("no record fits, so there are no files");
    } else {
        output::note(&format!(
            "{}: files 00000.parquet and on, {} of them",
            folder.display(),
            names.len()
        ));
    }
    Ok(())
}

/// A name that no other query has: the same request twice is one query for Athena.
fn token() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("rangecover-{:032x}-{:08x}", now.as_nanos(), process::id())
}
