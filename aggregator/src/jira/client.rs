//! Calls of Jira's REST API, with limits on time and size, and with retries.
//!
//! After a 429, waits as long as `Retry-After` says, within limits; the header is not always present
//! (JRACLOUD-82801). Calls that may have taken effect are not repeated here.

use std::error::Error;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::say::Say;
use hubward_domain::redact::Redactor;

/// The most attempts of a call.
const ATTEMPTS: u32 = 3;
/// The longest wait between two attempts, in seconds. If Jira asks for more, the job calls again later.
const LONGEST: u64 = 20;
/// The most bytes of a response that are read.
const SIZE: usize = 4 * 1024 * 1024;
/// The most characters of an error message that are kept.
const WHY: usize = 300;

/// The HTTP client of one site.
#[derive(Clone)]
pub(super) struct JiraClient {
    http: reqwest::Client,
    site: String,
    email: String,
    token: SecretString,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JiraFailure {
    /// The resource does not exist or is not visible.
    #[error("not found, or not visible to the API user")]
    NotFound,
    #[error("Jira limits the rate of calls and asks to wait {} s", .after.unwrap_or(0))]
    Throttled {
        /// How long to wait, in seconds, if Jira said so.
        after: Option<u64>,
    },
    /// Jira returned another status than a success.
    #[error("Jira answered {status} {answer}")]
    Refused {
        status: u16,
        /// The error message, shortened.
        answer: String,
    },
    #[error("no answer from Jira in time")]
    TimedOut,
    /// There was no response.
    #[error("no answer from Jira: {0}")]
    Unreachable(String),
    /// The response does not match Atlassian's documentation.
    #[error("Jira's answer is not understood: {0}")]
    Malformed(String),
}

impl JiraFailure {
    /// Why the call failed, as the end of a sentence.
    pub(crate) fn why(&self, say: Say) -> String {
        match self {
            Self::NotFound => say.request_jira_not_found().to_owned(),
            Self::Throttled { after } => say.request_jira_throttled(after.unwrap_or(0)),
            Self::Refused { status, answer } => say.request_jira_answered(answer, status),
            Self::TimedOut => say.request_jira_timed_out().to_owned(),
            Self::Unreachable(why) => say.request_jira_unreachable(why),
            Self::Malformed(what) => say.request_jira_malformed(what),
        }
    }

    /// Whether a later attempt can succeed.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::TimedOut | Self::Unreachable(_) | Self::Malformed(_) => {
                true
            }
            Self::Refused { status, .. } => *status >= 500 || *status == 408,
            Self::NotFound => false,
        }
    }
}

impl std::fmt::Debug for JiraClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("site", &self.site)
            .finish_non_exhaustive()
    }
}

impl JiraClient {
    pub(super) fn new(site: String, email: String, token: &str) -> reqwest::Result<Self> {
        // Once per process; a second call is a no-op.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(10))
            .user_agent(concat!("hubward/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            http,
            site,
            email,
            token: SecretString::from(token),
        })
    }

    /// One call; an empty response is `null`.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<Value, JiraFailure> {
        let repeats = method == Method::GET;
        self.repeated(&method, path, query, body, repeats).await
    }

    /// A reading call whose query is too long for a URL.
    pub(super) async fn read_by_post(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<Value, JiraFailure> {
        self.repeated(&Method::POST, path, &[], Some(body), true)
            .await
    }

    async fn repeated(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<&Value>,
        repeats: bool,
    ) -> Result<Value, JiraFailure> {
        let mut attempt = 1;
        loop {
            let failure = match self.once(method, path, query, body).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let wait = match &failure {
                // Nothing was done, so every call can be repeated.
                JiraFailure::Throttled { after } => after.unwrap_or(1 << attempt),
                JiraFailure::TimedOut | JiraFailure::Unreachable(_) if repeats => {
                    1 << (attempt - 1)
                }
                JiraFailure::Refused { status: 500.., .. } if repeats => 1 << (attempt - 1),
                _ => return Err(failure),
            };
            if attempt == ATTEMPTS || wait > LONGEST {
                return Err(failure);
            }
            tokio::time::sleep(Duration::from_secs(wait)).await;
            attempt += 1;
        }
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, String)],
        body: Option<&Value>,
    ) -> Result<Value, JiraFailure> {
        let mut url = url::Url::parse(&format!("{}{path}", self.site))
            .map_err(|error| JiraFailure::Unreachable(error.to_string()))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self
            .http
            .request(method.clone(), url)
            .basic_auth(&self.email, Some(self.token.expose_secret()))
            .header("accept", "application/json");
        if let Some(body) = body {
            request = request.json(body);
        }
        let mut answer = request.send().await.map_err(unreachable)?;
        let status = answer.status();
        let after = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(unreachable)? {
            bytes.extend_from_slice(&part);
            if bytes.len() > SIZE {
                return Err(JiraFailure::Malformed("it is too large".to_owned()));
            }
        }
        match status {
            StatusCode::TOO_MANY_REQUESTS => Err(JiraFailure::Throttled { after }),
            StatusCode::SERVICE_UNAVAILABLE if after.is_some() => {
                Err(JiraFailure::Throttled { after })
            }
            StatusCode::NOT_FOUND => Err(JiraFailure::NotFound),
            status if status.is_success() && bytes.is_empty() => Ok(Value::Null),
            status if status.is_success() => serde_json::from_slice(&bytes)
                .map_err(|error| JiraFailure::Malformed(format!("no JSON: {error}"))),
            status => Err(JiraFailure::Refused {
                status: status.as_u16(),
                answer: self.redacted(&bytes).chars().take(WHY).collect(),
            }),
        }
    }

    /// The error message without our credentials.
    fn redacted(&self, bytes: &[u8]) -> String {
        let token = self.token.expose_secret();
        let login = STANDARD.encode(format!("{}:{token}", self.email));
        Redactor::of([token, &login]).redact(&String::from_utf8_lossy(bytes))
    }
}

fn unreachable(error: reqwest::Error) -> JiraFailure {
    if error.is_timeout() {
        return JiraFailure::TimedOut;
    }
    let error = error.without_url();
    let mut cause: &dyn Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    JiraFailure::Unreachable(cause.to_string())
}
