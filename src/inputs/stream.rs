//! Bytes of a file, decompressed and counted.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::Watch;

const BUFFER: usize = 1 << 17;

/// Decompressed bytes that are always believed.
const SMALL: u64 = 1 << 24;

/// A flow log is compressed to a fourth or a twentieth of its size; what unpacks to so many times
/// its size was made to fill memory and time.
const MOST_RATIO: u64 = 200;

/// The content of a file.
pub(super) struct Stream<'a> {
    pub(super) bytes: Box<dyn Read + Send + 'a>,
    pub(super) compressed: bool,
    /// Bytes of the file that were read so far.
    pub(super) n_read: Arc<AtomicU64>,
}

/// Tells from the first bytes whether a file is compressed, and decompresses it.
pub(super) fn open<'a>(
    file: impl Read + Send + 'a,
    watch: &'a dyn Watch,
) -> io::Result<Stream<'a>> {
    const GZIP: &[u8] = &[0x1f, 0x8b];
    const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
    let n_read = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: file, n_read: Arc::clone(&n_read), watch };
    let packed =
        |bytes: Box<dyn Read + Send + 'a>, n_read| Stream { bytes, compressed: true, n_read };
    let mut plain = BufReader::with_capacity(BUFFER, counted);
    let start = plain.fill_buf()?;
    if start.starts_with(GZIP) {
        let inner = MultiGzDecoder::new(plain);
        return Ok(packed(Box::new(Inflated::new(inner, &n_read)), n_read));
    }
    if start.starts_with(ZSTD) {
        let inner = Frames { decoder: None, source: Some(plain) };
        return Ok(packed(Box::new(Inflated::new(inner, &n_read)), n_read));
    }
    Ok(Stream { bytes: Box::new(plain), compressed: false, n_read })
}

/// Counts what is read of a file.
struct Counted<'a, R> {
    inner: R,
    n_read: Arc<AtomicU64>,
    watch: &'a dyn Watch,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        self.watch.read(n as u64);
        Ok(n)
    }
}

/// Refuses what unpacks to far more than a log does.
struct Inflated<R> {
    inner: R,
    /// Compressed bytes.
    n_read: Arc<AtomicU64>,
    /// Decompressed bytes.
    n_out: u64,
}

impl<R> Inflated<R> {
    fn new(inner: R, n_read: &Arc<AtomicU64>) -> Self {
        Self { inner, n_read: Arc::clone(n_read), n_out: 0 }
    }
}

impl<R: Read> Read for Inflated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.n_out += n as u64;
        let believed = MOST_RATIO.saturating_mul(self.n_read.load(Ordering::Relaxed)).max(SMALL);
        if self.n_out > believed {
            let message = format!("it unpacks to more than {MOST_RATIO} times its size");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(n)
    }
}

/// All frames of a zstd file, one after the other.
struct Frames<R: BufRead> {
    decoder: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
    /// The rest of the file between two frames.
    source: Option<R>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(decoder) = &mut self.decoder {
                let n = decoder.read(buffer)?;
                if n > 0 {
                    return Ok(n);
                }
                self.source = self.decoder.take().map(StreamingDecoder::into_inner);
            }
            let Some(mut source) = self.source.take() else {
                return Ok(0);
            };
            if source.fill_buf()?.is_empty() {
                self.source = Some(source);
                return Ok(0);
            }
            self.decoder = Some(StreamingDecoder::new(source).map_err(io::Error::other)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        open(bytes, &())?.bytes.read_to_end(&mut out)?;
        Ok(out)
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn frames_of_zstd_follow_each_other() {
        let packed = [zstd(b"one "), zstd(b""), zstd(b"two")].concat();
        assert_eq!(read(&packed).unwrap(), b"one two");
        for end in 1..packed.len() {
            if let Ok(part) = read(&packed[..end]) {
                assert!(end < 4 || b"one two".starts_with(&part), "{end}");
            }
        }
    }

    #[test]
    fn a_bomb_is_refused() {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0; 1 << 20];
        for _ in 0..=SMALL >> 20 {
            io::Write::write_all(&mut encoder, &zeros).unwrap();
        }
        let bomb = encoder.finish().unwrap();
        let error = read(&bomb).unwrap_err().to_string();
        assert_eq!(error, "it unpacks to more than 200 times its size");
    }
}
