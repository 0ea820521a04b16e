//! Inputs that are damaged, empty or of no known kind: what is said, and with which exit status.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::binary::{Folder, feed_in, gzip, only, rules};

const LOG: &str = "\
2 1 eni-1 10.0.0.9 10.0.0.1 50000 443 6 9 900 1 2 ACCEPT OK
2 1 eni-1 10.0.0.8 10.0.0.1 50001 80 6 9 900 1 2 ACCEPT OK
2 1 eni-1 10.0.0.9 10.0.0.1 50002 53 17 9 900 1 2 ACCEPT OK
2 1 eni-1 - - - - - - - 1 2 - NODATA
";

#[test]
fn an_input_without_ports_is_an_error_that_names_it() {
    let folder =
        Folder::with(&[("empty", ""), ("comments", "# one\n\n  # two\n"), ("blank", "\n")]);
    for name in ["empty", "comments", "blank"] {
        folder.run(&format!("solve {name}")).fails_with(&format!("{name}: no port and no record"));
    }
    folder.write("empty.gz", gzip(b""));
    folder.run("solve empty.gz").fails_with("empty.gz: no port and no record");
}

#[test]
fn a_folder_without_ports_is_an_error_that_names_it() {
    let folder = Folder::with(&[("logs/empty", "")]);
    folder.run("solve logs").fails_with("logs: no port and no record");
}

#[test]
fn a_bad_line_of_a_list_is_named_by_file_and_line() {
    for (text, message) in [
        ("70000\n", "list.txt:1: port 70000 is out of range; ports are 0 to 65535"),
        ("80\n# c\n86-80\n", "list.txt:3: range 86-80 ends before it starts; write 80-86"),
        ("80\n443, https\n", "list.txt:2: 'https' is not a port or a range"),
        ("80\nicmp/8\n", "list.txt:2: 'icmp' is not a protocol with ports"),
        ("80\n65535-65536\n", "list.txt:2: port 65536 is out of range"),
        ("80\n-1\n", "list.txt:2: '-1' is not a port or a range"),
        ("80\n1-2-3\n", "list.txt:2: '1-2-3' is not a port or a range"),
        ("80\n80;81\n", "list.txt:2: '80;81' is not a port or a range"),
    ] {
        let folder = Folder::with(&[("list.txt", text)]);
        folder.run("solve list.txt").fails_with(message);
        folder.run("front list.txt").fails_with(message);
    }
}

#[test]
fn a_bad_line_in_a_folder_is_an_error_too() {
    let folder = Folder::with(&[("in/a.txt", "80\n"), ("in/b.txt", "80\n70000\n")]);
    let b = format!("in{}b.txt:2: port 70000", std::path::MAIN_SEPARATOR);
    let said = folder.run("solve in").exits(1).notes(&b);
    assert!(said.stdout.contains("in/a.txt: 1 tcp used port"), "the other list is answered");
    folder.run("solve in --strict").fails_with("stopped, as --strict asks");
}

#[test]
fn a_truncated_gzip_is_an_error_and_what_came_before_is_read() {
    let folder = Folder::new();
    let whole = gzip(LOG.repeat(500).as_bytes());
    // Without the checksum at the end all records are there, and still it is cut off.
    for (name, end) in [("cut.log.gz", whole.len() / 2), ("tail.gz", whole.len() - 4)] {
        folder.write(name, &whole[..end]);
        let said = folder.run(&format!("solve {name}")).exits(1);
        let said = said.notes(&format!("{name}: ")).notes("the file is damaged or cut off");
        assert!(said.stdout.contains("tcp ports       80, 443"), "{said:#?}");
        folder.run(&format!("solve {name} --strict")).fails_with("stopped, as --strict asks");
    }
    folder.write("head.gz", &whole[..5]);
    folder.run("solve head.gz").fails_with("the file is damaged or cut off");
}

#[test]
fn a_gzip_with_a_wrong_checksum_is_an_error() {
    let folder = Folder::new();
    let mut bytes = gzip(LOG.as_bytes());
    let at = bytes.len() - 8;
    bytes[at] ^= 1;
    folder.write("wrong.gz", bytes);
    folder.run("solve wrong.gz").exits(1).notes("wrong.gz: ");
    folder.run("solve wrong.gz --strict").fails_with("wrong.gz: ");
}

