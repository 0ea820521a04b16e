use std::io::Read;

use proptest::prelude::*;

use super::Csv;
use crate::logs::flow::{Layout, LayoutError, Selection, ServicePort};
use crate::logs::shapes::samples::{CutOff, NAMES, Outcome, lines, read, read_as, read_dst, rows};
use crate::logs::shapes::{Format, Shape};

/// The names as others write them.
const SNAKE: &str = "version,account_id,interface_id,srcaddr,dstaddr,srcport,dstport,protocol,\
                     packets,bytes,start,end,action,log_status";
const CAMEL: &str = "version,accountId,interfaceId,srcAddr,dstAddr,srcPort,dstPort,protocol,\
                     packets,bytes,start,end,action,logStatus";
const OLD: &str = "version,account,interfaceid,sourceaddress,destinationaddress,sourceport,\
                   destinationport,protocol,numpackets,numbytes,starttime,endtime,action,logstatus";

const ROW: &str = "2,123456789012,eni-1,10.0.0.1,10.0.0.2,50000,443,6,1,40,100,160,ACCEPT,OK";

/// The sample records below a header, each cell made by a function.
fn table(header: &str, separator: &str, cell: impl Fn(&str) -> String) -> String {
    let row =
        |row: &Vec<String>| row.iter().map(|value| cell(value)).collect::<Vec<_>>().join(separator);
    let header: Vec<String> = header.split(',').map(&cell).collect();
    let rows: Vec<String> = rows().iter().map(row).collect();
    format!("{}\n{}\n", header.join(separator), rows.join("\n"))
}

fn messages(header: &str) -> String {
    let rows = lines().into_iter().map(|line| format!("1767571800000,\"{line}\"\n"));
    rows.fold(format!("{header}\n"), |text, row| text + &row)
}

fn recognised(text: &str) -> bool {
    Csv.recognises(text.as_bytes(), &Format::default())
}

fn assert_is_sample(text: &str) {
    assert!(recognised(text), "{text}");
    read(&Csv, text).assert_is_sample();
}

/// Reads with options that stand for the flags of the command.
fn read_with(text: &str, format: &Format) -> Outcome {
    assert!(Csv.recognises(text.as_bytes(), format), "{text}");
    read_as(&Csv, text.as_bytes(), text.as_bytes(), format, Selection::default())
}

#[test]
fn rows_of_athena() {
    assert_is_sample(&table(SNAKE, ",", |cell| format!("\"{cell}\"")));
    assert_is_sample(&table(OLD, ",", |cell| format!("\"{cell}\"")));
    let nulls = |cell: &str| if cell == "-" { String::new() } else { format!("\"{cell}\"") };
    assert_is_sample(&table(SNAKE, ",", nulls));
}

#[test]
fn numbers_and_times_as_tables_have_them() {
    let names: Vec<&str> = SNAKE.split(',').collect();
    let cell = |(column, value): (&str, &String)| match (column, value.parse::<u32>()) {
        ("srcport" | "dstport" | "protocol" | "packets" | "bytes", Ok(number)) => {
            format!("{number}.0")
        }
        ("start" | "end", Ok(seconds)) => {
            format!("1970-01-01 00:{:02}:{:02}.000", seconds / 60, seconds % 60)
        }
        _ => value.clone(),
    };
    let row = |row: &Vec<String>| {
        names.iter().copied().zip(row).map(cell).collect::<Vec<_>>().join(",") + "\n"
    };
    let rows: String = rows().iter().map(row).collect();
    assert_is_sample(&format!("{SNAKE}\n{rows}"));
    let half = format!("{SNAKE}\n{ROW}\n{}\n", ROW.replace(",443,", ",443.5,"));
    assert_eq!(read(&Csv, half).malformed(), ["3: dstport '443.5' is not a port, 0 to 65535"]);
}

