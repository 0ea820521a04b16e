//! The checker that we did not write.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::binary::{Folder, Said, project, said};

/// What is said where there is no checker.
const MISSING: &str = "\
NO PROOF IS CHECKED HERE: there is no veripb in $VERIPB, in $PATH, or in target/tools/bin.
Install it with: cargo install veripb --version 3.0.2 --locked --root target/tools";

/// The binary of VeriPB; none, and loud words about it, where it is not installed.
pub(super) fn veripb() -> Option<&'static Path> {
    static FOUND: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let named = std::env::var_os("VERIPB").map(PathBuf::from);
        let ours = project().join("target/tools/bin/veripb");
        let candidates = named.into_iter().chain(["veripb".into(), ours]);
        let runs = |path: &PathBuf| {
            let version = Command::new(path).arg("--version").output();
            version.is_ok_and(|output| output.status.success())
        };
        let found = candidates.into_iter().find(runs);
        if found.is_none() {
            // Past what the test runner captures, whether tests pass or not.
            let _ = writeln!(io::stderr(), "\n{MISSING}\n");
        }
        found
    });
    found.as_deref()
}

/// What the checker says of a model and a proof.
pub(super) fn judge(veripb: &Path, model: &Path, proof: &Path) -> Said {
    // A trace of each refusal takes longer than the check.
    said(Command::new(veripb).env("RUST_BACKTRACE", "0").arg(model).arg(proof))
}

/// The line that says what is verified, if it is.
pub(super) fn verified(veripb: &Path, model: &[u8], proof: &[u8]) -> Option<String> {
    let folder = Folder::new();
    let (model, proof) = (folder.write("a.opb", model), folder.write("a.pbp", proof));
    let said = judge(veripb, &model, &proof);
    let line = said.stdout.lines().find_map(|line| line.strip_prefix("s VERIFIED "));
    assert_eq!(line.is_some(), said.status == Some(0), "{said:#?}");
    line.map(str::to_owned)
}
