//! The cloud for tests, as a process on loopback: started, asked, and left to the next story. What it can do
//! is described in `tests/cloud/README.md`.
//!
//! To start one takes a second, to reset one does not. So a story takes one that another story is done with, and
//! starts one only where none is free. A cloud ends with the run. That of a story that was killed is not used again.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::aws::block_on;
use super::policy::hold_against_the_tables;
use super::run;

/// How long a cloud may take to reset itself: after that, it is not used.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running cloud that no other story uses.
pub(crate) struct Cloud {
    url: String,
    port: String,
    // Where the log ended when this story took the cloud: what comes after is about this story.
    logged: u64,
}

/// Credentials of one account, from `sts:AssumeRole`.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    /// `AWS_ACCESS_KEY_ID`.
    pub(crate) access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub(crate) secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub(crate) session_token: String,
}

impl Cloud {
    /// A cloud as it is after its start.
    pub(crate) fn start() -> Self {
        Self::take_free().unwrap_or_else(Self::start_new)
    }

    /// One that another story of this run has used before.
    fn take_free() -> Option<Self> {
        fs::read_dir(free()).ok()?.flatten().find_map(|entry| {
            // Of several that try, one removes it: the cloud is theirs.
            fs::remove_file(entry.path()).ok()?;
            let port = entry.file_name().into_string().ok()?;
            let reset = client().post(format!("http://127.0.0.1:{port}/_cloud/reset"));
            let answer = block_on(async { reset.timeout(PATIENCE).send().await });
            let empty = answer.is_ok_and(|answer| answer.status().is_success());
            empty.then(|| Self::at(&port))
        })
    }

