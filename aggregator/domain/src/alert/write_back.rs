//! Writes an alert's state back to Security Hub, so that people there see that it is being handled.
//!
//! Our own update comes back as an `Imported` event (docs securityhub-cwe-integration-types.html).
//! It is not NEW then, so it opens no alert.

use hubward_protocol::Region;
use jiff::SignedDuration;
use strum::{EnumString, IntoStaticStr};

use super::handling::Act;

/// The values of `Workflow.Status` that Hubward sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, EnumString)]
#[strum(serialize_all = "UPPERCASE")]
pub enum WriteBackStatus {
    /// People were notified.
    Notified,
    Resolved,
}

/// The identifier of a finding for `BatchUpdateFindings`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its ARN.
    pub id: String,
    /// Its product's ARN.
    pub product_arn: String,
}

/// A pending write for the findings of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteBack {
    pub alert_id: String,
    /// The status that its findings should have.
    pub status: WriteBackStatus,
    /// The number of attempts, including this one.
    pub attempts: i64,
}

impl WriteBackStatus {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The status after an act. A reopened alert stays `NOTIFIED`, because people know of it.
    pub fn after(act: &Act) -> Self {
        match act {
            Act::Resolve => Self::Resolved,
            Act::Acknowledge | Act::Assign(_) | Act::Reopen => Self::Notified,
        }
    }
}

/// The first and the longest pause after a rejected write, in seconds.
const PAUSES: (i64, i64) = (2, 1_800);

/// The pause after `attempts` rejected writes: it doubles each time.
pub fn pause(attempts: i64) -> SignedDuration {
    let factor = 2_i64.saturating_pow(u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0));
    SignedDuration::from_secs(PAUSES.0.saturating_mul(factor).min(PAUSES.1))
}

/// The identifier of a GuardDuty finding in Security Hub; `None` if it is not GuardDuty's.
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
