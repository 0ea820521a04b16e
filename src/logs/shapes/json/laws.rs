//! What holds for any file.

use proptest::prelude::*;
use serde_json::Value;

use super::Json;
use crate::logs::shapes::samples::{lines, read_dst};
use crate::logs::shapes::{Format, Shape};

/// Pieces of which files are made, whole and broken.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&str; 16] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "null",
        "-1.5e300",
        "\"events\":",
        "\"results\":",
        "\"messageType\":\"CONTROL_MESSAGE\"",
        "\"status\":\"x\"",
        "\"dstport\":80",
        "{\"field\":\"dstPort\",\"value\":\"80\"}",
        "{\"message\":\"x\"}",
    ];
    let piece = prop_oneof![
        10 => prop::sample::select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Documents of any form.
fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["CONTROL_MESSAGE", "80", "dstPort", "ACCEPT", ""])
            .prop_map(Value::from),
        Just(Value::from(lines().remove(0))),
    ];
    let names = vec![
        "events",
        "logEvents",
        "results",
        "messageType",
        "status",
        "message",
        "field",
        "value",
        "dstport",
        "dst_port",
        "interfaceId",
        "action",
        "count",
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        let name = prop::sample::select(names.clone());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6).prop_map(|pairs| {
                Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in pieces()) {
        Json.recognises(&bytes, &Format::default());
        let [read, kinds @ ..] = read_dst(&Json, &bytes).counts();
        prop_assert_eq!(read, kinds.iter().sum::<u64>());
    }

    #[test]
    fn any_document_is_read(document in documents()) {
        let outcome = read_dst(&Json, document.to_string());
        let [read, kinds @ ..] = outcome.counts();
        prop_assert_eq!(read, kinds.iter().sum::<u64>());
        prop_assert!(outcome.fault.is_none_or(|fault| fault.starts_with("the log ")));
    }
}
