//! The link to a report that is too large for a mail: its account, period and expiry, signed. So
//! the recipient of the mail needs no login, and no one else can make a link.

use hubward_protocol::AccountId;
use jiff::{SignedDuration, Timestamp};

use super::Period;
use crate::signed_token::{Purpose, Signer};

/// How long a link is valid: a monthly report's until the next one is there.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(35 * 24);

/// Makes a signed link.
pub fn sign(signer: &Signer, account: &AccountId, period: Period, now: Timestamp) -> String {
    let until = now.saturating_add(GOOD_FOR).unwrap_or(now).as_second();
    signer.sign(
        Purpose::Report,
        format!("{account} {period} {until}").as_bytes(),
    )
}

/// Verifies a link; `None` if its signature is invalid or it has expired.
pub fn verify(signer: &Signer, link: &str, now: Timestamp) -> Option<(AccountId, Period)> {
    let value = String::from_utf8(signer.verify(Purpose::Report, link)?).ok()?;
    let mut words = value.split(' ');
    let account = words.next()?.parse().ok()?;
    let period = words.next()?.parse().ok()?;
    let until: i64 = words.next()?.parse().ok()?;
    (now.as_second() < until && words.next().is_none()).then_some((account, period))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_good_for_one_report_and_for_a_while() {
        let signer = Signer::new([7; 32]);
        let account: AccountId = "111111111111".parse().unwrap();
        let period: Period = "2026-W47".parse().unwrap();
        let now: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
        let link = sign(&signer, &account, period, now);
        assert_eq!(verify(&signer, &link, now), Some((account, period)));
        assert_eq!(verify(&signer, &link, now + GOOD_FOR), None);
        assert_eq!(verify(&Signer::new([8; 32]), &link, now), None);
        for made_up in ["", "111111111111", &link[2..], &link.to_uppercase()] {
            assert_eq!(verify(&signer, made_up, now), None, "{made_up}");
        }
        let token = signer.sign(Purpose::Token, b"111111111111 2026-W47 9999999999");
        assert_eq!(verify(&signer, &token, now), None);
    }
}
