//! The bytes of a file, at any place and from any thread.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};

use super::super::{Fault, Source};

/// The largest file that is read into memory.
const LARGEST: u64 = 1 << 32;

/// A file whose parts are read in any order.
pub(super) enum Content {
    /// A plain file, and its size.
    File(File, u64),
    /// What came through a pipe, or was compressed as a whole.
    Memory(Vec<u8>),
}

impl Content {
    /// The content of a source: where it is no plain file, all of it is read at once, because a
    /// Parquet file is described at its end.
    pub(super) fn of(source: Source<'_>) -> Result<Self, Fault> {
        let failed = |error| Fault::Read { done: 0, error };
        if cfg!(any(unix, windows))
            && let Some(file) = source.file
        {
            let len = file.metadata().map_err(failed)?.len();
            return Ok(Self::File(file, len));
        }
        let mut bytes = Vec::new();
        source.stream.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > LARGEST {
            return Err(Fault::Unsupported(
                "Parquet of more than 4 GiB has to be a plain file: neither compressed as a whole nor from a pipe",
            ));
        }
        Ok(Self::Memory(bytes))
    }

    /// Number of bytes.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::File(_, len) => *len,
            Self::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// The `len` bytes from `start`.
    pub(super) fn at(&self, start: u64, len: u64) -> io::Result<Cow<'_, [u8]>> {
        // Memory is only taken for bytes that are there.
        if start.checked_add(len).is_none_or(|end| end > self.len()) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a part lies beyond its end"));
        }
        let too_large = |_| io::Error::from(io::ErrorKind::FileTooLarge);
        let len = usize::try_from(len).map_err(too_large)?;
        match self {
            Self::File(file, _) => {
                let mut part = vec![0; len];
                read_at(file, start, &mut part)?;
                Ok(Cow::Owned(part))
            }
            Self::Memory(bytes) => {
                let start = usize::try_from(start).map_err(too_large)?;
                Ok(Cow::Borrowed(&bytes[start..start + len]))
            }
        }
    }
}

/// Reads at a place of a file without moving the position that all its users share.
#[cfg(unix)]
fn read_at(file: &File, start: u64, part: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, part, start)
}

#[cfg(windows)]
fn read_at(file: &File, mut start: u64, mut part: &mut [u8]) -> io::Result<()> {
    while !part.is_empty() {
        let n = std::os::windows::fs::FileExt::seek_read(file, part, start)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        start += n as u64;
        part = &mut part[n..];
    }
    Ok(())
}

#[cfg(not(any(unix, windows)))]
fn read_at(_: &File, _: u64, _: &mut [u8]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
