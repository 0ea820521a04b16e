//! The files that the project ships are what the tables beside them say.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Read as _;
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;
use rangecover::logs::inputs::{self, Inputs, Reading, Source};
use rangecover::problem::instance::GroupKey;
use rangecover::problem::ports::Protocol;
use rangecover::research::manifest::Digest;

use crate::binary::{project, run};
use crate::manifest::data_sets;

/// The cells of each row of the README's table whose header starts with `head`.
pub(crate) fn rows(head: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(project().join("datasets/README.md")).unwrap();
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_matches('|');
        line.split('|').map(|cell| cell.trim().replace('`', "")).collect()
    };
    let table = text.lines().skip_while(|line| !line.starts_with(&format!("| {head}")));
    let rows = table.skip(2).take_while(|line| line.starts_with('|')).map(cells);
    let rows: Vec<_> = rows.collect();
    assert!(!rows.is_empty(), "no table starts with {head}");
    rows
}

const LISTS: &str = "file | what";
const TABLES: &str = "table |";
const LOGS: &str = "file | records";
const INTERFACES: &str = "interface |";

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

fn n_ports(source: &Source, protocol: Protocol) -> u64 {
    source.used.get(&GroupKey { origin: None, protocol }).map_or(0, |ports| u64::from(ports.len()))
}

fn of_zones(name: &str) -> PathBuf {
    project().join("datasets/zones").join(name)
}

#[test]
fn each_interface_has_the_ports_of_its_row() {
    let rows = rows(INTERFACES);
    let inputs = read("flow-logs");
    assert_eq!(rows.len(), 6);
    assert_eq!(inputs.sources.len(), rows.len(), "every interface has a row");
    for row in &rows {
        let named = |source: &&Source| source.interface.as_ref() == Some(&row[0]);
        let source = inputs.sources.iter().find(named).unwrap_or_else(|| panic!("no {}", row[0]));
        assert_eq!(n_ports(source, Protocol::Tcp), number(&row[2]), "{}", row[0]);
        assert_eq!(n_ports(source, Protocol::Udp), number(&row[3]), "{}", row[0]);
    }
    let records = inputs.traffic.expect("there are logs").report.records;
    let sum = |column: usize| rows.iter().map(|row| number(&row[column])).sum::<u64>();
    assert_eq!(
        [records.accepted, records.rejected, records.nodata, records.skipdata],
        [sum(4), sum(5), sum(6), sum(7)]
    );
    assert_eq!(records.malformed, 0);
    assert_eq!(records.read, self::rows(LOGS).iter().map(|row| number(&row[1])).sum::<u64>());
}

#[test]
fn every_interface_has_the_records_of_its_row() {
    let mut counts: HashMap<(String, String), u64> = HashMap::new();
    for row in rows(LOGS) {
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
    for row in rows(INTERFACES) {
        for (status, cell) in ["ACCEPT", "REJECT", "NODATA", "SKIPDATA"].iter().zip(&row[4..]) {
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
    for row in rows(TABLES) {
        let Some(command) = row[2].strip_prefix("rangecover ") else { continue };
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
    let (lists, logs) = (rows(LISTS), rows(LOGS));
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
    let names = |head| rows(head).into_iter().map(|mut row| row.remove(0));
    let mut listed: BTreeSet<String> = names(LISTS).chain(names(LOGS)).collect();
    listed.extend(rows(TABLES).into_iter().flat_map(|row| row.into_iter().take(2)));
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

#[test]
fn every_file_with_ports_is_in_the_manifest() {
    let digests: Vec<Digest> = data_sets().iter().map(|set| set.digest).collect();
    let digest = |path: PathBuf| Digest::of(&fs::read(path).unwrap());
    for row in rows(LISTS) {
        let found = digest(project().join("datasets/ports").join(&row[0]));
        assert!(digests.contains(&found), "{} is in no row of the manifest", row[0]);
    }
    for row in rows(TABLES) {
        let found = Digest::of_all(&[digest(of_zones(&row[0])), digest(of_zones(&row[1]))]);
        assert!(digests.contains(&found), "{} is in no row of the manifest", row[0]);
    }
    let of_logs = |row: &Vec<String>| data_sets().iter().any(|set| set.name == row[0]);
    assert!(rows(INTERFACES).iter().all(of_logs));
}
