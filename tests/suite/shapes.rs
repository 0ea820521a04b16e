//! The same records in every shape give the same answers, byte for byte.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::binary::{Folder, gzip, project};

/// A data set in the default format, header included.
const LOG: &str = "datasets/flow-logs/eu-west-1/2026/01/05/fl-2_0200.log";

/// Names of the default format in other places, in its order.
const SNAKE: &str = "version account_id interface_id srcaddr dstaddr srcport dstport protocol \
                     packets bytes start end action log_status";
const OLD_ATHENA: &str = "version account interfaceid sourceaddress destinationaddress sourceport \
                          destinationport protocol numpackets numbytes starttime endtime action \
                          logstatus";
const CAMEL: &str = "version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol \
                     packets bytes start end action logStatus";

fn lines() -> Vec<String> {
    let text = std::fs::read_to_string(project().join(LOG)).expect("the data set is there");
    text.lines().skip(1).map(str::to_owned).collect()
}

fn header() -> String {
    SNAKE.replace('_', "-")
}

fn joined(lines: &[String], end: &str) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        write!(text, "{line}{end}").unwrap();
        text
    })
}

/// The lines with their fields in another order and unknown ones among them.
fn reordered(lines: &[String]) -> String {
    let swap = |line: &String| {
        let mut fields: Vec<&str> = line.split(' ').collect();
        fields.reverse();
        fields.insert(3, "future");
        fields.join(" ")
    };
    let rows: Vec<String> = lines.iter().map(swap).collect();
    swap(&header()).replace("future", "field-of-tomorrow") + "\n" + &joined(&rows, "\n")
}

fn separated(lines: &[String], names: &str, separator: &str, quote: &str) -> String {
    let row = |line: &str| {
        let cell = |field: &str| match field {
            // Queries show a field that does not apply as nothing.
            "-" => String::new(),
            field => format!("{quote}{field}{quote}"),
        };
        line.split_whitespace().map(cell).collect::<Vec<_>>().join(separator)
    };
    let rows: Vec<String> = lines.iter().map(|line| row(line)).collect();
    row(names) + "\n" + &joined(&rows, "\n")
}

fn objects(lines: &[String], names: &str) -> Vec<Value> {
    let object = |line: &String| -> Value {
        let fields = names.split_whitespace().zip(line.split(' '));
        fields
            .map(|(name, value)| {
                let value = match value.parse::<u64>() {
                    _ if value == "-" => Value::Null,
                    Ok(number) => json!(number),
                    Err(_) => json!(value),
                };
                (name.to_owned(), value)
            })
            .collect()
    };
    lines.iter().map(object).collect()
}

fn events(lines: &[String]) -> Vec<Value> {
    let event = |line: &String| json!({"timestamp": 1_767_578_400_000_u64, "message": line});
    lines.iter().map(event).collect()
}

