//! Changes of security groups, as the AWS CLI applies them and as Terraform.

mod terraform;

use std::collections::BTreeSet;
use std::path::Path;

use rangecover::groups::audit::{Changes, PrefixLists, changes};
use rangecover::groups::{Allowed, Peer, ProposedRule, Rule};
use rangecover::present::export::changes_cli::script;
use rangecover::problem::instance::Budget;
use rangecover::problem::ports::{Protocol, Span};
use rangecover::problem::zones::Quota;
use serde_json::Value;

use crate::binary::{Folder, Said, said};
use crate::tools::{Moto, isolated, python_tool};

const DESCRIPTION: &str = "it's $(touch owned) `touch owned`\n; touch owned # ü";

fn tcp(from: u32, to: u32) -> Allowed {
    Allowed::Ports { protocol: Protocol::Tcp, span: Span::new(from, to).unwrap() }
}

fn rule(allowed: Allowed, peer: Peer) -> Rule {
    Rule { id: None, allowed, peer, description: Some("as it was".to_owned()) }
}

fn proposed(from: u32, to: u32, quota: Quota, peers: &[Peer]) -> ProposedRule {
    ProposedRule {
        protocol: Protocol::Tcp,
        span: Span::new(from, to).unwrap(),
        used_ports: 1,
        open_ports: u64::from(to - from),
        zone: None,
        peers: peers.to_vec(),
        quota,
        units_per_peer: 1,
    }
}

fn cidr(network: &str) -> Peer {
    Peer::Cidr(network.parse().unwrap())
}

fn turn(existing: &[Rule], proposed: &[ProposedRule], quota: usize) -> Changes {
    let quota = Budget { ipv4: quota, ipv6: quota };
    changes(existing, proposed, |_| DESCRIPTION.to_owned(), &PrefixLists::default(), quota)
}

fn aws(moto: &Moto, arguments: &[&str]) -> Option<Value> {
    Some(said(moto.aws()?.arg("ec2").args(arguments)).exits(0).json())
}

fn new_group(moto: &Moto, name: &str) -> Option<String> {
    let made = aws(moto, &["create-security-group", "--group-name", name, "--description", "x"])?;
    Some(made["GroupId"].as_str()?.to_owned())
}

/// Runs a script as a user would, against the server.
fn run(moto: &Moto, folder: &Folder, script: &[u8]) -> Option<Said> {
    let aws = python_tool("aws")?;
    let path = format!("{}:/usr/bin:/bin", aws.parent()?.display());
    let script = folder.write("changes.sh", script);
    let mut shell = isolated(Path::new("/bin/sh"));
    shell.arg(script).current_dir(folder.path());
    shell.env("PATH", path).env("AWS_ENDPOINT_URL", moto.endpoint());
    Some(said(&mut shell))
}

/// The inbound rules of a group: protocol, ports and source of each, with its id.
fn inbound(moto: &Moto, group: &str) -> Option<Vec<(String, String)>> {
    let filter = format!("Name=group-id,Values={group}");
    let said = aws(moto, &["describe-security-group-rules", "--filters", &filter])?;
    let rules = said["SecurityGroupRules"].as_array()?.iter();
    let rules = rules.filter(|rule| rule["IsEgress"] == false).map(|rule| {
        let source = ["CidrIpv4", "CidrIpv6", "PrefixListId"].map(|name| rule[name].as_str());
        let group = rule["ReferencedGroupInfo"]["GroupId"].as_str();
        let source = source.into_iter().chain([group]).flatten().next().unwrap_or("?");
        let [from, to] = ["FromPort", "ToPort"].map(|name| rule[name].as_i64().unwrap_or(-1));
        let shown = format!("{} {from}-{to} {source}", rule["IpProtocol"].as_str().unwrap_or("?"));
        (shown, rule["SecurityGroupRuleId"].as_str().unwrap_or("?").to_owned())
    });
    Some(rules.collect())
}

fn without_ids(rules: Vec<(String, String)>) -> BTreeSet<String> {
    rules.into_iter().map(|(shown, _)| shown).collect()
}

