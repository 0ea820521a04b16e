//! Flags, and what they do to the answer and the exit status.

use crate::binary::{Folder, command_in, only, rules, run, said, solve_json};

#[test]
fn wrong_usage_exits_with_2() {
    for line in [
        "",
        "solve",
        "solve datasets/ports/four.txt --no-such-flag",
        "solve datasets/ports/four.txt --solver no-such-solver",
        "solve datasets/ports/four.txt --max-rules -1",
        "solve datasets/ports/four.txt --max-rules many",
        "solve datasets/ports/four.txt --forbid 70000",
        "solve datasets/ports/four.txt --protocol icmp",
        "solve datasets/ports/four.txt --threads 0",
        "solve datasets/ports/four.txt --time-limit -1",
        "compare datasets/ports/four.txt --solvers price,none",
        "generate no-such-kind",
        "generate uniform --records 10",
        "no-such-command",
        "check answer.json",
    ] {
        let said = run(line).exits(2);
        assert_eq!(said.stdout, "", "{line}");
        assert_ne!(said.stderr, "", "{line}");
    }
}

#[test]
fn an_unknown_solver_is_answered_with_the_known_ones() {
    run("solve datasets/ports/four.txt --solver gready").exits(2).notes("threshold, greedy, dp");
}

#[test]
fn help_and_version_are_no_errors() {
    assert!(run("--version").exits(0).stdout.starts_with("rangecover "));
    for command in ["solve", "front", "compare", "check", "generate", "completions"] {
        let said = run(&format!("{command} --help")).exits(0);
        assert!(said.stdout.contains("Example"), "{command} --help has no example");
    }
}

#[test]
fn completions_name_the_commands() {
    let said = run("completions bash").exits(0);
    for word in ["_rangecover", "solve", "--max-open-ports"] {
        assert!(said.stdout.contains(word), "no {word}");
    }
}

#[test]
fn no_rule_covers_no_port() {
    let folder = Folder::with(&[("a.txt", "80\n")]);
    let report = folder.solve_json("a.txt", "--max-rules 0");
    let answer = only(&report);
    assert_eq!(answer["outcome"], "infeasible");
    assert_eq!(answer["repairs"]["max_rules"], 1);
    assert!(answer["repairs"]["max_open_ports"].is_null());
    assert!(!answer["repairs"]["reason"].as_str().unwrap_or_default().is_empty());
    let said = folder.run("solve a.txt --max-rules 0").exits(3);
    assert!(said.stdout.contains("--max-rules 1"), "{said:#?}");
}

#[test]
fn a_budget_beyond_the_runs_opens_nothing() {
    let folder = Folder::with(&[("a.txt", "1,3,5,7-9\n")]);
    for budget in ["4", "5", "60", "65536", "18446744073709551615"] {
        for solver in ["price", "dp", "greedy", "threshold", "ilp", "ilp-lp", "brute"] {
            let flags = format!("--max-rules {budget} --solver {solver}");
            let report = folder.solve_json("a.txt", &flags);
            assert_eq!(rules(only(&report)), "1 3 5 7-9", "{flags}");
            assert_eq!(only(&report)["bound"], 0, "{flags}");
        }
    }
}

#[test]
fn all_ports_are_one_rule() {
    let folder = Folder::with(&[("a.txt", "0-65535\n"), ("b.txt", "0-65535,0-65535/udp\n")]);
    let report = folder.solve_json("a.txt", "--max-rules 1 --max-rule-width 65536");
    assert_eq!(rules(only(&report)), "0-65535");
    assert_eq!(only(&report)["groups"][0]["n_used_ports"], 65_536);
    assert_eq!(only(&report)["open_ports"], 0);
    let report = folder.solve_json("b.txt", "--max-rules 2");
    assert_eq!(rules(only(&report)), "0-65535 udp/0-65535");
}

#[test]
fn every_second_port_is_as_many_runs_as_there_can_be() {
    let folder = Folder::new();
    let ports: Vec<String> = (0..65_536).step_by(2).map(|port| port.to_string()).collect();
    folder.write("a.txt", ports.join("\n"));
    let report = folder.solve_json("a.txt", "--max-rules 60");
    assert_eq!(only(&report)["open_ports"], 32_767 - 59);
    assert_eq!(only(&report)["n_rules"], 60);
}

