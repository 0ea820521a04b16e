use std::io::{self, Seek, Write};
use std::sync::{Arc, LazyLock};

use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, Int96};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::SchemaDescriptor;
use proptest::prelude::*;

use super::super::samples::{NAMES, Outcome, read, read_as, read_dst, rows};
use super::super::{Format, SHAPES, Shape, Source, shape};
use super::Parquet;
use super::content::Content;
use crate::logs::evidence::{Judgement, Ledger};
use crate::logs::flow::{Selection, ServicePort};

/// The columns as AWS writes them.
fn of_aws(name: &str) -> String {
    match name {
        "version" | "srcport" | "dstport" | "protocol" | "tcp-flags" => "optional int32 {}".into(),
        "packets" | "bytes" | "start" | "end" => "optional int64 {}".into(),
        _ => "optional binary {} (STRING)".to_owned(),
    }
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

/// A file with these columns; `-` is no value where a column may have none.
fn file(
    columns: &[String],
    rows: &[Vec<String>],
    in_group: usize,
    properties: WriterPropertiesBuilder,
) -> Vec<u8> {
    // A group ends with its brace, other columns with a semicolon.
    let ended = |column: &String| if column.ends_with('}') { " " } else { "; " };
    let columns: String = columns.iter().map(|column| column.clone() + ended(column)).collect();
    let schema = format!("message log {{ {columns} }}");
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let properties = Arc::new(properties.build());
    let leaves = SchemaDescriptor::new(schema.clone());
    let optional: Vec<bool> =
        leaves.columns().iter().map(|leaf| leaf.max_def_level() > 0).collect();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    for group in rows.chunks(in_group) {
        let mut columns = writer.next_row_group().unwrap();
        let mut at = 0;
        while let Some(mut column) = columns.next_column().unwrap() {
            let texts: Vec<&str> = group.iter().map(|row| row[at].as_str()).collect();
            write(column.untyped(), &texts, optional[at]);
            column.close().unwrap();
            at += 1;
        }
        columns.close().unwrap();
    }
    writer.into_inner().unwrap()
}

fn write(column: &mut ColumnWriter<'_>, texts: &[&str], optional: bool) {
    let levels: Vec<i16> = texts.iter().map(|&text| i16::from(text != "-")).collect();
    let texts = texts.iter().filter(|&&text| !optional || text != "-");
    let numbers = || texts.clone().map(|text| text.parse::<i128>().unwrap());
    let levels = optional.then_some(&levels[..]);
    // Unsigned numbers are stored as signed ones of the same bits.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the bits are what is stored"
    )]
    let written = match column {
        ColumnWriter::Int32ColumnWriter(column) => {
            let values: Vec<i32> = numbers().map(|n| n as i32).collect();
            column.write_batch(&values, levels, None)
        }
        ColumnWriter::Int64ColumnWriter(column) => {
            let values: Vec<i64> = numbers().map(|n| n as i64).collect();
            column.write_batch(&values, levels, None)
        }
        ColumnWriter::Int96ColumnWriter(column) => {
            let time = |n: i128| {
                let mut time = Int96::new();
                let nanos = n.rem_euclid(86_400) * 1_000_000_000;
                let day = 2_440_588 + n.div_euclid(86_400);
                time.set_data(nanos as u32, (nanos >> 32) as u32, day as u32);
                time
            };
            let values: Vec<Int96> = numbers().map(time).collect();
            column.write_batch(&values, levels, None)
        }
        ColumnWriter::ByteArrayColumnWriter(column) => {
            let values: Vec<ByteArray> = texts.clone().map(|&text| text.into()).collect();
            column.write_batch(&values, levels, None)
        }
        ColumnWriter::BoolColumnWriter(column) => {
            column.write_batch(&vec![true; texts.count()], levels, None)
        }
        _ => unreachable!("no test has such a column"),
    };
    written.unwrap();
}

fn sample(
    column: impl Fn(&str) -> String,
    name: impl Fn(&str) -> String,
    in_group: usize,
    properties: WriterPropertiesBuilder,
) -> Vec<u8> {
    let columns = NAMES.map(|field| column(field).replace("{}", &name(field)));
    file(&columns, &rows(), in_group, properties)
}

/// The sample records as AWS writes them.
fn aws(in_group: usize, properties: WriterPropertiesBuilder) -> Vec<u8> {
    sample(of_aws, snake, in_group, properties)
}

