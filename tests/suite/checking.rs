//! The `check` command: it accepts what `solve` wrote and nothing that was changed.

use serde_json::{Value, json};

use crate::binary::{Folder, only, solve_json};

#[test]
fn every_answer_of_every_solver_is_accepted() {
    // `solve_json` runs `check` and asserts that it accepts.
    let mut outcomes = Vec::new();
    for flags in [
        "",
        "--max-rules 1",
        "--max-rules 20 --max-open-ports 200",
        "--max-rules 200 --max-hole 40 --max-rule-width 500",
        "--max-rules 300 --max-open-ports 50 --forbid 3000-3010,udp/60000 --drop-forbidden",
        "--max-rules 61 --reserve 1 --protocol tcp",
    ] {
        for solver in ["price", "dp", "greedy", "threshold", "ilp-lp"] {
            let inputs = "datasets/ports datasets/flow-logs";
            let report = solve_json(inputs, &format!("{flags} --solver {solver}"));
            for answer in report["answers"].as_array().unwrap() {
                outcomes.push(answer["outcome"].as_str().unwrap().to_owned());
            }
        }
    }
    assert_eq!(outcomes.len(), 6 * 5 * 13);
    for outcome in ["optimal", "feasible", "infeasible", "unknown"] {
        assert!(outcomes.iter().any(|o| o == outcome), "none is {outcome}");
    }
}

#[test]
fn what_was_read_is_read_again_in_the_same_way() {
    for flags in [
        "--port src",
        "--interface eni-0847f778302ec7827",
        "--protocol udp",
        "--interface eni-0604be002d3f162fa --protocol udp,tcp --port src --max-rules 200",
    ] {
        solve_json("datasets/flow-logs", flags);
    }
}

/// A question, and its answer to be changed.
struct Case {
    folder: Folder,
    report: Value,
}

impl Case {
    fn new(ports: &str, flags: &str) -> Self {
        let folder = Folder::with(&[("used.txt", ports)]);
        let report = folder.solve_json("used.txt", flags);
        Self { folder, report }
    }

    /// The published example with three rules.
    fn optimal() -> Self {
        let case = Self::new("80-82,85-86,1001-1002,1020", "--max-rules 3 --max-open-ports 3");
        assert_eq!(only(&case.report)["outcome"], "optimal");
        case
    }

    fn infeasible() -> Self {
        let case = Self::new("80-82,85-86,1001-1002,1020", "--max-rules 1 --max-open-ports 3");
        assert_eq!(only(&case.report)["outcome"], "infeasible");
        case
    }

    /// One whose bound takes a window: the largest hole is kept in no best cover.
    fn with_window() -> Self {
        let case = Self::new("10,12,14,16,18,22", "--max-rules 2 --max-open-ports 3");
        let certificate = &only(&case.report)["certificate"];
        let window = json!({"group": 0, "from": 10, "to": 18, "multiplier": 6});
        assert_eq!(*certificate, json!({"price": 7, "windows": [window]}));
        case
    }

    /// Asserts that `check` refuses the report with other values, each at the place of its answer
    /// that the pointer names.
    #[track_caller]
    fn refuses(&self, changes: &[(&str, Value)], message: &str) {
        let mut report = self.report.clone();
        for (pointer, value) in changes {
            let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
            let parent = report["answers"][0].pointer_mut(parent).expect("the place exists");
            let place = match parent {
                Value::Array(items) => &mut items[key.parse::<usize>().expect("an index")],
                other => &mut other[key],
            };
            assert_ne!(place, value, "{pointer} has that value already");
            *place = value.clone();
        }
        self.refuses_report(&report, message);
    }

    #[track_caller]
    fn refuses_report(&self, report: &Value, message: &str) {
        self.folder.write("answer.json", report.to_string());
        self.folder.run("check used.txt answer.json").fails_with(message);
    }
}

#[test]
fn a_changed_rule_is_refused() {
    let case = Case::optimal();
    let rule = "/groups/0/rules/0";
    for (key, port, message) in [
        ("to", 85, "rule tcp/80-85 does not end at the end of a run"),
        ("to", 84, "rule tcp/80-84 does not end at the end of a run"),
        ("to", 82, "rule tcp/1001-1002 does not start at the first used port not yet covered, 85"),
        ("to", 87, "rule tcp/80-87 does not end at the end of a run"),
        ("to", 1002, "rule tcp/80-1002 breaks max_open_ports: it has 916, 3 are allowed"),
        ("from", 81, "rule tcp/81-86 does not start at the first used port not yet covered, 80"),
        ("from", 79, "rule tcp/79-86 does not start at the first used port not yet covered, 80"),
    ] {
        case.refuses(&[(&format!("{rule}/{key}"), json!(port))], message);
    }
    case.refuses(&[("/groups/0/rules/2/to", json!(65_536))], "does not end at the end of a run");
    case.refuses(&[("/groups/0/rules/2/to", json!(1_019))], "ends before it starts");
    let rules = only(&case.report)["groups"][0]["rules"].as_array().unwrap().clone();
    let without = json!(rules[..2]);
    case.refuses(&[("/groups/0/rules", without)], "used port tcp/1020 is in no rule");
    let twice = json!([rules.as_slice(), &rules[2..]].concat());
    case.refuses(&[("/groups/0/rules", twice)], "rule tcp/1020 covers no used port");
    case.refuses(&[("/groups/0/rules", json!([]))], "used port tcp/80 is in no rule");
}

