//! Checksums of data, as `sha256sum` prints them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::problem::quote::quoted;

/// A SHA-256 checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

/// Text that is no checksum.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("sha256 '{0}' is not 64 digits of lower-case hexadecimal")]
pub struct DigestError(String);

impl Digest {
    /// The checksum of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hmac_sha256::Hash::hash(bytes))
    }

    /// The checksum of several files: of one that of the file, of more that of the list of theirs,
    /// one a line. No other way to cut the same bytes into files gives the same.
    #[must_use]
    pub fn of_all(files: &[Self]) -> Self {
        if let [file] = files {
            return *file;
        }
        let lines: Vec<String> = files.iter().map(|file| format!("{file}\n")).collect();
        Self::of(lines.concat().as_bytes())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let error = || DigestError(quoted(text));
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 64 || !text.as_bytes().iter().all(is_digit) {
            return Err(error());
        }
        let mut bytes = [0; 32];
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| error())?;
        }
        Ok(Self(bytes))
    }
}
