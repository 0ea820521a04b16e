//! What is no regular file is written as it is, never replaced.

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use crate::binary::{Folder, Said, said};

/// Runs a line of the shell, in which `$R` is the binary.
fn shell(folder: &Path, line: &str) -> Said {
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder).env("R", env!("CARGO_BIN_EXE_rangecover"));
    said(&mut command)
}

const PORTS: &str = "generate uniform --ports 3";

#[test]
fn what_stdout_has_is_kept() {
    let folder = Folder::new();
    let list = folder.run(PORTS).exits(0).stdout;
    symlink("/dev/stdout", folder.path().join("link")).unwrap();
    for target in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link", "/dev/../dev/stdout", "-"]
    {
        for redirected in ["> f", ">> f"] {
            let line = format!("echo before > f; {{ echo more; \"$R\" {PORTS} -o {target}; }}");
            shell(folder.path(), &format!("{line} {redirected}")).exits(0);
            let before = if redirected == "> f" { "" } else { "before\n" };
            let found = String::from_utf8(folder.read("f")).unwrap();
            assert_eq!(found, format!("{before}more\n{list}"), "{target} {redirected}");
        }
    }
    assert!(folder.path().join("link").is_symlink());
    assert_eq!(folder.names(), ["f", "link"]);
    assert!(Path::new("/dev/stdout").is_symlink());
}

#[test]
fn other_descriptors_are_written_through() {
    let folder = Folder::new();
    let list = folder.run(PORTS).exits(0).stdout;
    let line = format!("echo before > f; \"$R\" {PORTS} -o /dev/fd/7 7>> f");
    shell(folder.path(), &line).exits(0);
    assert_eq!(String::from_utf8(folder.read("f")).unwrap(), format!("before\n{list}"));
    let said = shell(folder.path(), &format!("\"$R\" {PORTS} -o /dev/stderr")).exits(0);
    assert_eq!((said.stdout.as_str(), said.stderr.contains(&list)), ("", true));
    let none = shell(folder.path(), &format!("\"$R\" {PORTS} -o /dev/fd/77"));
    none.fails_with("cannot write /dev/fd/77: ");
}

#[test]
fn a_pipe_gets_everything() {
    let folder = Folder::new();
    let list = folder.run(PORTS).exits(0).stdout;
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("there is mkfifo").success());
    let reader = {
        let pipe = pipe.clone();
        thread::spawn(move || fs::read_to_string(pipe).unwrap())
    };
    folder.run(&format!("{PORTS} -o pipe")).exits(0);
    assert_eq!(reader.join().unwrap(), list);
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

#[test]
fn a_device_remains_one() {
    let folder = Folder::new();
    symlink("/dev/null", folder.path().join("null")).unwrap();
    for target in ["/dev/null", "null"] {
        folder.run(&format!("{PORTS} -o {target}")).exits(0);
    }
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    assert!(folder.path().join("null").is_symlink());
    folder.run(&format!("{PORTS} -o /dev/none")).fails_with("cannot write /dev/none: ");
    assert!(!Path::new("/dev/none").exists());
}

#[test]
fn a_link_to_no_file_yet_stays_a_link() {
    let folder = Folder::new();
    symlink("real", folder.path().join("link")).unwrap();
    folder.run(&format!("{PORTS} -o link")).exits(0);
    assert!(folder.path().join("link").is_symlink());
    assert_eq!(folder.names(), ["link", "real"]);
    symlink("round", folder.path().join("round")).unwrap();
    folder.run(&format!("{PORTS} -o round")).fails_with("cannot write round: too many links");
}

#[test]
fn a_full_disk_is_named_with_the_file() {
    let folder = Folder::with(&[("a.txt", "80,90\n")]);
    for line in [
        PORTS,
        "generate flow-log --records 9",
        "solve a.txt",
        "solve a.txt --format json",
        "compare a.txt",
    ] {
        folder.run(&format!("{line} -o /dev/full")).fails_with("cannot write /dev/full: No space");
        let mut command = Command::new(env!("CARGO_BIN_EXE_rangecover"));
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        command.args(line.split_whitespace()).current_dir(folder.path());
        let output = command.stdout(full).stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}: {stderr}");
        assert!(stderr.contains("cannot write to stdout: No space"), "{line}: {stderr}");
    }
}
