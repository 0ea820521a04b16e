//! Numbers of varying length, of which page headers and lengths of strings are made.

/// Reads bytes from front to back; `None` is the end of them, or no number.
#[derive(Debug, Clone)]
pub(super) struct Bits<'a>(pub(super) &'a [u8]);

impl<'a> Bits<'a> {
    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    pub(super) fn four(&mut self) -> Option<[u8; 4]> {
        self.take(4)?.try_into().ok()
    }

    /// A length in four bytes, the least one first.
    pub(super) fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.four()?)).ok()
    }

    /// Seven bits a byte, the least ones first.
    pub(super) fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// As [`Bits::varint`], with the sign in the lowest bit.
    pub(super) fn zigzag(&mut self) -> Option<i64> {
        let bits = self.varint()?;
        Some((bits >> 1).cast_signed() ^ -(bits & 1).cast_signed())
    }

    pub(super) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.varint()?).ok()
    }

    /// At most `most` lengths, as `DELTA_BINARY_PACKED` stores numbers: blocks of differences, less
    /// the least one of the block, in as few bits as the part of the block needs.
    pub(super) fn lengths(&mut self, most: usize) -> Option<Vec<usize>> {
        let (block, n_parts, n) = (self.size()?, self.size()?, self.size()?);
        let mut number = self.zigzag()?;
        if n > most || n_parts == 0 || block % n_parts != 0 || (block / n_parts) % 8 != 0 {
            return None;
        }
        let in_part = block / n_parts;
        let mut lengths = Vec::with_capacity(n);
        if n > 0 {
            lengths.push(usize::try_from(number).ok()?);
        }
        while lengths.len() < n {
            let least = self.zigzag()?;
            let widths = self.take(n_parts)?;
            for &width in widths {
                let left = n - lengths.len();
                if left == 0 {
                    break;
                }
                let packed = self.take((in_part / 8).checked_mul(usize::from(width))?)?;
                for i in 0..in_part.min(left) {
                    let difference = packed_at(packed, i, u32::from(width))?;
                    number = number.wrapping_add(least).wrapping_add(difference);
                    lengths.push(usize::try_from(number).ok()?);
                }
            }
            if in_part == 0 {
                return None;
            }
        }
        Some(lengths)
    }
}

/// The `i`-th number of so many bits each; none if they are too wide for a length.
fn packed_at(packed: &[u8], i: usize, width: u32) -> Option<i64> {
    const WIDEST: u32 = 56;
    if width > WIDEST {
        return None;
    }
    let first = i * width as usize;
    let mut bytes = [0; 8];
    let from = packed.get(first / 8..)?;
    let n = from.len().min(8);
    bytes[..n].copy_from_slice(&from[..n]);
    let bits = u64::from_le_bytes(bytes) >> (first % 8);
    Some((bits & ((1 << width) - 1)).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        let mut bits = Bits(&[0x96, 0x01, 0x03, 0x04, 5, 0, 0, 0, 0x80]);
        assert_eq!((bits.varint(), bits.zigzag(), bits.zigzag()), (Some(150), Some(-2), Some(2)));
        assert_eq!((bits.length(), bits.varint()), (Some(5), None));
        assert_eq!(Bits(&[0xff; 11]).varint(), None);
    }

    #[test]
    fn lengths_are_those_of_the_specification() {
        // Blocks of 128 in 4 parts; 7 5 3 1 2 3 4 5 is 7, then differences of at least -2.
        let mut packed = vec![0x80, 0x01, 0x04, 0x08, 0x0e, 0x03, 2, 0, 0, 0];
        packed.extend([0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0, 9]);
        let mut bits = Bits(&packed);
        assert_eq!(bits.lengths(8), Some(vec![7, 5, 3, 1, 2, 3, 4, 5]));
        assert_eq!(bits.0, [9]);
        assert_eq!(Bits(&packed).lengths(7), None);
        for end in 0..packed.len() - 1 {
            assert_eq!(Bits(&packed[..end]).lengths(8), None);
        }
    }
}
