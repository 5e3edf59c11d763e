//! A login at the OpenID Connect issuer that is under way, as the browser carries it: sealed, so that
//! nothing of it is kept here. And where a browser may be sent afterwards.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::signed_token::{Purpose, Signer};

/// How long a person may take at the issuer.
const LIFE: SignedDuration = SignedDuration::from_mins(10);
/// How long an address within the dashboard may be.
const LONGEST_ADDRESS: usize = 1000;

/// A login under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginAttempt {
    /// Ties the issuer's answer to this browser.
    pub state: String,
    /// Ties the issuer's token to this login.
    pub nonce: String,
    /// Proves to the issuer that who takes the answer is who asked (PKCE, RFC 7636).
    pub verifier: String,
    /// Where the person wanted to go.
    pub next: String,
    /// Until when, in seconds since 1970.
    expires: i64,
}

/// Who a person is, as the issuer says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The issuer's own name for the person; never given to another.
    pub subject: String,
    /// The address, where there is one.
    pub email: Option<String>,
    /// Whether the issuer vouches for the address.
    pub email_verified: bool,
}

impl LoginAttempt {
    /// A login from now on. The three texts come from bytes that nobody can guess.
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

    /// What the browser carries.
    pub fn sealed(&self, seal: &Signer) -> String {
        // Plain fields: nothing here can fail to be JSON.
        seal.seal(
            Purpose::Login,
            &serde_json::to_vec(self).unwrap_or_default(),
        )
    }

    /// The login that a browser carries, if it is ours and not too old.
    pub fn open(seal: &Signer, sealed: &str, now: Timestamp) -> Option<Self> {
        let value = seal.open(Purpose::Login, sealed)?;
        let attempt: Self = serde_json::from_slice(&value).ok()?;
        (attempt.expires > now.as_second()).then_some(attempt)
    }

    /// How long the cookie is kept, in seconds.
    pub fn cookie_life() -> i64 {
        LIFE.as_secs()
    }
}

impl Claims {
    /// What the person is known by: an address that the issuer vouches for, else its own name for the
    /// person. An address that anybody could have typed in must not make an operator.
    pub fn name(&self) -> &str {
        match &self.email {
            Some(email) if self.email_verified && !email.is_empty() => email,
            _ => &self.subject,
        }
    }
}

/// The address, if it lies within the dashboard; otherwise its front page. A login must not send
/// people to another site.
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
        let seal = Signer::new([7; 32]);
        let now = Timestamp::UNIX_EPOCH;
        let attempt = LoginAttempt::new([1; 32], [2; 32], [3; 32], "//evil.test", now);
        assert_eq!(attempt.next, "/");
        let sealed = attempt.sealed(&seal);
        assert_eq!(
            LoginAttempt::open(&seal, &sealed, now),
            Some(attempt.clone())
        );
        let later = now + SignedDuration::from_mins(10);
        assert_eq!(LoginAttempt::open(&seal, &sealed, later), None);
        assert_eq!(
            LoginAttempt::open(&Signer::new([8; 32]), &sealed, now),
            None
        );
        let token = seal.seal(Purpose::Token, b"{}");
        assert_eq!(LoginAttempt::open(&seal, &token, now), None);
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
