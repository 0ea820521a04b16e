//! Tells the program which commit it is built from.

use std::path::Path;
use std::process::Command;

/// What makes the program.
const SOURCES: [&str; 4] = ["build.rs", "Cargo.lock", "Cargo.toml", "src"];

fn main() {
    println!("cargo:rustc-env=RANGECOVER_COMMIT={}", commit().unwrap_or_default());
    for path in SOURCES {
        println!("cargo:rerun-if-changed={path}");
    }
    // These change when HEAD moves: to another branch, or with its branch.
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]).unwrap_or_else(|| "HEAD".to_owned());
    for name in ["HEAD", "logs/HEAD", "packed-refs", &branch] {
        if let Some(path) = git(&["rev-parse", "--git-path", name])
            && Path::new(&path).exists()
        {
            println!("cargo:rerun-if-changed={path}");
        }
    }
}

/// The commit, `-dirty` where the sources differ from it; none outside of the project's repository.
fn commit() -> Option<String> {
    let is_ours = git(&["rev-parse", "--show-prefix"])?.is_empty();
    let commit = git(&["rev-parse", "--short=12", "HEAD"]).filter(|_| is_ours)?;
    let status = ["--no-optional-locks", "status", "--porcelain", "--"];
    let changed = git(&[&status[..], &SOURCES[..]].concat())?;
    Some(if changed.is_empty() { commit } else { commit + "-dirty" })
}

/// What git prints, without the line's end.
fn git(args: &[&str]) -> Option<String> {
    let said = Command::new("git").args(args).output().ok().filter(|said| said.status.success())?;
    Some(String::from_utf8(said.stdout).ok()?.trim_end().to_owned())
}