#[test]
fn every_member_of_a_gzip_is_read() {
    let folder = Folder::new();
    let lines: Vec<&str> = LOG.split_inclusive('\n').collect();
    let members: Vec<u8> = lines.iter().flat_map(|line| gzip(line.as_bytes())).collect();
    folder.write("members.log.gz", members);
    let report = folder.solve_json("members.log.gz", "");
    assert_eq!(report["records"]["read"], 4);
    assert_eq!(report["records"]["accepted"], 3);
    assert_eq!(rules(only(&report)), "80 443 udp/53");
    folder.write("list.gz", [gzip(b"80\n"), gzip(b"82\n")].concat());
    assert_eq!(rules(only(&folder.solve_json("list.gz", ""))), "80 82");
}

#[test]
fn what_is_not_there_is_an_error() {
    let folder = Folder::with(&[("a.txt", "80\n")]);
    folder.run("solve nowhere.txt").fails_with("nowhere.txt: ");
    let said = folder.run("solve a.txt nowhere/").exits(1).notes("nowhere/: ");
    assert!(said.stdout.starts_with("a.txt: 1 tcp used port"), "the other input is answered");
    folder.run("solve *.log").fails_with("*.log: matches no file");
    folder.run("solve [a.txt").fails_with("[a.txt: not a pattern");
}

