//! What the documents say of recorded runs is what the records hold.

use std::collections::HashMap;
use std::fs;

use rangecover::problem::number::grouped;

use crate::binary::project;

/// Labels of rows, and the solvers that they stand for.
const ROWS: [(&str, &str); 14] = [
    ("HiGHS LP, windows", "highs-lp-window"),
    ("HiGHS LP, prefix sums", "highs-lp-prefix"),
    ("CLP, windows", "clp-window"),
    ("CLP, prefix sums", "clp-prefix"),
    ("GLOP, windows", "glop-window"),
    ("GLOP, prefix sums", "glop-prefix"),
    ("HiGHS MIP, windows", "highs-mip-window"),
    ("HiGHS MIP, prefix sums", "highs-mip-prefix"),
    ("CBC, windows", "cbc-window"),
    ("CBC, prefix sums", "cbc-prefix"),
    ("SCIP, windows", "scip-window"),
    ("SCIP, prefix sums", "scip-prefix"),
    ("CP-SAT, windows", "cp-sat-window"),
    ("CP-SAT, prefix sums", "cp-sat-prefix"),
];

/// The columns of these rows.
const INSTANCES: [&str; 6] = ["a-1k", "a-5k", "a-30k", "b-30k", "knapsack-12x20", "knapsack-50x50"];

/// Outcome, cost and milliseconds, by instance and solver.
type Peers = HashMap<(String, String), (String, f64, f64)>;

fn peers() -> Peers {
    let mut rows = csv::Reader::from_path(project().join("benches/record/peers.csv")).unwrap();
    let head = rows.headers().unwrap().clone();
    let rows = rows.records().map(|row| {
        let row = row.unwrap();
        let cell = |name: &str| row[head.iter().position(|h| h == name).unwrap()].to_owned();
        let number = |name: &str| cell(name).parse().unwrap_or(f64::NAN);
        (
            (cell("instance"), cell("solver")),
            (cell("outcome"), number("cost"), number("milliseconds")),
        )
    });
    rows.collect()
}

/// The cell of a solver: the time as a multiple of that of `price`.
fn cell(peers: &Peers, instance: &str, solver: &str) -> String {
    let at = |solver: &str| peers.get(&(instance.to_owned(), solver.to_owned()));
    let (_, optimum, ours) = at("price").expect("price solves everything");
    let Some((outcome, cost, theirs)) = at(solver) else { return String::new() };
    let times = grouped(format!("{:.0}", theirs / ours).parse().expect("it is whole"));
    match outcome.as_str() {
        "optimal" => times,
        "unknown" => format!("> {times}"),
        _ => format!("> {times} ({:.1} %)", (cost / optimum - 1.0) * 100.0),
    }
}

#[test]
fn ratios_to_other_solvers_are_those_of_the_record() {
    let peers = peers();
    // The README has fewer columns.
    let (all, some) = (&[0, 1, 2, 3, 4, 5][..], &[0, 1, 2, 4][..]);
    for (document, at_least, columns) in
        [("benches/README.md", ROWS.len(), all), ("README.md", 6, some)]
    {
        let text = fs::read_to_string(project().join(document)).unwrap();
        let mut n_rows = 0;
        for line in text.lines() {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let Some((_, solver)) = ROWS.iter().find(|(label, _)| *label == cells[0]) else {
                continue;
            };
            let expected = columns.iter().map(|&at| cell(&peers, INSTANCES[at], solver));
            let expected: Vec<String> = expected.collect();
            assert_eq!(cells[1..], expected, "{document}: {line}");
            n_rows += 1;
        }
        assert!(n_rows >= at_least, "{document} has {n_rows} rows");
    }
}

#[test]
fn values_of_the_record_are_proven_optima() {
    let peers = peers();
    let optima: HashMap<&str, f64> = peers
        .iter()
        .filter(|((_, solver), _)| solver == "price")
        .map(|((instance, _), (outcome, cost, _))| {
            assert_eq!(outcome, "optimal", "{instance}");
            (instance.as_str(), *cost)
        })
        .collect();
    assert!(INSTANCES.iter().all(|instance| optima.contains_key(instance)));
    for ((instance, solver), (outcome, cost, _)) in &peers {
        let optimum = optima[instance.as_str()];
        assert!(outcome != "optimal" || *cost <= optimum, "{instance} {solver}: {cost}");
        assert!(cost.is_nan() || *cost >= optimum, "{instance} {solver}: {cost}");
    }
}
