//! Changes of security groups, as Terraform and other readers of HCL take them.

use std::collections::BTreeSet;
use std::path::Path;

use hcl_edit::structure::Body;
use proptest::prelude::*;
use rangecover::groups::audit::Changes;
use rangecover::groups::{Allowed, Peer, Rule};
use rangecover::present::export::changes_terraform::file;
use rangecover::problem::ports::{Protocol, Span};
use rangecover::problem::zones::Quota;

use super::{cidr, proposed, rule, tcp, turn};
use crate::binary::{Folder, run, said};
use crate::hcl::{hostile, strings, terraform};
use crate::tools::{isolated, python_tool};

const GROUP: &str = "sg-0123456789abcdef0";

fn written(changes: &Changes) -> String {
    String::from_utf8(file([(GROUP, changes)]).unwrap()).unwrap()
}

fn existing(id: &str, allowed: Allowed, peer: Peer, description: Option<&str>) -> Rule {
    Rule {
        id: Some(id.to_owned()),
        description: description.map(str::to_owned),
        ..rule(allowed, peer)
    }
}

/// One rule stays, one becomes narrower, one is new and one goes.
fn example() -> Changes {
    let office = || cidr("10.0.0.0/8");
    let before = [
        existing("sgr-00000000000000001", tcp(22, 22), office(), Some("as it was")),
        existing("sgr-00000000000000002", tcp(80, 90), office(), Some("as it was")),
        existing("sgr-00000000000000003", Allowed::All, cidr("192.0.2.0/24"), None),
        rule(tcp(25, 25), office()),
    ];
    let after = [
        proposed(22, 22, Quota::Ipv4, &[office()]),
        proposed(82, 86, Quota::Ipv4, &[office()]),
        proposed(443, 443, Quota::Ipv6, &[cidr("2001:db8::/32")]),
    ];
    turn(&before, &after, 60)
}

#[test]
fn what_stays_is_imported_what_is_new_is_made_and_what_goes_is_said() {
    let expected = r#"# Inbound rules of sg-0123456789abcdef0: 1 stay, 1 narrowed, 1 added, 2 removed.
# IPv4 units: 4 before, 5 at most in between, 2 after; the quota is 60.
# IPv6 units: 0 before, 1 at most in between, 1 after; the quota is 60.

import {
  to = aws_vpc_security_group_ingress_rule.sg-0123456789abcdef0_tcp_22_22_10_0_0_0_8
  id = "sgr-00000000000000001"
}

resource "aws_vpc_security_group_ingress_rule" "sg-0123456789abcdef0_tcp_22_22_10_0_0_0_8" {
  security_group_id = "sg-0123456789abcdef0"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = "10.0.0.0/8"
  description       = "as it was"
}

resource "aws_vpc_security_group_ingress_rule" "sg-0123456789abcdef0_tcp_82_86_10_0_0_0_8" {
  security_group_id = "sg-0123456789abcdef0"
  ip_protocol       = "tcp"
  from_port         = 82
  to_port           = 86
  cidr_ipv4         = "10.0.0.0/8"
  description       = "it_s _(touch owned) _touch owned__; touch owned # _"
}

resource "aws_vpc_security_group_ingress_rule" "sg-0123456789abcdef0_tcp_443_443_2001-db8--_32" {
  security_group_id = "sg-0123456789abcdef0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv6         = "2001:db8::/32"
  description       = "it_s _(touch owned) _touch owned__; touch owned # _"
}

# To be run once the rules above are there, for what Terraform does not manage:

# Revoke tcp/80-90 from 10.0.0.0/8 (sgr-00000000000000002)
# Revoke all traffic from 192.0.2.0/24 (sgr-00000000000000003)
# aws ec2 revoke-security-group-ingress --group-id sg-0123456789abcdef0 --security-group-rule-ids sgr-00000000000000002 sgr-00000000000000003

# Revoke tcp/25 from 10.0.0.0/8
# aws ec2 revoke-security-group-ingress --group-id sg-0123456789abcdef0 --ip-permissions '[{"IpProtocol":"tcp","FromPort":25,"ToPort":25,"IpRanges":[{"CidrIp":"10.0.0.0/8"}]}]'
"#;
    assert_eq!(written(&example()), expected);
}

