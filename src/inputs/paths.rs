//! Inputs as given: files, folders, patterns, `-`.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{InputError, Reason};

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Stdin,
    /// A file that was asked for.
    Named(PathBuf),
    /// A file that was found in a folder.
    Found(PathBuf),
}

impl Place {
    /// The name for messages and answers, without control characters.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::Named(path) | Self::Found(path) => printable(path),
        }
    }

    pub(super) fn was_found(&self) -> bool {
        matches!(self, Self::Found(_))
    }
}

fn printable(path: &Path) -> String {
    let name = path.to_string_lossy();
    let printable = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    name.chars().map(printable).collect()
}

/// All places in order: folders by name and recursively, nothing twice.
pub(super) fn expand(inputs: &[String]) -> Result<Vec<Place>, InputError> {
    let mut places = Vec::new();
    for input in inputs {
        let path = Path::new(input);
        if input == "-" {
            places.push(Place::Stdin);
        } else if path.is_dir() {
            walk(path, &mut places)?;
        } else if !path.exists() && input.contains(['*', '?', '[']) {
            matching(input, &mut places)?;
        } else {
            places.push(Place::Named(path.to_owned()));
        }
    }
    let mut seen = HashSet::new();
    places.retain(|place| match place {
        Place::Stdin => seen.insert(None),
        Place::Named(path) | Place::Found(path) => {
            seen.insert(Some(path.canonicalize().unwrap_or_else(|_| path.clone())))
        }
    });
    Ok(places)
}

fn walk(folder: &Path, places: &mut Vec<Place>) -> Result<(), InputError> {
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            let at = error.path().unwrap_or(folder).to_owned();
            Reason::Open(io::Error::from(error)).at(&printable(&at))
        })?;
        if entry.file_type().is_file() {
            places.push(Place::Found(entry.into_path()));
        }
    }
    Ok(())
}

fn matching(pattern: &str, places: &mut Vec<Place>) -> Result<(), InputError> {
    let paths = glob::glob(pattern).map_err(|error| Reason::from(error).at(pattern))?;
    let before = places.len();
    for path in paths {
        let path = path.map_err(|error| {
            let at = printable(error.path());
            Reason::Open(error.into()).at(&at)
        })?;
        if path.is_dir() {
            walk(&path, places)?;
        } else {
            places.push(Place::Named(path));
        }
    }
    if places.len() == before {
        return Err(Reason::NoMatch.at(pattern));
    }
    Ok(())
}
