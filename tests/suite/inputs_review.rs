//! What is read of inputs, and what is said of what is not.

use std::fmt::Write as _;

use crate::binary::{Folder, Said, only, rules};

const LOG: &str = "\
2 1 eni-1 10.0.0.9 10.0.0.1 50000 443 6 9 900 1 2 ACCEPT OK
2 1 eni-1 10.0.0.8 10.0.0.1 50001 80 6 9 900 1 2 ACCEPT OK
2 1 eni-1 10.0.0.7 10.0.0.1 50002 53 17 9 900 1 2 ACCEPT OK
";

const TABLE: &str = "\
interface,protocol,port,class,decided_by,endpoints,flows,packets,bytes,first_seen,last_seen
eni-1,tcp,80,service,fan-in,9,90,90,900,,
eni-1,tcp,443,service,fan-in,9,2,90,900,,
eni-1,tcp,8443,unknown,nothing,1,5,90,900,,
eni-1,tcp,9443,service,,,,,,,
";

#[track_caller]
fn lacks(said: &Said, text: &str) {
    assert!(!said.stderr.contains(text), "'{text}' in {said:#?}");
}

#[test]
fn flags_overrule_a_table_as_they_do_a_log() {
    let folder = Folder::with(&[("t.csv", TABLE)]);
    for (flags, expected) in [
        ("", "80 443 9443"),
        ("--include 8443", "80 443 8443 9443"),
        ("--include udp/8443", "80 443 9443"),
        ("--exclude tcp/80-443", "9443"),
        ("--include 8443 --exclude 8443", "80 443 9443"),
        ("--min-flows 3", "80 9443"),
        ("--min-flows 3 --include 443", "80 443 9443"),
    ] {
        let report = folder.solve_json("t.csv", flags);
        assert_eq!(rules(only(&report)), expected, "{flags}");
    }
    let said = folder.run("solve t.csv --min-flows 3").exits(0);
    said.notes("t.csv: 1 port without a number of flows, so --min-flows does not apply");
    let said = folder.run("solve t.csv --include 8443,7 --exclude 80").exits(0);
    lacks(&said, "8443 is overruled");
    lacks(&said, " 80 is overruled");
    said.notes("7 is overruled, but no port of it has records");
}

#[test]
fn flags_that_cannot_apply_to_a_table_are_named() {
    let folder = Folder::with(&[("t.csv", TABLE)]);
    let flags = "--since 5 --until 9 --account 1 --action all";
    let said = folder.run(&format!("solve t.csv {flags}")).exits(0);
    said.notes("t.csv: a table of ports has no records, so this does not apply: --account, --action, --since, --until");
    lacks(&folder.run("solve t.csv").exits(0), "does not apply");
}

#[test]
fn a_table_from_a_spreadsheet_is_read() {
    let quoted = TABLE.lines().next().unwrap().replace(',', "\",\"");
    let rest = TABLE.split_once('\n').unwrap().1;
    let quoted = format!("\"{quoted}\"\n{rest}");
    let folder = Folder::new();
    for (name, text) in [
        ("quoted", quoted.clone()),
        ("semicolons", TABLE.replace(',', ";")),
        ("tabs", TABLE.replace(',', "\t")),
        ("blank", format!("\n \r\n,,,,\n{TABLE},,,,,,,,,,\n\n")),
        ("mark", format!("\u{feff}{TABLE}")),
        ("all", format!("\u{feff}\n;;;\n{}", quoted.replace(',', ";").replace('\n', "\r\n"))),
        ("spaces", TABLE.replace(',', " , ")),
        ("more", TABLE.replace("service,fan-in", "service, \"fan-in\"")),
    ] {
        folder.write(name, text);
        let said = folder.run(&format!("solve {name} --format json")).exits(0);
        assert_eq!(rules(only(&said.json())), "80 443 9443", "{name}");
        let said = folder.run(&format!("solve {name} --min-flows 3 --format json")).exits(0);
        assert_eq!(rules(only(&said.json())), "80 9443", "{name}");
    }
}

#[test]
fn a_table_that_cannot_be_read_says_what_it_is_taken_for() {
    let folder = Folder::new();
    for (text, message) in [
        ("\n\ninterface;protocol;port;class\r\n\r\neni-1;tcp;https;service\r\n", ":5: 'https' is"),
        ("interface,protocol,port,class\neni-1,tcp,1,service,x\n", ":2: 5 cells, the header has 4"),
        ("interface,protocol,port,class\neni-1,tcp,1\n", ":2: '' is not a class"),
    ] {
        folder.write("t.csv", text);
        let said = folder.run("solve t.csv").exits(1);
        assert!(said.stderr.contains("taken for a table of ports"), "{said:#?}");
        said.fails_with(&format!("t.csv{message}"));
    }
}

#[test]
fn with_a_log_format_a_stray_file_is_no_log() {
    let format = ["--log-format", "dstport action"];
    let folder = Folder::with(&[
        ("in/a.log", "443 ACCEPT\n80 ACCEPT\n"),
        ("in/b.log", "some words\n22 ACCEPT\n"),
        ("in/README.md", "# Logs\n\nof last week, which are text\n"),
    ]);
    let solve = |input: &str, flags: &[&str]| -> Said {
        let mut command = crate::binary::command_in(folder.path());
        command.args(["solve", "--port", "dst", "--format", "json"]).args(format);
        crate::binary::said(command.args(flags).arg(input))
    };
    let said = solve("in", &[]).exits(0).notes("README.md: skipped: ");
    assert_eq!(said.json()["records"]["read"], 4, "{said:#?}");
    assert_eq!(rules(only(&said.json())), "22 80 443");
    solve("in/README.md", &[]).fails_with("--input-format text reads it all the same");
    solve("in/README.md", &["--input-format", "text"]).fails_with("none of its records is valid");
}