#[test]
fn rows_of_logs_insights() {
    assert_is_sample(&table(CAMEL, ",", str::to_owned));
    assert_is_sample(&messages("@timestamp,@message"));
    let text = table(&format!("@timestamp,{CAMEL}"), ",", str::to_owned);
    assert_is_sample(&text.replace("\n2,", "\n2026-01-05 00:10:00.000,2,"));
    let alone = lines().into_iter().fold("@message\n".to_owned(), |text, line| text + &line + "\n");
    assert_is_sample(&alone);
    // Where there are fields, the message beside them does not matter.
    let text = table(&format!("{CAMEL},@message"), ",", str::to_owned);
    assert_is_sample(&text.replace("OK\n", "OK,\"no record\"\n").replace("DATA\n", "DATA,x\n"));
}

#[test]
fn the_download_of_the_console() {
    assert_is_sample(&messages("timestamp,message"));
    assert_is_sample(&messages("timestamp,message").replace("OK\"", "OK\n\"\r"));
    let header = format!("timestamp,message\n1,{}\n", NAMES.join(" "));
    assert_is_sample(&(header + messages("timestamp,message").split_once('\n').unwrap().1));
}

#[test]
fn rows_that_a_query_has_aggregated() {
    let text = "interfaceId,srcAddr,dstAddr,srcPort,dstPort,protocol,count(*)\n\
                eni-1,10.0.0.1,10.0.0.2,50000,443,6,12\n\
                eni-1,10.0.0.3,10.0.0.2,50000,443,6,30\n";
    assert!(recognised(text));
    let outcome = read(&Csv, text);
    assert_eq!(outcome.counts(), [42, 42, 0, 0, 0, 0]);
    let assumptions: Vec<_> = outcome.report.assumptions.into_iter().collect();
    assert_eq!(
        assumptions,
        [
            "no action column: every record counts as ACCEPT",
            "no log-status column: every record counts as OK"
        ]
    );
    for name in ["count", "records", "flows", "num_records"] {
        assert_eq!(read(&Csv, text.replace("count(*)", name)).report.records.read, 42);
    }
}

#[test]
fn tables_of_spreadsheets() {
    let titles = "Flow logs of January;;;\n;;;\nmade by Ada;;;\n";
    let semicolons = table(SNAKE, ";", str::to_owned);
    assert!(recognised(&format!("{titles}{semicolons}")));
    let outcome = read(&Csv, format!("{titles}{semicolons}"));
    assert_eq!(
        outcome.malformed(),
        ["1: it stands before the header", "3: it stands before the header"]
    );
    assert_eq!(outcome.counts(), [18, 13, 1, 1, 1, 2]);
    assert_is_sample(&table(SNAKE, "\t", str::to_owned));
    assert_is_sample(&table(SNAKE, ",", |cell| format!("  {cell} ")));
    assert_is_sample(&table(SNAKE, ",", |cell| format!(" \"{cell}\"")));
    assert_is_sample(&table(SNAKE, ",", str::to_owned).replace('\n', "\r\n"));
    assert_is_sample(&table(SNAKE, ",", str::to_owned).replace('\n', ",,,\n,,,\n\n"));
    assert_is_sample(table(SNAKE, ",", str::to_owned).trim_end());
    let account = table(SNAKE, ",", str::to_owned).replace("123456789012", "6.02485E+11");
    assert_is_sample(&account);
    assert_is_sample(&table(SNAKE, ",", str::to_owned).replace(SNAKE, &SNAKE.to_uppercase()));
}

#[test]
fn files_that_were_put_together() {
    let both = table(SNAKE, ",", str::to_owned) + &table(SNAKE, ",", str::to_owned);
    assert_eq!(read(&Csv, both).counts(), [32, 26, 2, 2, 2, 0]);
    let other = format!(
        "{SNAKE}\n{ROW}\n\u{feff}log-status;dstport;srcport;srcaddr;dstaddr\n\
                         OK;80;50000;10.0.0.1;10.0.0.2\n@timestamp,@message\n5,{}\n",
        lines()[0]
    );
    assert_eq!(read(&Csv, other).counts(), [3, 3, 0, 0, 0, 0]);
    let refused = format!("{SNAKE}\n{ROW}\ninterface_id,action\neni-2,ACCEPT\n{SNAKE}\n{ROW}\n");
    let outcome = read(&Csv, refused);
    assert_eq!(outcome.counts(), [3, 2, 0, 0, 0, 1]);
    assert_eq!(outcome.malformed(), [format!("4: {}", LayoutError::NoPort("dstport"))]);
}

