use std::io::Read;

use serde_json::{Value, json};

use super::Json;
use crate::logs::flow::{Layout, LayoutError, Selection, ServicePort};
use crate::logs::shapes::samples::{CutOff, NAMES, Outcome, lines, read, read_as, read_dst, rows};
use crate::logs::shapes::{Format, Shape};

/// The sample records as objects with these names; every second value that can be is a number.
fn objects(name: impl Fn(&str) -> String) -> Vec<Value> {
    let value = |(i, value): (usize, &String)| match value.parse::<u64>() {
        Ok(number) if i % 2 == 0 => json!(number),
        _ if value == "-" => Value::Null,
        _ => json!(value),
    };
    let object = |row: &Vec<String>| {
        let values = row.iter().enumerate().map(value);
        NAMES.iter().map(|field| name(field)).zip(values).collect::<serde_json::Map<_, _>>()
    };
    rows().iter().map(|row| Value::Object(object(row))).collect()
}

fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &part[..1].to_uppercase() + &part[1..])
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// The sample records as Logs Insights has them.
fn results() -> Vec<Value> {
    let cell = |(name, value): (&str, &String)| json!({"field": camel(name), "value": value});
    let row = |row: &Vec<String>| {
        let cells = NAMES.into_iter().zip(row).filter(|(_, value)| *value != "-").map(cell);
        Value::Array(cells.chain([json!({"field": "@ptr", "value": "CmEKJgoi"})]).collect())
    };
    rows().iter().map(row).collect()
}

fn events() -> Vec<Value> {
    let event = |line| json!({"logStreamName": "eni-0a-all", "timestamp": 1, "message": line});
    lines().into_iter().map(event).collect()
}