fn insights(lines: &[String]) -> Value {
    let cells = |line: &String| -> Vec<Value> {
        let fields = CAMEL.split_whitespace().zip(line.split(' '));
        let mut cells: Vec<Value> =
            fields.map(|(name, value)| json!({"field": name, "value": value})).collect();
        cells.push(json!({"field": "@ptr", "value": "CmEKJgoiMTIzNDU2Nzg5MDEy"}));
        cells
    };
    let rows: Vec<_> = lines.iter().map(cells).collect();
    json!({"status": "Complete", "statistics": {"recordsMatched": 1500.0}, "results": rows})
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Every shape, by the name of its file.
fn shapes(lines: &[String]) -> Vec<(&'static str, Vec<u8>)> {
    let (first, rest) = lines.split_at(700);
    let plain = joined(lines, "\n");
    let with_header = |lines: &[String]| header() + "\n" + &joined(lines, "\n");
    let stamped: Vec<String> =
        lines.iter().map(|line| format!("2026-01-05T02:00:00.000Z {line}")).collect();
    let console: Vec<String> =
        lines.iter().map(|line| format!("1767578400000,\"{line}\"")).collect();
    let mut texts = vec![
        ("bare.log", plain.clone()),
        ("header.log", with_header(lines)),
        ("order.log", reordered(lines)),
        ("again.log", with_header(first) + &reordered(rest)),
        ("crlf.log", joined(lines, "\r\n")),
        ("spaces.log", plain.replace(' ', "  ")),
        ("unended.log", plain.trim_end().to_owned()),
        ("mark.log", format!("\u{feff}{plain}")),
        ("000000", joined(&stamped, "\n")),
        ("console.csv", "timestamp,message\n".to_owned() + &joined(&console, "\n")),
        ("athena.csv", separated(lines, SNAKE, ",", "\"")),
        ("old-athena.csv", separated(lines, OLD_ATHENA, ",", "\"")),
        ("insights.csv", separated(lines, CAMEL, ",", "")),
        ("semicolons.csv", separated(lines, SNAKE, ";", "")),
        ("tabs.tsv", separated(lines, SNAKE, "\t", "\"")),
        (
            "spreadsheet.csv",
            separated(lines, SNAKE, ",", "").replace("123456789012", "1.23457E+11"),
        ),
        ("filter.json", json!({"events": events(lines), "searchedLogStreams": []}).to_string()),
        ("insights.json", insights(lines).to_string()),
        ("array.json", Value::Array(objects(lines, SNAKE)).to_string()),
    ];
    let subscription = |lines: &[String]| {
        json!({"messageType": "DATA_MESSAGE", "owner": "123456789012", "logEvents": events(lines)})
            .to_string()
    };
    texts.push(("subscription.json", subscription(first) + &subscription(rest)));
    let rows: Vec<String> = objects(lines, &header()).iter().map(Value::to_string).collect();
    texts.push(("lines.jsonl", joined(&rows, "\n")));
    let mut files: Vec<(&str, Vec<u8>)> =
        texts.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
    files.push(("whole.log.gz", gzip(plain.as_bytes())));
    let members =
        [gzip(with_header(first).as_bytes()), gzip(with_header(rest).as_bytes())].concat();
    files.push(("members.log.gz", members));
    files.push((
        "frames.log.zst",
        [zstd(with_header(first).as_bytes()), zstd(joined(rest, "\n").as_bytes())].concat(),
    ));
    files.push(("athena.csv.gz", gzip(separated(lines, SNAKE, ",", "\"").as_bytes())));
    #[cfg(feature = "parquet")]
    files.push(("aws.log.parquet", parquet::file(lines, SNAKE)));
    files
}

#[test]
fn every_shape_gives_the_same_answers() {
    let lines = lines();
    let folder = Folder::new();
    for flags in ["", "--port dst", "--port src --max-rules 9"] {
        let mut expected = None;
        for (name, bytes) in shapes(&lines) {
            folder.write(name, bytes);
            let said = folder.run(&format!("solve {name} --format json {flags}")).exits(0);
            let answer = expected.get_or_insert_with(|| said.stdout.clone());
            assert_eq!(said.stdout, *answer, "{name} {flags}");
            assert!(said.stderr.contains("1,500 flow-log records"), "{name}: {}", said.stderr);
            assert!(said.stderr.contains(" 0 malformed"), "{name}: {}", said.stderr);
        }
    }
}

#[test]
fn every_shape_gives_the_same_evidence() {
    let lines = lines();
    let folder = Folder::new();
    let mut expected = None;
    for (name, bytes) in shapes(&lines) {
        folder.write(name, bytes);
        let said = folder.run(&format!("ports {name} --format csv")).exits(0);
        let table = expected.get_or_insert_with(|| said.stdout.clone());
        assert_eq!(said.stdout, *table, "{name}");
    }
}

#[test]
fn shapes_stand_beside_each_other_in_a_folder() {
    let lines = lines();
    let folder = Folder::new();
    let shapes = shapes(&lines);
    for (name, bytes) in &shapes {
        folder.write(&format!("in/{name}"), bytes);
    }
    let n_records = 1_500 * shapes.len() as u64;
    let report = folder.solve_json("in", "");
    assert_eq!(report["records"]["read"], n_records);
    assert_eq!(report["records"]["malformed"], 0);
}

#[test]
fn aggregated_rows_count_as_often_as_they_say() {
    let folder = Folder::with(&[
        (
            "athena.csv",
            "\"interface_id\",\"srcaddr\",\"dstaddr\",\"srcport\",\"dstport\",\"protocol\",\"_count\"\n\
             \"eni-1\",\"203.0.113.1\",\"10.0.0.1\",\"50001\",\"443\",\"6\",\"40\"\n\
             \"eni-1\",\"203.0.113.2\",\"10.0.0.1\",\"50001\",\"443\",\"6\",\"2\"\n",
        ),
        (
            "insights.json",
            r#"{"results": [
                [{"field": "interfaceId", "value": "eni-1"}, {"field": "srcAddr", "value": "203.0.113.1"},
                 {"field": "dstAddr", "value": "10.0.0.1"}, {"field": "srcPort", "value": "50001"},
                 {"field": "dstPort", "value": "443"}, {"field": "protocol", "value": "6"},
                 {"field": "count(*)", "value": "40"}],
                [{"field": "interfaceId", "value": "eni-1"}, {"field": "srcAddr", "value": "203.0.113.2"},
                 {"field": "dstAddr", "value": "10.0.0.1"}, {"field": "srcPort", "value": "50001"},
                 {"field": "dstPort", "value": "443"}, {"field": "protocol", "value": "6"},
                 {"field": "count(*)", "value": "2"}]], "status": "Complete"}"#,
        ),
    ]);
    for name in ["athena.csv", "insights.json"] {
        let flags = if name == "athena.csv" { "--column count=_count" } else { "" };
        let said = folder.run(&format!("ports {name} --format csv {flags}")).exits(0);
        assert!(said.stdout.contains("\neni-1,tcp,443,service,ranges,2,42,"), "{said:#?}");
        let said = said.notes("42 flow-log records: 42 accepted");
        said.notes("no action column: every record counts as ACCEPT").notes("have no times");
    }
}