#[test]
fn columns_are_named_by_hand() {
    let columns = vec!["dstport=Ziel".parse().unwrap(), "srcport=x".parse().unwrap()];
    let text = table(&SNAKE.replace("srcport,dstport", "x,ziel"), ",", str::to_owned);
    read_with(&text, &Format { columns, ..Format::default() }).assert_is_sample();
}

#[test]
fn without_header_the_format_names_the_columns() {
    let text = table("", ",", str::to_owned);
    assert_is_sample(&text);
    let log_format = Layout::parse(&CAMEL.replace(',', " "), &[]).ok();
    let format = Format { log_format, ..Format::default() };
    read_with(&text, &format).assert_is_sample();
    // It overrules the header.
    read_with(&table("start,end", ",", str::to_owned), &format).assert_is_sample();
    read_with(&messages("timestamp,message"), &format).assert_is_sample();
    let text = "a,b\n1,2\n";
    assert!(!recognised(text));
    let fault = read(&Csv, text).fault.unwrap();
    assert_eq!(fault, "none of its first rows names the columns of a flow log");
}

#[test]
fn other_files_are_left_to_others() {
    let text = format!("{}\n{}\n", NAMES.join(" "), lines().join("\n"));
    assert!(recognised("region,dstport\neu-west-1,443\n"));
    for other in [
        text.as_str(),
        "type,region\n1,2\n",
        "",
        "443\n80-86\n",
        "80,443\n",
        "timestamp,message\n5,\"hello, world\"\n",
        "name,message\n5,hello\n",
        "{\"events\": []}",
    ] {
        assert!(!recognised(other), "{other}");
    }
}

#[test]
fn columns_that_are_missing() {
    let text = "interface_id,srcaddr,dstaddr\neni-1,10.0.0.1,10.0.0.2\n";
    assert!(recognised(text));
    let outcome = read(&Csv, text);
    assert_eq!(outcome.counts(), [0; 6]);
    assert_eq!(outcome.fault.unwrap(), LayoutError::NoPort("dstport").to_string());
    let text = "interface_id,dstport\neni-1,443\n";
    assert_eq!(read(&Csv, text).fault.unwrap(), LayoutError::NoSide.to_string());
    assert_eq!(read_dst(&Csv, text).counts(), [1, 1, 0, 0, 0, 0]);
    let twice = read_dst(&Csv, "interface_id,dstport,dst_port\neni-1,443,443\n");
    assert_eq!(twice.fault.unwrap(), "field 'dstport' stands twice in the log format");
    let by_time = Selection { since: Some(5), port: ServicePort::Dst, ..Selection::default() };
    let outcome = read_as(&Csv, text.as_bytes(), text.as_bytes(), &Format::default(), by_time);
    assert_eq!(outcome.fault.unwrap(), LayoutError::NoTime("start").to_string());
}