#[test]
fn changed_open_ports_of_a_rule_are_refused() {
    Case::optimal().refuses(&[("/groups/0/rules/0/open_ports", json!(1))], "open_ports");
}

#[test]
fn a_changed_sum_is_refused() {
    let case = Case::optimal();
    for (pointer, value, message) in [
        ("/cost", json!(1), "cost is 2, the answer says 1"),
        ("/cost", Value::Null, "cost is 2, the answer says nothing"),
        ("/open_ports", json!(1), "open_ports is 2, the answer says 1"),
        ("/n_rules", json!(2), "n_rules is 3, the answer says 2"),
        ("/units", json!(2), "units is 3, the answer says 2"),
        ("/bound", Value::Null, "the certificate proves a bound of 2, the answer says nothing"),
        ("/bound", json!(3), "the certificate proves a bound of 2, the answer says 3"),
        ("/budget", json!(2), "3 rules are over the budget of 2"),
        ("/groups/0/n_used_ports", json!(9), "the answer is for other used ports"),
        ("/groups/0/protocol", json!("udp"), "the answer is for other used ports"),
        ("/groups", json!([]), "the answer is for other used ports"),
        ("/limits", json!({"max_open_ports": 1}), "breaks max_open_ports"),
        ("/limits", json!({"max_hole": 1}), "breaks max_hole"),
        ("/limits", json!({"max_rule_width": 6}), "breaks max_rule_width"),
        ("/limits", json!({"forbid": ["83"]}), "opens the forbidden ports 83"),
        ("/limits", json!({"forbid": ["85"]}), "used ports are forbidden"),
        ("/dropped", json!(["tcp/90"]), "other ports were dropped"),
    ] {
        case.refuses(&[(pointer, value)], message);
    }
    let weights = json!({"weights": [{"ports": "83", "weight": 5}]});
    case.refuses(&[("/limits", weights)], "cost is 6, the answer says 2");
}

#[test]
fn a_changed_certificate_does_not_prove_the_optimum() {
    let case = Case::optimal();
    for price in [0, 1, 18, 1_000, u64::MAX] {
        let change = ("/certificate/price", json!(price));
        case.refuses(&[change], "the certificate proves");
        let changes = [("/certificate/price", json!(price)), ("/bound", json!(0))];
        case.refuses(&changes, "called optimal at a cost of 2, but the certificate proves only");
    }
    let none = [("/certificate", Value::Null), ("/bound", json!(0))];
    case.refuses(&none, "called optimal at a cost of 2, but the certificate proves only 0");
    // With more rules the bound is lower, and the cover no longer the best.
    case.refuses(&[("/budget", json!(4)), ("/bound", json!(0))], "called optimal at a cost of 2");
}

#[test]
fn a_changed_window_does_not_prove_the_optimum() {
    let case = Case::with_window();
    let window = "/certificate/windows/0";
    for (change, bound) in [
        (("/certificate/price".to_owned(), json!(6)), 3),
        (("/certificate/price".to_owned(), json!(8)), 5),
        ((format!("{window}/multiplier"), json!(5)), 5),
        ((format!("{window}/multiplier"), json!(7)), 3),
        ((format!("{window}/multiplier"), json!(0)), 0),
        ((format!("{window}/to"), json!(22)), 4),
        (("/certificate/windows".to_owned(), json!([])), 0),
    ] {
        let message = format!("the certificate proves a bound of {bound}, the answer says 6");
        case.refuses(&[(&change.0, change.1.clone())], &message);
    }
    for (key, value, message) in [
        ("to", 16, "window 10-16 of group 0 proves nothing: a rule may span it"),
        ("to", 17, "window 10-17 of group 0 does not go from the start of a run"),
        ("from", 11, "window 11-18 of group 0 does not go from the start of a run"),
        ("group", 1, "window 10-18 of group 1 does not go from the start of a run"),
    ] {
        case.refuses(&[(&format!("{window}/{key}"), json!(value))], message);
    }
}

#[test]
fn infeasible_without_a_witness_is_refused() {
    let case = Case::infeasible();
    case.refuses(&[("/witness", Value::Null)], "infeasible, but without a witness");
    case.refuses(
        &[("/witness/windows", json!([]))],
        "disjoint windows that need a budget of 1 do not exclude one of 1",
    );
    let window = |from: u32, to: u32| json!([{"group": 0, "from": from, "to": to}]);
    case.refuses(&[("/witness/windows", window(80, 86))], "a rule may span it");
    case.refuses(&[("/witness/windows", window(80, 1001))], "does not go from the start of a run");
    case.refuses(
        &[("/budget", json!(2))],
        "disjoint windows that need a budget of 2 do not exclude one of 2",
    );
    case.refuses(&[("/outcome", json!("optimal"))], "used port tcp/80 is in no rule");
    let twice = json!([window(80, 1002)[0], window(80, 1002)[0]]);
    let changes = [("/budget", json!(2)), ("/witness/windows", twice)];
    case.refuses(&changes, "are not disjoint and in order");
    let feasible = Case::optimal();
    feasible.refuses(&[("/outcome", json!("infeasible"))], "infeasible, but without a witness");
}

