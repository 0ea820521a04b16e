//! What a terminal of some columns is shown: no number or name is broken.

#![cfg(unix)]

use std::fs;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use crate::binary::{project, run};

/// Runs a command on a terminal of so many columns and prints what that shows.
const TERMINAL: &str = "
import fcntl, os, pty, struct, sys, termios
columns, program, arguments = int(sys.argv[1]), sys.argv[2], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', 50, columns, 0, 0))
    if os.environ.get('QUIET'):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.execv(program, arguments)
shown = b''
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:
        break
    if not part:
        break
    shown += part
os.waitpid(pid, 0)
sys.stdout.buffer.write(shown)
";

/// The lines on a terminal; none, and loud words, without Python.
fn shown(columns: usize, line: &str, quiet: &str) -> Option<Vec<String>> {
    let output = Command::new("python3")
        .env("QUIET", quiet)
        .current_dir(project())
        .env("NO_COLOR", "1")
        .args(["-c", TERMINAL, &columns.to_string(), env!("CARGO_BIN_EXE_rangecover")])
        .args(line.split(' '))
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        let _ =
            writeln!(io::stderr(), "SKIPPED: nothing is shown on a terminal, python3 is missing");
        return None;
    };
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    // Bars are cleared before anything is said.
    let lines = text.lines().map(|line| line.rsplit("\u{1b}[2K").next().unwrap_or(line));
    Some(lines.map(str::to_owned).collect())
}

/// What may be wrapped between, so that the words stay.
fn words(text: &str) -> Vec<&str> {
    text.split([' ', '\n']).filter(|word| !word.is_empty()).collect()
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let audit = "audit --security-groups datasets/security-groups/groups.json \
                 --interfaces datasets/security-groups/interfaces.json datasets/flow-logs";
    let commands = [
        "solve datasets/flow-logs --max-rules 12",
        "solve datasets/ports/published.txt --max-rules 1 --max-open-ports 3 --max-groups 3",
        "front datasets/zones/three.csv --zones datasets/zones/three.toml",
        "ports datasets/flow-logs --interface eni-0847f778302ec7827",
        "compare datasets/ports/published.txt --no-times",
        audit,
        "report benches/record/peers.csv",
    ];
    for line in commands {
        for columns in [60, 80, 120] {
            let Some(lines) = shown(columns, line, "") else { return };
            assert!(lines.len() > 2, "{line}: {lines:?}");
            for text in lines {
                // A single word may be longer, such as a path.
                let is_one_word = words(&text).len() < 2;
                let n_columns = text.chars().count();
                assert!(n_columns <= columns || is_one_word, "{line}, {columns}: {text}");
            }
        }
    }
}

#[test]
fn a_narrow_terminal_shows_the_same_words() {
    let line = "solve datasets/flow-logs --max-rules 12";
    let Some(narrow) = shown(60, line, "yes") else { return };
    let piped = run(line).exits(0).stdout;
    assert_eq!(words(&narrow.join("\n")), words(&piped));
}

#[test]
fn what_is_piped_does_not_depend_on_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ports.txt");
    let line = format!("ports datasets/flow-logs -o {}", file.display());
    if shown(60, &line, "yes").is_some() {
        let piped = run("ports datasets/flow-logs").exits(0).stdout;
        assert_eq!(fs::read_to_string(file).unwrap(), piped);
    }
}
