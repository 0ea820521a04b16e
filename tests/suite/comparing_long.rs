//! Long comparisons: rows as they come, and what is left of those that are ended.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command};

use serde_json::Value;

use crate::binary::{Folder, run};
use crate::signals::{send, started, wait_for};

/// Two lists; the second takes `ilp` far longer than a test.
fn lists() -> Folder {
    let large = run("generate uniform --ports 20000 --seed 1").exits(0).stdout;
    Folder::with(&[("a.txt", "80,90,95\n"), ("b.txt", &large)])
}

const LINE: &str = "compare a.txt b.txt --solvers price,ilp --no-times";

fn partial(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap_or_default()
}

/// A comparison that is at work on its last row, of four.
fn at_the_last_row(folder: &Folder, format: &str) -> Child {
    let child = started(folder.path(), &format!("{LINE} --format {format} -o out"));
    wait_for("no third row comes", || {
        let text = partial(folder, "out.partial");
        text.matches("price").count() == 2 && text.matches("ilp").count() == 1
    });
    child
}

#[test]
fn what_is_done_is_kept_on_a_signal() {
    for (format, signal, number) in [("csv", "INT", 2), ("json", "TERM", 15), ("text", "HUP", 1)] {
        let folder = lists();
        folder.write("out", "old");
        let child = at_the_last_row(&folder, format);
        send(signal, &child);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.signal(), Some(number), "{output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("interrupted: 3 of 4 rows are in "), "{stderr}");
        assert!(stderr.contains("/out.partial"), "{stderr}");
        assert_eq!(folder.read("out"), b"old", "only a whole file has the name");
        assert_eq!(folder.names(), ["a.txt", "b.txt", "out", "out.partial"]);
        let text = partial(&folder, "out.partial");
        if format == "json" {
            let rows: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(rows.as_array().map(Vec::len), Some(3));
        } else {
            assert_eq!(text.lines().count(), 4, "{text}");
        }
    }
}

#[test]
fn what_is_done_is_there_after_a_kill() {
    let folder = lists();
    let mut child = at_the_last_row(&folder, "csv");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert_eq!(folder.names(), ["a.txt", "b.txt", "out.partial"]);
    assert_eq!(partial(&folder, "out.partial").lines().count(), 4);
    let line = "compare a.txt --solvers price --no-times --format csv";
    let printed = folder.run(line).exits(0).stdout;
    folder.run(&format!("{line} -o out")).exits(0);
    assert_eq!(partial(&folder, "out"), printed);
    assert_eq!(folder.names(), ["a.txt", "b.txt", "out"], "a whole file leaves nothing beside it");
}

#[test]
fn what_measures_memory_ends_with_the_command() {
    // Its command line names this list of solvers alone.
    let folder = lists();
    let line = "compare b.txt --solvers dp,ilp --memory --max-rules 3000 --time-limit 77.25";
    let mut child = started(folder.path(), line);
    let measures = || {
        let found = Command::new("pgrep").args(["-f", "measure.*time-limit 77.25"]).output();
        !found.expect("there is pgrep").stdout.is_empty()
    };
    wait_for("no process measures", measures);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    wait_for("the process that measures goes on", || !measures());
}

#[test]
fn a_manifest_has_a_time_limit_that_can_be_lifted() {
    let line = "compare --manifest datasets/index.csv --instance three --solvers price";
    let note = "each solver stops after 10 s on each data set; --time-limit none lifts that";
    run(line).exits(0).notes(note);
    for limit in ["none", "5"] {
        let said = run(&format!("{line} --time-limit {limit}")).exits(0);
        assert!(!said.stderr.contains("each solver stops"), "{said:#?}");
    }
    run(&format!("{line} --time-limit never")).exits(2).notes("not a number of seconds");
    assert!(run("compare --help").exits(0).stdout.contains("--time-limit none"));
}

#[test]
fn json_looks_as_if_written_at_once() {
    let folder = Folder::with(&[("a.txt", "80\n")]);
    let json = folder.run("compare a.txt --solvers price --no-times --format json").exits(0);
    assert!(json.stdout.starts_with("[\n  {\n    \"instance\""), "{json:#?}");
    assert!(json.stdout.ends_with("\n  }\n]\n"), "{json:#?}");
}
