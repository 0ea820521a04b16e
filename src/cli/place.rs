//! Where a path leads: to a file that can be replaced, or to something that is written through.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// What is behind a path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The standard output of the process.
    Stdout,
    /// Its standard error.
    Stderr,
    /// A pipe, a device, an open file: written as it is.
    Through(PathBuf),
    /// A regular file, or none yet; no link.
    File(PathBuf),
}

impl Place {
    /// Follows a path; none and `-` are stdout.
    pub(crate) fn of(path: Option<&Path>) -> io::Result<Self> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self::Stdout);
        };
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            let full = in_its_folder(&path)?;
            match descriptor(&full) {
                Some(1) => return Ok(Self::Stdout),
                Some(2) => return Ok(Self::Stderr),
                // Its link leads to the file, not to the open descriptor.
                Some(_) => return Ok(Self::Through(full)),
                None => {}
            }
            match fs::read_link(&full) {
                Ok(to) => path = folder_of(&full).join(to),
                Err(_) if is_of_the_system(&full) => return Ok(Self::Through(full)),
                Err(_) if full.exists() && !full.is_file() => return Ok(Self::Through(full)),
                Err(_) => return Ok(Self::File(full)),
            }
        }
        Err(io::Error::other("too many links"))
    }
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

/// The same file, in its folder without links; a file name is left as it is.
fn in_its_folder(path: &Path) -> io::Result<PathBuf> {
    match path.file_name() {
        Some(name) => Ok(folder_of(path).canonicalize()?.join(name)),
        // Such as `..`, which is a folder.
        None => path.canonicalize(),
    }
}

/// The number of a descriptor of this process: `/dev/fd/N` and what it is a link to on Linux.
fn descriptor(path: &Path) -> Option<u32> {
    let number = path.file_name()?.to_str()?.parse().ok()?;
    let folder = path.parent()?;
    let own = Path::new("/proc").join(std::process::id().to_string());
    let is_own =
        folder == Path::new("/dev/fd") || folder.starts_with(own) && folder.ends_with("fd");
    is_own.then_some(number)
}

/// Whether a path is in a folder of the system in which no file is made or replaced.
fn is_of_the_system(path: &Path) -> bool {
    // Shared memory has ordinary files.
    ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder)) && !path.starts_with("/dev/shm")
}