#[test]
fn damaged_rows_do_not_stop_the_reading() {
    let long = "x".repeat(70_000);
    for (damage, reason) in [
        ("1,2,3".to_owned(), "3: 3 fields, the format has 14"),
        (format!("{ROW},x"), "3: 15 fields, the format has 14"),
        (ROW.replace("443", "70000"), "3: dstport '70000' is not a port, 0 to 65535"),
        (ROW.replace("eni-1", "eni-\u{fffd}"), "3: interface-id 'eni-\\xef\\xbf\\xbd' is not"),
        (ROW.replace("eni-1", &long), "3: the line is longer than 65536 bytes"),
        (ROW.replace("eni-1", "\"eni-1"), "3: a quote is not closed in its line"),
        (ROW.replace("OK", "\"OK"), "3: a quote is not closed in its line"),
        (long.repeat(10), "3: the line is longer than 65536 bytes"),
    ] {
        for end in ["\n", "\r\n"] {
            let text = [SNAKE, ROW, &damage, ROW, &ROW.replace("2,1", "\"2\",1"), ""].join(end);
            let outcome = read(&Csv, &text);
            assert_eq!(outcome.counts(), [4, 3, 0, 0, 0, 1], "{:?}", outcome.malformed());
            assert!(outcome.malformed()[0].starts_with(reason), "{:?}", outcome.malformed());
            assert_eq!(outcome.fault, None);
        }
    }
    let latin =
        [b"comment,".as_slice(), SNAKE.as_bytes(), b"\nStra\xdfe,", ROW.as_bytes()].concat();
    assert_eq!(read(&Csv, latin).counts(), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn an_open_quote_costs_one_row() {
    let many = format!("{ROW}\n").repeat(20_000);
    let text = format!("{SNAKE}\n{ROW}\n{}\n{many}", ROW.replace("OK", "\"OK"));
    let outcome = read(&Csv, &text);
    assert_eq!(outcome.counts(), [20_002, 20_001, 0, 0, 0, 1]);
    assert_eq!(outcome.malformed(), ["3: a quote is not closed in its line"]);
    // One that each line closes and opens again.
    let text = format!("{SNAKE}\n{}{ROW}\n", "a\",\"\n".repeat(100_000));
    assert_eq!(read(&Csv, text).counts(), [100_001, 1, 0, 0, 0, 100_000]);
}

#[test]
fn lines_are_counted_across_blocks() {
    let many = format!("{ROW}\r\n\r\n").repeat(20_000);
    let text = format!("{SNAKE}\r\n{many}bad\r\n");
    let outcome = read(&Csv, text);
    assert_eq!(outcome.counts(), [20_001, 20_000, 0, 0, 0, 1]);
    assert_eq!(outcome.malformed(), ["40002: 1 fields, the format has 14"]);
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let start = format!("{SNAKE}\n{ROW}\n");
    for filling in [b'x', b'"', b'\n', b',', b'\r'] {
        let stream = std::io::repeat(filling).take(1 << 26);
        let end = format!("\n{ROW}\n");
        let stream = start.as_bytes().chain(stream).chain(end.as_bytes());
        let (format, selection) = (Format::default(), Selection::default());
        let outcome = read_as(&Csv, start.as_bytes(), stream, &format, selection);
        assert_eq!(outcome.report.records.accepted, 2, "{}", char::from(filling));
        assert!(outcome.report.records.malformed <= 1, "{:?}", outcome.malformed());
    }
}

#[test]
fn what_was_read_before_an_error_stays() {
    let text = format!("{SNAKE}\n{ROW}\n{ROW}\n2,12345");
    let stream = text.as_bytes().chain(CutOff);
    let outcome = read_as(&Csv, text.as_bytes(), stream, &Format::default(), Selection::default());
    assert_eq!(outcome.counts(), [2, 2, 0, 0, 0, 0]);
    assert_eq!(
        outcome.fault.unwrap(),
        "unexpected end of file after 3 lines or records; the file is damaged or cut off"
    );
}

/// Pieces of which files are made, whole and broken.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(SNAKE.as_bytes().to_vec()),
        Just(ROW.as_bytes().to_vec()),
        Just(b"timestamp,message".to_vec()),
        Just(b"a;dstport;srcport;srcaddr;dstaddr".to_vec()),
        prop::sample::select(b"\n\r\",;\t a2\xff".to_vec()).prop_map(|byte| vec![byte]),
        prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in pieces()) {
        for text in [bytes.clone(), [SNAKE.as_bytes(), b"\n", &bytes].concat()] {
            Csv.recognises(&text, &Format::default());
            let [read, kinds @ ..] = read_dst(&Csv, &text).counts();
            prop_assert_eq!(read, kinds.iter().sum::<u64>());
        }
    }
}
