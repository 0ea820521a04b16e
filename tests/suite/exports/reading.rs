//! Each format, read back.

use std::collections::BTreeSet;

use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block, Body};
use serde_json::Value;

/// A rule with one source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Single {
    pub(super) protocol: String,
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) source: String,
}

/// All rules of a file, source by source.
pub(super) fn read(format: &str, bytes: &[u8]) -> Vec<Single> {
    match format {
        "ip-permissions" => {
            let n_descriptions = descriptions(&json(bytes)).len();
            let singles = ip_permissions(&json(bytes));
            assert_eq!(n_descriptions, singles.len(), "everything has one");
            singles
        }
        "terraform" => terraform(bytes),
        "cloudformation" => cloudformation(&json(bytes)),
        "csv" => csv_rows(bytes),
        "markdown" => markdown(bytes),
        _ => panic!("no reader of {format}"),
    }
}

/// The names of the resources; as many as there are, no two alike.
pub(super) fn names(format: &str, bytes: &[u8]) -> BTreeSet<String> {
    match format {
        "terraform" => {
            resources(&body(bytes)).map(|block| block.labels[1].as_str().to_owned()).collect()
        }
        _ => json(bytes)["Resources"].as_object().unwrap().keys().cloned().collect(),
    }
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{error}"))
}

/// What the description of every rule has to be.
fn check_description(text: &str) {
    assert!(text.starts_with("rangecover: ") && text.len() <= 255, "{text}");
    assert!(
        text.chars().all(|c| c.is_ascii_alphanumeric() || "._-:/()#,@[]+=&;{}!$* ".contains(c))
    );
}

/// The sources of a list of `IpPermission` that have a description, with it and the first port.
pub(super) fn descriptions(permissions: &Value) -> Vec<(u64, String, String)> {
    let mut found = Vec::new();
    for permission in permissions.as_array().unwrap() {
        for list in permission.as_object().unwrap().values().filter_map(Value::as_array).flatten() {
            let Some(description) = list.get("Description") else { continue };
            let ids = list.as_object().unwrap().iter().filter(|(key, _)| *key != "Description");
            let id: Vec<&str> = ids.filter_map(|(_, id)| id.as_str()).collect();
            let from = permission["FromPort"].as_u64().unwrap();
            found.push((from, id.join("/"), description.as_str().unwrap().to_owned()));
        }
    }
    found.sort();
    found
}

/// The rules of a list of `IpPermission`, as written here or described by AWS.
pub(super) fn ip_permissions(permissions: &Value) -> Vec<Single> {
    let mut singles = Vec::new();
    for permission in permissions.as_array().unwrap() {
        let mut found = false;
        for (list, key) in [
            ("IpRanges", "CidrIp"),
            ("Ipv6Ranges", "CidrIpv6"),
            ("PrefixListIds", "PrefixListId"),
            ("UserIdGroupPairs", "GroupId"),
        ] {
            for source in permission.get(list).and_then(Value::as_array).into_iter().flatten() {
                found = true;
                if let Some(description) = source.get("Description") {
                    check_description(description.as_str().unwrap());
                }
                let account = source.get("UserId").and_then(Value::as_str);
                let account = account.map_or_else(String::new, |id| format!("{id}/"));
                singles.push(Single {
                    protocol: permission["IpProtocol"].as_str().unwrap().to_owned(),
                    from: permission["FromPort"].as_u64().unwrap(),
                    to: permission["ToPort"].as_u64().unwrap(),
                    source: account + source[key].as_str().unwrap(),
                });
            }
        }
        assert!(found, "a range without a source");
    }
    singles
}

