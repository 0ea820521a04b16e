//! Changes of a security group as a shell script of commands of the AWS CLI.
//!
//! <https://docs.aws.amazon.com/cli/latest/reference/ec2/authorize-security-group-ingress.html>,
//! <https://docs.aws.amazon.com/cli/latest/reference/ec2/revoke-security-group-ingress.html>

use std::fmt::Write as _;

use thiserror::Error;

use crate::groups::audit::{Changes, Order, Step};
use crate::groups::{Description, Rule};
use crate::problem::instance::Budget;
use crate::problem::quote::{printable, quoted};
use crate::problem::zones::{Family, is_id};

use super::ip_permissions::IpPermission;
use super::rules::ExportError;
use crate::problem::number::units;

/// Rules in one command, so that no argument is longer than the 128 KiB that Linux takes.
const RULES_A_COMMAND: usize = 100;

/// Why changes cannot be written.
#[derive(Debug, Error)]
pub enum ScriptError {
    /// The id of the group is none.
    #[error("'{0}' is not the id of a security group; give sg-0123456789abcdef0, for example")]
    GroupId(String),
    /// What no format takes.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Text that no shell takes.
    #[error("a rule cannot be written for a shell: {0}")]
    Quote(#[from] shlex::QuoteError),
    /// Rules that have no JSON.
    #[error("a rule cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// A POSIX shell script that applies the changes to a group.
///
/// # Errors
/// When the id is not that of a security group.
pub fn script(changes: &Changes, group_id: &str) -> Result<Vec<u8>, ScriptError> {
    check_group(group_id)?;
    let mut text = "#!/bin/sh\n".to_owned();
    let lines = heading(changes, group_id, changes.order.peak);
    for line in lines.into_iter().chain(advice(&changes.order)) {
        comment(&mut text, &line);
    }
    text.push_str("set -eu\n");
    if !changes.is_empty() {
        text.push_str("AWS_PAGER=''\nexport AWS_PAGER\n");
    }
    for step in &changes.order.steps {
        match step {
            Step::Authorise(places) => authorise(&mut text, changes, places, group_id)?,
            Step::Revoke(places) => revoke(&mut text, changes, places, group_id)?,
        }
    }
    Ok(text.into_bytes())
}

/// The commands alone that revoke what does not stay, a line each.
///
/// # Errors
/// When the id is not that of a security group.
pub fn revocations(changes: &Changes, group_id: &str) -> Result<String, ScriptError> {
    check_group(group_id)?;
    let mut text = String::new();
    revoke(&mut text, changes, &changes.revoked(), group_id)?;
    Ok(text)
}

/// Refuses what is not the id of a group.
fn check_group(group_id: &str) -> Result<(), ScriptError> {
    if is_id(group_id, "sg-") { Ok(()) } else { Err(ScriptError::GroupId(quoted(group_id))) }
}

/// How many rules change, and the units at the most in between.
pub(super) fn heading(changes: &Changes, group_id: &str, peak: Budget) -> Vec<String> {
    let Changes { keep, narrow, add, remove, order, .. } = changes;
    let (keep, narrow, add, remove) = (keep.len(), narrow.len(), add.len(), remove.len());
    let mut lines = vec![format!(
        "Inbound rules of {group_id}: {keep} stay, {narrow} narrowed, {add} added, {remove} removed."
    )];
    for family in Family::ALL {
        let [before, after, peak] =
            [changes.units_before, changes.units_after, peak].map(|units| units.of(family));
        if peak > 0 {
            let (units, quota) = (family.units(), order.quota.of(family));
            lines.push(format!(
                "{units}: {before} before, {peak} at most in between, {after} after; the quota is {quota}."
            ));
        }
    }
    lines.extend(changes.caveats.iter().cloned());
    lines
}

/// What the order of the requests is good for, and what is to be done where it is not enough.
#[must_use]
pub fn advice(order: &Order) -> Vec<String> {
    let mut lines = Vec::new();
    if !order.steps.is_empty() {
        lines.push(
            if order.is_all_first() {
                "New rules come first: whoever a new rule lets in is never blocked in between."
            } else {
                "All new rules first would exceed the quota: a rule is revoked as soon as all new \
                 rules that overlap with it are there, so that whoever a new rule lets in is never \
                 blocked in between."
            }
            .to_owned(),
        );
    }
    if !order.fits() {
        let room = order.room();
        lines.push(format!(
            "This order needs {} than the quota has: have it raised, or attach a second group with the \
             proposed rules first. AWS refuses what is too much, and the script stops there.",
            units(room, "more ")
        ));
    }
    lines
}

/// A line that no shell obeys: control characters, line ends among them, are escaped.
fn comment(text: &mut String, line: &str) {
    let _ = writeln!(text, "# {}", printable(line));
}

/// What a rule allows, to whom, and its id.
pub(super) fn shown(rule: &Rule) -> String {
    let id = rule.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    format!("{} from {}{id}", rule.allowed, rule.peer)
}

fn authorise(
    text: &mut String,
    changes: &Changes,
    places: &[usize],
    group_id: &str,
) -> Result<(), ScriptError> {
    for places in places.chunks(RULES_A_COMMAND) {
        let rules: Vec<&Rule> = places.iter().map(|&at| &changes.proposed[at]).collect();
        text.push('\n');
        for rule in &rules {
            comment(text, &format!("Allow {}", shown(rule)));
        }
        let permissions = permissions(&rules, true)?;
        let _ = writeln!(
            text,
            "aws ec2 authorize-security-group-ingress --group-id {group_id} --ip-permissions {permissions}"
        );
    }
    Ok(())
}

fn revoke(
    text: &mut String,
    changes: &Changes,
    places: &[usize],
    group_id: &str,
) -> Result<(), ScriptError> {
    let rules = places.iter().map(|&at| &changes.existing[at]);
    let (by_id, by_content): (Vec<&Rule>, Vec<&Rule>) = rules.partition(|rule| id(rule).is_some());
    for rules in by_id.chunks(RULES_A_COMMAND) {
        let ids: Vec<&str> = rules.iter().filter_map(|rule| id(rule)).collect();
        let ids = format!("--security-group-rule-ids {}", ids.join(" "));
        revoke_these(text, rules, group_id, &ids);
    }
    for rules in by_content.chunks(RULES_A_COMMAND) {
        let permissions = format!("--ip-permissions {}", permissions(rules, false)?);
        revoke_these(text, rules, group_id, &permissions);
    }
    Ok(())
}

fn revoke_these(text: &mut String, rules: &[&Rule], group_id: &str, which: &str) {
    text.push('\n');
    for rule in rules {
        comment(text, &format!("Revoke {}", shown(rule)));
    }
    let _ = writeln!(text, "aws ec2 revoke-security-group-ingress --group-id {group_id} {which}");
}

/// The id of a rule, where it is one.
pub(super) fn id(rule: &Rule) -> Option<&str> {
    rule.id.as_deref().filter(|id| is_id(id, "sgr-"))
}

/// Rules as a quoted argument of JSON.
fn permissions(rules: &[&Rule], with_descriptions: bool) -> Result<String, ScriptError> {
    let permissions: Vec<IpPermission> =
        rules.iter().map(|rule| ip_permission(rule, with_descriptions)).collect();
    let json = serde_json::to_string(&permissions)?;
    Ok(shlex::try_quote(&json)?.into_owned())
}

/// A rule as the API has it, with one source.
fn ip_permission(rule: &Rule, with_description: bool) -> IpPermission {
    let written = rule.description.as_deref().filter(|_| with_description);
    let description = written.map(Description::new).filter(|text| !text.as_str().is_empty());
    IpPermission::new(rule.allowed, [&rule.peer], description.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::{Allowed, Peer};

    fn rule(allowed: Allowed, peer: Peer) -> Rule {
        Rule { id: None, allowed, peer, description: Some("it's\n$(x) ü".to_owned()) }
    }

    #[test]
    fn every_kind_of_rule_has_its_json() {
        let icmp = |kind, code| Allowed::Icmp { v6: true, kind, code };
        let rules = [
            rule(icmp(Some(128), None), Peer::Cidr("2001:db8::/32".parse().unwrap())),
            rule(Allowed::Protocol(47), Peer::PrefixList { id: "pl-1'".to_owned() }),
            rule(Allowed::All, Peer::group("123456789012/sg-1")),
        ];
        let json: Vec<String> = rules
            .iter()
            .map(|rule| serde_json::to_string(&ip_permission(rule, true)).unwrap())
            .collect();
        let described = r#""Description":"it_s__(x) _""#;
        let expected = [
            format!(
                r#"{{"IpProtocol":"icmpv6","FromPort":128,"ToPort":-1,"Ipv6Ranges":[{{"CidrIpv6":"2001:db8::/32",{described}}}]}}"#
            ),
            format!(
                r#"{{"IpProtocol":"47","PrefixListIds":[{{"PrefixListId":"pl-1'",{described}}}]}}"#
            ),
            format!(
                r#"{{"IpProtocol":"-1","UserIdGroupPairs":[{{"GroupId":"sg-1","UserId":"123456789012",{described}}}]}}"#
            ),
        ];
        assert_eq!(json, expected);
    }

    #[test]
    fn ids_are_never_options_or_commands() {
        assert!(is_id("sg-0123456789abcdef0", "sg-") && is_id("sgr-01234567", "sgr-"));
        for id in ["sg-", "sg-0123456 --x", "-sg-01234567", "sg-01234567;ls", "sg-0123456\n"] {
            assert!(!is_id(id, "sg-"), "{id}");
        }
    }
}
