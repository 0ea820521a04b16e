//! Who follows the reading.

/// Follows the reading, from several threads.
pub trait Progress: Sync {
    /// There are so many bytes to read, as far as they can be told.
    fn expect(&self, _bytes: u64) {}
    /// So many bytes more of a file have been read.
    fn advance(&self, _bytes: u64) {}
}

impl Progress for () {}
