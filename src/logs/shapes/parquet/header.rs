//! What stands before a page, in Thrift's compact protocol.

use parquet::basic::Encoding;

use super::bits::Bits;

/// What stands before a page.
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) n_packed: usize,
    pub(super) n_bytes: usize,
    pub(super) n_values: u32,
    pub(super) n_nulls: u32,
    pub(super) encoding: Encoding,
}

pub(super) enum Kind {
    Data { levels_as_runs: bool },
    DataV2 { n_levels: usize, packed: bool },
    Dictionary,
    Other,
}

/// The numbers of a structure by the ids of their fields, as far as they matter.
type Numbers = [Option<i64>; 9];

impl Header {
    /// The header at the start of these bytes.
    pub(super) fn read(bits: &mut Bits<'_>) -> Option<Self> {
        const RUNS: i64 = 3;
        let mut inner = Numbers::default();
        let outer = structure(bits, Some(&mut inner))?;
        let size = |number: Option<i64>| usize::try_from(number?).ok();
        let count = |number: Option<i64>| u32::try_from(number?).ok();
        let [_, kind, n_bytes, n_packed, ..] = outer;
        let [_, n_values, second, third, fourth, fifth, sixth, seventh, _] = inner;
        let (kind, encoding) = match kind? {
            0 => (Kind::Data { levels_as_runs: third == Some(RUNS) }, second?),
            2 => (Kind::Dictionary, second?),
            3 => {
                // The levels of repetition stand before those of definition; flat columns have
                // none of them.
                let n_levels = size(fifth).filter(|_| sixth == Some(0))?;
                (Kind::DataV2 { n_levels, packed: seventh != Some(0) }, fourth?)
            }
            _ => (Kind::Other, 0),
        };
        let is_known = !matches!(kind, Kind::Other);
        Some(Self {
            n_packed: size(n_packed)?,
            n_bytes: size(n_bytes)?,
            n_values: if is_known { count(n_values)? } else { 0 },
            n_nulls: count(second).unwrap_or(0),
            encoding: self::encoding(encoding)?,
            kind,
        })
    }
}

fn encoding(number: i64) -> Option<Encoding> {
    Some(match number {
        0 => Encoding::PLAIN,
        2 => Encoding::PLAIN_DICTIONARY,
        3 => Encoding::RLE,
        5 => Encoding::DELTA_BINARY_PACKED,
        6 => Encoding::DELTA_LENGTH_BYTE_ARRAY,
        7 => Encoding::DELTA_BYTE_ARRAY,
        8 => Encoding::RLE_DICTIONARY,
        9 => Encoding::BYTE_STREAM_SPLIT,
        _ => return None,
    })
}

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const STRUCT: u8 = 12;

/// The numbers of a structure; those of the structure in it that describes the page go to `inner`.
fn structure(bits: &mut Bits<'_>, mut inner: Option<&mut Numbers>) -> Option<Numbers> {
    let mut numbers = Numbers::default();
    let mut id = 0_i64;
    loop {
        let (field, kind) = match bits.byte()? {
            0 => return Some(numbers),
            byte if byte >> 4 == 0 => (bits.zigzag()?, byte),
            byte => (id + i64::from(byte >> 4), byte & 0xf),
        };
        id = field;
        let number = match kind {
            TRUE => Some(1),
            FALSE => Some(0),
            // 16, 32 and 64 bits.
            4..=6 => Some(bits.zigzag()?),
            STRUCT => {
                match inner.as_deref_mut() {
                    Some(inner) if matches!(id, 5 | 7 | 8) => *inner = structure(bits, None)?,
                    _ => skip(bits, STRUCT, 0)?,
                }
                None
            }
            other => {
                skip(bits, other, 0)?;
                None
            }
        };
        if let Some(place) = usize::try_from(id).ok().and_then(|id| numbers.get_mut(id)) {
            *place = number.or(*place);
        }
    }
}

/// Skips a value, such as the statistics of a page.
fn skip(bits: &mut Bits<'_>, kind: u8, depth: usize) -> Option<()> {
    const DEEPEST: usize = 8;
    if depth > DEEPEST {
        return None;
    }
    match kind {
        TRUE | FALSE => {}
        3 => {
            bits.byte()?;
        }
        4..=6 => {
            bits.varint()?;
        }
        7 => {
            bits.take(8)?;
        }
        8 => {
            let n = bits.size()?;
            bits.take(n)?;
        }
        STRUCT => loop {
            match bits.byte()? {
                0 => break,
                byte => {
                    if byte >> 4 == 0 {
                        bits.varint()?;
                    }
                    skip(bits, byte & 0xf, depth + 1)?;
                }
            }
        },
        // Lists and sets, whose booleans are bytes.
        9 | 10 => {
            let byte = bits.byte()?;
            let n = if byte >> 4 == 15 { bits.size()? } else { usize::from(byte >> 4) };
            for _ in 0..n {
                match byte & 0xf {
                    TRUE | FALSE => bits.take(1).map(drop)?,
                    kind => skip(bits, kind, depth + 1)?,
                }
            }
        }
        // No page header has a map.
        _ => return None,
    }
    Some(())
}
