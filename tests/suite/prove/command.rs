//! The command, on files.

use std::fs;
use std::path::Path;

use super::checker::{judge, veripb};
use crate::binary::{Folder, Said, command_in, project, run, said, solve_json};

/// Proves inputs, and has every proof judged; the value of each, none where there is no cover.
fn prove(inputs: &str, flags: &str) -> Vec<Option<u64>> {
    let report = solve_json(inputs, flags);
    let answers = report["answers"].as_array().unwrap();
    let expected: Vec<Option<u64>> = answers.iter().map(|a| a["cost"].as_u64()).collect();
    let folder = Folder::new();
    let mut command = command_in(project());
    command.arg("prove").args(inputs.split_whitespace()).args(flags.split_whitespace());
    let status = if expected.contains(&None) { 3 } else { 0 };
    let Said { stdout, .. } = said(command.arg("-o").arg(folder.path())).exits(status);
    let values: Vec<_> = stdout.lines().map(|line| judged(folder.path(), line)).collect();
    assert_eq!(values, expected, "{inputs} {flags}");
    values
}

/// The value that a line claims, and what the checker says of the files that it names.
fn judged(folder: &Path, line: &str) -> Option<u64> {
    let (claim, command) = line.rsplit_once("; veripb ").unwrap();
    let (model, proof) = command.split_once(' ').unwrap();
    for (file, ending) in [(model, "opb"), (proof, "pbp")] {
        let file = Path::new(file);
        assert!(file.starts_with(folder) && file.extension().unwrap() == ending, "{line}");
    }
    let bytes = |file: &str| fs::metadata(file).unwrap().len();
    let (_, sizes) = claim.rsplit_once("; ").unwrap();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    assert_eq!(digits(sizes), format!("{}{}", bytes(model), bytes(proof)), "{line}");
    let value = claim.split("; ").next().unwrap().rsplit(": ").next().unwrap();
    let value = value.strip_prefix("optimum ").map(|value| value.parse().unwrap());
    if let Some(veripb) = veripb() {
        let said = judge(veripb, Path::new(model), Path::new(proof)).exits(0);
        let value = value.map_or("INF".to_owned(), |value: u64| value.to_string());
        let expected = format!("s VERIFIED BOUNDS {value} <= obj <= {value}");
        assert!(said.stdout.contains(&expected), "{line}: {said:#?}");
    }
    value
}

#[test]
fn data_sets_of_ports_are_proven() {
    let values = prove("datasets/ports", "");
    // In the order of their names; the table of the data sets says the same.
    let expected = [3_046, 536, 20_378, 0, 3_960, 0, 49_804];
    assert_eq!(values, expected.map(Some));
    let mut n_infeasible = 0;
    for flags in [
        "--max-rules 20",
        "--max-rules 20 --max-hole 200",
        "--max-rules 100 --max-open-ports 400",
        "--max-rules 150 --max-open-ports 400 --max-rule-width 500",
        "--max-rules 3 --max-open-ports 3",
    ] {
        let values = prove("datasets/ports", flags);
        assert!(values.iter().any(Option::is_some), "{flags}");
        n_infeasible += values.iter().filter(|value| value.is_none()).count();
    }
    assert!(n_infeasible > 5);
    assert_eq!(prove("datasets/ports", "--max-rules 0"), [None; 7]);
}

#[test]
fn data_sets_of_zones_are_proven() {
    let prove = |name: &str, limits: &str| {
        let inputs = format!("datasets/zones/{name}.csv");
        prove(&inputs, &format!("--zones datasets/zones/{name}.toml {limits}"))
    };
    assert_eq!(prove("three", "--max-rules 9"), [Some(6)]);
    assert_eq!(prove("three", "--max-rules 4"), [None]);
    assert_eq!(prove("knapsack-5x6", ""), [Some(1_254)]);
    assert_eq!(prove("knapsack-12x20", "--max-rules 400"), [Some(14_584)]);
    assert_eq!(prove("knapsack-12x20", "--max-rules 103"), [None]);
    for budget in [104, 150, 231, 399, 1_200] {
        assert!(prove("knapsack-12x20", &format!("--max-rules {budget}"))[0].is_some());
        let limits = format!("--max-rules {budget} --max-hole 150 --max-open-ports 500");
        prove("knapsack-12x20", &limits);
    }
}

#[test]
fn flow_logs_are_proven_with_and_without_zones() {
    assert_eq!(prove("datasets/flow-logs", "").len(), 6);
    let zones = "--zones datasets/zones/policy.toml --other-sources any";
    for limits in ["--max-rules 60", "--max-rules 120 --max-open-ports 3000", "--max-rules 30"] {
        let values = prove("datasets/flow-logs", &format!("{zones} {limits}"));
        assert!(values.iter().flatten().any(|&cost| cost > 0), "{values:?}");
    }
}

#[test]
fn the_line_says_how_to_check() {
    let folder = Folder::with(&[("my ports.txt", "22,25,28,31\n")]);
    let said = folder.run("prove . --max-rules 1 --max-hole 3 -o proofs").exits(0).stdout;
    let expected = "./my ports.txt: optimum 6; model 240 bytes, proof 326 bytes; \
                    veripb proofs/my_ports.opb proofs/my_ports.pbp\n";
    assert_eq!(said, expected);
    assert_eq!(folder.names(), ["my ports.txt", "proofs"]);
    // The same bytes, whatever the threads, over the files that are there.
    let files = || ["opb", "pbp"].map(|ending| folder.read(&format!("proofs/my_ports.{ending}")));
    let before = files();
    folder.run("prove . --max-rules 1 --max-hole 3 -o proofs --threads 1").exits(0);
    assert_eq!(before, files());
}

#[test]
fn names_from_logs_stay_in_the_folder() {
    let table = "interface,protocol,port,class\n\
                 ../../evil,tcp,22,service\n\
                 ../../evil,tcp,80,service\n\
                 \"-rf \u{1b}[2J$(x)'\",tcp,443,service\n";
    let folder = Folder::with(&[("a.csv", table)]);
    let said = folder.run("prove a.csv -o -proofs/").exits(2);
    assert!(said.stderr.contains("-o"), "{said:#?}");
    let said = folder.run("prove a.csv -o=-proofs/it's").exits(0).stdout;
    assert_eq!(folder.names(), ["-proofs", "a.csv"]);
    let names: Vec<_> = fs::read_dir(folder.path().join("-proofs/it's")).unwrap().collect();
    assert_eq!(names.len(), 4);
    assert!(said.contains("; veripb './-proofs/it'\\''s/"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn what_cannot_be_done_is_said() {
    run("prove datasets/ports/four.txt").exits(2).notes("--output <FOLDER>");
    let folder = Folder::with(&[("four.txt", "22,25,28,31\n"), ("taken", "")]);
    folder.run("prove four.txt -o taken").fails_with("taken is not a folder");
    assert_eq!(folder.read("taken"), b"");
    let zones = "--zones datasets/zones/policy.toml --other-sources any --share-outer";
    let out = folder.path().join("out");
    let line = format!("prove datasets/flow-logs {zones} --max-rules 60 -o {}", out.display());
    run(&line).exits(2).notes("unexpected argument '--share-outer'");
}
