//! Documents as AWS prints them, and what may be wrong with them.

use super::*;

/// Each rule of each group: `sg-1 tcp/22 10.0.0.0/8`.
fn shown(text: &str) -> (Vec<String>, Vec<String>) {
    let described = security_groups(text).unwrap();
    let rules = described.groups.iter().flat_map(|group| {
        let rules = group.rules.iter();
        rules.map(move |rule| format!("{} {} {}", group.id, rule.allowed, rule.peer))
    });
    (rules.collect(), described.notes)
}

/// A group with one permission.
fn group(permission: &str) -> String {
    format!(
        r#"{{"SecurityGroups": [{{"GroupId": "sg-1", "OwnerId": "123456789012", "IpPermissions": [
            {permission}
        ]}}]}}"#
    )
}

/// A permission with these ports, from one network.
fn ports(protocol: &str, from: i64, to: i64) -> String {
    group(&format!(
        r#"{{"IpProtocol": "{protocol}", "FromPort": {from}, "ToPort": {to}, "IpRanges": [{{"CidrIp": "10.0.0.0/8"}}]}}"#
    ))
}

#[test]
fn a_permission_has_a_rule_for_each_source() {
    let (rules, notes) = shown(&group(
        r#"{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 86, "Unknown": [1],
            "IpRanges": [{"CidrIp": "10.1.2.3/8", "Description": "vpc"}, {"CidrIp": "0.0.0.0/0"}],
            "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}],
            "UserIdGroupPairs": [
                {"GroupId": "sg-2", "UserId": "123456789012"},
                {"GroupId": "sg-3", "UserId": "210987654321", "PeeringStatus": "deleted"}],
            "PrefixListIds": [{"PrefixListId": "pl-1"}]}"#,
    ));
    let sources = ["10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "pl-1", "sg-2", "210987654321/sg-3"];
    assert_eq!(rules, sources.map(|source| format!("sg-1 tcp/80-86 {source}")));
    assert_eq!(
        notes,
        [
            "sg-1: CidrIp 10.1.2.3/8 has bits set after its prefix, and AWS takes it as 10.0.0.0/8",
            "sg-1: the peering to the referenced group sg-3 is deleted; the rule is stale",
        ]
    );
}

#[test]
fn protocols_have_names_and_numbers() {
    for (protocol, from, to, allowed) in [
        ("6", 22, 22, "tcp/22"),
        ("17", 53, 53, "udp/53"),
        ("-1", -1, -1, "all traffic"),
        ("50", -1, -1, "protocol 50"),
        ("icmp", -1, -1, "icmp"),
        ("icmp", 8, 0, "icmp/8/0"),
        ("icmp", 8, -1, "icmp/8"),
        ("1", 3, 4, "icmp/3/4"),
        ("icmpv6", 128, 0, "icmpv6/128/0"),
        ("58", -1, -1, "icmpv6"),
    ] {
        let (rules, _) = shown(&ports(protocol, from, to));
        assert_eq!(rules, [format!("sg-1 {allowed} 10.0.0.0/8")], "{protocol}");
    }
    let (rules, _) = shown(&group(
        r#"{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "123456789012"}]}"#,
    ));
    assert_eq!(rules, ["sg-1 all traffic sg-1"]);
}

#[test]
fn rules_are_read_one_by_one() {
    let text = r#"{"SecurityGroupRules": [
        {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "GroupOwnerId": "1", "IsEgress": true,
         "IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "CidrIpv4": "0.0.0.0/0"},
        {"SecurityGroupRuleId": "sgr-2", "GroupId": "sg-1", "GroupOwnerId": "1", "IsEgress": false,
         "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIpv6": "::/0"},
        {"SecurityGroupRuleId": "sgr-3", "GroupId": "sg-2", "GroupOwnerId": "1", "IsEgress": false,
         "IpProtocol": "icmp", "FromPort": -1, "ToPort": -1,
         "ReferencedGroupInfo": {"GroupId": "sg-1", "UserId": "1"}, "Description": "ping"}]}"#;
    let (rules, notes) = shown(text);
    assert_eq!(rules, ["sg-1 tcp/443 ::/0", "sg-2 icmp sg-1"]);
    assert!(notes.is_empty(), "{notes:?}");
    let described = security_groups(text).unwrap();
    let rule = &described.groups[1].rules[0];
    assert_eq!((rule.id.as_deref(), rule.description.as_deref()), (Some("sgr-3"), Some("ping")));
}