#[test]
fn an_infeasible_answer_with_rules_is_refused() {
    let rules = only(&Case::optimal().report)["groups"][0]["rules"].clone();
    Case::infeasible().refuses(&[("/groups/0/rules", rules)], "rules");
}

#[test]
fn changed_repairs_are_refused() {
    let case = Case::infeasible();
    case.refuses(&[("/repairs/max_rules", json!(2))], "max_rules");
    case.refuses(&[("/repairs/max_open_ports", json!(932))], "max_open_ports");
}

#[test]
fn a_heuristic_cover_is_not_optimal() {
    let case = Case::new("10,20,30,40", "--max-rules 3 --solver threshold");
    assert_eq!(only(&case.report)["outcome"], "feasible");
    assert_eq!(only(&case.report)["cost"], 27);
    let message = "called optimal at a cost of 27, but the certificate proves only 9";
    case.refuses(&[("/outcome", json!("optimal"))], message);
    case.refuses(&[("/bound", json!(10))], "proves a bound of 9, the answer says 10");
}

#[test]
fn every_instance_has_one_answer() {
    let folder = Folder::with(&[("a.txt", "80\n"), ("b.txt", "80\n")]);
    let report = folder.solve_json("a.txt b.txt", "");
    let check = |answers: &[&Value]| {
        let mut changed = report.clone();
        changed["answers"] = json!(answers);
        folder.write("answer.json", changed.to_string());
        folder.run("check a.txt b.txt answer.json")
    };
    let (a, b) = (&report["answers"][0], &report["answers"][1]);
    assert_eq!(check(&[a, b]).exits(0).stdout.lines().count(), 2);
    check(&[b, a]).exits(0);
    check(&[a]).fails_with("b.txt: no answer");
    check(&[]).fails_with("a.txt: no answer");
    check(&[a, b, b]).fails_with("b.txt: answered twice");
    check(&[a, a]).fails_with("a.txt: answered twice");
    folder.run("check a.txt answer.json").exits(1);
    check(&[a, b]).exits(0);
    folder.run("check a.txt answer.json").fails_with("b.txt: not among the inputs");
}

#[test]
fn other_used_ports_than_the_answers_are_refused() {
    let case = Case::optimal();
    case.folder.write("answer.json", case.report.to_string());
    for (ports, message) in [
        ("80-82,85-86,1001-1002,1020,1021", "the answer is for other used ports"),
        ("80-82,85-86,1001-1002,1022", "rule tcp/1020 does not start at the first used port"),
        ("80-83,85,1001-1002,1020", "rule tcp/80-86 does not end at the end of a run"),
        ("udp/80-82,85-86,1001-1002,1020", "the answer is for other used ports"),
    ] {
        case.folder.write("used.txt", ports);
        case.folder.run("check used.txt answer.json").fails_with(message);
    }
}

#[test]
fn other_records_than_the_answers_are_refused() {
    let log = "interface-id dstport action\neni-1 80 ACCEPT\neni-1 81 REJECT\n";
    let folder = Folder::with(&[("a.log", log)]);
    let report = folder.solve_json("a.log", "--port dst");
    folder.write("answer.json", report.to_string());
    folder.run("check a.log answer.json").exits(0);
    folder.write("a.log", format!("{log}eni-1 81 REJECT\n"));
    folder.run("check a.log answer.json").fails_with("made from other records");
}

#[test]
fn what_is_no_report_is_refused() {
    let case = Case::optimal();
    let text = case.report.to_string();
    for (content, message) in [
        ("", "answer.json: an empty file, so no answer"),
        (&text[..text.len() / 2], "wrote (EOF while parsing"),
        ("80\n", "answer.json: JSON of something else"),
        ("{\"answers\": 7}", "answer.json: answers, but not as this version writes them: "),
        (&text.replace("optimal", "best"), "writes them: unknown variant `best`"),
        (&text.replace("max_open_ports", "max_closed_ports"), "unknown field `max_closed_ports`"),
        (&format!("{text}{text}"), "wrote (trailing characters"),
    ] {
        case.folder.write("answer.json", content);
        case.folder.run("check used.txt answer.json").fails_with(message);
    }
    case.folder.run("check used.txt none.json").fails_with("none.json: ");
}

#[test]
fn an_answer_that_claims_nothing_exits_with_4() {
    let flags = "--max-rules 2 --max-open-ports 2 --solver greedy";
    let case = Case::new("10,13,15,18", flags);
    case.folder.write("answer.json", case.report.to_string());
    let said = case.folder.run("check used.txt answer.json").exits(4);
    assert_eq!(
        said.stdout,
        "used.txt: unknown: nothing is claimed, so nothing is proven (budget 2, max_open_ports 2)\n"
    );
}
