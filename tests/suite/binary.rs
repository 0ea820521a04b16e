//! The binary as a black box: what it is given, and what it says.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;

/// The binary, in a folder, with no word about colours from outside.
pub(crate) fn command_in(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rangecover"));
    command.current_dir(folder);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RAYON_NUM_THREADS"] {
        command.env_remove(name);
    }
    command
}

/// The folder of the project.
pub(crate) fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        }
    }
}

impl Said {
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:#?}");
        self
    }

    /// An error: status 1, the message on stderr, nothing on stdout.
    #[track_caller]
    pub(crate) fn fails_with(self, message: &str) {
        let said = self.exits(1);
        assert!(said.stderr.contains(message), "no '{message}' in {said:#?}");
        assert_eq!(said.stdout, "");
    }

    #[track_caller]
    pub(crate) fn notes(self, message: &str) -> Self {
        assert!(self.stderr.contains(message), "no '{message}' in {self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// Runs a command line, its arguments separated by spaces, in the folder of the project.
pub(crate) fn run(line: &str) -> Said {
    run_in(project(), line)
}

/// As [`run`], in another folder.
pub(crate) fn run_in(folder: &Path, line: &str) -> Said {
    said(command_in(folder).args(line.split_whitespace()))
}

/// As [`run`], in another folder and with something to read on standard input.
pub(crate) fn feed_in(folder: &Path, line: &str, input: &[u8]) -> Said {
    let mut child = command_in(folder)
        .args(line.split_whitespace())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    thread::scope(|scope| {
        // A command that has read enough closes the pipe.
        scope.spawn(move || stdin.write_all(input).ok());
        child.wait_with_output().expect("the binary ends").into()
    })
}

/// Runs a command as it is, without standard input.
pub(crate) fn said(command: &mut Command) -> Said {
    command.stdin(Stdio::null()).output().expect("the binary runs").into()
}

/// Solves inputs; every claim of the answers is checked by `check` before they are returned.
#[track_caller]
pub(crate) fn solve_json(inputs: &str, flags: &str) -> Value {
    solve_json_in(project(), inputs, flags)
}

/// As [`solve_json`], in another folder.
#[track_caller]
pub(crate) fn solve_json_in(folder: &Path, inputs: &str, flags: &str) -> Value {
    let solved = run_in(folder, &format!("solve {inputs} {flags} --format json"));
    let report = solved.json();
    let answers = report["answers"].as_array().expect("answers are a list");
    let has = |outcome: &str| answers.iter().any(|answer| answer["outcome"] == outcome);
    let expected = match (has("unknown"), has("infeasible")) {
        (true, _) => 4,
        (false, true) => 3,
        (false, false) => 0,
    };
    assert_eq!(solved.status, Some(expected), "{solved:#?}");
    let scratch = Folder::new();
    let answer = scratch.write("answer.json", &solved.stdout);
    let mut check = command_in(folder);
    check.arg("check").args(inputs.split_whitespace()).arg(answer);
    let checked = said(&mut check).exits(if has("unknown") { 4 } else { 0 });
    assert_eq!(checked.stdout.lines().count(), answers.len(), "{checked:#?}");
    report
}

/// The only answer of a report.
#[track_caller]
pub(crate) fn only(report: &Value) -> &Value {
    let answers = report["answers"].as_array().expect("answers are a list");
    assert_eq!(answers.len(), 1, "{report:#}");
    &answers[0]
}

/// The rules of an answer as text: `80-86 1020 udp/53`.
pub(crate) fn rules(answer: &Value) -> String {
    let mut rules = Vec::new();
    for group in answer["groups"].as_array().expect("groups are a list") {
        let protocol = match group["protocol"].as_str().expect("a protocol is text") {
            "tcp" => String::new(),
            other => format!("{other}/"),
        };
        for rule in group["rules"].as_array().expect("rules are a list") {
            let (from, to) = (&rule["from"], &rule["to"]);
            rules.push(if from == to {
                format!("{protocol}{from}")
            } else {
                format!("{protocol}{from}-{to}")
            });
        }
    }
    rules.join(" ")
}

/// A folder that is gone after the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("there is room for a folder"))
    }

    /// A folder with files, by name and content.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (name, content) in files {
            folder.write(name, content);
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it is ours");
        fs::write(&path, content).expect("it is ours");
        path
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of what is in the folder, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("it is ours");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("it is ours").file_name().into_string().expect("UTF-8"))
            .collect();
        names.sort();
        names
    }

    pub(crate) fn run(&self, line: &str) -> Said {
        run_in(self.path(), line)
    }

    pub(crate) fn solve_json(&self, inputs: &str, flags: &str) -> Value {
        solve_json_in(self.path(), inputs, flags)
    }
}

/// The bytes as one gzip member.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}
