//! Athena: a query is started, waited for, and its rows are read.

use std::future::Future;
use std::time::{Duration, Instant};

use aws_sdk_athena::Client;
use aws_sdk_athena::types::{
    QueryExecution, QueryExecutionContext, QueryExecutionState, ResultConfiguration, Row,
};
use thiserror::Error;

use crate::problem::quote::printable;

use super::interrupt::{Interrupt, stopped};
use super::{Aws, AwsError};

/// Between two questions whether a query is done.
const FIRST_DELAY: Duration = Duration::from_millis(200);
/// Longest time between two of them.
const LONGEST_DELAY: Duration = Duration::from_secs(5);
/// Questions in a row that AWS may find too many, each after several attempts.
const MOST_THROTTLED: u32 = 5;
/// Rows of a page: the most that Athena gives, the header included.
/// <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html>
const PAGE: i32 = 1_000;

/// Where a query runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workplace {
    /// The catalog of the database.
    pub catalog: String,
    /// The database.
    pub database: String,
    /// The workgroup, if it is not the primary one.
    pub workgroup: Option<String>,
    /// Where results are written, if the workgroup does not say.
    pub output_location: Option<String>,
}

/// The columns of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableColumns {
    /// All of them.
    pub names: Vec<String>,
    /// Those by which it is partitioned.
    pub partitions: Vec<String>,
}

/// A query that has succeeded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// Its id.
    pub id: String,
    /// Bytes that were scanned, and are paid for.
    pub scanned: u64,
    /// The object with the rows.
    pub object: Option<String>,
    /// The object with the names of the files that were written.
    pub manifest: Option<String>,
}

/// Why there are no rows.
#[derive(Debug, Error)]
pub enum QueryError {
    /// AWS refuses a request.
    #[error("{reason}{hint}")]
    Aws {
        /// Its reason.
        #[source]
        reason: AwsError,
        /// What to check.
        hint: &'static str,
    },
    /// AWS could not run the query.
    #[error("query {id} failed: {reason}{hint}")]
    Failed {
        /// Its id.
        id: String,
        /// AWS's reason.
        reason: String,
        /// What to check.
        hint: &'static str,
    },
    /// Somebody has stopped it.
    #[error("query {id} was cancelled at Athena{reason}")]
    Cancelled {
        /// Its id.
        id: String,
        /// AWS's reason, if there is one.
        reason: String,
    },
    /// It took too long.
    #[error(
        "query {id} was not done after {seconds} s ({stopped}); give a longer --timeout, or ask for less"
    )]
    TimedOut {
        /// Its id.
        id: String,
        /// How long it was waited for.
        seconds: u64,
        /// Whether it is stopped at Athena.
        stopped: String,
    },
    /// The user does not wait.
    #[error("interrupted{0}")]
    Interrupted(String),
    /// An answer without what every answer has.
    #[error("Athena's answer to {0} is incomplete")]
    Incomplete(&'static str),
}

impl From<AwsError> for QueryError {
    fn from(reason: AwsError) -> Self {
        let hint = hint(&reason.to_string());
        Self::Aws { reason, hint }
    }
}

/// What to check, by AWS's reason.
fn hint(reason: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    if has(&["TABLE_NOT_FOUND", "Table not found", "EntityNotFoundException"]) {
        "; check --database, --table, --catalog and --region"
    } else if has(&["SCHEMA_NOT_FOUND", "DATABASE_NOT_FOUND", "Schema", "Database"]) {
        "; check --database, --catalog and --region"
    } else if has(&["COLUMN_NOT_FOUND"]) {
        "; check --old-columns, --column, --with and --partition"
    } else if has(&["TYPE_MISMATCH"]) {
        "; check the types of the columns, and what --partition says that they hold"
    } else if has(&["output bucket", "output location", "outputLocation", "NoSuchBucket"]) {
        "; check --output-location: a bucket of the same region that you may write to"
    } else if has(&["WorkGroup"]) {
        "; check --workgroup and --region"
    } else {
        ""
    }
}

/// A client of Athena.
pub struct Athena<'a> {
    pub(super) aws: &'a Aws,
    client: Client,
    pub(super) interrupt: Interrupt,
}

impl<'a> Athena<'a> {
    /// Asks nothing yet.
    #[must_use]
    pub fn new(aws: &'a Aws) -> Self {
        Self { aws, client: Client::new(aws.config()), interrupt: Interrupt::new() }
    }

