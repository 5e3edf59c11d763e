//! How a report gets to its readers: where it goes, how far it is with each of them, and what a mail of it
//! encloses. Each account and period is sent once to each destination. Pure.

use std::fmt;

use jiff::civil::Date;

use super::Period;
use crate::account::{Account, AccountState, ReportCadence};

/// A mail's attachment is not larger than this: many mailboxes refuse more than 10 MB, and a mail is a
/// third larger than what it encloses.
pub const ATTACHMENT_LIMIT: u64 = 7 * 1024 * 1024;
/// So often a destination is tried for one report before it is given up.
pub const ATTEMPTS: i64 = 5;
/// What the overview is called where an account's id stands.
pub const OVERVIEW: &str = "overview";

/// Where a report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// `reports.directory`.
    Directory,
    /// `reports.bucket`.
    Bucket,
    /// The account's contacts, by mail.
    Mail,
    /// The channels of `report` routes, which only hear of it.
    Channels,
}

/// How far a report is with a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendingProgress {
    /// It is there.
    Sent {
        /// Where, such as a path or an address.
        place: String,
    },
    /// It could not be sent yet.
    Failed {
        /// How often it was tried.
        attempts: i64,
        /// Why the last time.
        why: String,
    },
    /// It is not tried any more.
    GivenUp {
        /// Why.
        why: String,
    },
}

/// What a mail of a report gives its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enclosure {
    /// The file itself.
    Attachment,
    /// Where it lies.
    Link(String),
    /// Too large to attach, and it lies nowhere.
    None,
}

impl Destination {
    /// Every destination, in the order in which they are served: a mail may point to what lies there.
    pub const ALL: [Self; 4] = [Self::Directory, Self::Bucket, Self::Mail, Self::Channels];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Bucket => "bucket",
            Self::Mail => "mail",
            Self::Channels => "channels",
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl SendingProgress {
    /// After an attempt that failed. Several may be needed where a disk is full or a server is away; after
    /// those, people have to look.
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

    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Failed { .. })
    }

    /// Its word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "sent",
            Self::Failed { .. } => "failed",
            Self::GivenUp { .. } => "given_up",
        }
    }
}

/// The period of which an account gets its report now: the last that is over, where it gets any. So the
/// month's report goes out at the first due time of the next month, and at no other, for each period
/// is sent once.
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

/// The key of a report in a bucket: by the year and month in which its period ends.
pub fn object_key(name: &str, period: Period) -> String {
    let last: Date = period.days().1;
    format!(
        "reports/{:04}/{:02}/{name}_{period}.xlsx",
        last.year(),
        last.month()
    )
}

/// What the mail of a report encloses, by the file's size and the links to where it lies.
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
            assert_eq!(object_key(OVERVIEW, period.parse().unwrap()), key);
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
