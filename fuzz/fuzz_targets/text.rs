//! Flow logs of the shape `text`.
#![no_main]

use rangecover_fuzz::{check_shape, let_others_unwind};

libfuzzer_sys::fuzz_target!(init: let_others_unwind(), |data: &[u8]| check_shape("text", data));
