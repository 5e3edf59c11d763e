//! A running `hubward serve`, and a client that sends exactly what the test wants.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::aws::block_on;
use super::program::Program;

/// A running `hubward serve`; it is stopped when this value is dropped.
pub(crate) struct Server {
    url: String,
    client: reqwest::Client,
    process: Child,
    said: Arc<Mutex<String>>,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answered {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body as JSON, or null.
    pub(crate) body: Value,
    /// `Retry-After`.
    pub(crate) retry_after: Option<String>,
}

impl Server {
    /// Starts it on a free port, and waits until it listens.
    pub(crate) fn start(program: Program) -> Self {
        // Once for the test's process; a test with a cloud has already done it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut process = program
            .env("HUBWARD_SERVER__LISTEN", "127.0.0.1:0")
            .args(["serve"])
            .command()
            .stderr(Stdio::piped())
            .spawn()
            .expect("start the server");
        let mut lines = BufReader::new(process.stderr.take().expect("its stderr")).lines();
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.strip_prefix("listening on ").map(str::to_owned))
            .expect("the server did not say where it listens");
        // Read to the end, so that later output does not fill the pipe.
        let said = Arc::<Mutex<String>>::default();
        let heard = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                heard
                    .lock()
                    .expect("its words")
                    .push_str(&format!("{line}\n"));
            }
        });
        // Each request has its own runtime, so connections must not outlive it.
        let client = reqwest::Client::builder()
            .pool_max_idle_per_host(0)
            .build()
            .expect("a client");
        Self {
            url,
            client,
            process,
            said,
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Posts a body, with a bearer token if given.
    pub(crate) fn post(
        &self,
        path: &str,
        token: Option<&str>,
        body: impl Into<String>,
    ) -> Answered {
        let mut request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .body(body.into());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        block_on(async {
            let answer = request.send().await.expect("an answer");
            let retry_after = answer
                .headers()
                .get("retry-after")
                .map(|value| value.to_str().expect("plain text").to_owned());
            Answered {
                status: answer.status().as_u16(),
                retry_after,
                body: serde_json::from_slice(&answer.bytes().await.expect("a body"))
                    .unwrap_or(Value::Null),
            }
        })
    }

    /// Pushes an event like EventBridge, with this key; returns the status and `Retry-After`.
    pub(crate) fn push(&self, key: &str, body: impl Into<String>) -> Answered {
        let request = self
            .client
            .post(format!("{}/hooks/eventbridge", self.url))
            .header("content-type", "application/json")
            .header("x-api-key", key)
            .body(body.into());
        block_on(async {
            let answer = request.send().await.expect("an answer");
            let retry_after = answer.headers().get("retry-after");
            Answered {
                retry_after: retry_after
                    .map(|value| value.to_str().expect("plain text").to_owned()),
                status: answer.status().as_u16(),
                body: serde_json::from_slice(&answer.bytes().await.expect("a body"))
                    .unwrap_or(Value::Null),
            }
        })
    }

    /// Pushes many events, `at_once` of them concurrently, and retries each until it is accepted,
    /// like EventBridge.
    pub(crate) fn push_all(&self, key: &str, bodies: &[String], at_once: usize) {
        let url = format!("{}/hooks/eventbridge", self.url);
        block_on(async {
            // With kept-alive connections, like EventBridge.
            let client = reqwest::Client::new();
            let mut pushing = tokio::task::JoinSet::new();
            for part in bodies.chunks(bodies.len().div_ceil(at_once).max(1)) {
                let (client, url, key) = (client.clone(), url.clone(), key.to_owned());
                let part = part.to_vec();
                pushing.spawn(async move {
                    for body in part {
                        loop {
                            let request = client.post(&url).header("x-api-key", &key);
                            let answer = request.body(body.clone()).send().await;
                            match answer.expect("an answer").status().as_u16() {
                                202 => break,
                                status => assert_eq!(status, 503),
                            }
                            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                        }
                    }
                });
            }
            while let Some(pushed) = pushing.join_next().await {
                pushed.expect("all were taken");
            }
        });
    }

    /// The process's id.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// The status of a GET.
    pub(crate) fn get(&self, path: &str) -> u16 {
        let request = self.client.get(format!("{}{path}", self.url));
        block_on(async { request.send().await.expect("an answer").status().as_u16() })
    }

    /// The content type and the body of a GET that returns 200.
    pub(crate) fn text(&self, path: &str) -> (String, String) {
        let request = self.client.get(format!("{}{path}", self.url));
        block_on(async {
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status().as_u16(), 200);
            let content_type = answer.headers()["content-type"].to_str();
            let content_type = content_type.expect("plain text").to_owned();
            (content_type, answer.text().await.expect("a body"))
        })
    }

    /// Its output since it listens.
    pub(crate) fn said(&self) -> String {
        self.said.lock().expect("its words").clone()
    }

    /// Sends its process a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill")
            .args(["-s", name, &id])
            .status()
            .expect("kill");
        assert!(sent.success(), "{name}");
    }

    /// Waits for its end, and returns its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        self.process.wait().expect("its end").code()
    }

    /// Kills it at once, like a power cut.
    pub(crate) fn kill(mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Answered {
    /// The response, after a check of its status and error code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, error: &str) -> Self {
        assert_eq!(
            (self.status, self.body["error"].as_str()),
            (status, Some(error)),
            "{self:?}"
        );
        assert!(
            self.body["hint"]
                .as_str()
                .is_some_and(|hint| !hint.is_empty())
        );
        self
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
