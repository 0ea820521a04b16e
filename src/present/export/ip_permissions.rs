//! Rules as the AWS CLI takes them: a list of `IpPermission`.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>

use serde::Serialize;

use crate::groups::{Allowed, Description, Peer, ProposedRule};

use super::json::json;
use super::rules::{ExportError, Holds, RuleFormat, RuleSet};

/// For `aws ec2 authorize-security-group-ingress`.
pub struct IpPermissions;

impl RuleFormat for IpPermissions {
    fn name(&self) -> &'static str {
        "ip-permissions"
    }

    fn about(&self) -> &'static str {
        "JSON for aws ec2 authorize-security-group-ingress --ip-permissions file://…"
    }

    fn ending(&self) -> &'static str {
        "json"
    }

    fn holds(&self) -> Holds {
        Holds::OneGroup
    }

    fn bytes(&self, sets: &[RuleSet]) -> Result<Vec<u8>, ExportError> {
        let of_set = |set: &RuleSet| {
            let rules = set.groups.iter().flat_map(|group| &group.rules);
            let permission = |rule: &ProposedRule| {
                let allowed = Allowed::Ports { protocol: rule.protocol, span: rule.span };
                IpPermission::new(allowed, &rule.peers, Some(&set.description(rule)))
            };
            rules.map(permission).collect::<Vec<_>>()
        };
        Ok(json(&sets.iter().flat_map(of_set).collect::<Vec<_>>()))
    }
}

/// What is allowed, with all of its sources.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct IpPermission {
    ip_protocol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from_port: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_port: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ip_ranges: Vec<Source>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ipv6_ranges: Vec<Source>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prefix_list_ids: Vec<Source>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    user_id_group_pairs: Vec<Source>,
}

/// A source with what is said of it.
#[derive(Serialize)]
struct Source {
    #[serde(flatten)]
    named: Named,
    #[serde(rename = "Description", skip_serializing_if = "Option::is_none")]
    description: Option<Description>,
}

/// How a source of each kind is named.
#[derive(Serialize)]
#[serde(untagged)]
enum Named {
    Ipv4 {
        #[serde(rename = "CidrIp")]
        cidr: String,
    },
    Ipv6 {
        #[serde(rename = "CidrIpv6")]
        cidr: String,
    },
    PrefixList {
        #[serde(rename = "PrefixListId")]
        id: String,
    },
    Group {
        #[serde(rename = "GroupId")]
        id: String,
        #[serde(rename = "UserId", skip_serializing_if = "Option::is_none")]
        account: Option<String>,
    },
}

impl IpPermission {
    /// The same for each source.
    pub(super) fn new<'a>(
        allowed: Allowed,
        peers: impl IntoIterator<Item = &'a Peer>,
        description: Option<&Description>,
    ) -> Self {
        let (ip_protocol, ports) = allowed.named();
        let [from_port, to_port] = [0, 1].map(|end| ports.map(|ports| ports[end]));
        let mut permission = Self {
            ip_protocol,
            from_port,
            to_port,
            ip_ranges: Vec::new(),
            ipv6_ranges: Vec::new(),
            prefix_list_ids: Vec::new(),
            user_id_group_pairs: Vec::new(),
        };
        for peer in peers {
            let (sources, named) = permission.list_of(peer);
            sources.push(Source { named, description: description.cloned() });
        }
        permission
    }

    /// The list that a source belongs to, and its name there.
    fn list_of(&mut self, peer: &Peer) -> (&mut Vec<Source>, Named) {
        match peer {
            Peer::Cidr(network @ ipnet::IpNet::V4(_)) => {
                (&mut self.ip_ranges, Named::Ipv4 { cidr: network.to_string() })
            }
            Peer::Cidr(network @ ipnet::IpNet::V6(_)) => {
                (&mut self.ipv6_ranges, Named::Ipv6 { cidr: network.to_string() })
            }
            Peer::PrefixList { id } => {
                (&mut self.prefix_list_ids, Named::PrefixList { id: id.clone() })
            }
            Peer::Group { id, account } => (
                &mut self.user_id_group_pairs,
                Named::Group { id: id.clone(), account: account.clone() },
            ),
        }
    }
}
