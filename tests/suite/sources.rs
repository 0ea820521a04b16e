//! Zones of sources on the command line: what is told apart, refused, and said about it.

use crate::binary::{Folder, Said};
use crate::origins::{ZONES, calls};

const OFFICE: &[&str] = &["203.0.113.1", "203.0.113.2", "203.0.113.3"];
const OFFICE_V6: &[&str] = &["2001:db8:1::1", "2001:db8:1::2", "2001:db8:1::3"];
const VPC: &[&str] = &["10.0.5.8", "10.0.5.9", "10.0.6.1"];
const STRANGERS: &[&str] =
    &["198.51.100.1", "198.51.100.2", "192.0.2.1", "2001:db8:9::1", "2001:db8:9::2"];

/// A folder with a log of these calls, and the zones.
fn folder(services: &[(u16, &[&str])]) -> Folder {
    let log: String = services.iter().map(|(port, clients)| calls(*port, clients)).collect();
    Folder::with(&[("a.log", &log), ("zones.toml", ZONES)])
}

/// A log with two interfaces, of which one is called from no zone.
fn strange() -> Folder {
    let folder = folder(&[(443, OFFICE), (443, STRANGERS), (8443, STRANGERS)]);
    let other = calls(22, VPC).replace("eni-1", "eni-2").replace(" 10.0.0.1 ", " 10.0.0.2 ");
    let log = String::from_utf8(folder.read("a.log")).unwrap();
    folder.write("a.log", log + &other);
    folder
}

const WHO: &str = "connections from 5 addresses in no zone (198.51.100.0/24: 2, \
                   2001:db8:9::/48: 2, 192.0.2.0/24: 1) to 2 ports (tcp/443, tcp/8443)";

fn solve(folder: &Folder, flags: &str) -> Said {
    folder.run(&format!("solve a.log --zones zones.toml {flags}"))
}

/// The names of the instances that were answered.
fn answered(said: &Said) -> Vec<&str> {
    let heads = said.stdout.lines().filter(|line| !line.starts_with(' ') && !line.is_empty());
    let names = heads.map(|line| line.split(':').next().unwrap());
    names.filter(|name| *name != "Summary").collect()
}

#[test]
fn ports_are_counted_by_zone() {
    let folder = folder(&[(443, OFFICE), (443, OFFICE_V6), (443, VPC), (22, VPC)]);
    let said = solve(&folder, "").exits(0).notes("zones: office 1 port, vpc 2 ports, app 0 ports");
    assert_eq!(answered(&said), ["eni-1"]);
    let said = folder.run("solve a.log").exits(0);
    assert!(!said.stderr.contains("zones"), "{said:#?}");
}

#[test]
fn an_interface_that_others_connect_to_is_refused_and_the_rest_is_answered() {
    let folder = strange();
    let said = solve(&folder, "").exits(1).notes(&format!(
        "error: eni-1: {WHO}; add a zone that they are in, or pass --other-sources ignore, any or list"
    ));
    assert_eq!(answered(&said), ["eni-2"]);
    let alone = solve(&folder, "--interface eni-1").exits(1).notes(WHO);
    assert!(alone.stderr.contains("nothing to do: no interface is left"), "{alone:#?}");
    assert!(!alone.stderr.contains("no record of interface"), "{alone:#?}");
}

#[test]
fn others_are_ignored_with_a_word() {
    let folder = strange();
    let note = "are ignored; 1 port that nobody else connects to is not covered";
    let said = solve(&folder, "--other-sources ignore").exits(0);
    let said = said.notes(&format!("eni-1: {WHO} {note}")).notes("office 1 port, vpc 1 port");
    assert_eq!(answered(&said), ["eni-1", "eni-2"]);
}

#[test]
fn others_are_a_zone_where_that_is_asked_for() {
    let folder = strange();
    for (what, zone) in [("any", "any"), ("list", "others")] {
        let said = solve(&folder, &format!("--other-sources {what}")).exits(0);
        let said =
            said.notes(&format!("zones: office 1 port, vpc 1 port, app 0 ports, {zone} 2 ports"));
        assert!(!said.stderr.contains("in no zone"), "{said:#?}");
        assert_eq!(answered(&said), ["eni-1", "eni-2"]);
    }
}

