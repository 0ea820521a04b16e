//! `compare`: its columns, its manifest, and what is wrong with one.

use rangecover::research::manifest::Digest;

use crate::binary::{Folder, run};

const HEADER: &str =
    "name,family,input,generate,flags,n_ports,n_runs,n_groups,outcome,value,bound,proven_by,sha256";
/// `80,90,95` with a line's end.
const PORTS: &str = "80,90,95\n";
const SHA: &str = "fa32520859a962f4ec5409552f96097bab5d12f7db949b27d8b47651461144db";

/// A folder with a port list and a manifest of these rows.
fn with(rows: &[&str]) -> Folder {
    let manifest = format!("{HEADER}\n{}\n", rows.join("\n"));
    Folder::with(&[("sets/a.txt", PORTS), ("sets/index.csv", &manifest)])
}

const COMPARE: &str = "compare --manifest sets/index.csv --no-times --format csv";

/// The message on stderr after the place, for a manifest with this row.
#[track_caller]
fn refused(row: &str, message: &str) {
    let said = with(&[row]).run(COMPARE).exits(1);
    let message = format!("sets/index.csv:2: {message}");
    assert!(said.stderr.contains(&message), "no '{message}' in {said:#?}");
}

/// The row of the list, with other cells after `input,generate,`.
fn row(cells: &str) -> String {
    format!("a,f,a.txt,,{cells},price,{SHA}")
}

