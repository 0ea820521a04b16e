//! Rules as a template of CloudFormation.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html>

use serde::{Serialize, Serializer};

use crate::groups::{Description, Peer};

use super::json::json;
use super::rules::{ExportError, Holds, RuleFormat, RuleSet, SingleRule};

/// Most resources of a template.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
pub const MOST_RESOURCES: usize = 500;

/// For `aws cloudformation deploy`.
pub struct CloudFormation;

impl RuleFormat for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn about(&self) -> &'static str {
        "a template with an AWS::EC2::SecurityGroupIngress for each rule and source, as JSON"
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn holds(&self) -> Holds {
        Holds::OneSet
    }

    fn bytes(&self, sets: &[RuleSet]) -> Result<Vec<u8>, ExportError> {
        let resources: Vec<(String, Resource)> = sets
            .iter()
            .flat_map(|set| {
                set.single_rules().map(|rule| (logical_id(rule), Resource::new(set, rule)))
            })
            .collect();
        if resources.len() > MOST_RESOURCES {
            return Err(ExportError::TooMany {
                format: self.name(),
                what: "resources in a template",
                most: MOST_RESOURCES,
                found: resources.len(),
                instead: "write terraform or ip-permissions",
            });
        }
        let parameters = sets.iter().flat_map(|set| {
            let unnamed = (0..set.groups.len()).filter(|&group| set.groups[group].id.is_none());
            unnamed.map(|group| (parameter(set, group), Parameter::default()))
        });
        let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
        Ok(json(&Template {
            version: "2010-09-09",
            description: Description::new(&format!(
                "rangecover: inbound rules of {}",
                names.join(", ")
            )),
            parameters: Ordered(parameters.collect()),
            resources: Ordered(resources),
        }))
    }
}

/// The template.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Template {
    #[serde(rename = "AWSTemplateFormatVersion")]
    version: &'static str,
    description: Description,
    #[serde(skip_serializing_if = "Ordered::is_empty")]
    parameters: Ordered<Parameter>,
    resources: Ordered<Resource>,
}

/// A map in the order of its entries.
struct Ordered<T>(Vec<(String, T)>);

impl<T> Ordered<T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

/// A group that is not named.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    r#type: &'static str,
    description: &'static str,
}

impl Default for Parameter {
    fn default() -> Self {
        Self {
            r#type: "AWS::EC2::SecurityGroup::Id",
            description: "The security group that these rules are for",
        }
    }
}

/// The parameter of a group.
fn parameter(set: &RuleSet, group: usize) -> String {
    let number = set.number(group).map_or_else(String::new, |number| number.to_string());
    format!("SecurityGroupId{number}")
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    r#type: &'static str,
    properties: Ingress,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Ingress {
    group_id: GroupId,
    ip_protocol: &'static str,
    from_port: u32,
    to_port: u32,
    #[serde(flatten)]
    source: Source,
    description: Description,
}

#[derive(Serialize)]
#[serde(untagged)]
enum GroupId {
    Named(String),
    Parameter {
        #[serde(rename = "Ref")]
        name: String,
    },
}

/// Exactly one source, by the name of its property.
#[derive(Serialize)]
enum Source {
    CidrIp(String),
    CidrIpv6(String),
    #[serde(rename = "SourcePrefixListId")]
    PrefixList(String),
    #[serde(rename = "SourceSecurityGroupId")]
    Group(String),
    #[serde(untagged)]
    GroupOf {
        #[serde(rename = "SourceSecurityGroupId")]
        id: String,
        #[serde(rename = "SourceSecurityGroupOwnerId")]
        account: String,
    },
}

impl Resource {
    fn new(set: &RuleSet, single: SingleRule<'_>) -> Self {
        let SingleRule { rule, peer, group } = single;
        let group_id = match &set.groups[group].id {
            Some(id) => GroupId::Named(id.to_string()),
            None => GroupId::Parameter { name: parameter(set, group) },
        };
        let source = match peer {
            Peer::Cidr(network @ ipnet::IpNet::V4(_)) => Source::CidrIp(network.to_string()),
            Peer::Cidr(network @ ipnet::IpNet::V6(_)) => Source::CidrIpv6(network.to_string()),
            Peer::PrefixList { id } => Source::PrefixList(id.clone()),
            Peer::Group { id, account: None } => Source::Group(id.clone()),
            Peer::Group { id, account: Some(account) } => {
                Source::GroupOf { id: id.clone(), account: account.clone() }
            }
        };
        let properties = Ingress {
            group_id,
            ip_protocol: rule.protocol.name(),
            from_port: rule.span.from(),
            to_port: rule.span.to(),
            source,
            description: set.description(rule),
        };
        Self { r#type: "AWS::EC2::SecurityGroupIngress", properties }
    }
}

/// The logical id of a rule, in letters and digits; as in Terraform it depends on nothing else.
///
/// No two rules share one: `From` and `In` are in no address and no id, and of the zone `Z`, `-`
/// and `_` are escaped.
fn logical_id(single: SingleRule<'_>) -> String {
    let SingleRule { rule, peer, .. } = single;
    let protocol = rule.protocol.name();
    let (first, rest) = protocol.split_at(1);
    let protocol = first.to_ascii_uppercase() + rest;
    let source = peer.to_string().replace(['.', '/'], "x").replace(':', "y").replace('-', "");
    let zone = rule.zone.as_ref().map_or_else(String::new, |zone| {
        let zone = zone.replace('Z', "ZZ").replace('-', "ZD").replace('_', "ZU");
        format!("In{zone}")
    });
    format!("{protocol}{}To{}From{source}{zone}", rule.span.from(), rule.span.to())
}
