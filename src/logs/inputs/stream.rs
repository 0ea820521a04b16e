//! Bytes of a file, decompressed and counted.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;
use memchr::memrchr2;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::progress::Progress;

const BUFFER: usize = 1 << 17;

/// A line that unpacks to so many times its size was made to take time; gzip packs zeros to a
/// thousandth.
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
    progress: &'a dyn Progress,
) -> io::Result<Stream<'a>> {
    const GZIP: &[u8] = &[0x1f, 0x8b];
    let n_read = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: file, n_read: Arc::clone(&n_read), progress };
    let packed =
        |bytes: Box<dyn Read + Send + 'a>, n_read| Stream { bytes, compressed: true, n_read };
    let mut plain = BufReader::with_capacity(BUFFER, counted);
    let start = plain.fill_buf()?;
    if start.starts_with(GZIP) {
        let inner = Members { decoder: Some(GzDecoder::new(plain)) };
        return Ok(packed(Box::new(Inflated::new(inner, &n_read)), n_read));
    }
    if is_zstd(start) {
        let inner = Frames { decoder: FrameDecoder::new(), source: plain };
        return Ok(packed(Box::new(Inflated::new(inner, &n_read)), n_read));
    }
    Ok(Stream { bytes: Box::new(plain), compressed: false, n_read })
}

/// Whether a file begins with a frame of zstd, perhaps one that is to be skipped.
fn is_zstd(start: &[u8]) -> bool {
    matches!(start, [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Counts what is read of a file.
struct Counted<'a, R> {
    inner: R,
    n_read: Arc<AtomicU64>,
    progress: &'a dyn Progress,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.n_read.fetch_add(n as u64, Ordering::Relaxed);
        self.progress.advance(n as u64);
        Ok(n)
    }
}

/// Refuses a line that unpacks to far more than its size.
///
/// Records may be as alike as they like, and a file of them be packed as well as can be: each ends
/// in a line break, or in JSON in a brace.
struct Inflated<R> {
    inner: R,
    /// Compressed bytes.
    n_read: Arc<AtomicU64>,
    /// How many of them had been read when the line began.
    n_read_before: u64,
    /// Decompressed bytes of the line so far.
    line: u64,
}

impl<R> Inflated<R> {
    fn new(inner: R, n_read: &Arc<AtomicU64>) -> Self {
        Self { inner, n_read: Arc::clone(n_read), n_read_before: 0, line: 0 }
    }
}

impl<R: Read> Read for Inflated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let n_read = self.n_read.load(Ordering::Relaxed);
        match memrchr2(b'\n', b'}', &buffer[..n]) {
            Some(end) => {
                self.line = (n - end - 1) as u64;
                self.n_read_before = n_read;
            }
            None => self.line += n as u64,
        }
        // The line may have been in the buffer when it began.
        let most_packed = n_read - self.n_read_before + BUFFER as u64;
        if self.line > MOST_RATIO.saturating_mul(most_packed) {
            let message =
                format!("it unpacks to more than {MOST_RATIO} times its size, in one line");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(n)
    }
}

/// All members of a gzip file, one after the other. Zeros after a member are padding.
struct Members<R> {
    /// None after the last member.
    decoder: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(decoder) = &mut self.decoder {
            let n = decoder.read(buffer)?;
            if n > 0 {
                return Ok(n);
            }
            let has_more = skip_zeros(decoder.get_mut())?;
            let ended = self.decoder.take();
            self.decoder = ended.filter(|_| has_more).map(|d| GzDecoder::new(d.into_inner()));
        }
        Ok(0)
    }
}

/// Skips zeros; returns whether anything follows.
fn skip_zeros(source: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = source.fill_buf()?;
        let n_zeros = bytes.iter().take_while(|&&b| b == 0).count();
        let n = bytes.len();
        source.consume(n_zeros);
        if n_zeros < n || n == 0 {
            return Ok(n > 0);
        }
    }
}

/// All frames of a zstd file, one after the other.
struct Frames<R> {
    decoder: FrameDecoder,
    source: R,
}

