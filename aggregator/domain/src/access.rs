//! Access to the dashboard and the API: roles, access tokens made by operators, and dashboard
//! sessions.
//!
//! Pure: rows are stored by `store::access_tokens` and `store::sessions`. Members' agents
//! authenticate differently, by proving their account (`bearer`).

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};
use strum::{EnumString, IntoStaticStr, VariantArray};
use subtle::ConstantTimeEq;

use super::audit::Actor;
use super::word::UnknownWord;

/// What a token's holder or a person is allowed to do.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    IntoStaticStr,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(
    serialize_all = "lowercase",
    parse_err_ty = UnknownWord,
    parse_err_fn = UnknownWord::of::<Role>
)]
pub enum Role {
    /// Read only.
    Viewer,
    /// Read and change.
    Operator,
}

/// A stored access token. It has a hash of the secret, never the token itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessToken {
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    pub created_at: Timestamp,
    pub created_by: String,
    /// The public part of the token, by which the record is found.
    #[serde(skip)]
    pub id: String,
    /// SHA-256 of the token's secret part, in hex.
    #[serde(skip)]
    pub hash: String,
}

/// The authenticated user of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The token's name, or the name that the issuer gives the person.
    pub name: String,
    /// How it was proved.
    pub proof: TokenProof,
    /// What the visitor may do.
    pub role: Role,
}

/// How a user was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenProof {
    /// By a token of `hubward token add`.
    Token,
    /// By the OpenID Connect issuer.
    Issuer,
}

/// A session of the dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The token's name, or the name that the issuer gives the person.
    pub name: String,
    /// The token's role; `None` for a person of the issuer, whose role comes from the
    /// configuration.
    pub token_role: Option<Role>,
    pub started_at: Timestamp,
    /// When it was last used, to a precision of [`GRAIN`].
    pub seen_at: Timestamp,
}

/// A session's secret, as the cookie holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey(String);

/// The prefix of all tokens, so that secret scanners recognize them.
const PREFIX: &str = "hubward_";
/// The longest name of a token, in characters.
const LONGEST_NAME: usize = 64;
/// The longest life of a session: one shift.
const LIFE: SignedDuration = SignedDuration::from_hours(12);
/// How long a session may be unused before it expires.
const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// The precision of the last use: writing it for each page would be too many writes.
const GRAIN: SignedDuration = SignedDuration::from_mins(5);

impl Role {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The role of a person that the issuer names: operator if listed, otherwise viewer.
    pub fn of_person(name: &str, operators: &[String]) -> Self {
        let listed = operators
            .iter()
            .any(|operator| operator.eq_ignore_ascii_case(name));
        if listed { Self::Operator } else { Self::Viewer }
    }
}

/// Whether a token may have this name, which is shown in the audit log.
pub fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Makes a token from random bytes: the token, its id, and the hash of its secret.
pub fn mint(id: [u8; 8], secret: [u8; 32]) -> (String, String, String) {
    let (id, secret) = (hex::encode(id), hex::encode(secret));
    let hash = sha256(&secret);
    (format!("{PREFIX}{id}_{secret}"), id, hash)
}

/// A token's id, if the text has the form of a token.
pub fn id_of(token: &str) -> Option<&str> {
    parts(token).map(|(id, _)| id)
}

fn parts(token: &str) -> Option<(&str, &str)> {
    let (id, secret) = token.strip_prefix(PREFIX)?.split_once('_')?;
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    (id.len() == 16 && secret.len() == 64 && is_hex(id) && is_hex(secret)).then_some((id, secret))
}

impl AccessToken {
    /// Whether the text is this token. Compared in constant time.
    pub fn is(&self, token: &str) -> bool {
        parts(token).is_some_and(|(_, secret)| {
            // A plain hash is enough, because the secret has 256 random bits and cannot be guessed.
            bool::from(sha256(secret).as_bytes().ct_eq(self.hash.as_bytes()))
        })
    }

    /// The token's holder.
    pub fn visitor(&self) -> Visitor {
        Visitor {
            name: self.name.clone(),
            proof: TokenProof::Token,
            role: self.role,
        }
    }
}

impl Visitor {
    /// The visitor as an actor of the audit log.
    pub fn actor(&self) -> Actor {
        match self.proof {
            TokenProof::Token => Actor::Token(self.name.clone()),
            TokenProof::Issuer => Actor::Person(self.name.clone()),
        }
    }
}

