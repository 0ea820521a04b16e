//! Rules over several security groups.

use serde_json::{Value, json};

use super::reading::read;
use super::{FORMATS, ZONES, answered, fixture};
use crate::binary::{Folder, only, run};

/// A port list of so many runs, alike.
fn runs(n: usize) -> Folder {
    let ports: Vec<String> = (1..=n).map(|i| (i * 10).to_string()).collect();
    Folder::with(&[("ports.txt", &ports.join("\n"))])
}

#[test]
fn further_groups_buy_what_the_front_says() {
    let folder = runs(25);
    let said = folder.run("solve ports.txt --max-rules 8 --security-groups 4").exits(0);
    for line in [
        "  optimal, verified: 25 of 32 rules, 0 open ports\n",
        "  1 security group: 153 open ports\n",
        "  2 security groups: 81 open ports\n",
        "  3 security groups: 9 open ports\n",
        "  4 security groups: 0 open ports\n",
        "  group 1         8 of 8 rules, tcp/10 to tcp/80\n",
        "  group 4         1 of 8 rules, tcp/250\n",
    ] {
        assert!(said.stdout.contains(line), "no {line}{}", said.stdout);
    }
    for (groups, open) in [(1, 153), (2, 81), (3, 9)] {
        let report = folder.solve_json("ports.txt", &format!("--max-rules {}", 8 * groups));
        assert_eq!(only(&report)["open_ports"], open);
    }
    let notes = folder.run("solve ports.txt --max-rules 8 --security-groups 2 --format json");
    notes.exits(0).notes("ports.txt: 1 security group: 153 open ports\n");
}

#[test]
fn an_unreachable_budget_is_reached_by_more_groups() {
    let folder = runs(25);
    let flags = "--max-rules 10 --max-hole 5";
    folder.run(&format!("solve ports.txt {flags}")).exits(3);
    let said = folder.run(&format!("solve ports.txt {flags} --security-groups 3")).exits(0);
    for line in [
        "  1 security group: infeasible\n",
        "  2 security groups: infeasible\n",
        "  3 security groups: 0 open ports\n",
    ] {
        assert!(said.stdout.contains(line), "no {line}{}", said.stdout);
    }
    let said = folder.run(&format!("solve ports.txt {flags} --security-groups 2")).exits(3);
    assert!(said.stdout.contains("20 rules cannot do it, 25 can"), "{}", said.stdout);
}

#[test]
fn the_reserve_comes_out_of_the_whole_and_is_kept_in_the_first_group() {
    let folder = runs(14);
    let report = folder.solve_json("ports.txt", "--max-rules 8 --reserve 3 --security-groups 2");
    let answer = only(&report);
    assert_eq!((&answer["budget"], &answer["reserve"]), (&json!(13), &json!(3)));
    assert_eq!(sizes(answer), [5, 8]);
    folder
        .run("solve ports.txt --max-rules 8 --reserve 17 --security-groups 2")
        .exits(2)
        .notes("--reserve 17 is more than --max-rules 8 times 2");
}

/// How many rules each group has.
fn sizes(answer: &Value) -> Vec<usize> {
    let groups = answer["security_groups"]["groups"].as_array().unwrap();
    groups.iter().map(|group| group.as_array().unwrap().len()).collect()
}

#[test]
fn as_few_groups_as_needed_are_used() {
    let folder = runs(14);
    let report = folder.solve_json("ports.txt", "--max-rules 7 --security-groups 5");
    assert_eq!(sizes(only(&report)), [7, 7]);
    let report = folder.solve_json("ports.txt", "--max-rules 60 --security-groups 5");
    assert_eq!(sizes(only(&report)), [14]);
    let report = folder.solve_json("ports.txt", "--max-rules 60");
    assert_eq!(only(&report).get("security_groups"), None, "only when it is asked");
}

