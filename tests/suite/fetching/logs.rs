//! Logs Insights by a script: its states, its limits and its refusals.

use serde_json::{Value, json};

use super::run;
use crate::binary::{Folder, Said};
use crate::recorded::{Recorded, Reply};

const USUAL: &str = "fetch logs --log-group grp1 --since 1767571200 --until 1767657600";

/// Rows that an answer has at most.
const MOST_ROWS: usize = 10_000;

fn fetch(folder: &Folder, server: &Recorded, more: &str) -> Said {
    let url = server.url();
    run(folder.path(), &format!("{USUAL} --region eu-west-1 --endpoint-url {url} {more}"))
}

fn started(id: &str) -> Reply {
    Reply::to("StartQuery").json(&json!({ "queryId": id }))
}

fn state(status: &str) -> Reply {
    Reply::to("GetQueryResults").json(&json!({ "status": status, "results": [] }))
}

fn complete(rows: &[Value]) -> Reply {
    let statistics = json!({ "bytesScanned": 2_500_000.0, "recordsMatched": rows.len() });
    let body = json!({ "status": "Complete", "results": rows, "statistics": statistics });
    Reply::to("GetQueryResults").json(&body)
}

fn row(fields: &[(&str, &str)]) -> Value {
    fields.iter().map(|(field, value)| json!({ "field": field, "value": value })).collect()
}

/// A row of a query for destination ports.
fn port(port: usize, count: u32) -> Value {
    row(&[
        ("r_interface_id", "eni-1"),
        ("r_protocol", "6"),
        ("r_action", "ACCEPT"),
        ("r_log_status", "OK"),
        ("r_dstport", &port.to_string()),
        ("n_records", &count.to_string()),
        ("first_start", "1767571300"),
        ("last_end", "1767571360"),
    ])
}

/// The times that were asked for, in order.
fn times(server: &Recorded) -> Vec<(i64, i64)> {
    let requests = server.requests();
    let starts = requests.iter().filter(|request| request.action() == "StartQuery");
    let second = |body: &Value, name: &str| body[name].as_i64().expect("a number");
    starts.map(|r| (second(&r.json(), "startTime"), second(&r.json(), "endTime"))).collect()
}

fn log_row(call: [&str; 4], action: &str, n: [&str; 3]) -> Value {
    let [srcaddr, dstaddr, srcport, dstport] = call;
    row(&[
        ("r_interface_id", "eni-1"),
        ("r_protocol", "6"),
        ("r_action", action),
        ("r_log_status", "OK"),
        ("r_srcaddr", srcaddr),
        ("r_dstaddr", dstaddr),
        ("r_srcport", srcport),
        ("r_dstport", dstport),
        ("is_many", "1"),
        ("n_records", n[0]),
        ("n_packets", n[1]),
        ("n_bytes", n[2]),
        ("first_start", "1767571300"),
        ("last_end", "1767571360"),
    ])
}

#[test]
fn records_come_through_all_states() {
    let folder = Folder::new();
    let call = ["10.9.0.7", "10.0.0.1", "50000", "443"];
    let server = Recorded::new([
        started("q-1"),
        state("Scheduled"),
        state("Unknown"),
        state("Running"),
        complete(&[
            log_row(call, "ACCEPT", ["3", "30", "9000"]),
            log_row(["10.9.0.8", "10.0.0.1", "50001", "443"], "REJECT", ["1", "1", "40"]),
            row(&[("r_interface_id", "eni-1"), ("r_log_status", "SKIPDATA"), ("n_records", "2")]),
        ]),
    ]);
    let more = "--log-group arn:aws:logs:eu-west-1:123456789012:log-group:g2:* --interface eni-1";
    let said = fetch(&folder, &server, more).exits(0);
    server.check();
    let expected = "\
interface_id,protocol,srcaddr,dstaddr,pkt_srcaddr,pkt_dstaddr,srcport,dstport,tcp_flags,\
flow_direction,action,log_status,count,packets,bytes,start,end
eni-1,6,10.9.0.7,10.0.0.1,,,50000,443,,,ACCEPT,OK,3,30,9000,1767571300,1767571360
eni-1,6,10.9.0.8,10.0.0.1,,,50001,443,,,REJECT,OK,1,1,40,1767571300,1767571360
eni-1,,,,,,,,,,-,SKIPDATA,2,,,,
";
    assert_eq!(said.stdout, expected);
    let said = said.notes("1 query, which scanned 2.5 MB");
    said.notes("3 aggregated rows written, of 6 records");
    let body = server.requests()[0].json();
    let groups = json!(["grp1", "arn:aws:logs:eu-west-1:123456789012:log-group:g2"]);
    assert_eq!(body["logGroupIdentifiers"], groups);
    let text = body["queryString"].as_str().expect("a text");
    assert!(text.contains("r_interface_id in [\"eni-1\"]"), "{text}");
    // Windows of ten minutes begin before and are dated within.
    assert_eq!(times(&server), [(1_767_570_600, 1_767_658_199)]);
    folder.write("records.csv", expected);
    let ports = folder.run("ports records.csv --port dst --format csv").exits(0).stdout;
    assert!(ports.contains("443"), "{ports}");
}

