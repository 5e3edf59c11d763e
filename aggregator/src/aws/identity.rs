//! Verifies an agent's proof: the one call to STS that turns a signed request into an account.
//!
//! The request is rebuilt from constants; only header values that `hubward_domain::proof` has validated come
//! from the client. It goes to the Region's own STS (or to the endpoint that the operator configured, still
//! with the signed `Host`), without redirects and without a proxy. The response is limited in size and parsed
//! strictly: a lenient parser once allowed callers to impersonate anyone (CVE-2020-16250).

use std::time::Duration;

use hubward_protocol::proof::{
    ACCEPT, BODY, CHALLENGE_HEADER, CONTENT_TYPE, ProofHeaders, SERVER_ID_HEADER, host,
};
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{
    ACCEPT as ACCEPT_HEADER, AUTHORIZATION, CONTENT_TYPE as CONTENT_TYPE_HEADER, DATE, HOST,
};
use serde::Deserialize;

use crate::world::Environment;
use hubward_domain::address::verify_endpoint;

/// Larger than any response of STS, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024;

/// The client that sends proofs to STS.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    client: reqwest::Client,
    endpoint: Option<String>,
}

/// The account and identity that signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub account: AccountId,
    /// The ARN of the user or role.
    pub arn: String,
}

/// Why STS did not identify the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotIdentified {
    /// STS rejected the signature.
    #[error("STS refused the signature")]
    Refused,
    /// STS was not reached, or its response is not STS's.
    #[error("STS could not be asked: {0}")]
    Unavailable(&'static str),
}

/// The response of GetCallerIdentity; unknown fields are rejected.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallerEnvelope {
    #[serde(rename = "GetCallerIdentityResponse")]
    response: Response,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    #[serde(rename = "GetCallerIdentityResult")]
    result: CallerIdentity,
    #[serde(rename = "ResponseMetadata")]
    _metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct CallerIdentity {
    account: AccountId,
    arn: String,
    #[serde(rename = "UserId")]
    _user_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    #[serde(rename = "RequestId")]
    _request_id: String,
}

impl Identity {
    /// A client for STS, at `AWS_ENDPOINT_URL_STS` or `AWS_ENDPOINT_URL` if one is set.
    ///
    /// # Errors
    /// The TLS library could not be set up. An unsafe endpoint is refused when AWS is opened.
    pub(crate) fn new(environment: &Environment) -> reqwest::Result<Self> {
        // Once per process; a second call is a no-op.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(5))
            .build()?;
        let endpoint = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
            .into_iter()
            .find_map(|name| environment.get(name))
            .filter(|endpoint| verify_endpoint(endpoint).is_ok())
            .map(str::to_owned);
        Ok(Self { client, endpoint })
    }

    /// The time in the Date header of the Region's STS. The request is not signed: with a wrong clock, a
    /// signed one would be rejected.
    ///
    /// # Errors
    /// There was no valid response.
    pub(crate) async fn date(&self, region: Region) -> Result<Timestamp, NotIdentified> {
        let host = host(region);
        let url = self
            .endpoint
            .clone()
            .unwrap_or_else(|| format!("https://{host}/"));
        let asked = self.client.head(url).header(HOST, host).send();
        let answer = asked
            .await
            .map_err(|error| unavailable("no answer", &error))?;
        answer
            .headers()
            .get(DATE)
            .and_then(|value| jiff::fmt::rfc2822::parse(value.to_str().ok()?).ok())
            .map(|date| date.timestamp())
            .ok_or(NotIdentified::Unavailable("an answer without a date"))
    }

