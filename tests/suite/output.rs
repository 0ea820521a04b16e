//! What is written: files, pipes, colours, and the same bytes for the same question.

use std::fs;
use std::process::Stdio;

use crate::binary::{Folder, command_in, project, run, said};

#[test]
fn a_file_holds_what_stdout_would() {
    let folder = Folder::with(&[("a.txt", "80,82,90\n")]);
    for line in ["solve a.txt", "solve a.txt --format json", "generate uniform --ports 9"] {
        let printed = folder.run(line).exits(0).stdout;
        let quiet = folder.run(&format!("{line} -o out")).exits(0).stdout;
        assert_eq!(quiet, "", "{line}");
        assert_eq!(String::from_utf8(folder.read("out")).unwrap(), printed, "{line}");
        assert_eq!(folder.run(&format!("{line} -o -")).exits(0).stdout, printed, "{line}");
        if cfg!(unix) {
            let device = folder.run(&format!("{line} -o /dev/stdout")).exits(0).stdout;
            assert_eq!(device, printed, "{line}");
        }
    }
    assert_eq!(folder.names(), ["a.txt", "out"], "no temporary file is left");
}

#[test]
fn a_file_is_replaced_whole_and_not_written_over() {
    let folder = Folder::with(&[("a.txt", "80\n"), ("out", "old"), ("bad.txt", "70000\n")]);
    fs::hard_link(folder.path().join("out"), folder.path().join("link")).unwrap();
    folder.run("solve a.txt -o out").exits(0);
    assert_eq!(folder.read("link"), b"old");
    assert!(folder.read("out").starts_with(b"a.txt: "));
    folder.write("out", "kept");
    folder.run("solve bad.txt -o out").exits(1);
    assert_eq!(folder.read("out"), b"kept");
    assert_eq!(folder.names(), ["a.txt", "bad.txt", "link", "out"]);
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let folder = Folder::with(&[("a.txt", "80\n")]);
    folder.run("solve a.txt -o nowhere/out").fails_with("cannot write nowhere/out");
    folder.run("front a.txt -o front.pdf").fails_with("front.pdf: the ending must be .svg");
    fs::create_dir(folder.path().join("taken")).unwrap();
    folder.run("solve a.txt -o taken").fails_with("cannot write taken");
}

#[cfg(unix)]
#[test]
fn a_file_has_the_permissions_of_any_new_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::with(&[("a.txt", "80\n")]);
    let mode =
        |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    folder.run("solve a.txt -o out").exits(0);
    assert_eq!(mode("out"), mode("a.txt"));
    fs::set_permissions(folder.path().join("out"), fs::Permissions::from_mode(0o640)).unwrap();
    folder.run("solve a.txt -o out").exits(0);
    assert_eq!(mode("out"), 0o640, "a file that is replaced keeps its permissions");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = Folder::with(&[("a.txt", "80\n"), ("real/out", "old")]);
    std::os::unix::fs::symlink("real/out", folder.path().join("link")).unwrap();
    folder.run("solve a.txt -o link").exits(0);
    assert!(folder.path().join("link").is_symlink());
    assert!(folder.read("real/out").starts_with(b"a.txt: "));
}

/// Enough output that it cannot wait in a pipe.
const LONG: [&str; 4] = [
    "generate flow-log --records 5000",
    "solve datasets/ports/uniform-1000.txt --max-rules 1000 --format json",
    "front datasets/ports datasets/flow-logs --format json",
    "front datasets/ports --up-to 3000 --format csv",
];

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for line in LONG {
        let n_bytes = run(line).exits(0).stdout.len();
        assert!(n_bytes > 1 << 16, "{line} has only {n_bytes} bytes");
        let mut child = command_in(project())
            .args(line.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the binary ends");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{line}: {stderr}");
        assert!(!stderr.contains("error") && !stderr.contains("panicked"), "{line}: {stderr}");
    }
}

#[test]
fn a_reader_of_both_streams_that_goes_away_is_no_error() {
    for line in LONG {
        let mut child = command_in(project())
            .args(line.split_whitespace())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        drop(child.stdout.take());
        drop(child.stderr.take());
        assert_eq!(child.wait().expect("the binary ends").code(), Some(0), "{line}");
    }
}

