//! The layout of the sources: a wing uses only those below it, and files do not use each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::binary::project;

/// The wings from the bottom up; each may use those before it.
const WINGS: [&str; 10] =
    ["problem", "verify", "solve", "proof", "logs", "groups", "research", "present", "aws", "cli"];

/// Pairs of files that use each other, and why they have to.
const CIRCLES: [(&str, &str, &str); 2] = [
    ("research/generate/calls", "research/generate/traffic", "methods of one source of draws"),
    ("research/generate/probes", "research/generate/traffic", "methods of one source of draws"),
];

/// A use of another module: the file, the line, and the path from the root of the crate.
#[derive(Debug)]
struct Use {
    line: usize,
    path: Vec<String>,
}

/// A module with its file and what it uses, tests left out.
struct Module {
    file: PathBuf,
    uses: Vec<Use>,
    /// What it passes on from modules below it, by name.
    passes_on: BTreeMap<String, Vec<String>>,
}

/// The text without comments, strings' contents kept, and without what only tests compile.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// `a::{b, c::{d}}` as `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((stem, inner)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.trim().to_owned()];
    };
    let inner = inner.rsplit_once('}').expect("braces match").0;
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(leaves).map(|leaf| format!("{}{leaf}", stem.trim())).collect()
}

/// Paths in the text that begin at the root, the parent or the module itself, with their places,
/// those of `use` spelt out; and whether it is a `pub use`.
fn paths(text: &str) -> Vec<(usize, String, bool)> {
    let mut found = Vec::new();
    let line_of = |at: usize| text[..at].matches('\n').count() + 1;
    for (at, _) in text.match_indices("use ") {
        let before = text[..at].rsplit('\n').next().unwrap_or_default().trim();
        if !(before.is_empty() || before.starts_with("pub")) {
            continue;
        }
        let Some(tree) = text[at + 4..].split(';').next() else { continue };
        let passes_on = before.starts_with("pub");
        found.extend(leaves(tree).into_iter().map(|path| (line_of(at), path, passes_on)));
    }
    for root in ["crate::", "rangecover::", "super::"] {
        for (at, _) in text.match_indices(root) {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            if text[..at].chars().next_back().is_some_and(|c| is_word(c) || c == ':') {
                continue;
            }
            let path: String = text[at..].chars().take_while(|&c| is_word(c) || c == ':').collect();
            // What goes on with a brace is a `use`, and spelt out above.
            if !path.ends_with(':') {
                found.push((line_of(at), path, false));
            }
        }
    }
    found
}

/// The path from the root that a path in a module means; none where it begins at another crate.
fn resolved(
    module: &[String],
    is_module: impl Fn(&[String]) -> bool,
    path: &str,
) -> Option<Vec<String>> {
    let mut words = path.split("::").map(str::to_owned).peekable();
    let mut from = match words.peek()?.as_str() {
        "crate" | "rangecover" => {
            words.next();
            Vec::new()
        }
        "self" => {
            words.next();
            module.to_vec()
        }
        "super" => module.to_vec(),
        child => {
            let mut below = module.to_vec();
            below.push(child.to_owned());
            return is_module(&below).then(|| [module.to_vec(), words.collect()].concat());
        }
    };
    while words.next_if(|word| word == "super").is_some() {
        from.pop();
    }
    from.extend(words);
    Some(from)
}

