//! What stands beside a rule, for whoever meets it later.

use std::fmt;

use serde::Serialize;

use crate::logs::evidence::table::time;
use crate::problem::number::counted;

use super::ProposedRule;

/// Text that AWS takes as the description of a rule.
///
/// At most 255 characters of `a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*`, no space at either end. `$` is
/// left out although AWS takes it: no description can be an expression of Terraform.
///
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html>
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Description(String);

impl Description {
    /// Most characters.
    pub const MAX_LEN: usize = 255;

    /// Any text, with `_` for each character that may not be in it, cut where it is too long.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let allowed = |c: char| if is_allowed(c) { c } else { '_' };
        let cut: String = text.trim_start().chars().take(Self::MAX_LEN).map(allowed).collect();
        Self(cut.trim_end().to_owned())
    }

    /// Where a rule comes from: used and open ports, zone, window of the records, and this tool.
    #[must_use]
    pub fn of_rule(rule: &ProposedRule, window: Option<(u32, u32)>) -> Self {
        let mut parts =
            vec![counted(rule.used_ports, "used port"), format!("{} open", rule.open_ports)];
        parts.extend(rule.zone.iter().map(|zone| format!("zone {zone}")));
        parts.extend(window.map(|(start, end)| format!("seen {} to {}", time(start), time(end))));
        Self::new(&format!("rangecover: {}", parts.join(", ")))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!*".contains(c)
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_it_is_made_of_aws_takes_it(text in any::<String>()) {
            let description = Description::new(&text);
            let set = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. _-:/()#,@[]+=&;{}!$*";
            prop_assert!(description.as_str().chars().all(|c| set.contains(c)));
            prop_assert!(description.as_str().len() <= 255);
            prop_assert_eq!(description.as_str().trim(), description.as_str());
            prop_assert_eq!(&Description::new(description.as_str()), &description);
        }
    }

    #[test]
    fn what_would_be_an_expression_is_none() {
        assert_eq!(Description::new("${a} %{b}\n\"c\" ").as_str(), "_{a} _{b}__c_");
        assert_eq!(Description::new(&"x".repeat(300)).as_str().len(), 255);
    }
}
