//! The delivery of reports: the destinations, the progress for each of them, and the attachment of
//! a mail. Each account's report of a period is sent once to each destination. Pure.

use jiff::civil::Date;
use strum::{EnumString, IntoStaticStr};

use super::{Period, PeriodProgress};
use crate::account::{Account, AccountState, ReportCadence};

/// The largest attachment of a mail, in bytes: many mail servers reject more than 10 MB, and a mail
/// is a third larger than its attachment.
pub const ATTACHMENT_LIMIT: u64 = 7 * 1024 * 1024;
/// How many attempts a destination gets for one report.
pub const ATTEMPTS: i64 = 5;
/// The overview's name, in places where other reports have an account's id.
pub const OVERVIEW: &str = "overview";

/// A destination of reports, in the order of delivery: a mail may link to a file that was delivered
/// before.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, strum::Display,
)]
#[strum(serialize_all = "lowercase")]
pub enum Destination {
    /// `reports.directory`.
    Directory,
    /// `reports.bucket`.
    Bucket,
    /// The account's contacts, by mail.
    Mail,
    /// The channels of `report` routes, which get a message without the report.
    Channels,
}

/// The progress of a report's delivery to a destination.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SendingProgress {
    /// It was delivered.
    Sent {
        /// Its location, such as a path or a URL.
        place: String,
    },
    /// The last attempt failed.
    Failed {
        /// The number of attempts.
        attempts: i64,
        /// The last error.
        why: String,
    },
    /// No further attempts.
    GivenUp { why: String },
}

/// Why no report of a requested period is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodRefused {
    /// It is not over, and no interim report was requested.
    #[error("the period is not over")]
    NotOver,
    /// It has not begun.
    #[error("the period has not begun")]
    Ahead,
    /// It is over, so that there is no interim report of it.
    #[error("the period is over")]
    Over,
}

/// How a mail contains a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enclosure {
    Attachment,
    Link(String),
    /// Not at all: it is too large to attach, and there is no link.
    None,
}

impl Destination {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl SendingProgress {
    /// The progress after a failed attempt. There are several attempts in case a disk is full or a
    /// server is down; after those, people have to look.
    pub fn after_failure(before: Option<&Self>, why: String) -> Self {
        let attempts = match before {
            Some(Self::Failed { attempts, .. }) => attempts + 1,
            _ => 1,
        };
        if attempts < ATTEMPTS {
            Self::Failed { attempts, why }
        } else {
            Self::GivenUp { why }
        }
    }

    /// Whether no further attempt is needed.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Failed { .. })
    }

    pub fn as_str(&self) -> &'static str {
        self.into()
    }
}

/// The period of the report that is due for an account: the last complete one, if the account gets
/// reports. As each period is sent once, a month's report is sent at the first due time of the next
/// month only.
pub fn due_period(account: &Account, week: Period, month: Period) -> Option<Period> {
    if account.state != AccountState::Active {
        return None;
    }
    match account.report {
        ReportCadence::Weekly => Some(week),
        ReportCadence::Monthly => Some(month),
        ReportCadence::None => None,
    }
}

/// Whether a report of a requested period may be sent. A report of a period that is not over would be taken for the
/// whole one, and as each is sent once, the whole one would never be sent.
///
/// # Errors
/// See [`PeriodRefused`].
pub fn admit(progress: PeriodProgress, interim: bool) -> Result<(), PeriodRefused> {
    match (progress, interim) {
        (PeriodProgress::Ahead, _) => Err(PeriodRefused::Ahead),
        (PeriodProgress::Running, false) => Err(PeriodRefused::NotOver),
        (PeriodProgress::Over, true) => Err(PeriodRefused::Over),
        (PeriodProgress::Running, true) | (PeriodProgress::Over, false) => Ok(()),
    }
}

/// The key of a report's file in a bucket, by the year and month in which its period ends.
pub fn object_key(file: &str, period: Period) -> String {
    let last: Date = period.days().1;
    format!("reports/{:04}/{:02}/{file}", last.year(), last.month())
}

/// How a mail contains a report, by the file's size in bytes and the link to its location.
pub fn enclosure(size: u64, limit: u64, link: Option<String>) -> Enclosure {
    if size <= limit {
        return Enclosure::Attachment;
    }
    link.map_or(Enclosure::None, Enclosure::Link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_the_month_in_which_the_period_ends() {
        for (period, key) in [
            ("2026-W47", "reports/2026/11/overview_2026-W47.xlsx"),
            ("2026-W49", "reports/2026/12/overview_2026-W49.xlsx"),
            ("2026-W53", "reports/2027/01/overview_2026-W53.xlsx"),
            ("2026-02", "reports/2026/02/overview_2026-02.xlsx"),
        ] {
            let file = format!("overview_{period}.xlsx");
            assert_eq!(object_key(&file, period.parse().unwrap()), key);
        }
    }

    #[test]
    fn only_a_period_that_is_over_is_sent_as_a_whole() {
        use PeriodProgress as P;
        for (progress, interim, admitted) in [
            (P::Over, false, Ok(())),
            (P::Over, true, Err(PeriodRefused::Over)),
            (P::Running, false, Err(PeriodRefused::NotOver)),
            (P::Running, true, Ok(())),
            (P::Ahead, false, Err(PeriodRefused::Ahead)),
            (P::Ahead, true, Err(PeriodRefused::Ahead)),
        ] {
            assert_eq!(admit(progress, interim), admitted, "{progress:?} {interim}");
        }
    }

    #[test]
    fn a_destination_is_given_up_after_some_failures() {
        let mut progress = None;
        for attempt in 1..ATTEMPTS {
            let next = SendingProgress::after_failure(progress.as_ref(), "full".to_owned());
            assert!(!next.is_over(), "attempt {attempt}");
            progress = Some(next);
        }
        let last = SendingProgress::after_failure(progress.as_ref(), "full".to_owned());
        let why = "full".to_owned();
        assert_eq!(last, SendingProgress::GivenUp { why });
        assert!(last.is_over());
    }

    #[test]
    fn what_is_too_large_to_attach_is_linked_where_it_lies() {
        let link = "https://soc.example.com/accounts/1/reports/2026-W47".to_owned();
        assert_eq!(enclosure(10, 10, Some(link.clone())), Enclosure::Attachment);
        assert_eq!(enclosure(11, 10, Some(link.clone())), Enclosure::Link(link));
        assert_eq!(enclosure(11, 10, None), Enclosure::None);
    }
}