impl<R: BufRead> Frames<R> {
    /// Begins the next frame, or skips it if it is one for others than readers.
    fn next_frame(&mut self) -> io::Result<()> {
        match self.decoder.reset(&mut self.source) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let length = u64::from(length);
                let skipped = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
                let is_whole = skipped == length;
                is_whole.then_some(()).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
            }
            begun => begun.map_err(io::Error::other),
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            while !self.decoder.is_finished() && self.decoder.can_collect() < buffer.len() {
                let missing = buffer.len() - self.decoder.can_collect();
                let most = BlockDecodingStrategy::UptoBytes(missing);
                self.decoder.decode_blocks(&mut self.source, most).map_err(io::Error::other)?;
            }
            let n = self.decoder.read(buffer)?;
            if n > 0 || self.source.fill_buf()?.is_empty() {
                return Ok(n);
            }
            self.next_frame()?;
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

    /// A frame of zstd that readers skip.
    fn skippable(content: &[u8]) -> Vec<u8> {
        let len = u32::try_from(content.len()).unwrap();
        [&0x184d_2a5e_u32.to_le_bytes(), &len.to_le_bytes(), content].concat()
    }

    #[test]
    fn skippable_frames_are_skipped() {
        let long = skippable(&vec![7; 3 * BUFFER]);
        let empty = skippable(b"");
        let (one, two) = (zstd(b"one "), zstd(b"two"));
        let packed = [&long, &one, &empty, &empty, &two, &empty].map(|frame| &frame[..]);
        assert_eq!(read(&packed.concat()).unwrap(), b"one two");
        assert_eq!(read(&long).unwrap(), b"");
        assert!(open(&long[..], &()).unwrap().compressed);
        let error = read(&long[..100]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(read(&[&empty[..], b"junk"].concat()).is_err());
    }

    /// Packs a text that comes in parts.
    fn gzip<'t>(parts: impl IntoIterator<Item = &'t [u8]>) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        for part in parts {
            io::Write::write_all(&mut encoder, part).unwrap();
        }
        encoder.finish().unwrap()
    }

    #[test]
    fn zeros_after_gzip_are_padding() {
        let (one, two) = (gzip([&b"one "[..]]), gzip([&b"two"[..]]));
        for n_zeros in [0, 1, 512, 3 * BUFFER] {
            let zeros = vec![0; n_zeros];
            let packed = [&one[..], &gzip([]), &zeros, &two, &zeros].concat();
            assert_eq!(read(&packed).unwrap(), b"one two", "{n_zeros}");
            let junk = [&one[..], &zeros, b"junk"].concat();
            assert!(read(&junk).is_err(), "{n_zeros}");
            let cut = [&one[..], &zeros, &two[..5]].concat();
            assert_eq!(read(&cut).unwrap_err().kind(), io::ErrorKind::UnexpectedEof, "{n_zeros}");
        }
    }

    /// Reads without keeping anything; returns how much there was.
    fn length(bytes: &[u8]) -> io::Result<u64> {
        io::copy(&mut open(bytes, &())?.bytes, &mut io::sink())
    }

    #[test]
    fn a_bomb_is_refused() {
        let zeros = vec![0; 1 << 20];
        let log = b"a line\n".repeat(100_000);
        let after_a_log = [gzip([&log[..]]), gzip([&zeros[..]]).repeat(60)].concat();
        for bomb in [after_a_log, gzip([&zeros[..]; 2]).repeat(30), zstd(&zeros).repeat(60)] {
            let error = length(&bomb).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
            let message = "it unpacks to more than 200 times its size, in one line";
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn logs_of_like_records_are_read() {
        let line = b"2 123456789012 eni-1 - - - - - - - 1418530010 1418530070 - NODATA\n";
        let event = b"{\"message\":\"2 123456789012 eni-1 - - - - - - - 1 2 - NODATA\"},";
        for record in [&line[..], event] {
            let part = record.repeat((1 << 20) / record.len());
            // Packed once, and read as members that follow each other.
            let packed = gzip([&part[..]]).repeat(60);
            let n = 60 * part.len() as u64;
            assert!(n > MOST_RATIO * packed.len() as u64, "{}", packed.len());
            assert_eq!(length(&packed).unwrap(), n);
        }
    }
}
