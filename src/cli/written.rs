//! Files that commands write: which format their endings ask for, and the word that they are there.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use rangecover::problem::number::counted;

use super::output::is_folder;
use super::{output, usage};

/// A format by its name on the command line, and the endings of its files.
pub(crate) struct Ending<F> {
    pub(crate) name: String,
    pub(crate) format: F,
    /// Without dots; the first is the usual one.
    pub(crate) endings: Vec<&'static str>,
}

/// As [`format`], where the formats are the values of an argument.
pub(crate) fn value_format<F: Copy + PartialEq + ValueEnum>(
    named: Option<F>,
    path: Option<&Path>,
    endings: fn(F) -> &'static [&'static str],
) -> Option<F> {
    let name = |format: F| {
        let value = format.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    };
    let ending = |format| Ending { name: name(format), format, endings: endings(format).to_vec() };
    let formats: Vec<Ending<F>> = F::value_variants().iter().copied().map(ending).collect();
    format(named.map(name).as_deref(), path, &formats)
}

/// The format that is named or that the ending of the file asks for, the first of that ending; none
/// where neither says anything. Ends the command where the two contradict each other.
pub(crate) fn format<F: Copy>(
    named: Option<&str>,
    path: Option<&Path>,
    formats: &[Ending<F>],
) -> Option<F> {
    let named = named.and_then(|name| formats.iter().find(|format| format.name == name));
    match agreed(named, path, formats) {
        Ok(format) => format.map(|format| format.format),
        Err(contradiction) => usage(contradiction),
    }
}

fn agreed<'a, F>(
    named: Option<&'a Ending<F>>,
    path: Option<&Path>,
    formats: &'a [Ending<F>],
) -> Result<Option<&'a Ending<F>>, String> {
    let file = path.filter(|path| *path != Path::new("-") && !is_folder(path));
    let ending = file.and_then(Path::extension).unwrap_or_default().to_string_lossy();
    let ending = ending.to_ascii_lowercase();
    let asks = |format: &&Ending<F>| format.endings.contains(&ending.as_str());
    let asked = formats.iter().find(asks);
    match (named, asked, file) {
        (Some(named), Some(asked), Some(file)) if !asks(&named) => Err(format!(
            "{} ends as {} does, not as --format {} says; write -o {}, or leave --format out",
            file.display(),
            asked.name,
            named.name,
            file.with_extension(named.endings.first().unwrap_or(&"")).display(),
        )),
        (Some(named), ..) => Ok(Some(named)),
        (None, asked, _) => Ok(asked),
    }
}

/// Says on stderr that a file was written, with its size; stdout and devices speak for themselves.
pub(crate) fn say(path: Option<&Path>) {
    if let Some(path) = path.filter(|path| *path != Path::new("-"))
        && let Some(size) = size(path)
    {
        output::note(&format!("wrote {}, {}", path.display(), counted(size, "byte")));
    }
}

/// Says how many files were written into a folder, and how large they are.
pub(crate) fn say_files(folder: &Path, files: &[PathBuf]) {
    let sizes: Vec<u64> = files.iter().filter_map(|file| size(file)).collect();
    let (n, size) = (sizes.len() as u64, sizes.iter().sum());
    let (files, bytes) = (counted(n, "file"), counted(size, "byte"));
    output::note(&format!("wrote {files} to {}, {bytes}", folder.display()));
}

/// The size of a regular file.
fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|data| data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(named: Option<&str>, path: &str) -> Result<Option<u8>, String> {
        let ending = |name: &str, format, endings: &[&'static str]| Ending {
            name: name.to_owned(),
            format,
            endings: endings.to_vec(),
        };
        let formats = [
            ending("text", 0, &["txt"]),
            ending("json", 1, &["json"]),
            ending("rules", 2, &["json", "rules"]),
            ending("terraform", 3, &["tf"]),
        ];
        let named = named.and_then(|name| formats.iter().find(|format| format.name == name));
        agreed(named, Some(Path::new(path)), &formats).map(|format| format.map(|f| f.format))
    }

    #[test]
    fn the_first_format_of_an_ending_is_asked_for_unless_another_is_named() {
        for (named, path, format) in [
            (None, "a.tf", Some(3)),
            (None, "a.b/x.TF", Some(3)),
            (None, "a.json", Some(1)),
            (Some("rules"), "a.json", Some(2)),
            (Some("terraform"), "a.unknown", Some(3)),
            (Some("terraform"), "a", Some(3)),
            (None, "a", None),
            (None, "a.unknown", None),
            (None, "-", None),
            (None, "a.tf/", None),
            (Some("json"), "a.tf/", Some(1)),
        ] {
            assert_eq!(chosen(named, path), Ok(format), "{named:?} {path}");
        }
    }

    #[test]
    fn a_contradiction_says_what_would_be_right() {
        let error = chosen(Some("terraform"), "x.json").unwrap_err();
        let right = "x.json ends as json does, not as --format terraform says; write -o x.tf, or \
                     leave --format out";
        assert_eq!(error, right);
        assert!(chosen(Some("text"), "x.rules").unwrap_err().contains("-o x.txt"));
    }
}
