//! Alerts that nobody wants to hear of for a while: what a silence covers, and what may be silenced. Pure;
//! the rows are kept by `store::silences`.

#[cfg(test)]
mod tests;
mod written;

use hubward_protocol::{AccountId, Region};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::Serialize;

use super::account::Account;
use super::alert::kind::{is_of, is_pattern};
use super::alert::{Alert, Severity};
pub use written::WrittenSilence;

/// How long a silence may be: a typing error must not hide threats for a century.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The most characters of a reason.
const REASON: usize = 500;
/// The most characters of a project or an environment.
const NAME: usize = 200;

/// Which alerts are silenced. What is not set matches all; something is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Matcher {
    /// A pattern of types.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The account.
    pub account: Option<AccountId>,
    /// Its project.
    pub project: Option<String>,
    /// Its environment.
    pub environment: Option<String>,
    /// The Region.
    pub region: Option<Region>,
    /// Whether critical alerts are silenced too; not unless somebody says so.
    pub critical: bool,
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    /// Its id.
    pub id: String,
    /// What it covers.
    #[serde(flatten)]
    pub matcher: Matcher,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub until: Timestamp,
    /// When somebody ended it.
    pub ended_at: Option<Timestamp>,
    /// How many alerts it kept silent.
    pub count: i64,
}

/// Why alerts are not silenced.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSilenced {
    /// It would cover every alert.
    #[error("nothing says which alerts")]
    Everything,
    /// The pattern can match no type.
    #[error("{0} is no pattern of types")]
    Pattern(String),
    /// The end is no time.
    #[error("{0} is no time")]
    NoTime(String),
    /// The end is not ahead, or too far ahead.
    #[error("{0} is not within the next 366 days")]
    WrongTime(Timestamp),
    /// It is no account's id.
    #[error("{0} is no account")]
    Account(String),
    /// It is no Region.
    #[error("{0} is no Region")]
    Region(String),
    /// A project or an environment is longer than any.
    #[error("a name has at most {NAME} characters")]
    TooLong,
    /// There is no reason, or a very long one.
    #[error("a reason has 1 to {REASON} characters")]
    Reason,
}

impl Matcher {
    /// Whether it covers an alert. One of an account outside the ledger is never silenced: nobody there can
    /// have agreed to it.
    pub fn covers(&self, alert: &Alert, account: Option<&Account>) -> bool {
        let Some(account) = account else {
            return false;
        };
        let is = |wanted: &Option<String>, fact: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == fact)
        };
        (self.critical || alert.severity < Severity::Critical)
            && self
                .kind
                .as_ref()
                .is_none_or(|pattern| is_of(pattern, &alert.kind))
            && self
                .account
                .as_ref()
                .is_none_or(|wanted| *wanted == alert.account_id)
            && is(&self.project, &account.project)
            && is(&self.environment, &account.environment)
            && self.region.is_none_or(|wanted| wanted == alert.region)
    }

    /// Whether it may be used at all.
    ///
    /// # Errors
    /// It says nothing, or its pattern is none.
    pub fn verify(&self) -> Result<(), NotSilenced> {
        if let Some(pattern) = self.kind.as_ref().filter(|pattern| !is_pattern(pattern)) {
            return Err(NotSilenced::Pattern(pattern.clone()));
        }
        let mut names = self.project.iter().chain(&self.environment);
        if names.any(|name| name.chars().count() > NAME) {
            return Err(NotSilenced::TooLong);
        }
        let says_nothing = self.kind.as_ref().is_none_or(|kind| !has_word(kind))
            && self.account.is_none()
            && self.project.is_none()
            && self.environment.is_none()
            && self.region.is_none();
        if says_nothing {
            Err(NotSilenced::Everything)
        } else {
            Ok(())
        }
    }
}

/// Whether a pattern has a word in it: every type has a `:`, and nearly every one an `e`.
fn has_word(pattern: &str) -> bool {
    let words = pattern.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().any(|word| word.len() >= 2)
}

impl Silence {
    /// Whether it is in force.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.until
    }
}

/// A reason, without what would steer a screen.
///
/// # Errors
/// It is empty, or too long.
pub fn reason(text: &str) -> Result<String, NotSilenced> {
    super::alert::handling::written(text, REASON)
        .map(|text| text.replace('\n', " "))
        .filter(|text| !text.is_empty())
        .ok_or(NotSilenced::Reason)
}

/// When a silence ends: a moment (`2026-12-01T09:00:00Z`), one of the people's time zone
/// (`2026-12-01T09:00`), the end of a day there (`2026-12-01`), or a time from now (`4h`, `7d`).
///
/// # Errors
/// It is none of these, not ahead, or too far ahead.
pub fn until(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, NotSilenced> {
    let unknown = || NotSilenced::NoTime(text.chars().take(60).collect());
    let text = text.trim();
    let end = if let Ok(moment) = text.parse::<Timestamp>() {
        moment
    } else if let Ok(day) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        let next = day.tomorrow().map_err(|_| unknown())?;
        zone.to_timestamp(next.at(0, 0, 0, 0))
            .map_err(|_| unknown())?
    } else if let Ok(civil) = text.parse::<DateTime>() {
        zone.to_timestamp(civil).map_err(|_| unknown())?
    } else {
        let span: Span = text.parse().map_err(|_| unknown())?;
        let from = now.to_zoned_datetime(zone.clone());
        from.checked_add(span).map_err(|_| unknown())?.timestamp()
    };
    let ahead = end.duration_since(now);
    if ahead.is_positive() && ahead <= LONGEST {
        Ok(end)
    } else {
        Err(NotSilenced::WrongTime(end))
    }
}
