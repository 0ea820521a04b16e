//! `fetch athena` against a server that answers by a script.

use std::path::Path;

use serde_json::{Value, json};

use crate::athena_sql::Asked;
use crate::binary::{Folder, Said, said};
use crate::recorded::{Recorded, Reply};
use crate::tools::isolated;

const SECRET: &str = "wJalrXUtnFEMI-K7MDENG-testing";

fn fetch(server: &Recorded, folder: &Folder, flags: &str) -> Said {
    let mut command = isolated(Path::new(env!("CARGO_BIN_EXE_rangecover")));
    command.current_dir(folder.path()).env("HOME", folder.path());
    command.env("AWS_SECRET_ACCESS_KEY", SECRET).env("RUST_LOG", "trace");
    command.args(["fetch", "athena", "--database", "logs", "--table", "vpc"]);
    command.args(["--output-location", "s3://results/a", "--endpoint-url", &server.url()]);
    let said = said(command.args(flags.split_ascii_whitespace()));
    for secret in [SECRET, "Signature="] {
        assert!(!said.stdout.contains(secret) && !said.stderr.contains(secret), "{said:#?}");
    }
    said
}

fn started() -> Reply {
    Reply::to("StartQueryExecution").json(&json!({ "QueryExecutionId": "q-1" }))
}

fn state(state: &str, reason: Option<&str>) -> Reply {
    let status = json!({ "State": state, "StateChangeReason": reason });
    let execution = json!({
        "QueryExecutionId": "q-1",
        "Status": status,
        "Statistics": { "DataScannedInBytes": 1_234_567, "DataManifestLocation": "s3://results/a/q-1-manifest.csv" },
        "ResultConfiguration": { "OutputLocation": "s3://results/a/q-1.csv" },
    });
    Reply::to("GetQueryExecution").json(&json!({ "QueryExecution": execution }))
}

const NAMES: [&str; 6] = ["interface_id", "protocol", "srcport", "action", "log_status", "records"];

fn row(cells: &[Option<&str>]) -> Value {
    let data = cells.iter().map(|cell| match cell {
        Some(cell) => json!({ "VarCharValue": cell }),
        None => json!({}),
    });
    json!({ "Data": data.collect::<Vec<_>>() })
}

fn page(rows: &[Value], next: Option<&str>) -> Reply {
    let columns: Vec<_> =
        NAMES.iter().map(|name| json!({ "Name": name, "Type": "varchar" })).collect();
    let set = json!({ "Rows": rows, "ResultSetMetadata": { "ColumnInfo": columns } });
    Reply::to("GetQueryResults").json(&json!({ "ResultSet": set, "NextToken": next }))
}

fn port(port: &str) -> Value {
    row(&[Some("eni-1"), Some("6"), Some(port), Some("ACCEPT"), Some("OK"), Some("3")])
}

#[test]
fn rows_come_in_pages() {
    let header = row(&NAMES.map(Some));
    let nothing = row(&[Some("eni-1"), None, None, Some("-"), Some("NODATA"), Some("2")]);
    let server = Recorded::new([
        started(),
        state("QUEUED", None),
        state("RUNNING", None),
        Reply::to("GetQueryExecution").error("ThrottlingException", "Rate exceeded"),
        state("SUCCEEDED", None),
        page(&[header, port("80"), port("81")], Some("more")),
        page(&[port("443"), nothing], None),
    ]);
    let folder = Folder::new();
    let said =
        fetch(&server, &folder, "--with none --port src -o rows.csv --interface eni-1").exits(0);
    server.check();
    let rows = String::from_utf8(folder.read("rows.csv")).unwrap();
    let expected = "interface_id,protocol,srcport,action,log_status,records\n\
                    eni-1,6,80,ACCEPT,OK,3\neni-1,6,81,ACCEPT,OK,3\neni-1,6,443,ACCEPT,OK,3\n\
                    eni-1,,,-,NODATA,2\n";
    assert_eq!(rows, expected);
    assert!(said.stderr.contains("1,234,567 bytes scanned"), "{said:#?}");
    let requests = server.requests();
    let start = requests[0].json();
    assert_eq!(start["QueryExecutionContext"]["Database"], "logs");
    assert_eq!(start["ResultConfiguration"]["OutputLocation"], "s3://results/a");
    assert!(start["QueryString"].as_str().unwrap().contains("IN ('eni-1')"));
    assert!(start["ClientRequestToken"].as_str().unwrap().len() >= 32);
    assert_eq!(requests.last().unwrap().json()["NextToken"], "more");
    let solved =
        folder.run("solve rows.csv --port src --max-rules 2 --format json").exits(0).json();
    assert_eq!(solved["answers"][0]["open_ports"], 0, "{solved:#}");
}

