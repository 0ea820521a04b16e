//! A server on loopback that answers from a script, and keeps what it was asked.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What a request has to be, for an answer to be given.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Expected {
    /// The end of its `X-Amz-Target`, such as `.StartQuery`.
    Target(String),
    /// Its method, and the beginning of its path with the query.
    Path(&'static str, String),
}

/// An answer of the script.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    expected: Expected,
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
}

/// A request that was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// `X-Amz-Target`, where the protocol has one.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    fn new(expected: Expected) -> Self {
        let delay = Duration::ZERO;
        Self { expected, status: 200, headers: Vec::new(), body: Vec::new(), delay }
    }

    /// Answers a request for this action, such as `StartQuery`.
    pub(crate) fn to(action: &str) -> Self {
        Self::new(Expected::Target(format!(".{action}")))
    }

    /// Answers a request of this method whose path begins so.
    pub(crate) fn at(method: &'static str, path: &str) -> Self {
        Self::new(Expected::Path(method, path.to_owned()))
    }

    /// With a body in JSON.
    pub(crate) fn json(self, body: &serde_json::Value) -> Self {
        self.header("Content-Type", "application/x-amz-json-1.1").body(body.to_string())
    }

    /// With any body.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With this status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// After this time only.
    pub(crate) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The error of a protocol in JSON: its code, and AWS's message.
    pub(crate) fn error(self, code: &str, message: &str) -> Self {
        let status = if self.status == 200 { 400 } else { self.status };
        self.status(status).json(&serde_json::json!({ "__type": code, "message": message }))
    }

    /// The error of a protocol in XML.
    pub(crate) fn xml_error(self, status: u16, code: &str, message: &str) -> Self {
        let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
        self.status(status).header("Content-Type", "application/xml").body(body)
    }

    fn is_for(&self, request: &Request) -> bool {
        match &self.expected {
            Expected::Target(target) => request.target.ends_with(target),
            Expected::Path(method, path) => {
                request.method == *method && request.path.starts_with(path)
            }
        }
    }

    fn write(&self, out: &mut impl Write, has_body: bool) -> io::Result<()> {
        write!(out, "HTTP/1.1 {} Recorded\r\nConnection: close\r\n", self.status)?;
        for (name, value) in &self.headers {
            write!(out, "{name}: {value}\r\n")?;
        }
        write!(out, "Content-Length: {}\r\n\r\n", self.body.len())?;
        out.write_all(if has_body { &self.body } else { &[] })
    }
}

/// What the threads share.
#[derive(Default)]
struct Script {
    /// What has not been answered yet.
    replies: Vec<Reply>,
    requests: Vec<Request>,
    /// Requests that no reply was for.
    unexpected: Vec<Request>,
}

/// The server. Of the replies that are left, a request gets the first that is for it.
pub(crate) struct Recorded {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
    has_ended: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

fn locked(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorded {
    /// Listens on a free port of loopback.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback is there");
        let address = listener.local_addr().expect("it is bound");
        let replies = replies.into_iter().collect();
        let script = Arc::new(Mutex::new(Script { replies, ..Script::default() }));
        let has_ended = Arc::new(AtomicBool::new(false));
        let (shared, ended) = (Arc::clone(&script), Arc::clone(&has_ended));
        let listening = thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let script = Arc::clone(&shared);
                // A client that goes away in the middle is its own matter.
                thread::spawn(move || stream.and_then(|stream| answer(stream, &script)).ok());
            }
        });
        Self { address, script, has_ended, listening: Some(listening) }
    }

    /// For `--endpoint-url`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked so far, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        locked(&self.script).requests.clone()
    }

    /// The actions, or methods and paths, that it was asked for so far.
    pub(crate) fn actions(&self) -> Vec<String> {
        self.requests().iter().map(Request::action).collect()
    }

    /// Checks that all replies were asked for, and nothing else was.
    pub(crate) fn check(&self) {
        let script = locked(&self.script);
        assert_eq!(script.unexpected, [], "no reply was for these requests");
        let left: Vec<_> = script.replies.iter().map(|reply| &reply.expected).collect();
        assert!(left.is_empty(), "nobody asked for {left:?}");
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        // The listener waits for one more.
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

impl Request {
    /// The action, or the method and the path.
    pub(crate) fn action(&self) -> String {
        match self.target.rsplit_once('.') {
            Some((_, action)) => action.to_owned(),
            None => format!("{} {}", self.method, self.path),
        }
    }

    /// The body, as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("the body is JSON")
    }

    fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|header| header.0 == name);
        header.map(|header| header.1.as_str())
    }

    fn read(stream: &TcpStream) -> io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_ascii_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut request = Self { method, path, ..Self::default() };
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let target = request.header("x-amz-target").unwrap_or_default().to_owned();
        request.target = target;
        let length = request.header("content-length").and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        request.body = String::from_utf8_lossy(&body).into_owned();
        Ok(request)
    }
}

fn answer(mut stream: TcpStream, script: &Mutex<Script>) -> io::Result<()> {
    let request = Request::read(&stream)?;
    let has_body = request.method != "HEAD";
    let mut shared = locked(script);
    let at = shared.replies.iter().position(|reply| reply.is_for(&request));
    let reply = at.map(|at| shared.replies.remove(at));
    if reply.is_none() {
        shared.unexpected.push(request.clone());
    }
    shared.requests.push(request);
    drop(shared);
    let unexpected = || Reply::at("", "").status(500);
    let reply = reply.unwrap_or_else(unexpected);
    thread::sleep(reply.delay);
    reply.write(&mut stream, has_body)
}

#[test]
fn replies_are_given_to_those_who_ask_for_them() {
    let server = Recorded::new([
        Reply::to("Start").json(&serde_json::json!({ "id": 7 })),
        Reply::at("GET", "/bucket/").status(404).after(Duration::from_millis(1)),
        Reply::to("Start").error("SlowDown", "please"),
        Reply::at("GET", "/bucket/").xml_error(403, "AccessDenied", "no"),
    ]);
    let url = server.url();
    let ask = |head: &str, body: &str| {
        let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
        let length = body.len();
        write!(stream, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    };
    let start = "POST / HTTP/1.1\r\nX-Amz-Target: Amazon.Start";
    let get = "GET /bucket/key HTTP/1.1";
    let first = ask(start, "{\"a\":1}");
    assert!(first.starts_with("HTTP/1.1 200 ") && first.ends_with("{\"id\":7}"), "{first}");
    assert!(ask(get, "").starts_with("HTTP/1.1 404 "));
    assert!(ask(start, "").starts_with("HTTP/1.1 400 "));
    assert!(ask(get, "").contains("<Code>AccessDenied</Code>"));
    server.check();
    assert_eq!(server.actions(), ["Start", "GET /bucket/key", "Start", "GET /bucket/key"]);
    assert_eq!(server.requests()[0].json()["a"], 1);
    assert!(ask(get, "").starts_with("HTTP/1.1 500 "));
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| server.check()));
    assert!(checked.is_err(), "a request without a reply has to be seen");
}