fn plain() -> WriterPropertiesBuilder {
    WriterProperties::builder()
}

#[test]
fn records_are_those_of_text_however_they_are_packed() {
    for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
        for has_dictionary in [true, false] {
            for compression in [
                Compression::UNCOMPRESSED,
                Compression::SNAPPY,
                Compression::GZIP(GzipLevel::default()),
                Compression::LZ4,
                Compression::LZ4_RAW,
            ] {
                let properties = plain()
                    .set_writer_version(version)
                    .set_dictionary_enabled(has_dictionary)
                    .set_compression(compression);
                for in_group in [1_000, 3] {
                    let file = aws(in_group, properties.clone());
                    assert!(Parquet.recognises(&file, &Format::default()));
                    read(&Parquet, file).assert_is_sample();
                }
            }
        }
    }
}

#[test]
fn zstd_of_other_writers_is_read() {
    for file in [
        &include_bytes!("samples/duckdb-zstd.parquet")[..],
        include_bytes!("samples/polars-zstd.parquet"),
    ] {
        read(&Parquet, file).assert_is_sample();
        damage(file);
    }
}

#[test]
fn strings_and_numbers_have_many_encodings() {
    for (encoding, column) in [
        (Encoding::PLAIN, "optional binary {} (STRING)"),
        (Encoding::DELTA_LENGTH_BYTE_ARRAY, "optional binary {} (STRING)"),
        (Encoding::DELTA_BYTE_ARRAY, "required binary {}"),
    ] {
        let properties = plain().set_dictionary_enabled(false).set_encoding(encoding);
        read(&Parquet, sample(|_| column.to_owned(), snake, 7, properties)).assert_is_sample();
    }
    for encoding in [Encoding::PLAIN, Encoding::DELTA_BINARY_PACKED, Encoding::BYTE_STREAM_SPLIT] {
        let mut properties = plain().set_dictionary_enabled(false);
        for name in ["srcport", "dstport", "start", "end", "bytes"] {
            properties = properties.set_column_encoding(name.into(), encoding);
        }
        read(&Parquet, aws(7, properties)).assert_is_sample();
    }
}

#[test]
fn columns_have_many_types_and_names() {
    let is_number = |name: &str| of_aws(name).contains("int");
    for number in [
        "optional int64 {}",
        "optional int32 {} (INTEGER(32, false))",
        "optional int64 {} (INTEGER(64, false))",
        "optional int64 {} (INTEGER(64, true))",
        "optional int32 {} (UINT_16)",
        "optional binary {}",
        "required binary {} (STRING)",
    ] {
        let column = |name: &str| {
            if is_number(name) { number.to_owned() } else { of_aws(name) }
        };
        read(&Parquet, sample(column, str::to_owned, 5, plain())).assert_is_sample();
    }
    let format = Format { columns: vec!["dstport=Ziel".parse().unwrap()], ..Format::default() };
    let named = |name: &str| if name == "dstport" { "Ziel".to_owned() } else { snake(name) };
    let file = sample(of_aws, named, 5, plain());
    assert!(read(&Parquet, &file).fault.unwrap().contains("no dstport column"));
    read_as(&Parquet, &file, &file[..], &format, Selection::default()).assert_is_sample();
}

#[test]
fn times_have_many_types() {
    for (time, per_second) in [
        ("optional int64 {} (TIMESTAMP(MILLIS, true))", 1_000_i64),
        ("optional int64 {} (TIMESTAMP(MICROS, false))", 1_000_000),
        ("optional int64 {} (TIMESTAMP(NANOS, true))", 1_000_000_000),
        ("optional int64 {} (TIMESTAMP_MICROS)", 1_000_000),
        ("optional int96 {}", 1),
    ] {
        let is_time = |name: &str| matches!(name, "start" | "end");
        let columns = NAMES.map(|name| {
            let column = if is_time(name) { time.to_owned() } else { of_aws(name) };
            column.replace("{}", &snake(name))
        });
        let mut rows = rows();
        for row in &mut rows {
            for value in &mut row[10..12] {
                *value = (value.parse::<i64>().unwrap() * per_second).to_string();
            }
        }
        read(&Parquet, file(&columns, &rows, 100, plain())).assert_is_sample();
    }
}

