//! Rules as AWS takes them: what is written is what was answered, in every format.

mod aws;
mod groups;
mod laws;
mod reading;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::binary::{Folder, only, run};
use reading::{Single, read};

/// Zones of every kind.
const ZONES: &str = r#"
[zones.office]
cidrs = ["203.0.113.0/24", "198.51.100.0/24", "2001:db8:1::/48"]

[zones.partners]
prefix_list = "pl-0123456789abcdef0"
max_entries = 6
cidrs = ["192.0.2.0/24"]

[zones.cdn]
prefix_list = "pl-3b927c52"
units = 7
cidrs = ["120.52.22.96/27", "2600:9000::/28"]

[zones.app]
security_group = "123456789012/sg-0123456789abcdef0"
addresses = ["10.0.1.7"]

[zones.near-by_1]
security_group = "sg-01234567"
addresses = ["10.0.2.7"]

[zones.world]
any = true
"#;

/// What each of them names in a rule, with its family, written down by hand.
const SOURCES: &[(&str, &str, &[&str])] = &[
    ("office", "ipv4", &["203.0.113.0/24", "198.51.100.0/24"]),
    ("office", "ipv6", &["2001:db8:1::/48"]),
    ("partners", "ipv4", &["pl-0123456789abcdef0"]),
    ("cdn", "both", &["pl-3b927c52"]),
    ("app", "both", &["123456789012/sg-0123456789abcdef0"]),
    ("near-by_1", "both", &["sg-01234567"]),
    ("world", "ipv4", &["0.0.0.0/0"]),
    ("world", "ipv6", &["::/0"]),
];

/// An interface whose name tries to be code everywhere.
const EVIL: &str =
    "eni \"${file(\"/etc/passwd\")}\" %{if true}x%{endif} $${a}%${b} | # */ ' `id`\n}\n=1+1";

/// Used ports of all zones, for one interface.
fn table(interface: &str) -> String {
    let interface = format!("\"{}\"", interface.replace('"', "\"\""));
    let rows = SOURCES.iter().enumerate().flat_map(|(i, (zone, family, _))| {
        let ports = [20 + 3 * i, 22 + 3 * i, 1_000 + 100 * i, 65_535 - i];
        let interface = interface.clone();
        ports.map(move |port| {
            let protocol = if port > 60_000 { "udp" } else { "tcp" };
            format!("{interface},{protocol},{port},service,{zone},{family}\n")
        })
    });
    let head = "interface,protocol,port,class,zone,family\n".to_owned();
    [head].into_iter().chain(rows).collect()
}

/// A folder with the zones, and a table of used ports.
fn fixture() -> Folder {
    Folder::with(&[("zones.toml", ZONES), ("used $${x} `y`.csv", &table(EVIL))])
}

const FLAGS: &str = "--zones zones.toml --max-rules 60";

/// What an answer says, rule by rule and source by source.
fn answered(answer: &Value) -> BTreeSet<Single> {
    let mut singles = BTreeSet::new();
    for group in answer["groups"].as_array().unwrap() {
        let of =
            |known: &&(&str, &str, &[&str])| group["zone"] == known.0 && group["family"] == known.1;
        let (_, _, sources) = SOURCES.iter().find(of).expect("the zone is known");
        for rule in group["rules"].as_array().unwrap() {
            for &source in *sources {
                let is_new = singles.insert(Single {
                    protocol: group["protocol"].as_str().unwrap().to_owned(),
                    from: rule["from"].as_u64().unwrap(),
                    to: rule["to"].as_u64().unwrap(),
                    source: source.to_owned(),
                });
                assert!(is_new, "no rule comes twice");
            }
        }
    }
    singles
}

const FORMATS: &[&str] = &["ip-permissions", "terraform", "cloudformation", "csv", "markdown"];

#[test]
fn every_format_says_what_was_answered_whatever_things_are_called() {
    let folder = fixture();
    let report = folder.solve_json("*.csv", FLAGS);
    let expected = answered(only(&report));
    assert!(expected.len() > 8);
    for format in FORMATS {
        let said = folder.run(&format!("solve *.csv {FLAGS} --format {format}")).exits(0);
        let bytes = said.stdout.as_bytes();
        assert_eq!(read(format, bytes).into_iter().collect::<BTreeSet<_>>(), expected, "{format}");
        let again = folder.run(&format!("solve *.csv {FLAGS} --format {format} --threads 1"));
        assert_eq!(again.stdout, said.stdout, "{format}: the same bytes");
    }
}

