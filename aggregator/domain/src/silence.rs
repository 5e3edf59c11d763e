//! Silences: alerts for which no one is notified for a while. What a silence covers, and what may
//! be silenced. Pure; rows are stored by `store::silences`.

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

/// The longest silence: a typing error must not hide threats for a century.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// The longest reason, in characters.
const REASON: usize = 500;
/// The longest project or environment, in characters.
const NAME: usize = 200;

/// Which alerts are silenced. An absent condition matches all; at least one is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Matcher {
    /// A pattern of finding types.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub account: Option<AccountId>,
    pub project: Option<String>,
    pub environment: Option<String>,
    pub region: Option<Region>,
    /// Whether critical alerts are silenced too; off by default.
    pub critical: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Silence {
    pub id: String,
    #[serde(flatten)]
    pub matcher: Matcher,
    pub reason: String,
    pub created_by: String,
    pub created_at: Timestamp,
    /// When it expires.
    pub until: Timestamp,
    /// When a person ended it.
    pub ended_at: Option<Timestamp>,
    /// How many alerts it has silenced.
    pub count: i64,
}

/// Why a silence is rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSilenced {
    /// It would cover every alert.
    #[error("nothing says which alerts")]
    Everything,
    /// The pattern cannot match any type.
    #[error("{0} is no pattern of types")]
    Pattern(String),
    /// The end is not a time.
    #[error("{0} is no time")]
    NoTime(String),
    /// The end is not in the future, or too far in the future.
    #[error("{0} is not within the next 366 days")]
    WrongTime(Timestamp),
    /// It is not an account id.
    #[error("{0} is no account")]
    Account(String),
    /// It is not a Region.
    #[error("{0} is no Region")]
    Region(String),
    /// A project or an environment is too long.
    #[error("a name has at most {NAME} characters")]
    TooLong,
    /// The reason is missing or too long.
    #[error("a reason has 1 to {REASON} characters")]
    Reason,
}

impl Matcher {
    /// Whether it covers an alert. Alerts of accounts outside the ledger are never silenced,
    /// because no one there can have agreed to it.
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

    /// Checks the matcher.
    ///
    /// # Errors
    /// It has no condition, or its pattern is invalid.
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

/// Whether a pattern has enough text: every type has a `:`, and nearly every one an `e`.
fn has_word(pattern: &str) -> bool {
    let words = pattern.split(|c: char| !c.is_ascii_alphanumeric());
    words.into_iter().any(|word| word.len() >= 2)
}

impl Silence {
    /// Whether it is in effect.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.until
    }
}

/// A reason without control characters.
///
/// # Errors
/// It is empty or too long.
pub fn reason(text: &str) -> Result<String, NotSilenced> {
    super::alert::handling::written(text, REASON)
        .map(|text| text.replace('\n', " "))
        .filter(|text| !text.is_empty())
        .ok_or(NotSilenced::Reason)
}

/// Parses the end of a silence: a moment (`2026-12-01T09:00:00Z`), a local time
/// (`2026-12-01T09:00`), the end of a local day (`2026-12-01`), or a duration from now (`4h`,
/// `7d`).
///
/// # Errors
/// It is none of these, not in the future, or too far in the future.
pub fn until(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, NotSilenced> {
    let unknown = || NotSilenced::NoTime(text.chars().take(60).collect());
    let text = text.trim();
    let end = if let Ok(moment) = text.parse::<Timestamp>() {
        moment
    } else if let Ok(day) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        let next = day.tomorrow().ok().ok_or_else(unknown)?;
        zone.to_timestamp(next.at(0, 0, 0, 0))
            .ok()
            .ok_or_else(unknown)?
    } else if let Ok(civil) = text.parse::<DateTime>() {
        zone.to_timestamp(civil).ok().ok_or_else(unknown)?
    } else {
        let span: Span = text.parse().ok().ok_or_else(unknown)?;
        let from = now.to_zoned_datetime(zone.clone());
        from.checked_add(span).ok().ok_or_else(unknown)?.timestamp()
    };
    let ahead = end.duration_since(now);
    if ahead.is_positive() && ahead <= LONGEST {
        Ok(end)
    } else {
        Err(NotSilenced::WrongTime(end))
    }
}
