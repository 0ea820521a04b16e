//! The name or ARN of a log group, as a parameter of a request.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::problem::quote::quoted;

/// Longest name, by the reference of the API.
const LONGEST: usize = 512;

/// The most that one query may ask.
pub const MOST_LOG_GROUPS: usize = 50;

/// A log group by its name or its ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogGroup(String);

/// What is wrong with the name of a log group.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "'{0}' is no log group; write its name, of up to 512 of a-z, A-Z, 0-9 and ._-/#, or its ARN, arn:aws:logs:REGION:ACCOUNT:log-group:NAME"
)]
pub struct LogGroupError(String);

fn is_name(name: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b"._-/#".contains(&b);
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(is_letter)
}

fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(7, ':').collect();
    let [arn, partition, service, region, account, kind, name] = parts[..] else { return false };
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (arn, service, kind) == ("arn", "logs", "log-group")
        && [partition, region, account].into_iter().all(is_word)
        && is_name(name)
}

impl FromStr for LogGroup {
    type Err = LogGroupError;

    fn from_str(text: &str) -> Result<Self, LogGroupError> {
        // As the console shows ARNs; queries take them without.
        let id = text.strip_suffix(":*").filter(|arn| is_arn(arn)).unwrap_or(text);
        let known = is_name(id) || is_arn(id);
        known.then(|| Self(id.to_owned())).ok_or_else(|| LogGroupError(quoted(text)))
    }
}

impl fmt::Display for LogGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns() {
        let arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/vpc/flow-logs";
        for name in ["grp1", "/aws/vpc/flow_logs.1#2", arn] {
            assert_eq!(name.parse::<LogGroup>().unwrap().to_string(), name);
        }
        assert_eq!(format!("{arn}:*").parse::<LogGroup>().unwrap().to_string(), arn);
        for wrong in [
            "",
            "my group",
            "grp1\n",
            "grp1 | limit 1",
            "arn:aws:s3:::bucket",
            "arn:aws:logs:eu-west-1:1:log-group:a b",
            "grp1:*",
        ] {
            assert!(wrong.parse::<LogGroup>().is_err(), "{wrong}");
        }
    }
}