#[test]
fn too_many_others_are_estimated_and_not_listed() {
    let clients: Vec<String> = (0..90).map(|n| format!("198.51.{n}.7")).collect();
    let clients: Vec<&str> = clients.iter().map(String::as_str).collect();
    let folder = folder(&[(443, &clients), (22, VPC)]);
    let said = solve(&folder, "").exits(1).notes("error: eni-1: connections from about ");
    assert!(said.stderr.contains(" addresses in no zone (such as in 198.51."), "{said:#?}");
    solve(&folder, "--other-sources list")
        .exits(1)
        .notes("too many to list each as a source, which takes a unit of the budget");
    solve(&folder, "--other-sources any").exits(0).notes("any 1 port");
    // Below 64 they are all known.
    let folder = self::folder(&[(443, &clients[..63]), (22, VPC)]);
    solve(&folder, "")
        .exits(1)
        .notes("connections from 63 addresses in no zone (198.51.0.0/24: 1, ");
    solve(&folder, "--other-sources list --max-rules 70").exits(0).notes("others 1 port");
}

#[test]
fn only_services_matter() {
    // The interface calls a stranger: from ports of its own, and by no rule.
    let mut calls_out = String::new();
    for port in 41_000..41_004 {
        let (own, other) = (format!("10.0.0.1 {port}"), "198.51.100.1 443");
        for (from, to) in [(&own[..], other), (other, &own[..])] {
            let (from, srcport) = from.split_once(' ').unwrap();
            let (to, dstport) = to.split_once(' ').unwrap();
            let line =
                format!("2 1 eni-1 {from} {to} {srcport} {dstport} 6 9 900 1 60 ACCEPT OK\n");
            calls_out += &line;
        }
    }
    let folder = folder(&[(22, VPC)]);
    let log = String::from_utf8(folder.read("a.log")).unwrap() + &calls_out;
    folder.write("a.log", log);
    solve(&folder, "").exits(0).notes("4 client").notes("vpc 1 port");
    // Who counts such a port counts where its records go.
    solve(&folder, "--include 41000")
        .exits(1)
        .notes("connections from 1 address in no zone (198.51.100.0/24: 1) to 1 port (tcp/41000)");
}

#[test]
fn lists_and_plain_tables_do_not_say_who_connects() {
    let folder = strange();
    folder.write("a.txt", "443\n");
    folder.write("a.csv", "interface,protocol,port,class\neni-1,tcp,443,service\n");
    let needs = "does not say who connects, which --zones needs; give a flow log, or a table of \
                 ports with the columns zone and family";
    for (file, what) in [
        ("a.txt", "a port list"),
        ("a.csv", "a table of ports without both of the columns zone and family"),
    ] {
        folder
            .run(&format!("solve {file} --zones zones.toml"))
            .fails_with(&format!("{file}: {what} {needs}"));
    }
    let both = folder.run("solve a.txt a.log --zones zones.toml --other-sources any").exits(1);
    assert_eq!(answered(&both), ["eni-1", "eni-2"]);
}

#[test]
fn a_log_without_remote_addresses_is_of_no_use() {
    let folder = Folder::with(&[
        ("zones.toml", ZONES),
        ("logs/plain.log", "interface-id dstport action\neni-1 443 ACCEPT\n"),
        ("logs/from.log", "interface-id srcaddr dstport action\neni-1 203.0.113.1 443 ACCEPT\n"),
        ("sides.log", "interface-id srcport dstport flow-direction\neni-1 50000 443 ingress\n"),
        (
            "from.csv",
            "interface_id,dstaddr,srcport,count\neni-1,203.0.113.1,443,7\neni-1,10.0.5.7,443,9\n",
        ),
        (
            "rows.json",
            r#"[{"interfaceId": "eni-1", "srcAddr": "2001:db8:1::1", "dstPort": "443"}]"#,
        ),
    ]);
    let lacks = "which --zones needs; --column names one that is called otherwise";
    let zones = "--zones zones.toml";
    folder
        .run(&format!("solve logs/plain.log --port dst {zones}"))
        .fails_with(&format!("logs/plain.log: the log has no srcaddr column, {lacks}"));
    folder
        .run(&format!("solve logs/from.log --port src {zones}"))
        .fails_with("the log has no srcport column");
    folder
        .run(&format!("solve sides.log {zones}"))
        .fails_with(&format!("sides.log: the log has no srcaddr column, {lacks}"));
    folder
        .run(&format!("solve logs --port dst {zones}"))
        .exits(0)
        .notes(&format!("logs/plain.log: skipped: the log has no srcaddr column, {lacks}"))
        .notes("zones: office 1 port,");
    folder.run("solve logs/plain.log --port dst").exits(0);
    let csv = folder.run(&format!("ports from.csv --port src {zones} --format csv")).exits(0);
    let rows: Vec<&str> = csv.stdout.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "eni-1,tcp,443,used,srcport,0,7,0,0,,,office,ipv4",
            "eni-1,tcp,443,used,srcport,0,9,0,0,,,app,both"
        ]
    );
    folder.run(&format!("solve rows.json --port dst {zones}")).exits(0).notes("office 1 port");
}

