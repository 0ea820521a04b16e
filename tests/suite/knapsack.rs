//! Where rules take different units, the best saving per unit first is not the best.

use std::fmt::Write as _;

use rangecover::problem::instance::{Budget, Group, Instance, Terms};
use rangecover::problem::limits::Limits;
use rangecover::problem::port_list;
use rangecover::problem::ports::Protocol;
use rangecover::problem::zones::Quota;
use rangecover::research::generate::knapsack;
use rangecover::solve::answer::{Answer, answer};
use rangecover::solve::{Stop, solver};
use serde_json::json;

use crate::binary::{Folder, only};

/// The cost of a solver's answer, and whether it is proven to be the least.
fn cost(name: &str, instance: &Instance) -> (u64, bool) {
    match answer(solver(name).unwrap(), instance, Stop::never()).unwrap() {
        Answer::Optimal { facts, .. } => (facts.cost, true),
        Answer::Feasible { facts, bound, .. } => (facts.cost, facts.cost == bound),
        other => panic!("{name}: {other:?}"),
    }
}

fn group(zone: &str, units: u32, ports: &str) -> Group {
    let terms = Terms { zone: Some(zone.into()), quota: Quota::Ipv4, units, weight: 1 };
    let used = port_list::parse(ports).unwrap();
    Group::new(Protocol::Tcp, terms, used[&Protocol::Tcp].runs())
}

#[test]
fn the_best_saving_per_unit_is_not_the_best_of_all() {
    // Holes of 6, 10 and 10 ports take 1, 2 and 2 units to keep; 4 units beyond the least.
    let groups = [group("a", 1, "100,107"), group("b", 2, "200,211"), group("c", 2, "300,311")];
    let instance = Instance::of_groups(groups, Budget::from(5 + 4), Limits::default()).unwrap();
    for name in ["price", "dp", "ilp", "brute"] {
        assert_eq!(cost(name, &instance), (6, true), "{name}");
    }
    assert_eq!(cost("greedy", &instance), (10, false));
    // Every smaller hole than the first that does not fit is bridged.
    assert_eq!(cost("threshold", &instance).0, 6);
}

#[test]
fn greedy_is_worse_on_generated_policies() {
    let mut worse = 0;
    for seed in 1..=10 {
        let policy = knapsack(seed, 12, 20).unwrap();
        let least = policy.instance(0, Limits::default()).unwrap();
        let least = least.units(least.groups().iter().map(|_| 1)).ipv4;
        let instance = policy.instance(least + 400, Limits::default()).unwrap();
        let (best, proven) = cost("price", &instance);
        assert!(proven);
        assert_eq!(cost("dp", &instance), (best, true));
        let (greedy, _) = cost("greedy", &instance);
        worse += u32::from(greedy > best);
    }
    assert!(worse >= 8, "greedy found the optimum {} times", 10 - worse);
}

/// Rules for the referenced group count in both quotas.
const COUPLED: &str = r#"
[zones.app]
security_group = "sg-0123456789abcdef0"
addresses = ["10.0.0.7"]
[zones.office]
cidrs = ["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32"]
weight = 3
"#;

fn coupled() -> Folder {
    let mut table = "interface,protocol,port,class,zone,family\n".to_owned();
    for (zone, family, ports) in [
        ("app", "both", [80, 90, 120, 443]),
        ("office", "ipv4", [22, 25, 443, 500]),
        ("office", "ipv6", [22, 30, 80, 81]),
    ] {
        for port in ports {
            writeln!(table, "eni-1,tcp,{port},service,{zone},{family}").unwrap();
        }
    }
    Folder::with(&[("a.csv", &table), ("zones.toml", COUPLED)])
}

