//! An OpenID Connect login in progress. The browser carries it as a signed cookie, so the server
//! stores nothing. Also: where a browser may be redirected after a login.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::signed_token::{Purpose, Signer};

/// How long a person may take at the issuer.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// The longest address within the dashboard, in characters.
const LONGEST_ADDRESS: usize = 1000;

/// A login in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginAttempt {
    /// Binds the issuer's response to this browser (CSRF).
    pub state: String,
    /// Binds the issuer's token to this login (replay).
    pub nonce: String,
    /// Proves to the issuer that the same client asked and got the response (PKCE, RFC 7636).
    pub verifier: String,
    /// The page that the person wanted to see.
    pub next: String,
    /// When it expires, in seconds since 1970.
    expires: i64,
}

/// A person's identity, as the issuer asserts it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The issuer's own id of the person; never reused for another person.
    pub subject: String,
    /// The email address, if there is one.
    pub email: Option<String>,
    /// Whether the issuer has verified the address.
    pub email_verified: bool,
}

impl LoginAttempt {
    /// A login that starts now. The three texts must come from random bytes.
    pub fn new(
        state: [u8; 32],
        nonce: [u8; 32],
        verifier: [u8; 32],
        next: &str,
        now: Timestamp,
    ) -> Self {
        Self {
            state: hex::encode(state),
            nonce: hex::encode(nonce),
            verifier: hex::encode(verifier),
            next: within(next),
            expires: now.saturating_add(LIFE).unwrap_or(now).as_second(),
        }
    }

    /// The signed cookie value.
    pub fn signed(&self, signer: &Signer) -> String {
        // Plain fields always serialize.
        signer.sign(
            Purpose::Login,
            &serde_json::to_vec(self).unwrap_or_default(),
        )
    }

    /// The login in a cookie, if its signature is valid and it has not expired.
    pub fn verify(signer: &Signer, cookie: &str, now: Timestamp) -> Option<Self> {
        let value = signer.verify(Purpose::Login, cookie)?;
        let attempt: Self = serde_json::from_slice(&value).ok()?;
        (attempt.expires > now.as_second()).then_some(attempt)
    }

    /// `Max-Age` of the cookie, in seconds.
    pub fn cookie_life() -> i64 {
        LIFE.as_secs()
    }
}

impl Claims {
    /// The person's name: a verified email address, otherwise the issuer's id. An unverified
    /// address, which anyone could have typed in, must not make an operator.
    pub fn name(&self) -> &str {
        match &self.email {
            Some(email) if self.email_verified && !email.is_empty() => email,
            _ => &self.subject,
        }
    }
}

/// The address if it is within the dashboard, otherwise the front page. A login must not redirect
/// to another site.
pub fn within(address: &str) -> String {
    let inside = address.starts_with('/')
        && !address.starts_with("//")
        && address.len() <= LONGEST_ADDRESS
        && address
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if inside { address } else { "/" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for inside in ["/", "/alerts?state=open&page=2", "/accounts/111111111111"] {
            assert_eq!(within(inside), inside);
        }
        for outside in [
            "",
            "alerts",
            "https://evil.test/",
            "//evil.test/",
            "/\\evil.test/",
            "/\t/evil.test",
            "/a\r\nset-cookie: x=y",
            "javascript:alert(1)",
            &format!("/{}", "a".repeat(LONGEST_ADDRESS)),
        ] {
            assert_eq!(within(outside), "/", "{outside}");
        }
    }

    #[test]
    fn a_login_is_good_for_ten_minutes_and_only_here() {
        let signer = Signer::new([7; 32]);
        let now = Timestamp::UNIX_EPOCH;
        let attempt = LoginAttempt::new([1; 32], [2; 32], [3; 32], "//evil.test", now);
        assert_eq!(attempt.next, "/");
        let cookie = attempt.signed(&signer);
        assert_eq!(
            LoginAttempt::verify(&signer, &cookie, now),
            Some(attempt.clone())
        );
        let later = now + SignedDuration::from_mins(10);
        assert_eq!(LoginAttempt::verify(&signer, &cookie, later), None);
        assert_eq!(
            LoginAttempt::verify(&Signer::new([8; 32]), &cookie, now),
            None
        );
        let token = signer.sign(Purpose::Token, b"{}");
        assert_eq!(LoginAttempt::verify(&signer, &token, now), None);
    }

    #[test]
    fn only_an_address_that_the_issuer_vouches_for_names_a_person() {
        let mut claims = Claims {
            subject: "u-1".to_owned(),
            email: Some("mika@example.com".to_owned()),
            email_verified: false,
        };
        assert_eq!(claims.name(), "u-1");
        claims.email_verified = true;
        assert_eq!(claims.name(), "mika@example.com");
    }
}