    /// Waits for an answer, unless Ctrl-C is pressed.
    fn wait<T>(&self, asked: impl Future<Output = T>) -> Result<T, QueryError> {
        let answer = self.aws.wait(self.interrupt.unless(asked));
        answer.ok_or_else(|| QueryError::Interrupted(String::new()))
    }

    /// The columns of a table.
    ///
    /// # Errors
    /// When AWS does not say.
    pub fn columns(&self, place: &Workplace, table: &str) -> Result<TableColumns, QueryError> {
        let asked = format!("athena:GetTableMetadata of {}.{table}", place.database);
        let request = self.client.get_table_metadata().catalog_name(&place.catalog);
        let request = request.database_name(&place.database).table_name(table);
        let request = request.set_work_group(place.workgroup.clone());
        let answer = self.wait(request.send())?;
        let answer = answer.map_err(|error| AwsError::of(&asked, &error))?;
        let table = answer.table_metadata.ok_or(QueryError::Incomplete("GetTableMetadata"))?;
        let names = |columns: Option<Vec<aws_sdk_athena::types::Column>>| {
            columns.unwrap_or_default().into_iter().map(|column| column.name).collect::<Vec<_>>()
        };
        let partitions = names(table.partition_keys);
        let names = [names(table.columns), partitions.clone()].concat();
        Ok(TableColumns { names, partitions })
    }

    /// Runs a query to its end; `watch` is told its state and the bytes scanned so far.
    ///
    /// # Errors
    /// When it does not succeed. One that takes too long, or is interrupted, is stopped at Athena.
    pub fn run(
        &self,
        statement: &str,
        place: &Workplace,
        token: &str,
        timeout: Option<Duration>,
        watch: &dyn Fn(&str, u64),
    ) -> Result<Finished, QueryError> {
        let id = self.start(statement, place, token)?;
        match self.finish(&id, timeout, watch) {
            Err(QueryError::TimedOut { id, seconds, .. }) => {
                let stopped = self.stop(&id);
                Err(QueryError::TimedOut { id, seconds, stopped })
            }
            Err(QueryError::Interrupted(_)) => {
                Err(QueryError::Interrupted(format!("; query {id}: {}", self.stop(&id))))
            }
            ended => ended,
        }
    }

    fn start(&self, statement: &str, place: &Workplace, token: &str) -> Result<String, QueryError> {
        let context = QueryExecutionContext::builder();
        let context = context.catalog(&place.catalog).database(&place.database).build();
        let results = place
            .output_location
            .as_ref()
            .map(|location| ResultConfiguration::builder().output_location(location).build());
        let request = self.client.start_query_execution().query_string(statement);
        let request = request.query_execution_context(context).client_request_token(token);
        let request = request.set_result_configuration(results);
        let request = request.set_work_group(place.workgroup.clone());
        let workgroup = place.workgroup.as_deref().unwrap_or("primary");
        let asked = format!("athena:StartQueryExecution in workgroup {workgroup}");
        let answer = self.wait(request.send())?.map_err(|error| AwsError::of(&asked, &error))?;
        answer.query_execution_id.ok_or(QueryError::Incomplete("StartQueryExecution"))
    }