#[test]
fn the_world_is_never_assumed_but_may_be_said() {
    for format in FORMATS {
        run(&format!("solve datasets/ports/four.txt --format {format}"))
            .fails_with("nothing says who may connect, and the whole world is not assumed");
        let said =
            run(&format!("solve datasets/ports/four.txt --format {format} --source 0.0.0.0/0"));
        let singles = read(format, said.exits(0).stdout.as_bytes());
        assert_eq!(singles.len(), 4, "{format}");
        assert!(singles.iter().all(|single| single.source == "0.0.0.0/0"), "{format}");
    }
}

#[test]
fn an_ipv6_source_is_one() {
    for format in FORMATS {
        let said =
            run(&format!("solve datasets/ports/four.txt --format {format} --source 2001:db8::/32"));
        let singles = read(format, said.exits(0).stdout.as_bytes());
        assert!(singles.iter().all(|single| single.source == "2001:db8::/32"), "{singles:?}");
        assert_eq!(singles.len(), 4, "{format}");
    }
}

#[test]
fn a_group_is_named_or_asked_for() {
    let solve =
        |flags: &str| run(&format!("solve datasets/ports/four.txt --source 10.0.0.0/8 {flags}"));
    let terraform = solve("--format terraform --security-group sg-01234567").exits(0).stdout;
    assert!(terraform.contains("security_group_id = \"sg-01234567\"\n"));
    assert!(!terraform.contains("variable"), "{terraform}");
    let terraform = solve("--format terraform").exits(0).stdout;
    assert!(terraform.contains("security_group_id = var.security_group_id\n"));
    let template = solve("--format cloudformation --security-group sg-01234567").exits(0).json();
    assert_eq!(template.get("Parameters"), None);
    let csv = solve("--format csv --security-group sg-01234567").exits(0).stdout;
    assert_eq!(csv.matches(",sg-01234567,").count(), 4);
    let markdown = solve("--format markdown --security-group sg-01234567").exits(0).stdout;
    assert!(markdown.contains("Security group sg-01234567\n"), "{markdown}");
    solve("--format terraform --security-group sg-0123").exits(2).notes("8 or 17 hexadecimal");
    let two = "--security-group sg-01234567,sg-12345678";
    solve(&format!("--format terraform {two}")).exits(2).notes("--max-groups 2");
    solve("--security-group sg-01234567").exits(2).notes("--format ip-permissions|terraform");
    run("solve datasets/ports/four.txt datasets/ports/published.txt --source 10.0.0.0/8 \
         --format csv --security-group sg-01234567")
    .fails_with("narrow them down by --interface");
}

#[test]
fn several_instances_take_a_folder() {
    let lists = "datasets/ports/four.txt datasets/ports/published.txt";
    let folder = Folder::new();
    let out = folder.path().join("out").display().to_string() + "/";
    for (format, ending) in
        [("ip-permissions", "json"), ("terraform", "tf"), ("cloudformation", "json")]
    {
        let solve = format!("solve {lists} --source 10.0.0.0/8 --format {format}");
        run(&solve).fails_with("these are 2 instances; name a folder for their files: -o DIR/");
        let said = run(&format!("{solve} -o {out}")).exits(0);
        assert_eq!(said.stdout, "");
        let n_rules =
            |name: &str| read(format, &folder.read(&format!("out/{name}.{ending}"))).len();
        assert_eq!((n_rules("four"), n_rules("published")), (4, 4), "{format}");
    }
    for format in ["csv", "markdown"] {
        let solve = format!("solve {lists} --source 10.0.0.0/8 --format {format}");
        let together = run(&solve).exits(0).stdout;
        assert_eq!(read(format, together.as_bytes()).len(), 8, "{format}");
        run(&format!("{solve} -o {out}")).exits(0);
    }
    let names = ["csv", "json", "md", "tf"];
    let names = ["four", "published"].map(|stem| names.map(|ending| format!("{stem}.{ending}")));
    let found: Vec<String> = std::fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(BTreeSet::from_iter(found), BTreeSet::from_iter(names.concat()));
}

