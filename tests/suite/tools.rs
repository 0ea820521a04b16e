//! Tools that are not ours, in Python: `bash .ci/tools.sh --install` puts them into `target/tools`.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::binary::project;

/// What is said where there are none.
const MISSING: &str = "\
NOTHING IS TESTED HERE AGAINST AWS'S OWN TOOLS: there are none in target/tools/python.
Install them with: bash .ci/tools.sh --install";

/// Longest wait for a server.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs the server, and ends it when nobody holds its standard input any more: a static is never
/// dropped, and a test may be killed.
const SERVE: &str = "\
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(sys.argv[1:])";

/// The binary of a Python tool; none, and loud words about it once, where it is not installed.
pub(crate) fn python_tool(name: &str) -> Option<PathBuf> {
    static SAID: OnceLock<()> = OnceLock::new();
    let path = project().join("target/tools/python/bin").join(name);
    if path.is_file() {
        return Some(path);
    }
    // Past what the test runner captures, whether tests pass or not.
    SAID.get_or_init(|| drop(writeln!(io::stderr(), "\n{MISSING}\n")));
    None
}

/// An AWS on loopback that forgets everything in the end.
pub(crate) struct Moto {
    server: Child,
    port: u16,
}

impl Moto {
    /// The server of all tests, which use names of their own; none without moto.
    pub(crate) fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Moto>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// A server of one's own; none without moto.
    pub(crate) fn start() -> Option<Self> {
        python_tool("moto_server")?;
        let python = python_tool("python")?;
        // Somebody else may take the free port first.
        let server = (0..5).find_map(|_| Self::start_on(&python, free_port()));
        Some(server.expect("moto starts"))
    }

    /// None where the server ends before it answers.
    fn start_on(python: &Path, port: u16) -> Option<Self> {
        let mut command = isolated(python);
        command.args(["-c", SERVE, "-H", "127.0.0.1", "-p"]).arg(port.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut moto = Self { server: command.spawn().expect("python starts"), port };
        let start = Instant::now();
        while !answers(port) {
            if moto.server.try_wait().expect("it is our child").is_some() {
                return None;
            }
            assert!(start.elapsed() < PATIENCE, "moto does not answer");
            thread::sleep(Duration::from_millis(50));
        }
        // What answered may be another's.
        let is_ours = moto.server.try_wait().expect("it is our child").is_none();
        is_ours.then_some(moto)
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Posts JSON to the server itself, which tells it what to answer later.
    #[cfg(feature = "aws")]
    pub(crate) fn post(&self, path: &str, body: &serde_json::Value) {
        let body = body.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "POST {path} HTTP/1.0\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .expect("it listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        assert!(answer.split(' ').nth(1).is_some_and(|status| status == "201"), "{answer}");
    }

    /// The AWS CLI, which asks this server; none without it.
    pub(crate) fn aws(&self) -> Option<Command> {
        let mut command = isolated(&python_tool("aws")?);
        command.args(["--endpoint-url", &self.endpoint(), "--output", "json"]);
        Some(command)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A program with test credentials, and nothing of the user's own settings.
pub(crate) fn isolated(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("AWS_") || name.to_ascii_lowercase().ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ACCESS_KEY_ID", "testing")
        .env("AWS_SECRET_ACCESS_KEY", "testing")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A port that nobody listens on, as of now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    listener.local_addr().expect("it is bound").port()
}

/// Whether a web server answers on a port.
fn answers(port: u16) -> bool {
    let ask = || -> io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /moto-api/ HTTP/1.0\r\n\r\n")?;
        let mut start = [0; 5];
        stream.read_exact(&mut start)?;
        Ok(&start == b"HTTP/")
    };
    ask().unwrap_or(false)
}

#[test]
fn the_loopback_aws_answers_the_aws_cli() {
    let Some(moto) = Moto::shared() else { return };
    let Some(mut aws) = moto.aws() else { return };
    let said = crate::binary::said(aws.args(["ec2", "describe-vpcs"])).exits(0);
    assert!(said.json()["Vpcs"].is_array(), "{said:#?}");
    let own = Moto::start().expect("the shared one has started");
    assert_ne!(own.endpoint(), moto.endpoint());
    let port = own.port;
    drop(own);
    assert!(!answers(port), "it is gone once it is dropped");
}
