//! Changes of security groups as Terraform.
//!
//! Each proposed rule is a resource, and one that exists is imported by its id, so that AWS is not
//! asked for it a second time. What is to go is in nobody's state: a `removed` block is only for what
//! is, and what is imported to be destroyed by the next plan goes in no order with what comes. So it
//! is written as commands of the AWS CLI, in comments, to be run after the new rules are there.
//!
//! <https://developer.hashicorp.com/terraform/language/import>,
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_security_group_ingress_rule#import>

use std::fmt::Write as _;

use crate::groups::audit::Changes;
use crate::groups::{Description, Rule};
use crate::problem::number::counted;

use super::changes_cli::{ScriptError, heading, id, revocations};
use super::hcl::Block;
use super::terraform::{self, Ingress};

/// The proposed rules of groups, each with its id.
///
/// # Errors
/// When an id is not one that AWS gives.
pub fn file<'a>(
    groups: impl IntoIterator<Item = (&'a str, &'a Changes)>,
) -> Result<Vec<u8>, ScriptError> {
    let texts = groups.into_iter().map(|(group_id, changes)| of_group(changes, group_id));
    Ok(texts.collect::<Result<Vec<String>, _>>()?.join("\n").into_bytes())
}

fn of_group(changes: &Changes, group_id: &str) -> Result<String, ScriptError> {
    let commands = revocations(changes, group_id)?;
    let mut blocks = Vec::new();
    for place in 0..changes.proposed.len() {
        blocks.extend(of_rule(changes, place, group_id)?);
    }
    let mut text = terraform::file(&facts(changes, group_id), &blocks);
    if !commands.is_empty() {
        text.push_str(
            "\n# To be run once the rules above are there, for what Terraform does not manage:\n",
        );
    }
    for line in commands.lines() {
        let sign = if line.is_empty() || line.starts_with('#') { "" } else { "# " };
        let _ = writeln!(text, "{sign}{line}");
    }
    Ok(text)
}

/// The resource of a proposed rule, and what imports it if it exists.
fn of_rule(changes: &Changes, place: usize, group_id: &str) -> Result<Vec<Block>, ScriptError> {
    let proposed = &changes.proposed[place];
    let existing = existing(changes, place);
    // As it is, so that the plan has nothing to change.
    let rule = existing.unwrap_or(proposed);
    let name = format!("{group_id}_{}", terraform::name(proposed.allowed, None, &proposed.peer));
    let ingress = Ingress {
        name: name.clone(),
        group: group_id.into(),
        allowed: rule.allowed,
        peer: &rule.peer,
        description: rule.description.as_deref().map(Description::new),
    };
    let resource = ingress.block()?;
    let import = existing.and_then(id).map(|id| terraform::import(&name, id));
    Ok(import.into_iter().chain([resource]).collect())
}

/// The rule that a proposed one is already.
fn existing(changes: &Changes, place: usize) -> Option<&Rule> {
    let kept = changes.keep.iter().find(|kept| kept.proposed == place)?;
    Some(&changes.existing[kept.existing])
}

fn facts(changes: &Changes, group_id: &str) -> Vec<String> {
    let (peak, quota) = (changes.order.peak_of_all_first, changes.order.quota);
    let mut facts = heading(changes, group_id, peak);
    if peak.exceeds(quota).is_some() {
        facts.push(
            "Terraform makes all new rules before the others go, which is more than the quota: \
             run what `rangecover audit --format cli` writes instead, which takes turns."
                .to_owned(),
        );
    }
    let kept = changes.keep.iter().map(|kept| &changes.existing[kept.existing]);
    let n_unknown = kept.filter(|rule| id(rule).is_none()).count();
    if n_unknown > 0 {
        facts.push(format!(
            "AWS refuses rules that exist, and the ids of {} that stay are not known: import them, \
             or audit what `aws ec2 describe-security-group-rules` prints, which has the ids.",
            counted(n_unknown as u64, "rule")
        ));
    }
    facts
}
