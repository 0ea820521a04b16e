//! Who follows the reading.

/// Follows the reading, from several threads.
pub trait Watch: Sync {
    /// What there is to read: bytes, as far as they can be told.
    fn found(&self, _bytes: u64) {}
    /// Some bytes of a file have been read.
    fn read(&self, _bytes: u64) {}
}

impl Watch for () {}