#[test]
fn a_log_in_a_folder_that_lacks_columns_is_counted_and_stops_what_is_strict() {
    let folder = Folder::with(&[("in/a.log", LOG), ("in/b.log", "interface-id srcaddr dstaddr\n")]);
    folder
        .run("solve in")
        .exits(0)
        .notes("b.log: skipped: the log has no dstport column")
        .notes("1 flow log left out, because it lacks columns (see above)");
    folder.run("solve in --strict").fails_with("stopped, as --strict asks");
    folder.write("in/c.log", "interface-id srcaddr dstaddr\n");
    folder.run("solve in").exits(0).notes("2 flow logs left out, because they lack columns");
    let folder = Folder::with(&[("in/b.log", "interface-id srcaddr dstaddr\n")]);
    let said = folder.run("solve in").exits(1).notes("nothing could be read");
    said.fails_with("b.log: skipped: the log has no dstport column");
}

/// A log of more than two blocks whose columns change places under each header.
fn swapped(first: &str, second: &str) -> String {
    let mut text = format!("{first}\n");
    for i in 0..8_000 {
        let (host, port) = (i % 200 + 10, 50_000 + i % 9_000);
        writeln!(text, "eni-0123456789abcdef0 10.0.0.{host} 10.0.0.1 {port} 443 6 ACCEPT").unwrap();
    }
    writeln!(text, "{second}").unwrap();
    for i in 0..12_000 {
        let (host, port) = (i % 200 + 10, 50_000 + i % 9_000);
        writeln!(text, "eni-0123456789abcdef0 10.0.0.{host} 10.0.0.1 443 {port} 6 ACCEPT").unwrap();
    }
    text
}

#[test]
fn a_header_in_a_later_block_counts_in_any_spelling() {
    let folder = Folder::new();
    let columns = "--column srcport=quelle,dstport=ziel-nr";
    for (first, second, flags) in [
        ("quelle ziel-nr", "ZIELNR Quelle", columns),
        (
            "Quelle ZIEL_NR",
            "\"ziel nr\" QUELLE".replace(' ', "_").replace("_Q", " Q").as_str(),
            columns,
        ),
        ("quelle ziel-nr", "${Ziel_Nr} ${QUELLE}", columns),
        ("srcport dstport", "dstPoRt srcPoRt", ""),
        ("srcport dstport", "_DST-PO-RT @src-po-rt", ""),
        ("sourceport destinationport", "  DESTINATIONPORT SOURCEPORT", ""),
    ] {
        let header = |ports: &str| {
            let indent = &ports[..ports.len() - ports.trim_start().len()];
            format!("{indent}interface-id srcaddr dstaddr {} protocol action", ports.trim_start())
        };
        let text = swapped(&header(first), &header(second));
        assert!(text.len() > 600 << 10);
        folder.write("a.log", text);
        let said = folder.run(&format!("solve a.log {flags} --format json")).exits(0);
        assert_eq!(rules(only(&said.json())), "443", "{second}");
        said.notes("20,000 flow-log records: 20,000 accepted").notes(" 0 malformed");
        let said = folder.run(&format!("solve a.log --port dst {flags} --format json")).exits(0);
        assert_eq!(rules(only(&said.json())), "443", "{second}");
    }
}

#[test]
fn ports_does_not_point_to_itself() {
    let folder = Folder::with(&[("a.log", LOG)]);
    folder.run("solve a.log").exits(0).notes("(`rangecover ports` lists them)");
    let said = folder.run("ports a.log").exits(0).notes("ports: ");
    lacks(&said, "lists them)");
}

#[test]
fn nothing_to_do_says_why() {
    let folder = Folder::with(&[("a.log", LOG), ("t.csv", TABLE)]);
    folder.write("cut.gz", &crate::binary::gzip(LOG.as_bytes())[..5]);
    for flags in ["", "--interface eni-1"] {
        let said = folder.run(&format!("solve cut.gz {flags}")).exits(1);
        lacks(&said, "nothing to do");
        said.fails_with("nothing could be read");
    }
    let said = folder.run("solve a.log --interface eni-9").exits(1);
    lacks(&said, "0 interfaces");
    let said = said.notes("no interface is left: all records were left out");
    said.fails_with("nothing to do: no input has anything that --interface selects");
    let said = folder.run("solve a.log --since 5 --account 1").exits(1);
    said.fails_with("nothing to do: no input has anything that --account, --since selects");
    let said = folder.run("solve t.csv --interface eni-9").exits(1);
    let said = said.notes("no record of interface eni-9");
    said.fails_with("nothing to do: no input has anything that --interface selects");
}

#[test]
fn records_without_a_known_side_are_counted() {
    let mut log = String::new();
    for i in 1..=21 {
        writeln!(log, "2 1 eni-1 10.0.{i}.1 10.1.{i}.2 {i} 443 6 9 900 1 2 ACCEPT OK").unwrap();
    }
    log += "2 1 eni-1 - - - - - - - 1 2 - NODATA\n";
    let folder = Folder::with(&[("a.log", &log)]);
    let note = "eni-1 has no address that stands in all of its 22 records; of 21 of them it is not \
                known which port is its own, and no rule can be derived from them";
    for command in ["solve", "ports"] {
        folder.run(&format!("{command} a.log")).exits(0).notes(note);
    }
}