/// A group with rules, then the script for the proposal.
fn apply(moto: &Moto, with_ids: bool, quota: usize) -> Option<()> {
    let name = format!("changes-{with_ids}-{quota}");
    let (group, other) = (new_group(moto, &name)?, new_group(moto, &format!("{name}-other"))?);
    let office = || cidr("10.0.0.0/8");
    let mut before = vec![
        rule(tcp(22, 22), office()),
        rule(tcp(80, 90), office()),
        rule(Allowed::Icmp { v6: false, kind: Some(8), code: None }, office()),
        rule(tcp(5432, 5432), Peer::group(&other)),
        rule(tcp(3000, 4000), cidr("2001:db8::/32")),
        rule(Allowed::All, cidr("192.0.2.0/24")),
    ];
    if !with_ids {
        // AWS revokes rules whatever their descriptions say, moto only those of networks.
        for rule in &mut before {
            rule.description = None;
        }
    }
    // The rules that exist are made by what makes new ones.
    let mut made = turn(&[], &[], 60);
    made.proposed.clone_from(&before);
    made.add = (0..before.len()).collect();
    made.order.steps = vec![rangecover::groups::audit::Step::Authorise(made.add.clone())];
    let folder = Folder::new();
    run(moto, &folder, &script(&made, &group).unwrap())?.exits(0);
    let rules = inbound(moto, &group)?;
    assert_eq!(rules.len(), before.len(), "{rules:?}");
    if with_ids {
        let ports = ["tcp 22-22", "tcp 80-90", "icmp 8-", "tcp 5432-", "tcp 3000-", "-1 "];
        for (rule, ports) in before.iter_mut().zip(ports) {
            rule.id =
                rules.iter().find(|(shown, _)| shown.starts_with(ports)).map(|(_, id)| id.clone());
            assert!(rule.id.is_some(), "{ports} in {rules:?}");
        }
    }
    let after = [
        proposed(22, 22, Quota::Ipv4, &[office()]),
        proposed(82, 86, Quota::Ipv4, &[office(), cidr("198.51.100.0/24")]),
        proposed(3128, 3128, Quota::Ipv6, &[cidr("2001:db8::/32")]),
        proposed(443, 443, Quota::Both, &[Peer::group(&other)]),
    ];
    let changes = turn(&before, &after, quota);
    let text = script(&changes, &group).unwrap();
    run(moto, &folder, &text)?.exits(0);
    let expected = [
        "tcp 22-22 10.0.0.0/8".to_owned(),
        "tcp 82-86 10.0.0.0/8".to_owned(),
        "tcp 82-86 198.51.100.0/24".to_owned(),
        "tcp 3128-3128 2001:db8::/32".to_owned(),
        format!("tcp 443-443 {other}"),
    ];
    let now = inbound(moto, &group)?;
    if with_ids {
        let kept = now.iter().find(|(shown, _)| shown.starts_with("tcp 22-22"));
        assert_eq!(kept.map(|(_, id)| id), before[0].id.as_ref(), "what stays is not touched");
    }
    assert_eq!(without_ids(now), expected.into_iter().collect());
    assert!(!folder.path().join("owned").exists(), "{}", String::from_utf8_lossy(&text));
    Some(())
}

#[test]
fn the_aws_cli_turns_a_group_into_the_proposal() {
    let Some(moto) = Moto::shared() else { return };
    for (with_ids, quota) in [(true, 60), (false, 5)] {
        apply(moto, with_ids, quota);
    }
}

#[test]
fn the_script_says_what_it_does_and_quotes_what_it_is_given() {
    let mut old =
        rule(tcp(80, 90), Peer::PrefixList { id: "pl-1'\n\u{1b}$(touch owned)".to_owned() });
    old.id = Some("sgr-1; touch owned".to_owned());
    let after = [proposed(80, 80, Quota::Ipv4, &[cidr("10.0.0.0/8")])];
    let changes = turn(&[old], &after, 60);
    let text = String::from_utf8(script(&changes, "sg-0123456789abcdef0").unwrap()).unwrap();
    let expected = r#"#!/bin/sh
# Inbound rules of sg-0123456789abcdef0: 0 stay, 0 narrowed, 1 added, 1 removed.
# IPv4 units: 1 before, 2 at most in between, 1 after; the quota is 60.
# IPv6 units: 1 before, 1 at most in between, 0 after; the quota is 60.
# New rules come first: whoever a new rule lets in is never blocked in between.
set -eu
AWS_PAGER=''
export AWS_PAGER

# Allow tcp/80 from 10.0.0.0/8
aws ec2 authorize-security-group-ingress --group-id sg-0123456789abcdef0 --ip-permissions '[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"IpRanges":[{"CidrIp":"10.0.0.0/8","Description":"it_s _(touch owned) _touch owned__; touch owned # _"}]}]'

# Revoke tcp/80-90 from pl-1'\n\u{1b}$(touch owned) (sgr-1; touch owned)
aws ec2 revoke-security-group-ingress --group-id sg-0123456789abcdef0 --ip-permissions "[{\"IpProtocol\":\"tcp\",\"FromPort\":80,\"ToPort\":90,\"PrefixListIds\":[{\"PrefixListId\":\"pl-1'\\n\\u001b"'$(touch owned)"}]}]'
"#;
    assert_eq!(text, expected);
    let error = script(&changes, "sg-1; touch owned").unwrap_err().to_string();
    let wanted = "'sg-1; touch owned' is not the id of a security group; give sg-0123456789abcdef0, for example";
    assert_eq!(error, wanted);
}