/// Rows of a destination port, and perhaps more columns.
fn ports(columns: &[&str], rows: &[&str], in_group: usize) -> Vec<u8> {
    let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.split(' ').map(str::to_owned).collect()).collect();
    file(&columns, &rows, in_group, plain())
}

#[test]
fn a_row_that_is_no_record_is_named_and_the_others_are_read() {
    let columns = ["optional int32 dstport", "optional binary action", "optional int64 packets"];
    let rows =
        ["443 ACCEPT 1", "70000 ACCEPT 1", "-1 ACCEPT 1", "80 REJECT 1", "22 DENY 1", "- ACCEPT 1"];
    for in_group in 1..7 {
        let outcome = read_dst(&Parquet, ports(&columns, &rows, in_group));
        assert_eq!(outcome.counts(), [6, 1, 1, 0, 0, 4], "{in_group}");
        assert_eq!(
            outcome.malformed(),
            [
                "2: dstport '70000' is not a port, 0 to 65535",
                "3: dstport '-1' is not a port, 0 to 65535",
                "5: action 'DENY' is not ACCEPT or REJECT",
            ]
        );
        assert_eq!(outcome.fault, None);
    }
    let large = [
        "optional int64 dstport",
        "optional int32 protocol",
        "optional int64 end (INTEGER(64, false))",
    ];
    let rows = ["4294967739 6 1", "443 256 1", "443 - 1", "443 6 18446744073709551615"];
    let outcome = read_dst(&Parquet, ports(&large, &rows[..3], 9));
    assert_eq!(
        outcome.malformed(),
        [
            "1: dstport '4294967739' is not a port, 0 to 65535",
            "2: protocol '256' is not a protocol number, 0 to 255",
            "3: protocol '-' is not a protocol number, 0 to 255",
        ]
    );
    let outcome = read_dst(&Parquet, ports(&large, &rows[3..], 9));
    assert_eq!(
        outcome.malformed(),
        ["1: end '18446744073709551615' is not a time in seconds since 1970"]
    );
    let outcome =
        read_dst(&Parquet, ports(&["required binary dstport"], &["443", "0x1", "0080"], 9));
    assert_eq!(outcome.malformed(), ["2: dstport '0x1' is not a port, 0 to 65535"]);
    assert_eq!(port_numbers(&outcome), [80, 443]);
}

fn port_numbers(outcome: &Outcome) -> Vec<u16> {
    outcome.interfaces[0].ports.iter().map(|port| port.port).collect()
}

#[test]
fn what_is_missing_is_assumed_or_named() {
    let file = ports(&["optional int32 dstport"], &["443", "80"], 9);
    let outcome = read_dst(&Parquet, &file);
    assert_eq!(outcome.counts(), [2, 2, 0, 0, 0, 0]);
    assert_eq!(outcome.report.assumptions.len(), 4);
    let fault = read(&Parquet, &file).fault.unwrap();
    assert!(fault.contains("srcport"), "{fault}");
    let selection = Selection { port: ServicePort::Dst, since: Some(1), ..Selection::default() };
    let outcome = read_as(&Parquet, &file, &file[..], &Format::default(), selection);
    assert!(outcome.fault.unwrap().contains("no start column"));
    let twice = ports(&["optional int32 dstport", "optional int32 dst_port"], &["443 443"], 9);
    assert!(read_dst(&Parquet, twice).fault.unwrap().contains("stands twice"));
}

#[test]
fn an_account_is_read_where_it_is_asked_for() {
    for (column, wanted) in [
        ("optional binary account_id", "012345678901"),
        // Numbers have no leading zeros.
        ("optional int64 account_id", "012345678901"),
        ("optional int64 account_id (INTEGER(64, false))", "12345678901"),
    ] {
        let columns = ["optional int32 dstport", column];
        let file = ports(&columns, &["443 012345678901", "80 210987654321", "22 -"], 9);
        let selection = Selection {
            port: ServicePort::Dst,
            accounts: vec![wanted.to_owned()],
            ..Selection::default()
        };
        let outcome = read_as(&Parquet, &file, &file[..], &Format::default(), selection);
        assert_eq!((outcome.report.left_out.account, &outcome.fault), (2, &None), "{column}");
        assert_eq!(port_numbers(&outcome), [443], "{column}");
    }
}

