//! White space in a line.

const LANES: usize = 8;
const CHUNK: usize = u64::BITS as usize;
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = ONES << 7;
const SPACE: u64 = 0x20;

/// Calls `at` with the position of each white-space character.
///
/// Fields are short, so that the end of each is a surprise to the processor when bytes are looked
/// at one by one. Sixty-four at a time have one surprise at most: how many ends there are.
pub(super) fn positions(line: &[u8], mut at: impl FnMut(usize)) {
    for (i, chunk) in line.chunks(CHUNK).enumerate() {
        let mut bits = candidates(chunk);
        while bits != 0 {
            let byte = bits.trailing_zeros() as usize;
            if chunk[byte].is_ascii_whitespace() {
                at(i * CHUNK + byte);
            }
            bits &= bits - 1;
        }
    }
}

/// A bit for each byte of a chunk that is at most a space.
fn candidates(chunk: &[u8]) -> u64 {
    let (words, rest) = chunk.as_chunks::<LANES>();
    let mut bits = 0;
    for (i, word) in words.iter().enumerate() {
        bits |= up_to_space(u64::from_le_bytes(*word)) << (i * LANES);
    }
    // Not by a padded copy: to load what was stored in pieces takes longer than these few bytes.
    for (i, &byte) in rest.iter().enumerate() {
        bits |= u64::from(byte <= b' ') << (words.len() * LANES + i);
    }
    bits
}

/// A bit for each byte that is at most a space, the first byte lowest.
fn up_to_space(word: u64) -> u64 {
    /// Moves the lowest bit of byte `i` to bit 56 + `i`.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    // The sum sets the high bit of each byte of seven bits above the space, and never carries.
    let above = (word & !HIGH) + ONES * (0x7f - SPACE);
    let bits = (!(above | word) & HIGH) >> 7;
    bits.wrapping_mul(GATHER) >> 56
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn positions_are_those_of_white_space(
            line in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b' '), 0..40_u8], 0..200)
        ) {
            let mut found = Vec::new();
            positions(&line, |i| found.push(i));
            let expected: Vec<usize> =
                (0..line.len()).filter(|&i| line[i].is_ascii_whitespace()).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
