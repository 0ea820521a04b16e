//! A bound on strings: the parser keeps each one whole, whatever its length.

use std::io::{self, Read};

use memchr::{memchr, memchr2};

/// Longest string that is read; `CloudWatch` keeps messages up to this length.
pub(super) const LONGEST_STRING: usize = 1 << 20;

/// JSON that breaks off at a string which is too long.
pub(super) struct ShortStrings<R> {
    inner: R,
    /// Bytes of the string so far, within one.
    string: Option<usize>,
    /// Whether the next byte follows a backslash.
    is_escaped: bool,
}

impl<R> ShortStrings<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, string: None, is_escaped: false }
    }

    /// Follows the quotes in these bytes; returns whether all strings are short.
    fn are_short(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let n = match &mut self.string {
                None => {
                    let quote = memchr(b'"', bytes);
                    self.string = quote.map(|_| 0);
                    quote.map_or(bytes.len(), |at| at + 1)
                }
                Some(len) => {
                    let special =
                        if self.is_escaped { Some(0) } else { memchr2(b'"', b'\\', bytes) };
                    let n = special.map_or(bytes.len(), |at| at + 1);
                    *len += n;
                    if *len > LONGEST_STRING {
                        return false;
                    }
                    let special = special.filter(|_| !self.is_escaped).map(|at| bytes[at]);
                    self.is_escaped = special == Some(b'\\');
                    if special == Some(b'"') {
                        self.string = None;
                    }
                    n
                }
            };
            bytes = &bytes[n..];
        }
        true
    }
}

impl<R: Read> Read for ShortStrings<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        if self.are_short(&buffer[..n]) {
            return Ok(n);
        }
        let message = format!("a string is longer than {LONGEST_STRING} bytes");
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], step: usize) -> bool {
        let mut strings = ShortStrings::new(text);
        let mut buffer = vec![0; step];
        loop {
            match strings.read(&mut buffer) {
                Ok(0) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    #[test]
    fn only_strings_are_bounded() {
        let string = |inner: &str, n: usize| format!("[\"\\\\\", \"{}\"]", inner.repeat(n));
        for step in [7, 1 << 16] {
            assert!(read(string("x", LONGEST_STRING - 1).as_bytes(), step));
            assert!(!read(string("x", LONGEST_STRING).as_bytes(), step));
            assert!(!read(string("\\\"", LONGEST_STRING / 2).as_bytes(), step));
            assert!(read(string("x\", \"y", LONGEST_STRING / 2).as_bytes(), step));
            assert!(read(" ".repeat(LONGEST_STRING * 2).as_bytes(), step));
        }
    }
}
