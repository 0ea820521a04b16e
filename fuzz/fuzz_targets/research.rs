//! Address lists, manifests of data sets, results, and instances as files.
#![no_main]

use std::net::Ipv4Addr;

use rangecover::present::export::document::text;
use rangecover::present::export::html::html;
use rangecover::present::export::markdown::markdown;
use rangecover::present::export::results::document;
use rangecover::problem::address_list;
use rangecover::problem::instance::Instance;
use rangecover::research::manifest;
use rangecover::research::results::{Choices, Statistics, mean, read};
use rangecover_fuzz::{Guard, let_others_unwind};

libfuzzer_sys::fuzz_target!(init: let_others_unwind(), |text: &str| check(text));

fn check(text: &str) {
    let _guard = Guard;
    addresses(text);
    if let Err(error) = manifest::parse(text) {
        assert!(!error.to_string().contains(char::is_control));
    }
    results(text);
    if let Ok(instance) = serde_json::from_str::<Instance>(text) {
        let again = serde_json::to_string(&instance).unwrap();
        assert_eq!(serde_json::from_str::<Instance>(&again).unwrap(), instance);
    }
}

fn addresses(text: &str) {
    match address_list::parse(text) {
        Ok(runs) => {
            assert!(runs.windows(2).all(|pair| pair[0].hole_before(pair[1]).is_some()));
            let lines: Vec<String> = runs
                .iter()
                .map(|run| format!("{}-{}", Ipv4Addr::from(run.from()), Ipv4Addr::from(run.to())))
                .collect();
            assert_eq!(address_list::parse(&lines.join("\n")), Ok(runs), "printed and read back");
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
}

/// Whatever was measured can be reported, and no cell ends up as markup.
fn results(rows: &str) {
    let Ok(records) = read("fuzzed.csv", rows.as_bytes()) else { return };
    let choices = Choices { baseline: None, shift: mean::SHIFT };
    let Ok(statistics) = Statistics::new(records, &choices) else { return };
    let document = document(&statistics, &[]);
    let page = html(&document).to_lowercase();
    assert!(!page.contains("<script") && !page.contains("<img"));
    let _ = (text(&document, Some(60)), markdown(&document, |_| None));
}