#[test]
fn a_limit_that_cuts_is_said() {
    let header = row(&NAMES.map(Some));
    let server = Recorded::new([
        started(),
        state("SUCCEEDED", None),
        page(&[header, port("80"), port("81"), port("82")], None),
    ]);
    let said = fetch(&server, &Folder::new(), "--with none --port src --limit 2").exits(0);
    server.check();
    assert_eq!(said.stdout.lines().count(), 3, "{said:#?}");
    assert!(said.stderr.contains("cut at --limit 2"), "{said:#?}");
    let query = server.requests()[0].json()["QueryString"].as_str().unwrap().to_owned();
    assert!(query.ends_with("\nLIMIT 3\n"), "{query}");
}

#[test]
fn what_fails_is_said_with_what_to_check() {
    for (replies, message) in [
        (
            vec![started(), state("FAILED", Some("TABLE_NOT_FOUND: line 1:15: Table 'vpc' does not exist"))],
            "query q-1 failed: TABLE_NOT_FOUND: line 1:15: Table 'vpc' does not exist; check --database",
        ),
        (
            vec![started(), state("FAILED", Some("COLUMN_NOT_FOUND: line 2: Column 'srcaddr' cannot be resolved"))],
            "cannot be resolved; check --old-columns",
        ),
        (vec![started(), state("CANCELLED", None)], "query q-1 was cancelled at Athena"),
        (
            vec![Reply::to("StartQueryExecution").error("ExpiredTokenException", "The security token is expired")],
            "the credentials have expired",
        ),
        (
            vec![Reply::to("StartQueryExecution").error(
                "AccessDeniedException",
                "User: arn:aws:iam::1:user/a is not authorized to perform: athena:StartQueryExecution",
            )],
            "no permission for athena:StartQueryExecution in workgroup primary",
        ),
        (
            vec![Reply::to("StartQueryExecution").error(
                "InvalidRequestException",
                "Unable to verify/create output bucket results",
            )],
            "check --output-location",
        ),
    ] {
        let server = Recorded::new(replies);
        fetch(&server, &Folder::new(), "--with none").fails_with(message);
        server.check();
    }
}

#[test]
fn what_takes_too_long_is_stopped() {
    let running = std::iter::repeat_n(state("RUNNING", None), 20);
    let stop = Reply::to("StopQueryExecution").json(&json!({}));
    let server = Recorded::new([started(), stop].into_iter().chain(running));
    let message = "query q-1 was not done after 1 s (it is stopped at Athena)";
    fetch(&server, &Folder::new(), "--with none --timeout 1").fails_with(message);
    assert_eq!(server.actions().last().map(String::as_str), Some("StopQueryExecution"));
}

#[test]
fn the_table_says_which_columns_it_has() {
    let table = |names: &[&str]| {
        let columns: Vec<_> = names.iter().map(|name| json!({ "Name": name })).collect();
        let keys = [json!({ "Name": "day" })];
        let table = json!({ "Name": "vpc", "Columns": columns, "PartitionKeys": keys });
        Reply::to("GetTableMetadata").json(&json!({ "TableMetadata": table }))
    };
    let names = [
        "interface_id",
        "srcaddr",
        "dstaddr",
        "srcport",
        "dstport",
        "protocol",
        "packets",
        "bytes",
        "start",
        "end",
        "action",
        "log_status",
        "tcp_flags",
    ];
    let server =
        Recorded::new([table(&names), started(), state("SUCCEEDED", None), page(&[], None)]);
    let said = fetch(&server, &Folder::new(), "").exits(0);
    server.check();
    assert!(said.stderr.contains("that are used: tcp-flags\n"), "{said:#?}");
    assert!(said.stderr.contains("partitioned by day: without --partition"), "{said:#?}");
    let query = server.requests()[1].json()["QueryString"].as_str().unwrap().to_owned();
    assert!(query.contains("\"tcp_flags\"") && !query.contains("flow_direction"), "{query}");
    let old = Recorded::new([table(&[
        "interfaceid",
        "sourceaddress",
        "destinationaddress",
        "sourceport",
        "destinationport",
        "protocol",
        "numpackets",
        "numbytes",
        "starttime",
        "endtime",
        "action",
        "logstatus",
    ])]);
    fetch(&old, &Folder::new(), "").fails_with("give --old-columns");
}

