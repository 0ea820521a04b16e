//! Where bytes go: stdout, or a file that is written whole or not at all.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use rangecover::problem::quote::printable;

/// Writes text that may have colours: they are kept only on a terminal, and not under `NO_COLOR`.
pub(crate) fn write_text(path: Option<&Path>, text: &[u8]) -> anyhow::Result<()> {
    if path.is_some() {
        return write(path, &anstream::adapter::strip_bytes(text).into_vec());
    }
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text)?;
    Ok(stdout.flush()?)
}

/// Writes to a file, or to stdout where none is named.
pub(crate) fn write(path: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    stream(path, |out| Ok(out.write_all(bytes)?))
}

/// Writes piece by piece to a file, or to stdout where none is named.
///
/// A regular file is written by a temporary file beside it and a rename, so it is there whole or
/// not at all; anything else (a pipe, a device) is written directly.
pub(crate) fn stream(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else {
        let mut stdout = io::stdout().lock();
        write(&mut stdout)?;
        return Ok(stdout.flush()?);
    };
    let place = || format!("cannot write {}", path.display());
    // A link stays a link: what it points to is replaced.
    let target: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.exists() && !target.is_file() {
        let mut file = fs::OpenOptions::new().write(true).open(&target).with_context(place)?;
        return write(&mut file).with_context(place);
    }
    let mut file = temporary_beside(&target).with_context(place)?;
    write(&mut file).with_context(place)?;
    file.as_file().sync_all().with_context(place)?;
    file.persist(&target).with_context(place)?;
    Ok(())
}

/// Fails early where [`write`] would fail in the end, and changes nothing.
pub(crate) fn check_writable(path: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = path.filter(|path| *path != Path::new("-")) else { return Ok(()) };
    let place = || format!("cannot write {}", path.display());
    let target: PathBuf = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(anyhow!("it is a folder; name a file in it").context(place()));
    }
    if !target.exists() || target.is_file() {
        temporary_beside(&target).with_context(place)?;
    }
    Ok(())
}

/// A temporary file with the permissions of the file that it will replace, or of any new one.
fn temporary_beside(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask applies to these, as to those of any new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = builder.tempfile_in(folder)?;
    if let Ok(old) = fs::metadata(target) {
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

/// A remark for people, on stderr.
pub(crate) fn note(text: &str) {
    // Nothing can be said where stderr is gone, and that is no reason to fail.
    let _ = writeln!(anstream::stderr(), "{}", printable(text));
}

/// A bar on stderr, where that is a terminal.
pub(crate) fn progress(what: &'static str) -> indicatif::ProgressBar {
    bar(what, "{msg} {wide_bar} {pos}/{len} {eta}")
}

/// A bar of bytes, with throughput.
pub(crate) fn progress_of_bytes(what: &'static str) -> indicatif::ProgressBar {
    bar(what, "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
}

/// Steps of something of which nobody knows how long it takes, on stderr, where that is a terminal.
#[cfg(feature = "aws")]
pub(crate) fn steps() -> indicatif::ProgressBar {
    if !io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let spinner = indicatif::ProgressBar::new_spinner();
    spinner.enable_steady_tick(std::time::Duration::from_millis(200));
    spinner
}

/// A number of bytes for people, in powers of 1,000, as AWS charges for them.
#[cfg(feature = "aws")]
pub(crate) fn bytes(n: f64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if n < 1_000.0 {
        return format!("{n:.0} bytes");
    }
    let (mut n, mut unit) = (n / 1_000.0, 0);
    while n >= 1_000.0 && unit + 1 < UNITS.len() {
        n /= 1_000.0;
        unit += 1;
    }
    format!("{n:.1} {}", UNITS[unit])
}

fn bar(what: &'static str, template: &str) -> indicatif::ProgressBar {
    if !io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let style = indicatif::ProgressStyle::with_template(template).expect("the template is valid");
    indicatif::ProgressBar::no_length().with_style(style).with_message(what)
}
