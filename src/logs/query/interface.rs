//! The id of a network interface, as it may stand in a query.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::problem::quote::quoted;

/// Digits of an id: 8 in old ones, 17 in those of today.
const MOST_DIGITS: usize = 17;

/// An id such as `eni-0123456789abcdef0`: nothing in it can end a string of a query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InterfaceId(String);

/// What is wrong with an id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{0}' is no interface id; write eni- and up to 17 digits of 0-9 and a-f")]
pub struct InterfaceError(String);

impl FromStr for InterfaceId {
    type Err = InterfaceError;

    fn from_str(text: &str) -> Result<Self, InterfaceError> {
        let digits = text.strip_prefix("eni-").unwrap_or_default();
        let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        let is_id = (1..=MOST_DIGITS).contains(&digits.len()) && digits.bytes().all(is_digit);
        is_id.then(|| Self(text.to_owned())).ok_or_else(|| InterfaceError(quoted(text)))
    }
}

impl fmt::Display for InterfaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_hexadecimal() {
        for id in ["eni-1234567890", "eni-0a1b2c3d", "eni-0123456789abcdef0"] {
            assert_eq!(id.parse::<InterfaceId>().unwrap().to_string(), id);
        }
        for text in [
            "",
            "eni-",
            "eni-g",
            "ENI-1",
            "eni-1' or '1'='1",
            "eni-1\n",
            "eni-0123456789abcdef01",
            " eni-1",
            "eni-１",
        ] {
            assert!(text.parse::<InterfaceId>().is_err(), "{text}");
        }
        let error = "eni-\u{1b}".parse::<InterfaceId>().unwrap_err().to_string();
        assert!(error.starts_with("'eni-\\u{1b}' is no interface id"), "{error}");
    }
}
