//! Inputs as given: files, folders, patterns, ports as they are, `-`.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::problem::port_list;

use super::{InputError, Reason};

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Stdin,
    /// Ports that stand where a file could be named.
    Ports(String),
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
            Self::Ports(text) => text.clone(),
            Self::Named(path) | Self::Found(path) => printable(path),
        }
    }

    /// Size, 0 where it cannot be told.
    pub(super) fn n_bytes(&self) -> u64 {
        match self {
            Self::Stdin | Self::Ports(_) => 0,
            Self::Named(path) | Self::Found(path) => path.metadata().map_or(0, |data| data.len()),
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

/// All places in order: folders by name and recursively, nothing twice. What cannot be looked into
/// is a failure, and the rest is found.
pub(super) fn expand(inputs: &[String], failures: &mut Vec<InputError>) -> Vec<Place> {
    let mut places = Vec::new();
    for input in inputs {
        let path = Path::new(input);
        if input == "-" {
            places.push(Place::Stdin);
        } else if path.is_dir() {
            walk(path, &mut places, failures);
        } else if !path.exists() && input.contains(['*', '?', '[']) {
            matching(input, &mut places, failures);
        } else if !path.exists() && are_ports(input) {
            places.push(Place::Ports(input.clone()));
        } else {
            places.push(Place::Named(path.to_owned()));
        }
    }
    let mut seen = HashSet::new();
    places.retain(|place| match place {
        Place::Stdin => seen.insert(None),
        Place::Ports(text) => seen.insert(Some(PathBuf::from(text))),
        Place::Named(path) | Place::Found(path) => {
            seen.insert(Some(path.canonicalize().unwrap_or_else(|_| path.clone())))
        }
    });
    places
}

/// Whether a text is ports in one line, without a comment.
fn are_ports(text: &str) -> bool {
    let is_one_line = !text.contains(|c: char| c == '#' || c.is_control());
    is_one_line && port_list::parse_line(text).is_ok_and(|entries| !entries.is_empty())
}

/// Why a file that was asked for cannot be opened; a missing one may have been meant as ports.
pub(super) fn unopened(path: &Path, error: io::Error) -> Reason {
    let text = path.to_string_lossy();
    if error.kind() != io::ErrorKind::NotFound {
        return Reason::Open(error);
    }
    let as_ports = port_list::looks_like_list(&text).then(|| port_list::parse_line(&text));
    Reason::Missing { error, as_ports: as_ports.and_then(Result::err) }
}

fn walk(folder: &Path, places: &mut Vec<Place>, failures: &mut Vec<InputError>) {
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                places.push(Place::Found(entry.into_path()));
            }
            Ok(_) => {}
            Err(error) => {
                let at = error.path().unwrap_or(folder).to_owned();
                failures.push(Reason::Open(io::Error::from(error)).at(&printable(&at)));
            }
        }
    }
}

fn matching(pattern: &str, places: &mut Vec<Place>, failures: &mut Vec<InputError>) {
    let paths = match glob::glob(pattern) {
        Ok(paths) => paths,
        Err(error) => {
            failures.push(Reason::from(error).at(pattern));
            return;
        }
    };
    let before = places.len() + failures.len();
    for path in paths {
        match path {
            Ok(path) if path.is_dir() => walk(&path, places, failures),
            Ok(path) => places.push(Place::Named(path)),
            Err(error) => {
                let at = printable(error.path());
                failures.push(Reason::Open(error.into()).at(&at));
            }
        }
    }
    if places.len() + failures.len() == before {
        failures.push(Reason::NoMatch.at(pattern));
    }
}