fn by_lines(values: &[Value]) -> String {
    values.iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

fn recognised(text: &str) -> bool {
    Json.recognises(text.as_bytes(), &Format::default())
}

#[expect(clippy::needless_pass_by_value, reason = "text is written where it is asserted")]
fn assert_is_sample(text: impl ToString) {
    let text = text.to_string();
    assert!(recognised(&text), "{text}");
    read(&Json, text).assert_is_sample();
}

/// Reads where only the destination port matters.
fn dst(value: &Value) -> Outcome {
    read_dst(&Json, value.to_string())
}

#[test]
fn events_of_the_command_line() {
    let searched = json!([{"logStreamName": "eni-0a-all", "searchedCompletely": true}]);
    let page = json!({"events": events(), "searchedLogStreams": searched, "nextToken": "abc"});
    assert_is_sample(&page);
    assert_is_sample(serde_json::to_string_pretty(&page).unwrap());
    let all = events();
    let (first, second) = all.split_at(5);
    assert_is_sample(format!("{}{}", json!({"events": first}), json!({"events": second})));
    assert_is_sample(json!([{"events": first}, {"events": second}]));
    assert_is_sample(json!(lines()));
}

#[test]
fn events_of_subscriptions() {
    let data = json!({"messageType": "DATA_MESSAGE", "owner": "1", "logEvents": events()});
    assert_is_sample(&data);
    let control = r#"{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","message":"CWL"}]}"#;
    let late = r#"{"logEvents":[{"id":"","message":"CWL"}],"messageType":"CONTROL_MESSAGE"}"#;
    assert_is_sample(format!("{control}{late}{data}\n{late}"));
    let outcome = read(&Json, format!("{control}{{\"events\":[{{\"message\":\"bad\"}}]}}"));
    assert_eq!(outcome.malformed(), ["1: 1 fields, the format has 14"]);
    // As AWS's documentation of subscriptions has it.
    let text = r#"{"messageType":"DATA_MESSAGE","owner":"123456789010",
        "logGroup":"/aws/vpc/flowlogs","logStream":"eni-1235b8ca123456789",
        "subscriptionFilters":["MyFlowLogSubscription"],"logEvents":[{"id":"eventId1",
        "timestamp":1418530010000,"message":"2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK"}]}"#;
    assert!(recognised(text));
    assert_eq!(read(&Json, text).counts(), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn results_of_logs_insights() {
    let statistics = json!({"recordsMatched": 16.0, "recordsScanned": 16.0});
    let all = json!({"results": results(), "statistics": statistics, "status": "Complete"});
    assert_is_sample(&all);
    assert_is_sample(json!(results()));
    let turned = all.to_string().replace(
        "{\"field\":\"version\",\"value\":\"2\"}",
        "{\"value\":\"2\",\"field\":\"version\"}",
    );
    assert_is_sample(&turned);
    for text in [
        json!({"results": results(), "status": "Running\u{1b}"}).to_string(),
        format!("{{\"status\": \"Running\\u001b\", \"results\": {}}}", json!(results())),
    ] {
        let outcome = read(&Json, text);
        assert_eq!(outcome.report.records.read, 16);
        let notes: Vec<String> = outcome.report.notes.into_iter().collect();
        let note = "the query's status is 'Running\\u{1b}', so its results are not complete";
        assert_eq!(notes, [note]);
    }
    let message = |line| json!([{"field": "@message", "value": line}, {"field": "@ptr"}]);
    assert_is_sample(json!({"results": lines().into_iter().map(message).collect::<Vec<_>>()}));
}

#[test]
fn records_as_objects() {
    for name in [camel, snake, str::to_owned] {
        let objects = objects(name);
        assert_is_sample(json!(objects));
        assert_is_sample(by_lines(&objects));
        assert_is_sample(by_lines(&objects).replace('\n', ""));
    }
    assert_is_sample(json!(objects(snake)).to_string().replace("\"6\"", "6.0"));
    let mut nested = objects(snake);
    nested[0]["tags"] = json!({"owner": ["a", {"b": null}]});
    nested[1]["@timestamp"] = json!("2026-01-05 00:10:00.000");
    nested[2]["message"] = json!("no record");
    assert_is_sample(json!(nested));
    let text = json!([{"srcport": 5, "dstport": 80, "srcaddr": "10.0.0.1", "dstaddr": "10.0.0.2",
        "action": "ACCEPT", "count": 7, "protocol": "tcp"}]);
    let outcome = read(&Json, text.to_string());
    assert_eq!(outcome.counts(), [7, 7, 0, 0, 0, 0]);
    let assumed = "no log-status column: every record counts as OK";
    assert!(outcome.report.assumptions.contains(assumed));
    assert_eq!(outcome.report.assumptions.len(), 2);
}

#[test]
fn each_row_is_judged_by_its_own_fields() {
    let all = json!({"interfaceId": "eni-1", "dstPort": 80, "action": "ACCEPT", "protocol": 6});
    let empty = json!({"interfaceId": "eni-1", "logStatus": "NODATA"});
    let no_action = json!({"interfaceId": "eni-1", "dstPort": 81, "protocol": 6});
    let null_action = json!({"interfaceId": "eni-1", "dstPort": 82, "action": null});
    let no_port = json!({"interfaceId": "eni-1", "action": "ACCEPT", "protocol": 6});
    let outcome = dst(&json!([all, no_action, null_action, no_port, empty]));
    assert_eq!(outcome.counts(), [5, 2, 0, 1, 0, 2]);
    assert_eq!(
        outcome.malformed(),
        ["3: action '-' is not ACCEPT or REJECT", "4: dstport '-' is not a port, 0 to 65535"]
    );
    // Only the window without traffic says its status.
    assert_eq!(outcome.report.assumptions.len(), 0);
    let notes: Vec<String> = outcome.report.notes.into_iter().collect();
    assert_eq!(
        notes,
        [
            "some rows are as in a log with no action column: every record counts as ACCEPT",
            "some rows are as in a log with no log-status column: every record counts as OK"
        ]
    );
    let outcome = dst(&json!([empty]));
    assert_eq!((outcome.counts(), outcome.fault), ([1, 0, 0, 1, 0, 0], None));
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let ports = json!({"interfaceId": "eni-1", "srcPort": 50_000, "dstPort": 443, "packets": 3});
    let with = |more: Value| {
        let mut row = ports.clone();
        row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        row
    };
    let addresses = json!({"srcAddr": "10.0.0.1", "dstAddr": "10.0.0.2"});
    let mut rows = vec![
        ports.clone(),
        with(json!({"flowDirection": "ingress"})),
        with(json!({"srcAddr": "10.0.0.1"})),
        with(addresses.clone()),
        with(json!({"flowDirection": null, "action": "REJECT"})),
        with(json!({"flowDirection": "egress", "action": null})),
        json!({"interfaceId": "eni-1", "logStatus": "NODATA"}),
        json!({"interfaceId": "eni-1", "srcPort": 1, "flowDirection": "ingress"}),
    ];
    let forth = read(&Json, json!(rows).to_string());
    rows.reverse();
    let back = read(&Json, json!(rows).to_string());
    assert_eq!(forth.counts(), [8, 2, 1, 1, 0, 4]);
    assert_eq!(forth.counts(), back.counts());
    assert_eq!(format!("{:?}", forth.interfaces), format!("{:?}", back.interfaces));
    assert_eq!(forth.report.assumptions, back.report.assumptions);
    assert_eq!(forth.report.notes, back.report.notes);
    // Nor does it where none of the rows is a record.
    let rows = [json!({"dstPort": 80, "action": "ACCEPT"}), json!({"srcPort": 80, "dstPort": 1})];
    for rows in [json!(rows), json!([rows[1], rows[0]])] {
        let outcome = read(&Json, rows.to_string());
        assert_eq!(outcome.fault.unwrap(), LayoutError::NoSide.to_string());
    }
}

#[test]
fn numbers_and_times_as_tables_have_them() {
    let mut objects = objects(snake);
    for object in &mut objects {
        for name in ["srcport", "dstport", "protocol", "packets"] {
            if let Ok(number) = object[name].to_string().trim_matches('"').parse::<u32>() {
                object[name] = json!(format!("{number}.0"));
            }
        }
        for name in ["start", "end"] {
            let seconds: u32 = object[name].to_string().trim_matches('"').parse().unwrap();
            object[name] = json!(format!("1970-01-01T00:{:02}:{:02}Z", seconds / 60, seconds % 60));
        }
    }
    assert_is_sample(json!(objects));
}

#[test]
fn fields_that_are_missing() {
    let text = json!([{"interfaceId": "eni-1", "action": "ACCEPT", "dstPort": 80}]);
    let outcome = read(&Json, text.to_string());
    assert_eq!(outcome.counts(), [0; 6]);
    assert_eq!(outcome.fault.unwrap(), LayoutError::NoSide.to_string());
    assert_eq!(dst(&text).counts(), [1, 1, 0, 0, 0, 0]);
    let log_format = Layout::parse("interface-id action", &[]).ok();
    let format = Format { log_format, ..Format::default() };
    let text = json!({"events": [{"message": "eni-1 ACCEPT"}]}).to_string();
    let outcome = read_as(&Json, text.as_bytes(), text.as_bytes(), &format, Selection::default());
    assert_eq!(outcome.fault.unwrap(), LayoutError::NoPort("dstport").to_string());
    let twice = dst(&json!([{"dstPort": 80, "dstport": 80}]));
    assert_eq!(twice.malformed(), ["1: field 'dstport' stands twice in the log format"]);
}

#[test]
fn names_and_formats_are_given_by_hand() {
    let columns = vec!["dstport=Ziel".parse().unwrap(), "interface-id=eni".parse().unwrap()];
    let format = Format { columns, ..Format::default() };
    let selection = Selection { port: ServicePort::Dst, ..Selection::default() };
    let text = r#"[{"eni":"eni-1","ziel":80}]"#;
    assert!(Json.recognises(text.as_bytes(), &format));
    let outcome = read_as(&Json, text.as_bytes(), text.as_bytes(), &format, selection.clone());
    assert_eq!(outcome.interfaces[0].interface.as_deref(), Some("eni-1"));
    let log_format = Layout::parse("dstport interface-id", &[]).ok();
    let format = Format { log_format, ..Format::default() };
    let text = r#"{"events":[{"message":"80 eni-1\n"}]}"#;
    let outcome = read_as(&Json, text.as_bytes(), text.as_bytes(), &format, selection);
    assert_eq!(outcome.counts(), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn other_files_are_left_to_others() {
    for other in [
        "",
        "{}",
        "[80, 443]",
        "{\"name\": \"x\", \"version\": 1}",
        "[{\"message\": \"hello\"}]",
        "2 123456789012 eni-1 10.0.0.1 10.0.0.2 50000 443 6 1 40 1 2 ACCEPT OK",
        "\"srcaddr\",\"dstaddr\"",
    ] {
        assert!(!recognised(other), "{other}");
    }
    assert!(recognised(" \n{\"events\": []}"));
    assert!(recognised("[{\"srcaddr\": null, \"dstport\""));
}

#[test]
fn damaged_events_do_not_stop_the_reading() {
    let mut damaged = objects(snake);
    damaged[1]["dstport"] = json!(70_000);
    damaged[2]["interface_id"] = json!("x".repeat(70_000));
    damaged[3] = json!("no record");
    damaged[4] = json!(true);
    damaged[5] = json!([1, "a", [2]]);
    damaged[6] = json!({"a": 1});
    damaged[7] = json!({});
    let outcome = read(&Json, json!(damaged).to_string());
    assert_eq!(outcome.counts(), [15, 6, 1, 1, 1, 6]);
    assert_eq!(
        outcome.malformed(),
        [
            "2: dstport '70000' is not a port, 0 to 65535",
            "3: the line is longer than 65536 bytes",
            "4: 2 fields, the format has 14",
        ]
    );
    assert_eq!(outcome.fault, None);
}

#[test]
fn what_was_read_before_damage_stays() {
    let page = json!({"events": events()}).to_string();
    let cut = &page[..page.len() - 40];
    let outcome = read(&Json, cut);
    assert_eq!(outcome.report.records.read, 15);
    let fault = outcome.fault.unwrap();
    assert!(fault.starts_with("EOF while parsing a string at line 1 column"), "{fault}");
    assert!(fault.ends_with("after 15 lines or records; the file is damaged or cut off"));
    for damage in ["}", "nul", "{\"events\":[\u{1}", &"[".repeat(1000), "\"\\ud800\""] {
        let outcome = read(&Json, format!("{page}\n{damage}"));
        assert_eq!(outcome.report.records.read, 16);
        assert!(outcome.fault.unwrap().contains(" after 16 lines or records"), "{damage}");
    }
    let stream = page.as_bytes().chain(CutOff);
    let outcome = read_as(&Json, page.as_bytes(), stream, &Format::default(), Selection::default());
    let fault = "unexpected end of file after 16 lines or records; the file is damaged or cut off";
    assert_eq!((outcome.counts()[0], outcome.fault.as_deref()), (16, Some(fault)));
}

#[test]
fn nothing_long_takes_memory() {
    let page = json!({"events": events()}).to_string();
    for (start, filling, fault) in [
        ("{\"a\":\"", &b"x"[..], "a string is longer than 1048576 bytes after 16"),
        ("{\"", b"\\\"", "a string is longer than 1048576 bytes after 16"),
        ("", b" ", ""),
        ("{\"a\":", b"[", "recursion limit exceeded at line 1"),
        ("{\"a\":1", b",\"\":\"\"", "EOF while parsing an object at line 1"),
        ("[1", b",{}", "EOF while parsing a list at line 1"),
    ] {
        let many = filling.repeat((1 << 24) / filling.len());
        let stream = page.as_bytes().chain(start.as_bytes()).chain(many.as_slice());
        let (format, selection) = (Format::default(), Selection::default());
        let outcome = read_as(&Json, page.as_bytes(), stream, &format, selection);
        assert_eq!(outcome.report.records.accepted, 13);
        assert!(outcome.fault.unwrap_or_default().starts_with(fault), "{fault}");
    }
}

#[test]
fn rows_of_many_kinds_are_read() {
    let row = |i: usize| {
        let name = format!("other{}", i % 100);
        json!({"dstport": i % 1000, name: i, "message": "no record"})
    };
    let outcome = dst(&json!((0..2000).map(row).collect::<Vec<_>>()));
    assert_eq!(outcome.counts(), [2000, 2000, 0, 0, 0, 0]);
}
