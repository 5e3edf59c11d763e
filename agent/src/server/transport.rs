//! HTTP requests to the server. Until a session is open, the server is not trusted: redirects are not
//! followed, and time and size of a response are limited.

use std::time::Duration;

use hubward_protocol::AccountId;
use hubward_protocol::api::Problem;
use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Address;
use crate::observed::sanitize;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// From the first byte sent to the last byte received.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
/// In bytes.
const LARGEST_RESPONSE: usize = 64 * 1024;

/// An HTTP client for one server.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    http: Client,
    address: Address,
    certificates: Vec<Certificate>,
}

/// Why a request to the server failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ServerError {
    /// No connection, or it was lost; the reason.
    Unreachable(String),
    Timeout,
    Redirected,
    ResponseTooLarge,
    /// An error status. `error` and `hint` are the server's, and may be empty.
    Rejected {
        status: u16,
        error: String,
        hint: String,
    },
    InvalidResponse,
    /// The server's own name is not the one that was called, so it could relay a proof to another server.
    WrongServer(String),
    /// The server identified another account from the proof.
    WrongAccount(AccountId),
    /// The baseline is for another administrator.
    WrongAdministrator(AccountId),
    /// The proof could not be signed; the reason.
    SigningFailed(String),
}

impl ServerError {
    /// It is the wrong server: nothing more is sent to it.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::WrongServer(_) | Self::WrongAccount(_) | Self::WrongAdministrator(_)
        )
    }

    /// No reason for a warning: the next heartbeat will do.
    pub(crate) fn is_rate_limited(&self) -> bool {
        matches!(self, Self::Rejected { status: 429, .. })
    }

    /// Whether a retry may help.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Timeout | Self::Unreachable(_) => true,
            Self::Rejected { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }

    /// The server's reason, if it refuses to invite this account.
    pub(crate) fn not_invitable(&self) -> Option<&str> {
        match self {
            Self::Rejected { error, hint, .. } if error == "not_invitable" => {
                Some(if hint.is_empty() { error } else { hint })
            }
            _ => None,
        }
    }

    /// The session has expired, or the server does not know it.
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Rejected { status: 401, .. })
    }
}

/// The PEM file has no usable certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidCertificates;

impl Transport {
    /// A client that uses the proxy of the environment. The certificates in `pem` are trusted in addition to
    /// the system's; `language` is the language of the server's hints.
    pub(crate) fn new(
        address: Address,
        pem: Option<&[u8]>,
        language: &'static str,
    ) -> Result<Self, InvalidCertificates> {
        let certificates = match pem {
            Some(pem) => Certificate::from_pem_bundle(pem)
                .ok()
                .ok_or(InvalidCertificates)?,
            None => Vec::new(),
        };
        if pem.is_some() && certificates.is_empty() {
            return Err(InvalidCertificates);
        }
        let http = Client::builder()
            .user_agent(concat!("hubward-agent/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(
                ACCEPT_LANGUAGE,
                HeaderValue::from_static(language),
            )]))
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            // Servers and load balancers close idle connections after ten seconds or more. A heartbeat that is sent
            // on a connection that is just being closed would be lost.
            .pool_idle_timeout(IDLE_TIMEOUT)
            .tls_certs_merge(certificates.clone())
            .build()
            .ok()
            .ok_or(InvalidCertificates)?;
        Ok(Self {
            http,
            address,
            certificates,
        })
    }

    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// The certificates that are trusted in addition to the system's.
    pub(super) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Posts a JSON body and parses the response.
    pub(super) async fn post<Answer: DeserializeOwned>(
        &self,
        route: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Answer, ServerError> {
        let answer = self.post_raw(route, token, body).await?;
        #[expect(
            clippy::map_err_ignore,
            reason = "a member can do nothing with the place where the JSON is wrong"
        )]
        serde_json::from_slice(&answer).map_err(|_| ServerError::InvalidResponse)
    }

    /// Posts a JSON body and returns the response body as it is.
    pub(super) async fn post_raw(
        &self,
        route: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Vec<u8>, ServerError> {
        let mut request = self.http.post(self.address.route(route)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let mut response = request
            .send()
            .await
            .map_err(|error| request_error(&error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(ServerError::Redirected);
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| request_error(&error))?
        {
            if answer.len() + chunk.len() > LARGEST_RESPONSE {
                return Err(ServerError::ResponseTooLarge);
            }
            answer.extend_from_slice(&chunk);
        }
        if status.is_success() {
            Ok(answer)
        } else {
            Err(rejected(status, &answer))
        }
    }
}

fn rejected(status: StatusCode, answer: &[u8]) -> ServerError {
    let problem = serde_json::from_slice::<Problem>(answer).ok();
    let (error, hint) = problem.map_or_else(Default::default, |problem| {
        (sanitize(&problem.error), sanitize(&problem.hint))
    });
    ServerError::Rejected {
        status: status.as_u16(),
        error,
        hint,
    }
}

fn request_error(error: &reqwest::Error) -> ServerError {
    if error.is_timeout() {
        return ServerError::Timeout;
    }
    // The last error of the chain; the ones above it only wrap it.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    ServerError::Unreachable(sanitize(&cause.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_cannot_control_the_terminal() {
        let answer = br#"{"error":"rate_limited","title":"t","status":429,"hint":"wait\u001b[2J"}"#;
        let error = rejected(StatusCode::TOO_MANY_REQUESTS, answer);
        assert!(error.is_rate_limited());
        let ServerError::Rejected { error, hint, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(
            (error.as_str(), hint.as_str()),
            ("rate_limited", "wait [2J")
        );
    }

    #[test]
    fn an_error_without_a_problem_body_is_accepted() {
        let error = rejected(StatusCode::UNAUTHORIZED, b"<html>");
        assert!(error.is_unauthorized() && !error.is_final() && !error.is_transient());
    }

    #[test]
    fn certificates_are_pem() {
        let address: Address = "https://soc.example.com".parse().unwrap();
        let refused = Transport::new(address, Some(b"no certificate"), "en").map(|_| ());
        assert_eq!(refused, Err(InvalidCertificates));
    }
}