#[test]
fn a_file_of_no_known_kind_is_an_error_when_it_was_named() {
    let folder = Folder::with(&[
        ("letter.txt", "Dear reader,\n80\n"),
        ("valid.json", "{\"messageType\": \"DATA_MESSAGE\"}\n"),
    ]);
    folder.write("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    // No zero in it, and no text either.
    folder.write("noise", b"\x01\x02\x84\xff\xfe\x91\x07\x80\xc3\x05");
    for name in ["image.png", "noise"] {
        let message = format!("{name}: binary, so neither a list nor a flow log");
        folder.run(&format!("solve {name}")).fails_with(&message);
    }
    for name in ["letter.txt", "valid.json"] {
        let message = format!(
            "{name}: neither a port list (such as 443 or 80-86) nor an address list (such as \
             10.0.0.0/8) nor a flow log"
        );
        folder.run(&format!("solve {name}")).fails_with(&message);
    }
}

#[test]
fn stray_files_in_a_folder_are_noted_and_left_out() {
    let folder = Folder::with(&[
        ("in/README.md", "# Logs\n\nof last week\n"),
        ("in/a.log", LOG),
        ("in/empty", ""),
        ("in/list.txt", "22\n"),
        ("in/nat.log", "interface-id srcaddr dstaddr\neni-1 10.0.0.1 10.0.0.2\n"),
    ]);
    folder.write("in/image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let said = folder.run("solve in").exits(0);
    let skipped = said.stderr.lines().filter(|line| line.contains(": skipped: ")).count();
    assert_eq!(skipped, 4, "{said:#?}");
    for name in ["README.md", "empty", "nat.log", "image.png"] {
        let line = format!("in{}{name}: skipped: ", std::path::MAIN_SEPARATOR);
        assert!(said.stderr.contains(&line), "{name} in {said:#?}");
    }
    assert!(said.stderr.contains("image.png: skipped: binary"), "{said:#?}");
    assert!(!said.stderr.contains('\u{1a}'), "what a file holds is shown escaped");
    for i in 0..300 {
        folder.write(&format!("in/{i}.bin"), b"\x7fELF\0\x02");
    }
    let said = folder.run("solve in").exits(0);
    let skipped: Vec<&str> =
        said.stderr.lines().filter(|line| line.contains("skipped: ")).collect();
    assert_eq!(skipped.len(), 4, "{said:#?}");
    assert!(
        skipped.iter().any(|line| line.starts_with("301 files: skipped: binary: in")),
        "{said:#?}"
    );
    assert!(skipped.iter().all(|line| line.len() < 280), "{said:#?}");
    let report = folder.solve_json("in", "");
    let answers = report["answers"].as_array().unwrap();
    assert_eq!(answers.iter().map(rules).collect::<Vec<_>>(), ["80 443 udp/53", "22"]);
}

#[test]
fn a_bad_record_is_counted_and_the_rest_is_read() {
    let folder = Folder::with(&[("a.log", LOG)]);
    let damaged = format!("{LOG}2 1 eni-1 x\n{}", LOG.replace(" 443 ", " 70000 "));
    folder.write("damaged.log", damaged);
    let said = folder
        .run("solve damaged.log")
        .exits(0)
        .notes("damaged.log: line 5: not a record: 4 fields, the format has 14")
        .notes("damaged.log: line 6: not a record: dstport '70000' is not a port, 0 to 65535")
        .notes(
            "9 flow-log records: 5 accepted, 0 rejected, 2 NODATA, 0 SKIPDATA (0.0 %), 2 malformed",
        );
    assert!(said.stdout.contains("80, 443"));
    let records = &folder.solve_json("damaged.log", "")["records"];
    assert_eq!(records["malformed"], 2);
    assert_eq!(records["read"], 9);
}

#[test]
fn a_log_whose_first_record_is_bad_is_a_log() {
    let bad = LOG.lines().next().unwrap().replace(" 443 ", " 70000 ") + "\n";
    let folder = Folder::with(&[("a.log", &bad)]);
    folder.run("solve a.log").fails_with("line 1: dstport '70000' is not a port, 0 to 65535");
}

#[test]
fn many_bad_records_are_counted_and_a_few_named() {
    let folder = Folder::with(&[("a.log", &format!("{LOG}{}", "2 1 eni-1\n".repeat(50)))]);
    let said = folder.run("solve a.log").exits(0).notes("a.log: 47 more lines are not records");
    assert_eq!(said.stderr.matches("not a record: ").count(), 3);
}

#[test]
fn a_log_of_bad_records_only_is_an_error() {
    let folder = Folder::with(&[(
        "a.log",
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
         start end action log-status\n2 1 eni-1 - - - - - - - 1 2 -\n",
    )]);
    let message = "a.log: none of its records is valid; line 2: 13 fields, the format has 14";
    folder.run("solve a.log").fails_with(message);
}

#[test]
fn a_log_without_the_ports_is_an_error_that_names_the_column() {
    let folder = Folder::with(&[(
        "a.log",
        "interface-id srcaddr dstaddr srcport protocol\neni-1 10.0.0.1 10.0.0.2 5000 6\n",
    )]);
    folder.run("solve a.log").fails_with("a.log: the log has no dstport column");
    folder.write("b.log", "interface-id srcport dstport protocol\neni-1 5000 80 6\n");
    folder
        .run("solve b.log")
        .fails_with("b.log: the log does not say which ports are an interface's");
    assert_eq!(rules(only(&folder.solve_json("b.log", "--port dst"))), "80");
    assert_eq!(rules(only(&folder.solve_json("a.log", "--port src"))), "5000");
}

#[test]
fn missing_columns_are_reported_and_count_as_accepted() {
    let folder = Folder::with(&[("a.log", "interface-id dstport\neni-1 80\neni-1 81\n")]);
    folder
        .run("solve a.log --port dst")
        .exits(0)
        .notes("a.log: no action column: every record counts as ACCEPT")
        .notes("a.log: no log-status column: every record counts as OK")
        .notes("a.log: no protocol column: every port counts as tcp");
    let report = folder.solve_json("a.log", "--port dst");
    assert_eq!(report["records"]["accepted"], 2);
    assert_eq!(rules(only(&report)), "80-81");
    let folder = Folder::with(&[("a.log", "dstport action\n80 ACCEPT\n81 REJECT\n")]);
    folder.run("solve a.log --port dst").exits(0).notes("no interface-id column");
    let report = folder.solve_json("a.log", "--port dst");
    assert_eq!(only(&report)["interface"], serde_json::Value::Null);
    assert_eq!(rules(only(&report)), "80");
}

#[test]
fn a_column_that_only_the_first_part_of_a_log_lacks_is_reported() {
    let log = "interface-id dstport\neni-1 80\ninterface-id dstport action\neni-1 81 REJECT\n";
    let folder = Folder::with(&[("a.log", log)]);
    assert_eq!(rules(only(&folder.solve_json("a.log", "--port dst"))), "80");
    folder
        .run("solve a.log --port dst")
        .exits(0)
        .notes("no action column: every record counts as ACCEPT");
}

#[test]
fn times_to_come_are_reported() {
    let folder =
        Folder::with(&[("a.log", &LOG.replace(" 1 2 ACCEPT", " 4102444800 4102444860 ACCEPT"))]);
    folder
        .run("solve a.log")
        .exits(0)
        .notes("eni-1 has records of times to come; is a clock wrong?");
    folder.write("b.log", LOG.replace(" 1 2 ACCEPT", " 1 99999999999999 ACCEPT"));
    let message = "end '99999999999999' is not a time in seconds since 1970";
    folder.run("solve b.log").exits(0).notes(message);
}

#[cfg(unix)]
#[test]
fn a_folder_in_itself_is_reported_and_the_rest_is_read() {
    let folder = Folder::with(&[("in/a.log", LOG)]);
    std::os::unix::fs::symlink(folder.path().join("in"), folder.path().join("in/loop")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("in/gone.log")).unwrap();
    let said = folder.run("solve in").exits(1).notes("in/loop: ").notes("in/gone.log: ");
    assert!(said.stdout.contains("tcp ports       80, 443"), "{said:#?}");
    folder.run("solve in --strict").fails_with("stopped, as --strict asks");
}

#[test]
fn a_line_without_end_is_one_bad_record() {
    let folder = Folder::new();
    let long = "x".repeat(3 << 20);
    folder.write("a.log", format!("{LOG}{long}\n{LOG}"));
    folder
        .run("solve a.log")
        .exits(0)
        .notes("a.log: line 5: not a record: the line is longer than 65536 bytes")
        .notes("9 flow-log records: 6 accepted");
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(format!("{LOG}{}", "0".repeat(40 << 20)).as_bytes()).unwrap();
    folder.write("b.log.gz", bomb.finish().unwrap());
    folder.run("solve b.log.gz").exits(1).notes("it unpacks to more than 200 times its size");
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_an_error() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::with(&[("in/a.txt", "80\n"), ("list.txt", "80\n")]);
    let (inside, list) = (folder.path().join("in"), folder.path().join("list.txt"));
    for path in [&inside, &list] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    }
    let readable = fs::read_dir(&inside).is_ok();
    if readable {
        eprintln!("SKIPPED: this user may read everything, so no folder is unreadable");
    } else {
        folder.run("solve in").fails_with("in: ");
        folder.run("solve list.txt").fails_with("list.txt: ");
    }
    fs::set_permissions(&inside, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn standard_input_is_read() {
    let folder = Folder::with(&[("log", LOG)]);
    let said = feed_in(folder.path(), "solve - --format json", b"80-82\r\n85\n").exits(0);
    let report = said.json();
    assert_eq!(only(&report)["input"], "-");
    assert_eq!(rules(only(&report)), "80-82 85");
    let said = feed_in(folder.path(), "solve - --format json -o a.json", &gzip(LOG.as_bytes()));
    assert_eq!(said.exits(0).stdout, "");
    feed_in(folder.path(), "check - a.json", LOG.as_bytes()).exits(0);
    feed_in(folder.path(), "check - a.json", b"80\n").exits(1);
    feed_in(folder.path(), "solve -", b"").fails_with("-: no port and no record in it");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    let folder = Folder::with(&[("list.txt", "\u{feff}80\r\n81\r\n")]);
    assert_eq!(rules(only(&folder.solve_json("list.txt", ""))), "80-81");
    folder.write("a.log", format!("\u{feff}{LOG}").replace('\n', "\r\n"));
    let report = folder.solve_json("a.log", "");
    assert_eq!(report["records"]["malformed"], 0);
    assert_eq!(rules(only(&report)), "80 443 udp/53");
}
