//! The book in `docs/`: every page is in its contents, every link leads somewhere, every command on it
//! is one that is run, and the reference has every command and no flag that there is not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn source() -> PathBuf {
    Path::new(ROOT).join("docs/src")
}

/// A page, with its path below `docs/src`.
struct Page {
    path: PathBuf,
    text: String,
}

fn pages() -> Vec<Page> {
    let files = walkdir::WalkDir::new(source()).sort_by_file_name().into_iter();
    let files = files.map(|file| file.unwrap().into_path());
    let pages = files.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let page = |path: PathBuf| Page {
        text: fs::read_to_string(&path).unwrap(),
        path: path.strip_prefix(source()).unwrap().to_owned(),
    };
    pages.map(page).collect()
}

/// The fenced blocks of a text: language and content.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut blocks: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(language) = line.strip_prefix("```") {
            if !inside {
                blocks.push((language, Vec::new()));
            }
            inside = !inside;
        } else if inside {
            blocks.last_mut().unwrap().1.push(line);
        }
    }
    assert!(!inside, "a block is not closed");
    blocks
}

/// A text without its fenced blocks.
fn prose(text: &str) -> String {
    let parts = text.split("\n```").enumerate();
    parts.filter(|(i, _)| i % 2 == 0).map(|(_, part)| part).collect()
}

/// Where the links of a text lead.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The text of a page with what it includes.
fn whole(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap();
    let included = text.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"));
    match included {
        Some(file) => fs::read_to_string(page.parent().unwrap().join(file)).unwrap(),
        None => text,
    }
}

/// The anchors of a page, as mdBook names them.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let title = heading.trim_start_matches('#').trim();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let n_lines = readme.lines().count();
    assert!(n_lines <= 200, "{n_lines} lines; what is longer belongs in docs/");
}

#[test]
fn the_citation_names_this_version() {
    let citation = fs::read_to_string(Path::new(ROOT).join("CITATION.cff")).unwrap();
    let version = format!("version: {}", env!("CARGO_PKG_VERSION"));
    assert!(citation.lines().any(|line| line == version), "no line '{version}' in CITATION.cff");
}

#[test]
fn the_contents_list_every_page_of_the_book() {
    let contents = fs::read_to_string(source().join("SUMMARY.md")).unwrap();
    let listed: BTreeSet<PathBuf> = links(&contents).into_iter().map(PathBuf::from).collect();
    let there: BTreeSet<PathBuf> = pages().into_iter().map(|page| page.path).collect();
    let there: BTreeSet<PathBuf> =
        there.into_iter().filter(|path| path != Path::new("SUMMARY.md")).collect();
    assert_eq!(listed, there);
}

#[test]
fn no_link_of_the_book_or_the_readme_is_dead() {
    let root = Path::new(ROOT);
    let mut files: Vec<PathBuf> =
        pages().into_iter().map(|page| source().join(page.path)).collect();
    files.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root.join(name)));
    let mut dead = Vec::new();
    for file in files {
        for link in links(&whole(&file)) {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target =
                if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            let leads =
                target.exists() && (anchor.is_empty() || anchors(&whole(&target)).contains(anchor));
            if !leads {
                dead.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn what_the_book_includes_has_no_links_that_only_work_elsewhere() {
    for page in pages() {
        let file = source().join(&page.path);
        let text = whole(&file);
        if text != page.text {
            let relative: Vec<String> =
                links(&text).into_iter().filter(|link| !link.contains("://")).collect();
            assert!(relative.is_empty(), "{}: {relative:?}", page.path.display());
        }
    }
}

#[test]
fn commands_of_the_book_stand_where_they_are_run() {
    const RUN: &str = "console";
    for page in pages() {
        let name = page.path.display();
        for (language, lines) in blocks(&page.text) {
            let commands = lines.iter().filter(|line| line.starts_with("$ rangecover ")).count();
            assert!(commands == 0 || language == RUN, "{name}: a command in '{language}'");
            assert!(commands > 0 || language != RUN, "{name}: a '{RUN}' block without a command");
            assert!(!["", "sh", "bash", "shell"].contains(&language), "{name}: '{language}'");
        }
    }
}

/// What a command says of itself.
fn help(command: &[&str]) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_rangecover"));
    let output = program.args(command).arg("--help").output().unwrap();
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that the help lists, which may be kinds of things.
fn commands(help: &str) -> BTreeSet<String> {
    let is_heading = |line: &&str| ["Commands:", "Kinds:"].contains(line);
    let lines = help.lines().skip_while(|line| !is_heading(line)).skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The long flags in the first column of tables.
fn flags(text: &str) -> Vec<String> {
    let first_cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let codes = first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let flags = codes.filter(|code| code.starts_with("--"));
    flags.filter_map(|code| Some(code.split_whitespace().next()?.to_owned())).collect()
}

#[test]
fn the_reference_has_a_page_for_every_command() {
    let there: BTreeSet<String> = pages()
        .into_iter()
        .filter_map(|page| Some(page.path.strip_prefix("commands").ok()?.with_extension("")))
        .map(|path| path.to_str().unwrap().to_owned())
        .filter(|name| !["index", "inputs", "limits"].contains(&name.as_str()))
        .collect();
    assert_eq!(there, commands(&help(&[])));
}

#[test]
fn the_reference_names_no_flag_that_there_is_not() {
    for page in pages() {
        let Ok(name) = page.path.strip_prefix("commands") else { continue };
        let name = name.with_extension("");
        let name = match name.to_str().unwrap() {
            "index" | "inputs" | "limits" => "solve",
            name => name,
        };
        let mut text = help(&[name]);
        for sub in commands(&text) {
            text += &help(&[name, &sub]);
        }
        let known: BTreeSet<&str> =
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
        let named = flags(&page.text);
        let unknown: Vec<&String> =
            named.iter().filter(|flag| !known.contains(flag.as_str())).collect();
        assert!(unknown.is_empty(), "{}: {unknown:?}", page.path.display());
    }
}

#[test]
fn the_words_of_the_library_are_in_the_book() {
    let first_cells = |lines: &[&str], prefix: &str| -> BTreeSet<String> {
        let rows = lines.iter().filter_map(|line| line.strip_prefix(prefix)?.split(" | ").next());
        rows.filter(|cell| !cell.starts_with('-')).map(str::to_owned).collect()
    };
    let library = fs::read_to_string(Path::new(ROOT).join("src/lib.rs")).unwrap();
    let words = library.lines().skip_while(|line| *line != "//! | word | meaning |");
    let words: Vec<&str> = words.take_while(|line| line.starts_with("//! | ")).collect();
    let book = fs::read_to_string(source().join("words.md")).unwrap();
    let book: Vec<&str> = book.lines().collect();
    let (library, book) = (first_cells(&words, "//! | "), first_cells(&book, "| "));
    assert!(library.len() > 20, "the table of words in lib.rs has gone");
    let missing: Vec<&String> = library.difference(&book).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
