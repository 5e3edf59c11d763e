//! A caller that proved its account, as its token says it. The token is sealed (`seal`), so nothing
//! of it is kept.

use hubward_protocol::AccountId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::audit::Actor;
use super::signed_token::{Purpose, Signer};

/// How long a token is good: a run ends within 20 minutes, and a later look proves itself again.
const LIFE: SignedDuration = SignedDuration::from_hours(1);

/// Who holds a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearer {
    /// The account.
    pub account: AccountId,
    /// The caller that STS named.
    pub caller: String,
    /// Until when, in seconds since 1970.
    expires: i64,
}

impl Bearer {
    /// A bearer from now on.
    pub fn new(account: AccountId, caller: String, now: Timestamp) -> Self {
        let expires = now.saturating_add(LIFE).unwrap_or(now).as_second();
        Self {
            account,
            caller,
            expires,
        }
    }

    /// Until when its token is good.
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_second(self.expires).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Its token.
    pub fn token(&self, seal: &Signer) -> String {
        // Three plain fields: nothing here can fail to be JSON.
        let value = serde_json::to_vec(self).unwrap_or_default();
        seal.seal(Purpose::Token, &value)
    }

    /// Who holds a token, if it is ours and still good.
    pub fn of_token(seal: &Signer, token: &str, now: Timestamp) -> Option<Self> {
        let value = seal.open(Purpose::Token, token)?;
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
        let seal = Signer::new([7; 32]);
        let now = Timestamp::UNIX_EPOCH;
        let bearer = Bearer::new("012345678901".parse().unwrap(), "arn".to_owned(), now);
        let token = bearer.token(&seal);
        assert_eq!(Bearer::of_token(&seal, &token, now), Some(bearer));
        let later = now + SignedDuration::from_hours(1);
        assert_eq!(Bearer::of_token(&seal, &token, later), None);
        assert_eq!(Bearer::of_token(&Signer::new([8; 32]), &token, now), None);
        let challenge = seal.seal(Purpose::Challenge, b"{}");
        assert_eq!(Bearer::of_token(&seal, &challenge, now), None);
    }
}
