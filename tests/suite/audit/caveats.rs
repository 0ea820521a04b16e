//! What an audit says of how far its records carry.

use super::{FILES, cidr, groups, interfaces, log, permission, refused, world};
use crate::binary::Folder;

#[test]
fn commands_say_what_was_not_looked_at() {
    let folder = world();
    let log = String::from_utf8(folder.read("a.log")).expect("UTF-8");
    folder.write("a.log", format!("{log}3 eni-1 - - - - - - - 1500 1560 - SKIPDATA -\n"));
    let carried: [(&str, &str, &[&str]); 2] =
        [("eni-1", "10.0.0.7", &["sg-1"]), ("eni-2", "10.0.0.9", &["sg-1"])];
    folder.write("interfaces.json", interfaces(&carried));
    for name in ["groups.json", "interfaces.json"] {
        let text = String::from_utf8(folder.read(name)).expect("UTF-8");
        folder.write(name, text.replace(r#""sg-1""#, r#""sg-0123456789abcdef0""#));
    }
    let script = folder.run(&format!("{FILES} --format cli")).exits(0).stdout;
    for line in [
        "# Judged by 20 records of 1 interface, from 1970-01-01T00:",
        "What is used more rarely is not in them, and may be shut.",
        "# 1 of these (5.0 %) are windows of which AWS lost records (SKIPDATA).",
        "# WARNING: 1 interface of this group without any record, so that what is needed there",
        "and may be shut: eni-2.",
        "# New rules let in 1 client that no rule lets in today",
    ] {
        assert!(script.contains(line), "{line}\n{script}");
    }
    let text = folder.run(FILES).exits(0).stdout;
    assert!(text.contains("1 of 2 interfaces without records"), "{text}");
    assert!(text.contains("records were lost in 1 window (SKIPDATA, "), "{text}");
    let audit = folder.run(&format!("{FILES} --format json")).exits(0).json();
    let caveats = audit["groups"][0]["proposal"]["changes"]["caveats"].as_array();
    assert_eq!(caveats.map(Vec::len), Some(4));
    assert_eq!(audit["interfaces"][0]["skipdata"], 1);
    assert_eq!(audit["window"]["start"], audit["interfaces"][0]["window"]["start"]);
}

#[test]
fn a_log_without_clients_takes_no_rule_away() {
    let folder = world();
    let header = log("eni-1", "10.0.0.7", &[]);
    let refused = refused("eni-1", "10.0.0.7", "203.0.113.9", 443);
    folder.write("a.log", header + &refused);
    let audit = folder.run(&format!("{FILES} --format json")).exits(0).json();
    assert_eq!(audit["groups"][0]["proposal"]["outcome"], "not-judged");
    assert!(folder.run(&format!("{FILES} --format cli")).exits(0).stdout.is_empty());
}

/// A group of one interface with a service on each of some ports.
fn serving(permissions: &[String], ports: &[u16], more: &str) -> Folder {
    let folder = Folder::new();
    let connections: Vec<(&str, u16, u16, u32)> =
        (40_000..).zip(ports).map(|(theirs, &port)| ("203.0.113.9", theirs, port, 1_000)).collect();
    folder.write("a.log", log("eni-1", "10.0.0.7", &connections) + more);
    folder.write("groups.json", groups(&[("sg-1", permissions)]));
    folder.write("interfaces.json", interfaces(&[("eni-1", "10.0.0.7", &["sg-1"])]));
    folder
}

#[test]
fn rejected_records_are_told_apart_by_what_could_shut_them() {
    let more: String = [443, 445, 447, 9_000]
        .map(|port| refused("eni-1", "10.0.0.7", "198.51.100.4", port))
        .concat();
    let rule = permission("tcp", 0, 8_000, &cidr("0.0.0.0/0"));
    let folder = serving(&[rule], &[443, 447], &more);
    let line = format!("{FILES} --max-rules 1 --format json");
    let replay = folder.run(&line).exits(0).json()["replay"].clone();
    // One rule opens 443 to 447: 443 and 447 are used, 445 stays open without use.
    assert_eq!(replay["rejected"], 4);
    assert_eq!(replay["rejected_let_in_today"], 3);
    assert_eq!(replay["rejected_let_in_proposed"], 3);
    assert_eq!(replay["rejected_to_used_ports"], 2);
    let text = folder.run(&format!("{FILES} --max-rules 1")).exits(0).stdout;
    assert!(
        text.contains("2 to ports that the source uses, 1 to ports that stay open without use"),
        "{text}"
    );
}

#[test]
fn rules_that_only_several_cover_are_found() {
    let everybody = cidr("0.0.0.0/0");
    let rules = [
        permission("tcp", 100, 200, &everybody),
        permission("tcp", 150, 300, &everybody),
        permission("tcp", 120, 220, &cidr("10.0.0.0/8")),
    ];
    let folder = serving(&rules, &[443], "");
    let audit = folder.run(&format!("{FILES} --format json")).exits(0).json();
    let covered =
        |at: usize| audit["groups"][0]["rules"][at]["covered_by"].as_array().map(Vec::len);
    assert_eq!([covered(0), covered(1), covered(2)], [Some(0), Some(0), Some(2)]);
    let markdown = folder.run(&format!("{FILES} --format markdown")).exits(0).stdout;
    let remark = "covered by tcp/100-200 from 0.0.0.0/0 and tcp/150-300 from 0.0.0.0/0";
    assert!(markdown.contains(remark), "{markdown}");
}
