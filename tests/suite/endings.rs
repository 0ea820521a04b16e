//! The format of a file by its ending, and the word that it was written.

use crate::binary::{Folder, run};

const LIST: &str = "22\n25\n28\n31\n";

fn folder() -> Folder {
    Folder::with(&[("a.txt", LIST)])
}

/// What the start of a file is, after a command with this ending has written it.
#[track_caller]
fn starts(line: &str, file: &str, start: &str) {
    let folder = folder();
    let said = folder.run(&format!("{line} -o {file}")).exits(0);
    assert_eq!(said.stdout, "", "{line}");
    let written = String::from_utf8(folder.read(file)).unwrap();
    assert!(written.starts_with(start), "{line} -o {file}: {written}");
    said.notes(&format!("wrote {file}, "));
}

#[test]
fn the_ending_of_a_file_says_its_format() {
    let solve = "solve a.txt --source 10.0.0.0/8";
    starts(solve, "rules.tf", "# a.txt\n");
    starts(solve, "answer.json", "{\n  \"version\"");
    starts(solve, "rules.CSV", "input,interface,security_group,");
    starts(solve, "rules.md", "# Inbound rules");
    starts(solve, "answer", "a.txt: 4 tcp");
    starts(solve, "answer.doc", "a.txt: 4 tcp");
    starts("model a.txt", "x.lp", "\\ rangecover");
    starts("model a.txt", "x.mps", "* rangecover");
    starts("model a.txt", "x.opb", "* #variable");
    starts("compare a.txt --no-times --solvers price", "x.csv", "instance,");
    starts("compare a.txt --no-times --solvers price", "x.json", "[");
}

#[test]
fn a_named_format_that_has_the_ending_is_written() {
    let solve = "solve a.txt --source 10.0.0.0/8";
    starts(
        &format!("{solve} --format cloudformation"),
        "x.json",
        "{\n  \"AWSTemplateFormatVersion\"",
    );
    starts(&format!("{solve} --format ip-permissions"), "x.json", "[");
    starts(&format!("{solve} --format terraform"), "x.unknown", "# a.txt\n# 4 tcp");
}

#[test]
fn a_contradiction_is_an_error_that_says_what_would_be_right() {
    let folder = folder();
    let cases = [
        ("solve a.txt --source 10.0.0.0/8 --format terraform -o x.json", "write -o x.tf"),
        ("solve a.txt --format text -o x.json", "write -o x.txt"),
        ("solve a.txt --format csv -o x.txt", "write -o x.csv"),
        ("model a.txt --format lp -o x.opb", "write -o x.lp"),
        ("compare a.txt --format csv -o x.json", "write -o x.csv"),
        ("ports a.txt --format json -o x.csv", "write -o x.json"),
        ("audit --security-groups g.json a.txt --format cli -o x.md", "write -o x.sh"),
    ];
    for (line, message) in cases {
        folder.run(line).exits(2).notes(message).notes("or leave --format out");
    }
    for file in ["x.json", "x.txt", "x.opb", "x.csv", "x.md"] {
        assert!(!folder.path().join(file).exists(), "{file}");
    }
}

#[test]
fn a_model_needs_a_format_or_an_ending() {
    let folder = folder();
    folder.run("model a.txt").exits(2).notes("--format");
    folder.run("model a.txt -o x.txt").exits(2).notes("does not end in .opb, .lp or .mps");
}

#[test]
fn files_in_a_folder_are_counted() {
    let folder = Folder::with(&[("a.txt", LIST), ("b.txt", "80\n")]);
    folder.run("model a.txt b.txt --format lp -o out/").exits(0).notes("wrote 2 files to out/, ");
    folder.run("prove a.txt b.txt -o proofs").exits(0).notes("wrote 4 files to proofs, ");
    let rules = "solve a.txt b.txt --source 10.0.0.0/8 --format terraform -o rules/";
    folder.run(rules).exits(0).notes("wrote 2 files to rules/, ");
}

#[test]
fn every_command_says_what_it_wrote() {
    let folder = folder();
    folder.run("front a.txt -o front.csv").exits(0).notes("wrote front.csv, ");
    let said = folder.run("generate uniform --ports 3 -o x.txt").exits(0);
    let size = folder.read("x.txt").len();
    said.notes(&format!("wrote x.txt, {size} bytes"));
    let line = "generate flow-log --records 10 --truth truth.csv -o x.log";
    folder.run(line).exits(0).notes("wrote x.log, ").notes("wrote truth.csv, ");
    let line = "generate knapsack --zones-output z.toml -o t.csv";
    folder.run(line).exits(0).notes("wrote t.csv, ").notes("wrote z.toml, ");
    folder.run("ports x.log -o ports.csv").exits(0).notes("wrote ports.csv, ");
    let fetch = "fetch logs --log-group g --since 2026-01-05 --until 2026-01-06 --print-query";
    folder.run(&format!("{fetch} -o q.txt")).exits(0).notes("wrote q.txt, ");
    folder.run("compare a.txt -o r.csv").exits(0).notes("wrote r.csv, ");
    folder.run("report r.csv -o r.html").exits(0).notes("wrote r.html, ");
    // Stdout speaks for itself.
    let said = run("solve datasets/ports/four.txt -o -").exits(0);
    assert!(!said.stderr.contains("wrote"), "{said:?}");
}