#[test]
fn one_port_is_one_rule() {
    for port in ["0", "80", "65535"] {
        let folder = Folder::with(&[("a.txt", port)]);
        let report = folder.solve_json("a.txt", "--max-rules 1 --max-open-ports 0");
        assert_eq!(rules(only(&report)), port);
        assert_eq!(only(&report)["open_ports"], 0);
    }
}

#[test]
fn existing_rules_keep_their_part_of_the_budget() {
    let folder = Folder::with(&[("a.txt", "10,12,15\n")]);
    let report = folder.solve_json("a.txt", "--max-rules 5 --reserve 3");
    let answer = only(&report);
    assert_eq!(answer["budget"], 2);
    assert_eq!(answer["reserve"], 3);
    assert_eq!(rules(answer), "10-12 15");
    let all = folder.solve_json("a.txt", "--max-rules 3 --reserve 3");
    assert_eq!(only(&all)["outcome"], "infeasible");
    // What helps is said in terms of the flag, which the reserve comes out of.
    let said = folder.run("solve a.txt --max-rules 4 --reserve 3 --max-open-ports 1").exits(3);
    assert!(said.stdout.contains("--max-rules 5"), "{said:#?}");
    folder.run("solve a.txt --max-rules 5 --reserve 2 --max-open-ports 1").exits(0);
}

#[test]
fn a_reserve_beyond_the_budget_is_refused() {
    run("solve datasets/ports/four.txt --max-rules 3 --reserve 4")
        .exits(2)
        .notes("--reserve 4 is more than --max-rules 3");
}

#[test]
fn forbidden_ports_stay_closed() {
    let folder = Folder::with(&[("a.txt", "10,12,17,udp/10,udp/12\n")]);
    let report = folder.solve_json("a.txt", "--max-rules 4 --forbid 11/tcp");
    assert_eq!(rules(only(&report)), "10 12 17 udp/10-12");
    let report = folder.solve_json("a.txt", "--max-rules 4 --forbid 11");
    assert_eq!(only(&report)["outcome"], "optimal");
    assert_eq!(rules(only(&report)), "10 12-17 udp/10 udp/12");
    let report = folder.solve_json("a.txt", "--max-rules 3 --forbid 11 --forbid tcp/14-15");
    assert_eq!(only(&report)["outcome"], "infeasible");
    assert!(only(&report)["repairs"]["max_open_ports"].is_null());
}

#[test]
fn a_forbidden_used_port_fails_its_instance_only() {
    let folder = Folder::with(&[("a.txt", "10,12\n"), ("b.txt", "20-24\n"), ("c.txt", "30\n")]);
    let said = folder.run("solve a.txt b.txt c.txt --forbid 22-23,99 --format json").exits(1);
    assert!(said.stderr.contains("b.txt: used ports are forbidden: tcp/22-23"), "{said:#?}");
    let report = said.json();
    let answers = report["answers"].as_array().unwrap();
    let inputs: Vec<&str> = answers.iter().map(|a| a["input"].as_str().unwrap()).collect();
    assert_eq!(inputs, ["a.txt", "c.txt"]);
    assert_eq!(answers.iter().map(rules).collect::<Vec<_>>(), ["10 12", "30"]);
}

#[test]
fn dropped_ports_are_listed() {
    let folder = Folder::with(&[("a.txt", "10,12\n"), ("b.txt", "20-24,udp/22\n")]);
    let report = folder.solve_json("a.txt b.txt", "--forbid tcp/22-23,99 --drop-forbidden");
    let answers = report["answers"].as_array().unwrap();
    assert_eq!(answers.iter().map(rules).collect::<Vec<_>>(), ["10 12", "20-21 24 udp/22"]);
    assert_eq!(answers[1]["dropped"], serde_json::json!(["tcp/22-23"]));
    assert_eq!(answers[1]["groups"][0]["n_used_ports"], 3);
    let said = folder.run("solve b.txt --forbid tcp/22-23 --drop-forbidden").exits(0);
    let dropped = said.stdout.lines().find(|line| line.contains("dropped")).expect("a line");
    assert!(dropped.ends_with("tcp/22-23"), "{dropped}");
}

