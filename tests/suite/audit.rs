//! Audits of security groups as a black box, and the laws of their proposals.

mod bad;
mod caveats;
mod laws;

use std::fmt::Write as _;

use serde_json::Value;

use crate::binary::{Folder, run};

/// A service on 10.0.0.7 that answers each of these: remote address, its port, the service's port,
/// when.
fn log(interface: &str, own: &str, connections: &[(&str, u16, u16, u32)]) -> String {
    let mut text = "version interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
                    start end action log-status tcp-flags\n"
        .to_owned();
    for &(remote, theirs, port, at) in connections {
        let end = at + 30;
        let there = format!("{remote} {own} {theirs} {port}");
        let back = format!("{own} {remote} {port} {theirs}");
        for (between, flags) in [(there, 2), (back, 18)] {
            writeln!(text, "3 {interface} {between} 6 9 900 {at} {end} ACCEPT OK {flags}")
                .expect("a string takes everything");
        }
    }
    text
}

/// A record of a connection that is refused.
fn refused(interface: &str, own: &str, remote: &str, port: u16) -> String {
    format!("3 {interface} {remote} {own} 50000 {port} 6 1 40 100 130 REJECT OK 2\n")
}

fn permission(protocol: &str, from: i64, to: i64, sources: &str) -> String {
    format!(r#"{{"IpProtocol": "{protocol}", "FromPort": {from}, "ToPort": {to}, {sources}}}"#)
}

fn cidr(network: &str) -> String {
    format!(r#""IpRanges": [{{"CidrIp": "{network}"}}]"#)
}

fn referenced(group: &str) -> String {
    format!(r#""UserIdGroupPairs": [{{"GroupId": "{group}", "UserId": "1"}}]"#)
}

fn groups(groups: &[(&str, &[String])]) -> String {
    let group = |(id, permissions): &(&str, &[String])| {
        let permissions = permissions.join(", ");
        format!(
            r#"{{"GroupId": "{id}", "OwnerId": "1", "VpcId": "vpc-1", "IpPermissions": [{permissions}]}}"#
        )
    };
    let groups: Vec<String> = groups.iter().map(group).collect();
    format!(r#"{{"SecurityGroups": [{}]}}"#, groups.join(",\n"))
}

fn interfaces(interfaces: &[(&str, &str, &[&str])]) -> String {
    let interface = |(id, address, groups): &(&str, &str, &[&str])| {
        let groups = groups.iter().map(|id| format!(r#"{{"GroupId": "{id}"}}"#));
        let groups = groups.collect::<Vec<_>>().join(", ");
        format!(
            r#"{{"NetworkInterfaceId": "{id}", "PrivateIpAddress": "{address}", "Groups": [{groups}]}}"#
        )
    };
    let interfaces: Vec<String> = interfaces.iter().map(interface).collect();
    format!(r#"{{"NetworkInterfaces": [{}]}}"#, interfaces.join(",\n"))
}

/// A web server that the office, the world and another server reach.
fn world() -> Folder {
    let mut log = log(
        "eni-1",
        "10.0.0.7",
        &[
            ("10.0.0.8", 40_001, 5_432, 1_000),
            ("203.0.113.9", 40_002, 443, 1_100),
            ("203.0.113.9", 40_003, 443, 1_200),
            ("198.51.100.4", 40_004, 443, 1_300),
            ("192.168.1.5", 40_005, 22, 1_400),
            ("192.168.1.5", 40_006, 8_080, 1_500),
            ("192.168.1.5", 40_007, 8_090, 1_600),
            ("172.16.0.3", 40_008, 9_000, 1_700),
        ],
    );
    log += &refused("eni-1", "10.0.0.7", "192.0.2.1", 443);
    log += &refused("eni-1", "10.0.0.7", "192.168.1.5", 8_085);
    log += &refused("eni-1", "10.0.0.7", "192.0.2.1", 23);
    let web = [
        permission("tcp", 443, 443, &cidr("0.0.0.0/0")),
        permission("tcp", 443, 443, &cidr("203.0.113.0/24")),
        permission("tcp", 8_000, 8_099, &cidr("192.168.0.0/16")),
        permission("tcp", 22, 22, &cidr("192.168.0.0/16")),
        permission("tcp", 5_432, 5_432, &referenced("sg-2")),
        permission("udp", 53, 53, &cidr("10.0.0.0/8")),
        permission("icmp", -1, -1, &cidr("10.0.0.0/8")),
        permission("tcp", 443, 443, r#""PrefixListIds": [{"PrefixListId": "pl-1"}]"#),
    ];
    let other = [permission("tcp", 80, 80, &cidr("10.0.0.0/8"))];
    let folder = Folder::new();
    folder.write("a.log", log);
    folder.write("groups.json", groups(&[("sg-1", &web), ("sg-2", &other)]));
    let carried: [(&str, &str, &[&str]); 2] =
        [("eni-1", "10.0.0.7", &["sg-1"]), ("eni-2", "10.0.0.8", &["sg-2"])];
    folder.write("interfaces.json", interfaces(&carried));
    folder
}

const FILES: &str = "audit --security-groups groups.json --interfaces interfaces.json a.log";

/// A field of each rule of the first group.
fn of_rules(audit: &Value, field: &str) -> Vec<Value> {
    let rules = audit["groups"][0]["rules"].as_array().expect("rules are a list");
    rules.iter().map(|rule| rule[field].clone()).collect()
}

#[test]
fn each_rule_is_judged_by_who_came_in_by_it() {
    let audit = world().run(&format!("{FILES} --format json")).exits(0).json();
    let usage = ["used", "used", "used", "used", "used", "never", "not-judged", "not-judged"];
    assert_eq!(of_rules(&audit, "usage"), usage);
    // Each connection has two records.
    let flows = of_rules(&audit, "flows").into_iter().map(|flows| flows.as_u64());
    let expected = [Some(6), Some(4), Some(4), Some(2), Some(2), None, Some(0), None];
    assert_eq!(flows.collect::<Vec<_>>(), expected);
    let seen = &of_rules(&audit, "last_seen")[..2];
    assert_eq!(seen, ["1970-01-01T00:22:10Z", "1970-01-01T00:20:30Z"]);
    assert_eq!(of_rules(&audit, "used_ports"), [1, 1, 2, 1, 1, 0, 0, 0]);
    assert_eq!(of_rules(&audit, "ports")[2], 100);
    let open = [true, false, false, false, false, false, false, false];
    assert_eq!(of_rules(&audit, "open_to_world"), open);
    let covered = of_rules(&audit, "covered_by");
    assert_eq!(covered[1], serde_json::json!([{"group": "sg-1", "rule": 0}]));
    let is_empty = |by: &Value| by.as_array().is_some_and(Vec::is_empty);
    assert!(covered.iter().enumerate().all(|(at, by)| is_empty(by) || at == 1), "{covered:?}");
    assert_eq!(audit["groups"][1]["rules"][0]["reason"], "no records of its interfaces");
    assert_eq!(audit["groups"][1]["proposal"]["outcome"], "not-judged");
}

#[test]
fn what_no_rule_lets_in_is_found_and_added() {
    let audit = world().run(&format!("{FILES} --format json")).exits(0).json();
    let interface = &audit["interfaces"][0];
    let blocked = interface["blocked"].as_array().expect("a list");
    assert_eq!(blocked.len(), 1);
    assert_eq!(
        (&blocked[0]["port"], &blocked[0]["source"]),
        (&9_000.into(), &"172.16.0.3/32".into())
    );
    // 8000-8099 but two, and udp/53.
    assert_eq!((&interface["unused"], &interface["unused_proposed"]), (&99.into(), &0.into()));
    let proposal = &audit["groups"][0]["proposal"];
    let rules = proposal["rules"].as_array().expect("a list").iter();
    let shown = rules.map(|rule| format!("{}-{} {}", rule["from"], rule["to"], rule["sources"][0]));
    let shown: Vec<String> = shown.map(|rule| rule.replace('"', "")).collect();
    assert_eq!(
        shown,
        [
            "443-443 0.0.0.0/0",
            "9000-9000 172.16.0.3/32",
            "22-22 192.168.0.0/16",
            "8080-8080 192.168.0.0/16",
            "8090-8090 192.168.0.0/16",
            "5432-5432 sg-2",
        ]
    );
    assert_eq!(proposal["kept"], serde_json::json!([6, 7]));
    assert_eq!(proposal["additions"][0]["port"], 9_000);
    let expected = serde_json::json!({"accepted": 8, "blocked": 0, "perhaps": 0, "rejected": 3,
        "rejected_let_in_today": 2, "rejected_let_in_proposed": 1,
        "rejected_to_used_ports": 1});
    assert_eq!(audit["replay"], expected);
}

#[test]
fn kept_rules_take_their_units_first() {
    let folder = world();
    // ICMP and the list keep 2 of 7: 8080-8090 is one rule then.
    let audit = folder.run(&format!("{FILES} --max-rules 7 --format json")).exits(0).json();
    let proposal = &audit["groups"][0]["proposal"];
    assert_eq!((&proposal["outcome"], &proposal["open_ports"]), (&"optimal".into(), &9.into()));
    assert_eq!(proposal["units"]["ipv4"], 7);
    let lists =
        r#"{"PrefixLists": [{"PrefixListId": "pl-1", "MaxEntries": 3, "AddressFamily": "IPv4"}]}"#;
    folder.write("lists.json", lists);
    let line = format!("{FILES} --prefix-lists lists.json --max-rules 7 --format json");
    let said = folder.run(&line).exits(3);
    let proposal = &said.json()["groups"][0]["proposal"];
    assert_eq!(
        (&proposal["outcome"], &proposal["needed"]["ipv4"]),
        (&"infeasible".into(), &8.into())
    );
    let line = format!("{FILES} --prefix-lists lists.json --max-rules 8 --format json");
    folder.run(&line).exits(0);
    let text = folder.run(&format!("{FILES} --max-rules 5")).exits(3).stdout;
    assert!(text.contains("sg-1: its rules stay as they are; --max-rules 6"), "{text}");
}

#[test]
fn what_only_unknown_sources_may_let_in_is_not_called_blocked() {
    let folder = Folder::with(&[(
        "a.log",
        &log("eni-1", "10.0.0.7", &[("10.0.0.8", 40_000, 443, 9), ("10.0.0.9", 40_001, 443, 9)]),
    )]);
    for source in [r#""PrefixListIds": [{"PrefixListId": "pl-1"}]"#, &referenced("sg-9")] {
        let rules = [permission("tcp", 443, 443, source)];
        folder.write("groups.json", groups(&[("sg-1", &rules)]));
        let said = folder.run("audit --security-groups groups.json a.log --format json").exits(0);
        let audit = said.json();
        let interface = &audit["interfaces"][0];
        assert_eq!(interface["blocked"], serde_json::json!([]));
        assert_eq!(interface["perhaps"].as_array().map(Vec::len), Some(2));
        assert_eq!(audit["replay"]["perhaps"], 2);
        assert_eq!(audit["groups"][0]["proposal"]["kept"], serde_json::json!([0]));
    }
}

#[test]
fn the_first_group_of_the_interface_takes_what_both_let_in() {
    let folder = world();
    let both = [permission("tcp", 0, 65_535, &cidr("0.0.0.0/0"))];
    folder.write("groups.json", groups(&[("sg-1", &both), ("sg-2", &both)]));
    let carried: [(&str, &str, &[&str]); 1] = [("eni-1", "10.0.0.7", &["sg-2", "sg-1"])];
    folder.write("interfaces.json", interfaces(&carried));
    let audit = folder.run(&format!("{FILES} --format json")).exits(0).json();
    let n_rules = |at: usize| audit["groups"][at]["proposal"]["rules"].as_array().map(Vec::len);
    assert_eq!((n_rules(0), n_rules(1)), (Some(0), Some(6)));
    assert_eq!(audit["replay"]["blocked"], 0);
    // Of two equal rules of two groups on the same interface one is too many.
    let covered = |at: usize| audit["groups"][at]["rules"][0]["covered_by"][0]["group"].clone();
    assert_eq!((covered(0), covered(1)), (Value::Null, "sg-1".into()));
}

#[test]
fn threads_do_not_matter_and_every_format_is_whole() {
    let files = "--security-groups datasets/security-groups/groups.json \
                 --interfaces datasets/security-groups/interfaces.json";
    for format in ["text", "json", "markdown", "cli", "terraform"] {
        let said = |threads| {
            let line =
                format!("audit {files} datasets/flow-logs --format {format} --threads {threads}");
            run(&line).exits(0).stdout
        };
        let one = said(1);
        assert!(!one.is_empty() && one == said(4), "{format}");
    }
}

#[test]
fn the_groups_of_the_data_set_are_related() {
    let line = "audit --security-groups datasets/security-groups/groups.json \
                --interfaces datasets/security-groups/interfaces.json datasets/flow-logs \
                --format json";
    let audit = run(line).exits(0).json();
    let same = serde_json::json!(["sg-0c0ffee0000000001"]);
    assert_eq!(audit["groups"][1]["same_as"], same);
    assert_eq!(audit["groups"][3]["allowed_by"].as_array().map(Vec::len), Some(2));
    let merging = audit["merging"].as_array().expect("a list");
    assert!(merging.iter().any(|one| one["n_groups"] == 3 && one["cost"] == 0), "{merging:?}");
    assert_eq!(audit["replay"]["blocked"], 0);
}

#[test]
fn hostile_names_are_shown_as_they_are() {
    let folder = world();
    let groups = String::from_utf8(folder.read("groups.json")).expect("UTF-8");
    let hostile = r#""GroupName": "<b>|\u001b[2J\u202e`x`", "VpcId""#;
    folder.write("groups.json", groups.replace(r#""VpcId""#, hostile));
    let text = folder.run(FILES).exits(0).stdout;
    assert!(text.contains("\\u{1b}[2J") && !text.contains('\u{1b}'), "{text}");
    let markdown = folder.run(&format!("{FILES} --format markdown")).exits(0).stdout;
    assert!(markdown.contains("&lt;b&gt;\\|") && !markdown.contains('\u{202e}'), "{markdown}");
    let json = folder.run(&format!("{FILES} --format json")).exits(0).json();
    assert_eq!(json["groups"][0]["name"], "<b>|\u{1b}[2J\u{202e}`x`");
    for (name, id) in [("groups.json", "sg-1"), ("interfaces.json", "eni-1"), ("a.log", "eni-1")] {
        let hostile = format!("{id}<i>|`$(id)`");
        let text = String::from_utf8(folder.read(name)).expect("UTF-8");
        folder.write(name, text.replace(&format!("{id}\""), &format!("{hostile}\"")));
        let said = folder.run(&format!("{FILES} --format markdown"));
        assert!(!said.stdout.contains("<i>"), "{}", said.stdout);
        folder.write(name, text);
    }
}