#[test]
fn the_address_that_zones_need_is_read_alone() {
    let zones = "[zones.vpc]\ncidrs = [\"10.0.0.0/8\"]\n[zones.six]\ncidrs = [\"2001:db8::/32\"]\n";
    let zones = crate::problem::zones::Zones::parse(zones).unwrap();
    let columns = ["optional int32 dstport", "optional binary srcaddr", "required boolean dstaddr"];
    let rows = ["443 10.0.0.7 1", "443 2001:db8::7 1", "443 192.0.2.7 1", "443 - 1"];
    let selection = Selection { port: ServicePort::Dst, ..Selection::default() };
    let read = |file: &[u8]| {
        let ledger = Ledger::with_zones(selection.clone(), Some(Arc::new(zones.clone())));
        let source = Source { head: file, stream: Box::new(file), file: None };
        (Parquet.read(source, &Format::default(), &ledger), ledger)
    };
    let (reading, ledger) = read(&ports(&columns, &rows, 2));
    assert_eq!((reading.report.records.accepted, reading.report.records.malformed), (3, 1));
    let interfaces = ledger.finish(&Judgement::default());
    let port = &interfaces[0].ports[0];
    let flows: Vec<u64> = port.origins().iter().map(|from| from.flows).collect();
    assert_eq!(flows, [1, 1]);
    assert_eq!(port.others().unwrap().count(), 1);
    let fault = read(&ports(&columns[..1], &["443"], 9)).0.fault.unwrap();
    assert!(fault.to_string().contains("no srcaddr column"), "{fault}");
}

#[test]
fn nested_columns_matter_only_where_they_are_needed() {
    let more = "optional group tags { optional binary srcaddr; }";
    let file = ports(&["optional int32 dstport", more, "required boolean bytes"], &["443 a 1"], 9);
    assert_eq!(read_dst(&Parquet, file).counts(), [1, 1, 0, 0, 0, 0]);
    for port in [
        "optional group dstport { optional int32 number; }",
        "repeated int32 dstport",
        "required boolean dstport",
        "optional int32 dstport (DATE)",
    ] {
        let fault = read_dst(&Parquet, ports(&[port], &[], 9)).fault.unwrap();
        assert!(fault.starts_with("a column that is needed is nested"), "{fault}");
    }
}

#[test]
fn a_plain_file_is_read_in_its_place() {
    let mut plain_file = tempfile::tempfile().unwrap();
    plain_file.write_all(&aws(3, plain())).unwrap();
    plain_file.rewind().unwrap();
    let ledger = Ledger::new(Selection::default());
    let source = Source { head: b"PAR1", stream: Box::new(io::empty()), file: Some(plain_file) };
    let reading = Parquet.read(source, &Format::default(), &ledger);
    assert!(reading.fault.is_none());
    assert_eq!(reading.report.records.read, rows().len() as u64);
    assert_eq!(ledger.finish(&Judgement::default()).len(), 4);
}

#[test]
fn what_was_read_before_a_damaged_page_stays() {
    let file = aws(4, plain());
    let whole = read_dst(&Parquet, &file);
    let table = Content::Memory(file.clone());
    let metadata = super::table::description(&table).unwrap();
    let dstport = metadata.row_group(1).column(6);
    let start = usize::try_from(dstport.dictionary_page_offset().unwrap()).unwrap();
    let mut damaged = file.clone();
    damaged[start..start + 20].fill(0xff);
    let outcome = read_dst(&Parquet, damaged);
    let fault = outcome.fault.unwrap();
    assert!(
        fault.ends_with("after 12 lines or records; the file is damaged or cut off"),
        "{fault}"
    );
    assert_eq!(outcome.report.records.read, whole.report.records.read - 4);
}

/// Asserts that a file that is cut off is a fault.
fn damage(file: &[u8]) {
    for end in (0..file.len()).step_by(50).chain([file.len() - 1]) {
        let outcome = read(&Parquet, &file[..end]);
        let fault = outcome.fault.unwrap_or_default();
        assert!(fault.ends_with("the file is damaged or cut off"), "{end}: {fault}");
        assert_eq!(outcome.report.records.read, 0);
    }
}

#[test]
fn a_file_that_is_cut_off_is_a_fault() {
    for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY] {
        damage(&aws(5, plain().set_compression(compression)));
    }
}