#[test]
fn a_row_has_every_column_of_the_results() {
    let said = run("compare datasets/ports/four.txt --format csv --repeats 3 --machine here,there");
    let csv = said.exits(0).stdout;
    let mut lines = csv::Reader::from_reader(csv.as_bytes());
    let header: Vec<String> = lines.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(
        header.join(","),
        "instance,family,limits,n_ports,n_runs,n_groups,budget,solver,outcome,n_rules,units,\
         units_ipv6,open_ports,cost,bound,gap,verified,milliseconds,repeats,memory_bytes,version,\
         commit,seed,machine"
    );
    for record in lines.records() {
        let record = record.unwrap();
        let cell = |name: &str| &record[header.iter().position(|head| head == name).unwrap()];
        assert!(cell("milliseconds").parse::<f64>().unwrap() > 0.0);
        assert_eq!((cell("repeats"), cell("memory_bytes")), ("3", ""));
        assert_eq!(cell("machine"), "here,there");
        let commit = cell("commit").trim_end_matches("-dirty");
        assert!(commit.is_empty() || commit.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    let json = run("compare datasets/ports/four.txt --format json --solvers price").exits(0).json();
    let keys = json[0].as_object().unwrap().keys();
    assert_eq!(keys.collect::<Vec<_>>().len(), header.len());
    assert!(json[0]["machine"].as_str().unwrap().contains(" × "), "{json}");
}

#[test]
fn limits_are_written_as_flags() {
    let folder = Folder::with(&[("a.txt", PORTS), ("w.txt", "81 3\n")]);
    let flags = "--max-rules 9 --reserve 1 --max-open-ports 7 --max-hole 6 --max-rule-width 50 \
                 --forbid 22,udp/53 --drop-forbidden --weights w.txt";
    let line = format!("compare a.txt {flags} --format json --no-times --solvers price");
    let row = folder.run(&line).exits(0).json()[0].clone();
    assert_eq!((&row["limits"], &row["budget"]), (&flags.into(), &8.into()));
    let row = folder.run("compare a.txt --format json --no-times").exits(0).json()[0].clone();
    assert_eq!((&row["limits"], &row["budget"]), (&"--max-rules 60".into(), &60.into()));
}

#[test]
fn what_is_read_of_an_input_is_part_of_the_limits() {
    let log = "interface-id srcaddr dstport action\neni-1 10.0.0.9 80 REJECT\n";
    let zones = "[zones.own]\ncidrs = [\"10.0.0.0/8\"]\n";
    let folder = Folder::with(&[("a.log", log), ("z.toml", zones), ("a.txt", PORTS)]);
    for (input, flags) in [
        ("a.log", "--port dst --interface eni-1 --protocol tcp --action all --min-flows 0"),
        ("a.log", "--port dst --zones z.toml --other-sources any --action reject"),
        ("a.txt", "--source 10.0.0.0/8 --include 80,udp/53 --exclude 7 --min-endpoints 9"),
        ("a.txt", "--input-format ports --since 5 --until 9 --account 1 --ignore-flags"),
    ] {
        let line = format!("compare {input} {flags} --format json --no-times --solvers price");
        let row = folder.run(&line).json()[0].clone();
        let words = |text: &str| {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.sort();
            words
        };
        let found = row["limits"].as_str().unwrap();
        assert_eq!(words(found), words(&format!("--max-rules 60 {flags}")), "{row}");
    }
}

#[test]
fn a_solver_that_is_named_twice_is_measured_once() {
    let rows = run("compare datasets/ports/four.txt --format json --solvers price,dp,price");
    assert_eq!(rows.exits(0).json().as_array().map(Vec::len), Some(2));
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_anything_is_read() {
    let folder = Folder::with(&[("in/a.txt", PORTS)]);
    folder.run("compare none.txt -o no/rows.csv").fails_with("cannot write no/rows.csv: ");
    folder.run("compare none.txt -o in").fails_with("cannot write in: it is a folder");
    folder.run("compare in/a.txt -o in/rows.csv --solvers price").exits(0);
}

#[test]
fn memory_is_measured_on_linux() {
    let line = "compare datasets/ports/uniform-1000.txt --memory --format json --solvers";
    let rows = run(&format!("{line} price,dp")).exits(0).json();
    for row in rows.as_array().unwrap() {
        let bytes = row["memory_bytes"].as_u64();
        assert_eq!(bytes.is_some(), cfg!(target_os = "linux"), "{row}");
        assert!(bytes < Some(1 << 30), "{row}");
    }
    // One of them keeps a layer for each rule: megabytes, far beyond what Linux counts in batches.
    let folder = Folder::new();
    folder.run("generate uniform --ports 6000 -o a.txt").exits(0);
    let line = "compare a.txt --memory --format json --solvers price,dp --max-rules 1500";
    let rows = folder.run(line).exits(0).json();
    if cfg!(target_os = "linux") {
        let bytes = [0, 1].map(|i: usize| rows[i]["memory_bytes"].as_u64().unwrap());
        assert!(bytes[0] < bytes[1], "{bytes:?}");
    }
}

#[test]
fn a_manifest_is_compared_in_its_order() {
    let generated = "rangecover generate uniform --ports 3 --seed 1";
    let list = run("generate uniform --ports 3 --seed 1").exits(0).stdout;
    let folder = with(&[]);
    folder.write("g.txt", &list);
    let digest = |text: &str| Digest::of(text.as_bytes()).to_string();
    let manifest = format!(
        "{HEADER}\n\
         late,g,,{generated},--max-rules 3,3,3,1,optimal,0,0,price,{}\n\
         early,f,a.txt,,--max-rules 2,3,3,1,optimal,4,4,price,{}\n",
        digest(&list),
        digest(PORTS),
    );
    folder.write("sets/index.csv", &manifest);
    let csv = folder.run(&format!("{COMPARE} --solvers price,greedy")).exits(0).stdout;
    let version = env!("CARGO_PKG_VERSION");
    let tails = [
        "late,g,--max-rules 3,3,3,1,3,price,optimal,3,3,,0,0,0,0,true",
        "late,g,--max-rules 3,3,3,1,3,greedy,feasible,3,3,,0,0,0,0,true",
        "early,f,--max-rules 2,3,3,1,2,price,optimal,2,2,,4,4,4,0,true",
        "early,f,--max-rules 2,3,3,1,2,greedy,feasible,2,2,,4,4,4,0,true",
    ];
    let seeds = ["1", "1", "", ""];
    let expected =
        tails.iter().zip(seeds).map(|(tail, seed)| format!("{tail},rangecover {version},{seed}"));
    assert_eq!(
        csv.lines().skip(1).map(str::to_owned).collect::<Vec<_>>(),
        expected.collect::<Vec<_>>()
    );
    for filter in ["--family g", "--instance late"] {
        let csv = folder.run(&format!("{COMPARE} --solvers price {filter}")).exits(0).stdout;
        assert_eq!(csv.lines().count(), 2, "{csv}");
    }
    for (filter, message) in [
        ("--family h", "--family h: sets/index.csv has none of that name"),
        ("--instance g", "--instance g: sets/index.csv has none of that name"),
        ("--family g --instance early", "no data set is selected"),
    ] {
        folder.run(&format!("{COMPARE} {filter}")).fails_with(message);
    }
}

#[test]
fn what_contradicts_a_row_is_an_error_that_names_it() {
    for (cells, message) in [
        ("--max-rules 2,4,3,1,optimal,4,4", "a: n_ports is 3, the manifest says 4"),
        ("--max-rules 2,3,2,1,optimal,4,4", "a: n_runs is 3, the manifest says 2"),
        ("--max-rules 2,3,3,2,optimal,4,4", "a: n_groups is 1, the manifest says 2"),
        (
            "--max-rules 2,3,3,1,optimal,5,5",
            "a: a cover costs 4, less than the bound 5 of the manifest",
        ),
        (
            "--max-rules 2,3,3,1,optimal,3,3",
            "a: no cover costs less than 4, the value of the manifest is 3",
        ),
        (
            "--max-rules 2,3,3,1,infeasible,,",
            "a: a cover costs 4, the manifest says that there is none",
        ),
        (
            "--max-rules 1 --max-hole 5,3,3,1,optimal,4,4",
            "a: there is no cover, the manifest says that one costs 4",
        ),
    ] {
        refused(&row(cells), message);
    }
    let wrong = row("--max-rules 2,3,3,1,optimal,4,4").replace(SHA, &Digest::of(b"").to_string());
    refused(&wrong, &format!("a: sha256 is {SHA}, the manifest says e3b0c442"));
}

#[test]
fn a_better_cover_than_a_known_one_is_kept_and_told() {
    let said = with(&[&row("--max-rules 2,3,3,1,feasible,5,4")])
        .run(&format!("{COMPARE} --solvers price"))
        .exits(1);
    let said = said.notes("a: a cover costs 4, better than the manifest's value 5; update the");
    assert!(said.stdout.contains(",price,optimal,2,2,,4,4,4,0,true,"), "{said:#?}");
}

#[test]
fn an_infeasible_row_is_answered_by_its_proof() {
    let folder = with(&[&row("--max-rules 1 --max-hole 5,3,3,1,infeasible,,")]);
    let said = folder.run(&format!("{COMPARE} --solvers greedy,price")).exits(0);
    assert!(said.stdout.contains(",price,infeasible,"), "{said:#?}");
    folder.run(&format!("{COMPARE} --solvers greedy")).exits(4);
}

#[test]
fn strict_rows_are_read_strictly() {
    let log = "interface-id dstport\neni-1 80\neni-1 x\n";
    let sha = Digest::of(log.as_bytes()).to_string();
    let loose = "--port dst,1,1,1,optimal,0,0";
    let of = |cells: &str| row(cells).replace("a.txt", "a.log").replace(SHA, &sha);
    let folder = with(&[&of(loose), &of(&format!("--strict {loose}")).replacen('a', "b", 1)]);
    folder.write("sets/a.log", log);
    let said = folder.run(&format!("{COMPARE} --solvers price")).exits(1);
    let said = said.notes("index.csv:3: b: stopped, as --strict asks");
    assert_eq!(said.stdout.lines().count(), 2, "{said:#?}");
}

#[cfg(unix)]
#[test]
fn a_data_set_is_no_link() {
    use std::os::unix::fs::symlink;
    let nothing = Digest::of(b"").to_string();
    for (input, message) in [
        ("link.txt", "sets/link.txt is a link; put the file itself there"),
        ("folder", "sets/folder/link.txt is a link; put the file itself there"),
        ("away/b.txt", "sets/away/b.txt leads out of the folder of the manifest"),
        ("empty", "sets/empty has no file in it"),
    ] {
        let cells = row("--max-rules 2,3,3,1,optimal,4,4");
        let folder = with(&[&cells.replace("a.txt", input).replace(SHA, &nothing)]);
        folder.write("other/b.txt", PORTS);
        folder.write("sets/folder/c.txt", PORTS);
        let at = |path: &str| folder.path().join(path);
        std::fs::create_dir(at("sets/empty")).unwrap();
        symlink(at("sets/a.txt"), at("sets/link.txt")).unwrap();
        symlink(at("sets/a.txt"), at("sets/folder/link.txt")).unwrap();
        symlink(at("other"), at("sets/away")).unwrap();
        folder.run(COMPARE).fails_with(&format!("sets/index.csv:2: a: {message}"));
    }
}

#[test]
fn a_row_that_fails_hides_no_other() {
    let right = row("--max-rules 2,3,3,1,optimal,4,4");
    let other = |name: &str, cells: &str| row(cells).replacen('a', name, 1);
    let rows = [
        other("gone", "--max-rules 2,3,3,1,optimal,4,4").replace("a.txt", "none.txt"),
        other("wrong", "--max-rules 2,3,3,1,optimal,3,3"),
        right,
        other("small", "--max-rules 1 --max-open-ports 13,3,3,1,optimal,13,13"),
    ];
    let folder = with(&rows.each_ref().map(String::as_str));
    let said = folder.run(&format!("{COMPARE} --solvers ilp-lp,price")).exits(1);
    let said =
        said.notes("sets/index.csv:2: gone: ").notes("wrong, price: sets/index.csv:3: wrong: ");
    let found = said.stdout.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        [cells[0], cells[7], cells[8]].join(" ")
    });
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            "wrong ilp-lp failed",
            "wrong price failed",
            "a ilp-lp optimal",
            "a price optimal",
            "small ilp-lp optimal",
            "small price optimal",
        ]
    );
}