#[test]
fn a_record_without_a_remote_address_is_malformed() {
    let record = |src| format!("2 1 eni-1 {src} 10.0.0.1 50001 443 6 9 900 1 60 ACCEPT OK\n");
    let log = record("203.0.113.1") + &record("-");
    let folder = Folder::with(&[("a.log", &log), ("zones.toml", ZONES)]);
    for port in ["dst", "service"] {
        solve(&folder, &format!("--port {port}"))
            .exits(0)
            .notes("line 2: not a record: srcaddr '-' is not an IPv4 or IPv6 address, which --zones needs")
            .notes("1 malformed");
    }
    // The other end says nothing there.
    solve(&folder, "--port src").exits(0).notes("0 malformed").notes("vpc 1 port");
}

#[test]
fn the_ports_are_listed_with_their_zones() {
    let folder = strange();
    let text = folder.run("ports a.log --zones zones.toml").exits(0).notes(WHO);
    let zones = |port: &str| {
        let line = text.stdout.lines().find(|line| line.trim_start().starts_with(port)).unwrap();
        line.split("Z  ").last().unwrap().to_owned()
    };
    assert_eq!(zones("tcp/443 "), "office, ?");
    assert_eq!(zones("tcp/8443 "), "?");
    assert_eq!(zones("tcp/22 "), "vpc");
    let json = folder.run("ports a.log --zones zones.toml --format json").exits(0).json();
    let origins = |port: usize| json[0]["ports"][port]["origins"].to_string();
    let known = r#"{"family":"ipv4","flows":6,"zone":"office"}"#;
    assert_eq!(origins(0), format!(r#"[{known},{{"family":null,"flows":10,"zone":null}}]"#));
    assert_eq!(origins(1), r#"[{"family":null,"flows":10,"zone":null}]"#);
    let plain = folder.run("ports a.log --format json").exits(0).json();
    assert_eq!(plain[0]["ports"][0].get("origins"), None);
}

fn table(folder: &Folder, flags: &str) -> String {
    let csv = folder.run(&format!("ports a.log --zones zones.toml --format csv {flags}"));
    csv.exits(0).stdout
}

#[test]
fn a_table_with_zones_is_read_back() {
    let folder = strange();
    folder.write("any.csv", table(&folder, "--other-sources any"));
    folder.write("a.csv", table(&folder, ""));
    for (file, flags) in [("any.csv", "--other-sources any"), ("a.csv", "--other-sources ignore")] {
        let logs = solve(&folder, flags).exits(0);
        let read = folder.run(&format!("solve {file} --zones zones.toml {flags}")).exits(0);
        let zones = |said: &Said| {
            said.stderr.lines().find(|line| line.starts_with("zones: ")).unwrap().to_owned()
        };
        assert_eq!(zones(&logs), zones(&read));
    }
    let who = "a.csv eni-1: connections from addresses in no zone to 2 ports (tcp/443, tcp/8443)";
    let solve = |flags: &str| folder.run(&format!("solve a.csv {flags}"));
    let refused = solve("--zones zones.toml").exits(1).notes(&format!("error: {who}; add a zone"));
    assert_eq!(answered(&refused), ["a.csv eni-2"]);
    solve("--zones zones.toml --other-sources ignore")
        .exits(0)
        .notes(&format!("{who} are ignored"));
    solve("--zones zones.toml --other-sources list").exits(1).notes("a table does not say which");
    solve("--zones zones.toml --other-sources any")
        .fails_with("a.csv:3: a port without a zone needs a family, ipv4 or ipv6");
    let united = solve("").exits(0).notes("the table tells zones apart, and without --zones");
    assert_eq!(answered(&united), ["a.csv eni-1", "a.csv eni-2"]);
}

#[test]
fn rows_may_say_a_family_where_any_source_counts() {
    let rows = "interface,protocol,port,class,flows,zone,family\n\
                eni-1,tcp,443,service,2,,ipv6\neni-1,tcp,443,service,2,vpc,ipv4\n\
                eni-1,tcp,50000,client,2,,\n";
    let folder = Folder::with(&[("a.csv", rows), ("zones.toml", ZONES)]);
    let line = "solve a.csv --zones zones.toml --other-sources";
    folder.run(&format!("{line} any")).exits(0).notes("vpc 1 port, app 0 ports, any 1 port");
    folder.run(&format!("{line} ignore")).exits(0).notes("no port is left out");
    // The records of a port are those of all its rows.
    folder.run(&format!("{line} any --min-flows 4")).exits(0).notes("any 1 port");
    folder
        .run(&format!("{line} any --min-flows 5"))
        .exits(0)
        .notes("vpc 0 ports, app 0 ports, any 0");
    // Of protocols that nobody asked for nothing is asked.
    folder.run(&format!("{line} refuse --protocol udp")).exits(0);
}

#[test]
fn what_is_wrong_with_a_row_is_said_with_its_line() {
    let folder = Folder::with(&[("zones.toml", ZONES)]);
    for (cells, message) in [
        ("lab,ipv4", "'lab' is none of the zones in the file of --zones: office, vpc, app"),
        ("vpc,ip4", "'ip4' is not a family; use ipv4, ipv6, or both"),
        ("vpc,", "'' is not a family; use ipv4, ipv6, or both"),
        (",v6", "'v6' is not a family"),
        ("vpc,ipv6", "zone 'vpc' has no rules of family ipv6, but of ipv4"),
        ("office,both", "zone 'office' has no rules of family both, but of ipv4, ipv6"),
        ("app,ipv4", "zone 'app' has no rules of family ipv4, but of both"),
    ] {
        let row = format!(
            "interface,protocol,port,class,zone,family\n-,tcp,1,service,vpc,ipv4\n-,tcp,2,client,{cells}\n"
        );
        folder.write("a.csv", row);
        folder.run("solve a.csv --zones zones.toml").fails_with(&format!("a.csv:3: {message}"));
        folder.run("solve a.csv").exits(0);
    }
}

#[test]
fn the_file_of_zones_is_checked() {
    let folder = strange();
    folder.write("bad.toml", "[zones.a]\ncidrs = [\"10.0.0.1/8\"]\n");
    folder.run("solve a.log --zones bad.toml").fails_with("bad.toml:2: ");
    folder.run("solve a.log --zones none.toml").fails_with("none.toml");
    let two = "[zones.a]\ncidrs = [\"10.0.0.0/9\", \"10.128.0.0/9\"]\n[zones.world]\nany = true\n";
    folder.write("two.toml", two);
    let said = folder.run("solve a.log --zones two.toml").exits(0);
    said.notes("two.toml:1: a: ").notes("zones: a 1 port, world 2 ports");
}

#[test]
fn flags_that_do_not_go_together_are_usage_errors() {
    let folder = strange();
    let usage = |flags: &str| folder.run(&format!("solve a.log {flags}")).exits(2);
    usage("--other-sources any").notes("--zones");
    usage("--zones zones.toml --source 10.0.0.0/8").notes("--source");
    usage("--zones zones.toml --other-sources some").notes("ignore");
    usage("--source 10.0.0.1/8").notes("host bits are set; the network is 10.0.0.0/8");
    usage("--source 2001:db8::1/32").notes("the network is 2001:db8::/32");
    for text in ["anywhere", "10.0.0.1", "10.0.0.0/33"] {
        usage(&format!("--source {text}")).notes("not a network in CIDR notation");
    }
    let json = folder.run("solve a.log --source 10.0.0.0/8 --format json").exits(0).json();
    assert_eq!(json["reading"]["source"], "10.0.0.0/8");
    let json = solve(&folder, "--other-sources any --format json").exits(0).json();
    assert_eq!(json["reading"]["other_sources"], "any");
    assert_eq!(json["reading"]["zones"][1]["name"], "vpc");
}

#[test]
fn answers_are_checked_with_the_zones_that_they_were_made_with() {
    let folder = strange();
    folder.write("any.csv", table(&folder, "--other-sources any"));
    for (input, what) in
        [("a.log", "ignore"), ("a.log", "any"), ("a.log", "list"), ("any.csv", "any")]
    {
        // Whatever is solved here is read again and proven by `check`.
        let flags = format!("--zones zones.toml --other-sources {what}");
        let report = folder.solve_json(input, &flags);
        assert_eq!(report["answers"].as_array().unwrap().len(), 2, "{report:#}");
    }
}