    /// Asks until the query has ended.
    fn finish(
        &self,
        id: &str,
        timeout: Option<Duration>,
        watch: &dyn Fn(&str, u64),
    ) -> Result<Finished, QueryError> {
        let (start, mut delay, mut n_throttled) = (Instant::now(), FIRST_DELAY, 0);
        loop {
            match self.execution(id) {
                Ok(execution) => {
                    n_throttled = 0;
                    watch(state(&execution).as_str(), scanned(&execution));
                    if let Some(ended) = ended(id, execution) {
                        return ended;
                    }
                }
                Err(QueryError::Aws { reason: AwsError::Throttled { .. }, .. })
                    if n_throttled < MOST_THROTTLED =>
                {
                    n_throttled += 1;
                }
                Err(error) => return Err(error),
            }
            let left = timeout.map(|timeout| timeout.saturating_sub(start.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                let seconds = timeout.unwrap_or_default().as_secs();
                let stopped = String::new();
                return Err(QueryError::TimedOut { id: id.to_owned(), seconds, stopped });
            }
            let pause = left.map_or(delay, |left| left.min(delay));
            // A timer needs the runtime from its start on.
            self.wait(async { tokio::time::sleep(pause).await })?;
            delay = (delay * 3 / 2).min(LONGEST_DELAY);
        }
    }

    fn execution(&self, id: &str) -> Result<QueryExecution, QueryError> {
        let asked = format!("athena:GetQueryExecution of query {id}");
        let answer = self.wait(self.client.get_query_execution().query_execution_id(id).send())?;
        let answer = answer.map_err(|error| AwsError::of(&asked, &error))?;
        answer.query_execution.ok_or(QueryError::Incomplete("GetQueryExecution"))
    }

    /// Stops a query at Athena; says whether that went well.
    fn stop(&self, id: &str) -> String {
        // Whoever interrupts wants it stopped too, so this is not interrupted again.
        let asked = format!("athena:StopQueryExecution of query {id}");
        let request = self.client.stop_query_execution().query_execution_id(id);
        let stop = async { request.send().await.map_err(|error| AwsError::of(&asked, &error)) };
        self.aws.wait(stopped("Athena", stop))
    }

    /// Reads the rows of a query page by page, without the header; `take` gets the names of the
    /// columns and the rows of a page, and says whether to go on.
    ///
    /// # Errors
    /// When AWS refuses, or `take` fails.
    pub fn pages<E: From<QueryError>>(
        &self,
        id: &str,
        mut take: impl FnMut(&[String], Vec<Cells>) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut names: Option<Vec<String>> = None;
        let mut next: Option<String> = None;
        loop {
            let request = self.client.get_query_results().query_execution_id(id);
            let request = request.max_results(PAGE).set_next_token(next.clone());
            let asked = format!("athena:GetQueryResults of query {id}");
            let answer = self.wait(request.send())?;
            let answer = answer.map_err(|error| QueryError::from(AwsError::of(&asked, &error)))?;
            let set = answer.result_set.ok_or(QueryError::Incomplete("GetQueryResults"))?;
            let mut rows: Vec<Cells> =
                set.rows.unwrap_or_default().into_iter().map(cells).collect();
            if names.is_none() {
                let columns = set.result_set_metadata.and_then(|metadata| metadata.column_info);
                let columns = columns.unwrap_or_default().into_iter().map(|column| column.name);
                names = Some(header(columns.collect(), &mut rows));
            }
            let go_on = take(names.as_deref().unwrap_or_default(), rows)?;
            let token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() || !go_on {
                return Ok(());
            }
            if token == next {
                // It would go round for ever.
                return Err(QueryError::Incomplete("GetQueryResults").into());
            }
            next = token;
        }
    }
}

/// The cells of a row; none is NULL.
pub type Cells = Vec<Option<String>>;

fn cells(row: Row) -> Cells {
    row.data.unwrap_or_default().into_iter().map(|datum| datum.var_char_value).collect()
}

/// The names of the columns; takes the row off the first page that repeats them.
fn header(columns: Vec<String>, rows: &mut Vec<Cells>) -> Vec<String> {
    let is_header = |row: &Cells| {
        let mut cells = row.iter().map(|cell| cell.as_deref().unwrap_or_default());
        columns.is_empty() || cells.by_ref().eq(columns.iter().map(String::as_str))
    };
    if !rows.first().is_some_and(is_header) {
        return columns;
    }
    rows.remove(0).into_iter().map(Option::unwrap_or_default).collect()
}

fn state(execution: &QueryExecution) -> QueryExecutionState {
    let state = execution.status.as_ref().and_then(|status| status.state.clone());
    state.unwrap_or(QueryExecutionState::Queued)
}

fn scanned(execution: &QueryExecution) -> u64 {
    let statistics = execution.statistics.as_ref();
    let scanned = statistics.and_then(|statistics| statistics.data_scanned_in_bytes);
    scanned.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0)
}

/// How a query has ended, if it has.
fn ended(id: &str, execution: QueryExecution) -> Option<Result<Finished, QueryError>> {
    let reason = execution.status.as_ref().and_then(|status| status.state_change_reason.clone());
    let reason = reason.map(|reason| printable(&reason));
    let id = id.to_owned();
    match state(&execution) {
        QueryExecutionState::Succeeded => {
            let scanned = scanned(&execution);
            let object = execution.result_configuration.and_then(|result| result.output_location);
            let manifest = execution.statistics.and_then(|s| s.data_manifest_location);
            Some(Ok(Finished { id, scanned, object, manifest }))
        }
        QueryExecutionState::Failed => {
            let reason = reason.unwrap_or_else(|| "Athena gives no reason".to_owned());
            let hint = hint(&reason);
            Some(Err(QueryError::Failed { id, reason, hint }))
        }
        QueryExecutionState::Cancelled => {
            let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
            Some(Err(QueryError::Cancelled { id, reason }))
        }
        _ => None,
    }
}
