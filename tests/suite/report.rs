//! `report`: statistics of measured results, and what it says of bad ones.

use crate::binary::{Folder, feed_in};

const HEAD: &str = "instance,family,limits,n_ports,n_runs,n_groups,budget,solver,outcome,n_rules,\
                    units,units_ipv6,open_ports,cost,bound,gap,verified,milliseconds,repeats,\
                    memory_bytes,version,commit,seed,machine";

/// A row of the schema; the instance stands for its sizes.
fn row(instance: &str, n_runs: u32, solver: &str, answer: &str, ms: &str) -> String {
    let (outcome, cost, bound) = match answer.split(' ').collect::<Vec<_>>()[..] {
        [outcome, cost, bound] => (outcome, cost, bound),
        [outcome, cost] => (outcome, cost, ""),
        _ => (answer, "", ""),
    };
    format!(
        "{instance},uniform,--max-rules 60,{},{n_runs},1,60,{solver},{outcome},,,,,{cost},{bound},,\
         true,{ms},5,{},rangecover 0.1.0,abc,7,a machine\n",
        2 * n_runs,
        10_000 * n_runs
    )
}

/// Four sizes: `price` takes 1 µs a run, `ilp` n², and `greedy` is off once.
fn sample() -> String {
    let mut text = format!("{HEAD}\n");
    for (i, n) in [10, 100, 1_000].into_iter().enumerate() {
        let name = ["ten", "hundred", "thousand"][i];
        let time = f64::from(n) / 1e3;
        text += &row(name, n, "price", "optimal 50 50", &time.to_string());
        text += &row(name, n, "ilp", "optimal 50 50", &(time * f64::from(n)).to_string());
        let greedy = if n == 100 { "feasible 60" } else { "feasible 50" };
        text += &row(name, n, "greedy", greedy, &(time / 2.0).to_string());
    }
    text
}