#[test]
fn groups_that_count_in_both_quotas_couple_them() {
    let folder = coupled();
    for (ipv4, ipv6) in [(3, 2), (7, 3), (5, 4), (9, 2), (12, 7)] {
        let flags = format!("--zones zones.toml --max-rules {ipv4} --max-rules-ipv6 {ipv6}");
        let costs = ["price", "dp", "ilp", "brute"].map(|solver| {
            // Which `check` has accepted.
            let report = folder.solve_json("a.csv", &format!("{flags} --solver {solver}"));
            let answer = only(&report);
            assert_eq!(answer["outcome"], "optimal");
            assert!(answer["units"].as_u64() <= Some(ipv4), "{answer}");
            assert!(answer["units_ipv6"].as_u64() <= Some(ipv6), "{answer}");
            answer["cost"].as_u64().unwrap()
        });
        assert_eq!(costs, [costs[0]; 4]);
    }
}

#[test]
fn each_quota_that_is_too_small_is_named() {
    let folder = coupled();
    for (flags, helps) in [
        ("--max-rules 2", "--max-rules 3 "),
        ("--max-rules-ipv6 1", "--max-rules-ipv6 2 "),
        ("--max-rules 5 --reserve 3 --max-rules-ipv6 0", "--max-rules 6 --max-rules-ipv6 2 "),
    ] {
        let line = format!("solve a.csv --zones zones.toml {flags}");
        let said = folder.run(&line).exits(3).stdout;
        assert!(said.contains(&format!("what helps      {helps}")), "{said}");
        folder.solve_json("a.csv", &format!("--zones zones.toml {flags}"));
    }
}

#[test]
fn a_front_holds_the_other_quota_where_it_is_enough() {
    let folder = coupled();
    let said = folder.run("front a.csv --zones zones.toml --max-rules-ipv6 1").exits(0);
    assert!(said.stdout.contains("eni-1 IPv6: at least 2 of"), "{}", said.stdout);
    said.notes("the front is for 2 IPv6 units, the least that are enough");
}

#[test]
fn answers_say_and_check_what_rules_take() {
    let folder = coupled();
    let report = folder.solve_json("a.csv", "--zones zones.toml --max-rules 7");
    let units: Vec<_> = only(&report)["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let of = |key: &str| group[key].to_string();
            [of("zone"), of("family"), of("units_per_rule"), of("weight")].join(" ")
        })
        .collect();
    let expected =
        ["\"app\" \"both\" 1 null", "\"office\" \"ipv4\" 2 3", "\"office\" \"ipv6\" 1 3"];
    assert_eq!(units, expected);
    folder.write("answer.json", report.to_string());
    let said = folder.run("check a.csv answer.json").exits(0).stdout;
    let terms = "units of rules: app both 1, office ipv4 2 weight 3, office ipv6 1 weight 3";
    assert!(said.contains(terms), "{said}");
    for (pointer, value, message) in [
        ("/groups/1/units_per_rule", json!(1), "other used ports, or other zones"),
        ("/groups/1/weight", json!(1), "other used ports, or other zones"),
        ("/groups/0/zone", json!("office"), "other used ports, or other zones"),
        ("/budget", json!(4), "IPv4 units are over the budget of 4"),
        ("/units_ipv6", json!(1), "units_ipv6 is"),
        ("/certificate/tangents", json!([]), "called optimal"),
        ("/certificate/tangents/0/class", json!(9), "tangent 0 is of class 9"),
    ] {
        let mut changed = report.clone();
        *changed["answers"][0].pointer_mut(pointer).expect("the place exists") = value;
        if pointer == "/certificate/tangents" {
            changed["answers"][0]["bound"] = json!(0);
        }
        folder.write("answer.json", changed.to_string());
        let said = folder.run("check a.csv answer.json");
        said.fails_with(message);
    }
}

#[test]
fn a_table_is_not_written_without_its_zones() {
    let folder = Folder::new();
    folder.run("generate knapsack --zones no/z.toml -o k.csv").fails_with("cannot write no/z.toml");
    folder.run("generate knapsack --zones z.toml -o no/k.csv").fails_with("cannot write no/k.csv");
    assert_eq!(folder.names(), [""; 0]);
}