fn cloudformation(template: &Value) -> Vec<Single> {
    assert_eq!(template["AWSTemplateFormatVersion"], "2010-09-09");
    let single = |(id, resource): (&String, &Value)| {
        assert!(id.chars().all(|c| c.is_ascii_alphanumeric()) && id.len() <= 255, "{id}");
        assert_eq!(resource["Type"], "AWS::EC2::SecurityGroupIngress");
        let properties = &resource["Properties"];
        if let Some(parameter) = properties["GroupId"].get("Ref") {
            let parameter = &template["Parameters"][parameter.as_str().unwrap()];
            assert_eq!(parameter["Type"], "AWS::EC2::SecurityGroup::Id");
        }
        check_description(properties["Description"].as_str().unwrap());
        let keys = ["CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId"];
        let sources: Vec<&str> =
            keys.iter().filter_map(|key| properties.get(key)?.as_str()).collect();
        assert_eq!(sources.len(), 1, "{properties}");
        let account = properties.get("SourceSecurityGroupOwnerId").and_then(Value::as_str);
        let account = account.map_or_else(String::new, |id| format!("{id}/"));
        Single {
            protocol: properties["IpProtocol"].as_str().unwrap().to_owned(),
            from: properties["FromPort"].as_u64().unwrap(),
            to: properties["ToPort"].as_u64().unwrap(),
            source: account + sources[0],
        }
    };
    template["Resources"].as_object().unwrap().iter().map(single).collect()
}

fn body(bytes: &[u8]) -> Body {
    let text = std::str::from_utf8(bytes).unwrap();
    text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn resources(body: &Body) -> impl Iterator<Item = &Block> {
    body.get_blocks("resource")
}

fn terraform(bytes: &[u8]) -> Vec<Single> {
    let body = body(bytes);
    let variables: BTreeSet<&str> =
        body.get_blocks("variable").map(|block| block.labels[0].as_str()).collect();
    let mut names = BTreeSet::new();
    let mut singles = Vec::new();
    for block in resources(&body) {
        assert_eq!(block.labels[0].as_str(), "aws_vpc_security_group_ingress_rule");
        let name = block.labels[1].as_str();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        assert!(name.chars().all(is_plain) && name.starts_with(['t', 'u']), "{name}");
        assert!(names.insert(name.to_owned()), "{name} comes twice");
        let value = |key: &str| block.body.get_attribute(key).map(|attribute| &attribute.value);
        let text = |key: &str| match value(key)? {
            Expression::String(text) => Some(text.as_str().to_owned()),
            other => panic!("{key} is {other:?}"),
        };
        let number = |key: &str| value(key).and_then(Expression::as_number).unwrap().as_u64();
        match value("security_group_id").unwrap() {
            Expression::String(id) => assert!(id.starts_with("sg-")),
            var => {
                let name = var.to_string();
                assert!(variables.contains(name.trim().strip_prefix("var.").unwrap()), "{name}");
            }
        }
        let description = text("description").unwrap();
        check_description(&description);
        let keys = ["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"];
        let sources: Vec<String> = keys.iter().filter_map(|key| text(key)).collect();
        assert_eq!((sources.len(), block.body.len()), (1, 6), "{block:?}");
        singles.push(Single {
            protocol: text("ip_protocol").unwrap(),
            from: number("from_port").unwrap(),
            to: number("to_port").unwrap(),
            source: sources[0].clone(),
        });
    }
    let others = body.iter().filter(|part| {
        !part
            .as_block()
            .is_some_and(|block| block.has_ident("resource") || block.has_ident("variable"))
    });
    assert_eq!(others.count(), 0, "nothing else is in the file");
    singles
}

fn csv_rows(bytes: &[u8]) -> Vec<Single> {
    let mut reader = csv::Reader::from_reader(bytes);
    let row = |row: Result<std::collections::HashMap<String, String>, csv::Error>| {
        let row = row.unwrap();
        check_description(&row["description"]);
        Single {
            protocol: row["protocol"].clone(),
            from: row["from_port"].parse().unwrap(),
            to: row["to_port"].parse().unwrap(),
            source: row["source"].clone(),
        }
    };
    reader.deserialize().map(row).collect()
}

/// The rows of all tables.
fn markdown(bytes: &[u8]) -> Vec<Single> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut singles = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| tcp ") || line.starts_with("| udp "))
    {
        let cells: Vec<String> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('\\', "")).collect();
        let (from, to) = cells[1].split_once('-').unwrap_or((&cells[1], &cells[1]));
        for source in cells[2].split(", ") {
            singles.push(Single {
                protocol: cells[0].clone(),
                from: from.parse().unwrap(),
                to: to.parse().unwrap(),
                source: source.to_owned(),
            });
        }
    }
    singles
}