#[test]
fn what_has_no_cover_has_no_file_and_says_why() {
    let folder = Folder::with(&[("far.txt", "1, 60000"), ("near.txt", "1, 3")]);
    let solve = "solve *.txt --max-rules 1 --max-open-ports 5 --source 10.0.0.0/8";
    for name in ["out/far.tf", "far.tf"] {
        folder.write(name, "from an earlier run");
    }
    folder.write("out/other.tf", "not ours");
    let said = folder.run(&format!("{solve} --format terraform -o out")).exits(3);
    assert_eq!(said.stdout, "");
    let said = said.notes("far.txt: infeasible, verified: 1 rule cannot do it, 2 can");
    said.notes("near.txt: optimal");
    assert!(!folder.path().join("out/far.tf").exists(), "it would pass for one of this run");
    assert_eq!(read("terraform", &folder.read("out/near.tf")).len(), 1);
    assert_eq!(folder.read("out/other.tf"), b"not ours");
    let csv = folder.run(&format!("{solve} --format csv")).exits(3).stdout;
    assert_eq!(read("csv", csv.as_bytes()).len(), 1);
    let none = folder.run(&format!("{} --format csv", solve.replace("*.txt", "far.txt"))).exits(3);
    assert_eq!(none.stdout, "");
    let alone = solve.replace("*.txt", "far.txt");
    folder.run(&format!("{alone} --format terraform -o far.tf")).exits(3);
    assert!(!folder.path().join("far.tf").exists(), "it would pass for one of this run");
    folder
        .run(&format!("{} -o near.txt", solve.replace("*.txt", "near.txt")))
        .fails_with("near.txt is one of the inputs");
}

#[test]
fn names_of_resources_depend_on_nothing_else() {
    let folder = Folder::with(&[("a.txt", "80, 443"), ("b.txt", "22, 80, 443, udp/80")]);
    let name = |list: &str, format: &str| {
        let solve = format!("solve {list} --source 10.0.0.0/8 --format {format}");
        reading::names(format, folder.run(&solve).exits(0).stdout.as_bytes())
    };
    for format in ["terraform", "cloudformation"] {
        let (few, more) = (name("a.txt", format), name("b.txt", format));
        assert_eq!((few.len(), more.len()), (2, 4));
        assert!(few.is_subset(&more), "{few:?} {more:?}");
    }
    assert!(name("a.txt", "terraform").contains("tcp_443_443_10_0_0_0_8"));
}

#[test]
fn a_template_of_too_many_resources_is_refused_with_what_would_do() {
    let ports: Vec<String> = (0..501).map(|i| (i * 3).to_string()).collect();
    let folder = Folder::with(&[("many.txt", &ports.join(",")), ("few.txt", "1")]);
    let solve = "solve many.txt --max-rules 600 --source 10.0.0.0/8 --format";
    folder.run(&format!("{solve} cloudformation")).fails_with(
        "cloudformation takes at most 500 resources in a template, these are 501; \
         write terraform or ip-permissions",
    );
    assert_eq!(
        read("terraform", folder.run(&format!("{solve} terraform")).stdout.as_bytes()).len(),
        501
    );
    let fits = folder.run(&format!("{} cloudformation", solve.replace("600", "500"))).exits(0);
    assert_eq!(read("cloudformation", fits.stdout.as_bytes()).len(), 500);
}

#[test]
fn an_interface_without_rules_has_no_file_of_them() {
    let folder = Folder::new();
    let out = folder.path().display().to_string();
    let solve = "solve datasets/flow-logs --interface eni-058705360e654a058 --source 10.0.0.0/8";
    run(&format!("{solve} --format terraform -o {out}"))
        .exits(0)
        .notes("eni-058705360e654a058: there is no rule to write");
    assert_eq!(folder.names(), [""; 0]);
    let review = run(&format!("{solve} --format markdown")).exits(0).stdout;
    assert!(review.contains("- no used port\n"), "{review}");
}

#[test]
fn descriptions_say_where_rules_come_from() {
    let solve = "solve datasets/flow-logs --interface eni-0847f778302ec7827 --source 10.0.0.0/8";
    let rules = run(&format!("{solve} --max-rules 12 --format ip-permissions")).exits(0).json();
    let of = |rule: &Value| rule["IpRanges"][0]["Description"].as_str().unwrap().to_owned();
    assert_eq!(
        of(&rules[0]),
        "rangecover: 4 used ports, 847 open, \
         seen 2026-01-05T02:00:03Z to 2026-01-05T03:00:09Z"
    );
    let folder = fixture();
    let rules = folder.run(&format!("solve *.csv {FLAGS} --format ip-permissions")).json();
    assert!(of(&rules[0]).ends_with(" open, zone office"), "{}", of(&rules[0]));
}
