//! Ctrl-C and its like: the process ends by the signal, and leaves nothing half-made.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::binary::Folder;

/// SIGHUP, SIGINT and SIGTERM as `kill` names them.
const SIGNALS: [(&str, i32); 3] = [("HUP", 1), ("INT", 2), ("TERM", 15)];

/// Starts a command line that heeds signals, whatever the tests were started with.
pub(crate) fn started(folder: &Path, line: &str) -> Child {
    let mut command = Command::new("env");
    command.arg("--default-signal=HUP,INT,TERM").arg(env!("CARGO_BIN_EXE_rangecover"));
    command.args(line.split_whitespace()).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the binary starts")
}

/// Waits until something is so, for at most a minute.
#[track_caller]
pub(crate) fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_mins(1), "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

pub(crate) fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args(["-s", signal, &id]).status().expect("there is kill");
    assert!(sent.success());
}

#[test]
fn a_signal_leaves_no_temporary_file() {
    for (name, number) in SIGNALS {
        let folder = Folder::with(&[("out", "old")]);
        let child = started(folder.path(), "generate flow-log --records 1000000000 -o out");
        wait_for("no temporary file appears", || folder.names().len() == 2);
        send(name, &child);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.signal(), Some(number), "{output:?}");
        assert_eq!(folder.names(), ["out"], "{name}");
        assert_eq!(folder.read("out"), b"old");
    }
}

#[test]
fn a_signal_that_is_ignored_from_outside_stays_so() {
    let folder = Folder::new();
    let mut command = Command::new("env");
    command.arg("--ignore-signal=HUP").arg(env!("CARGO_BIN_EXE_rangecover"));
    command.args(["generate", "flow-log", "--records", "1000000000", "-o", "out"]);
    let mut child = command.current_dir(folder.path()).spawn().expect("the binary starts");
    wait_for("no temporary file appears", || folder.names().len() == 1);
    send("HUP", &child);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(child.try_wait().expect("it can be asked"), None);
    send("TERM", &child);
    assert_eq!(child.wait().expect("it ends").signal(), Some(15));
    assert_eq!(folder.names(), [""; 0]);
}
