//! Network interfaces and prefix lists as the AWS command line prints them.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ManagedPrefixList.html>

use std::net::IpAddr;

use serde::Deserialize;

use crate::groups::{DescribeError, documents, id};
use crate::problem::quote::quoted;
use crate::problem::zones::{MAX_UNITS, Quota};

use super::{Attachment, Attachments, PrefixList, PrefixLists};

/// The command that prints interfaces.
const INTERFACES: &str = "aws ec2 describe-network-interfaces";
/// The command that prints prefix lists.
const PREFIX_LISTS: &str = "aws ec2 describe-managed-prefix-lists";

/// What rules for lists of AWS count, by the end of their names; others are taken to count 1.
///
/// <https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html>
const WEIGHTS: [(&str, u32); 3] =
    [(".global.cloudfront.origin-facing", 55), (".s3", 1), (".dynamodb", 1)];

impl Attachments {
    /// Reads interfaces. Public addresses are left out: neither do records name them as an
    /// interface's own, nor do references to its groups let them in.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse(text: &str) -> Result<Self, DescribeError> {
        let mut all = Self::default();
        for page in documents::<InterfacePage>(text, INTERFACES)? {
            let Some(interfaces) = page.network_interfaces else {
                return Err(none("NetworkInterfaces", INTERFACES));
            };
            for Interface { id, attachment } in interfaces {
                let known = all.interfaces.entry(id).or_default();
                known.vpc = known.vpc.take().or(attachment.vpc);
                extend(&mut known.groups, attachment.groups);
                extend(&mut known.addresses, attachment.addresses);
            }
        }
        Ok(all)
    }
}

impl PrefixLists {
    /// Reads what rules for prefix lists count for; their entries are not needed.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse(text: &str) -> Result<Self, DescribeError> {
        let mut all = Self::default();
        for page in documents::<PrefixListPage>(text, PREFIX_LISTS)? {
            let lists = page.prefix_lists.ok_or_else(|| none("PrefixLists", PREFIX_LISTS))?;
            all.lists.extend(lists.into_iter().map(|known| (known.id, known.list)));
        }
        Ok(all)
    }
}

fn none(key: &str, command: &str) -> DescribeError {
    DescribeError::of_all(format!("no {key}; give the output of `{command}`, without --query"))
}

/// Adds what is not there yet.
fn extend<T: PartialEq>(known: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InterfacePage {
    network_interfaces: Option<Vec<Interface>>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "InterfaceFields")]
