//! The cloud for tests, as a process on loopback: started, controlled and stopped.
//! `tests/cloud/README.md` describes its features.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::aws::block_on;
use super::policy::hold_against_the_tables;

/// A running cloud; it is stopped when this value is dropped, or at the latest when the test's
/// process ends.
pub(crate) struct Cloud {
    url: String,
    process: Child,
    // The cloud stops when this pipe closes, so that it cannot outlive a killed test.
    _alive: ChildStdin,
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
    /// Starts a cloud on a free port.
    pub(crate) fn start() -> Self {
        // reqwest is built without a default TLS library; a second call finds it already set.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut process = Command::new(python())
            .arg(repository().join("tests/cloud/serve.py"))
            .args(["--port", "0", "--until-stdin-closes"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("start the cloud");
        let alive = process.stdin.take().expect("the cloud's stdin");
        let mut line = String::new();
        BufReader::new(process.stdout.take().expect("the cloud's stdout"))
            .read_line(&mut line)
            .expect("read the cloud's first line");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("the cloud did not say where it listens, but {line:?}"))
            .to_owned();
        Self {
            url,
            process,
            _alive: alive,
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
        let request = reqwest::Client::new().request(method, format!("{}{path}", self.url));
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
        if !std::thread::panicking() {
            hold_against_the_tables(&self.calls());
        }
        // Its own process, by its id; it may already have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
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
