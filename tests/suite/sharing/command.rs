//! `--share-outer` on the command line.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::binary::{Folder, only, rules};

const ZONES: &str = r#"
[zones.any]
any = true
[zones.vpc]
cidrs = ["10.0.0.0/8"]
[zones.subnet]
cidrs = ["10.0.1.0/24"]
"#;

/// What connects from outside, from the network, and from the subnet.
const PORTS: [(&str, &[u32]); 3] = [
    ("8.8.8.8", &[80, 100, 120, 443]),
    ("10.9.9.9", &[85, 90, 443, 500, 510]),
    ("10.0.1.9", &[82, 99, 110, 443, 505, 600]),
];

const INPUT: &str = "a.log --port dst --zones zones.toml --share-outer";

fn folder() -> Folder {
    let mut log = "interface-id srcaddr dstaddr dstport protocol action\n".to_owned();
    for (source, ports) in PORTS {
        for port in ports {
            writeln!(log, "eni-1 {source} 10.0.0.1 {port} 6 ACCEPT").unwrap();
        }
    }
    Folder::with(&[("a.log", &log), ("zones.toml", ZONES)])
}

/// Solves, and has the answer checked.
fn solve(folder: &Folder, flags: &str) -> Value {
    let flags = format!("--port dst --zones zones.toml --share-outer {flags}");
    folder.solve_json("a.log", &flags)
}

#[test]
fn answers_of_every_solver_are_accepted() {
    let folder = folder();
    for budget in [1, 3, 5, 8, 20] {
        for solver in ["price", "dp", "greedy", "threshold", "ilp"] {
            let report = solve(&folder, &format!("--max-rules {budget} --solver {solver}"));
            assert_eq!(only(&report)["share_outer"], json!(true));
        }
    }
}

#[test]
fn the_text_says_that_outer_rules_serve() {
    let folder = folder();
    let said = folder.run(&format!("solve {INPUT}")).exits(0).stdout;
    assert!(said.contains("optimal, verified: 13 of 60 IPv4 units"), "{said}");
    assert!(said.contains("sharing         outer rules serve inner zones, proven in"), "{said}");
    let said = folder.run(&format!("solve {INPUT} --max-rules 1")).exits(3).stdout;
    assert!(said.contains("--max-rules 3 (less may do, which is not searched for)"), "{said}");
    let said = folder.run(&format!("solve {INPUT} --max-rules 2 --solver dp")).exits(4).stdout;
    assert!(said.contains("what helps      --solver price"), "{said}");
    let alone = folder.run("solve a.log --port dst --zones zones.toml").exits(0).stdout;
    assert!(!alone.contains("sharing") && alone.contains("15 of 60 IPv4 units"), "{alone}");
}

#[test]
fn without_sharing_answers_say_nothing_of_it() {
    let report = folder().solve_json("a.log", "--port dst --zones zones.toml");
    assert!(only(&report).get("share_outer").is_none());
}

#[test]
fn a_changed_answer_is_refused() {
    let folder = folder();
    let report = solve(&folder, "--max-rules 5");
    let answer = only(&report);
    assert_eq!(answer["outcome"], "optimal");
    assert!(answer["certificate"]["tree"].as_array().unwrap().len() > 1, "{}", rules(answer));
    let refuses = |pointer: &str, value: Value, message: &str| {
        let mut changed = report.clone();
        *changed["answers"][0].pointer_mut(pointer).expect("the place exists") = value;
        folder.write("answer.json", changed.to_string());
        folder.run("check a.log answer.json").fails_with(message);
    };
    let leaf = json!({"tangents": []});
    let tree = answer["certificate"]["tree"].as_array().unwrap();
    refuses("/certificate/tree", json!([]), "the certificate proves a bound of 0");
    refuses("/certificate/tree", json!([leaf]), "the certificate proves a bound of 0");
    refuses("/certificate/tree", json!(tree[..tree.len() - 1]), "too few or too many");
    refuses("/certificate/tree", json!([tree, &[leaf][..]].concat()), "too few or too many");
    refuses("/certificate/tree/0/hole", json!(80), "no hole starts that is undecided");
    refuses("/certificate/tree/0/group", json!(9), "of group 9, where no hole starts");
    refuses("/certificate", json!({"tangents": []}), "the certificate proves a bound of 0");
    refuses("/share_outer", json!(false), "covered");
}

#[test]
fn an_infeasible_answer_needs_a_tree_without_covers() {
    let folder = folder();
    let mut report = solve(&folder, "--max-rules 2");
    assert_eq!(only(&report)["outcome"], "infeasible");
    report["answers"][0]["budget"] = json!(3);
    folder.write("answer.json", report.to_string());
    folder.run("check a.log answer.json").fails_with("so none is excluded");
}

#[test]
fn fronts_and_relaxations_are_for_zones_on_their_own() {
    let folder = folder();
    let front = folder.run(&format!("front {INPUT}")).exits(2);
    front.notes("unexpected argument '--share-outer'");
    let refused = folder.run(&format!("solve {INPUT} --solver ilp-lp"));
    refused.fails_with("ilp-lp is not for zones whose outer rules serve inner ones; choose ilp");
    let rows = folder.run(&format!("compare {INPUT} --solvers ilp-lp,price")).exits(0).stdout;
    assert!(rows.contains("refused") && rows.contains("optimal"), "{rows}");
}
