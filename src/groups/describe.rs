//! Security groups as `aws ec2 describe-security-groups` and `describe-security-group-rules` print
//! them.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html>

use std::collections::HashMap;

use serde::Deserialize;

use crate::problem::zones::Family;

use super::documents::{DescribeError, documents};
use super::permission::{Reference, Source, Traffic, cidr, id};
use super::{Allowed, Peer, Rule, SecurityGroup};

/// The command whose output is read.
const COMMAND: &str = "aws ec2 describe-security-groups";

/// Groups that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    /// In order of the file, no id twice.
    pub groups: Vec<SecurityGroup>,
    /// What a user should know about them.
    pub notes: Vec<String>,
}

/// Reads groups with their inbound rules; whatever else stands there is left out.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn security_groups(text: &str) -> Result<Described, DescribeError> {
    let mut described = Collected::default();
    for page in documents::<Page>(text, COMMAND)? {
        if page.security_groups.is_none() && page.security_group_rules.is_none() {
            return Err(DescribeError::of_all(format!(
                "neither SecurityGroups nor SecurityGroupRules; give the output of `{COMMAND}`, \
                 without --query"
            )));
        }
        for group in page.security_groups.into_iter().flatten() {
            described.add_group(group);
        }
        for rule in page.security_group_rules.into_iter().flatten().filter(|rule| !rule.is_egress) {
            described.add_rule(rule);
        }
        described.is_cut = page.next_token.is_some_and(|token| !token.is_empty());
    }
    Ok(described.finish())
}

/// A document of either command.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    security_groups: Option<Vec<GroupSpec>>,
    security_group_rules: Option<Vec<RuleSpec>>,
    next_token: Option<String>,
}

/// A group.
#[derive(Debug, Deserialize)]
#[serde(try_from = "GroupFields")]
struct GroupSpec {
    group: SecurityGroup,
    notes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupFields {
    group_id: String,
    group_name: Option<String>,
    vpc_id: Option<String>,
    owner_id: Option<String>,
    ip_permissions: Option<Vec<PermissionSpec>>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "PermissionFields")]
