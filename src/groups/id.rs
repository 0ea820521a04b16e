//! Ids of security groups.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

use crate::problem::quote::quoted;
use crate::problem::zones::is_id;

/// The id of a security group: `sg-` and 8 or 17 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct SecurityGroupId(String);

/// Text that is no id of a security group.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "'{0}' is not the id of a security group, sg- and 8 or 17 hexadecimal digits, such as sg-0123456789abcdef0"
)]
pub struct IdError(String);

impl SecurityGroupId {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecurityGroupId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_id(text, "sg-") { Ok(Self(text.to_owned())) } else { Err(IdError(quoted(text))) }
    }
}

impl fmt::Display for SecurityGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_are_ids() {
        for id in ["sg-01234567", "sg-0123456789abcdef0"] {
            assert_eq!(id.parse::<SecurityGroupId>().unwrap().as_str(), id);
        }
        for no in
            ["", "sg-", "sg-0123456", "sg-0123456G", "sg-01234567\n", "SG-01234567", "pl-01234567"]
        {
            assert!(no.parse::<SecurityGroupId>().is_err(), "{no}");
        }
    }
}
