//! The data sets that the project ships are what their tables say.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;
use rangecover::answer::{Answer, answer};
use rangecover::inputs::{self, Inputs, Reading, Source};
use rangecover::instance::{Group, GroupKey, Instance, groups};
use rangecover::limits::Limits;
use rangecover::line::Line;
use rangecover::ports::Protocol;
use rangecover::solve::{Stop, least_budget, solver};
use rangecover::zones::Zones;

use crate::binary::{project, run};

const BUDGET: usize = 60;

/// The cells of each row of the README's tables that starts with a name in code font.
fn rows(n_columns: usize) -> Vec<Vec<String>> {
    let text = fs::read_to_string(project().join("datasets/README.md")).unwrap();
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_matches('|');
        line.split('|').map(|cell| cell.trim().replace('`', "")).collect()
    };
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .map(cells)
        .filter(|cells| cells.len() == n_columns)
        .collect()
}

/// `3,960` as a number.
fn number(cell: &str) -> u64 {
    cell.replace(',', "").parse().unwrap_or_else(|_| panic!("'{cell}' is no number"))
}

fn read(folder: &str) -> Inputs {
    let folder = project().join("datasets").join(folder);
    let names = [folder.to_str().expect("the path is UTF-8").to_owned()];
    inputs::read(&names, &Reading::default(), &()).unwrap()
}

/// The least open ports without limits: all but the largest holes are bridged. None when there are
/// more groups than rules.
pub(crate) fn plain_optimum(groups: &[BTreeSet<u32>], budget: usize) -> Option<u64> {
    let n_kept = budget.checked_sub(groups.len())?;
    let mut holes: Vec<u32> = Vec::new();
    for ports in groups {
        let next = ports.iter().skip(1);
        holes.extend(ports.iter().zip(next).map(|(port, next)| next - port - 1));
    }
    holes.sort_unstable_by(|a, b| b.cmp(a));
    Some(holes.into_iter().skip(n_kept).map(u64::from).sum())
}

/// The used ports of each protocol, one by one.
fn used_ports(source: &Source) -> Vec<BTreeSet<u32>> {
    let groups = source.used.values();
    groups
        .map(|ports| ports.runs().iter().flat_map(|run| run.from()..=run.to()).collect())
        .collect()
}

/// The proven optimum, on which all exact solvers agree.
fn optimum(source: &Source) -> u64 {
    let groups = groups(&source.used, None);
    let instance = Instance::of_groups(groups, BUDGET, Limits::default()).unwrap();
    let cost = |name: &str| match answer(solver(name).unwrap(), &instance, Stop::never()) {
        Ok(Answer::Optimal { facts, .. }) => {
            assert_eq!(facts.cost, facts.open_ports);
            assert!(facts.n_rules <= BUDGET);
            facts.cost
        }
        other => panic!("{name}: {other:?}"),
    };
    let costs = ["price", "dp", "ilp", "ilp-lp"].map(cost);
    assert_eq!(costs, [costs[0]; 4]);
    assert_eq!(plain_optimum(&used_ports(source), BUDGET), Some(costs[0]));
    costs[0]
}

fn n_ports(source: &Source, protocol: Protocol) -> u64 {
    source.used.get(&GroupKey { origin: None, protocol }).map_or(0, |ports| u64::from(ports.len()))
}

fn n_runs(source: &Source) -> u64 {
    source.used.values().map(|ports| ports.runs().len() as u64).sum()
}

#[test]
fn each_port_list_has_the_value_of_its_row() {
    let rows = rows(5);
    let sources = read("ports").sources;
    assert_eq!(rows.len(), 7);
    assert_eq!(sources.len(), rows.len(), "every list has a row");
    for row in rows {
        let ends = |source: &&Source| source.input.as_ref().unwrap().ends_with(&row[0]);
        let source = sources.iter().find(ends).unwrap_or_else(|| panic!("no {}", row[0]));
        assert_eq!(n_ports(source, Protocol::Tcp), number(&row[1]), "{}", row[0]);
        assert_eq!(n_ports(source, Protocol::Udp), 0, "{}", row[0]);
        assert_eq!(n_runs(source), number(&row[2]), "{}", row[0]);
        assert_eq!(optimum(source), number(&row[3]), "{}", row[0]);
    }
}

fn of_zones(name: &str) -> PathBuf {
    project().join("datasets/zones").join(name)
}

#[test]
fn each_table_of_zones_has_the_values_of_its_row() {
    let rows = rows(8);
    assert_eq!(rows.len(), 3);
    for row in &rows {
        let zones = Zones::parse(&fs::read_to_string(of_zones(&row[1])).unwrap()).unwrap();
        let reading = Reading { zones: Some(zones), ..Reading::default() };
        let names = [of_zones(&row[0]).to_str().expect("the path is UTF-8").to_owned()];
        let source = inputs::read(&names, &reading, &()).unwrap().sources.remove(0);
        let groups = groups(&source.used, source.zones.as_deref());
        let budget = usize::try_from(number(&row[4])).unwrap();
        let instance = Instance::of_groups(groups, budget, Limits::default()).unwrap();
        let cost = |name: &str| match answer(solver(name).unwrap(), &instance, Stop::never()) {
            Ok(Answer::Optimal { facts, .. }) => (facts.cost, true),
            Ok(Answer::Feasible { facts, .. }) => (facts.cost, false),
            other => panic!("{name}: {other:?}"),
        };
        let ports: u64 = instance.groups().iter().map(Group::n_used_ports).sum();
        assert_eq!(ports, number(&row[2]), "{}", row[0]);
        let least = least_budget(&Line::new(&instance), &instance);
        assert_eq!(least.ipv4 as u64, number(&row[3]), "{}", row[0]);
        let best = (number(&row[5]), true);
        assert_eq!(["price", "dp", "ilp"].map(cost), [best; 3], "{}", row[0]);
        assert_eq!(cost("greedy"), (number(&row[6]), false), "{}", row[0]);
    }
}

