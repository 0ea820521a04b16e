//! Names of files for instances, whose own names come from inputs that nobody vouches for.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::bail;
use rangecover::logs::inputs::Source;

use super::args::Job;
use super::inputs::InputArgs;

/// Refuses to write to a file that was named as an input, or found to be a list in a folder.
pub(super) fn keep<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf>,
    inputs: &InputArgs,
    jobs: &[Job],
) -> anyhow::Result<()> {
    let found = jobs.iter().filter_map(|job| job.source.input.as_ref());
    let inputs = inputs.names().iter().chain(found);
    let inputs: HashSet<PathBuf> =
        inputs.filter_map(|name| Path::new(name).canonicalize().ok()).collect();
    let mut existing = paths.into_iter().filter_map(|path| path.canonicalize().ok());
    match existing.find(|path| inputs.contains(path)) {
        Some(path) => bail!("{} is one of the inputs; write elsewhere", path.display()),
        None => Ok(()),
    }
}

/// Longest stem, in bytes: most file systems take 255 with endings.
const LONGEST: usize = 100;

/// What Windows takes for devices, whatever the ending.
const DEVICES: &[&str] = &["aux", "con", "nul", "prn"];

/// A stem of a file name for each instance: letters, digits and `._-` only, no dot in front, and no
/// two alike where case does not count.
pub(crate) fn stems(jobs: &[Job]) -> Vec<String> {
    distinct(jobs.iter().map(|job| plain(&words(&job.source))))
}

/// The file name of the port list without its ending, the interface, or both.
fn words(source: &Source) -> String {
    let input = source.input.as_deref().map(|input| {
        let stem = Path::new(input).file_stem();
        stem.map_or_else(|| input.to_owned(), |stem| stem.to_string_lossy().into_owned())
    });
    let words = input.into_iter().chain(source.interface.clone());
    words.collect::<Vec<_>>().join("-")
}

/// The same in characters that are safe in file names everywhere.
fn plain(words: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let safe = words.chars().map(|c| if is_safe(c) { c } else { '_' });
    // A dash in front would be taken for a flag.
    let stem: String = safe.skip_while(|c| ".-".contains(*c)).take(LONGEST).collect();
    let device = stem.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_numbered = ["com", "lpt"].iter().any(|name| {
        device.strip_prefix(name).is_some_and(|n| n.len() == 1 && n.as_bytes()[0].is_ascii_digit())
    });
    match stem.as_str() {
        "" => "instance".to_owned(),
        _ if is_numbered || DEVICES.contains(&device.as_str()) => format!("instance-{stem}"),
        _ => stem,
    }
}

/// The stems with numbers after those that were there before.
fn distinct(stems: impl Iterator<Item = String>) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut last: HashMap<String, usize> = HashMap::new();
    let number = |stem: String| {
        let n = last.entry(stem.to_ascii_lowercase()).or_insert(0);
        loop {
            *n += 1;
            let numbered = if *n == 1 { stem.clone() } else { format!("{stem}-{n}") };
            if taken.insert(numbered.to_ascii_lowercase()) {
                return numbered;
            }
        }
    };
    stems.map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_safe_whatever_the_name() {
        for (name, stem) in [
            ("eni-1", "eni-1"),
            ("a b/../c\n\u{202e}ü", "a_b_.._c___"),
            ("..", "instance"),
            ("-rf", "rf"),
            (".hidden", "hidden"),
            ("C:\\x", "C__x"),
            ("NUL.txt", "instance-NUL.txt"),
            ("lpt1", "instance-lpt1"),
            ("", "instance"),
        ] {
            assert_eq!(plain(name), stem, "{name}");
        }
        assert_eq!(plain(&"x".repeat(5_000)).len(), LONGEST);
    }

    #[test]
    fn no_two_stems_are_alike() {
        let names = ["a", "A", "a-2", "a", "b"].map(str::to_owned);
        assert_eq!(distinct(names.into_iter()), ["a", "A-2", "a-2-2", "a-3", "b"]);
    }
}
