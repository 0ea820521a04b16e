//! Where bytes go: stdout, or a file that is written whole or not at all.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use rangecover::present::export::lines::wrapped;
use rangecover::problem::quote::printable;
use terminal_size::{Height, Width, terminal_size_of};

use super::place::{Place, folder_of};
use super::signals::{self, Guarded};

/// The columns of the terminal that gets what is written; none where it is a file or a pipe.
pub(crate) fn columns(path: Option<&Path>) -> Option<usize> {
    terminal_size_of(io::stdout()).filter(|_| path.is_none()).map(usable)
}

/// A very wide terminal makes no line longer than people like to read.
fn usable((Width(width), _): (Width, Height)) -> usize {
    const LEAST: usize = 40;
    const MOST: usize = 140;
    usize::from(width).clamp(LEAST, MOST)
}

/// Writes text that may have colours: they are kept only on a terminal, and not under `NO_COLOR`.
pub(crate) fn write_text(path: Option<&Path>, text: &[u8]) -> anyhow::Result<()> {
    if path.is_some() {
        return write(path, &anstream::adapter::strip_bytes(text).into_vec());
    }
    let mut stdout = anstream::stdout().lock();
    let mut stdout = Named { out: &mut stdout, name: &name(None) };
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
    let name = name(path);
    let place = || format!("cannot write {name}");
    match Place::of(path).with_context(place)? {
        Place::File(target) => {
            let mut file = temporary_beside(&target).with_context(place)?;
            write(&mut Named { out: file.value.as_file_mut(), name: &name })?;
            file.value.as_file().sync_all().with_context(place)?;
            file.value.persist(&target).with_context(place)?;
            Ok(())
        }
        directly => {
            let mut out = open(directly).with_context(place)?;
            let mut out = Named { out: &mut out, name: &name };
            write(&mut out)?;
            Ok(out.flush()?)
        }
    }
}

/// Fails early where [`write`] would fail in the end, and changes nothing.
pub(crate) fn check_writable(path: Option<&Path>) -> anyhow::Result<()> {
    let place = || format!("cannot write {}", name(path));
    match Place::of(path).with_context(place)? {
        Place::Through(target) if target.is_dir() => {
            Err(anyhow!("it is a folder; name a file in it").context(place()))
        }
        // To open a pipe is to wait for its reader.
        Place::Through(target) => fs::metadata(target).map(drop).with_context(place),
        Place::File(target) => temporary_beside(&target).map(drop).with_context(place),
        Place::Stdout | Place::Stderr => Ok(()),
    }
}

/// What messages call it.
fn name(path: Option<&Path>) -> String {
    match path.filter(|path| *path != Path::new("-")) {
        Some(path) => path.display().to_string(),
        None => "to stdout".to_owned(),
    }
}

/// What is written while it is made: to stdout, or to `FILE.partial`, which is FILE once it is whole.
pub(crate) struct Growing {
    out: Box<dyn Write + Send>,
    name: String,
    /// The file as far as it is, what it becomes, and how it is called.
    file: Option<(fs::File, PathBuf, PathBuf)>,
}

impl Growing {
    /// Opens it; what an earlier run has left of it is gone.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let name = name(path);
        let place = || format!("cannot write {name}");
        let (out, file): (Box<dyn Write + Send>, _) = match Place::of(path).with_context(place)? {
            Place::File(target) => {
                let mut partial = target.clone().into_os_string();
                partial.push(".partial");
                let partial = PathBuf::from(partial);
                // Never through a link that somebody has put there.
                let _ = fs::remove_file(&partial);
                let file = fs::File::create_new(&partial).with_context(place)?;
                if let Ok(old) = fs::metadata(&target) {
                    file.set_permissions(old.permissions()).with_context(place)?;
                }
                (Box::new(file.try_clone().with_context(place)?), Some((file, partial, target)))
            }
            directly => (open(directly).with_context(place)?, None),
        };
        Ok(Self { out, name, file })
    }

    /// Writes a piece, which is there at once.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut out = Named { out: &mut self.out, name: &self.name };
        out.write_all(bytes)?;
        out.flush()
    }

    /// Gives the file its name.
    pub(crate) fn finish(&mut self) -> anyhow::Result<()> {
        if let Some((file, partial, target)) = self.file.take() {
            let place = || format!("cannot write {}", self.name);
            file.sync_all().with_context(place)?;
            fs::rename(partial, target).with_context(place)?;
        }
        Ok(())
    }

    /// Where it is if it is not finished.
    pub(crate) fn unfinished_name(&self) -> String {
        match &self.file {
            Some((_, partial, _)) => format!("in {}", partial.display()),
            None => "written".to_owned(),
        }
    }
}

/// Opens what is written directly.
fn open(place: Place) -> io::Result<Box<dyn Write + Send>> {
    Ok(match place {
        Place::Stdout => Box::new(io::stdout()),
        Place::Stderr => Box::new(io::stderr()),
        Place::Through(path) | Place::File(path) => {
            // What an open file has is kept.
            let append = path.is_file();
            Box::new(fs::OpenOptions::new().write(true).append(append).open(path)?)
        }
    })
}

/// A writer whose errors say what could not be written.
struct Named<'a, W: ?Sized> {
    out: &'a mut W,
    name: &'a str,
}

impl<W: ?Sized> Named<'_, W> {
    fn named<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| match error.kind() {
            // It is tried again.
            io::ErrorKind::Interrupted => error,
            kind => io::Error::new(kind, format!("cannot write {}: {error}", self.name)),
        })
    }
}

impl<W: Write + ?Sized> Write for Named<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.out.write(bytes);
        self.named(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.out.flush();
        self.named(result)
    }
}

/// A temporary file with the permissions of the file that it will replace, or of any new one.
///
/// A signal removes it.
fn temporary_beside(target: &Path) -> io::Result<Guarded<tempfile::NamedTempFile>> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask applies to these, as to those of any new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let file = signals::guarded(
        || builder.tempfile_in(folder_of(target)),
        |file| {
            let path = file.path().to_owned();
            move || drop(fs::remove_file(path))
        },
    )?;
    if let Ok(old) = fs::metadata(target) {
        file.value.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether a path is written as a folder, or is one.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(std::path::is_separator) || path.is_dir()
}

/// A remark for people, on stderr.
pub(crate) fn note(text: &str) {
    let text = printable(text);
    let text = match terminal_size_of(io::stderr()).map(usable) {
        Some(width) => wrapped(&text, width),
        None => text,
    };
    // Nothing can be said where stderr is gone, and that is no reason to fail.
    let _ = writeln!(anstream::stderr(), "{text}");
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