#[test]
fn results_are_read_as_objects_too() {
    let object = "\"interface_id\",\"srcport\",\"protocol\"\n\"eni-1\",\"80\",\"6\"\n\"eni-1\",,\n";
    let get = Reply::at("GET", "/results/a/q-1.csv").body(object);
    let server = Recorded::new([started(), state("SUCCEEDED", None), get]);
    let said = fetch(&server, &Folder::new(), "--with none --port src --results object").exits(0);
    server.check();
    assert_eq!(said.stdout, "interface_id,srcport,protocol\neni-1,80,6\neni-1,,\n");
    let server = Recorded::new([
        started(),
        state("SUCCEEDED", None),
        Reply::at("GET", "/results/a/q-1-manifest.csv")
            .body("s3://results/a/x/1\ns3://results/a/x/2\n"),
        Reply::at("GET", "/results/a/x/1").body("one"),
        Reply::at("GET", "/results/a/x/2").body("two"),
    ]);
    let folder = Folder::new();
    fetch(&server, &folder, "--with none --unload -o rows").exits(0);
    server.check();
    assert_eq!(folder.read("rows/00001.parquet"), b"two");
    let query = server.requests()[0].json()["QueryString"].as_str().unwrap().to_owned();
    assert!(
        query.starts_with("UNLOAD (") && query.contains("TO 's3://results/a/rangecover-"),
        "{query}"
    );
    let said = fetch(&server, &folder, "--with none --unload -o rows");
    said.fails_with("it is not empty");
}

#[test]
fn what_is_unloaded_is_read_as_the_log_is() {
    let flags = "--records 3000 --seed 11 --ports 6 --replies --calls 30 --fields extended";
    let asked = Asked::of(flags);
    let Some(()) = asked.query("--with tcp-flags,flow-direction", "rows.parquet") else { return };
    let server = Recorded::new([
        started(),
        state("SUCCEEDED", None),
        Reply::at("GET", "/results/a/q-1-manifest.csv").body("s3://results/a/x/1\n"),
        Reply::at("GET", "/results/a/x/1").body(asked.0.read("rows.parquet")),
    ]);
    fetch(&server, &asked.0, "--with tcp-flags,flow-direction --unload -o rows").exits(0);
    server.check();
    let ports = |input: &str| asked.0.run(&format!("ports {input} --format csv")).exits(0).stdout;
    let expected = ports("raw.log");
    assert!(expected.lines().count() > 6, "{expected}");
    assert_eq!(ports("rows"), expected);
}

#[test]
fn no_rows_are_said_to_be_none() {
    let header = row(&NAMES.map(Some));
    let server = Recorded::new([started(), state("SUCCEEDED", None), page(&[header], None)]);
    let folder = Folder::new();
    let said = fetch(&server, &folder, "--with none --port src -o rows.csv").exits(0);
    said.notes("no record fits");
    let solved = folder.run("solve rows.csv --port src --max-rules 2");
    solved.fails_with("rows.csv");
}

#[test]
fn pages_that_go_round_end() {
    let round = || page(&[port("80")], Some("again"));
    let server = Recorded::new([started(), state("SUCCEEDED", None), round(), round()]);
    let said = fetch(&server, &Folder::new(), "--with none --port src -o rows.csv");
    said.fails_with("Athena's answer to GetQueryResults is incomplete");
    server.check();
}
