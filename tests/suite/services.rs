//! Which ports are services: by flags and without, overruled, selected, in doubt.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::binary::{Folder, only, project, rules, run, solve_json};

/// A log in the default format, in one minute of 2026-01-05.
fn log(lines: &[&str]) -> String {
    let line = |line: &&str| {
        let fields: Vec<&str> = line.split(' ').collect();
        let [interface, src, srcport, dst, dstport, protocol, packets, bytes] = fields[..] else {
            panic!("{line}");
        };
        format!(
            "2 123456789012 {interface} {src} {dst} {srcport} {dstport} {protocol} {packets} \
             {bytes} 1767571200 1767571260 ACCEPT OK\n"
        )
    };
    lines.iter().map(line).collect()
}

/// `tcp/443 service fan-in` for each port.
fn ports(folder: &Folder, flags: &str) -> Vec<String> {
    let said = folder.run(&format!("ports a.log --format csv {flags}")).exits(0);
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        format!("{}/{} {} {}", cells[1], cells[2], cells[3], cells[4])
    };
    said.stdout.lines().skip(1).map(row).collect()
}

/// A web server that three clients call, that calls a database, and that is scanned.
const SERVER: &[&str] = &[
    "eni-1 203.0.113.1 50001 10.0.0.1 8443 6 9 900",
    "eni-1 10.0.0.1 8443 203.0.113.1 50001 6 9 9000",
    "eni-1 203.0.113.2 50002 10.0.0.1 8443 6 9 900",
    "eni-1 10.0.0.1 8443 203.0.113.2 50002 6 9 9000",
    "eni-1 203.0.113.3 50003 10.0.0.1 8443 6 9 900",
    "eni-1 10.0.0.1 8443 203.0.113.3 50003 6 9 9000",
    "eni-1 10.0.0.1 41000 10.0.9.9 5432 6 9 900",
    "eni-1 10.0.9.9 5432 10.0.0.1 41000 6 9 9000",
    "eni-1 10.0.0.1 41001 10.0.9.9 5432 6 9 900",
    "eni-1 10.0.9.9 5432 10.0.0.1 41001 6 9 9000",
    "eni-1 198.51.100.7 61000 10.0.0.1 23 6 1 40",
    "eni-1 10.0.0.1 23 198.51.100.7 61000 6 1 40",
    "eni-1 198.51.100.7 61000 10.0.0.1 5900 6 1 40",
];

#[test]
fn a_server_is_told_from_a_client_and_from_a_closed_port() {
    let folder = Folder::with(&[("a.log", &log(SERVER))]);
    let expected = [
        "tcp/23 unanswered answers",
        "tcp/5900 unanswered answers",
        "tcp/8443 service fan-in",
        "tcp/41000 client fan-in",
        "tcp/41001 client fan-in",
    ];
    assert_eq!(ports(&folder, ""), expected);
    assert_eq!(rules(only(&folder.solve_json("a.log", ""))), "8443");
    folder
        .run("solve a.log")
        .exits(0)
        .notes("ports: 1 service, 2 client, 2 unanswered (`rangecover ports` lists them)");
}