struct Interface {
    id: String,
    attachment: Attachment,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InterfaceFields {
    network_interface_id: String,
    vpc_id: Option<String>,
    groups: Option<Vec<GroupId>>,
    private_ip_address: Option<String>,
    private_ip_addresses: Option<Vec<PrivateAddress>>,
    ipv6_addresses: Option<Vec<Ipv6Address>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GroupId {
    group_id: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PrivateAddress {
    private_ip_address: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ipv6Address {
    ipv6_address: String,
}

impl TryFrom<InterfaceFields> for Interface {
    type Error = String;

    fn try_from(fields: InterfaceFields) -> Result<Self, String> {
        let name = id("NetworkInterfaceId", "eni-0123456789abcdef0", fields.network_interface_id)?;
        let group = |group: GroupId| id("GroupId", "sg-0123456789abcdef0", group.group_id);
        let groups = fields.groups.into_iter().flatten().map(group);
        let private = fields.private_ip_addresses.into_iter().flatten();
        let ipv6 = fields.ipv6_addresses.into_iter().flatten().map(|one| one.ipv6_address);
        let texts = fields.private_ip_address.into_iter();
        let texts = texts.chain(private.map(|one| one.private_ip_address)).chain(ipv6);
        let mut attachment = Attachment { vpc: fields.vpc_id, ..Attachment::default() };
        extend(&mut attachment.groups, groups.collect::<Result<_, _>>()?);
        extend(
            &mut attachment.addresses,
            texts.map(|text| address(&text)).collect::<Result<_, _>>()?,
        );
        Ok(Self { id: name, attachment })
    }
}

fn address(text: &str) -> Result<IpAddr, String> {
    let address: Result<IpAddr, _> = text.parse();
    let address =
        address.map_err(|_| format!("'{}' is not an address such as 10.0.0.7", quoted(text)))?;
    Ok(address.to_canonical())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PrefixListPage {
    prefix_lists: Option<Vec<KnownList>>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "ListFields")]
struct KnownList {
    id: String,
    list: PrefixList,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListFields {
    prefix_list_id: String,
    prefix_list_name: Option<String>,
    max_entries: Option<u32>,
    address_family: Option<String>,
    owner_id: Option<String>,
}

impl TryFrom<ListFields> for KnownList {
    type Error = String;

    fn try_from(fields: ListFields) -> Result<Self, String> {
        let id = id("PrefixListId", "pl-0123456789abcdef0", fields.prefix_list_id)?;
        if fields.owner_id.as_deref() == Some("AWS") {
            let name = fields.prefix_list_name.unwrap_or_default();
            let weight = WEIGHTS.iter().find(|(end, _)| name.ends_with(end));
            let units = weight.map_or(1, |&(_, weight)| weight);
            return Ok(Self { id, list: PrefixList { quota: Quota::Both, units } });
        }
        let quota = match fields.address_family.as_deref() {
            Some("IPv4") => Quota::Ipv4,
            Some("IPv6") => Quota::Ipv6,
            other => {
                let family = quoted(other.unwrap_or_default());
                return Err(format!("AddressFamily '{family}' of {id} is not IPv4 or IPv6"));
            }
        };
        let units = fields.max_entries.filter(|entries| (1..=MAX_UNITS).contains(entries));
        let units = units.ok_or_else(|| format!("MaxEntries of {id} is not 1 to {MAX_UNITS}"))?;
        Ok(Self { id, list: PrefixList { quota, units } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_joined_with_their_groups() {
        let text = r#"{"NetworkInterfaces": [
            {"NetworkInterfaceId": "eni-2", "VpcId": "vpc-1", "Groups": [{"GroupId": "sg-2", "GroupName": "b"}, {"GroupId": "sg-1"}],
             "PrivateIpAddress": "10.0.0.7", "Association": {"PublicIp": "203.0.113.9"},
             "PrivateIpAddresses": [{"PrivateIpAddress": "10.0.0.7", "Primary": true}, {"PrivateIpAddress": "10.0.0.8"}],
             "Ipv6Addresses": [{"Ipv6Address": "2001:db8::7"}]},
            {"NetworkInterfaceId": "eni-1", "Groups": [{"GroupId": "sg-1"}], "PrivateIpAddress": "10.0.0.9"}]}"#;
        let all = Attachments::parse(text).unwrap();
        assert_eq!(all.interfaces["eni-2"].groups, ["sg-2", "sg-1"]);
        assert_eq!(all.of_group("sg-1").collect::<Vec<_>>(), ["eni-1", "eni-2"]);
        let behind: Vec<String> =
            all.addresses_of_group("sg-1").iter().map(ToString::to_string).collect();
        assert_eq!(behind, ["10.0.0.7", "10.0.0.8", "10.0.0.9", "2001:db8::7"]);
        for (wrong, expected) in [
            (
                "{}",
                "1:1: no NetworkInterfaces; give the output of `aws ec2 describe-network-interfaces`",
            ),
            (r#"{"NetworkInterfaces": [{}]}"#, "1:25: missing field `NetworkInterfaceId`"),
            (
                r#"{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "PrivateIpAddress": "x"}]}"#,
                "'x' is not an address such as 10.0.0.7",
            ),
        ] {
            let message = Attachments::parse(wrong).unwrap_err().to_string();
            assert!(message.contains(expected), "'{message}' does not say '{expected}'");
        }
    }

    #[test]
    fn lists_count_their_maximum_or_their_weight() {
        let text = r#"{"PrefixLists": [
            {"PrefixListId": "pl-1", "MaxEntries": 20, "AddressFamily": "IPv6", "OwnerId": "123456789012"},
            {"PrefixListId": "pl-2", "PrefixListName": "com.amazonaws.global.cloudfront.origin-facing", "OwnerId": "AWS"},
            {"PrefixListId": "pl-3", "PrefixListName": "com.amazonaws.eu-west-1.s3", "OwnerId": "AWS", "AddressFamily": "IPv4"}]}"#;
        let lists = PrefixLists::parse(text).unwrap().lists;
        let list = |id: &str| (lists[id].quota, lists[id].units);
        assert_eq!(
            [list("pl-1"), list("pl-2"), list("pl-3")],
            [(Quota::Ipv6, 20), (Quota::Both, 55), (Quota::Both, 1)]
        );
        let message = PrefixLists::parse(&text.replace("20", "0")).unwrap_err().to_string();
        assert!(message.contains("MaxEntries of pl-1 is not 1 to 1000"), "{message}");
    }
}
