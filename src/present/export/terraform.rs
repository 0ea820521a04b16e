//! Rules as Terraform: a resource for each rule and source.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_security_group_ingress_rule>

use std::fmt::Write as _;

use crate::groups::{Allowed, Description, Peer};
use crate::problem::quote::{printable, quoted};

use super::hcl::{Block, Value};
use super::rules::{ExportError, Holds, RuleFormat, RuleSet, SingleRule};

/// The resource of a rule with one source.
const RESOURCE: &str = "aws_vpc_security_group_ingress_rule";

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
            for rule in set.single_rules() {
                blocks.push(Ingress::of(set, rule).block()?);
            }
        }
        let facts = sets.iter().flat_map(|set| [&set.name].into_iter().chain(&set.facts));
        Ok(file(facts, &blocks).into_bytes())
    }
}

/// Blocks below what there is to say, in comments that nothing in a name can end.
pub(super) fn file<'a>(facts: impl IntoIterator<Item = &'a String>, blocks: &[Block]) -> String {
    let mut text = String::new();
    for fact in facts {
        text = text + "# " + &printable(fact) + "\n";
    }
    for block in blocks {
        // Infallible: a string takes everything.
        let _ = write!(text, "\n{block}");
    }
    text
}

/// The name of a resource: what it allows, and to whom. It depends on nothing else, so that no
/// resource changes its name when another comes or goes.
///
/// No two rules share one: the first two numbers are the ports; the source is what follows the last
/// `_`, for CIDRs with the numbers before it; the zone is what remains.
pub(super) fn name(allowed: Allowed, zone: Option<&str>, peer: &Peer) -> String {
    let traffic = match allowed {
        Allowed::Ports { protocol, span } => format!("{protocol}_{}_{}", span.from(), span.to()),
        other => other.to_string().replace(['/', ' '], "_"),
    };
    // Names of zones have nothing else in them.
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let zone: String =
        zone.into_iter().flat_map(|zone| zone.chars().chain(['_'])).map(plain).collect();
    let source = match peer {
        Peer::Cidr(network) => network.to_string().replace(['.', '/'], "_").replace(':', "-"),
        Peer::PrefixList { .. } | Peer::Group { .. } => peer.to_string().replace('/', "-"),
    };
    format!("{traffic}_{zone}{source}")
}

/// The variable of a group that is not named.
fn variable_name(set: &RuleSet, group: usize) -> String {
    let number = set.number(group).map_or_else(String::new, |number| format!("_{number}"));
    format!("security_group_id{number}")
}

fn variable(name: &str) -> Block {
    let about = "The security group that these rules are for";
    let attributes = vec![("type", Value::Word("string")), ("description", about.into())];
    Block { kind: "variable", labels: vec![name.to_owned()], attributes }
}

/// What a resource says of a rule with one source.
pub(super) struct Ingress<'a> {
    pub(super) name: String,
    pub(super) group: Value,
    pub(super) allowed: Allowed,
    pub(super) peer: &'a Peer,
    pub(super) description: Option<Description>,
}

impl<'a> Ingress<'a> {
    fn of(set: &RuleSet, single: SingleRule<'a>) -> Self {
        let SingleRule { rule, peer, group } = single;
        let allowed = Allowed::Ports { protocol: rule.protocol, span: rule.span };
        Self {
            name: name(allowed, rule.zone.as_deref(), peer),
            group: match &set.groups[group].id {
                Some(id) => id.as_str().into(),
                None => Value::Path("var", variable_name(set, group)),
            },
            allowed,
            peer,
            description: Some(set.description(rule)),
        }
    }

    /// The resource.
    pub(super) fn block(self) -> Result<Block, ExportError> {
        let (protocol, ports) = self.allowed.named();
        let mut attributes =
            vec![("security_group_id", self.group), ("ip_protocol", protocol.into())];
        if let Some([from, to]) = ports {
            attributes.extend([("from_port", Value::Number(from)), ("to_port", Value::Number(to))]);
        }
        attributes.push(source(self.peer)?);
        let description = self.description.filter(|text| !text.as_str().is_empty());
        attributes.extend(description.map(|text| ("description", text.as_str().into())));
        let labels = vec![RESOURCE.to_owned(), self.name];
        Ok(Block { kind: "resource", labels, attributes })
    }
}

/// The attribute that names a source.
fn source(peer: &Peer) -> Result<(&'static str, Value), ExportError> {
    let ids = match peer {
        Peer::Cidr(_) => [None, None],
        Peer::PrefixList { id } => [Some(id), None],
        Peer::Group { id, account } => [Some(id), account.as_ref()],
    };
    let is_plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if let Some(id) = ids.into_iter().flatten().find(|id| !is_plain(id)) {
        return Err(ExportError::Id(quoted(id)));
    }
    let key = match peer {
        Peer::Cidr(ipnet::IpNet::V4(_)) => "cidr_ipv4",
        Peer::Cidr(ipnet::IpNet::V6(_)) => "cidr_ipv6",
        Peer::PrefixList { .. } => "prefix_list_id",
        Peer::Group { .. } => "referenced_security_group_id",
    };
    Ok((key, peer.to_string().into()))
}

/// Tells Terraform that a resource exists, by the id of its rule.
pub(super) fn import(name: &str, rule_id: &str) -> Block {
    let to = Value::Path(RESOURCE, name.to_owned());
    Block {
        kind: "import",
        labels: Vec::new(),
        attributes: vec![("to", to), ("id", rule_id.into())],
    }
}