#[test]
fn each_interface_has_the_value_of_its_row() {
    let rows = rows(10);
    let inputs = read("flow-logs");
    assert_eq!(rows.len(), 6);
    assert_eq!(inputs.sources.len(), rows.len(), "every interface has a row");
    for row in &rows {
        let named = |source: &&Source| source.interface.as_ref() == Some(&row[0]);
        let source = inputs.sources.iter().find(named).unwrap_or_else(|| panic!("no {}", row[0]));
        assert_eq!(n_ports(source, Protocol::Tcp), number(&row[2]), "{}", row[0]);
        assert_eq!(n_ports(source, Protocol::Udp), number(&row[3]), "{}", row[0]);
        assert_eq!(n_runs(source), number(&row[4]), "{}", row[0]);
        if row[5] == "no ports" {
            assert!(source.used.is_empty(), "{}", row[0]);
        } else {
            assert_eq!(optimum(source), number(&row[5]), "{}", row[0]);
        }
    }
    let records = inputs.traffic.expect("there are logs").report.records;
    let sum = |column: usize| rows.iter().map(|row| number(&row[column])).sum::<u64>();
    assert_eq!(
        [records.accepted, records.rejected, records.nodata, records.skipdata],
        [sum(6), sum(7), sum(8), sum(9)]
    );
    assert_eq!(records.malformed, 0);
    assert_eq!(records.read, self::rows(4).iter().map(|row| number(&row[1])).sum::<u64>());
}

#[test]
fn every_interface_has_the_records_of_its_row() {
    let mut counts: HashMap<(String, String), u64> = HashMap::new();
    for row in rows(4) {
        let text = log(&row[0]);
        let mut names: Vec<&str> = Vec::new();
        for line in text.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            if fields[0] == "version" {
                names = fields;
                continue;
            }
            let field = |name: &str| {
                let at = names.iter().position(|&n| n == name).expect("the header names it");
                fields[at]
            };
            let status =
                if field("log-status") == "OK" { field("action") } else { field("log-status") };
            *counts.entry((field("interface-id").to_owned(), status.to_owned())).or_default() += 1;
        }
    }
    for row in rows(10) {
        for (status, cell) in ["ACCEPT", "REJECT", "NODATA", "SKIPDATA"].iter().zip(&row[6..]) {
            let found = counts.remove(&(row[0].clone(), (*status).to_owned())).unwrap_or(0);
            assert_eq!(found, number(cell), "{} {status}", row[0]);
        }
    }
    assert!(counts.is_empty(), "{counts:?}");
}

/// The text of a log that a row names.
fn log(name: &str) -> String {
    let path = project().join("datasets/flow-logs/eu-west-1/2026/01/05").join(name);
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_some_and(|ending| ending == "gz") {
        let mut text = String::new();
        MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        return text;
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_generated_file_is_what_its_command_prints() {
    let mut n_files = 0;
    for row in rows(8) {
        let Some(command) = row[7].strip_prefix("rangecover ") else { continue };
        let folder = tempfile::tempdir().unwrap();
        let zones = folder.path().join("zones.toml");
        let command = format!("{command} --zones {}", zones.display());
        let table = fs::read_to_string(of_zones(&row[0])).unwrap();
        assert!(run(&command).exits(0).stdout == table, "{} is not what {command} prints", row[0]);
        assert!(fs::read(zones).unwrap() == fs::read(of_zones(&row[1])).unwrap(), "{}", row[1]);
        n_files += 1;
    }
    assert_eq!(n_files, 2);
    let mut n_files = 0;
    let (lists, logs) = (rows(5), rows(4));
    for row in lists.iter().chain(&logs) {
        let Some(command) = row.last().and_then(|cell| cell.strip_prefix("rangecover ")) else {
            continue;
        };
        let name = &row[0];
        let list = project().join("datasets/ports").join(name);
        let expected = fs::read_to_string(list).unwrap_or_else(|_| log(name));
        assert!(run(command).exits(0).stdout == expected, "{name} is not what {command} prints");
        n_files += 1;
    }
    assert_eq!(n_files, 4 + 4);
}

#[test]
fn every_file_is_in_the_tables() {
    let mut listed: BTreeSet<String> = rows(5).into_iter().map(|mut row| row.remove(0)).collect();
    listed.extend(rows(4).into_iter().map(|mut row| row.remove(0)));
    listed.extend(rows(8).into_iter().flat_map(|row| row.into_iter().take(2)));
    listed.insert("policy.toml".to_owned());
    let mut found = BTreeSet::new();
    let folders = ["datasets/ports", "datasets/zones", "datasets/flow-logs/eu-west-1/2026/01/05"];
    for folder in folders {
        for entry in fs::read_dir(project().join(folder)).unwrap() {
            found.insert(entry.unwrap().file_name().into_string().unwrap());
        }
    }
    assert_eq!(found, listed);
}