impl Session {
    /// Whether the session has not expired.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now.duration_since(self.started_at) < LIFE && now.duration_since(self.seen_at) < IDLE
    }

    /// Whether the last use should be written to the database.
    pub fn is_to_be_touched(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at) >= GRAIN
    }

    /// The session's user.
    pub fn visitor(&self, operators: &[String]) -> Visitor {
        let (proof, role) = match self.token_role {
            Some(role) => (TokenProof::Token, role),
            None => (TokenProof::Issuer, Role::of_person(&self.name, operators)),
        };
        Visitor {
            name: self.name.clone(),
            proof,
            role,
        }
    }

    /// Sessions that started before this moment have expired, however active they are.
    pub fn oldest(now: Timestamp) -> Timestamp {
        now.saturating_sub(LIFE).unwrap_or(now)
    }

    /// `Max-Age` of the cookie, in seconds.
    pub fn cookie_life() -> i64 {
        LIFE.as_secs()
    }
}

impl SessionKey {
    /// A new key from random bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(hex::encode(bytes))
    }

    /// Reads a cookie's value; `None` if it does not have the form of a session key.
    pub fn of_cookie(value: &str) -> Option<Self> {
        (value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .then(|| Self(value.to_owned()))
    }

    /// The cookie's value.
    pub fn cookie(&self) -> &str {
        &self.0
    }

    /// The hash by which the database stores the session.
    pub fn hash(&self) -> String {
        sha256(&self.0)
    }

    /// The CSRF token in every form of the session's pages. Another site cannot know it, and the
    /// session key cannot be computed from it.
    pub fn form_token(&self) -> String {
        sha256(&format!("hubward form v1 {}", self.0))
    }

    /// Whether a form's CSRF token belongs to this session. Compared in constant time.
    pub fn made(&self, form_token: &str) -> bool {
        self.form_token()
            .as_bytes()
            .ct_eq(form_token.as_bytes())
            .into()
    }
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(hash: String) -> AccessToken {
        AccessToken {
            name: "wall".to_owned(),
            role: Role::Viewer,
            created_at: Timestamp::UNIX_EPOCH,
            created_by: "operator:mika".to_owned(),
            id: String::new(),
            hash,
        }
    }

    #[test]
    fn a_token_is_recognised_by_its_hash_alone() {
        let (token, id, hash) = mint([1; 8], [2; 32]);
        assert_eq!(id_of(&token), Some(id.as_str()));
        assert!(!hash.contains(&"02".repeat(32)));
        let record = record(hash);
        assert!(record.is(&token));
        let (other, _, _) = mint([1; 8], [3; 32]);
        for wrong in [
            "",
            "hubward_",
            "hubward_x_y",
            other.as_str(),
            token.trim_end_matches('2'),
            &format!("{token}0"),
        ] {
            assert!(!record.is(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_name_cannot_forge_a_line_of_the_log() {
        for good in ["wall", "grafana-1", "a.b_c"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "a b", "a\nb", "名前", "a/b", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn who_is_not_listed_may_only_look() {
        let operators = ["Mika@example.com".to_owned()];
        assert_eq!(
            Role::of_person("mika@example.com", &operators),
            Role::Operator
        );
        assert_eq!(
            Role::of_person("mika@example.com.evil.test", &operators),
            Role::Viewer
        );
        assert_eq!(Role::of_person("", &operators), Role::Viewer);
    }

    #[test]
    fn a_session_ends_after_its_shift_and_when_it_lies_unused() {
        let start = Timestamp::UNIX_EPOCH;
        let session = |seen_at| Session {
            name: "wall".to_owned(),
            token_role: Some(Role::Viewer),
            started_at: start,
            seen_at,
        };
        let at = |hours| start + SignedDuration::from_hours(hours);
        assert!(session(start).is_alive(at(1)));
        assert!(!session(start).is_alive(at(2)));
        assert!(session(at(11)).is_alive(at(11)));
        assert!(!session(at(11)).is_alive(at(12)));
    }

    #[test]
    fn a_form_belongs_to_one_session_and_does_not_tell_its_cookie() {
        let key = SessionKey::new([1; 32]);
        assert!(key.made(&key.form_token()));
        assert!(!key.made(&SessionKey::new([2; 32]).form_token()));
        assert!(!key.made(""));
        assert_ne!(key.form_token(), key.hash());
        assert!(!key.form_token().contains(key.cookie()));
        assert!(SessionKey::of_cookie("short").is_none());
    }
}
