//! Verifies that a webhook is Jira's, and which issue it names. The proof is a signature of its
//! body (webhooks that an administrator registers), or the secret itself (Jira automation's "Send
//! web request", which cannot sign). Nothing else of it is trusted: the issue is read from Jira.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::Sha256;

/// The proof in a webhook's headers.
#[derive(Clone, Copy, Debug, Default)]
pub struct HookProof<'a> {
    /// `X-Hub-Signature`: `sha256=` and the HMAC of the raw body in hex.
    pub signature: Option<&'a str>,
    /// `X-Hubward-Secret`: the secret itself.
    pub secret: Option<&'a str>,
}

/// Why a webhook is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HookRefused {
    /// No secret is configured or available, so nothing can be verified.
    #[error("requests.jira.webhook_secret is not set")]
    NoSecret,
    /// It has no proof, or a wrong one.
    #[error("the webhook's signature or secret is not right")]
    Wrong,
}

/// Verifies a webhook's proof, in constant time.
///
/// # Errors
/// It is not Jira's.
pub fn verify(
    secret: Option<&SecretString>,
    proof: &HookProof<'_>,
    body: &[u8],
) -> Result<(), HookRefused> {
    let secret = secret
        .map(ExposeSecret::expose_secret)
        .filter(|secret| !secret.is_empty())
        .ok_or(HookRefused::NoSecret)?;
    let proves = match (proof.signature, proof.secret) {
        // If there is a signature, only the signature counts.
        (Some(signature), _) => signature
            .strip_prefix("sha256=")
            .and_then(|hexed| hex::decode(hexed).ok())
            .is_some_and(|signature| is_mac(secret, body, &signature)),
        // Comparing two keyed hashes reveals neither length nor content by its timing.
        (None, Some(given)) => mac(secret, secret.as_bytes())
            .is_some_and(|wanted| is_mac(secret, given.as_bytes(), &wanted)),
        (None, None) => false,
    };
    if proves {
        Ok(())
    } else {
        Err(HookRefused::Wrong)
    }
}

fn keyed(secret: &str, content: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(content);
    Some(mac)
}

fn mac(secret: &str, content: &[u8]) -> Option<Vec<u8>> {
    Some(keyed(secret, content)?.finalize().into_bytes().to_vec())
}

fn is_mac(secret: &str, content: &[u8], tag: &[u8]) -> bool {
    keyed(secret, content).is_some_and(|mac| mac.verify_slice(tag).is_ok())
}

/// The key of the issue in a body: `issue.key` of a webhook, `key` of an automation.
pub fn issue(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    ["/issue/key", "/key"]
        .into_iter()
        .find_map(|place| body.pointer(place)?.as_str())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "It's a Secret to Everybody";

    fn verified(signature: Option<&str>, secret: Option<&str>, body: &[u8]) -> bool {
        let proof = HookProof { signature, secret };
        verify(Some(&SecretString::from(SECRET)), &proof, body).is_ok()
    }

    #[test]
    fn the_signature_is_the_one_that_atlassian_documents() {
        // developer.atlassian.com, "Webhooks", "Secure admin webhooks": its own example.
        let signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9";
        assert!(verified(Some(signature), None, b"Hello World!"));
        assert!(!verified(Some(signature), None, b"Hello World?"));
    }

    #[test]
    fn nothing_but_the_right_proof_is_one() {
        let body = b"{}";
        let right = format!("sha256={}", hex::encode(mac(SECRET, body).unwrap()));
        assert!(verified(Some(&right), None, body));
        assert!(verified(None, Some(SECRET), body));
        for signature in [
            "",
            "sha256=",
            "sha256=00",
            "sha1=00",
            &right[7..],
            &right.replace("sha256", "SHA256"),
        ] {
            assert!(!verified(Some(signature), None, body), "{signature}");
            // A wrong signature is rejected even if the secret is right.
            assert!(!verified(Some(signature), Some(SECRET), body));
        }
        for secret in ["", "It's a Secret", "It's a Secret to Everybody!"] {
            assert!(!verified(None, Some(secret), body), "{secret}");
        }
        assert!(!verified(None, None, body));
        let proof = HookProof {
            signature: None,
            secret: Some(""),
        };
        for none in [None, Some(&SecretString::from(""))] {
            assert_eq!(verify(none, &proof, body), Err(HookRefused::NoSecret));
        }
    }

    #[test]
    fn a_body_names_its_issue_in_either_form() {
        let named = |body: &str| issue(body.as_bytes());
        assert_eq!(
            named(r#"{"issue":{"key":"SOC-1"}}"#).as_deref(),
            Some("SOC-1")
        );
        assert_eq!(named(r#"{"key":"SOC-1"}"#).as_deref(), Some("SOC-1"));
        for none in [
            "",
            "[]",
            "{}",
            r#"{"key":5}"#,
            "not JSON",
            r#"{"issue":[]}"#,
        ] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