struct PermissionSpec {
    allowed: Allowed,
    sources: Vec<Source>,
    /// Their account depends on who owns the group.
    references: Vec<Reference>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PermissionFields {
    ip_protocol: String,
    from_port: Option<i64>,
    to_port: Option<i64>,
    ip_ranges: Option<Vec<Range>>,
    ipv6_ranges: Option<Vec<Range6>>,
    user_id_group_pairs: Option<Vec<Reference>>,
    prefix_list_ids: Option<Vec<PrefixListId>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Range {
    cidr_ip: String,
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Range6 {
    cidr_ipv6: String,
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PrefixListId {
    prefix_list_id: String,
    description: Option<String>,
}

impl TryFrom<PermissionFields> for PermissionSpec {
    type Error = String;

    fn try_from(fields: PermissionFields) -> Result<Self, String> {
        let mut sources = Vec::new();
        for Range { cidr_ip, description } in fields.ip_ranges.into_iter().flatten() {
            sources.push(Source { description, ..cidr("CidrIp", &cidr_ip, Family::Ipv4)? });
        }
        for Range6 { cidr_ipv6, description } in fields.ipv6_ranges.into_iter().flatten() {
            sources.push(Source { description, ..cidr("CidrIpv6", &cidr_ipv6, Family::Ipv6)? });
        }
        for list in fields.prefix_list_ids.into_iter().flatten() {
            sources.push(Source { description: list.description, ..listed(list.prefix_list_id)? });
        }
        let PermissionFields { ip_protocol, from_port, to_port, .. } = fields;
        Ok(Self {
            allowed: Traffic { ip_protocol, from_port, to_port }.allowed()?,
            sources,
            references: fields.user_id_group_pairs.unwrap_or_default(),
        })
    }
}

fn listed(list: String) -> Result<Source, String> {
    let id = id("PrefixListId", "pl-0123456789abcdef0", list)?;
    Ok(Source { peer: Peer::PrefixList { id }, note: None, description: None })
}

impl TryFrom<GroupFields> for GroupSpec {
    type Error = String;

    fn try_from(fields: GroupFields) -> Result<Self, String> {
        let id = id("GroupId", "sg-0123456789abcdef0", fields.group_id)?;
        let (mut rules, mut notes) = (Vec::new(), Vec::new());
        for permission in fields.ip_permissions.into_iter().flatten() {
            let owner = fields.owner_id.as_deref();
            let references = permission.references.into_iter();
            let references: Result<Vec<_>, _> = references.map(|pair| pair.source(owner)).collect();
            for Source { peer, note, description } in
                permission.sources.into_iter().chain(references?)
            {
                notes.extend(note.map(|note| format!("{id}: {note}")));
                rules.push(Rule { id: None, allowed: permission.allowed, peer, description });
            }
        }
        let group = SecurityGroup { id, name: fields.group_name, vpc: fields.vpc_id, rules };
        Ok(Self { group, notes })
    }
}

/// A rule of `describe-security-group-rules`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RuleFields")]
struct RuleSpec {
    group: String,
    is_egress: bool,
    /// Where it is an inbound one.
    rule: Option<(Rule, Option<String>)>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RuleFields {
    security_group_rule_id: Option<String>,
    group_id: String,
    group_owner_id: Option<String>,
    #[serde(default)]
    is_egress: bool,
    ip_protocol: String,
    from_port: Option<i64>,
    to_port: Option<i64>,
    cidr_ipv4: Option<String>,
    cidr_ipv6: Option<String>,
    prefix_list_id: Option<String>,
    referenced_group_info: Option<Reference>,
    description: Option<String>,
}

impl TryFrom<RuleFields> for RuleSpec {
    type Error = String;

    fn try_from(fields: RuleFields) -> Result<Self, String> {
        let group = id("GroupId", "sg-0123456789abcdef0", fields.group_id)?;
        if fields.is_egress {
            return Ok(Self { group, is_egress: true, rule: None });
        }
        let sources = [
            fields.cidr_ipv4.map(|text| cidr("CidrIpv4", &text, Family::Ipv4)),
            fields.cidr_ipv6.map(|text| cidr("CidrIpv6", &text, Family::Ipv6)),
            fields.prefix_list_id.map(listed),
            fields.referenced_group_info.map(|info| info.source(fields.group_owner_id.as_deref())),
        ];
        let mut sources = sources.into_iter().flatten();
        let (Some(source), None) = (sources.next(), sources.next()) else {
            let message = "a rule has exactly one of CidrIpv4, CidrIpv6, PrefixListId and \
                           ReferencedGroupInfo";
            return Err(message.to_owned());
        };
        let Source { peer, note, .. } = source?;
        let RuleFields { ip_protocol, from_port, to_port, .. } = fields;
        let rule = Rule {
            id: fields.security_group_rule_id,
            allowed: Traffic { ip_protocol, from_port, to_port }.allowed()?,
            peer,
            description: fields.description,
        };
        Ok(Self { group, is_egress: false, rule: Some((rule, note)) })
    }
}

/// Groups of all documents.
#[derive(Debug, Default)]
struct Collected {
    described: Described,
    /// Where each group stands.
    places: HashMap<String, usize>,
    /// Rules that were there already.
    n_twice: usize,
    /// Whether the last page says that there is another one.
    is_cut: bool,
}

impl Collected {
    fn add_group(&mut self, GroupSpec { group, notes }: GroupSpec) {
        let known = self.group(&group.id);
        known.name = known.name.take().or(group.name);
        known.vpc = known.vpc.take().or(group.vpc);
        for rule in group.rules {
            self.add(&group.id, rule);
        }
        self.described.notes.extend(notes);
    }

    fn add_rule(&mut self, RuleSpec { group, rule, .. }: RuleSpec) {
        let Some((rule, note)) = rule else { return };
        self.described.notes.extend(note.map(|note| format!("{group}: {note}")));
        self.add(&group, rule);
    }

    fn group(&mut self, id: &str) -> &mut SecurityGroup {
        let groups = &mut self.described.groups;
        let at = *self.places.entry(id.to_owned()).or_insert_with(|| {
            groups.push(SecurityGroup {
                id: id.to_owned(),
                name: None,
                vpc: None,
                rules: Vec::new(),
            });
            groups.len() - 1
        });
        &mut groups[at]
    }

    /// Adds a rule, unless it is there: AWS has none twice in a group, but both commands may have
    /// been asked.
    fn add(&mut self, group: &str, rule: Rule) {
        let rules = &mut self.group(group).rules;
        let same = |known: &&mut Rule| known.allowed == rule.allowed && known.peer == rule.peer;
        match rules.iter_mut().find(same) {
            Some(known) => {
                known.id = known.id.take().or(rule.id);
                known.description = known.description.take().or(rule.description);
                self.n_twice += 1;
            }
            None => rules.push(rule),
        }
    }

    fn finish(mut self) -> Described {
        if self.n_twice > 0 {
            let n = self.n_twice;
            self.described.notes.push(format!("rules that are given twice count once: {n}"));
        }
        if self.is_cut {
            let note =
                format!("the file ends with a NextToken, so AWS has more than `{COMMAND}` printed");
            self.described.notes.push(note);
        }
        for note in &mut self.described.notes {
            *note = crate::problem::quote::printable(note);
        }
        self.described
    }
}

#[cfg(test)]
mod tests;
