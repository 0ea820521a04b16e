//! Answers as JSON, with everything that proves them.

use serde::Serialize;

/// Pretty-printed JSON with a final newline.
///
/// # Panics
/// Never: what is written has text keys only.
#[must_use]
pub fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("all keys are text");
    bytes.push(b'\n');
    bytes
}
