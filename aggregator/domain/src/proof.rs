//! Checks a proof (a signed `GetCallerIdentity` request) before STS is called: its challenge,
//! server, date, and the form of its signature. Everything that can be rejected without the network
//! is rejected here.
//!
//! The rules against attacks: one algorithm, one list of signed headers, one scope, the same Region
//! in scope and host; of the request, only the values of a fixed set of headers come from the
//! client, each in a strict form. Only STS can verify the signature itself.

use hubward_protocol::Region;
use hubward_protocol::proof::{ProofHeaders, SIGNED_HEADERS, SIGNED_HEADERS_WITH_TOKEN};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::signed_token::{Purpose, Signer};

/// How long a challenge is valid.
pub(crate) const CHALLENGE_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// How far a proof's date may be from ours; STS allows the same.
const DATE_TOLERANCE: SignedDuration = SignedDuration::from_mins(5);
/// In bytes; longer than any session token AWS has issued.
const LONGEST_TOKEN: usize = 8 * 1024;

/// Why a proof is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefused {
    /// A value does not have the form that a signer gives it.
    #[error("a header value is malformed")]
    Malformed,
    /// The challenge is not ours, has expired or was used before; or the proof was made for another
    /// server.
    #[error("the challenge is refused")]
    Challenge,
    /// The signature does not cover the required headers, or STS rejected it.
    #[error("the signature is refused")]
    Signature,
    /// The date is too far from ours.
    #[error("the date is refused")]
    Date,
}

/// Makes a challenge from 32 random bytes.
pub fn challenge(signer: &Signer, random: [u8; 32], now: Timestamp) -> (String, Timestamp) {
    let expires_at = now.saturating_add(CHALLENGE_LIFE).unwrap_or(now);
    let mut value = random.to_vec();
    value.extend_from_slice(&expires_at.as_second().to_be_bytes());
    (signer.sign(Purpose::Challenge, &value), expires_at)
}

/// Checks a proof for this server and Region. Returns when its challenge expires: until then the
/// caller must remember it as spent.
///
/// # Errors
/// Why it is rejected.
pub fn verify(
    signer: &Signer,
    server_id: &str,
    region: Region,
    headers: &ProofHeaders,
    now: Timestamp,
) -> Result<Timestamp, ProofRefused> {
    let expires_at = expiry(signer, &headers.x_hubward_challenge).ok_or(ProofRefused::Challenge)?;
    // A hostile server could relay our challenge to its own visitors, but their proofs name that
    // server.
    if expires_at <= now || headers.x_hubward_server_id != server_id {
        return Err(ProofRefused::Challenge);
    }
    let has_token = match &headers.x_amz_security_token {
        None => false,
        Some(token) if is_plain(token, LONGEST_TOKEN) => true,
        Some(_) => return Err(ProofRefused::Malformed),
    };
    let signed_at = signed_at(&headers.x_amz_date).ok_or(ProofRefused::Malformed)?;
    if signed_at.duration_since(now).abs() > DATE_TOLERANCE {
        return Err(ProofRefused::Date);
    }
    let day = headers.x_amz_date.get(..8).unwrap_or_default();
    verify_authorization(&headers.authorization, day, region, has_token)?;
    Ok(expires_at)
}

fn expiry(signer: &Signer, challenge: &str) -> Option<Timestamp> {
    let value = signer.verify(Purpose::Challenge, challenge)?;
    let seconds = value.get(32..)?.try_into().ok()?;
    Timestamp::from_second(i64::from_be_bytes(seconds)).ok()
}

/// Parses exactly `yyyymmddThhmmssZ`.
fn signed_at(text: &str) -> Option<Timestamp> {
    let form = b"00000000T000000Z";
    let fits = text.len() == form.len()
        && text.bytes().zip(form).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            letter => byte == *letter,
        });
    if !fits {
        return None;
    }
    let date = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    TimeZone::UTC.to_timestamp(date).ok()
}

/// Checks `AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/sts/aws4_request, SignedHeaders=…,
/// Signature=…`: each part once, in this order, as every SDK writes it.
fn verify_authorization(
    text: &str,
    day: &str,
    region: Region,
    has_token: bool,
) -> Result<(), ProofRefused> {
    let parts = || {
        let rest = text.strip_prefix("AWS4-HMAC-SHA256 Credential=")?;
        let (credential, rest) = rest.split_once(", SignedHeaders=")?;
        let (signed_headers, signature) = rest.split_once(", Signature=")?;
        Some((credential, signed_headers, signature))
    };
    let (credential, signed_headers, signature) = parts().ok_or(ProofRefused::Malformed)?;
    let (key, scope) = credential.split_once('/').ok_or(ProofRefused::Malformed)?;
    let is_key = (16..=128).contains(&key.len())
        && key
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let is_signature = signature.len() == 64
        && signature
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_key || !is_signature {
        return Err(ProofRefused::Malformed);
    }
    // Exactly these headers: an unsigned one could be replaced on the way, and others are not
    // needed.
    let wanted = if has_token {
        SIGNED_HEADERS_WITH_TOKEN
    } else {
        SIGNED_HEADERS
    };
    if signed_headers != wanted || scope != format!("{day}/{region}/sts/aws4_request") {
        return Err(ProofRefused::Signature);
    }
    Ok(())
}

/// Printable ASCII without spaces: nothing that could end a header.
fn is_plain(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
#[path = "proof/tests.rs"]
mod tests;
