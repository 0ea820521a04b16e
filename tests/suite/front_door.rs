//! Man pages, completions, and what is no answer.

use std::fs;

use crate::binary::{Folder, run};

#[test]
fn the_man_page_of_the_program_is_on_stdout() {
    let said = run("man").exits(0);
    assert!(said.stdout.contains(".TH rangecover 1"), "{}", said.stdout);
    for word in ["rangecover\\-solve(1)", "rangecover\\-fetch(1)", "Examples:"] {
        assert!(said.stdout.contains(word), "no {word} in {}", said.stdout);
    }
    assert_eq!(run("man").stdout, said.stdout);
}

#[test]
fn each_command_has_a_man_page_in_the_folder() {
    let folder = Folder::new();
    folder.run("man -o pages/").exits(0).notes("files to pages/, ");
    let page = |name: &str| {
        let page = fs::read_to_string(folder.path().join(format!("pages/{name}.1")));
        page.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    assert!(page("rangecover-solve").contains("\\-\\-max\\-open\\-ports"));
    // What the short help leaves out is explained too.
    assert!(page("rangecover-solve").contains("A rule spans at most this many ports"));
    assert!(page("rangecover-fetch-athena").contains("\\-\\-partition"));
    assert!(page("rangecover-generate-flow-log").contains("\\-\\-probes"));
    assert!(page("rangecover").contains(".SH NAME"));
    // What is not for people has none.
    assert!(!folder.path().join("pages/rangecover-measure.1").exists());
    folder.write("file", "");
    folder.run("man -o file").fails_with("file is not a folder");
}

#[test]
fn completions_know_solvers_formats_and_protocols() {
    for shell in ["bash", "zsh", "fish"] {
        let text = run(&format!("completions {shell}")).exits(0).stdout;
        let words = [
            "threshold",
            "ilp-lp",
            "cloudformation",
            "ip-permissions",
            "udp",
            "markdown",
            "opb",
            "parquet",
            "unanswered",
            "extended",
            "trino",
            "kubernetes-node",
            "man",
        ];
        let known: Vec<&str> =
            text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).collect();
        for word in words {
            assert!(known.contains(&word), "no {word} for {shell}");
        }
    }
}

#[test]
fn values_beyond_those_that_completions_know_are_taken() {
    let folder = Folder::with(&[("a.txt", "80, udp/53\n")]);
    let numbers = folder.run("solve a.txt --protocol 17 --format json").exits(0);
    assert_eq!(numbers.stdout, folder.run("solve a.txt --protocol udp --format json").stdout);
    folder.run("solve a.txt --protocol icmp").exits(2).notes("use tcp or udp");
    let fields = "generate flow-log --records 5 --fields";
    let mut command = crate::binary::command_in(folder.path());
    command.args(fields.split(' ')).arg("interface-id dstport protocol srcport start end");
    assert_eq!(crate::binary::said(&mut command).exits(0).stdout.lines().count(), 6);
}

#[test]
fn a_file_that_is_no_answer_is_called_so() {
    let folder = Folder::with(&[
        ("a.txt", "80\n"),
        ("empty.json", " \n"),
        ("text.json", "80-86\nand more\n"),
        ("other.json", "{\"SecurityGroups\": []}"),
        ("list.json", "[1, 2]"),
        ("old.json", "{\"answers\": [{\"outcome\": 7}]}"),
    ]);
    for (file, message) in [
        ("empty.json", "empty.json: an empty file, so no answer"),
        ("text.json", "text.json: not JSON, so no answer"),
        ("other.json", "other.json: JSON of something else, as it has no answers"),
        ("list.json", "list.json: JSON of something else"),
        ("old.json", "old.json: answers, but not as this version writes them"),
        ("a.txt", "a.txt: JSON of something else"),
    ] {
        folder.run(&format!("check a.txt {file}")).fails_with(message);
    }
    folder.run("check a.txt other.json").fails_with("`rangecover solve --format json` wrote");
}

#[test]
fn answers_about_ports_as_they_are_are_checked() {
    let folder = Folder::new();
    folder.run("solve 443,22,8080-8090 --max-rules 2 -o answer.json").exits(0);
    let said = folder.run("check 443,22,8080-8090 answer.json").exits(0);
    assert!(said.stdout.starts_with("443,22,8080-8090: optimal, proven"), "{said:?}");
    folder.run("check 443,22 answer.json").fails_with("443,22,8080-8090: not among the inputs");
}
