//! An exception: a control that need not be fixed in an account, or for one of its resources, until
//! a date. What is allowed, what it covers, and when the contacts are notified of its end.

use hubward_protocol::AccountId;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Serialize;

use crate::finding::{Finding, FindingKind, FindingWorkflow};

/// How many days before its end the contacts are notified.
pub(crate) const NOTICE_DAYS: i32 = 14;
/// The longest reason, in characters. It also becomes a finding's note, which AWS limits to 512
/// characters.
pub const LONGEST_REASON: usize = 400;

/// An exception to be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewException {
    pub control: String,
    pub account_id: AccountId,
    /// The resource's ARN; `None` means the whole account.
    pub resource: Option<String>,
    pub reason: String,
    pub until: Date,
}

/// A granted exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exception {
    pub id: String,
    pub control: String,
    pub account_id: AccountId,
    /// The resource's ARN; `None` means the whole account.
    pub resource: Option<String>,
    pub reason: String,
    pub until: Date,
    /// Whether the findings are suppressed in Security Hub too.
    pub suppressed: bool,
    pub added_at: Timestamp,
    pub added_by: String,
    /// When the contacts were notified of its end.
    #[serde(skip)]
    pub warned_at: Option<Timestamp>,
}

/// Why an exception cannot be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExceptionRefusal {
    /// Not the id of a control.
    Control,
    /// The reason is missing, too long, or has control characters.
    Reason,
    /// Not the ARN of a resource of that account.
    Resource,
    /// The last day is over.
    Past { today: Date },
    /// The last day is more than a year away.
    TooLong {
        /// The latest allowed day.
        latest: Date,
    },
}

/// What is due for an exception on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// Its end has to be announced to the contacts.
    Notice,
    /// It has expired.
    End,
}

/// Checks a new exception.
///
/// # Errors
/// All reasons against it.
pub fn judge(new: &NewException, today: Date) -> Result<(), Vec<ExceptionRefusal>> {
    let mut refused = Vec::new();
    let word = |c: char| c.is_ascii_alphanumeric();
    let is_control = new
        .control
        .split_once('.')
        .is_some_and(|(service, number)| {
            (1..=40).contains(&service.len())
                && service.chars().all(word)
                && (1..=3).contains(&number.len())
                && number.bytes().all(|b| b.is_ascii_digit())
        });
    if !is_control {
        refused.push(ExceptionRefusal::Control);
    }
    let reason = new.reason.trim();
    if reason.is_empty()
        || reason.chars().count() > LONGEST_REASON
        || reason.chars().any(char::is_control)
    {
        refused.push(ExceptionRefusal::Reason);
    }
    if let Some(resource) = &new.resource
        && !is_resource(resource, &new.account_id)
    {
        refused.push(ExceptionRefusal::Resource);
    }
    let latest = today.saturating_add(Span::new().years(1));
    if new.until < today {
        refused.push(ExceptionRefusal::Past { today });
    } else if new.until > latest {
        refused.push(ExceptionRefusal::TooLong { latest });
    }
    if refused.is_empty() {
        Ok(())
    } else {
        Err(refused)
    }
}

/// Whether an ARN contains the account, or no account at all as those of S3 buckets.
fn is_resource(resource: &str, account: &AccountId) -> bool {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let sound = resource.len() <= 1024 && !resource.chars().any(|c| c.is_control() || c == ' ');
    match parts.as_slice() {
        ["arn", partition, service, _, owner, rest] => {
            sound
                && partition.starts_with("aws")
                && !service.is_empty()
                && !rest.is_empty()
                && (owner.is_empty() || *owner == account.as_str())
        }
        _ => false,
    }
}

/// Marks a finding as suppressed if an exception covers it, with the exception as its note. So
/// reports show it even if Security Hub does not.
pub fn excuse(finding: &mut Finding, exceptions: &[Exception]) {
    let covering = exceptions
        .iter()
        .find(|exception| exception.covers(&finding.control_id, &finding.resource));
    if let Some(exception) = covering
        && finding.kind == FindingKind::Control
        && finding.workflow != FindingWorkflow::Resolved
    {
        finding.workflow = FindingWorkflow::Suppressed;
        finding.note = format!(
            "{} ({}, ≤ {})",
            exception.reason, exception.id, exception.until
        );
    }
}

impl Exception {
    /// Whether it covers a finding of its account.
    pub fn covers(&self, control: &str, resource: &str) -> bool {
        self.control.eq_ignore_ascii_case(control)
            && self.resource.as_ref().is_none_or(|own| own == resource)
    }