#[test]
fn a_column_is_named_by_hand() {
    let folder = Folder::with(&[
        ("a.csv", "nic,von,nach,von_port,Ziel Port\neni-1,203.0.113.1,10.0.0.1,50001,443\n"),
        ("a.log", "interface-id srcaddr dstaddr von nach\neni-1 203.0.113.1 10.0.0.1 50001 443\n"),
    ]);
    let columns = [
        "interface-id=nic",
        "srcaddr=von",
        "dstaddr=nach",
        "srcport=von_port",
        "dstport=Ziel Port",
    ];
    let mut command = crate::binary::command_in(folder.path());
    command.args(["ports", "a.csv", "--format", "csv"]);
    for column in columns {
        command.args(["--column", column]);
    }
    let said = crate::binary::said(&mut command).exits(0);
    assert!(said.stdout.contains("\neni-1,tcp,443,service,"), "{said:#?}");
    let said = folder.run("ports a.log --format csv --column srcport=von,dstport=nach").exits(0);
    assert!(said.stdout.contains("\neni-1,tcp,443,service,"), "{said:#?}");
    folder.run("solve a.log --column port=nach").exits(2);
}

#[test]
fn a_shape_can_be_forced() {
    let folder = Folder::with(&[("a", "eni-1 203.0.113.1 10.0.0.1 50001 443\n")]);
    folder.run("solve a").fails_with("neither a port list");
    folder.run("solve a --input-format json").exits(1);
    folder.run("solve a --input-format excel").exits(2).notes("'excel' is not a kind of input");
    for kind in ["text", "csv", "json", "parquet", "table", "ports"] {
        let said = folder.run(&format!("solve a --input-format {kind}")).exits(1);
        assert_eq!(said.stdout, "", "{kind}");
    }
    folder.write("ports", "80\n");
    folder.run("solve ports --input-format text").fails_with("none of its records is valid");
}

#[test]
fn an_unfinished_query_is_reported() {
    let row = r#"[{"field":"srcAddr","value":"203.0.113.1"},{"field":"dstAddr","value":"10.0.0.1"},
                  {"field":"srcPort","value":"50001"},{"field":"dstPort","value":"443"}]"#;
    let text = format!(r#"{{"results": [{row}], "status": "Running"}}"#);
    let folder = Folder::with(&[("a.json", &text)]);
    folder.run("solve a.json").exits(0).notes("a.json: the query's status is 'Running'");
}

#[cfg(feature = "parquet")]
mod parquet {
    use std::sync::Arc;

    use parquet::basic::{Compression, GzipLevel};
    use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    /// The lines as AWS writes them: integers of its widths, strings, nothing for `-`.
    pub(super) fn file(lines: &[String], names: &str) -> Vec<u8> {
        let names: Vec<&str> = names.split_whitespace().collect();
        let kind = |name: &str| match name {
            "version" | "srcport" | "dstport" | "protocol" => "INT32",
            "packets" | "bytes" | "start" | "end" => "INT64",
            _ => "BYTE_ARRAY",
        };
        let fields: Vec<String> = names
            .iter()
            .map(|name| {
                let text = if kind(name) == "BYTE_ARRAY" { " (UTF8)" } else { "" };
                format!("optional {} {name}{text};", kind(name))
            })
            .collect();
        let schema = format!("message log {{ {} }}", fields.join(" "));
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let gzip = Compression::GZIP(GzipLevel::default());
        let properties = Arc::new(WriterProperties::builder().set_compression(gzip).build());
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
        for part in lines.chunks(600) {
            let mut group = writer.next_row_group().unwrap();
            for (i, name) in names.iter().enumerate() {
                let values: Vec<Option<&str>> = part
                    .iter()
                    .map(|line| line.split(' ').nth(i).filter(|&value| value != "-"))
                    .collect();
                let levels: Vec<i16> = values.iter().map(|v| i16::from(v.is_some())).collect();
                let some = values.into_iter().flatten();
                let mut column = group.next_column().unwrap().unwrap();
                match kind(name) {
                    "INT32" => {
                        let values: Vec<i32> = some.map(|v| v.parse().unwrap()).collect();
                        column.typed::<Int32Type>().write_batch(&values, Some(&levels), None)
                    }
                    "INT64" => {
                        let values: Vec<i64> = some.map(|v| v.parse().unwrap()).collect();
                        column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)
                    }
                    _ => {
                        let values: Vec<ByteArray> = some.map(ByteArray::from).collect();
                        column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)
                    }
                }
                .unwrap();
                column.close().unwrap();
            }
            group.close().unwrap();
        }
        writer.into_inner().unwrap()
    }
}
