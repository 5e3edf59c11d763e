//! The proof of the account: a signed `sts:GetCallerIdentity` request, which the server sends to STS, and
//! STS answers with the account that signed it. `hubward_protocol::proof` defines the request; it contains
//! the server's challenge and the server's name.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as sign_v4};
use aws_sigv4::sign::v4;
use hubward_protocol::Region;
use hubward_protocol::api::Challenge;
use hubward_protocol::proof::{
    ACCEPT, BODY, CHALLENGE_HEADER, CONTENT_TYPE, ProofHeaders, SERVER_ID_HEADER, host,
};
use jiff::Timestamp;

use super::ServerError;

/// The longest challenge that is signed. A server's challenge has 144 characters.
const LONGEST_CHALLENGE: usize = 1024;

/// Signs the answer to a challenge.
pub(super) fn sign(
    credentials: Credentials,
    region: Region,
    challenge: &Challenge,
    now: Timestamp,
) -> Result<ProofHeaders, ServerError> {
    let is_plain = |text: &str| {
        !text.is_empty()
            && text.len() <= LONGEST_CHALLENGE
            && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    if !is_plain(&challenge.challenge) || !is_plain(&challenge.server_id) {
        return Err(ServerError::InvalidResponse);
    }
    let uri = format!("https://{}/", host(region));
    let headers = [
        ("accept", ACCEPT),
        ("content-type", CONTENT_TYPE),
        (CHALLENGE_HEADER, challenge.challenge.as_str()),
        (SERVER_ID_HEADER, challenge.server_id.as_str()),
    ];
    let unsigned = |error: &dyn std::fmt::Display| ServerError::SigningFailed(error.to_string());
    let body = SignableBody::Bytes(BODY.as_bytes());
    let request = SignableRequest::new("POST", uri, headers.into_iter(), body)
        .map_err(|error| unsigned(&error))?;
    let time = SystemTime::try_from(now).map_err(|error| unsigned(&error))?;
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_str())
        .name("sts")
        .time(time)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| unsigned(&error))?
        .into();
    let (instructions, _) = sign_v4(request, &params)
        .map_err(|error| unsigned(&error))?
        .into_parts();
    let value = |wanted: &str| {
        instructions
            .headers()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.to_owned())
    };
    let missing = || ServerError::SigningFailed("no signature".to_owned());
    Ok(ProofHeaders {
        authorization: value("authorization").ok_or_else(missing)?,
        x_amz_date: value("x-amz-date").ok_or_else(missing)?,
        x_amz_security_token: value("x-amz-security-token"),
        x_hubward_challenge: challenge.challenge.clone(),
        x_hubward_server_id: challenge.server_id.clone(),
    })
}

#[cfg(test)]
mod tests {
    use hubward_protocol::proof::{SIGNED_HEADERS, SIGNED_HEADERS_WITH_TOKEN};

    use super::*;

    fn proof(token: Option<&str>, challenge: &str) -> Result<ProofHeaders, ServerError> {
        let credentials = Credentials::new(
            "AKIDEXAMPLE",
            "secret",
            token.map(str::to_owned),
            None,
            "test",
        );
        let challenge = Challenge {
            challenge: challenge.to_owned(),
            server_id: "https://soc.example.com".to_owned(),
            expires_at: "2026-11-23T18:05:00Z".parse().unwrap(),
        };
        sign(
            credentials,
            "eu-west-1".parse().unwrap(),
            &challenge,
            "2026-11-23T18:00:00Z".parse().unwrap(),
        )
    }

    #[test]
    fn exactly_the_agreed_headers_are_signed() {
        for (token, list) in [
            (None, SIGNED_HEADERS),
            (Some("token"), SIGNED_HEADERS_WITH_TOKEN),
        ] {
            let headers = proof(token, "b3BhcXVl").unwrap();
            let scope = "Credential=AKIDEXAMPLE/20261123/eu-west-1/sts/aws4_request";
            let start = format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders={list}, Signature=");
            assert!(
                headers.authorization.starts_with(&start),
                "{}",
                headers.authorization
            );
            assert_eq!(headers.x_amz_date, "20261123T180000Z");
            assert_eq!(headers.x_amz_security_token.as_deref(), token);
        }
    }

    #[test]
    fn the_signature_covers_the_challenge() {
        let of = |challenge| proof(None, challenge).unwrap().authorization;
        assert_eq!(of("one"), of("one"));
        assert_ne!(of("one"), of("other"));
    }

    #[test]
    fn an_invalid_challenge_is_not_signed() {
        for wrong in ["", "a b", "a\nx-evil: 1", &"x".repeat(2000)] {
            assert_eq!(
                proof(None, wrong),
                Err(ServerError::InvalidResponse),
                "{wrong:?}"
            );
        }
    }
}