#[test]
fn a_solver_that_refuses_a_data_set_has_a_row() {
    let said = run("compare --manifest datasets/index.csv --instance uniform-50,three \
                    --solvers brute,price --no-times --format csv");
    let csv = said.exits(0).notes("uniform-50, brute: brute takes at most").stdout;
    assert!(
        csv.contains(
            "uniform-50,uniform,--max-rules 20 --max-open-ports 3000,50,50,1,20,brute,refused,"
        ),
        "{csv}"
    );
    assert!(csv.contains(",brute,optimal,"), "{csv}");
}

#[test]
fn a_manifest_that_makes_no_sense_is_an_error_with_its_line() {
    let generate = |command: &str| format!("a,f,,{command},,3,3,1,optimal,0,0,price,{SHA}");
    for (row, message) in [
        (
            format!("a,f,a.txt,rangecover generate uniform,,3,3,1,optimal,0,0,price,{SHA}"),
            "both input and generate are given; give one of them",
        ),
        (
            row("--max-rule 2,3,3,1,optimal,4,4"),
            "a: unexpected argument '--max-rule' found; did you mean --max-rules?",
        ),
        (row("--solver dp,3,3,1,optimal,4,4"), "a: unexpected argument '--solver' found"),
        (row("a.txt,3,3,1,optimal,4,4"), "a: the flags have an input; leave it out"),
        (row("--max-rules x,3,3,1,optimal,4,4"), "a: invalid value 'x' for '--max-rules <N>'"),
        (row("--reserve 61,3,3,1,optimal,4,4"), "a: --reserve 61 is more than --max-rules 60"),
        (row("--zones z.toml,3,3,1,optimal,4,4"), "a: z.toml: No such file"),
        (generate("rangecover solve a.txt"), "'rangecover solve a.txt' is no generator"),
        (generate("rangecover generate normal"), "a: unrecognized subcommand 'normal'"),
        (
            generate("rangecover generate uniform -o x"),
            "a: the command writes to files; leave --output",
        ),
        (generate("rangecover generate knapsack --zones x"), "a: the command writes to files"),
        (
            generate("rangecover generate uniform --groups 3"),
            "a: unexpected argument '--groups' found",
        ),
        (generate("rangecover generate uniform --ports 0"), "a: invalid value '0'"),
    ] {
        refused(&row, message);
    }
    let folder = with(&[]);
    folder.write("sets/index.csv", format!("{HEADER},author\n"));
    folder.run(COMPARE).fails_with("sets/index.csv:1: 'author' is no column of a manifest");
    folder.write("sets/index.csv", format!("{HEADER}\n"));
    folder.run(COMPARE).fails_with("sets/index.csv: nothing to do");
    folder.run("compare --manifest none.csv").fails_with("none.csv: No such file");
    for line in ["a.txt", "--max-rules 3", "--port dst", "--interface eni-1", "--zones z.toml"] {
        folder.run(&format!("{COMPARE} {line}")).exits(2).notes("cannot be used with");
    }
    folder.run("compare sets/a.txt --family f").exits(2).notes("only --manifest has families");
    folder.run("compare").exits(2).notes("<INPUT>");
}