    /// What is due on a day.
    pub fn due(&self, today: Date) -> Due {
        if self.until < today {
            return Due::End;
        }
        let begins = self.until.saturating_sub(Span::new().days(NOTICE_DAYS));
        // An exception of a few days needs no announcement: its contacts know that it is short.
        let is_short = jiff::tz::TimeZone::UTC
            .to_datetime(self.added_at)
            .date()
            .saturating_add(Span::new().days(NOTICE_DAYS))
            >= self.until;
        if self.warned_at.is_none() && today >= begins && !is_short {
            Due::Notice
        } else {
            Due::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn new() -> NewException {
        NewException {
            control: "S3.1".to_owned(),
            account_id: "111111111111".parse().unwrap(),
            resource: None,
            reason: "moves behind CloudFront".to_owned(),
            until: date(2026, 12, 31),
        }
    }

    fn refused(change: fn(&mut NewException)) -> Vec<ExceptionRefusal> {
        let mut asked = new();
        change(&mut asked);
        judge(&asked, date(2026, 11, 24)).unwrap_err()
    }

    #[test]
    fn an_exception_has_a_control_a_reason_and_a_near_end() {
        assert_eq!(judge(&new(), date(2026, 11, 24)), Ok(()));
        assert_eq!(judge(&new(), date(2026, 12, 31)), Ok(()));
        for control in ["", "S3", "S3.", ".1", "S3.x", "S3.1;", "S 3.1"] {
            let mut asked = new();
            asked.control = control.to_owned();
            let why = judge(&asked, date(2026, 11, 24)).unwrap_err();
            assert_eq!(why, [ExceptionRefusal::Control], "{control}");
        }
        assert_eq!(
            refused(|it| it.reason = " ".to_owned()),
            [ExceptionRefusal::Reason]
        );
        assert_eq!(
            refused(|it| it.reason = "a\nb".to_owned()),
            [ExceptionRefusal::Reason]
        );
        assert_eq!(
            refused(|it| it.reason = "x".repeat(401)),
            [ExceptionRefusal::Reason]
        );
        let today = date(2026, 11, 24);
        assert_eq!(
            refused(|it| it.until = date(2026, 11, 23)),
            [ExceptionRefusal::Past { today }]
        );
        let latest = date(2027, 11, 24);
        assert_eq!(
            refused(|it| it.until = date(2027, 11, 25)),
            [ExceptionRefusal::TooLong { latest }]
        );
    }

    #[test]
    fn a_resource_is_the_account_s_own() {
        let judged = |resource: &str| {
            let mut asked = new();
            asked.resource = Some(resource.to_owned());
            judge(&asked, date(2026, 11, 24)).is_ok()
        };
        assert!(judged("arn:aws:s3:::bucket"));
        assert!(judged(
            "arn:aws:ec2:ap-northeast-1:111111111111:instance/i-1"
        ));
        assert!(!judged(
            "arn:aws:ec2:ap-northeast-1:222222222222:instance/i-1"
        ));
        for resource in [
            "",
            "bucket",
            "arn:aws:s3",
            "arn:aws:s3:::",
            "arn:aws:s3:::a b",
        ] {
            assert!(!judged(resource), "{resource}");
        }
    }

    #[test]
    fn its_end_is_announced_once_and_then_it_expires() {
        let mut exception = Exception {
            id: "x".to_owned(),
            control: "S3.1".to_owned(),
            account_id: "111111111111".parse().unwrap(),
            resource: None,
            reason: "r".to_owned(),
            until: date(2026, 12, 31),
            suppressed: false,
            added_at: "2026-11-24T00:00:00Z".parse().unwrap(),
            added_by: "operator:mika".to_owned(),
            warned_at: None,
        };
        assert_eq!(exception.due(date(2026, 12, 16)), Due::Nothing);
        assert_eq!(exception.due(date(2026, 12, 17)), Due::Notice);
        assert_eq!(exception.due(date(2026, 12, 31)), Due::Notice);
        assert_eq!(exception.due(date(2027, 1, 1)), Due::End);
        exception.warned_at = Some(exception.added_at);
        assert_eq!(exception.due(date(2026, 12, 31)), Due::Nothing);
        exception.warned_at = None;
        exception.until = date(2026, 11, 30);
        assert_eq!(exception.due(date(2026, 11, 29)), Due::Nothing);
        assert!(exception.covers("s3.1", "arn:aws:s3:::any"));
        exception.resource = Some("arn:aws:s3:::one".to_owned());
        assert!(!exception.covers("S3.1", "arn:aws:s3:::other"));
        assert!(!exception.covers("S3.2", "arn:aws:s3:::one"));
    }
}
