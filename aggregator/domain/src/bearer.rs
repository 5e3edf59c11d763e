//! The bearer token of an agent that proved its account. The token is signed (`signed_token`), so
//! the server stores nothing.

use hubward_protocol::AccountId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::audit::Actor;
use super::signed_token::{Purpose, Signer};

/// How long a token is valid: a run takes at most 20 minutes, and a later one proves itself again.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// The holder of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearer {
    pub account: AccountId,
    /// The caller's ARN, as STS returned it.
    pub caller: String,
    /// When the token expires, in seconds since 1970.
    expires: i64,
}

impl Bearer {
    /// A holder whose token is valid from now on.
    pub fn new(account: AccountId, caller: String, now: Timestamp) -> Self {
        let expires = now.saturating_add(LIFE).unwrap_or(now).as_second();
        Self {
            account,
            caller,
            expires,
        }
    }

    /// When the token expires.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_second(self.expires).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Signs the token.
    pub fn token(&self, signer: &Signer) -> String {
        // Three plain fields always serialize.
        let value = serde_json::to_vec(self).unwrap_or_default();
        signer.sign(Purpose::Token, &value)
    }

    /// The holder of a token, if its signature is valid and it has not expired.
    pub fn of_token(signer: &Signer, token: &str, now: Timestamp) -> Option<Self> {
        let value = signer.verify(Purpose::Token, token)?;
        let bearer: Self = serde_json::from_slice(&value).ok()?;
        (bearer.expires > now.as_second()).then_some(bearer)
    }

    /// The bearer as an actor.
    pub fn actor(&self) -> Actor {
        Actor::Member {
            account: self.account.clone(),
            caller: self.caller.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_an_hour_and_only_here() {
        let signer = Signer::new([7; 32]);
        let now = Timestamp::UNIX_EPOCH;
        let bearer = Bearer::new("012345678901".parse().unwrap(), "arn".to_owned(), now);
        let token = bearer.token(&signer);
        assert_eq!(Bearer::of_token(&signer, &token, now), Some(bearer));
        let later = now + SignedDuration::from_hours(1);
        assert_eq!(Bearer::of_token(&signer, &token, later), None);
        assert_eq!(Bearer::of_token(&Signer::new([8; 32]), &token, now), None);
        let challenge = signer.sign(Purpose::Challenge, b"{}");
        assert_eq!(Bearer::of_token(&signer, &challenge, now), None);
    }
}