#[test]
fn there_are_no_colours_but_on_a_terminal() {
    const ESCAPE: char = '\u{1b}';
    let folder = Folder::with(&[("a.txt", "80,90\n")]);
    for line in ["solve a.txt", "front a.txt", "compare a.txt --no-times", "solve none"] {
        let plain = folder.run(line);
        assert!(!plain.stdout.contains(ESCAPE) && !plain.stderr.contains(ESCAPE), "{plain:#?}");
        let mut forced = command_in(folder.path());
        forced.args(line.split_whitespace()).env("NO_COLOR", "1").env("TERM", "xterm-256color");
        let forced = said(&mut forced);
        assert_eq!((forced.stdout, forced.stderr), (plain.stdout, plain.stderr), "{line}");
    }
    let mut forced = command_in(folder.path());
    forced.args(["solve", "a.txt"]).env("CLICOLOR_FORCE", "1");
    assert!(said(&mut forced).stdout.contains(ESCAPE), "colours can be asked for");
    let mut to_file = command_in(folder.path());
    to_file.args(["solve", "a.txt", "-o", "out"]).env("CLICOLOR_FORCE", "1");
    said(&mut to_file).exits(0);
    assert!(!folder.read("out").contains(&(ESCAPE as u8)), "a file has no colours");
}

#[test]
fn the_number_of_threads_does_not_show() {
    let inputs = "datasets/ports datasets/flow-logs";
    let folder = Folder::new();
    let out = folder.path().display();
    for line in [
        format!("solve {inputs}"),
        format!("solve {inputs} --format json --max-open-ports 200"),
        format!("front {inputs}"),
        format!("front {inputs} --format csv"),
        format!("compare {inputs} --no-times --solvers threshold,greedy,dp,price"),
    ] {
        let one = run(&format!("{line} --threads 1"));
        let two = run(&format!("{line} --threads 2"));
        assert_eq!(one.status, two.status, "{line}");
        assert_eq!(one.stdout, two.stdout, "{line}");
        assert_eq!(one.stderr, two.stderr, "{line}");
        assert_ne!(one.stdout, "", "{line}");
    }
    for ending in ["svg", "csv", "json"] {
        for threads in [1, 2] {
            let line = format!("front {inputs} -o {out}/{threads}.{ending} --threads {threads}");
            run(&line).exits(0);
        }
        assert!(
            folder.read(&format!("1.{ending}")) == folder.read(&format!("2.{ending}")),
            "{ending}"
        );
    }
}

#[test]
fn a_front_is_written_in_every_format() {
    let folder = Folder::with(&[("a.txt", "80,90,95\n")]);
    let table = folder.run("front a.txt").exits(0).stdout;
    for ending in ["svg", "csv", "json"] {
        let said = folder.run(&format!("front a.txt -o f.{ending}")).exits(0);
        assert_eq!(said.stdout, table, "the table is on stdout all the same");
    }
    let svg = String::from_utf8(folder.read("f.svg")).unwrap();
    assert!(svg.contains("<svg") && svg.trim_end().ends_with("</svg>"));
    let csv = folder.run("front a.txt --format csv").exits(0).stdout;
    assert_eq!(String::from_utf8(folder.read("f.csv")).unwrap(), csv);
    let json: serde_json::Value = serde_json::from_slice(&folder.read("f.json")).unwrap();
    let points = json["fronts"][0]["points"].as_array().unwrap();
    let open: Vec<u64> = points.iter().map(|p| p["open_ports"].as_u64().unwrap()).collect();
    assert_eq!(open, [13, 4, 0]);
}

#[test]
fn a_front_is_drawn_as_png() {
    let folder = Folder::with(&[("a.txt", "80,90,95\n")]);
    folder.run("front a.txt -o f.png").exits(0);
    assert!(folder.read("f.png").starts_with(b"\x89PNG\r\n\x1a\n"));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    for kind in ["uniform", "clustered", "ephemeral", "application", "flow-log --records 200"] {
        let line = |seed: u32| format!("generate {kind} --ports 50 --seed {seed}");
        let first = run(&line(7)).exits(0).stdout;
        assert_eq!(run(&line(7)).exits(0).stdout, first, "{kind}");
        assert_ne!(run(&line(8)).exits(0).stdout, first, "{kind}");
    }
    run("generate uniform --ports 0").exits(2);
    run("generate uniform --ports 65537").exits(2);
    assert_eq!(
        run("generate uniform --ports 65536").exits(0).stdout.lines().last(),
        Some("0-65535")
    );
}

