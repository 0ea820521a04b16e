//! Ctrl-C while AWS is asked: what runs there is stopped.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::binary::{Folder, Said};
use crate::recorded::{Recorded, Reply};
use crate::tools::isolated;

/// Runs a command, and presses Ctrl-C once the server was asked for an action.
fn interrupt(server: &Recorded, line: &str, action: &str) -> Said {
    let folder = Folder::new();
    let mut command = isolated(Path::new(env!("CARGO_BIN_EXE_rangecover")));
    command.current_dir(folder.path()).env("HOME", folder.path());
    command.args(line.split_ascii_whitespace()).args(["--endpoint-url", &server.url()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let running = command.spawn().expect("the binary starts");
    let start = Instant::now();
    while !server.actions().iter().any(|asked| asked == action) {
        assert!(start.elapsed() < Duration::from_mins(1), "{:?}", server.actions());
        thread::sleep(Duration::from_millis(20));
    }
    let id = running.id().to_string();
    let sent = Command::new("kill").args(["-INT", &id]).status().expect("there is kill");
    assert!(sent.success());
    running.wait_with_output().expect("it ends").into()
}

#[test]
fn a_query_of_athena_is_stopped() {
    let execution = json!({ "QueryExecutionId": "q-1", "Status": { "State": "RUNNING" } });
    let running = Reply::to("GetQueryExecution").json(&json!({ "QueryExecution": execution }));
    let started = Reply::to("StartQueryExecution").json(&json!({ "QueryExecutionId": "q-1" }));
    let stop = Reply::to("StopQueryExecution").json(&json!({}));
    let replies = [started, stop].into_iter().chain(std::iter::repeat_n(running, 1_000));
    let server = Recorded::new(replies);
    let line = "fetch athena --database logs --table vpc --with none";
    let said = interrupt(&server, line, "GetQueryExecution");
    said.fails_with("interrupted; query q-1: it is stopped at Athena");
    assert_eq!(server.actions().last().map(String::as_str), Some("StopQueryExecution"));
}

#[test]
fn a_query_of_logs_insights_is_stopped() {
    let running = Reply::to("GetQueryResults").json(&json!({ "status": "Running", "results": [] }));
    let started = Reply::to("StartQuery").json(&json!({ "queryId": "q-7" }));
    let stop = Reply::to("StopQuery").json(&json!({ "success": true }));
    let replies = [started, stop].into_iter().chain(std::iter::repeat_n(running, 1_000));
    let server = Recorded::new(replies);
    let line = "fetch logs --log-group grp1 --since 2026-01-05 --until 2026-01-06";
    let said = interrupt(&server, line, "GetQueryResults");
    said.fails_with("interrupted; query q-7: it is stopped at CloudWatch Logs");
    assert_eq!(server.actions().last().map(String::as_str), Some("StopQuery"));
    assert_eq!(server.requests().last().expect("some").json()["queryId"], "q-7");
}