    #[expect(
        clippy::zombie_processes,
        reason = "it outlives this process where nextest runs the story"
    )]
    fn start_new() -> Self {
        static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let starting = run::directory().join(format!("{}-{number}.log", std::process::id()));
        let log = File::create(&starting).expect("make the cloud's log");
        // Its group is its own, and its output goes to files: it lives on when this story has ended.
        let mut process = Command::new(python())
            .arg(repository().join("tests/cloud/serve.py"))
            .args(["--port", "0", "--parent-pid", &run::process().to_string()])
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("start the cloud");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("the cloud's stdout"))
            .read_line(&mut line)
            .expect("read the cloud's first line");
        let port = line
            .trim()
            .strip_prefix("listening on http://127.0.0.1:")
            .unwrap_or_else(|| {
                let log = fs::read_to_string(&starting).unwrap_or_default();
                panic!("the cloud did not say where it listens, but {line:?}\n{log}")
            });
        fs::rename(&starting, log_of(port)).expect("name the cloud's log");
        Self::at(port)
    }

    fn at(port: &str) -> Self {
        Self {
            url: format!("http://127.0.0.1:{port}"),
            port: port.to_owned(),
            logged: fs::metadata(log_of(port)).map_or(0, |log| log.len()),
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Credentials of an account's administrator role.
    pub(crate) fn credentials(&self, account: &str) -> Credentials {
        self.credentials_by(account, &json!({}))
    }

    /// The same, valid for so many seconds.
    pub(crate) fn credentials_for(&self, account: &str, seconds: u32) -> Credentials {
        self.credentials_by(account, &json!({ "seconds": seconds }))
    }

    /// Credentials of one of an account's roles.
    pub(crate) fn credentials_of(&self, account: &str, role: &str) -> Credentials {
        self.credentials_by(account, &json!({ "role": role }))
    }

    /// The zip file of a Lambda function, in base64.
    pub(crate) fn function_code(&self, account: &str, region: &str, name: &str) -> String {
        let path = format!("/_cloud/functions/{account}/{region}/{name}");
        let answer = self.send(reqwest::Method::GET, &path, None);
        answer["zip"].as_str().expect("a zip file").to_owned()
    }

    fn credentials_by(&self, account: &str, wanted: &Value) -> Credentials {
        let answer = self.post(&format!("/_cloud/credentials/{account}"), wanted);
        let text = |key: &str| {
            answer[key]
                .as_str()
                .unwrap_or_else(|| panic!("no {key} in {answer}"))
                .to_owned()
        };
        Credentials {
            access_key_id: text("access_key_id"),
            secret_access_key: text("secret_access_key"),
            session_token: text("session_token"),
        }
    }

    /// Makes matching calls fail or wait; the matchers are in the cloud's README.
    pub(crate) fn fault(&self, fault: &Value) {
        self.post("/_cloud/faults", fault);
    }

    /// The faults, oldest first, with how many times each will still strike.
    pub(crate) fn faults(&self) -> Vec<Value> {
        let answer = self.send(reqwest::Method::GET, "/_cloud/faults", None);
        answer.as_array().cloned().expect("an array of faults")
    }

    /// Removes all faults.
    pub(crate) fn clear_faults(&self) {
        self.send(reqwest::Method::DELETE, "/_cloud/faults", None);
    }

    /// Sets an account's options.
    pub(crate) fn account(&self, account: &str, knobs: &Value) {
        self.send(
            reqwest::Method::PUT,
            &format!("/_cloud/accounts/{account}"),
            Some(knobs),
        );
    }

    /// What AWS's own controls do, and whether they are checked at all.
    pub(crate) fn controls(&self, settings: &Value) {
        self.send(reqwest::Method::PUT, "/_cloud/controls", Some(settings));
    }

    /// Sets the cloud's clock so far ahead of real time, or behind it. It goes forward only once controls are on.
    pub(crate) fn clock(&self, offset: SignedDuration) {
        let body = json!({ "offset_seconds": offset.as_secs_f64() });
        self.send(reqwest::Method::PUT, "/_cloud/clock", Some(&body));
    }

    /// Adds many members at once, all set up and Enabled.
    pub(crate) fn members(&self, wanted: &Value) {
        self.post("/_cloud/members", wanted);
    }

    /// The AWS calls so far, oldest first.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let answer = self.send(reqwest::Method::GET, "/_cloud/calls", None);
        answer.as_array().cloned().expect("an array of calls")
    }

    /// The calls of one account.
    pub(crate) fn calls_from(&self, account: &str) -> Vec<Value> {
        let path = format!("/_cloud/calls?account={account}");
        let answer = self.send(reqwest::Method::GET, &path, None);
        answer.as_array().cloned().expect("an array of calls")
    }

    /// The calls that change something, since the last [`Cloud::forget_calls`].
    pub(crate) fn mutating_calls(&self) -> Vec<Value> {
        let mut calls = self.calls();
        calls.retain(|call| call["mutating"] == true);
        calls
    }

    /// Clears the list of calls.
    pub(crate) fn forget_calls(&self) {
        hold_against_the_tables(&self.calls());
        self.send(reqwest::Method::DELETE, "/_cloud/calls", None);
    }

    /// What exists in an account, without ids and times that differ between runs.
    pub(crate) fn state(&self, account: &str) -> Value {
        self.send(
            reqwest::Method::GET,
            &format!("/_cloud/state/{account}"),
            None,
        )
    }

    /// Deletes everything, as after a fresh start.
    pub(crate) fn reset(&self) {
        self.post("/_cloud/reset", &json!({}));
    }

    /// Waits until all calls are complete, including those whose client was killed.
    pub(crate) fn settle(&self) {
        while self.unfinished() != 0 {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// How many calls are in progress.
    pub(crate) fn unfinished(&self) -> u64 {
        let health = self.send(reqwest::Method::GET, "/_cloud/health", None);
        health["unfinished"].as_u64().expect("a number")
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        self.send(reqwest::Method::POST, path, Some(body))
    }

    fn send(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let what = format!("{method} {path}");
        let request = client().request(method, format!("{}{path}", self.url));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        block_on(async {
            let answer = request
                .send()
                .await
                .unwrap_or_else(|e| panic!("{what}: {e}"));
            let status = answer.status();
            let text = answer
                .text()
                .await
                .unwrap_or_else(|e| panic!("{what}: {e}"));
            assert!(status.is_success(), "{what}: {status} {text}");
            serde_json::from_str(&text).unwrap_or(Value::Null)
        })
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let give_back = || File::create(free().join(&self.port)).map(drop);
        if std::thread::panicking() {
            if let Ok(mut log) = File::open(log_of(&self.port)) {
                let _ = log.seek(SeekFrom::Start(self.logged));
                let _ = std::io::copy(&mut log, &mut std::io::stderr());
            }
            let _ = give_back();
        } else {
            hold_against_the_tables(&self.calls());
            give_back().expect("give the cloud back");
        }
    }
}

/// Where the clouds that are free are named: one empty file for each, called as its port.
fn free() -> &'static Path {
    static FREE: OnceLock<PathBuf> = OnceLock::new();
    FREE.get_or_init(|| {
        let free = run::directory().join("free");
        fs::create_dir_all(&free).expect("make the directory of free clouds");
        free
    })
}

fn log_of(port: &str) -> PathBuf {
    run::directory().join(format!("cloud-{port}.log"))
}

/// One client for every request to a cloud or a server: to make one takes longer than a request.
pub(crate) fn client() -> &'static reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        // reqwest is built without a TLS library of its own; a second call finds it set already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Each request has a runtime of its own, so no connection outlives it.
        let client = reqwest::Client::builder().pool_max_idle_per_host(0);
        client.build().expect("a client")
    })
}

/// The checkout that the tests were built from.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The cloud's Python; the project's own script installs it if it is missing.
pub(crate) fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let install = Command::new(repository().join("tests/cloud/install"))
            .stderr(Stdio::inherit())
            .output()
            .expect("run tests/cloud/install");
        assert!(install.status.success(), "tests/cloud/install failed");
        PathBuf::from(String::from_utf8_lossy(&install.stdout).trim())
    })
}
