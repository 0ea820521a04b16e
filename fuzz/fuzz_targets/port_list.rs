//! Lists of ports, and of weights, which have the same entries.
#![no_main]

use rangecover::problem::limits::parse_weights;
use rangecover::problem::port_list::{Entry, looks_like_list, parse, parse_line, print};
use rangecover_fuzz::{Guard, let_others_unwind};

libfuzzer_sys::fuzz_target!(init: let_others_unwind(), |text: &str| check(text));

fn check(text: &str) {
    let _guard = Guard;
    let n_lines = text.lines().count();
    let _ = looks_like_list(text);
    match parse(text) {
        Ok(used) => {
            assert_eq!(parse(&print(&used)).as_ref(), Ok(&used), "printed and read back");
            assert!(used.values().all(|ports| !ports.is_empty()));
            assert!(used.is_empty() || looks_like_list(text), "a list that is not recognised");
        }
        Err(error) => {
            assert!((1..=n_lines).contains(&error.line));
            // What is said of untrusted text can be printed.
            assert!(!error.to_string().contains(char::is_control));
        }
    }
    for line in text.lines() {
        for entry in parse_line(line).unwrap_or_default() {
            assert!(entry.span.to() < 1 << 16);
            assert_eq!(entry.to_string().parse::<Entry>(), Ok(entry));
        }
    }
    match parse_weights(text) {
        Ok(weights) => {
            let lines: Vec<String> =
                weights.iter().map(|entry| format!("{} {}", entry.ports, entry.weight)).collect();
            assert_eq!(parse_weights(&lines.join("\n")), Ok(weights));
        }
        Err(error) => {
            assert!((1..=n_lines).contains(&error.line));
            assert!(!error.to_string().contains(char::is_control));
        }
    }
}