#[test]
fn sizes_that_are_made_up_are_refused() {
    let zeros = vec![0; 1 << 20];
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&zeros).unwrap();
    let packed = packed.finish().unwrap();
    for (compression, n_bytes) in [
        (Compression::GZIP(GzipLevel::default()), 1 << 10),
        (Compression::GZIP(GzipLevel::default()), 1 << 21),
        (Compression::SNAPPY, 1 << 30),
        (Compression::LZ4, 1 << 30),
        (Compression::LZ4_RAW, 1 << 30),
        (Compression::ZSTD(ZstdLevel::default()), 1 << 30),
        (Compression::UNCOMPRESSED, 1 << 30),
    ] {
        assert!(super::unpack::unpack(compression, &packed, n_bytes).is_err());
    }
}

/// Records whose pages, dictionaries and batches end at different rows.
fn many() -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for i in 0..9_000_u32 {
        let sample = [
            "2".to_owned(),
            "123456789012".to_owned(),
            format!("eni-{:x}", i * i % 37),
            format!("10.0.{}.{}", i * 7 % 256, i * i % 251),
            format!("10.1.0.{}", i * i % 37),
            (1_024 + i * 17 % 60_000).to_string(),
            [443, 80, 22, 5_432][(i * i % 11 % 4) as usize].to_string(),
            if i % 5 == 0 { "17" } else { "6" }.to_owned(),
            (i % 13 + 1).to_string(),
            (i * 31 % 4_999 + 40).to_string(),
            (1_700_000_000 + i / 3).to_string(),
            (1_700_000_060 + i / 2).to_string(),
            if i % 7 == 0 { "REJECT" } else { "ACCEPT" }.to_owned(),
            if i % 97 == 0 { "NODATA" } else { "OK" }.to_owned(),
        ];
        let without_traffic = i % 97 == 0;
        let blank = |(at, value): (usize, String)| match at {
            3..=9 | 12 if without_traffic => "-".to_owned(),
            6 if i % 1_013 == 5 => "65536".to_owned(),
            _ => value,
        };
        rows.push(sample.into_iter().enumerate().map(blank).collect());
    }
    rows
}

fn shown(outcome: &Outcome) -> String {
    let report = &outcome.report;
    format!("{:?} {:?} {:?}", report, outcome.fault, outcome.interfaces)
}

#[test]
fn many_records_are_those_of_text() {
    let rows = many();
    let lines: Vec<String> = rows.iter().map(|row| row.join(" ")).collect();
    let text = lines.join("\n");
    let of_text = shape("text").unwrap();
    let columns = NAMES.map(|name| of_aws(name).replace("{}", name));
    for (properties, in_group) in [
        (plain(), 10_000),
        (plain().set_compression(Compression::SNAPPY), 2_500),
        (
            plain()
                .set_dictionary_enabled(false)
                .set_data_page_size_limit(3_000)
                .set_write_batch_size(100),
            5_000,
        ),
        // The dictionaries of addresses grow too large, so that later pages go without.
        (
            plain()
                .set_dictionary_page_size_limit(2_000)
                .set_data_page_size_limit(1_000)
                .set_write_batch_size(64)
                .set_writer_version(WriterVersion::PARQUET_2_0),
            10_000,
        ),
    ] {
        let file = file(&columns, &rows, in_group, properties);
        assert_eq!(shown(&read(&Parquet, &file)), shown(&read(of_text, &text)));
        assert_eq!(shown(&read_dst(&Parquet, &file)), shown(&read_dst(of_text, &text)));
    }
}

#[test]
fn it_is_one_of_the_shapes() {
    assert!(SHAPES.iter().any(|shape| shape.name() == "parquet"));
}

static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let v2 = plain().set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false);
    vec![
        aws(7, plain()),
        aws(100, plain().set_compression(Compression::SNAPPY)),
        aws(100, plain().set_compression(Compression::GZIP(GzipLevel::default()))),
        aws(100, plain().set_compression(Compression::LZ4)),
        aws(100, v2.clone()),
        sample(|_| "required binary {}".to_owned(), snake, 100, v2),
        include_bytes!("samples/polars-zstd.parquet").to_vec(),
    ]
});

proptest! {
    /// Bytes are changed and cut anywhere: all that may come of it are faults.
    #[test]
    fn damage_anywhere_is_survived(
        which in 0_usize..7,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut file = FILES[which].clone();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        read(&Parquet, &file);
        read_dst(&Parquet, &file);
    }
}
