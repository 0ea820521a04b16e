//! Worked pairs of question and answer, through the command line and the checker.

use serde_json::{Value, json};

use crate::binary::{Folder, only, rules, run, solve_json};

const PUBLISHED: &str = "datasets/ports/published.txt";
const HUNDREDS: &str = "datasets/ports/hundreds.txt";
const FOUR: &str = "datasets/ports/four.txt";

#[track_caller]
fn answer(input: &str, flags: &str) -> Value {
    only(&solve_json(input, flags)).clone()
}

/// Asserts the outcome, the rules and the open ports.
#[track_caller]
fn assert_cover(answer: &Value, outcome: &str, cover: &str, open_ports: u64) {
    assert_eq!(answer["outcome"], outcome, "{answer:#}");
    assert_eq!(rules(answer), cover);
    assert_eq!(answer["open_ports"], open_ports);
    assert_eq!(answer["cost"], open_ports);
    assert_eq!(answer["verified"], true);
}

#[track_caller]
fn assert_infeasible(answer: &Value, max_rules: u64, max_open_ports: impl Into<Value>) {
    assert_eq!(answer["outcome"], "infeasible", "{answer:#}");
    assert_eq!(rules(answer), "");
    assert_eq!(answer["repairs"]["max_rules"], max_rules);
    assert_eq!(answer["repairs"]["max_open_ports"], max_open_ports.into());
    assert_eq!(answer["verified"], true);
    for absent in ["n_rules", "units", "open_ports", "cost", "bound"] {
        assert_eq!(answer[absent], Value::Null, "{absent}");
    }
}

#[test]
fn three_rules_open_two_ports() {
    let answer = answer(PUBLISHED, "--max-rules 3 --max-open-ports 3");
    assert_cover(&answer, "optimal", "80-86 1001-1002 1020", 2);
    assert_eq!(answer["n_rules"], 3);
    assert_eq!(answer["units"], 3);
    assert_eq!(answer["bound"], 2);
    assert_eq!(answer["budget"], 3);
    assert_eq!(answer["limits"], json!({"max_open_ports": 3}));
    assert_eq!(answer["input"], PUBLISHED);
    assert_eq!(answer["interface"], Value::Null);
    assert_eq!(answer["solver"], "price");
    let group = &answer["groups"][0];
    assert_eq!(group["protocol"], "tcp");
    assert_eq!(group["zone"], Value::Null);
    assert_eq!(group["family"], Value::Null);
    assert_eq!(group["n_used_ports"], 8);
    assert_eq!(group["units_per_rule"], 1);
    assert_eq!(group["rules"][0], json!({"from": 80, "to": 86, "open_ports": 2}));
}

#[test]
fn text_names_the_open_ports() {
    let said = run("solve datasets/ports/published.txt --max-rules 3 --max-open-ports 3").exits(0);
    for part in [
        "optimal, verified",
        "3 of 3 rules",
        "2 open ports",
        "80-86, 1001-1002\n",
        "1020\n",
        "83-84\n",
    ] {
        assert!(said.stdout.contains(part), "no '{part}' in {}", said.stdout);
    }
}

#[test]
fn ten_rules_open_nothing() {
    let answer = answer(PUBLISHED, "--max-rules 10 --max-open-ports 3");
    assert_cover(&answer, "optimal", "80-82 85-86 1001-1002 1020", 0);
    assert_eq!(answer["n_rules"], 4);
    assert_eq!(answer["bound"], 0);
}

#[test]
fn one_rule_cannot_open_only_three_ports() {
    assert_infeasible(&answer(PUBLISHED, "--max-rules 1 --max-open-ports 3"), 3, 933);
}

#[test]
fn text_names_both_repairs() {
    let said = run("solve datasets/ports/published.txt --max-rules 1 --max-open-ports 3").exits(3);
    for part in ["infeasible", "tcp/80-1002", "--max-rules 3", "--max-open-ports 933"] {
        assert!(said.stdout.contains(part), "no '{part}' in {}", said.stdout);
    }
}

#[test]
fn each_repair_is_the_least_that_works() {
    for (flags, outcome) in [
        ("--max-rules 3 --max-open-ports 3", "optimal"),
        ("--max-rules 2 --max-open-ports 3", "infeasible"),
        ("--max-rules 1 --max-open-ports 933", "optimal"),
        ("--max-rules 1 --max-open-ports 932", "infeasible"),
    ] {
        assert_eq!(answer(PUBLISHED, flags)["outcome"], outcome, "{flags}");
    }
}

#[test]
fn one_rule_opens_everything_between() {
    let answer = answer(PUBLISHED, "--max-rules 1 --max-open-ports 1000");
    assert_cover(&answer, "optimal", "80-1020", 933);
}

