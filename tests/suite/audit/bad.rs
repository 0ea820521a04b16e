//! Files and flags that an audit cannot work with.

use super::{FILES, cidr, groups, permission, world};
use crate::binary::{Folder, feed_in};

#[test]
fn damage_of_the_files_is_named_with_its_place() {
    let folder = world();
    for (name, content, message) in [
        ("groups.json", "", "groups.json:1:1: no JSON"),
        ("groups.json", "{", "groups.json:1:1: not JSON: EOF"),
        ("groups.json", "{}", "groups.json:1:1: neither SecurityGroups nor SecurityGroupRules"),
        (
            "groups.json",
            "{\"SecurityGroups\": [\n{\"GroupName\": \"x\"}]}",
            "groups.json:2:18: missing field `GroupId`",
        ),
        ("groups.json", r#"{"SecurityGroups": []}"#, "no security group in it"),
        ("interfaces.json", "{}", "interfaces.json:1:1: no NetworkInterfaces"),
        ("interfaces.json", "[7]", "interfaces.json:1:2: invalid type: integer `7`"),
    ] {
        let folder_before = folder.read(name);
        folder.write(name, content);
        folder.run(FILES).fails_with(message);
        folder.write(name, folder_before);
    }
    let before = folder.read("groups.json");
    let utf_16: Vec<u8> = before.iter().flat_map(|&byte| [byte, 0]).collect();
    folder.write("groups.json", [&[0xff, 0xfe][..], &utf_16].concat());
    folder.run(FILES).fails_with("groups.json: not text in UTF-8");
    folder.write("groups.json", before.clone());
    let log = folder.read("a.log");
    folder.write("groups.json", log);
    folder.run(FILES).fails_with("groups.json:1:1: not JSON: expected value; give the output of");
    folder.write("groups.json", before.clone());
    folder.write("interfaces.json", before);
    folder.run(FILES).fails_with("interfaces.json:1:1: no NetworkInterfaces; give the output of");
    let folder = world();
    folder.run("audit --security-groups no.json a.log").fails_with("no.json: No such file");
    folder.write("lists.json", "{}");
    folder
        .run(&format!("{FILES} --prefix-lists lists.json"))
        .fails_with("lists.json:1:1: no PrefixLists; give the output of");
}

#[test]
fn several_groups_need_to_be_joined_with_interfaces() {
    let folder = world();
    folder
        .run("audit --security-groups groups.json a.log")
        .fails_with("aws ec2 describe-network-interfaces > interfaces.json");
    let only = [permission("tcp", 1, 65_535, &cidr("0.0.0.0/0"))];
    folder.write("groups.json", groups(&[("sg-1", &only)]));
    folder
        .run("audit --security-groups groups.json a.log")
        .exits(0)
        .notes("without --interfaces, each carries sg-1");
}

#[test]
fn what_is_not_joined_is_said() {
    let folder = world();
    folder.run(FILES).exits(0).notes("1 interface without records: eni-2");
    folder
        .run(FILES)
        .exits(0)
        .notes("taken to count 1 in both quotas, as --prefix-lists does not tell: pl-1");
    let groups = String::from_utf8(folder.read("groups.json")).expect("UTF-8");
    folder.write("groups.json", groups.replace("\"sg-1\"", "\"sg-7\""));
    folder.run(FILES).exits(0).notes("although interfaces carry them: sg-1");
    let interfaces = String::from_utf8(folder.read("interfaces.json")).expect("UTF-8");
    folder.write("interfaces.json", interfaces.replace("\"eni-1\"", "\"eni-9\""));
    folder.run(FILES).fails_with(
        "no interface is audited: --interfaces has none of the 1 interface with records (eni-1)",
    );
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    for flag in ["--port dst", "--protocol tcp", "--action all", "--source 10.0.0.0/8"] {
        world().run(&format!("{FILES} {flag}")).exits(2).notes("unexpected argument");
    }
    let folder = Folder::with(&[("a.txt", "80\n"), ("groups.json", "")]);
    let only = [permission("tcp", 1, 65_535, &cidr("0.0.0.0/0"))];
    folder.write("groups.json", groups(&[("sg-1", &only)]));
    assert_eq!(folder.run("audit --security-groups groups.json a.txt").status, Some(1));
}

#[test]
fn standard_input_is_not_replayed() {
    let folder = world();
    let log = folder.read("a.log");
    let line = FILES.replace("a.log", "- --format json");
    let said = feed_in(folder.path(), &line, &log).exits(0).notes("cannot be read twice");
    assert!(said.json()["replay"].is_null());
    assert_eq!(said.json()["interfaces"][0]["services"], 6);
    let line = FILES.replace("a.log", "-");
    let text = feed_in(folder.path(), &line, &log).exits(0).stdout;
    assert!(text.contains("no replay: the records could not be read twice"), "{text}");
}

#[test]
fn used_ports_that_are_forbidden_are_refused_or_dropped() {
    let folder = world();
    folder.run(&format!("{FILES} --forbid 22")).fails_with("used ports are forbidden: tcp/22");
    let line = format!("{FILES} --forbid 22 --drop-forbidden --format json");
    let audit = folder.run(&line).exits(0).json();
    assert_eq!(audit["groups"][0]["proposal"]["dropped"], serde_json::json!(["tcp/22"]));
    assert_eq!(audit["replay"]["blocked"], 1);
}
