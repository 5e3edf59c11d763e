//! What Security Hub is told of an alert, so that whoever looks there sees that it is in hand.
//!
//! Our own update comes back as an `Imported` event (docs securityhub-cwe-integration-types.html). It is not
//! NEW then, so it opens nothing, and says nothing that is not known.

use std::str::FromStr;

use hubward_protocol::Region;
use jiff::SignedDuration;

use super::handling::Act;

/// `Workflow.Status`, as far as we set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteBackStatus {
    /// People were told of it.
    Notified,
    /// It is dealt with.
    Resolved,
}

/// A finding, as `BatchUpdateFindings` wants it named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its ARN.
    pub id: String,
    /// Its product's ARN.
    pub product_arn: String,
}

/// What waits to be written, of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteBack {
    /// The alert.
    pub alert_id: String,
    /// What its findings are to have.
    pub status: WriteBackStatus,
    /// How often it was tried, this time included.
    pub attempts: i64,
}

/// The word is no status's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a status")]
pub struct NoStatus;

impl WriteBackStatus {
    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notified => "NOTIFIED",
            Self::Resolved => "RESOLVED",
        }
    }

    /// What an act makes of it. What is opened again is known to people all the same.
    pub fn after(act: &Act) -> Self {
        match act {
            Act::Resolve => Self::Resolved,
            Act::Acknowledge | Act::Assign(_) | Act::Reopen => Self::Notified,
        }
    }
}

impl FromStr for WriteBackStatus {
    type Err = NoStatus;

    fn from_str(word: &str) -> Result<Self, NoStatus> {
        [Self::Notified, Self::Resolved]
            .into_iter()
            .find(|status| status.as_str() == word)
            .ok_or(NoStatus)
    }
}

/// The first pause after a refusal, and the longest, in seconds.
const PAUSES: (i64, i64) = (2, 1_800);

/// How long a write waits after its `attempts`-th refusal: twice as long each time.
pub fn pause(attempts: i64) -> SignedDuration {
    let factor = 2_i64.saturating_pow(u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0));
    SignedDuration::from_secs(PAUSES.0.saturating_mul(factor).min(PAUSES.1))
}

/// How Security Hub names a finding of GuardDuty's; `None`: it is not GuardDuty's.
pub fn named(finding_id: &str) -> Option<Named> {
    let mut parts = finding_id.split(':');
    let is_guard_duty = parts.next() == Some("arn") && parts.nth(1) == Some("guardduty");
    let region: Region = parts.next()?.parse().ok()?;
    is_guard_duty.then(|| Named {
        id: finding_id.to_owned(),
        product_arn: format!("arn:aws:securityhub:{region}::product/aws/guardduty"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_guardduty_found_is_in_security_hub() {
        let id = "arn:aws:guardduty:us-east-1:111111111111:detector/d/finding/f";
        assert_eq!(
            named(id).map(|named| named.product_arn).as_deref(),
            Some("arn:aws:securityhub:us-east-1::product/aws/guardduty")
        );
        assert_eq!(named("hubward:membership/111111111111/us-east-1/x"), None);
        assert_eq!(
            named("arn:aws:guardduty:mars-1:111111111111:detector/d"),
            None
        );
    }
}
