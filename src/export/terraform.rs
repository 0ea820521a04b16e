//! Rules as Terraform: a resource for each rule and source.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_security_group_ingress_rule>
//!
//! The crate escapes `${` and `%{` in strings, but not where one follows right after the other's
//! first character (hcl-edit 0.10). So no text that anybody wrote gets here as it is: what is not an id, an
//! address or a word of ours is a [`Description`](crate::security_group::Description), in which
//! there is no `$` and no `%`.

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::{Decorate, Decorated, Ident};

use crate::quote::printable;
use crate::security_group::Peer;

use super::rules::{ExportError, Holds, RuleFormat, RuleSet, SingleRule};

/// For `terraform` and `tofu`.
pub struct Terraform;

impl RuleFormat for Terraform {
    fn name(&self) -> &'static str {
        "terraform"
    }

    fn about(&self) -> &'static str {
        "HCL with an aws_vpc_security_group_ingress_rule for each rule and source"
    }

    fn ending(&self) -> &'static str {
        "tf"
    }

    fn holds(&self) -> Holds {
        Holds::OneSet
    }

    fn bytes(&self, sets: &[RuleSet]) -> Result<Vec<u8>, ExportError> {
        let mut blocks: Vec<Block> = Vec::new();
        for set in sets {
            let unnamed = (0..set.groups.len()).filter(|&group| set.groups[group].id.is_none());
            blocks.extend(unnamed.map(|group| variable(&variable_name(set, group))));
            blocks.extend(set.single_rules().map(|rule| resource(set, rule)));
        }
        for block in blocks.iter_mut().skip(1) {
            block.decor_mut().set_prefix("\n");
        }
        let comments: String = sets.iter().flat_map(comments).collect();
        let mut body = Body::new();
        for block in blocks {
            body.push(block);
        }
        let blank = if body.is_empty() { "" } else { "\n" };
        Ok(format!("{comments}{blank}{body}").into_bytes())
    }
}

/// What there is to say, in lines that nothing in a name can end.
fn comments(set: &RuleSet) -> impl Iterator<Item = String> {
    let facts = [&set.name].into_iter().chain(&set.facts);
    facts.map(|fact| format!("# {}\n", printable(fact)))
}

/// The name of a resource: what it allows, and to whom. It depends on nothing else, so that no
/// resource changes its name when another comes or goes.
///
/// No two rules share one: the first two numbers are the ports; the source is what follows the last
/// `_`, for CIDRs with the numbers before it; the zone is what remains.
fn name(rule: SingleRule<'_>) -> String {
    let SingleRule { rule, peer, .. } = rule;
    let zone = rule.zone.as_ref().map_or_else(String::new, |zone| format!("{zone}_"));
    let source = match peer {
        Peer::Cidr(network) => network.to_string().replace(['.', '/'], "_").replace(':', "-"),
        Peer::PrefixList { id } | Peer::Group { id, account: None } => id.clone(),
        Peer::Group { id, account: Some(account) } => format!("{account}-{id}"),
    };
    format!("{}_{}_{}_{zone}{source}", rule.protocol, rule.span.from(), rule.span.to())
}

/// The variable of a group that is not named.
fn variable_name(set: &RuleSet, group: usize) -> String {
    let number = set.number(group).map_or_else(String::new, |number| format!("_{number}"));
    format!("security_group_id{number}")
}

fn variable(name: &str) -> Block {
    let mut block = Block::new(Ident::new("variable"));
    block.labels.push(name.into());
    let string = Expression::Variable(Decorated::new(Ident::new("string")));
    let about = "The security group that these rules are for";
    block.body = attributes([("type", string), ("description", about.into())]);
    block
}

fn resource(set: &RuleSet, single: SingleRule<'_>) -> Block {
    let SingleRule { rule, peer, group } = single;
    let mut block = Block::new(Ident::new("resource"));
    block.labels.push("aws_vpc_security_group_ingress_rule".into());
    block.labels.push(name(single).into());
    let id = match &set.groups[group].id {
        Some(id) => Expression::from(id.as_str()),
        None => variable_value(&variable_name(set, group)),
    };
    let source = match peer {
        Peer::Cidr(network @ ipnet::IpNet::V4(_)) => ("cidr_ipv4", network.to_string()),
        Peer::Cidr(network @ ipnet::IpNet::V6(_)) => ("cidr_ipv6", network.to_string()),
        Peer::PrefixList { id } => ("prefix_list_id", id.clone()),
        Peer::Group { .. } => ("referenced_security_group_id", peer.to_string()),
    };
    block.body = attributes([
        ("security_group_id", id),
        ("ip_protocol", rule.protocol.name().into()),
        ("from_port", u64::from(rule.span.from()).into()),
        ("to_port", u64::from(rule.span.to()).into()),
        (source.0, source.1.into()),
        ("description", set.description(rule).as_str().into()),
    ]);
    block
}

/// `var.NAME`.
fn variable_value(name: &str) -> Expression {
    let var = Expression::Variable(Decorated::new(Ident::new("var")));
    let name = TraversalOperator::GetAttr(Decorated::new(Ident::new(name)));
    Traversal::new(var, vec![Decorated::new(name)]).into()
}

/// Attributes as `terraform fmt` aligns them.
fn attributes<const N: usize>(attributes: [(&str, Expression); N]) -> Body {
    let width = attributes.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let mut body = Body::new();
    for (key, value) in attributes {
        let mut ident = Decorated::new(Ident::new(key));
        ident.decor_mut().set_suffix(" ".repeat(width + 1 - key.len()));
        let mut attribute = Attribute::new(ident, value);
        attribute.decor_mut().set_prefix("  ");
        body.push(attribute);
    }
    body
}
