//! A webhook receiver on loopback, which accepts or rejects messages as the test wants, and keeps
//! them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::misbehaving_server::{Answer, Asked, OddServer};

/// A running receiver.
pub(crate) struct Receiver {
    server: OddServer,
    answer: Arc<Mutex<(String, Vec<String>)>>,
}

impl Receiver {
    /// A receiver that accepts everything.
    pub(crate) fn start() -> Self {
        let answer = Arc::new(Mutex::new(("200 OK".to_owned(), Vec::new())));
        let now = Arc::clone(&answer);
        let server = OddServer::start(move |_| {
            let (status, headers) = now.lock().expect("its answer").clone();
            let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
            let body = if status.starts_with('2') {
                "ok"
            } else {
                "closed"
            };
            Answer::http(&status, &headers, body)
        });
        Self { server, answer }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("{}/hook", self.server.url())
    }

    /// Whether it accepts messages from now on.
    pub(crate) fn set_open(&self, open: bool) {
        self.set_answer(
            if open {
                "200 OK"
            } else {
                "503 Service Unavailable"
            },
            &[],
        );
    }

    /// Answers like this from now on, such as `429 Too Many Requests` with `retry-after: 2`.
    pub(crate) fn set_answer(&self, status: &str, headers: &[&str]) {
        let headers = headers.iter().map(|header| (*header).to_owned()).collect();
        *self.answer.lock().expect("its answer") = (status.to_owned(), headers);
    }

    /// The received messages, accepted or not, except requests without content.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        let mut asked = self.server.asked();
        asked.retain(|asked| !asked.line.starts_with("HEAD "));
        asked
    }

    /// The received messages as JSON.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.asked()
            .iter()
            .map(|asked| serde_json::from_str(&asked.body).expect("a JSON body"))
            .collect()
    }

    /// The first findings of the received alerts.
    pub(crate) fn findings(&self) -> BTreeSet<String> {
        self.bodies()
            .iter()
            .filter_map(|body| body["data"]["finding_id"].as_str().map(str::to_owned))
            .collect()
    }

    /// Waits until the received messages are as wanted; the test runner ends a test that waits too
    /// long.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, wanted: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !wanted(self) {
            assert!(
                begun.elapsed() < Duration::from_secs(150),
                "{what} did not come; what came: {:#?}",
                self.bodies()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