fn modules(root: &Path) -> BTreeMap<Vec<String>, Module> {
    let mut texts = BTreeMap::new();
    for entry in WalkDir::new(root.join("src")).sort_by_file_name() {
        let entry = entry.expect("the sources can be read");
        let below = entry.path().strip_prefix(root.join("src")).expect("it is below");
        let name = below.to_string_lossy().into_owned();
        let is_test =
            name.ends_with("tests.rs") || name.ends_with("laws.rs") || name.ends_with("samples.rs");
        let Some(stem) = name.strip_suffix(".rs").filter(|_| !is_test) else { continue };
        let mut module: Vec<String> = stem.split('/').map(str::to_owned).collect();
        if module.last().is_some_and(|last| last == "mod") {
            module.pop();
        }
        if stem == "lib" || stem == "main" {
            continue;
        }
        let text = fs::read_to_string(entry.path()).expect("sources are UTF-8");
        texts.insert(module, (entry.path().to_owned(), code(&text)));
    }
    let is_module = |path: &[String]| texts.contains_key(path);
    let module = |(module, (file, text)): (&Vec<String>, &(PathBuf, String))| {
        let (mut uses, mut passes_on) = (Vec::new(), BTreeMap::new());
        for (line, path, is_public) in paths(text) {
            let Some(path) = resolved(module, is_module, &path) else { continue };
            match path.last() {
                Some(name) if is_public => drop(passes_on.insert(name.clone(), path)),
                _ => uses.push(Use { line, path }),
            }
        }
        (module.clone(), Module { file: file.clone(), uses, passes_on })
    };
    texts.iter().map(module).collect()
}

/// The module in which what a path names is defined.
fn target(modules: &BTreeMap<Vec<String>, Module>, path: &[String]) -> Option<Vec<String>> {
    let n = (1..=path.len()).rev().find(|&n| modules.contains_key(&path[..n]))?;
    let module = &path[..n];
    match path.get(n).and_then(|name| modules[module].passes_on.get(name)) {
        Some(further) if further.as_slice() != path => target(modules, further),
        _ => Some(module.to_vec()),
    }
}

fn place_of(wing: &str) -> Option<usize> {
    WINGS.iter().position(|other| *other == wing)
}

/// Uses of a wing by one below it.
fn against_the_direction(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for (module, Module { file, uses, .. }) in &modules(root) {
        let own =
            place_of(&module[0]).unwrap_or_else(|| panic!("{} is in no wing", file.display()));
        for Use { line, path } in uses {
            if path.first().and_then(|wing| place_of(wing)).is_some_and(|other| other > own) {
                found.push(format!("{}:{line}: uses {}", file.display(), path.join("::")));
            }
        }
    }
    found
}

#[test]
fn a_wing_uses_only_those_below_it() {
    let found = against_the_direction(project());
    assert!(found.is_empty(), "against the order {WINGS:?}:\n{}", found.join("\n"));
}

#[test]
fn files_do_not_use_each_other() {
    let modules = modules(project());
    let mut used: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (module, Module { uses, .. }) in &modules {
        let targets = uses.iter().filter_map(|used| target(&modules, &used.path));
        used.insert(module, targets.filter(|target| target != module).collect());
    }
    let pairs = used.iter().flat_map(|(one, targets)| {
        let back =
            targets.iter().filter(|other| used.get(other).is_some_and(|of| of.contains(*one)));
        back.filter(move |other| one < other).map(move |other| (one.join("/"), other.join("/")))
    });
    let found: BTreeSet<(String, String)> = pairs.collect();
    let known = CIRCLES.map(|(one, other, _)| (one.to_owned(), other.to_owned()));
    assert_eq!(found, BTreeSet::from(known));
}

#[test]
fn a_use_against_the_direction_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let wing = |name: &str, text: &str| {
        let path = folder.path().join("src").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    wing(
        "problem/ports.rs",
        "use crate::problem::points::Points;\n\n// crate::solve\nfn f() {\n    crate::solve::answer();\n}\n",
    );
    wing(
        "problem/points.rs",
        "use std::fmt;\nuse crate::{\n    logs::{flow, shapes},\n    problem::ports,\n};\n",
    );
    wing(
        "solve/mod.rs",
        "pub use crate::problem::ports;\n#[cfg(test)]\nmod tests {\n    use crate::cli;\n}\n",
    );
    let found = against_the_direction(folder.path()).join("\n");
    let ends = [
        "ports.rs:5: uses solve::answer",
        "points.rs:2: uses logs::flow",
        "points.rs:2: uses logs::shapes",
    ];
    assert!(ends.iter().all(|end| found.contains(end)), "{found}");
    assert_eq!(found.lines().count(), ends.len(), "{found}");
}