#[test]
fn a_run_wider_than_a_rule_is_named() {
    let folder = Folder::with(&[("a.txt", "10,20-24,udp/7\n"), ("b.txt", "1-4\n")]);
    let said = folder.run("solve a.txt b.txt --max-rule-width 4 --format json").exits(1);
    assert!(said.stderr.contains("a.txt: "), "{said:#?}");
    assert!(said.stderr.contains("tcp/20-24"), "{said:#?}");
    assert_eq!(rules(only(&said.json())), "1-4");
    let report = folder.solve_json("a.txt", "--max-rule-width 5 --max-rules 2");
    assert_eq!(only(&report)["outcome"], "infeasible");
    let report = folder.solve_json("a.txt", "--max-rule-width 15 --max-rules 2");
    assert_eq!(rules(only(&report)), "10-24 udp/7");
}

#[test]
fn a_bad_weight_is_named_by_file_and_line() {
    let folder = Folder::with(&[("a.txt", "10,12,15\n")]);
    for (text, message) in [
        ("11\n", "w.txt:1: '11' has no weight"),
        ("# dear\n\n11 7\n13 x\n", "w.txt:4: weight 'x' is not a whole number"),
        ("11 -7\n", "w.txt:1: weight '-7' is not a whole number"),
        ("11 1.5\n", "w.txt:1: weight '1.5' is not a whole number"),
        ("11 7\n70000 7\n", "w.txt:2: port 70000 is out of range"),
        ("14-13 7\n", "w.txt:1: range 14-13 ends before it starts"),
        ("11 4294967296\n", "w.txt:1: weight '4294967296' is not a whole number"),
    ] {
        folder.write("w.txt", text);
        folder.run("solve a.txt --weights w.txt").fails_with(message);
    }
    folder.run("solve a.txt --weights none.txt").fails_with("none.txt: ");
}

#[test]
fn answers_stand_in_order_of_inputs_then_interfaces() {
    let log = "interface-id dstport\neni-b 80\neni-a 81\n";
    let late = "interface-id dstport\neni-0 82\n";
    let folder = Folder::with(&[
        ("a.txt", "1\n"),
        ("b.txt", "2\n"),
        ("m.log", log),
        ("n.log", late),
        ("sub/9.txt", "9\n"),
        ("sub/10.txt", "10\n"),
    ]);
    for (inputs, expected) in [
        ("b.txt a.txt", "2, 1"),
        ("b.txt m.log a.txt n.log", "2, 82, 81, 80, 1"),
        ("n.log m.log", "82, 81, 80"),
        ("sub b.txt", "10, 9, 2"),
        ("a.txt sub a.txt ./a.txt", "1, 10, 9"),
        ("?.txt", "1, 2"),
    ] {
        let report = folder.solve_json(inputs, "--port dst");
        let answers = report["answers"].as_array().unwrap();
        let in_order: Vec<String> = answers.iter().map(rules).collect();
        assert_eq!(in_order.join(", "), expected, "{inputs}");
    }
}

#[test]
fn filters_keep_what_they_name() {
    let log = "interface-id protocol srcport dstport\n\
               eni-1 6 5000 80\neni-1 17 5000 53\neni-2 6 5001 81\n";
    let folder = Folder::with(&[("a.log", log), ("list.txt", "7,udp/8\n")]);
    for (flags, expected) in [
        ("--port dst", "80 udp/53, 81, 7 udp/8"),
        ("--port dst --interface eni-1", "80 udp/53, 7 udp/8"),
        ("--port dst --interface eni-2,eni-1", "80 udp/53, 81, 7 udp/8"),
        ("--port dst --protocol udp", "udp/53, , udp/8"),
        ("--port dst --protocol tcp --protocol udp", "80 udp/53, 81, 7 udp/8"),
        ("--port src", "5000 udp/5000, 5001, 7 udp/8"),
    ] {
        let report = folder.solve_json("a.log list.txt", flags);
        let answers = report["answers"].as_array().unwrap();
        let found: Vec<String> = answers.iter().map(rules).collect();
        assert_eq!(found.join(", "), expected, "{flags}");
        assert_eq!(report["records"]["read"], 3, "{flags}");
    }
    let said = folder.run("solve a.log --port dst --interface eni-3").exits(1);
    assert!(said.stderr.contains("no record of interface eni-3"), "{said:#?}");
}

