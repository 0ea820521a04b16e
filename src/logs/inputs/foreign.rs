//! Files in folders that are no input: a line each of a few, one line for all of many.

use std::collections::BTreeMap;

use crate::problem::number::counted;

use super::Note;
use super::error::Reason;

/// Up to so many files of one kind are noted one by one.
const FEW: usize = 3;

/// What is said of files that were left out; those of a log that lacks columns are told apart.
pub(super) fn notes(files: Vec<(String, Reason)>) -> Vec<Note> {
    let mut kinds: BTreeMap<&str, Vec<(String, Reason)>> = BTreeMap::new();
    for (name, reason) in files {
        kinds.entry(kind(&reason)).or_default().push((name, reason));
    }
    kinds.into_iter().flat_map(|(kind, files)| of_kind(kind, files)).collect()
}

fn kind(reason: &Reason) -> &'static str {
    match reason {
        Reason::Binary => "binary",
        Reason::Empty => "empty",
        Reason::Log(_) => "flow logs that lack columns",
        _ => "neither a port list nor an address list nor a flow log",
    }
}

fn of_kind(kind: &str, files: Vec<(String, Reason)>) -> Vec<Note> {
    if files.len() <= FEW {
        let note = |(input, reason)| Note { input, text: format!("skipped: {reason}") };
        return files.into_iter().map(note).collect();
    }
    let n = files.len();
    let named: Vec<String> = files.into_iter().take(FEW).map(|(name, _)| name).collect();
    let (named, rest) = (named.join(", "), counted((n - FEW) as u64, "other"));
    let text = format!("skipped: {kind}: {named} and {rest}");
    vec![Note { input: counted(n as u64, "file"), text }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: Vec<(String, Reason)>) -> Vec<String> {
        notes(files).into_iter().map(|note| format!("{}: {}", note.input, note.text)).collect()
    }

    #[test]
    fn many_files_take_a_line_with_their_number_and_three_names() {
        let binary = |n: usize| (0..n).map(|i| (format!("{i}.png"), Reason::Binary));
        let empty = ("e".to_owned(), Reason::Empty);
        let few = said(binary(3).chain([empty]).collect());
        assert_eq!(few.len(), 4);
        assert_eq!(few[0], "0.png: skipped: binary, so neither a list nor a flow log");
        assert_eq!(
            said(binary(300).collect()),
            ["300 files: skipped: binary: 0.png, 1.png, 2.png and 297 others"]
        );
    }
}