/// The cells of the row of a table that begins with a name, in a section of a report as text.
fn cells(text: &str, section: &str, name: &str) -> Vec<String> {
    let from = text.find(&format!("\n{section}\n")).expect("the section is there");
    let line = text[from..].lines().find(|line| line.trim_start().starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in {section} of {text}"));
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
}

#[test]
fn the_text_has_every_statistic() {
    let folder = Folder::with(&[("r.csv", &sample())]);
    let text = folder.run("report r.csv").exits(0).stdout;
    assert!(text.contains("- rows: 9 (6 optimal, 3 feasible)\n"), "{text}");
    assert!(text.contains("- instances: 3 (with their limits), 3 with a best known value, 3 of"));
    let answers = ["3", "0", "3", "2 of 3", "0", "10", "0 %", "20.0 %"];
    assert_eq!(cells(&text, "Answers", "greedy")[1..], answers);
    // ((1.1)(11)(1001))^(1/3) − 1 by ((1.01)(1.1)(2))^(1/3) − 1, in ms.
    assert_eq!(cells(&text, "Times", "ilp")[1..5], ["3", "22.0 ms", "72.0", "3"]);
    assert_eq!(cells(&text, "Times", "price")[5..], ["977 KiB", "9.54 MiB"]);
    assert_eq!(cells(&text, "Gaps", "hundred")[1..], ["greedy", "60", "50", "10", "20.0 %"]);
    let shares = ["0 %", "0 %", "33.3 %", "66.7 %", "100 %"];
    assert_eq!(cells(&text, "Performance profile", "ilp")[1..], shares);
    assert!(text.contains("Without a timed proof, and left out: greedy."), "{text}");
    let law = ["3", "3", "2.00", "0.00", "1.00", "0.00100 ms"];
    assert_eq!(cells(&text, "Time against runs", "ilp")[1..], law);
    assert_eq!(cells(&text, "Ratios by family", "uniform")[1..], ["3", "72.0", "0.543"]);
    assert!(!text.contains("Time against budget"), "the budget does not vary");
}

#[test]
fn the_baseline_and_the_shift_can_be_chosen() {
    let folder = Folder::with(&[("r.csv", &sample())]);
    let text = folder.run("report r.csv --baseline ilp --shift 1000").exits(0).stdout;
    assert!(text.contains("shift 1.00 s. Ratio: this mean by that of ilp,"), "{text}");
    assert_eq!(cells(&text, "Times", "ilp")[3], "1.00");
    let text = folder.run("report r.csv --solvers ilp,greedy").exits(0).stdout;
    assert!(text.contains("that of greedy,"), "the fastest of them: {text}");
    assert!(!text.contains("price"), "{text}");
    folder.run("report r.csv --baseline dp").fails_with("no results of the solver 'dp'; there are");
    folder.run("report r.csv --solvers dp").fails_with("there are those of greedy, ilp, price");
    for shift in ["0", "-1", "x", "inf"] {
        folder.run(&format!("report r.csv --shift {shift}")).exits(2);
    }
    folder.run("report").exits(2);
    let first = row("one", 1, "price", "optimal 1 1", "1").replace(",abc,", ",def,");
    folder.write("first.csv", format!("{HEAD}\n{first}"));
    let text = folder.run("report first.csv r.csv").exits(0).stdout;
    assert!(text.contains("by that of price (abc),"), "the one with the most rows: {text}");
}

#[test]
fn files_are_read_together_and_stdin_is_one() {
    let sample = sample();
    let (price, others): (Vec<&str>, Vec<&str>) =
        sample.lines().skip(1).partition(|line| line.contains(",price,"));
    let file = |rows: &[&str]| format!("{HEAD}\n{}\n", rows.join("\n"));
    let folder = Folder::with(&[("r.csv", &file(&price)), ("all.csv", &sample)]);
    let text = feed_in(folder.path(), "report r.csv -", file(&others).as_bytes()).exits(0).stdout;
    let whole = folder.run("report all.csv").exits(0).stdout;
    assert!(text.contains("- files: r.csv, stdin\n"), "{text}");
    assert_eq!(cells(&text, "Times", "ilp"), cells(&whole, "Times", "ilp"));
    let twice = folder.run("report all.csv r.csv").exits(0).stdout;
    assert!(twice.contains("or else the first: r.csv:2, r.csv:3, r.csv:4\n"), "{twice}");
    assert_eq!(cells(&twice, "Times", "ilp"), cells(&whole, "Times", "ilp"));
}

#[test]
fn the_ending_decides_on_the_format_and_charts_stand_beside_markdown() {
    let folder = Folder::with(&[("r.csv", &sample())]);
    for ending in ["md", "html", "json", "txt"] {
        let said = folder.run(&format!("report r.csv -o out.{ending}")).exits(0);
        assert_eq!(said.stdout, "");
        assert!(said.stderr.starts_with(&format!("wrote out.{ending}, ")), "{said:?}");
        assert_eq!(said.stderr.lines().count(), 1);
    }
    let names = ["out-profile.svg", "out-scaling.svg", "out.html", "out.json", "out.md", "out.txt"];
    assert_eq!(folder.names(), [names.as_slice(), &["r.csv"]].concat());
    let read = |name: &str| String::from_utf8(folder.read(name)).unwrap();
    let markdown = read("out.md");
    assert!(markdown.contains("![Performance profile](out-profile.svg)"), "{markdown}");
    assert!(markdown.contains("![Time against runs](out-scaling.svg)"), "{markdown}");
    let html = read("out.html");
    let svg = read("out-profile.svg");
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains(svg.trim_end()));
    assert_eq!(html.matches("<svg").count(), 2);
    assert_eq!(read("out.txt"), folder.run("report r.csv").stdout);
    for format in ["text", "markdown", "html", "json"] {
        let twice =
            [(); 2].map(|()| folder.run(&format!("report r.csv --format {format}")).exits(0));
        assert_eq!(twice[0].stdout, twice[1].stdout);
        assert_ne!(twice[0].stdout, "");
    }
    let json = folder.run("report r.csv --format json").json();
    assert_eq!(json["profile"]["problems"], 3);
    assert_eq!(json["times"][1]["ratio"]["problems"], 3);
    assert_eq!(json["contradictions"].as_array().unwrap().len(), 0);
    folder.run("report r.csv -o no/r.md").fails_with("cannot write no/r.md: no is no folder");
    folder.run("report r.csv -o out.pdf").fails_with("out.pdf: the ending must be .txt, .md,");
    folder.run("report r.csv -o out.pdf --format html").exits(0);
    folder.run("report r.csv -o out.md --format html").exits(2);
    let printed = folder.run("report r.csv --format markdown").stdout;
    assert!(printed.contains("(chart: Performance profile)"), "no files beside stdout");
    assert_eq!(folder.names().len(), 8);
}

