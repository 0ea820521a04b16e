//! `CloudWatch` Logs Insights: queries that are started, waited for, and divided until complete.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::{QueryStatus, ResultField};

use crate::logs::flow::{Malformed, Record};
use crate::logs::query::LogGroup;
use crate::logs::query::insights::{InsightsQuery, Seconds};

use super::interrupt::{Interrupt, stopped};
use super::{Aws, AwsError};

/// What is asked of which log groups.
pub struct Question<'a> {
    /// The query.
    pub query: &'a InsightsQuery,
    /// The log groups.
    pub groups: &'a [LogGroup],
    /// How long to wait, in all.
    pub patience: Duration,
}

/// What came of asking.
#[derive(Debug, Default)]
pub struct Asked {
    /// Queries that were answered.
    pub queries: u64,
    /// Bytes that AWS has scanned, which is what it charges for.
    pub bytes_scanned: f64,
    /// Rows of all answers.
    pub rows: u64,
    /// Whether the answer to a limited query may be cut.
    pub is_cut: bool,
    /// Single seconds of which the answer is cut.
    pub full: Vec<Seconds>,
    /// Rows that are no records, and what is wrong with the first.
    pub malformed: (u64, Option<Malformed>),
}

/// How a query ended.
enum End {
    Complete(Vec<Vec<ResultField>>),
    /// AWS stopped it, after an hour.
    TimedOut,
}

/// Asks, and hands on each record of the answer; `progress` is told of every step.
///
/// A full answer is cut, so that the time is divided and each half asked for by itself.
///
/// # Errors
/// When AWS refuses, a query fails, or patience is over.
pub fn ask(
    aws: &Aws,
    question: &Question<'_>,
    take: &mut dyn FnMut(&Record<'_>),
    progress: &dyn Fn(&Asked, Seconds),
) -> Result<Asked, AwsError> {
    let session = Session::new(aws, question);
    let mut asked = Asked::default();
    let mut open = VecDeque::from([question.query.seconds()]);
    while let Some(seconds) = open.pop_front() {
        progress(&asked, seconds);
        let end = aws.wait(session.run(seconds, &mut asked))?;
        let halves = seconds.halves().filter(|_| question.query.is_unlimited());
        let rows = match (end, halves) {
            (End::Complete(rows), _) if rows.len() < question.query.most_rows() => rows,
            (End::TimedOut, None) => return Err(session.ended("took longer than AWS allows")),
            (End::Complete(_) | End::TimedOut, Some([first, second])) => {
                open.push_front(second);
                open.push_front(first);
                continue;
            }
            (End::Complete(rows), None) => {
                if question.query.is_unlimited() {
                    asked.full.push(seconds);
                } else {
                    asked.is_cut = true;
                }
                rows
            }
        };
        asked.take(question.query, &rows, take);
    }
    Ok(asked)
}

impl Asked {
    fn take(
        &mut self,
        query: &InsightsQuery,
        rows: &[Vec<ResultField>],
        take: &mut dyn FnMut(&Record<'_>),
    ) {
        for row in rows {
            let fields = row.iter().filter_map(|field| Some((field.field()?, field.value()?)));
            match query.record(fields) {
                Ok(record) => take(&record),
                Err(error) => {
                    self.malformed.0 += 1;
                    self.malformed.1.get_or_insert(error);
                }
            }
        }
        self.rows += rows.len() as u64;
    }
}

/// Longer and longer waits.
struct Waits(Duration);

impl Waits {
    const FIRST: Duration = Duration::from_millis(250);
    const LONGEST: Duration = Duration::from_secs(8);

    fn new() -> Self {
        Self(Self::FIRST)
    }

    async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 3 / 2).min(Self::LONGEST);
    }
}

/// Requests until patience is over.
struct Session<'a> {
    client: Client,
    question: &'a Question<'a>,
    deadline: Instant,
    groups: String,
    interrupt: Interrupt,
}

impl<'a> Session<'a> {
    /// Attempts at what may go better later.
    const ATTEMPTS: u32 = 8;
    /// Attempts at a query that fails.
    const QUERIES: u32 = 3;

    fn new(aws: &Aws, question: &'a Question<'a>) -> Self {
        let groups: Vec<String> = question.groups.iter().map(ToString::to_string).collect();
        Self {
            client: Client::new(aws.config()),
            question,
            deadline: Instant::now() + question.patience,
            groups: groups.join(", "),
            interrupt: Interrupt::new(),
        }
    }

    fn asked(&self, action: &str) -> String {
        format!("logs:{action} on {}", self.groups)
    }

    fn ended(&self, end: &str) -> AwsError {
        AwsError::Query { asked: self.asked("StartQuery"), end: end.to_owned() }
    }

    fn late(&self) -> AwsError {
        let seconds = self.question.patience.as_secs();
        AwsError::Late { asked: self.asked("GetQueryResults"), seconds }
    }

