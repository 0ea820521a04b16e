//! Decompression of pages.
//!
//! The crate's own believes what headers say: a gzip page of some kilobytes may fill the memory, and
//! zstd is a library in C.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result};
use ruzstd::decoding::StreamingDecoder;

use super::bits::Bits;
use super::guard::damaged;

/// The largest page that is believed; writers make pages of about a megabyte.
const LARGEST: usize = 1 << 30;

/// Whether pages that are compressed like this can be read.
pub(super) fn can_unpack(compression: Compression) -> bool {
    match compression {
        Compression::UNCOMPRESSED
        | Compression::SNAPPY
        | Compression::GZIP(_)
        | Compression::ZSTD(_)
        | Compression::LZ4
        | Compression::LZ4_RAW => true,
        Compression::LZO | Compression::BROTLI(_) => false,
    }
}

/// Decompresses a page.
///
/// Memory is taken as it is filled, or as far as the compression can reach.
pub(super) fn unpack(compression: Compression, packed: &[u8], n_bytes: usize) -> Result<Vec<u8>> {
    /// A byte of snappy or LZ4 never stands for more.
    const MOST_RATIO: usize = 256;
    let believed = |most: usize| {
        let is_large = n_bytes > LARGEST || n_bytes > packed.len().saturating_mul(most);
        if is_large { Err(damaged("a page is too large")) } else { Ok(()) }
    };
    let external = |error| ParquetError::External(error);
    let unpacked = match compression {
        Compression::UNCOMPRESSED => packed.to_vec(),
        Compression::SNAPPY => {
            believed(MOST_RATIO)?;
            let mut out = vec![0; n_bytes];
            let n = snap::raw::Decoder::new().decompress(packed, &mut out);
            out.truncate(n.map_err(|error| external(Box::new(error)))?);
            out
        }
        Compression::GZIP(_) => {
            believed(usize::MAX)?;
            at_most(MultiGzDecoder::new(packed), n_bytes)?
        }
        Compression::ZSTD(_) => {
            believed(usize::MAX)?;
            let decoder = StreamingDecoder::new(packed);
            at_most(decoder.map_err(|error| external(Box::new(error)))?, n_bytes)?
        }
        Compression::LZ4_RAW => {
            believed(MOST_RATIO)?;
            unpack_lz4(packed, n_bytes)?
        }
        Compression::LZ4 => {
            believed(MOST_RATIO)?;
            match unpack_hadoop_lz4(packed, n_bytes) {
                Ok(unpacked) => unpacked,
                // Some writers took the name for plain blocks.
                Err(_) => unpack_lz4(packed, n_bytes)?,
            }
        }
        Compression::LZO | Compression::BROTLI(_) => return Err(damaged("unknown compression")),
    };
    if unpacked.len() == n_bytes { Ok(unpacked) } else { Err(damaged("a page is cut off")) }
}

fn at_most(stream: impl Read, n_bytes: usize) -> Result<Vec<u8>> {
    /// What is made room for before it is read.
    const ROOM: usize = 1 << 22;
    let mut out = Vec::with_capacity(n_bytes.min(ROOM));
    stream.take(n_bytes as u64 + 1).read_to_end(&mut out)?;
    Ok(out)
}

fn unpack_lz4(packed: &[u8], n_bytes: usize) -> Result<Vec<u8>> {
    let unpacked = lz4_flex::block::decompress(packed, n_bytes);
    unpacked.map_err(|error| ParquetError::External(Box::new(error)))
}

/// Blocks, each behind its two lengths with the greatest byte first: unpacked and packed.
fn unpack_hadoop_lz4(packed: &[u8], n_bytes: usize) -> Result<Vec<u8>> {
    let mut bits = Bits(packed);
    let mut out = Vec::new();
    while !bits.0.is_empty() {
        let mut length = || usize::try_from(u32::from_be_bytes(bits.four()?)).ok();
        let (n_out, n_in) = length().zip(length()).ok_or_else(|| damaged("no LZ4 block"))?;
        let block = bits.take(n_in).ok_or_else(|| damaged("an LZ4 block is cut off"))?;
        if n_out > n_bytes - out.len() {
            return Err(damaged("an LZ4 block is too large"));
        }
        out.extend(unpack_lz4(block, n_out)?);
    }
    Ok(out)
}
