//! The Lambda Runtime API, by which a function gets its invocations and gives its results. It is an HTTP server
//! next to the function, which Lambda names in `AWS_LAMBDA_RUNTIME_API`.
//!
//! Source: "Using the Lambda runtime API for custom runtimes" of the Lambda developer guide. The crate
//! `lambda_runtime` is not used: at each invocation it changes the environment of the process, which is not safe
//! while other threads resolve names; it reads bodies without a limit; and it cannot report an error of the
//! initialization.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::observed::sanitize;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For a result. The next invocation is waited for without a limit, as AWS asks for: the function is frozen
/// meanwhile.
const POST_TIMEOUT: Duration = Duration::from_secs(10);
/// How often a request is attempted.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);
/// The longest id of an invocation that is accepted; AWS's are UUIDs.
const LONGEST_ID: usize = 64;

/// A client of the Runtime API.
#[derive(Clone, Debug)]
pub(crate) struct RuntimeApi {
    http: Client,
    base: String,
}

/// A request to do the function's work once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invocation {
    /// AWS's id, by which the result is reported.
    id: String,
    /// When Lambda will stop the function.
    pub(crate) deadline: Option<Timestamp>,
}

/// An error of the function, as Lambda shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionError {
    /// Such as `Hubward.ServerRefused`.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

/// The Runtime API does not work; the function must end, and Lambda starts it again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the Lambda Runtime API does not work: {0}")]
pub(crate) struct RuntimeApiError(String);

impl RuntimeApi {
    /// A client for an address such as `127.0.0.1:9001`, never through a proxy.
    pub(crate) fn new(address: &str) -> Result<Self, RuntimeApiError> {
        let http = Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Self {
            http,
            base: format!("http://{address}/2018-06-01/runtime"),
        })
    }

    /// Waits for the next invocation. What it was invoked with is not read: there is only one thing to do.
    pub(crate) async fn next(&self) -> Result<Invocation, RuntimeApiError> {
        let url = format!("{}/invocation/next", self.base);
        let response = self.attempt(|| self.http.get(&url)).await?;
        let header = |name: &str| response.headers().get(name)?.to_str().ok();
        let id = header("lambda-runtime-aws-request-id").unwrap_or_default();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(is_plain) {
            return Err(RuntimeApiError(
                "an invocation without a usable id".to_owned(),
            ));
        }
        let deadline = header("lambda-runtime-deadline-ms").and_then(|ms| ms.parse().ok());
        Ok(Invocation {
            id: id.to_owned(),
            deadline: deadline.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        })
    }

    /// Reports the result of an invocation.
    pub(crate) async fn report(
        &self,
        invocation: &Invocation,
        result: &Result<Value, FunctionError>,
    ) -> Result<(), RuntimeApiError> {
        let about = format!("{}/invocation/{}", self.base, invocation.id);
        match result {
            Ok(result) => self.post(&format!("{about}/response"), result, None).await,
            Err(error) => self.post_error(&format!("{about}/error"), error).await,
        }
    }

    /// Reports that the function cannot start.
    pub(crate) async fn report_init_error(
        &self,
        error: &FunctionError,
    ) -> Result<(), RuntimeApiError> {
        self.post_error(&format!("{}/init/error", self.base), error)
            .await
    }

    async fn post_error(&self, url: &str, error: &FunctionError) -> Result<(), RuntimeApiError> {
        let body = json!({
            "errorMessage": error.message,
            "errorType": error.kind,
            "stackTrace": [],
        });
        self.post(url, &body, Some(error.kind)).await
    }

    async fn post(
        &self,
        url: &str,
        body: &Value,
        error_type: Option<&str>,
    ) -> Result<(), RuntimeApiError> {
        self.attempt(|| {
            let request = self.http.post(url).timeout(POST_TIMEOUT).json(body);
            match error_type {
                Some(kind) => request.header("lambda-runtime-function-error-type", kind),
                None => request,
            }
        })
        .await
        .map(|_| ())
    }

    async fn attempt(
        &self,
        request: impl Fn() -> reqwest::RequestBuilder,
    ) -> Result<Response, RuntimeApiError> {
        let mut attempt = 1;
        loop {
            let error = match request().send().await {
                Ok(response) if response.status().is_success() => return Ok(response),
                Ok(response) => refused(response.status()),
                Err(error) => failed(&error),
            };
            if attempt >= ATTEMPTS {
                return Err(error);
            }
            attempt += 1;
            sleep(PAUSE).await;
        }
    }
}

fn failed(error: &reqwest::Error) -> RuntimeApiError {
    // The last error of the chain; the ones above it only wrap it.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    RuntimeApiError(sanitize(&cause.to_string()))
}

fn refused(status: StatusCode) -> RuntimeApiError {
    RuntimeApiError(format!("HTTP {}", status.as_u16()))
}
