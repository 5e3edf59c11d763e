//! Who may look at Hubward from outside the command line, and who may act: roles, the tokens that
//! operators give away, and the sessions of the dashboard.
//!
//! Pure: rows are kept by `store::access_tokens` and `store::sessions`. Members' agents are not here:
//! they prove their account (`bearer`).

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::audit::Actor;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look.
    Viewer,
    /// Look and act.
    Operator,
}

/// The word is no role's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected viewer or operator")]
pub struct UnknownRole;

/// A token's record: not the token, only what recognises it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccessToken {
    /// Its name.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// The part of it that finds this record.
    #[serde(skip)]
    pub id: String,
    /// The SHA-256 of the part that nobody else knows, in hex.
    #[serde(skip)]
    pub hash: String,
}

/// Who looks, as a token or a login proved it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    /// The token's name, or what the issuer calls the person.
    pub name: String,
    /// How it was proved.
    pub proof: TokenProof,
    /// What the visitor may do.
    pub role: Role,
}

/// How a visitor proved who it is.
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
    /// The token's name, or what the issuer calls the person.
    pub name: String,
    /// The token's role; `None` for a person of the issuer, whose role the configuration says.
    pub token_role: Option<Role>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used, roughly.
    pub seen_at: Timestamp,
}

/// A session's secret, as its cookie has it.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey(String);

/// What every token begins with, so that a scanner of secrets can find one.
const PREFIX: &str = "hubward_";
/// How long a name may be.
const LONGEST_NAME: usize = 64;
/// How long a session may last: a shift.
const LIFE: SignedDuration = SignedDuration::from_hours(12);
/// How long it may lie unused.
const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// How exactly its last use is kept: a write for each page would be too many.
const GRAIN: SignedDuration = SignedDuration::from_mins(5);

impl Role {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Viewer, Self::Operator];

    /// The role's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
        }
    }

    /// The role of a person that the issuer names: who is not listed may look only.
    pub fn of_person(name: &str, operators: &[String]) -> Self {
        let listed = operators
            .iter()
            .any(|operator| operator.eq_ignore_ascii_case(name));
        if listed { Self::Operator } else { Self::Viewer }
    }
}

/// Whether a token may have this name: it becomes part of the audit log.
pub fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Makes a token from bytes that nobody can guess: the token, its id and the hash of its secret.
pub fn mint(id: [u8; 8], secret: [u8; 32]) -> (String, String, String) {
    let (id, secret) = (hex::encode(id), hex::encode(secret));
    let hash = sha256(&secret);
    (format!("{PREFIX}{id}_{secret}"), id, hash)
}

/// A token's id, where a text has a token's form.
pub fn id_of(token: &str) -> Option<&str> {
    parts(token).map(|(id, _)| id)
}

fn parts(token: &str) -> Option<(&str, &str)> {
    let (id, secret) = token.strip_prefix(PREFIX)?.split_once('_')?;
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    (id.len() == 16 && secret.len() == 64 && is_hex(id) && is_hex(secret)).then_some((id, secret))
}

impl AccessToken {
    /// Whether a text is this token. Compared in constant time.
    pub fn is(&self, token: &str) -> bool {
        parts(token).is_some_and(|(_, secret)| {
            bool::from(sha256(secret).as_bytes().ct_eq(self.hash.as_bytes()))
        })
    }

    /// Its holder.
    pub fn visitor(&self) -> Visitor {
        Visitor {
            name: self.name.clone(),
            proof: TokenProof::Token,
            role: self.role,
        }
    }
}

impl Visitor {
    /// The visitor as an actor.
    pub fn actor(&self) -> Actor {
        match self.proof {
            TokenProof::Token => Actor::Token(self.name.clone()),
            TokenProof::Issuer => Actor::Person(self.name.clone()),
        }
    }
}

impl Session {
    /// Whether it is still good.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now.duration_since(self.started_at) < LIFE && now.duration_since(self.seen_at) < IDLE
    }

    /// Whether its use is to be written down.
    pub fn is_to_be_touched(&self, now: Timestamp) -> bool {
        now.duration_since(self.seen_at) >= GRAIN
    }

    /// Who has it.
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

    /// Sessions that began before this moment are over, whatever they do.
    pub fn oldest(now: Timestamp) -> Timestamp {
        now.saturating_sub(LIFE).unwrap_or(now)
    }

    /// How long the cookie is kept, in seconds.
    pub fn cookie_life() -> i64 {
        LIFE.as_secs()
    }
}

impl SessionKey {
    /// A new one, from bytes that nobody can guess.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(hex::encode(bytes))
    }

    /// What a cookie says, where it has the form of a session's.
    pub fn of_cookie(value: &str) -> Option<Self> {
        (value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .then(|| Self(value.to_owned()))
    }

    /// The cookie's value.
    pub fn cookie(&self) -> &str {
        &self.0
    }

    /// What the database knows it by.
    pub fn hash(&self) -> String {
        sha256(&self.0)
    }

    /// What every form of the session's pages carries: another site cannot know it, and it gives the
    /// cookie away to nobody.
    pub fn form_token(&self) -> String {
        sha256(&format!("hubward form v1 {}", self.0))
    }

    /// Whether a form was made for this session. Compared in constant time.
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

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or(UnknownRole)
    }
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