#[test]
fn pages_of_an_answer_are_read() {
    let folder = Folder::new();
    let page = |rows: &[Value], next: Option<&str>| {
        let body = json!({ "status": "Complete", "results": rows, "nextToken": next });
        Reply::to("GetQueryResults").json(&body)
    };
    let server = Recorded::new([
        started("q-1"),
        page(&[port(80, 1)], Some("more")),
        page(&[port(443, 2)], None),
    ]);
    let said = fetch(&folder, &server, "--port dst").exits(0);
    server.check();
    assert_eq!(server.requests()[2].json()["nextToken"], "more");
    assert_eq!(said.stdout.lines().count(), 3);
}

#[test]
fn a_full_answer_is_divided_until_it_is_complete() {
    let folder = Folder::new();
    let ports = |range: std::ops::Range<usize>| -> Vec<Value> {
        range.map(|number| port(number, 1)).collect()
    };
    let full = ports(0..MOST_ROWS);
    // The second half takes too long for AWS, and is divided as well.
    let server = Recorded::new([
        started("q-1"),
        complete(&full),
        started("q-2"),
        complete(&ports(0..7_000)),
        started("q-3"),
        state("Timeout"),
        started("q-4"),
        complete(&ports(6_000..12_000)),
        started("q-5"),
        complete(&[]),
    ]);
    let divided = fetch(&folder, &server, "--port dst").exits(0).notes("5 queries");
    server.check();
    let times = times(&server);
    let (whole, halves) = (times[0], [times[1], times[3], times[4]]);
    assert_eq!((halves[0].0, halves[2].1), whole);
    assert_eq!((halves[0].1 + 1, times[2].1), (times[2].0, whole.1));
    for pair in halves.windows(2) {
        assert_eq!(pair[0].1 + 1, pair[1].0, "no gap, and nothing twice");
    }
    // The same records in one answer each.
    let one = |rows: Vec<Value>| {
        let server = Recorded::new([started("q-1"), complete(&rows)]);
        fetch(&folder, &server, "--port dst").exits(0).stdout
    };
    let mut both = one(ports(0..7_000));
    assert_eq!(divided.stdout.lines().count(), 12_001);
    both.push_str(one(ports(7_000..12_000)).split_once('\n').expect("a header").1);
    let twice = |line: &str| {
        let port: Option<usize> = line.split(',').nth(2).and_then(|port| port.parse().ok());
        port.is_some_and(|port| (6_000..7_000).contains(&port))
    };
    let sum = |line: &str| {
        if twice(line) { line.replace(",OK,1,", ",OK,2,") } else { line.to_owned() }
    };
    let both: Vec<String> = both.lines().map(sum).collect();
    assert_eq!(divided.stdout.lines().collect::<Vec<_>>(), both);
}

#[test]
fn a_second_that_is_full_is_an_error() {
    let folder = Folder::new();
    let full: Vec<Value> = (0..MOST_ROWS).map(|i| row(&[("r_dstport", &i.to_string())])).collect();
    // 1,201 seconds are halved down to one, the first half first; all others are empty.
    let mut replies = Vec::new();
    let mut length = 1_201;
    let mut n_halves = 0;
    loop {
        replies.extend([started("q"), complete(&full)]);
        if length == 1 {
            break;
        }
        length = (length + 1) / 2;
        n_halves += 1;
    }
    replies.extend((0..n_halves).flat_map(|_| [started("q"), complete(&[])]));
    let server = Recorded::new(replies);
    let url = server.url();
    let line = format!(
        "fetch logs --log-group grp1 --since 1767571200 --until 1767571201 --port dst \
         --region eu-west-1 --endpoint-url {url}"
    );
    let said = run(folder.path(), &line).exits(1);
    server.check();
    let said = said.notes("1 second with more than 10,000 rows each, the first 1767570600");
    assert_eq!(said.notes("--interface").stdout.lines().count(), MOST_ROWS + 1);
}

