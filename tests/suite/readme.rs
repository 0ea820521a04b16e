//! The commands of the README and of the book, with their output, and the picture of the README.

use std::fs;
use std::path::Path;
use std::process::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// To write the output anew after a change: `TRYCMD=overwrite cargo test`.
#[test]
fn commands_print_what_the_readme_and_the_book_show() {
    // They write there; no two of them to the same file, since pages are run side by side.
    fs::create_dir_all(Path::new(ROOT).join("target/docs")).unwrap();
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .register_bin("rangecover", Path::new(env!("CARGO_BIN_EXE_rangecover")))
        .case("README.md")
        .case("docs/src/**/*.md");
}

#[test]
fn the_picture_is_what_its_command_draws() {
    let drawn = tempfile::tempdir().unwrap();
    let file = drawn.path().join("front.svg");
    let output = Command::new(env!("CARGO_BIN_EXE_rangecover"))
        .current_dir(ROOT)
        .args(["front", "datasets/flow-logs", "-o"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success());
    let stored = fs::read(Path::new(ROOT).join("notebooks/front.svg")).unwrap();
    assert!(
        fs::read(file).unwrap() == stored,
        "draw it again: rangecover front datasets/flow-logs -o notebooks/front.svg"
    );
}
