//! How much the packets of a record carry.

/// What packets and bytes say about the segments of a record.
///
/// Each of the three compares sums that are linear in packets, bytes and records. So rows that agree
/// in all of them can be added up: their sum agrees with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bulk {
    /// More packets than a closed port sends: a client that knocks is refused once or twice more
    /// when it tries again.
    pub many: bool,
    /// More bytes than the headers of TCP segments without options.
    pub loaded: bool,
    /// More bytes than the headers of TCP segments with all the options that there can be.
    pub has_data: bool,
}

impl Bulk {
    /// Compares the sums of as many records.
    #[must_use]
    pub fn new(packets: u64, bytes: u64, count: u32, is_v4: bool) -> Self {
        const FEW: u64 = 3;
        /// The most that TCP options take.
        const OPTIONS: u64 = 20;
        // Of the network layer, and of TCP.
        let headers = if is_v4 { 20 + 20 } else { 40 + 20 };
        Self {
            many: packets > FEW * u64::from(count),
            loaded: bytes > packets.saturating_mul(headers),
            has_data: bytes > packets.saturating_mul(headers + OPTIONS),
        }
    }

    /// Whether it may all be resets.
    #[must_use]
    pub fn is_few_bare_segments(self) -> bool {
        !self.many && !self.loaded
    }
}