#[test]
fn a_log_format_names_the_columns() {
    let folder = Folder::with(&[("a.log", "80 eni-1 ACCEPT\n81 eni-1 REJECT\n82 eni-1 ACCEPT\n")]);
    let mut command = command_in(folder.path());
    let fields = "${dstport} ${interface-id} ${action}";
    command.args([
        "solve",
        "a.log",
        "--port",
        "dst",
        "--log-format",
        fields,
        "--format",
        "json",
        "-o",
        "a.json",
    ]);
    said(&mut command).exits(0);
    let report: serde_json::Value = serde_json::from_slice(&folder.read("a.json")).unwrap();
    assert_eq!(rules(only(&report)), "80 82");
    assert_eq!(report["records"]["rejected"], 1);
    folder.run("check a.log a.json").exits(0);
    folder.run("solve a.log").fails_with("needs --log-format");
}

#[test]
fn no_answer_and_no_proof_exits_with_4() {
    let folder = Folder::with(&[("stuck.txt", "10,13,15,18\n"), ("easy.txt", "10\n")]);
    let limits = "--max-rules 2 --max-open-ports 2";
    folder.run(&format!("solve easy.txt stuck.txt --solver greedy {limits}")).exits(4);
    folder.run(&format!("solve easy.txt stuck.txt --solver threshold {limits}")).exits(4);
    folder.run(&format!("solve easy.txt stuck.txt {limits}")).exits(0);
    // Unanswered is more than infeasible, and an error is more than both.
    let limits = "--max-rules 2 --max-open-ports 1";
    folder.run(&format!("solve easy.txt stuck.txt {limits}")).exits(3);
    folder.run(&format!("solve stuck.txt easy.txt {limits} --forbid 10")).exits(1);
    folder.run(&format!("compare stuck.txt {limits} --solvers greedy")).exits(4);
    folder.run(&format!("compare stuck.txt {limits} --solvers greedy,price")).exits(3);
}

#[test]
fn no_time_leaves_a_bound() {
    let report = solve_json("datasets/ports/uniform-1000.txt", "--time-limit 0");
    let answer = only(&report);
    assert_eq!(answer["outcome"], "feasible");
    assert!(answer["bound"].as_u64().expect("a bound") <= 49_804);
    assert!(answer["open_ports"].as_u64().expect("a cover") >= 49_804);
}

#[test]
fn a_log_format_overrules_the_header() {
    let log = "interface-id srcport dstport\neni-1 1111 443\n";
    let folder = Folder::with(&[("a.log", log)]);
    let report = folder.solve_json("a.log", "--port dst");
    assert_eq!(rules(only(&report)), "443");
    let format = ["solve", "a.log", "--port", "dst", "--format", "json", "--log-format"];
    let mut command = command_in(folder.path());
    let report = said(command.args(format).arg("interface-id dstport srcport")).exits(0).json();
    assert_eq!(rules(only(&report)), "1111");
    assert_eq!(report["records"]["malformed"], 0);
}

#[test]
fn out_of_time_the_better_heuristic_answers() {
    let report = solve_json("datasets/ports/uniform-1000.txt", "--time-limit 0");
    let answer = only(&report);
    assert_eq!(answer["outcome"], "feasible");
    assert_eq!((&answer["cost"], &answer["bound"]), (&49_804.into(), &0.into()));
}

#[test]
fn an_integer_program_beyond_memory_is_refused() {
    let ports: Vec<String> = (1..65_536).step_by(3).map(|port| port.to_string()).collect();
    let folder = Folder::with(&[("third.txt", &ports.join(","))]);
    let line = "solve third.txt --solver ilp --max-open-ports 20000 --time-limit 1";
    folder.run(line).exits(1).notes("ilp takes at most 5000000 terms");
}

#[test]
fn budgets_and_reserves_of_any_size_are_no_panic() {
    let most = usize::MAX;
    let line = format!("solve datasets/ports/four.txt --max-rules {most} --reserve {most}");
    run(&line).exits(3).notes("");
    run(&format!("front datasets/ports/four.txt --format csv --up-to {most}")).exits(2);
    let csv = run("front datasets/ports/four.txt --format csv --up-to 6").exits(0).stdout;
    assert_eq!(csv.lines().count(), 1 + 6);
}