#[test]
fn check_refuses_security_groups_that_do_not_hold() {
    let folder = runs(14);
    let report = folder.solve_json("ports.txt", "--max-rules 7 --security-groups 2");
    let checks = |change: &dyn Fn(&mut Value)| {
        let mut report = report.clone();
        change(&mut report["answers"][0]["security_groups"]);
        folder.write("answer.json", report.to_string());
        folder.run("check ports.txt answer.json")
    };
    checks(&|_| ()).exits(0);
    let moved = |groups: &mut Value| {
        let part = groups["groups"][0].as_array_mut().unwrap().pop().unwrap();
        groups["groups"][1].as_array_mut().unwrap().push(part);
    };
    checks(&moved).fails_with("security group 2 takes 8 IPv4 units, 7 are left in it");
    let lost = |groups: &mut Value| drop(groups["groups"][0].as_array_mut().unwrap().pop());
    checks(&lost).fails_with("source 1 of rule 7 is in 0 security groups");
    let twice = |groups: &mut Value| groups["groups"][1][0] = groups["groups"][0][0].clone();
    checks(&twice).fails_with("is in 2 security groups");
    checks(&|groups| groups["quota"] = json!(8)).fails_with("the budget is 14");
    checks(&|groups| groups["allowed"] = json!(1)).fails_with("the budget is 14");
    checks(&|groups| groups["groups"][0][0]["rule"] = json!(99))
        .fails_with("has rule 99 of group 0");
    checks(&|groups| groups["groups"][0][0]["sources"] = json!(["x"]))
        .fails_with("for x, which is no source");
    // Twice as much is 14 where numbers wrap.
    for field in ["quota", "quota_ipv6"] {
        checks(&|groups| groups[field] = json!((1_u64 << 63) + 7)).fails_with("the budget is 14");
    }
    checks(&|groups| groups["quota_ipv6"] = json!(7)).fails_with("the budget is 14");
    checks(&|groups| groups["groups"][0][0]["group"] = json!(1))
        .fails_with("has rule 0 of group 1, which is not in the answer");
    checks(&|groups| groups["groups"][0][0]["sources"] = json!([]))
        .fails_with("source 1 of rule 1 is in 0 security groups");
    checks(&|groups| groups["groups"].as_array_mut().unwrap().push(json!([])))
        .fails_with("3 security groups with rules, 2 are allowed");
    checks(&|groups| groups["more"] = json!(1)).fails_with("unknown field `more`");
    checks(&|groups| groups["allowed"] = json!(1_000_000_000))
        .fails_with("an interface has 16 at most");
}

#[test]
fn rules_of_zones_are_divided_by_source_and_lists_are_not() {
    let folder = fixture();
    let flags = "--zones zones.toml --max-rules 22 --security-groups 4";
    let report = folder.solve_json("*.csv", flags);
    let answer = only(&report);
    assert!(sizes(answer).len() > 1, "{answer:#}");
    let expected = answered(answer);
    for format in &FORMATS[1..] {
        let said = folder.run(&format!("solve *.csv {flags} --format {format}")).exits(0);
        let singles = read(format, said.stdout.as_bytes());
        assert_eq!(singles.into_iter().collect::<std::collections::BTreeSet<_>>(), expected);
    }
    let terraform = folder.run(&format!("solve *.csv {flags} --format terraform")).stdout;
    for i in 1..=sizes(answer).len() {
        assert!(terraform.contains(&format!("variable \"security_group_id_{i}\"")), "{terraform}");
    }
    folder
        .run(&format!("solve *.csv {flags} --format ip-permissions"))
        .fails_with("name a folder for their files: -o DIR/");
    folder
        .run(&format!("solve *.csv {flags} --format csv --security-group sg-01234567"))
        .fails_with("security groups, --security-group names 1");
}

#[test]
fn a_list_that_fits_no_group_is_said_with_what_would_help() {
    let zones = ZONES.replace("max_entries = 6", "max_entries = 30");
    let table = "interface,protocol,port,class,zone,family\neni-1,tcp,22,service,partners,ipv4\n";
    let folder = Folder::with(&[("zones.toml", &zones), ("used.csv", table)]);
    folder
        .run("solve used.csv --zones zones.toml --max-rules 20 --security-groups 2")
        .fails_with("one rule takes 30 units, more than any one security group has left");
    let three = table.to_owned()
        + "eni-1,tcp,80,service,partners,ipv4\neni-1,tcp,99,service,partners,ipv4\n";
    folder.write("used.csv", three);
    folder.run("solve used.csv --zones zones.toml --max-rules 45 --security-groups 2").fails_with(
        "no way to share them out, since prefix lists and references cannot be divided",
    );
}

#[test]
fn what_aws_does_not_allow_is_a_wrong_use() {
    let solve = "solve datasets/ports/four.txt --max-rules";
    run(&format!("{solve} 100 --security-groups 11")).exits(2).notes(
        "11 security groups of 100 rules are more than the 1,000 that AWS allows on an interface; \
         11 of 90 would fit",
    );
    run(&format!("{solve} 100 --security-groups 10")).exits(0);
    run(&format!("{solve} 10 --security-groups 17")).exits(2);
    run(&format!("{solve} 10 --security-groups 0")).exits(2);
}