#[test]
fn what_terraform_cannot_do_is_said() {
    let office = || cidr("10.0.0.0/8");
    let before = [rule(tcp(22, 22), office()), rule(tcp(80, 90), office())];
    let after = [22, 82].map(|port| proposed(port, port, Quota::Ipv4, &[office()]));
    let text = written(&turn(&before, &after, 2));
    assert!(
        text.contains("# Terraform makes all new rules before the others go, which is more than")
    );
    assert!(text.contains("the ids of 1 rule that stay are not known"), "{text}");
    let body: Body = text.parse().unwrap();
    assert_eq!((body.get_blocks("import").count(), body.get_blocks("resource").count()), (0, 2));
    // Nothing changes, and yet Terraform would destroy what the file did not have.
    let body: Body = written(&turn(
        &before,
        &[22].map(|port| proposed(port, port, Quota::Ipv4, &[office()])),
        2,
    ))
    .parse()
    .unwrap();
    assert_eq!(body.get_blocks("resource").count(), 1);
    let error = file([("sg-1\n", &example())]).unwrap_err().to_string();
    assert!(error.starts_with("'sg-1\\n' is not the id of a security group"), "{error}");
    let after = [proposed(22, 22, Quota::Both, &[Peer::group("sg-%${x}")])];
    let error = file([(GROUP, &turn(&[], &after, 60))]).unwrap_err().to_string();
    assert!(error.starts_with("'sg-%${x}' is not an id of letters"), "{error}");
}

proptest! {
    #[test]
    fn nothing_that_anybody_wrote_is_an_expression(
        description in hostile(), other in hostile(), id in hostile(), list in hostile(),
    ) {
        let office = || cidr("10.0.0.0/8");
        let before = [
            existing(&format!("sgr-{id}"), tcp(22, 22), office(), Some(&description)),
            existing(&id, tcp(80, 90), office(), Some(&other)),
            existing(&id, Allowed::All, Peer::PrefixList { id: format!("pl-{list}") }, Some(&other)),
        ];
        let after = [22, 82].map(|port| proposed(port, port, Quota::Ipv4, &[office()]));
        let text = written(&turn(&before, &after, 60));
        let body: Body = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
        let kinds: Vec<&str> = body.blocks().map(|block| block.ident.as_str()).collect();
        prop_assert_eq!(kinds, ["resource", "resource"]);
        let strings = strings(&body);
        prop_assert!(strings.iter().all(|text| !text.contains(['$', '%'])), "{strings:?}");
        let code = text.lines().filter(|line| !line.starts_with('#'));
        prop_assert!(code.clone().all(|line| !line.contains(['$', '%'])), "{text}");
    }

    #[test]
    fn every_proposed_rule_is_a_resource_of_its_own(
        before in prop::collection::vec((0..4_u32, 0..3_u32, 0..3_usize, any::<bool>()), 0..8),
        after in prop::collection::vec((0..4_u32, 0..3_u32, 0..3_usize), 0..8),
    ) {
        let peer = |i: usize| [cidr("10.0.0.0/8"), cidr("::/0"), Peer::group("sg-01234567")][i].clone();
        let before = before.into_iter().enumerate().map(|(i, (from, more, to, has_id))| {
            let one = rule(tcp(from, from + more), peer(to));
            Rule { id: has_id.then(|| format!("sgr-{i:08}")), ..one }
        });
        let before: Vec<Rule> = before.collect();
        let after = after.into_iter().map(|(from, more, to)| proposed(from, from + more, Quota::Ipv4, &[peer(to)]));
        let changes = turn(&before, &after.collect::<Vec<_>>(), 60);
        let text = written(&changes);
        let body: Body = text.parse().unwrap();
        let names = body.get_blocks("resource").map(|block| block.labels[1].as_str().to_owned());
        let names: Vec<String> = names.collect();
        prop_assert_eq!(names.len(), changes.proposed.len());
        prop_assert_eq!(BTreeSet::from_iter(&names).len(), names.len());
        let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("# aws ")).collect();
        let ids = |place: usize| before[place].id.clone();
        for id in changes.keep.iter().filter_map(|kept| ids(kept.existing)) {
            prop_assert!(commands.iter().all(|line| !line.contains(&id)), "{id} stays");
            prop_assert!(text.contains(&format!("  id = \"{id}\"\n")), "{id} is imported");
        }
        for id in changes.revoked().into_iter().filter_map(ids) {
            prop_assert!(commands.iter().any(|line| line.contains(&id)), "{id} goes");
            prop_assert!(!text.contains(&format!("\"{id}\"")), "{id} is not imported");
        }
    }
}