#[test]
fn a_port_that_calls_again_and_again_is_no_service() {
    // Some hosts are called once, so that fan-in alone would say that they are the clients.
    let mut lines = Vec::new();
    for (local, remote) in [(41_000, 443), (41_001, 80), (41_002, 53)] {
        for host in 1..=5 {
            let address = format!("198.51.100.{}", host + remote % 7 * 10);
            lines.push(format!("eni-1 10.0.0.1 {local} {address} {remote} 6 9 900"));
            lines.push(format!("eni-1 {address} {remote} 10.0.0.1 {local} 6 9 9000"));
        }
    }
    for (host, remote) in [(1, 25), (2, 80), (3, 443), (4, 993), (5, 8080)] {
        lines.push(format!("eni-1 10.0.0.1 41003 203.0.113.{host} {remote} 6 9 900"));
        lines.push(format!("eni-1 203.0.113.{host} {remote} 10.0.0.1 41003 6 9 9000"));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let folder = Folder::with(&[("a.log", &log(&lines))]);
    let found = ports(&folder, "");
    assert_eq!(found.len(), 4);
    assert!(found.iter().all(|port| !port.contains("service")), "{found:?}");
    assert_eq!(rules(only(&folder.solve_json("a.log", ""))), "");
}

/// A log with flags in which everything is between these ports.
fn flagged(lines: &[&str]) -> String {
    let header =
        "interface-id srcaddr srcport dstaddr dstport protocol packets bytes tcp-flags start end";
    let lines: Vec<String> =
        lines.iter().map(|line| format!("{line} 1767571200 1767571260\n")).collect();
    format!("{header}\n{}", lines.concat())
}

#[test]
fn a_scanned_port_of_a_client_is_no_service() {
    let folder = Folder::with(&[(
        "a.log",
        &flagged(&[
            "eni-1 10.0.0.1 45000 10.0.9.9 443 6 100 50000 0",
            "eni-1 10.0.9.9 443 10.0.0.1 45000 6 100 50000 0",
            "eni-1 10.0.0.1 45001 10.0.9.9 443 6 100 50000 0",
            "eni-1 10.0.9.9 443 10.0.0.1 45001 6 100 50000 0",
            "eni-1 198.51.100.7 61000 10.0.0.1 45000 6 1 40 2",
            "eni-1 10.0.0.1 45000 198.51.100.7 61000 6 1 40 4",
        ]),
    )]);
    let found = ports(&folder, "");
    assert!(found.iter().all(|port| !port.contains("service")), "{found:?}");
}

#[test]
fn knocks_alone_show_no_service_where_answers_are_not_recorded() {
    let knocks = "eni-1 198.51.100.7 50001 10.0.0.1 22 6 1 40 2";
    let other = "eni-1 198.51.100.8 50001 10.0.0.1 23 6 1 60 2";
    let request = "eni-1 198.51.100.9 50001 10.0.0.1 80 6 9 2000 3";
    let folder = Folder::with(&[("a.log", &flagged(&[knocks, other, request]))]);
    let expected = ["tcp/22 unknown nothing", "tcp/23 unknown nothing", "tcp/80 service tcp-flags"];
    assert_eq!(ports(&folder, ""), expected);
    assert_eq!(ports(&folder, "--ignore-flags")[0], "tcp/22 unknown nothing");
}

#[test]
fn acknowledgements_are_answers() {
    let mut lines = Vec::new();
    for client in 1..=4 {
        lines.push(format!("eni-1 203.0.113.{client} 50001 10.0.0.1 6514 6 600 900000"));
        lines.push(format!("eni-1 10.0.0.1 6514 203.0.113.{client} 50001 6 500 20000"));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let folder = Folder::with(&[("a.log", &log(&lines))]);
    assert_eq!(ports(&folder, "")[0], "tcp/6514 service fan-in");
}

#[test]
fn evidence_is_overruled() {
    let folder = Folder::with(&[("a.log", &log(SERVER))]);
    for (flags, expected) in [
        ("--include 5900", "5900 8443"),
        ("--include tcp/20-30,udp/5900", "23 8443"),
        ("--exclude 8443", ""),
        ("--include 8000-9000 --exclude tcp/8443", ""),
        ("--min-flows 7", ""),
        ("--min-flows 6", "8443"),
        // Three endpoints are not enough now, but the ports still look like those of a service.
        ("--min-endpoints 4", "8443"),
        // Every destination port: also those of the clients and of the database.
        ("--port dst --exclude 23,5900", "5432 8443 41000-41001 50001-50003 61000"),
    ] {
        assert_eq!(rules(only(&folder.solve_json("a.log", flags))), expected, "{flags}");
    }
    assert_eq!(ports(&folder, "--min-endpoints 4")[2], "tcp/8443 service ranges");
    assert_eq!(ports(&folder, "--exclude 8443")[2], "tcp/8443 unknown exclude");
    folder.run("solve a.log --include 7").exits(0).notes("7 is overruled, but no port of it has");
    folder.run("solve a.log --include 70000").exits(2);
}

#[test]
fn a_table_of_ports_is_an_input_that_people_edit() {
    let folder = Folder::with(&[("a.log", &log(SERVER))]);
    folder.run("ports a.log --format csv -o ports.csv").exits(0);
    let answer = folder.solve_json("ports.csv", "");
    assert_eq!(rules(only(&answer)), "8443");
    assert_eq!(only(&answer)["interface"], "eni-1");
    assert_eq!(only(&answer)["input"], "ports.csv");
    let table = String::from_utf8(folder.read("ports.csv")).unwrap();
    folder.write("edited.csv", table.replace("23,unanswered", "23,service"));
    assert_eq!(rules(only(&folder.solve_json("edited.csv", ""))), "23 8443");
    folder.write("least.csv", "class,port,protocol,interface\nservice,80,tcp,\nclient,90,tcp,\n");
    let answer = folder.solve_json("least.csv", "");
    assert_eq!((rules(only(&answer)), &only(&answer)["interface"]), ("80".into(), &Value::Null));
    for (row, message) in [
        ("eni-1,tcp,70000,service", "bad.csv:2: '70000' is not a port, 0 to 65535"),
        ("eni-1,icmp,8,service", "bad.csv:2: 'icmp' is not a protocol with ports"),
        ("eni-1,tcp,80,servant", "bad.csv:2: 'servant' is not a class; use service, client"),
        ("eni-1,tcp,80", "bad.csv:2: "),
    ] {
        folder.write("bad.csv", format!("interface,protocol,port,class\n{row}\n"));
        folder.run("solve bad.csv").fails_with(message);
    }
}

#[test]
fn every_format_lists_the_same_ports() {
    let csv = run("ports datasets/flow-logs --format csv").exits(0).stdout;
    let json = run("ports datasets/flow-logs --format json").exits(0).json();
    let mut rows = vec![];
    for interface in json.as_array().unwrap() {
        for port in interface["ports"].as_array().unwrap() {
            let cell = |name: &str| match &port[name] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let names = [
                "protocol",
                "port",
                "class",
                "decided_by",
                "endpoints",
                "flows",
                "packets",
                "bytes",
                "first_seen",
                "last_seen",
            ];
            let cells: Vec<String> = names.iter().map(|name| cell(name)).collect();
            rows.push(format!("{},{}", interface["interface"].as_str().unwrap(), cells.join(",")));
        }
    }
    assert_eq!(csv.lines().skip(1).collect::<Vec<_>>(), rows);
    let text = run("ports datasets/flow-logs").exits(0).stdout;
    let services = csv.lines().filter(|line| line.contains(",service,")).count();
    assert_eq!(text.lines().filter(|line| line.contains("  service  ")).count(), services);
    let clients = run("ports datasets/flow-logs --class client --format csv").exits(0).stdout;
    assert!(clients.lines().skip(1).all(|line| line.contains(",client,")));
}

#[test]
fn what_is_listed_is_what_is_solved() {
    let folder = Folder::new();
    let file = folder.path().join("ports.csv");
    run(&format!("ports datasets/flow-logs --format csv -o {}", file.display())).exits(0);
    let rules_of = |report: &Value| -> BTreeMap<String, String> {
        let answers = report["answers"].as_array().unwrap().iter();
        answers
            .filter(|answer| answer["n_rules"] != 0)
            .map(|answer| (answer["interface"].as_str().unwrap().to_owned(), rules(answer)))
            .collect()
    };
    let direct = rules_of(&solve_json("datasets/flow-logs", ""));
    assert_eq!(rules_of(&folder.solve_json("ports.csv", "")), direct);
    assert_eq!(direct.len(), 5);
}

/// Precision and recall of services in generated traffic.
fn quality(folder: &Folder, flags: &str) -> (f64, f64) {
    let said = folder.run(&format!("ports hard.log --against truth.csv --format json {flags}"));
    let rows = said.exits(0).json();
    let service = rows.as_array().unwrap().iter().find(|row| row["class"] == "service").unwrap();
    (service["precision"].as_f64().unwrap(), service["recall"].as_f64().unwrap())
}

#[test]
fn services_are_found_in_hard_traffic() {
    let folder = Folder::new();
    for (seed, more) in
        [(1, ""), (2, "--ipv6 20 --reuse 20"), (3, "--kind ephemeral --reuse 40"), (4, "--loss 20")]
    {
        folder
            .run(&format!(
                "generate flow-log --seed {seed} --interfaces 9 --records 30000 --ports 60 \
                 --fields extended --replies --calls 30 --probes 8 --long 20 --lonely 10 {more} \
                 -o hard.log --truth truth.csv"
            ))
            .exits(0);
        let (precision, recall) = quality(&folder, "");
        assert!(precision >= 0.99 && recall >= 0.9, "{seed}: {precision} {recall}");
        let (precision, recall) = quality(&folder, "--ignore-flags");
        assert!(precision >= 0.97 && recall >= 0.75, "{seed}, no flags: {precision} {recall}");
    }
}

#[test]
fn neither_threads_nor_files_nor_their_order_matter() {
    let folder = Folder::new();
    folder
        .run("generate flow-log --interfaces 9 --records 20000 --replies --calls 30 --probes 5 -o a.log")
        .exits(0);
    let text = String::from_utf8(folder.read("a.log")).unwrap();
    let whole = folder.run("ports a.log --format csv --threads 1").exits(0).stdout;
    assert_eq!(folder.run("ports a.log --format csv --threads 3").exits(0).stdout, whole);
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.sort_unstable();
    for (i, part) in lines.chunks(7_000).enumerate() {
        folder.write(&format!("parts/{}.log", 9 - i), part.join("\n"));
    }
    assert_eq!(folder.run("ports parts --format csv").exits(0).stdout, whole);
}

#[test]
fn records_are_selected() {
    let early = log(&["eni-1 203.0.113.1 50001 10.0.0.1 80 6 9 900"]);
    let other = log(&["eni-1 203.0.113.2 50001 10.0.0.1 81 6 9 900"]);
    let late = other.replace("17675712", "17676576");
    let refused = early.replace("ACCEPT", "REJECT").replace(" 80 6", " 22 6");
    let foreign = early.replace("123456789012", "999999999999").replace(" 80 6", " 82 6");
    let folder = Folder::with(&[("a.log", &[early, late, refused, foreign].concat())]);
    for (flags, expected) in [
        ("", "80-82"),
        ("--until 2026-01-06", "80 82"),
        ("--since 2026-01-06", "81"),
        ("--since 2026-01-06T00:00:00Z --until 1767657601", "81"),
        ("--since 1767571260 --until 1767571201", "80 82"),
        ("--account 999999999999", "82"),
        ("--account 999999999999,123456789012", "80-82"),
        ("--action reject", "22"),
        ("--action all", "22 80-82"),
    ] {
        let answer = folder.solve_json("a.log", flags);
        // Too few remote hosts to tell which address is the interface's, where one is left.
        let solved = folder.solve_json("a.log", &format!("{flags} --port dst"));
        assert_eq!(rules(only(&solved)), expected, "{flags}");
        assert_eq!(answer["records"]["read"], 4, "{flags}");
    }
    folder
        .run("solve a.log --since 2026-01-06")
        .exits(0)
        .notes("left out: 3 of other times")
        .notes("1 interface, from 2026-01-06T00:00:00Z to 2026-01-06T00:01:00Z (1m)");
    folder.run("solve a.log --since yesterday").exits(2);
    folder.write("b.log", "interface-id dstport\neni-1 80\n");
    let message = "b.log: the log has no start column, which --since and --until need";
    folder.run("solve b.log --port dst --since 2026-01-01").fails_with(message);
    let message = "b.log: the log has no account-id column, which --account needs";
    folder.run("solve b.log --port dst --account 1").fails_with(message);
}

#[test]
fn an_own_address_that_cannot_be_told_is_reported() {
    let pair = log(&["eni-1 10.0.0.1 50001 10.0.0.2 80 6 9 900"]);
    let folder = Folder::with(&[("a.log", &pair)]);
    assert_eq!(ports(&folder, ""), ["tcp/80 unknown own-address", "tcp/50001 unknown own-address"]);
    folder.run("solve a.log").exits(0).notes("eni-1 talks with one address only");
    assert_eq!(rules(only(&folder.solve_json("a.log", "--include 80"))), "80");
    // The address of an interface is a private one.
    folder.write("a.log", pair.replace("10.0.0.1", "203.0.113.9"));
    assert_eq!(ports(&folder, ""), ["tcp/80 service ranges"]);
    let scattered = log(&[
        "eni-1 10.0.0.1 50001 10.0.0.2 80 6 9 900",
        "eni-1 10.0.0.3 50001 10.0.0.4 81 6 9 900",
    ]);
    folder.write("a.log", &scattered);
    assert_eq!(ports(&folder, ""), Vec::<String>::new());
    folder.run("solve a.log").exits(0).notes("eni-1 has no address that stands in all of");
    folder.write("a.log", scattered.replace("eni-1", "-"));
    folder
        .run("solve a.log")
        .exits(0)
        .notes("interface not named has no address that stands in all");
}

#[test]
fn a_direction_tells_the_side() {
    let folder = Folder::with(&[(
        "a.log",
        "interface-id srcport dstport protocol flow-direction tcp-flags\n\
         eni-1 50000 80 6 ingress 2\neni-1 80 50000 6 egress 18\n\
         eni-1 40000 443 6 egress 2\neni-1 443 40000 6 ingress 18\n",
    )]);
    assert_eq!(ports(&folder, ""), ["tcp/80 service tcp-flags", "tcp/40000 client tcp-flags"]);
}

#[test]
fn traffic_through_a_gateway_is_not_its_own() {
    let folder = Folder::with(&[(
        "a.log",
        "interface-id srcaddr dstaddr srcport dstport protocol pkt-srcaddr pkt-dstaddr\n\
         eni-1 10.0.1.5 10.0.0.220 39812 443 6 10.0.1.5 203.0.113.5\n\
         eni-1 10.0.0.220 203.0.113.5 2001 443 6 10.0.0.220 203.0.113.5\n\
         eni-1 203.0.113.5 10.0.0.220 443 2001 6 203.0.113.5 10.0.0.220\n\
         eni-1 10.0.0.220 10.0.1.5 443 39812 6 203.0.113.5 10.0.1.5\n\
         eni-1 10.0.1.5 10.0.0.220 39900 22 6 10.0.1.5 10.0.0.221\n\
         eni-1 10.0.0.220 10.0.1.5 22 39900 6 10.0.0.221 10.0.1.5\n",
    )]);
    // The last one reaches a secondary address, which is the interface's.
    assert_eq!(ports(&folder, ""), ["tcp/22 service ranges", "tcp/2001 client ranges"]);
    folder.run("solve a.log").exits(0).notes("eni-1 forwards traffic, as a gateway does");
}

#[test]
fn both_families_of_an_interface_count() {
    let folder = Folder::with(&[(
        "a.log",
        &log(&[
            "eni-1 203.0.113.1 50001 10.0.0.1 80 6 9 900",
            "eni-1 203.0.113.2 50001 10.0.0.1 80 6 9 900",
            "eni-1 2001:db8::1 50001 2001:db8:1::1 81 6 9 900",
            "eni-1 2001:db8::2 50001 2001:db8:1::1 81 6 9 900",
        ]),
    )]);
    assert_eq!(rules(only(&folder.solve_json("a.log", ""))), "80-81");
    let json = folder.run("ports a.log --format json").exits(0).json();
    assert_eq!(json[0]["addresses"], serde_json::json!(["10.0.0.1", "2001:db8:1::1"]));
}

#[test]
fn plain_ports_are_counted() {
    let folder = Folder::with(&[("a.log", &log(SERVER))]);
    let said = folder.run("ports a.log --port src --format csv").exits(0).stdout;
    assert!(said.contains("\neni-1,tcp,5432,used,srcport,0,2,0,0,,\n"), "{said}");
    assert!(said.contains("\neni-1,tcp,61000,used,srcport,0,2,0,0,,\n"), "{said}");
    folder.write("list.txt", "80\n");
    folder.run("ports list.txt").fails_with("no flow log among the inputs");
}

#[test]
fn the_examples_of_aws_are_classified() {
    let path = "../shared/data/flow-logs/awsdocs-tcp-flag-sequence.log";
    if !project().join(path).exists() {
        eprintln!("SKIPPED: {path} is not there");
        return;
    }
    let said = run(&format!("ports {path} --format csv")).exits(0).stdout;
    let rows: Vec<&str> = said.lines().skip(1).collect();
    assert_eq!(rows.len(), 1, "{said}");
    assert!(rows[0].starts_with("eni-1235b8ca123456789,tcp,5001,service,tcp-flags,3,8,"), "{said}");
    let path = "../shared/data/flow-logs/awsdocs-service-name-traffic-path-and-flow-direction.log";
    let said = run(&format!("ports {path} --format csv")).exits(0).stdout;
    assert!(said.contains(",tcp,34210,client,tcp-flags,1,2,"), "{said}");
}

#[test]
fn a_real_log_has_no_ephemeral_port_among_its_services() {
    let path = "../shared/data/flow-logs/opensearch-catalog-v2.log";
    if !project().join(path).exists() {
        eprintln!("SKIPPED: {path} is not there");
        return;
    }
    let report = solve_json(path, "");
    let answers = report["answers"].as_array().unwrap();
    let found: Vec<String> = answers.iter().map(rules).collect();
    // What is asked of the addresses 10.255.1.83 and 10.255.0.62 on port 443 is traffic to others
    // that passes through: the format has no pkt-dstaddr to tell.
    assert_eq!(found, ["", "", "", "443", "443", ""]);
}
