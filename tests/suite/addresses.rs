//! Address lists: instances whose points are IPv4 addresses.

use proptest::prelude::*;
use rangecover::problem::instance::{Group, Instance, Terms};
use rangecover::problem::limits::Limits;
use rangecover::problem::points::Points;
use rangecover::problem::ports::{Protocol, Span};
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::{SOLVERS, Stop, default_solver};
use serde_json::json;

use crate::binary::{Folder, only, rules};
use crate::instances::{few_runs, limits};

const LIST: &str = "# who may connect\n10.0.0.0/30\n10.0.0.6, 10.0.0.8-10.0.0.9\n192.168.0.1\n";

#[test]
fn a_list_is_covered_by_ranges_of_addresses() {
    let folder = Folder::with(&[("allow.txt", LIST)]);
    let said = folder.run("solve allow.txt --max-rules 2").exits(0);
    assert_eq!(
        said.stdout,
        "allow.txt: 8 addresses used\
         \n  optimal, verified: 2 of 2 rules, 3 open addresses\
         \n  ipv4 ranges     10.0.0.0-10.0.0.9\
         \n  ipv4 addresses  192.168.0.1\
         \n  ipv4 open       10.0.0.4-10.0.0.5, 10.0.0.7\n"
    );
    // The answer goes through `check`.
    let report = folder.solve_json("allow.txt", "--max-rules 2");
    let answer = only(&report);
    assert_eq!(answer["groups"][0]["protocol"], "ipv4");
    assert_eq!(rules(answer), "ipv4/167772160-167772169 ipv4/3232235521");
    assert_eq!(answer["cost"], json!(3));
    let front = folder.run("front allow.txt -o front.svg").exits(0);
    assert!(front.stdout.contains(" rules  open addresses\n"), "{front:#?}");
    let picture = String::from_utf8(folder.read("front.svg")).unwrap();
    assert!(picture.contains("Open addresses against rules"), "{picture}");
    folder.run("compare allow.txt --max-rules 2 --no-times").exits(0);
}

#[test]
fn a_limit_that_no_cover_meets_is_explained_by_addresses() {
    let folder = Folder::with(&[("allow.txt", LIST)]);
    let said = folder.run("solve allow.txt --max-rules 1 --max-hole 8").exits(3);
    assert!(said.stdout.contains("ipv4/10.0.0.0-192.168.0.1"), "{said:#?}");
    folder.solve_json("allow.txt", "--max-rules 1 --max-hole 8");
}

#[test]
fn the_whole_space_and_both_ends_are_no_trouble() {
    let folder = Folder::with(&[("all", "0.0.0.0/0\n"), ("ends", "0.0.0.0\n255.255.255.255\n")]);
    assert_eq!(only(&folder.solve_json("all", ""))["n_rules"], json!(1));
    let report = folder.solve_json("ends", "--max-rules 1");
    assert_eq!(only(&report)["open_ports"], json!((1_u64 << 32) - 2));
}

#[test]
fn bad_lists_say_what_and_where() {
    let folder = Folder::with(&[
        ("bits", "10.0.0.0/8\n10.0.0.1/8\n"),
        ("word", "10.0.0.1\nhost\n"),
        ("none", "# nothing\n"),
        ("zones.toml", "[zones.a]\ncidrs = [\"10.0.0.0/8\"]\n"),
        ("good", "10.0.0.1\n"),
    ]);
    folder.run("solve bits").fails_with("bits:2: 10.0.0.1/8 has host bits; write 10.0.0.0/8");
    folder.run("solve word").fails_with("word:2: 'host' is not an IPv4 address");
    folder.run("solve none --input-format addresses").fails_with("no port and no record");
    folder.run("solve good --zones zones.toml").fails_with("an address list does not say");
    let said = folder.run("solve good --forbid 22");
    said.fails_with("--forbid and --weights are about ports, and this is a list of addresses");
    for flag in ["--protocol tcp", "--interface eni-1"] {
        let said = folder.run(&format!("solve good {flag}"));
        said.fails_with("good: --protocol and --interface are about ports and flow logs, and this");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn addresses_are_covered_as_ports_are(ports in few_runs(7), budget in 1..7_usize, spec in limits()) {
        // Ports of one protocol without what only ports have.
        let spec = rangecover::problem::limits::LimitSpec { forbid: vec![], weights: vec![], ..spec };
        let limits = Limits::from(spec);
        let of = |points: Points, base: u32| {
            let moved = |run: Span| Span::new(base + run.from(), base + run.to()).unwrap();
            let runs = ports.runs().into_iter().map(moved).collect();
            let group = Group::new(points, Terms::default(), runs);
            Instance::of_groups([group], budget, limits.clone())
        };
        let base = u32::MAX - 1_000;
        match (of(Protocol::Tcp.into(), 0), of(Points::Addresses, base)) {
            (Ok(of_ports), Ok(of_addresses)) => {
                let cost = |answer: &Answer| answer.cover().map(|(_, facts)| facts.cost);
                let expected = answer(default_solver(), &of_ports, Stop::never()).unwrap();
                for solver in SOLVERS {
                    let found = answer(*solver, &of_addresses, Stop::never()).unwrap();
                    let theirs = answer(*solver, &of_ports, Stop::never()).unwrap();
                    prop_assert_eq!(cost(&found), cost(&theirs));
                }
                let found = answer(default_solver(), &of_addresses, Stop::never()).unwrap();
                prop_assert_eq!(cost(&found), cost(&expected));
            }
            (of_ports, of_addresses) => prop_assert_eq!(of_ports.is_err(), of_addresses.is_err()),
        }
    }
}