/// The changes of the data set, and those of the example.
fn files(folder: &Folder) -> [std::path::PathBuf; 2] {
    let line = "audit --security-groups datasets/security-groups/groups.json \
                --interfaces datasets/security-groups/interfaces.json datasets/flow-logs \
                --format terraform";
    let audit = run(line).exits(0).stdout;
    [folder.write("audit.tf", audit), folder.write("example.tf", written(&example()))]
}

#[test]
fn python_hcl2_reads_the_same_resources() {
    let Some(hcl2) = python_tool("hcl2tojson") else { return };
    let folder = Folder::new();
    for file in files(&folder) {
        let read = said(isolated(&hcl2).arg(&file)).exits(0).json();
        let body: Body = std::fs::read_to_string(&file).unwrap().parse().unwrap();
        let resources = body.get_blocks("resource").map(|block| block.labels[1].as_str());
        let found = read["resource"].as_array().unwrap().iter().flat_map(|block| {
            let (_, named) = block.as_object().unwrap().iter().next().unwrap();
            named.as_object().unwrap().keys().map(|name| name.trim_matches('"'))
        });
        assert_eq!(found.collect::<Vec<_>>(), resources.collect::<Vec<_>>());
        let imports = read.get("import").and_then(|list| list.as_array()).map_or(0, Vec::len);
        assert_eq!(imports, body.get_blocks("import").count());
    }
}

#[test]
fn terraform_would_format_nothing() {
    let Some(terraform) = terraform() else { return };
    let folder = Folder::new();
    for file in files(&folder) {
        let said = said(isolated(Path::new(terraform)).args(["fmt", "-check", "-diff"]).arg(file));
        assert_eq!((said.status, said.stdout.as_str()), (Some(0), ""), "{said:#?}");
    }
}

#[test]
fn every_kind_of_rule_has_a_name_that_terraform_takes() {
    let office = || cidr("10.0.0.0/8");
    let mut changes = turn(&[], &[], 60);
    let kinds = [
        Allowed::Icmp { v6: true, kind: Some(128), code: None },
        Allowed::Protocol(47),
        Allowed::All,
        Allowed::Ports { protocol: Protocol::Udp, span: Span::ALL_PORTS },
    ];
    changes.proposed = kinds.map(|allowed| rule(allowed, office())).to_vec();
    let text = written(&changes);
    let body: Body = text.parse().unwrap();
    let names: Vec<&str> =
        body.get_blocks("resource").map(|block| block.labels[1].as_str()).collect();
    let expected = ["icmpv6_128", "protocol_47", "all_traffic", "udp_0_65535"];
    assert_eq!(names, expected.map(|name| format!("{GROUP}_{name}_10_0_0_0_8")));
    assert!(text.contains("  from_port         = 128\n  to_port           = -1\n"), "{text}");
    assert_eq!(text.matches("from_port").count(), 2, "{text}");
}
