//! Whole files of any kind, also compressed, as the commands read them.
#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use rangecover::logs::inputs::{self, InputFormat, Inputs, Reading};
use rangecover_fuzz::{Guard, Mode, check_records, check_table, file, let_others_unwind};

const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

libfuzzer_sys::fuzz_target!(init: let_others_unwind(), |data: &[u8]| check(data));

fn check(data: &[u8]) {
    let _guard = Guard;
    let Some((mode, rest)) = Mode::of(data) else { return };
    let Some((&kind, bytes)) = rest.split_first() else { return };
    // 0 recognises the file, 1 and so on say what it is.
    let kind = usize::from(kind % 8).checked_sub(1);
    let reading = Reading {
        selection: mode.selection,
        input_format: kind.and_then(|kind| InputFormat::all().nth(kind)),
        log_format: mode.log_format,
        columns: mode.columns,
        ..Reading::default()
    };
    let read = read(bytes, &reading);
    assert_eq!(shown(read.as_ref()), shown(self::read(bytes, &reading).as_ref()), "read again");
    if let Some(traffic) = read.as_ref().and_then(|read| read.traffic.as_ref()) {
        check_records(&traffic.report, &traffic.interfaces);
        check_table(&traffic.interfaces);
    }
    // Packing a file changes nothing; what is packed twice is unpacked once.
    if mode.cut_off && !bytes.starts_with(GZIP) && !bytes.starts_with(ZSTD) {
        let packed = self::read(&gzip(bytes), &reading);
        assert_eq!(shown(read.as_ref()), shown(packed.as_ref()), "packed");
    }
}

fn read(bytes: &[u8], reading: &Reading) -> Option<Inputs> {
    let read = inputs::read(&[file("input", bytes)], reading, &());
    // The message is for people, and must be there.
    read.map_err(|error| assert!(!error.to_string().is_empty())).ok()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// What two readings of a file have in common.
fn shown(read: Option<&Inputs>) -> Option<String> {
    let Inputs { sources, notes, traffic, failures, .. } = read?;
    let failures: Vec<String> = failures.iter().map(ToString::to_string).collect();
    Some(format!("{sources:?} {notes:?} {traffic:?} {failures:?}"))
}