    /// Asks the Region's STS who signed the request.
    ///
    /// # Errors
    /// STS did not identify the caller.
    pub(crate) async fn identify(
        &self,
        region: Region,
        headers: &ProofHeaders,
    ) -> Result<Caller, NotIdentified> {
        let host = host(region);
        let url = self
            .endpoint
            .clone()
            .unwrap_or_else(|| format!("https://{host}/"));
        let mut request = self
            .client
            .post(url)
            .header(HOST, host)
            .header(ACCEPT_HEADER, ACCEPT)
            .header(CONTENT_TYPE_HEADER, CONTENT_TYPE)
            .header(AUTHORIZATION, &headers.authorization)
            .header("x-amz-date", &headers.x_amz_date)
            .header(CHALLENGE_HEADER, &headers.x_hubward_challenge)
            .header(SERVER_ID_HEADER, &headers.x_hubward_server_id)
            .body(BODY);
        if let Some(token) = &headers.x_amz_security_token {
            request = request.header("x-amz-security-token", token);
        }
        let answer = request
            .send()
            .await
            .map_err(|error| unavailable("no answer", &error))?;
        let status = answer.status();
        if status != StatusCode::OK {
            // 400 and 403 are about the signature; anything else is a problem of STS.
            return Err(
                if matches!(status, StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN) {
                    NotIdentified::Refused
                } else {
                    NotIdentified::Unavailable("an unexpected status")
                },
            );
        }
        let is_json = answer
            .headers()
            .get(CONTENT_TYPE_HEADER)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| {
                value.split(';').next().map(str::trim) == Some("application/json")
            });
        if !is_json {
            return Err(NotIdentified::Unavailable("an answer that is not JSON"));
        }
        parse(&read(answer).await?).ok_or(NotIdentified::Unavailable("an answer of another shape"))
    }
}

/// The agent only learns what happened; the log has the cause.
fn unavailable(what: &'static str, error: &reqwest::Error) -> NotIdentified {
    tracing::warn!(error = ?error, "STS: {what}");
    NotIdentified::Unavailable(what)
}

async fn read(mut answer: reqwest::Response) -> Result<Vec<u8>, NotIdentified> {
    let mut bytes = Vec::new();
    while let Some(part) = answer
        .chunk()
        .await
        .map_err(|error| unavailable("an answer that broke off", &error))?
    {
        if bytes.len() + part.len() > LONGEST_ANSWER {
            return Err(NotIdentified::Unavailable("an oversized answer"));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// The caller, if account and ARN match.
fn parse(bytes: &[u8]) -> Option<Caller> {
    let CallerIdentity { account, arn, .. } = serde_json::from_slice::<CallerEnvelope>(bytes)
        .ok()?
        .response
        .result;
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", "aws", "iam" | "sts", "", owner, who]
            if *owner == account.as_str()
                && (1..=1024).contains(&who.len())
                && arn.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            Some(Caller { account, arn })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(account: &str, arn: &str, more: &str) -> String {
        format!(
            r#"{{"GetCallerIdentityResponse":{{"GetCallerIdentityResult":{{"Account":"{account}","Arn":"{arn}","UserId":"U"{more}}},"ResponseMetadata":{{"RequestId":"R"}}}}}}"#
        )
    }

    #[test]
    fn only_stss_own_shape_names_a_caller() {
        let account = "012345678901";
        let good = format!("arn:aws:sts::{account}:assumed-role/member/session");
        let caller = parse(answer(account, &good, "").as_bytes()).unwrap();
        assert_eq!(
            (caller.account.as_str(), caller.arn),
            (account, good.clone())
        );
        assert!(
            parse(answer(account, &format!("arn:aws:iam::{account}:root"), "").as_bytes())
                .is_some()
        );
        for wrong in [
            answer("999999999999", &good, ""),
            answer("12345", &good, ""),
            answer(account, &format!("arn:aws:s3::{account}:x"), ""),
            answer(account, &format!("arn:aws-cn:sts::{account}:x"), ""),
            answer(account, &format!("arn:aws:sts:us-east-1:{account}:x"), ""),
            answer(account, &format!("arn:aws:sts::{account}:"), ""),
            answer(account, "x", ""),
            answer(account, &good, r#","Account":"999999999999""#),
            answer(account, &good, r#","More":"x""#),
            answer(account, &good, "").replace("ResponseMetadata", "Metadata"),
            // A response of another operation that reflects an attacker's input.
            format!(
                r#"{{"AssumeRoleResponse":{{"x":{}}}}}"#,
                answer(account, &good, "")
            ),
            format!("<xml>{}</xml>", answer(account, &good, "")),
            "[".repeat(10_000),
            String::new(),
        ] {
            assert_eq!(parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
