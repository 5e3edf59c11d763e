//! One request to the server and its bounded answer. Nothing is followed elsewhere and nothing is
//! waited for long: the server is a stranger's machine until it has shown otherwise.

use std::time::Duration;

use hubward_protocol::AccountId;
use hubward_protocol::api::Problem;
use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Address;
use crate::observed::plain;

const CONNECT: Duration = Duration::from_secs(5);
/// From the first byte out to the last byte in.
const TOTAL: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(5);
/// The longest answer that is read.
const LONGEST: usize = 64 * 1024;

/// The way to one server.
#[derive(Clone, Debug)]
pub(crate) struct Transport {
    http: Client,
    address: Address,
    certificates: Vec<Certificate>,
}

/// What a server did wrong, or that it is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No connection, or it broke.
    Unreachable(String),
    /// No whole answer in time.
    TooSlow,
    /// It answers from elsewhere.
    Redirects,
    /// Its answer has no end.
    TooLarge,
    /// It refuses; its own code and hint, where it gives them.
    Refuses {
        /// The HTTP status.
        status: u16,
        /// The stable code.
        error: String,
        /// What helps.
        hint: String,
    },
    /// Its answer is not of the agreed form.
    Unreadable,
    /// It goes by another name than the one that was called: a proof would be relayed.
    OtherServer(String),
    /// It takes the caller for another account.
    OtherAccount(AccountId),
    /// Its baseline is another administrator's.
    OtherAdministrator(AccountId),
    /// The proof could not be signed.
    Unsigned(String),
}

impl Fault {
    /// The server is not whom it should be: it gets nothing more.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::OtherServer(_) | Self::OtherAccount(_) | Self::OtherAdministrator(_)
        )
    }

    /// It has too much to do: the next heartbeat is soon enough.
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self, Self::Refuses { status: 429, .. })
    }

    /// It may work a little later.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            Self::TooSlow | Self::Unreachable(_) => true,
            Self::Refuses { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }

    /// It has decided not to invite this account: its reason.
    pub(crate) fn will_not_invite(&self) -> Option<&str> {
        match self {
            Self::Refuses { error, hint, .. } if error == "not_invitable" => {
                Some(if hint.is_empty() { error } else { hint })
            }
            _ => None,
        }
    }

    /// The session is over, or was never known.
    pub(crate) fn wants_proof(&self) -> bool {
        matches!(self, Self::Refuses { status: 401, .. })
    }
}

/// The file has no certificates in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BadCertificates;

impl Transport {
    /// The way to a server, through the proxy that the environment names. The certificates are
    /// trusted beside those of the system; the language is that of its hints.
    pub(crate) fn new(
        address: Address,
        pem: Option<&[u8]>,
        language: &'static str,
    ) -> Result<Self, BadCertificates> {
        let certificates = match pem {
            Some(pem) => Certificate::from_pem_bundle(pem)
                .ok()
                .ok_or(BadCertificates)?,
            None => Vec::new(),
        };
        if pem.is_some() && certificates.is_empty() {
            return Err(BadCertificates);
        }
        let http = Client::builder()
            .user_agent(concat!("hubward-agent/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(
                ACCEPT_LANGUAGE,
                HeaderValue::from_static(language),
            )]))
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(TOTAL)
            // Servers and balancers end what is idle, at ten seconds or a minute: a heartbeat that goes out on a
            // connection that is just ending is lost.
            .pool_idle_timeout(IDLE)
            .tls_certs_merge(certificates.clone())
            .build()
            .ok()
            // Nothing else that is set here can be wrong.
            .ok_or(BadCertificates)?;
        Ok(Self {
            http,
            address,
            certificates,
        })
    }

    /// The server's address.
    pub(crate) fn address(&self) -> &Address {
        &self.address
    }

    /// The certificates that are trusted beside those of the system.
    pub(super) fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Posts a body and reads the answer.
    pub(super) async fn post<Answer: DeserializeOwned>(
        &self,
        route: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Answer, Fault> {
        let answer = self.post_blindly(route, token, body).await?;
        #[expect(
            clippy::map_err_ignore,
            reason = "a member can do nothing with the place where the JSON is wrong"
        )]
        serde_json::from_slice(&answer).map_err(|_| Fault::Unreadable)
    }

    /// Posts a body; whether it was taken is all that counts.
    pub(super) async fn post_blindly(
        &self,
        route: &str,
        token: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Vec<u8>, Fault> {
        let mut request = self.http.post(self.address.route(route)).json(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let mut response = request.send().await.map_err(|error| fault(&error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(Fault::Redirects);
        }
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| fault(&error))? {
            if answer.len() + chunk.len() > LONGEST {
                return Err(Fault::TooLarge);
            }
            answer.extend_from_slice(&chunk);
        }
        if status.is_success() {
            Ok(answer)
        } else {
            Err(refusal(status, &answer))
        }
    }
}

fn refusal(status: StatusCode, answer: &[u8]) -> Fault {
    let problem = serde_json::from_slice::<Problem>(answer).ok();
    let (error, hint) = problem.map_or_else(Default::default, |problem| {
        (plain(&problem.error), plain(&problem.hint))
    });
    Fault::Refuses {
        status: status.as_u16(),
        error,
        hint,
    }
}

fn fault(error: &reqwest::Error) -> Fault {
    if error.is_timeout() {
        return Fault::TooSlow;
    }
    // The last error of the chain: the ones above it only say that there is one below.
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Fault::Unreachable(plain(&cause.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_cannot_speak_to_the_terminal() {
        let answer = br#"{"error":"rate_limited","title":"t","status":429,"hint":"wait\u001b[2J"}"#;
        let fault = refusal(StatusCode::TOO_MANY_REQUESTS, answer);
        assert!(fault.is_busy());
        let Fault::Refuses { error, hint, .. } = fault else {
            panic!("{fault:?}");
        };
        assert_eq!(
            (error.as_str(), hint.as_str()),
            ("rate_limited", "wait [2J")
        );
    }

    #[test]
    fn any_refusal_will_do() {
        let fault = refusal(StatusCode::UNAUTHORIZED, b"<html>");
        assert!(fault.wants_proof() && !fault.is_final() && !fault.may_pass());
    }

    #[test]
    fn certificates_are_pem() {
        let address: Address = "https://soc.example.com".parse().unwrap();
        let refused = Transport::new(address, Some(b"no certificate"), "en").map(|_| ());
        assert_eq!(refused, Err(BadCertificates));
    }
}