    /// Asks for one range of time; a query that fails is asked again.
    async fn run(&self, seconds: Seconds, asked: &mut Asked) -> Result<End, AwsError> {
        let mut waits = Waits::new();
        let interrupted = || AwsError::Interrupted { asked: self.asked("StartQuery") };
        for attempt in 1.. {
            let id = self.interrupt.unless(self.start(seconds)).await.ok_or_else(interrupted)??;
            match self.interrupt.unless(self.follow(&id, asked)).await {
                Some(Ok(Some(end))) => {
                    asked.queries += 1;
                    return Ok(end);
                }
                Some(Ok(None)) if attempt < Self::QUERIES => {
                    self.interrupt.unless(waits.wait()).await.ok_or_else(interrupted)?;
                }
                Some(Ok(None)) => break,
                Some(Err(error)) => {
                    // It would scan on, at a price; nothing depends on whether that can be stopped.
                    self.stop(&id).await;
                    return Err(error);
                }
                None => return Err(AwsError::Stopped { stopped: self.stop(&id).await, id }),
            }
        }
        Err(self.ended(&format!("failed {} times, and AWS does not say why", Self::QUERIES)))
    }

    /// Stops a query; says whether that went well.
    async fn stop(&self, id: &str) -> String {
        let asked = self.asked("StopQuery");
        let request = self.client.stop_query().query_id(id);
        let stop = async { request.send().await.map_err(|error| AwsError::of(&asked, &error)) };
        stopped("CloudWatch Logs", stop).await
    }

    /// Starts a query; others may have to end first.
    async fn start(&self, seconds: Seconds) -> Result<String, AwsError> {
        let groups = self.question.groups.iter().map(ToString::to_string).collect();
        let request = self.client.start_query().set_log_group_identifiers(Some(groups));
        let request = request.start_time(seconds.from).end_time(seconds.to);
        let request = request.query_string(self.question.query.text());
        let asked = self.asked("StartQuery");
        let output = self.insist(&asked, || request.clone().send()).await?;
        output.query_id.ok_or_else(|| self.ended("was started, and AWS gave it no id"))
    }

    /// Waits for the end of a query; none if it failed.
    async fn follow(&self, id: &str, asked: &mut Asked) -> Result<Option<End>, AwsError> {
        let mut waits = Waits::new();
        loop {
            let output = self.results(id, None).await?;
            match output.status().unwrap_or(&QueryStatus::UnknownValue) {
                QueryStatus::Complete => {
                    asked.bytes_scanned +=
                        output.statistics().map_or(0.0, |statistics| statistics.bytes_scanned);
                    return self.rows(id, output).await.map(|rows| Some(End::Complete(rows)));
                }
                QueryStatus::Timeout => return Ok(Some(End::TimedOut)),
                QueryStatus::Failed => return Ok(None),
                QueryStatus::Cancelled => return Err(self.ended("was cancelled")),
                // Scheduled, running, and what AWS itself does not know.
                _ => {}
            }
            if Instant::now() + waits.0 >= self.deadline {
                return Err(self.late());
            }
            waits.wait().await;
        }
    }

    /// All pages of the results, up to what makes an answer full.
    async fn rows(
        &self,
        id: &str,
        first: GetQueryResultsOutput,
    ) -> Result<Vec<Vec<ResultField>>, AwsError> {
        let mut next = first.next_token;
        let mut rows = first.results.unwrap_or_default();
        while let Some(token) = next {
            let page = self.results(id, Some(&token)).await?;
            rows.extend(page.results.unwrap_or_default());
            let is_full = rows.len() >= self.question.query.most_rows();
            next = page.next_token.filter(|next| !is_full && *next != token);
        }
        Ok(rows)
    }

    async fn results(
        &self,
        id: &str,
        token: Option<&str>,
    ) -> Result<GetQueryResultsOutput, AwsError> {
        let request = self.client.get_query_results().query_id(id);
        let request = request.set_next_token(token.map(str::to_owned));
        self.insist(&self.asked("GetQueryResults"), || request.clone().send()).await
    }

    /// Asks again and again, ever more slowly, while AWS is too busy.
    async fn insist<T, E, R, F>(&self, asked: &str, ask: impl Fn() -> F) -> Result<T, AwsError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
        F: Future<Output = Result<T, SdkError<E, R>>>,
    {
        let mut waits = Waits::new();
        let mut attempt = 1;
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now());
            let answer = tokio::time::timeout(left, ask()).await.map_err(|_| self.late())?;
            let error = match answer {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            let is_last = attempt == Self::ATTEMPTS || waits.0 >= left;
            if is_last || !is_passing(error.code()) {
                return Err(AwsError::of(asked, &error));
            }
            attempt += 1;
            waits.wait().await;
        }
    }
}

/// Whether AWS may say something else in a while.
fn is_passing(code: Option<&str>) -> bool {
    matches!(
        code,
        Some(
            "LimitExceededException"
                | "ThrottlingException"
                | "Throttling"
                | "TooManyRequestsException"
                | "ServiceUnavailableException"
                | "ServiceUnavailable"
        )
    )
}
