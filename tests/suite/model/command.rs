//! `rangecover model` from outside.

use std::fs;

use crate::binary::{Folder, run};

const FOUR: &str = "model datasets/ports/four.txt --max-rules 2 --max-open-ports 5";

#[test]
fn small_models_are_as_they_were() {
    let opb = run(&format!("{FOUR} --format opb")).exits(0).stdout;
    let body: Vec<&str> = opb.lines().filter(|line| !line.starts_with('*')).collect();
    let expected =
        ["min: +2 ~x1 +2 ~x2 +2 ~x3 ;", "-1 x1 -1 x2 -1 x3 >= -1 ;", "+1 x1 +1 x2 +1 x3 >= 1 ;"];
    assert_eq!(body, expected);
    let head: Vec<&str> = opb.lines().take(3).collect();
    let expected = [
        "* #variable= 3 #constraint= 2",
        "* rangecover 0.1.0: datasets/ports/four.txt",
        "* budget 2 rules, max_open_ports 5",
    ];
    assert_eq!(head, expected);
    let lp = run(&format!("{FOUR} --format lp --formulation prefix --relax")).exits(0).stdout;
    let expected = " cost: - 2 u3 + 6 one
Subject To
 budget_ipv4: + 1 u3 <= 1
 s2_least: - 1 u1 + 1 u2 >= 0
 s2_most: - 1 u1 + 1 u2 <= 1
 s3_least: - 1 u2 + 1 u3 >= 0
 s3_most: - 1 u2 + 1 u3 <= 1
 w1: + 1 u3 >= 1
Bounds
 0 <= u1 <= 1
 0 <= u2 <= 2
 0 <= u3 <= 3
 1 <= one <= 1
End
";
    assert!(lp.ends_with(expected), "{lp}");
    let mps = run(&format!("{FOUR} --format mps --formulation prefix")).exits(0).stdout;
    let expected = " MARKER 'MARKER' 'INTEND'
 one cost 6
RHS
 RHS budget_ipv4 1
 RHS w1 1
RANGES
 RANGE s2 1
 RANGE s3 1
BOUNDS
 UP BOUND u1 1
 UP BOUND u2 2
 UP BOUND u3 3
 FX BOUND one 1
ENDATA
";
    assert!(mps.ends_with(expected), "{mps}");
}

/// The names of what is in a folder of a folder, in order.
fn names(folder: &Folder, inside: &str) -> Vec<String> {
    let entries = fs::read_dir(folder.path().join(inside)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn several_instances_go_to_a_folder_and_nowhere_else() {
    let folder = Folder::with(&[
        ("a/web.txt", "80\n443\n"),
        ("b/web.txt", "22\n"),
        ("b/Web.TXT.txt", "53/udp\n"),
    ]);
    folder.run("model a b --format opb").fails_with("3 instances; name a folder for them: -o DIR/");
    folder.run("model a b --format opb -o all.opb").fails_with("name a folder for them");
    assert_eq!(folder.names(), ["a", "b"]);
    folder.run("model a b --format opb -o models/").exits(0);
    assert_eq!(folder.names(), ["a", "b", "models"]);
    assert_eq!(names(&folder, "models"), ["Web.TXT.opb", "web-2.opb", "web.opb"]);
    // One instance goes to a folder too, under the same name.
    let lone = Folder::with(&[("web.txt", "80\n443\n")]);
    lone.run("model web.txt --format lp -o models/").exits(0);
    assert_eq!(names(&lone, "models"), ["web.lp"]);
    lone.run("model web.txt --format lp -o file.lp").exits(0);
    assert_eq!(lone.read("file.lp"), lone.read("models/web.lp"));
}

#[test]
fn interfaces_with_hostile_names_stay_in_the_folder() {
    let table = "interface,protocol,port,class\n../../x,tcp,80,service\n\
                 ..,tcp,80,service\n/etc/passwd,tcp,80,service\nX,tcp,80,service\n";
    let folder = Folder::with(&[("t/table.csv", table)]);
    folder.run("model t/table.csv --format opb -o t/out/").exits(0);
    assert_eq!(folder.names(), ["t"]);
    let names = names(&folder, "t/out");
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.iter().all(|name| !name.starts_with('.')), "{names:?}");
}

#[test]
fn what_has_no_model_is_refused_with_the_reason() {
    let prefix = run(&format!("{FOUR} --format opb --formulation prefix")).exits(2);
    prefix.notes("OPB has variables of 0 and 1 only");
    run(&format!("{FOUR} --format opb --relax")).exits(2).notes("--format lp");
    let folder = Folder::with(&[
        (
            "t.csv",
            "interface,protocol,port,class,zone,family\neni-1,tcp,80,service,all,ipv4\neni-1,tcp,90,service,in,ipv4\n",
        ),
        (
            "zones.toml",
            "[zones.all]\ncidrs = [\"10.0.0.0/8\"]\n[zones.in]\ncidrs = [\"10.1.0.0/16\"]\n",
        ),
    ]);
    let shared = "model t.csv --zones zones.toml --share-outer --format opb";
    folder.run(shared).exits(2).notes("unexpected argument '--share-outer'");
    folder.run("model t.csv --zones zones.toml --format opb").exits(0);
}

#[test]
fn rows_of_too_many_terms_are_refused_with_what_works_instead() {
    let ports: Vec<String> = (0..32_768).map(|i| (2 * i).to_string()).collect();
    let folder = Folder::with(&[("every-other.txt", &ports.join("\n"))]);
    let model = "model every-other.txt --max-open-ports 16000";
    folder.run(&format!("{model} --format opb")).fails_with("--format lp --formulation prefix");
    folder.run(&format!("{model} --format mps")).fails_with("; --formulation prefix has few");
    let said = folder.run(&format!("{model} --format mps --formulation prefix")).exits(0);
    assert!(said.stdout.lines().count() < 500_000);
}
