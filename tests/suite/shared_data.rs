//! Flow logs as other projects publish them. They are not part of this one: the tests say so and
//! pass where the data is absent.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::binary::{project, rules, run, solve_json};
use crate::data_sets::plain_optimum;

const FOLDER: &str = "../shared/data/flow-logs";

/// The path of a file, if it is there.
fn shared(name: &str) -> Option<String> {
    let path: PathBuf = project().join(FOLDER).join(name);
    if path.exists() {
        return Some(format!("{FOLDER}/{name}"));
    }
    eprintln!("SKIPPED: {} is not there", path.display());
    None
}

fn records(read: u64, [accepted, rejected, nodata, skipdata, malformed]: [u64; 5]) -> Value {
    json!({
        "read": read, "accepted": accepted, "rejected": rejected,
        "nodata": nodata, "skipdata": skipdata, "malformed": malformed,
    })
}

const OPENSEARCH: &str = "opensearch-catalog-v2.log";

/// Used ports by interface and protocol number, read without the library.
fn used_ports(path: &str) -> BTreeMap<String, BTreeMap<String, BTreeSet<u32>>> {
    let text = fs::read_to_string(project().join(path)).unwrap();
    let mut used: BTreeMap<_, BTreeMap<_, BTreeSet<_>>> = BTreeMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let interface = used.entry(fields[2].to_owned()).or_default();
        if fields[12] == "ACCEPT" && ["6", "17"].contains(&fields[7]) {
            let ports = interface.entry(fields[7].to_owned()).or_default();
            ports.insert(fields[6].parse().unwrap());
        }
    }
    used
}

#[test]
fn a_real_log_is_solved_for_each_interface() {
    let Some(path) = shared(OPENSEARCH) else { return };
    let report = solve_json(&path, "--port dst");
    assert_eq!(report["records"], records(775, [371, 0, 404, 0, 0]));
    let answers = report["answers"].as_array().unwrap();
    let shown: Vec<String> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer["outcome"], "optimal");
            assert_eq!(answer["bound"], answer["open_ports"]);
            assert_eq!(answer["input"], Value::Null);
            let groups = answer["groups"].as_array().unwrap();
            let n_used: Vec<String> =
                groups.iter().map(|g| g["n_used_ports"].to_string()).collect();
            let name = answer["interface"].as_str().unwrap();
            let (n_rules, open) = (&answer["n_rules"], &answer["open_ports"]);
            format!("{name}: {} ports, {n_rules} rules, {open} open", n_used.join(" + "))
        })
        .collect();
    assert_eq!(
        shown,
        [
            "eni-00d1cc12942b08be4: 61 ports, 60 rules, 13 open",
            "eni-0269d913a387ee577: 6 ports, 6 rules, 0 open",
            "eni-072624ee798344757:  ports, 0 rules, 0 open",
            "eni-09fa45d8c1fbd58da: 46 + 5 ports, 51 rules, 0 open",
            "eni-0c44539c1e15cc490: 101 + 3 ports, 60 rules, 5093 open",
            "eni-0da6bf6c9e1717295:  ports, 0 rules, 0 open",
        ]
    );
}

#[test]
fn the_front_of_a_real_log_keeps_the_largest_holes() {
    let Some(path) = shared(OPENSEARCH) else { return };
    let csv = run(&format!("front {path} --port dst --format csv")).exits(0).stdout;
    let mut rows: BTreeMap<(String, usize), u64> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let open = cells[3].parse().unwrap();
        assert_eq!(cells[5], cells[4], "the bound meets the cost: {line}");
        rows.insert((cells[1].to_owned(), cells[2].parse().unwrap()), open);
    }
    let mut n_rows = 0;
    for (interface, groups) in used_ports(&path) {
        let groups: Vec<_> = groups.into_values().collect();
        let n_runs = groups.iter().flatten().count();
        for budget in groups.len()..=n_runs {
            let Some(expected) = plain_optimum(&groups, budget) else { continue };
            let found = rows.get(&(interface.clone(), budget)).copied().unwrap_or(0);
            assert_eq!(found, expected, "{interface} with {budget} rules");
            n_rows += usize::from(rows.contains_key(&(interface.clone(), budget)));
        }
    }
    assert_eq!(n_rows, rows.len(), "every row was compared");
    assert!(n_rows > 200);
}