#[test]
fn a_limit_says_when_it_cut() {
    let folder = Folder::new();
    let server =
        Recorded::new([started("q-1"), complete(&[port(80, 1), port(443, 2), port(22, 3)])]);
    let said = fetch(&folder, &server, "--port dst --limit 2").exits(0);
    server.check();
    assert_eq!(said.stdout.lines().count(), 3);
    said.notes("there are more: --limit has cut the answer");
    let server = Recorded::new([started("q-1"), complete(&[port(80, 1), port(443, 2)])]);
    let said = fetch(&folder, &server, "--port dst --limit 2").exits(0);
    assert!(!said.stderr.contains("--limit"), "{said:?}");
}

#[test]
fn what_may_go_better_later_is_asked_again() {
    let folder = Folder::new();
    let busy = |action: &str, code: &str| Reply::to(action).error(code, "Account maximum reached");
    let server = Recorded::new([
        busy("StartQuery", "LimitExceededException"),
        busy("StartQuery", "ThrottlingException"),
        started("q-1"),
        busy("GetQueryResults", "ThrottlingException"),
        state("Failed"),
        started("q-2"),
        complete(&[port(443, 1)]),
    ]);
    let said = fetch(&folder, &server, "--port dst").exits(0);
    server.check();
    assert_eq!(said.stdout.lines().count(), 2);
}

#[test]
fn queries_that_do_not_end_well() {
    let folder = Folder::new();
    let failing = || [started("q"), state("Failed")];
    let server = Recorded::new([failing(), failing(), failing()].into_iter().flatten());
    fetch(&folder, &server, "").fails_with("logs:StartQuery on grp1: the query failed 3 times");
    server.check();
    let server =
        Recorded::new([started("q"), state("Cancelled"), Reply::to("StopQuery").json(&json!({}))]);
    fetch(&folder, &server, "").fails_with("the query was cancelled");
    // What nobody waits for is stopped.
    let running = (0..9).map(|_| state("Running"));
    let stop = Reply::to("StopQuery").json(&json!({ "success": true }));
    let server = Recorded::new([started("q-7")].into_iter().chain(running).chain([stop]));
    fetch(&folder, &server, "--timeout 1").fails_with("no answer within 1 s");
    assert_eq!(server.actions().last().map(String::as_str), Some("StopQuery"));
    assert_eq!(server.requests().last().expect("some").json()["queryId"], "q-7");
}

#[test]
fn what_aws_refuses_is_said_as_a_user_needs_it() {
    let folder = Folder::new();
    let refused = |code: &str, message: &str, expected: &str| {
        let server = Recorded::new([Reply::to("StartQuery").error(code, message)]);
        fetch(&folder, &server, "").fails_with(expected);
        server.check();
    };
    let denied = "User is not authorized to perform: logs:StartQuery on resource: grp1";
    let expected = "no permission for logs:StartQuery on grp1 (AccessDeniedException: User is not";
    refused("AccessDeniedException", denied, expected);
    let missing = "Log group 'grp1' does not exist";
    let expected = "logs:StartQuery on grp1: there is none (ResourceNotFoundException: Log group";
    refused("ResourceNotFoundException", missing, expected);
    refused("ExpiredTokenException", "expired", "the credentials have expired");
    refused("UnrecognizedClientException", "\u{1b}[2J", "AWS does not accept the credentials");
    let server = Recorded::new([]);
    let url = server.url();
    let mut command =
        crate::tools::isolated(std::path::Path::new(env!("CARGO_BIN_EXE_rangecover")));
    command.env_remove("AWS_ACCESS_KEY_ID").env("HOME", folder.path()).args(USUAL.split(' '));
    let said = crate::binary::said(command.args(["--endpoint-url", &url]));
    said.fails_with("no credentials for logs:StartQuery on grp1");
    assert_eq!(server.actions().len(), 0);
}
