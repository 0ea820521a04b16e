//! Ports that stand on the command line where a file could be named.

use crate::binary::{Folder, only, rules, run};

#[test]
fn ports_are_an_instance_with_their_text_as_its_name() {
    let folder = Folder::new();
    let report = folder.solve_json("443,22,8080-8090,udp/53", "--max-rules 5");
    assert_eq!(only(&report)["input"], "443,22,8080-8090,udp/53");
    assert_eq!(rules(only(&report)), "22 443 8080-8090 udp/53");
    let report = folder.solve_json("80 8000-8100/tcp", "");
    let names: Vec<_> = report["answers"].as_array().unwrap().iter().map(|a| &a["input"]).collect();
    assert_eq!(names, ["80", "8000-8100/tcp"]);
}

#[test]
fn every_command_that_reads_port_lists_takes_them() {
    for line in [
        "front 443,22,80 --format csv",
        "compare 443,22,80 --no-times --format csv",
        "model 443,22,80 --format opb",
    ] {
        assert!(run(line).exits(0).stdout.contains("443"), "{line}");
    }
    let folder = Folder::new();
    folder.run("prove 443,22,80 -o proofs").exits(0);
    assert!(folder.path().join("proofs/443_22_80.opb").is_file());
}

#[test]
fn a_file_of_that_name_comes_first() {
    let folder = Folder::with(&[("443", "80\n")]);
    let report = folder.solve_json("443", "");
    assert_eq!(rules(only(&report)), "80");
    assert_eq!(only(&report)["input"], "443");
}

#[test]
fn a_missing_file_is_said_to_be_no_ports_either() {
    let folder = Folder::new();
    let cases = [
        ("web.txt", "web.txt: No such file or directory"),
        ("web.txt", "and not ports such as 443,8000-8100,udp/53"),
        ("443,70000", "443,70000: No such file or directory"),
        ("443,70000", "port 70000 is out of range; ports are 0 to 65535"),
        ("90-80", "range 90-80 ends before it starts; write 80-90"),
        ("443#x", "443#x: No such file"),
    ];
    for (input, message) in cases {
        folder.run(&format!("solve {input}")).fails_with(message);
    }
}

#[test]
fn ports_do_not_say_who_connects() {
    let folder = Folder::with(&[("z.toml", "[zones.a]\ncidrs = [\"10.0.0.0/8\"]\n")]);
    folder.run("solve 443 --zones z.toml").exits(1).notes("does not say who connects");
}