#[test]
fn a_front_of_a_real_log_is_drawn() {
    let Some(path) = shared(OPENSEARCH) else { return };
    let folder = crate::binary::Folder::new();
    let file = folder.path().join("front.svg");
    run(&format!("front {path} --port dst -o {}", file.display())).exits(0);
    let svg = String::from_utf8(folder.read("front.svg")).unwrap();
    for interface in ["eni-00d1cc12942b08be4", "eni-0c44539c1e15cc490"] {
        assert!(svg.contains(interface), "{interface} is not named");
    }
}

#[test]
fn documented_examples_have_the_documented_records() {
    let one = "eni-1235b8ca123456789";
    for (name, read, counts, answers) in [
        ("awsdocs-accepted-and-rejected-traffic.log", 2, [1, 1, 0, 0, 0], vec![(one, "22")]),
        ("awsdocs-ipv6-traffic.log", 1, [1, 0, 0, 0, 0], vec![(one, "22")]),
        (
            "awsdocs-no-data-and-skipped-records.log",
            2,
            [0, 0, 1, 1, 0],
            vec![("eni-11111111aaaaaaaaa", ""), (one, "")],
        ),
        ("awsdocs-security-group-and-network-acl-rules.log", 2, [1, 1, 0, 0, 0], vec![(one, "")]),
        (
            "awsdocs-service-name-traffic-path-and-flow-direction.log",
            2,
            [2, 0, 0, 0, 0],
            vec![(one, "80 34210")],
        ),
        (
            "awsdocs-tcp-flag-sequence.log",
            8,
            [8, 0, 0, 0, 0],
            vec![(one, "5001 43416 43418 43638")],
        ),
        (
            // Its third line is an ellipsis.
            "awsdocs-traffic-through-a-transit-gateway.log",
            5,
            [4, 0, 0, 0, 1],
            vec![
                ("eni-11111111111111111", "80"),
                ("eni-22222222222222222", "39812"),
                ("eni-33333333333333333", "80 39812"),
            ],
        ),
        ("valid_vpc_flow_log_ecs.log", 1, [1, 0, 0, 0, 0], vec![("eni-0abc1234def567890", "22")]),
        ("valid_vpc_flow_log_multi.log", 2, [1, 1, 0, 0, 0], vec![(one, "22")]),
    ] {
        let Some(path) = shared(name) else { continue };
        let report = solve_json(&path, "--port dst");
        assert_eq!(report["records"], records(read, counts), "{name}");
        let found: Vec<(String, String)> = report["answers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|answer| (answer["interface"].as_str().unwrap().to_owned(), rules(answer)))
            .collect();
        let expected: Vec<(String, String)> =
            answers.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        assert_eq!(found, expected, "{name}");
        run(&format!("front {path} --port dst")).exits(0);
    }
}

#[test]
fn icmp_is_counted_and_makes_no_rule() {
    let Some(path) = shared("awsdocs-security-group-and-network-acl-rules.log") else { return };
    run(&format!("solve {path}"))
        .exits(0)
        .notes("1 accepted record of protocol 1, whose rules have no ports");
}

#[test]
fn a_documented_log_without_ports_is_refused() {
    let Some(path) = shared("awsdocs-traffic-through-a-nat-gateway.log") else { return };
    run(&format!("solve {path}")).fails_with(&format!("{path}: the log has no dstport column"));
}

#[test]
fn records_with_a_field_too_few_or_too_many_are_named() {
    for (name, found) in [("few", 13), ("many", 15)] {
        let Some(path) = shared(&format!("otel-vpc_flow_log_too_{name}_fields.log")) else {
            continue;
        };
        let message = format!("line 2: {found} fields, the format has 14");
        run(&format!("solve {path}")).fails_with(&message);
    }
}

#[test]
fn all_logs_of_a_folder_are_one_input() {
    let Some(path) = shared("") else { return };
    let report = solve_json(&path, "--port dst");
    let answers = report["answers"].as_array().unwrap();
    assert!(answers.iter().all(|answer| answer["input"].is_null()));
    let records = &report["records"];
    assert_eq!(records["accepted"], 371 + 1 + 1 + 1 + 2 + 8 + 4 + 1 + 1 + 1);
    assert_eq!(records["nodata"], 404 + 1);
    assert_eq!(records["skipdata"], 1);
    assert_eq!(records["malformed"], 1 + 1 + 1);
    run(&format!("solve {path}")).notes("awsdocs-traffic-through-a-nat-gateway.log: skipped: ");
}
