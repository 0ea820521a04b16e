//! Every data set is what its row of the manifest says, and what the row says of it is proven.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use rangecover::problem::port_list;
use rangecover::research::generate::KINDS;
use rangecover::research::manifest::{self, DataSet, Known, Origin};
use serde_json::Value;

use crate::binary::{project, run, run_in};
use crate::data_sets::{plain_optimum, rows};

const MANIFEST: &str = "datasets/index.csv";

/// The rows of the project's manifest.
pub(crate) fn data_sets() -> Vec<DataSet> {
    let text = fs::read_to_string(project().join(MANIFEST)).unwrap();
    manifest::parse(&text).unwrap()
}

/// What solvers say of data sets, by name and solver; the command compares each with its row.
fn compared(flags: &str) -> HashMap<(String, String), Value> {
    let line =
        format!("compare --manifest {MANIFEST} --time-limit none --no-times --format json {flags}");
    let rows = run(&line).exits(0).json();
    let text = |row: &Value, key: &str| row[key].as_str().expect("it is text").to_owned();
    let rows = rows.as_array().expect("rows are a list").iter();
    rows.map(|row| ((text(row, "instance"), text(row, "solver")), row.clone())).collect()
}

/// Fails unless a solver settles the data set as its row does, and the checker accepts that.
#[track_caller]
fn settles(rows: &HashMap<(String, String), Value>, set: &DataSet, solver: &str) {
    let row = &rows[&(set.name.clone(), solver.to_owned())];
    assert_eq!(row["verified"], true, "{row}");
    assert_eq!(row["family"], set.family);
    let sizes = ["n_ports", "n_runs", "n_groups"].map(|key| row[key].as_u64().unwrap());
    assert_eq!(sizes, [set.size.n_ports, set.size.n_runs, set.size.n_groups], "{row}");
    match set.known {
        Known::Infeasible => assert_eq!(row["outcome"], "infeasible", "{row}"),
        Known::Cover { value, bound } => {
            assert_eq!((&row["cost"], &row["bound"]), (&value.into(), &bound.into()), "{row}");
            assert_eq!(row["outcome"], "optimal", "{row}");
        }
    }
}

#[test]
fn every_row_is_proven() {
    let sets = data_sets();
    let rows = compared("--solvers price");
    assert_eq!(rows.len(), sets.len());
    for set in &sets {
        settles(&rows, set, "price");
        let is_shared = set.flags.contains(&"--share-outer".to_owned());
        let expected = if is_shared { "price" } else { "price and VeriPB" };
        assert_eq!(set.proven_by, expected, "{}", set.name);
    }
}

#[test]
fn other_exact_solvers_agree_where_they_can() {
    let sets = data_sets();
    // Where outer rules serve inner zones, `dp` takes each zone on its own.
    let is_shared = |set: &DataSet| set.flags.contains(&"--share-outer".to_owned());
    for (solver, most, at_least) in [("dp", 20_000, 80), ("ilp", 100, 20), ("brute", 6, 8)] {
        let small = sets.iter().filter(|set| set.size.n_runs <= most);
        let small = small.filter(|set| solver != "dp" || !is_shared(set));
        let names: Vec<String> = small.map(|set| set.name.clone()).collect();
        assert!(names.len() >= at_least, "{names:?}");
        let rows = compared(&format!("--solvers {solver} --instance {}", names.join(",")));
        for set in sets.iter().filter(|set| names.contains(&set.name)) {
            settles(&rows, set, solver);
        }
    }
}

#[test]
fn without_limits_all_but_the_largest_holes_are_bridged() {
    let mut n_sets = 0;
    for set in data_sets() {
        let [flag, budget] = &set.flags[..] else { continue };
        let Known::Cover { value, .. } = set.known else { continue };
        assert_eq!(flag, "--max-rules");
        if set.family == "addresses" {
            continue;
        }
        let text = match &set.origin {
            Origin::Input(path) => {
                fs::read_to_string(project().join("datasets").join(path)).unwrap()
            }
            Origin::Generate(args) if args[0] == "knapsack" => continue,
            Origin::Generate(args) => run(&format!("generate {}", args.join(" "))).exits(0).stdout,
        };
        let used = port_list::parse(&text).unwrap();
        let ports = |runs: Vec<rangecover::problem::ports::Span>| -> BTreeSet<u32> {
            runs.iter().flat_map(|run| run.from()..=run.to()).collect()
        };
        let groups: Vec<_> = used.values().map(|set| ports(set.runs())).collect();
        let optimum = plain_optimum(&groups, budget.parse().unwrap());
        assert_eq!(optimum, Some(value), "{}", set.name);
        n_sets += 1;
    }
    assert!(n_sets >= 20, "{n_sets}");
}

#[test]
fn there_is_enough_to_compare_on() {
    let sets = data_sets();
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    for set in &sets {
        *sizes.entry(&set.family).or_default() += 1;
    }
    assert!(sets.len() >= 40 && sizes.len() >= 6);
    assert!(sizes.values().all(|&n| n >= 5), "{sizes:?}");
    // What is said of families and profiles is said of all of them.
    let described: BTreeSet<String> =
        rows("family |").into_iter().map(|mut row| row.remove(0)).collect();
    let found: BTreeSet<String> = sizes.into_keys().map(str::to_owned).collect();
    assert_eq!(described, found);
    for row in rows("kind |") {
        assert!(KINDS.iter().any(|kind| kind.name == row[0]), "{}", row[0]);
        let is_of_kind = |set: &&DataSet| match &set.origin {
            Origin::Generate(args) => args[0] == row[0] && set.family == "profiles",
            Origin::Input(_) => false,
        };
        assert!(sets.iter().filter(is_of_kind).count() >= 2, "{}", row[0]);
    }
}

#[test]
fn heuristics_fall_into_their_traps() {
    let rows = compared("--family threshold-trap,greedy-trap --solvers threshold,greedy,price");
    for set in data_sets() {
        let Some(trapped) = set.family.strip_suffix("-trap") else { continue };
        let row = &rows[&(set.name.clone(), trapped.to_owned())];
        assert!(row["outcome"] == "unknown" || row["gap"].as_u64() > Some(0), "{row}");
    }
}

#[test]
fn the_manifest_is_found_from_anywhere() {
    for (folder, path) in
        [("datasets", "index.csv"), ("datasets", "./index.csv"), ("src", "../datasets/index.csv")]
    {
        let line = format!("compare --manifest {path} --instance three --solvers price");
        let said = run_in(&project().join(folder), &line).exits(0).stdout;
        assert!(said.contains("optimal"), "{said}");
    }
}
