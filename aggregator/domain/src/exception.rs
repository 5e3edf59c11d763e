//! An exception: a control that need not be fixed in an account, or for one of its resources, until a last day.
//! What may be one, what it covers, and when its people hear that it ends.

use hubward_protocol::AccountId;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Serialize;

use crate::finding::{Finding, FindingKind, FindingWorkflow};

/// How many days before its end people hear of it.
pub const NOTICE_DAYS: i32 = 14;
/// The longest reason: it also becomes a finding's note, which AWS limits to 512 characters.
pub const LONGEST_REASON: usize = 400;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewException {
    /// The control.
    pub control: String,
    /// The account.
    pub account_id: AccountId,
    /// The resource's ARN; `None` for the whole account.
    pub resource: Option<String>,
    /// Why.
    pub reason: String,
    /// Its last day.
    pub until: Date,
}

/// An exception that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// Its name.
    pub id: String,
    /// The control.
    pub control: String,
    /// The account.
    pub account_id: AccountId,
    /// The resource's ARN; `None` for the whole account.
    pub resource: Option<String>,
    /// Why.
    pub reason: String,
    /// Its last day.
    pub until: Date,
    /// Whether Security Hub was told too.
    pub suppressed: bool,
    /// When it was granted.
    pub added_at: Timestamp,
    /// By whom.
    pub added_by: String,
    /// When its people heard that it ends.
    #[serde(skip)]
    pub warned_at: Option<Timestamp>,
}

/// Why something can be no exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExceptionRefusal {
    /// It is no control's id.
    Control,
    /// There is no reason, or a very long one, or one with control characters.
    Reason,
    /// It is no ARN of an AWS resource of that account's.
    Resource,
    /// The last day is over.
    Past {
        /// Today.
        today: Date,
    },
    /// The last day is more than a year away.
    TooLong {
        /// The last that may be.
        latest: Date,
    },
}

/// What is due of an exception on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// Its people hear that it ends soon.
    Notice,
    /// It has ended.
    End,
}

/// Judges what is asked for.
///
/// # Errors
/// Every reason against it.
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

/// An ARN that names the account, or none at all as those of S3's buckets do.
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

/// Marks a control's finding as suppressed where an exception covers it, with the exception as its note: so
/// reports show it, whether Security Hub was told or not.
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
        // One that was granted for a few days was never to last longer: nobody needs to be told.
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
    fn people_hear_once_that_it_ends_and_then_it_ends() {
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