#[test]
fn pages_may_stand_in_a_row_or_in_a_list() {
    let page = |id: &str| {
        format!(
            r#"{{"SecurityGroups": [{{"GroupId": "{id}", "IpPermissions": []}}], "NextToken": "x"}}"#
        )
    };
    for text in [
        format!("\u{feff}{}\n{}", page("sg-1"), page("sg-2")),
        format!("[{}, {}]", page("sg-1"), page("sg-2")),
    ] {
        let described = security_groups(&text).unwrap();
        let ids: Vec<&str> = described.groups.iter().map(|group| group.id.as_str()).collect();
        assert_eq!(ids, ["sg-1", "sg-2"]);
        assert!(described.groups.iter().all(|group| group.rules.is_empty()));
        assert!(described.notes[0].contains("NextToken"), "{:?}", described.notes);
    }
}

#[test]
fn what_both_commands_say_counts_once() {
    let one = ports("tcp", 22, 22);
    let other = r#"{"SecurityGroupRules": [
        {"SecurityGroupRuleId": "sgr-1", "GroupId": "sg-1", "IpProtocol": "tcp", "FromPort": 22,
         "ToPort": 22, "CidrIpv4": "10.0.0.0/8", "Description": "ssh"}]}"#;
    let described = security_groups(&format!("{one}{other}")).unwrap();
    assert_eq!(described.groups.len(), 1);
    let [rule] = &described.groups[0].rules[..] else { panic!("{described:?}") };
    assert_eq!((rule.id.as_deref(), rule.description.as_deref()), (Some("sgr-1"), Some("ssh")));
    assert_eq!(described.notes, ["rules that are given twice count once: 1"]);
}

#[test]
fn damage_is_named_with_its_place() {
    let empty = r#"{"SecurityGroups": [{"GroupName": "x"}]}"#;
    for (text, expected) in [
        (String::new(), "1:1: no JSON; give the output of `aws ec2 describe-security-groups`"),
        ("{\n \"SecurityGroups\": [\n".to_owned(), "3:1: not JSON: EOF while parsing a list"),
        ("GroupId sg-1".to_owned(), "1:1: not JSON: expected value"),
        ("7".to_owned(), "1:1: invalid type: integer `7`, expected an object as AWS prints it"),
        ("{}".to_owned(), "1:1: neither SecurityGroups nor SecurityGroupRules"),
        (empty.to_owned(), "1:38: missing field `GroupId`"),
        (empty.replace("GroupName", "GroupId").replace('x', ""), "GroupId '' is not an id such as"),
        (ports("tcp", 22, 70_000), "ToPort 70000 is not a port, 0 to 65535"),
        (ports("tcp", -1, -1), "FromPort -1 is not a port, 0 to 65535"),
        (ports("udp", 90, 80), "FromPort 90 is after ToPort 80; exchange them"),
        (ports("icmp", 300, -1), "FromPort 300 is not an ICMP type, 0 to 255, or -1 for all"),
        (ports("sctp", 1, 1), "IpProtocol 'sctp' is not tcp, udp, icmp, icmpv6, -1 or a number"),
        (ports("256", 1, 1), "IpProtocol '256' is not tcp"),
        (group(r#"{"IpProtocol": "tcp", "FromPort": 1}"#), "3:9: tcp without ToPort"),
        (
            ports("tcp", 1, 1).replace("10.0.0.0/8", "10.0.0.0/33"),
            "CidrIp '10.0.0.0/33' is not an IPv4 network such as 10.0.0.0/8",
        ),
        (ports("tcp", 1, 1).replace("10.0.0.0/8", "::/0"), "CidrIp '::/0' is not an IPv4 network"),
        (
            r#"{"SecurityGroupRules": [{"GroupId": "sg-1", "IpProtocol": "-1"}]}"#.to_owned(),
            "1:64: a rule has exactly one of CidrIpv4, CidrIpv6, PrefixListId",
        ),
    ] {
        let message = security_groups(&text).unwrap_err().to_string();
        assert!(message.contains(expected), "'{message}' does not say '{expected}'");
    }
}