#[test]
fn every_file_of_a_data_set_counts_in_its_checksum() {
    let digest = |texts: &[&str]| {
        let files: Vec<Digest> = texts.iter().map(|text| Digest::of(text.as_bytes())).collect();
        Digest::of_all(&files).to_string()
    };
    let weights = "91-94 1\n81-89 7\n";
    let cells = "--max-rules 2 --weights sets/w.txt,3,3,1,optimal,4,4";
    let weighted = row(cells).replace(SHA, &digest(&[PORTS, weights]));
    let folder = with(&[&weighted]);
    folder.write("sets/w.txt", weights);
    folder.run(COMPARE).exits(0);
    folder.write("sets/w.txt", weights.replace('7', "8"));
    folder.run(COMPARE).fails_with("a: sha256 is ");
    // A folder is its files in order of their paths, and makes one instance only.
    let log = "interface-id dstport\neni-1 80\neni-2 90\n";
    let cells = "--port dst --interface eni-2,1,1,1,optimal,0,0";
    let logged = row(cells).replace("a.txt", "logs").replace(SHA, &digest(&[log, log]));
    let folder = with(&[&logged, &logged.replacen('a', "b", 1).replace(" --interface eni-2", "")]);
    folder.write("sets/logs/1/b.log", log);
    folder.write("sets/logs/2.log", log);
    let said = folder.run(&format!("{COMPARE} --solvers price")).exits(1);
    said.notes("index.csv:3: b: the input makes 2 instances; narrow it down to one by --interface")
        .notes("");
}