/// The published heuristic limits each hole, whatever its text says.
#[test]
fn threshold_gives_the_published_table() {
    let seed = |flags: &str| answer(PUBLISHED, &format!("--solver threshold {flags}"));
    let cover = seed("--max-rules 3 --max-hole 3");
    assert_cover(&cover, "feasible", "80-86 1001-1002 1020", 2);
    assert_eq!(cover["solver"], "threshold");
    let cover = seed("--max-rules 10 --max-hole 3");
    assert_cover(&cover, "feasible", "80-82 85-86 1001-1002 1020", 0);
    let none = seed("--max-rules 1 --max-hole 3");
    assert_eq!(none["outcome"], "unknown");
    assert_eq!(none["verified"], false);
    assert_eq!(rules(&none), "");
    assert_cover(&seed("--max-rules 1 --max-hole 1000"), "feasible", "80-1020", 933);
}

#[test]
fn one_threshold_for_equal_holes_opens_far_too_much() {
    let threshold = answer(HUNDREDS, "--max-rules 60 --solver threshold");
    assert_cover(&threshold, "feasible", "100-10000", 9_801);
    assert_eq!(threshold["n_rules"], 1);
    assert_eq!(threshold["bound"], 3_960);
    for solver in ["price", "dp", "ilp", "ilp-lp"] {
        let exact = answer(HUNDREDS, &format!("--max-rules 60 --solver {solver}"));
        assert_eq!(exact["outcome"], "optimal", "{solver}");
        assert_eq!(exact["n_rules"], 60, "{solver}");
        assert_eq!(exact["open_ports"], 3_960, "{solver}");
        assert_eq!(exact["bound"], 3_960, "{solver}");
    }
}

#[test]
fn sixty_rules_are_the_default() {
    let answer = answer(HUNDREDS, "");
    assert_eq!(answer["budget"], 60);
    assert_eq!(answer["open_ports"], 3_960);
    assert_eq!(answer["limits"], json!({}));
}

#[test]
fn the_largest_hole_and_the_open_ports_of_a_rule_are_two_limits() {
    let hole = answer(FOUR, "--max-rules 1 --max-hole 3");
    assert_cover(&hole, "optimal", "22-31", 6);
    let open = answer(FOUR, "--max-rules 1 --max-open-ports 3");
    assert_infeasible(&open, 2, 6);
}

#[test]
fn a_repair_that_another_limit_prevents_is_null_and_says_which() {
    let answer = answer(PUBLISHED, "--max-rules 2 --max-open-ports 3 --max-hole 16");
    assert_infeasible(&answer, 3, Value::Null);
    let reason = answer["repairs"]["reason"].as_str().expect("a reason");
    assert!(reason.contains("max-hole") || reason.contains("max_hole"), "{reason}");
}

#[test]
fn weights_part_cost_from_open_ports() {
    let folder =
        Folder::with(&[("used.txt", "10,12,15\n"), ("weights.txt", "11 7 # dear\n13-14 2\n")]);
    let report = folder.solve_json("used.txt", "--max-rules 2 --weights weights.txt");
    let dear_kept = only(&report);
    assert_eq!(rules(dear_kept), "10 12-15");
    assert_eq!(dear_kept["open_ports"], 2);
    assert_eq!(dear_kept["cost"], 4);
    assert_eq!(dear_kept["bound"], 4);
    let report = folder.solve_json("used.txt", "--max-rules 2");
    assert_eq!(rules(only(&report)), "10-12 15");
}

#[test]
fn a_cheap_hole_may_have_to_stay_open() {
    // Bridging the hole of one port first leaves holes that no rule may bridge with it.
    let folder = Folder::with(&[("used.txt", "10,13,15,18\n")]);
    let limits = "--max-rules 2 --max-open-ports 2";
    let report = folder.solve_json("used.txt", limits);
    assert_cover(only(&report), "optimal", "10-13 15-18", 4);
    let report = folder.solve_json("used.txt", &format!("{limits} --solver greedy"));
    assert_eq!(only(&report)["outcome"], "unknown");
}

#[test]
fn protocols_share_one_budget() {
    let folder = Folder::with(&[("used.txt", "10,20,udp/10,udp/14\n")]);
    let report = folder.solve_json("used.txt", "--max-rules 3");
    assert_cover(only(&report), "optimal", "10 20 udp/10-14", 3);
    let report = folder.solve_json("used.txt", "--max-rules 1");
    assert_infeasible(only(&report), 2, Value::Null);
}

#[test]
fn a_front_has_a_row_for_each_budget() {
    let said = run("front datasets/ports/published.txt --format csv").exits(0);
    let row = |rest: &str| format!("{PUBLISHED},,{rest},true\n");
    let expected = [row("1,933,933,933"), row("2,19,19,19"), row("3,2,2,2"), row("4,0,0,0")];
    let head = "input,interface,budget,open_ports,cost,bound,supported\n";
    assert_eq!(said.stdout, head.to_owned() + &expected.concat());
    let said = run("front datasets/ports/published.txt --format csv --max-open-ports 3").exits(0);
    assert_eq!(said.stdout, head.to_owned() + &expected[2..].concat());
    let said = run("front datasets/ports/published.txt --format csv --up-to 6").exits(0);
    let more = [row("5,0,0,0"), row("6,0,0,0")].concat();
    assert_eq!(said.stdout, head.to_owned() + &expected.concat() + &more);
}