/// Cells that would be markup, a command of a terminal, or more than a cell.
const HOSTILE: [&str; 7] = [
    "\"</td></table><script>alert(1)</script>\"",
    "\"a|b\nc | `d` ![x](https://e.f/g)\"",
    "\u{1b}[2J\u{1b}[31mred",
    "\"\"\"><img src=x onerror=alert(1)>\"",
    "\u{202E}txt.exe",
    "--max-rules 60",
    "'; DROP TABLE results; --",
];

#[test]
fn hostile_cells_stay_text() {
    let mut text = format!("{HEAD}\n");
    for cell in HOSTILE {
        for solver in ["price", cell] {
            let about = [cell; 3].join(",");
            let rest = [cell; 4].join(",");
            let answer = "optimal,,,,,7,7,0,true,1,5,";
            text.extend([about.as_str(), ",,10,1,60,", solver, ",", answer, ",", &rest, "\n"]);
        }
    }
    let folder = Folder::with(&[("<b>|`r.csv", &text)]);
    folder.write("r.csv", &text);
    let printed = folder.run("report <b>|`r.csv").exits(0).stdout;
    assert!(!printed.contains(['\u{1b}', '\u{202E}']), "{printed}");
    folder.run("report <b>|`r.csv -o o.html").exits(0);
    let html = String::from_utf8(folder.read("o.html")).unwrap();
    for markup in ["<script", "<img", "<b>", "onerror=alert(1)>\"", "\u{1b}", "\u{202E}"] {
        assert!(!html.contains(markup), "{markup} in {html}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    folder.run("report <b>|`r.csv -o o.md").exits(0);
    let markdown = String::from_utf8(folder.read("o.md")).unwrap();
    assert!(!markdown.contains(['<', '\u{1b}', '\u{202E}']), "{markdown}");
    assert!(!markdown.contains("![x]") && !markdown.contains("https://"), "{markdown}");
    let mut columns = None;
    for line in markdown.lines() {
        // Every row has as many cells as its head.
        let bars = line.replace("\\\\", "").replace("\\|", "").matches('|').count();
        let row = line.starts_with('|');
        assert!(row || bars == 0, "{line}");
        assert!(columns.is_none_or(|columns| !row || columns == bars), "{line}");
        columns = row.then_some(bars);
    }
}

#[test]
fn claims_that_contradict_one_another_are_loud() {
    let mut text = sample();
    text += &row("ten", 10, "dp", "optimal 49 49", "1");
    text += &row("hundred", 100, "dp", "infeasible", "1");
    let folder = Folder::with(&[("r.csv", &text)]);
    let said = folder.run("report r.csv").exits(1);
    let first = "ten: dp (r.csv:11) has a cover of cost 49, but price (r.csv:2) proves at least 50";
    let last = "hundred: price (r.csv:5) has a cover, but dp (r.csv:12) proves that there is none";
    for told in [&said.stdout, &said.stderr] {
        assert!(told.contains(first) && told.contains(last), "{said:#?}");
    }
    assert!(said.stdout.contains("\nWRONG: 3 contradictions."), "{said:#?}");
    folder.run("report r.csv -o o.html").exits(1);
    let html = String::from_utf8(folder.read("o.html")).unwrap();
    assert!(html.contains("role=\"alert\"") && html.contains(first), "the report is written");
}

#[test]
fn bad_files_are_named_with_their_line() {
    let folder = Folder::with(&[("empty.csv", ""), ("head.csv", &format!("{HEAD}\n"))]);
    folder.run("report none.csv").fails_with("none.csv: No such file");
    folder.run("report empty.csv").fails_with("empty.csv: empty; a header and rows are expected");
    folder.run("report head.csv").fails_with("head.csv: a header without rows");
    folder.write("r.csv", "instance,outcome\na,optimal\n");
    folder.run("report r.csv").fails_with("r.csv:1: no column `solver`");
    let cases = [
        ("a,b,best,1,1", "r.csv:3: outcome is 'best'; one of optimal,"),
        ("a,b,optimal,many,1", "r.csv:3: cost is 'many'; a whole number below 2^64 is expected"),
        ("a,b,optimal,1,-3", "r.csv:3: milliseconds is '-3'; a number of at least 0"),
        ("a,b,\u{1b}[2J,1,1", "r.csv:3: outcome is '\\u{1b}[2J'"),
        ("a,b", "r.csv:3: 2 cells; the header has 5"),
    ];
    for (row, message) in cases {
        let head = "instance,solver,outcome,cost,milliseconds\na,c,optimal,1,1\n";
        folder.write("r.csv", format!("{head}{row}\n"));
        folder.run("report r.csv -o o.md").fails_with(message);
    }
    assert_eq!(folder.names(), ["empty.csv", "head.csv", "r.csv"], "nothing is written");
}

#[test]
fn the_least_that_a_row_has_is_enough() {
    let folder = Folder::with(&[("r.csv", "outcome,solver,instance\noptimal,a,x\nrefused,b,x\n")]);
    let text = folder.run("report r.csv").exits(0).stdout;
    assert!(text.contains("- rows: 2 (1 optimal, 1 refused)"), "{text}");
    assert!(text.contains("No row has a time."), "{text}");
    assert!(text.contains("Nobody proves anything in a time. Without a timed proof"), "{text}");
    assert!(text.contains("No answer has both a time and this size."), "{text}");
    for ending in ["md", "html", "json"] {
        folder.run(&format!("report r.csv -o o.{ending}")).exits(0);
    }
    assert_eq!(folder.names(), ["o.html", "o.json", "o.md", "r.csv"], "no charts of nothing");
}

#[test]
fn what_cannot_be_told_is_not_told() {
    let mut text = format!("{HEAD}\n");
    for (i, n) in [10, 20, 40, 80].into_iter().enumerate() {
        let name = format!("i{i}");
        let ms = f64::from(n).to_string();
        text += &row(&name, n, "price", "optimal 50 50", &ms);
        // An exact solver that a limit of 50 ms stops.
        let stopped = if n == 80 { "feasible 50" } else { "optimal 50 50" };
        text += &row(&name, n, "ilp", stopped, if n == 80 { "50" } else { &ms });
        text += &row(&name, n, "greedy", "feasible 50", ["9", "1", "1", "9"][i]);
    }
    let nothing = row("empty", 0, "greedy", "optimal 0 0", "1");
    text += &nothing.replace(",0,0,1,60,", ",0,0,0,60,");
    let little =
        text.replace(",10000", ",100").replace(",800000,", ",100,").replace("00000,", "000,");
    let folder = Folder::with(&[("r.csv", &text), ("little.csv", &little)]);
    let text = folder.run("report r.csv").exits(0).stdout;
    assert!(text.contains("left out: greedy. Left out as well: 1 instance with nothing"), "{text}");
    assert!(text.contains("Not told: greedy. Without proof, and"), "{text}");
    assert!(text.contains("and left out: ilp 1."), "{text}");
    let law = ["3", "3", "1.00", "0.00", "1.00", "1.00 ms"];
    assert_eq!(cells(&text, "Time against runs", "ilp")[1..], law);
    assert_eq!(cells(&text, "Times", "price")[5..], ["293 KiB", "781 KiB"]);
    assert_eq!(cells(&text, "Times", "greedy")[5..], ["< 256 KiB", "781 KiB"]);
    let text = folder.run("report little.csv").exits(0).stdout;
    assert!(!text.contains("memory"), "{text}");
}

#[test]
fn another_instance_of_the_same_name_is_no_contradiction() {
    let mut text = format!("{HEAD}\n");
    text += &row("a", 10, "price", "optimal 50 50", "1");
    text += &row("a", 20, "ilp", "optimal 70 70", "1");
    let folder = Folder::with(&[("r.csv", &text)]);
    let text = folder.run("report r.csv").exits(0).stdout;
    assert!(text.contains("- told apart, for sizes or seeds under one name differ: a\n"), "{text}");
    assert!(
        text.contains("Without an instance in common with these, and left out: ilp."),
        "{text}"
    );
}