#[test]
fn a_comparison_without_times_repeats_itself() {
    let line = "compare datasets/ports/hundreds.txt --no-times --format";
    let csv = run(&format!("{line} csv")).exits(0).stdout;
    let row = |rest: &str| {
        let case = "datasets/ports/hundreds.txt,,--max-rules 60,100,100,1,60";
        format!("{case},{rest},true,rangecover {},\n", env!("CARGO_PKG_VERSION"))
    };
    let expected = [
        "instance,family,limits,n_ports,n_runs,n_groups,budget,solver,outcome,n_rules,units,\
         units_ipv6,open_ports,cost,bound,gap,verified,version,seed\n"
            .to_owned(),
        row("threshold,feasible,1,1,,9801,9801,3960,5841"),
        row("greedy,feasible,60,60,,3960,3960,3960,0"),
        row("dp,optimal,60,60,,3960,3960,3960,0"),
        row("price,optimal,60,60,,3960,3960,3960,0"),
        row("ilp,optimal,60,60,,3960,3960,3960,0"),
    ];
    assert_eq!(csv, expected.concat());
    for format in ["text", "json"] {
        let twice = [(); 2].map(|()| run(&format!("{line} {format}")).exits(0).stdout);
        assert_eq!(twice[0], twice[1]);
        assert!(twice[0].contains("threshold"));
    }
}

#[test]
fn a_solver_that_takes_no_such_instance_is_a_row_and_no_error() {
    let line = "compare datasets/ports/hundreds.txt --no-times --format csv --solvers brute,price";
    let said = run(line).exits(0).notes("brute takes at most");
    assert!(said.stdout.contains(",brute,refused,,,,,,,,false,"), "{said:#?}");
    run("solve datasets/ports/hundreds.txt --solver brute").exits(1).notes("brute takes at most");
}

#[test]
fn a_chart_names_lists_by_their_file_unless_two_are_alike() {
    let folder = Folder::with(&[("a.txt", "1,5"), ("b.txt", "1,6")]);
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    folder.write("sub/b.txt", "1,7");
    folder.run("front a.txt sub/b.txt -o few.svg").exits(0);
    let few = String::from_utf8(folder.read("few.svg")).unwrap();
    assert!(few.contains("b.txt") && !few.contains("sub/b.txt"));
    folder.run("front a.txt b.txt sub/b.txt -o alike.svg").exits(0);
    let alike = String::from_utf8(folder.read("alike.svg")).unwrap();
    assert!(alike.contains("sub/b.txt"));
}

#[test]
fn a_chart_names_interfaces_without_used_ports() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.svg");
    run(&format!("front datasets/flow-logs -o {}", file.display())).exits(0);
    let picture = std::fs::read_to_string(file).unwrap();
    assert!(picture.contains("Without used ports, so not drawn: eni-058705360e654a058."));
}

#[test]
fn several_instances_end_with_a_summary_and_a_total() {
    let folder = Folder::with(&[("a.txt", "80,90,95\n"), ("b.txt", "22\n")]);
    let end = "\nSummary\n  a.txt: optimal, 2 of 2 rules, 4 open ports\
               \n  b.txt: optimal, 1 of 2 rules, 0 open ports\
               \n  total: 2 optimal, 3 rules, 4 open ports\n";
    let said = folder.run("solve a.txt b.txt --max-rules 2").exits(0);
    assert!(said.stdout.ends_with(end), "{said:#?}");
    let said = folder.run("solve a.txt b.txt --max-rules 1 --max-groups 2").exits(0);
    assert!(said.stdout.ends_with(end), "{said:#?}");
    let alone = folder.run("solve a.txt").exits(0);
    assert!(!alone.stdout.contains("Summary"), "{alone:#?}");
}
